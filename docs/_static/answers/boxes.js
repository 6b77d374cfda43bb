// The boxes of a page: what is typed is checked, the verdict shown and read out, and the text kept over a reload.
(genmath => {
  "use strict";

  const { DIFFERENT, EQUAL, Exercise, UNDECIDED, UNDEFINED, UNREADABLE, check } = genmath;

  const WORDS = {
    [EQUAL]: ["✓", "Right", "proved"],
    [DIFFERENT]: ["✗", "Different", "refuted"],
    [UNDEFINED]: ["✗", "Undefined", "refuted"],
    [UNREADABLE]: ["?", "Can't read this", "undecided"],
    [UNDECIDED]: ["?", "Can't decide", "undecided"],
  };

  const element = (tag, attributes = {}, ...content) => {
    const made = Object.assign(document.createElement(tag), attributes);
    made.append(...content);
    return made;
  };

  const sentence = text => (/[.!?]$/.test(text) ? text : `${text}.`).replace(/^./u, c => c.toUpperCase());

  // ---------------------------------------------------------------- what was typed, kept

  const kept = {
    key: label => `answer ${label}`,
    read(label) {
      try {
        return localStorage.getItem(kept.key(label)) ?? "";
      } catch {
        return ""; // a browser may refuse to keep anything
      }
    },
    write(label, text) {
      try {
        if (text) localStorage.setItem(kept.key(label), text);
        else localStorage.removeItem(kept.key(label));
      } catch { /* the same */ }
    },
  };

  // ---------------------------------------------------------------- a verdict in words

  const verdictOf = (outcome, text) => {
    const { verdict, message, mistake, expected, position, point } = outcome;
    const [mark, word, kind] = WORDS[verdict];
    const title = mistake ? `${mark} ${word} – ${mistake}` : `${mark} ${word}`;
    const head = element("strong", { className: `verdict-${kind}` }, title);
    if (verdict === EQUAL) {
      return [element("p", {}, head, `${message.replace(/^right/, "")}. The command below can prove it.`)];
    }
    const lines = [element("p", {}, head, `. ${sentence(message)}`)];
    if (verdict === UNDECIDED) {
      lines[0].append(" Write it in another form, or ask the command below, which computes with more digits.");
    }
    if (verdict === UNREADABLE) lines[0].append(" Expected: ", element("code", {}, expected), ".");
    if (position !== undefined) lines.push(placeOf(position, text));
    if (verdict === DIFFERENT) lines.push(comparedIn(outcome));
    if (point && Object.keys(point).length) lines.push(pointOf(point));
    return lines;
  };

  // The text with a mark under the character.
  const placeOf = (position, text) => {
    const letters = [...text], here = letters[position];
    const shown = here === undefined || here.trim() === "" ? "\u2423" : here;
    const code = element("code", { className: "question-place" }, letters.slice(0, position).join(""));
    code.append(element("mark", {}, shown), letters.slice(position + 1).join(""));
    return element("p", {}, here === undefined ? "At the end: " : `At character ${position + 1}: `, code);
  };

  const comparedIn = ({ entry, yours, expected }) => {
    const where = entry ? ` in row ${entry[0]}, column ${entry[1]}` : "";
    const [mine, other] = [yours, expected].map(value => element("code", {}, value));
    return element("p", {}, `Yours${where}: `, mine, ", the answer: ", other, ".");
  };

  // The point: numbers in the text, matrices on demand.
  const pointOf = point => {
    const rows = value => (typeof value === "string" ? value : `[${value.map(row => row.join(", ")).join("; ")}]`);
    const found = Object.entries(point).map(([name, value]) => `${name} = ${rows(value)}`);
    if (Object.values(point).every(value => typeof value === "string")) {
      return element("p", { className: "question-point" }, `At ${found.join(", ")}.`);
    }
    const list = element("ul", {}, ...found.map(text => element("li", {}, text)));
    return element("details", { className: "question-point" }, element("summary", {}, "At which point?"), list);
  };

  // In single quotes where a shell would read something into double ones.
  const quotedForShell = text => (/["$`\\!]/.test(text) ? `'${text.replaceAll("'", "'\\''")}'` : `"${text}"`);

  // ---------------------------------------------------------------- one box

  const started = form => {
    const box = form.closest(".question"), label = form.dataset.question;
    const input = form.querySelector("input"), place = box.querySelector(".question-verdict");
    const command = box.querySelector(".question-command"), button = form.querySelector(".question-hint");
    const hints = [...box.querySelectorAll(".question-hints > li")];
    const pattern = command.textContent;
    let exercise = null; // read when it is needed

    const judged = () => {
      const text = input.value.trim();
      exercise ??= new Exercise(JSON.parse(box.querySelector(".question-data").textContent));
      const outcome = check(exercise, text);
      place.replaceChildren(...verdictOf(outcome, text));
      command.textContent = pattern.replace('"..."', () => quotedForShell(text));
      input.setAttribute("aria-invalid", String(outcome.verdict === UNREADABLE));
    };

    input.value = kept.read(label);
    input.addEventListener("input", () => kept.write(label, input.value));
    form.addEventListener("submit", event => {
      event.preventDefault();
      judged();
    });
    button.addEventListener("click", () => {
      const next = hints.find(hint => hint.hidden);
      if (next) next.hidden = false;
      if (!hints.some(hint => hint.hidden)) button.disabled = true;
    });
    button.hidden = !hints.length;
    form.hidden = false;
  };

  document.querySelectorAll("form.question-line").forEach(started);
})(globalThis.genmath);
