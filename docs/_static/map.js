// Point at a statement of a map, or reach it with the keyboard: what it rests on and what falls with it stays bright.
const follow = (lines, label, from, to) => {
  const found = new Set([label]);
  for (const one of found) {
    for (const line of lines) {
      if (line[from].includes(one)) line[to].forEach(other => found.add(other));
    }
  }
  return found;
};
for (const map of document.querySelectorAll("svg.map")) {
  const lines = [...map.querySelectorAll(".map-line[data-from]")].map(element => ({
    element,
    from: [element.dataset.from],
    to: element.dataset.to.split(" "),
  }));
  const boxes = [...map.querySelectorAll(".map-node")];
  const trace = label => {
    const below = follow(lines, label, "to", "from");
    const above = follow(lines, label, "from", "to");
    map.classList.add("map-traced");
    for (const box of boxes) {
      box.classList.toggle("map-on", below.has(box.dataset.label) || above.has(box.dataset.label));
    }
    for (const { element, from, to } of lines) {
      const on = to.some(other => below.has(other)) || above.has(from[0]);
      element.classList.toggle("map-on", on);
    }
  };
  const show = event => {
    const box = event.target.closest(".map-node");
    if (box) trace(box.dataset.label);
    else map.classList.remove("map-traced");
  };
  map.addEventListener("pointerover", show);
  map.addEventListener("focusin", show);
  map.addEventListener("pointerleave", () => map.classList.remove("map-traced"));
  map.addEventListener("focusout", () => map.classList.remove("map-traced"));
}
