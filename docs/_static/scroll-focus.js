// Boxes that scroll sideways can be reached with the keyboard; boxes that don't are no stop on the way.
// Where a box goes on to the right, its edge fades.
const SCROLLING = "pre, .math-scroll, .map-scroll, .table-wrapper, dl.conditions .math, ul.mutants .math";
const fade = box => box.toggleAttribute("data-more", box.scrollLeft + box.clientWidth < box.scrollWidth - 4);
const boxes = () => {
  for (const box of document.querySelectorAll(SCROLLING)) {
    fade(box);
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
addEventListener("scroll", event => event.target.matches?.(SCROLLING) && fade(event.target), true);
document.fonts.ready.then(boxes);
