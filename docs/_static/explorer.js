// <latent-plane>: all codes of a decoder whose code is two numbers, as a plane to explore.
//
// A page hands over the decoder's weights and the codes of its training images as JSON inside the element (hand_over in
// docs/_ext/page.py); nothing is fetched. Two sliders hold the code; the pointer moves the sliders. Without this
// script, and if anything in it fails, the picture that stands before the element stays.
"use strict";

(() => {
  const SIZE = 864; // pixels along the plane's drawing; the page shows it smaller
  const TILES = 18; // decoded images along an edge of the plane
  const PAUSE = 400; // ms between two announcements, so that a screen reader can follow
  const MARK = "#C0392B";
  const INK = "#1F2328";
  const RING = "#0067A8";

  /** Return the value of a float16, given as its sixteen bits. */
  function float16(bits) {
    const exponent = (bits >> 10) & 31;
    const fraction = (bits & 1023) / 1024;
    if (exponent === 31) throw new RangeError("a weight is infinite or not a number");
    const size = exponent ? (1 + fraction) * 2 ** (exponent - 15) : fraction * 2 ** -14;
    return bits & 32768 ? -size : size;
  }

  /** Unpack an array of float16 whose shape is known but for the sizes that the caller leaves open. */
  function unpack(packed, ...wanted) {
    const { shape, type, base64 } = packed;
    const bytes = atob(base64);
    const length = shape.reduce((a, b) => a * b, 1);
    const fits = shape.length === wanted.length && wanted.every((n, axis) => n === undefined || n === shape[axis]);
    if (type !== "float16" || !fits || bytes.length !== 2 * length) throw new TypeError("an array has another form");
    return Float64Array.from({ length }, (_, i) => float16(bytes.charCodeAt(2 * i) | (bytes.charCodeAt(2 * i + 1) << 8)));
  }

  const sigmoid = (t) => 1 / (1 + Math.exp(-t));

  /** Return the function that decodes: z to sigmoid(W_x tanh(W_g z + b_g) + b_x). */
  function decoder(given) {
    const b_g = unpack(given.b_g, undefined); // (h,)
    const b_x = unpack(given.b_x, undefined); // (d,)
    const [h, d] = [b_g.length, b_x.length];
    const W_g = unpack(given.W_g, h, 2);
    const W_x = unpack(given.W_x, d, h);
    return ([z_1, z_2]) => {
      const G = b_g.map((b, j) => Math.tanh(W_g[2 * j] * z_1 + W_g[2 * j + 1] * z_2 + b)); // (h,)
      return b_x.map((logit, i) => {
        for (let j = 0; j < h; j += 1) logit += W_x[h * i + j] * G[j];
        return sigmoid(logit);
      }); // (d,)
    };
  }

  /** Return a drawing of an image, ink dark on light paper. */
  function picture(image) {
    const side = Math.sqrt(image.length);
    const data = new ImageData(side, side);
    data.data.fill(255);
    image.forEach((ink, i) => data.data.fill(255 * (1 - ink), 4 * i, 4 * i + 3));
    return data;
  }

  /** Make an element with attributes and contents. */
  function make(name, attributes = {}, ...contents) {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.append(...contents);
    return element;
  }

  /** Write a number of a code as it is read. */
  const written = (value) => value.toFixed(2).replace("-", "−");

  class LatentPlane extends HTMLElement {
    connectedCallback() {
      if (this.decode) return;
      const given = JSON.parse(this.querySelector("script").textContent);
      this.decode = decoder(given);
      this.reach = given.reach;
      this.rings = given.rings;
      this.codes = unpack(given.codes, given.labels.length, 2);
      this.labels = given.labels;
      this.colours = given.colours;
      this.build(given.start);
      this.drawBackdrop();
      this.show();
      this.hidden = false;
      const before = this.closest(".cell_output")?.querySelectorAll("img") ?? [];
      for (const image of before) image.hidden = true;
    }

    build(start) {
      this.setAttribute("role", "group");
      this.setAttribute("aria-label", "Explorer of the plane of codes");
      this.plane = make("canvas", { class: "codes", role: "img", width: SIZE, height: SIZE });
      this.backdrop = make("canvas", { width: SIZE, height: SIZE });
      const side = Math.sqrt(this.decode([0, 0]).length);
      this.image = make("canvas", { class: "decoded", role: "img", width: side, height: side });
      this.sliders = [this.slider("First", 1, start[0]), this.slider("Second", 2, start[1])];
      this.layer = make("input", { type: "checkbox", autocomplete: "off" });
      this.words = make("p", { role: "status" });
      this.legend = make("p", { class: "legend" });
      const drawn = make("figure", {}, this.image, make("figcaption", {}, "the decoded image"));
      const shown = make("label", { class: "layer" }, this.layer, "show the codes of the training images");
      const controls = make("div", { class: "controls" }, ...this.sliders.map((s) => s.parentNode), shown);
      this.append(this.plane, make("div", { class: "point" }, drawn, this.words), controls, this.legend);

      this.layer.addEventListener("input", () => {
        this.drawBackdrop();
        this.show();
      });
      const follow = (event) => {
        const box = this.plane.getBoundingClientRect();
        const along = [(event.clientX - box.left) / box.width, (box.bottom - event.clientY) / box.height];
        this.sliders.forEach((slider, axis) => (slider.value = (2 * along[axis] - 1) * this.reach));
        this.show();
      };
      this.plane.addEventListener("pointerdown", (event) => {
        if (event.button) return;
        this.plane.setPointerCapture(event.pointerId);
        follow(event);
      });
      this.plane.addEventListener("pointermove", (event) => {
        if (this.plane.hasPointerCapture(event.pointerId)) follow(event);
      });
    }

    slider(words, index, start) {
      const [max, min] = [this.reach, -this.reach];
      const input = make("input", { type: "range", min, max, step: 0.05, value: start, autocomplete: "off" });
      const name = make("span", {}, `${words} number, `, make("var", {}, "z", make("sub", {}, String(index))));
      input.addEventListener("input", () => this.show());
      make("label", {}, name, make("b", { "aria-hidden": "true" }), input);
      return input;
    }

    /** The code that the sliders hold. */
    get code() {
      return this.sliders.map((slider) => slider.valueAsNumber);
    }

    /** Place a code in the drawing. */
    at(z_1, z_2) {
      const unit = SIZE / (2 * this.reach);
      return [SIZE / 2 + z_1 * unit, SIZE / 2 - z_2 * unit];
    }

    /** Draw what does not move: decoded images or the codes of the training images, and the prior. */
    drawBackdrop() {
      const pen = this.backdrop.getContext("2d");
      pen.globalAlpha = 1;
      pen.fillStyle = "#FFFFFF";
      pen.fillRect(0, 0, SIZE, SIZE);
      if (this.layer.checked) this.drawCodes(pen);
      else this.drawTiles(pen);
      this.drawPrior(pen);
      const [what, legend] = this.layer.checked
        ? [
            "The codes of the training images, each written as the digit that its image shows.",
            "Each numeral is the code of one training image, and says which digit the image shows.",
          ]
        : [
            "Images decoded all over the plane: neighbours look alike.",
            "Each small image is decoded from the code in its middle.",
          ];
      const circles = Object.keys(this.rings).join(" and ");
      this.about = `${what} Circles hold ${circles} of the prior.`;
      this.legend.textContent =
        `Drag the mark, or move the sliders. ${legend} ` +
        "A dashed circle holds the written share of all codes that the prior draws.";
    }

    drawTiles(pen) {
      const side = this.image.width;
      const tiles = make("canvas", { width: TILES * side, height: TILES * side });
      const tilesPen = tiles.getContext("2d");
      for (let row = 0; row < TILES; row += 1) {
        for (let column = 0; column < TILES; column += 1) {
          const z = [column, TILES - 1 - row].map((place) => this.reach * ((2 * place + 1) / TILES - 1));
          tilesPen.putImageData(picture(this.decode(z)), column * side, row * side);
        }
      }
      pen.globalAlpha = 0.75; // the circles and the mark stand out
      pen.drawImage(tiles, 0, 0, SIZE, SIZE);
      pen.globalAlpha = 1;
    }

    drawCodes(pen) {
      pen.font = "bold 17px system-ui, sans-serif";
      pen.textAlign = "center";
      pen.textBaseline = "middle";
      for (let i = 0; i < this.labels.length; i += 1) {
        pen.fillStyle = this.colours[Number(this.labels[i])];
        pen.fillText(this.labels[i], ...this.at(this.codes[2 * i], this.codes[2 * i + 1]));
      }
    }

    drawPrior(pen) {
      pen.font = "600 25px system-ui, sans-serif";
      pen.textAlign = "center";
      pen.textBaseline = "middle";
      const label = (text, x, y) => {
        pen.lineWidth = 8;
        pen.lineJoin = "round";
        pen.strokeStyle = "#FFFFFF";
        pen.strokeText(text, x, y);
        pen.fillText(text, x, y);
      };
      for (const [share, radius] of Object.entries(this.rings)) {
        const [x, top] = this.at(0, radius);
        const ring = (width, colour, dash) => {
          pen.beginPath();
          pen.setLineDash(dash);
          pen.arc(SIZE / 2, SIZE / 2, SIZE / 2 - top, 0, 2 * Math.PI);
          pen.lineWidth = width;
          pen.strokeStyle = colour;
          pen.stroke();
          pen.setLineDash([]);
        };
        ring(6, "#FFFFFF", []);
        ring(3.5, RING, [14, 8]);
        pen.fillStyle = RING;
        label(share, x, top);
      }
      pen.fillStyle = INK;
      label("z₁", this.at(this.reach - 1.5, 0)[0], SIZE - 20);
      label("z₂", 22, this.at(0, this.reach - 1.5)[1]);
      for (let tick = -Math.floor(this.reach); tick <= this.reach; tick += 2) {
        const text = String(tick).replace("-", "−");
        label(text, this.at(tick, 0)[0], SIZE - 20);
        label(text, 22, this.at(0, tick)[1]);
      }
    }

    /** Draw the point, decode its code, and say where it is. */
    show() {
      const code = this.code;
      this.sliders.forEach((slider, axis) => {
        slider.setAttribute("aria-valuetext", code[axis].toFixed(2));
        slider.parentNode.querySelector("b").textContent = written(code[axis]);
      });
      this.image.getContext("2d").putImageData(picture(this.decode(code)), 0, 0);

      const pen = this.plane.getContext("2d");
      const [x, y] = this.at(...code);
      pen.drawImage(this.backdrop, 0, 0);
      for (const [width, colour] of [[12, "#FFFFFF"], [6, MARK]]) {
        pen.beginPath();
        pen.arc(x, y, 17, 0, 2 * Math.PI);
        for (const [dx, dy] of [[1, 0], [0, 1], [-1, 0], [0, -1]]) {
          pen.moveTo(x + 17 * dx, y + 17 * dy);
          pen.lineTo(x + 34 * dx, y + 34 * dy);
        }
        pen.lineWidth = width;
        pen.strokeStyle = colour;
        pen.stroke();
      }
      if (this.words.textContent) this.waiting ??= setTimeout(() => this.say(), PAUSE);
      else this.say();
    }

    /** Say in words where the point is: what a screen reader reads out, and a name for each drawing. */
    say() {
      this.waiting = undefined;
      const [z_1, z_2] = this.code;
      const point = `(${written(z_1)}, ${written(z_2)})`;
      const nearer = 100 * (1 - Math.exp(-(z_1 ** 2 + z_2 ** 2) / 2));
      const share = nearer > 99.9 ? "more than 99.9" : nearer.toFixed(1);
      this.words.textContent =
        `The code is ${point}. Of all codes that the prior draws, ${share}\u00a0% lie nearer to the middle. ` +
        `The nearest code of a training image belongs to a ${this.nearest(z_1, z_2)}.`;
      this.plane.setAttribute("aria-label", `${this.about} A mark at ${point}.`);
      this.image.setAttribute("aria-label", `The image decoded from ${point}.`);
    }

    /** Return the digit of the training image whose code is nearest. */
    nearest(z_1, z_2) {
      let [best, least] = [0, Infinity];
      for (let i = 0; i < this.labels.length; i += 1) {
        const distance = (this.codes[2 * i] - z_1) ** 2 + (this.codes[2 * i + 1] - z_2) ** 2;
        if (distance < least) [best, least] = [i, distance];
      }
      return this.labels[best];
    }
  }

  customElements.define("latent-plane", LatentPlane);
})();
