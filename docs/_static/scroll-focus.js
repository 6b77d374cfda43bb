// Boxes that scroll sideways can be reached with the keyboard; boxes that don't are no stop on the way.
const boxes = () => {
  for (const box of document.querySelectorAll("pre, .math-scroll, .map-scroll, .table-wrapper, dl.conditions .math")) {
    const wide = box.scrollWidth > box.clientWidth;
    if (wide && !box.hasAttribute("tabindex")) {
      box.tabIndex = 0;
      box.dataset.auto = "";
    } else if (!wide && "auto" in box.dataset) {
      box.removeAttribute("tabindex");
      delete box.dataset.auto;
    }
  }
};
addEventListener("load", boxes);
addEventListener("resize", boxes);
addEventListener("toggle", boxes, true);
document.fonts.ready.then(boxes);
