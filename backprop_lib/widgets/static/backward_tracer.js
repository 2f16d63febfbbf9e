// The view of the backward tracer. What the recording holds stands in backward_tracer.py.

const MOST_ROWS = 8;
const MOST_COLUMNS = 8;
const MOST_SAMPLES = 200;

// The rows or columns that are shown, -1 where some are left out; `wanted` is among them.
function shownOf(count, most, wanted = 0) {
  if (count <= most) return [...Array(count).keys()];
  if (wanted < most - 2 || wanted === count - 1) return [...Array(most - 2).keys(), -1, count - 1];
  return [...Array(most - 4).keys(), -1, wanted, ...(wanted < count - 2 ? [-1] : []), count - 1];
}

function tracerView(controller, el) {
  const { state } = controller;
  const frame = makeFrame(controller, el, {
    name: "Backward tracer",
    counts: "Step",
    unit: "steps",
    words: ({ recording, position }) => recording.words[position],
    shown: ({ recording, position }) => `${position} of ${recording.frames}`,
    working: "Tracing the other pass.",
  });

  const stepAt = (position) => state.recording.steps[position - 1] ?? null;
  const quantity = (name) => state.recording.quantities.find((one) => one.name === name);
  const numbersOf = ({ offset, shape }) =>
    state.recording.numbers.subarray(offset, offset + shape.reduce((product, n) => product * n, 1));

  // Controls of its own: the end of the phase, a jump to a layer, which samples.
  const finish = frame.button("Finish phase", () => controller.then(finishPhase));
  function finishPhase() {
    const { steps, frames } = state.recording;
    const phase = steps[Math.min(state.position, frames - 1)].phase;
    let end = state.position + 1;
    while (end < frames && steps[end].phase === phase) end += 1;
    controller.scrub(end);
  }
  const jump = frame.choice("Jump to", [], (position) => {
    if (position !== null) controller.scrub(position);
  });
  const samples = frame.choice("Pass over", [], (choice) => controller.change({ samples: choice }));
  let shownSample = 0; // a row of what is recorded
  let alone = null; // the number of the sample whose pass that is, if it is one sample's
  const sample = frame.choice("Diagram shows", [], (s) => {
    shownSample = s;
    position();
  });
  frame.settings.append(finish, jump.element, samples.element, sample.element);

  const svg = drawing("svg", { class: "bp-graph bp-network" });
  const diagram = make("div", { className: "bp-graph-place" }, [svg]);
  const equation = make("div", { className: "bp-equation" });
  const code = make("ol", { className: "bp-code", tabIndex: 0, "aria-label": "The lines of code of the pass; the present one is marked" });
  code.dataset.scrolls = "true";
  const matrices = make("div", { className: "bp-matrices" });
  const hint = make("span", {});
  const written = make("span", { "aria-live": "polite" }); // a sum, once an entry is pointed at
  const sum = make("p", { className: "bp-sum" }, [hint, written]);
  const panes = make("div", { className: "bp-panes" }, [
    make("section", { className: "bp-pane", "aria-label": "Network" }, [make("h3", { textContent: "Network" }), diagram]),
    make("section", { className: "bp-pane", "aria-label": "Equation and code" }, [
      make("h3", { textContent: "Equation" }),
      equation,
      make("h3", { textContent: "Code" }),
      code,
    ]),
  ]);
  frame.body.append(
    panes,
    make("section", { className: "bp-pane", "aria-label": "Matrices" }, [make("h3", { textContent: "Matrices" }), matrices, sum]),
  );
  frame.walk(equation, "The equation");

  let network = null;
  let drawn = ""; // the layers on screen
  let loss = null; // the text in its box

  const layersNow = () => (stepAt(state.position) ?? state.recording.steps[0]).layers;

  function layOut() {
    const { sizes, shape, units } = state.recording;
    const layers = layersNow();
    drawn = layers.join();
    // A deep network takes the whole width, so that its numbers stay readable.
    const needed = networkWidth(layers.length, parseFloat(getComputedStyle(svg).fontSize) || 13);
    panes.classList.toggle("bp-stacked", needed > 0.55 * frame.body.clientWidth);
    network = drawNetwork(svg, {
      sizes,
      layers,
      units: (l) => units[l],
      label: `A network of the sizes ${shape}; its numbers stand in the matrices below.`,
      weight: (l, i, j) => numbersOf(quantity(`W${l}`))[i * sizes[l] + j],
      unitTerm: (l) => {
        const last = l === sizes.length - 1 ? " z_shifted y_hat" : "";
        return l ? `z${l} a${l} b${l} slope${l} grad_a${l} delta${l} db${l}${last}` : "X";
      },
      edgeTerm: (l) => `W${l} dW${l}`,
    });
    loss = drawLoss();
  }

  // A box for the loss below the units of the last layer; the drawing grows where that has no room for it.
  function drawLoss() {
    const last = state.recording.sizes.length - 1;
    const above = network.node(last, state.recording.units[last].at(-1)).querySelector("rect");
    const [x, y, width, high] = ["x", "y", "width", "height"].map((name) => Number(above.getAttribute(name)));
    const size = parseFloat(getComputedStyle(svg).fontSize) || 13;
    const box = { x, y: y + high + 0.6 * size, width, height: 2.05 * size };
    const text = drawing("text", { class: "bp-node-value", x: x + width / 2, y: box.y + 1.4 * size, "text-anchor": "middle" });
    svg.append(drawing("g", { class: "bp-node", "data-term": "C" }, [drawing("rect", { ...box, rx: 0.3 * box.height }), text]));
    const [, , whole, tall] = svg.getAttribute("viewBox").split(" ").map(Number);
    const needed = Math.max(tall, box.y + box.height + 0.4 * size);
    svg.setAttribute("viewBox", `0 0 ${whole} ${needed}`);
    fitOrScroll(svg, whole, needed);
    return text;
  }

  function writeLoss() {
    const { made, offset } = quantity("C");
    const text = made <= state.position ? `C ${readable(state.recording.numbers[offset])}` : "C";
    if (loss.textContent === text) return;
    loss.textContent = text;
    pressInto(loss, 0.86 * Number(loss.parentElement.querySelector("rect").getAttribute("width")));
  }

  function recording() {
    const { steps, n, frames } = state.recording;
    if (state.recording.alone === null && alone !== null) shownSample = alone;
    alone = state.recording.alone;
    shownSample = Math.min(shownSample, Math.min(n, MOST_SAMPLES) - 1);
    layOut();
    const items = steps.map((step, i) => {
      const pieces = step.code.map(([text, term]) =>
        term ? make("span", { textContent: text, "data-term": term }) : document.createTextNode(text),
      );
      return make("li", { onclick: frame.guard(() => controller.scrub(i + 1)) }, pieces);
    });
    code.replaceChildren(...items);
    jump.fill([
      [null, "…"],
      ...state.recording.stops.map((stop) => [stop, "the first difference"]),
      ...steps.flatMap(({ phase, layer }, i) => {
        const before = steps[i - 1];
        if (before && before.phase === phase && before.layer === layer) return [];
        return [[i + 1, phase === "loss" ? "the loss" : `${phase}, layer ${layer}`]];
      }),
    ]);
    sample.fill(Array.from({ length: Math.min(n, MOST_SAMPLES) }, (_, s) => [s, `sample ${(alone ?? s) + 1}`]));
    sample.show(shownSample);
    // The tallest step decides, so that nothing jumps.
    const rowsOf = (name) => Math.min(quantity(name).shape[0] ?? 1, MOST_ROWS);
    const tallest = Math.max(...steps.map((step) => Math.max(...[step.output, ...step.inputs].map(rowsOf))));
    matrices.style.minHeight = `calc(${tallest * 1.75 + 4.5}em)`;
    return frames;
  }

  // What a unit shows: its activation, and below it the error once that is there; on the way to the loss of a
  // cross-entropy what is made of the logits.
  function unitWords(l, i) {
    const known = (name) => {
      const found = quantity(name);
      return found && found.made <= state.position ? found : null;
    };
    const entry = (found) => numbersOf(found)[shownSample * (found.shape[1] ?? 1) + i];
    if (l === 0) return [`x ${readable(entry(quantity("X")))}`, ""];
    const [z, a, delta, grad_a] = ["z", "a", "delta", "grad_a"].map((word) => known(`${word}${l}`));
    const made = stepAt(state.position)?.output;
    if (made === `slope${l}` && a) return [`a ${readable(entry(a))}`, `f′ ${readable(entry(quantity(made)))}`];
    const probabilities = l === state.recording.sizes.length - 1 && known("y_hat");
    const logits = l === state.recording.sizes.length - 1 && known("z_shifted");
    const shown = [["δ", delta], ["∂C/∂a", grad_a], ["ŷ", probabilities], ["z̄", logits]].find(([, found]) => found);
    const back = shown ? `${shown[0]} ${readable(entry(shown[1]))}` : "";
    return [a ? `a ${readable(entry(a))}` : z ? `z ${readable(entry(z))}` : "·", back];
  }

  function table(name, { output = false, turned = false } = {}) {
    const found = quantity(name);
    const values = numbersOf(found);
    const [above, across] = found.shape.length === 2 ? found.shape : [1, found.shape[0] ?? 1];
    const [rows, columns] = turned ? [across, above] : [above, across];
    const differs = new Set(stepAt(state.position)?.differs ?? []);
    const wanted = found.sampled && shownSample;
    const body = shownOf(rows, MOST_ROWS, turned ? 0 : Number(wanted)).map((r) =>
      make(
        "tr",
        r === shownSample && found.sampled && !turned ? { className: "bp-sample" } : {},
        shownOf(columns, MOST_COLUMNS, turned ? Number(wanted) : 0).map((c) => {
          const value = turned ? values[c * across + r] : values[r * across + c];
          const cell = make("td", { textContent: r < 0 || c < 0 ? "…" : readable(value) });
          cell.dataset.row = r;
          cell.dataset.column = c;
          if (name.startsWith("your ") && differs.has(r * columns + c)) cell.classList.add("bp-differs");
          return cell;
        }),
      ),
    );
    const sizes = turned ? [rows, columns] : found.shape;
    const shape = sizes.length ? `(${sizes.join(", ")}${sizes.length === 1 ? "," : ""})` : "a number";
    const made = make("table", { className: output ? "bp-output" : "" }, [
      make("caption", {}, [make("b", { textContent: turned ? `${name}.T` : name }), ` ${shape}`]),
      make("tbody", {}, body),
    ]);
    made.dataset.term = name;
    made.dataset.quantity = name;
    return make("div", { className: "bp-matrix" }, [made]);
  }

  // An entry of a matrix product is a row times a column, one of δ a number times a number; point at an entry, and they
  // light up and what it is made of is written out.
  function writeOut(event) {
    const cell = event.target.closest?.("td");
    const step = stepAt(state.position);
    matrices.querySelectorAll(".bp-in-sum").forEach((one) => one.classList.remove("bp-in-sum"));
    say("");
    const output = cell?.closest("table")?.dataset.quantity;
    if (!isWrittenOut(step) || output !== step.output) return;
    const [i, j] = [Number(cell.dataset.row), Number(cell.dataset.column)];
    if (i < 0 || j < 0) return;
    const entry = (found, r, c) => numbersOf(found)[r * found.shape[1] + c];
    if (step.factors) {
      const numbers = step.factors.map((name) => bracketed(entry(quantity(name), i, j)));
      say(
        `${output}[${i}, ${j}] = ${step.factors.map((name) => `${name}[${i}, ${j}]`).join(" · ")} = ` +
          `${numbers.join(" · ")} = ${readable(entry(quantity(output), i, j))}`,
      );
      for (const name of [...step.factors, output]) {
        matrices
          .querySelectorAll(`table[data-quantity="${CSS.escape(name)}"] td[data-row="${i}"][data-column="${j}"]`)
          .forEach((one) => one.classList.add("bp-in-sum"));
      }
      return;
    }
    const [left, leftTurned, right, rightTurned] = step.product;
    const [A, B] = [quantity(left), quantity(right)];
    const inner = leftTurned ? A.shape[0] : A.shape[1];
    const terms = [];
    for (let k = 0; k < inner; k += 1) {
      const a = leftTurned ? entry(A, k, i) : entry(A, i, k);
      const b = rightTurned ? entry(B, j, k) : entry(B, k, j);
      terms.push(`${bracketed(a)} · ${bracketed(b)}`);
    }
    const bias = step.inputs.find((name) => /^b\d/.test(name));
    if (bias) terms.push(bracketed(numbersOf(quantity(bias))[j]));
    const many = terms.length > 8 ? [...terms.slice(0, 7), `… ${terms.length - 7} more`] : terms;
    const O = quantity(output);
    say(`${output}[${i}, ${j}] = ${many.join(" + ")} = ${readable(entry(O, i, j))}`);
    const lightLine = (name, along, at) =>
      matrices
        .querySelectorAll(`table[data-quantity="${CSS.escape(name)}"] td[data-${along}="${at}"]`)
        .forEach((one) => one.classList.add("bp-in-sum"));
    lightLine(left, "row", i);
    lightLine(right, "column", j);
    if (bias) lightLine(bias, "column", j);
    cell.classList.add("bp-in-sum");
  }
  const isWrittenOut = (step) => Boolean(step?.product ?? step?.factors);
  function say(text) {
    const step = stepAt(state.position);
    hint.textContent = text || !isWrittenOut(step) ? "" : hintOf(step.product ? "sum" : "product");
    written.setAttribute("aria-live", state.playing ? "off" : "polite"); // of a run only the end is said
    if (written.textContent !== text) written.textContent = text;
  }
  const hintOf = (what) => `Point at an entry of the result, or reach it with the Tab key and the arrows: its ${what} is written out here.`;
  matrices.addEventListener("pointerover", frame.guard(writeOut));
  matrices.addEventListener("focusin", frame.guard(writeOut));
  matrices.addEventListener("keydown", (event) => {
    const by = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
    const cell = event.target.closest?.("td");
    if (!by || !cell) return;
    event.preventDefault();
    const row = cell.parentElement;
    const at = [...row.children].indexOf(cell);
    const next = by[0] ? (by[0] < 0 ? row.previousElementSibling : row.nextElementSibling)?.children[at] : row.children[at + by[1]];
    if (!next) return;
    cell.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  });

  // The Tab key leads to one entry of a result that is written out. The focus of an entry that was drawn anew goes to the
  // one in its place, or to the first; where there is none, to the code, so that the keys still step and play.
  function enter(step, focused) {
    const { row, column } = focused ?? {};
    const result = isWrittenOut(step) ? matrices.querySelector(".bp-output") : null;
    const cell = result?.querySelector(`td[data-row="${row}"][data-column="${column}"]`) ?? result?.querySelector("td");
    if (cell) cell.tabIndex = 0;
    if (focused) (cell ?? code).focus({ preventScroll: true });
  }

  function position() {
    const { steps } = state.recording;
    const step = stepAt(state.position);
    const focused = matrices.contains(document.activeElement) ? { ...document.activeElement.dataset } : null;
    jump.show(null);
    finish.setAttribute("aria-disabled", String(state.position === state.recording.frames));
    if (drawn !== layersNow().join()) layOut();
    network.each((l, i) => network.unit(l, i, unitWords(l, i)));
    writeLoss();
    [...code.children].forEach((line, i) => {
      const here = i === state.position - 1;
      line.classList.toggle("bp-here", here);
      line.classList.toggle("bp-done", i < state.position - 1);
      if (here) line.setAttribute("aria-current", "step");
      else line.removeAttribute("aria-current");
    });
    if (step) {
      // Only the list scrolls, never the notebook, and by whole lines.
      code.scrollTop = code.children[Math.max(0, state.position - 5)].offsetTop - code.children[0].offsetTop;
      equation.innerHTML = step.mathml;
      const signs = step.signs ?? [];
      const parts = step.inputs.flatMap((name, i) => [
        ...(i ? [make("span", { className: "bp-sign", textContent: signs[i - 1] ?? "," })] : []),
        table(name, { turned: Boolean(step.product && ((i === 0 && step.product[1]) || (i === 1 && step.product[3]))) }),
      ]);
      const output = [make("span", { className: "bp-sign", textContent: "→" }), table(step.output, { output: true })];
      const mine = quantity(`your ${step.output}`);
      if (mine && step.compared) {
        const verdict = state.recording.stops.includes(state.position) ? "the first difference, yours:" : "yours:";
        output.push(make("span", { className: "bp-sign", textContent: verdict }), table(mine.name, { output: true }));
      }
      matrices.replaceChildren(...parts, ...output);
    } else {
      equation.replaceChildren(make("p", { textContent: "Step begins the pass." }));
      matrices.replaceChildren(table("X"), table("y"));
      code.scrollTop = 0;
    }
    say("");
    frame.light(step ? step.inputs : [], "bp-used");
    frame.light(step ? [step.output] : [], "bp-lit");
    enter(step, focused);
    return steps;
  }

  return frame.begin({
    recording,
    position,
    controls: () => {
      samples.fill(controller.choices().samples);
      samples.show(controller.settings().samples);
    },
    playing: () => {
      // On a small or enlarged screen both tensors may lie below its edge.
      if (!state.playing && state.recording.stops.includes(state.position)) matrices.scrollIntoView({ block: "nearest" });
    },
    redraw: () => {
      layOut();
      position();
    },
  });
}

export default widget({ speeds: [0.5, 1, 2] }, tracerView);
