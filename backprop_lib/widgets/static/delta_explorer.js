// The view of the delta explorer. What the recording holds stands in delta_explorer.py.

function deltaView(controller, el) {
  const { state } = controller;
  const at = () => state.picked; // the combination, the size and the target; all of them are recorded
  const places = () => state.recording.frames + 1;
  const now = () => state.recording.combinations[at().combination];
  const target = () => now().targets[at().target];
  const n = () => state.recording.samples[at().size];

  const byPlace = (array, combination = at().combination) => array.subarray(combination * places(), (combination + 1) * places());
  function byTarget(array, combination = at().combination) {
    const begin = (combination * now().targets.length + at().target) * places();
    return array.subarray(begin, begin + places());
  }
  function bySize(array, combination = at().combination) {
    const { samples } = state.recording;
    const begin = ((combination * samples.length + at().size) * now().targets.length + at().target) * places();
    return array.subarray(begin, begin + places());
  }
  function run(combination) {
    const { runs, steps, run_every: every, samples } = state.recording;
    const count = steps / every + 1;
    const row = (combination * samples.length + at().size) * now().targets.length + at().target;
    const begin = (row * places() + state.position) * count;
    return runs.subarray(begin, begin + count);
  }
  // The two losses that go with the same output.
  const pair = () => state.recording.combinations.flatMap(({ output }, i) => (output === now().output ? [i] : []));

  // A factor below 1 has five digits and a product below 0.1 three: the numbers on screen multiply to what is on screen.
  const digits = (value, count, below) => {
    const size = Math.abs(value);
    if (size === 0 || size >= below || !Number.isFinite(size)) return readable(value);
    const text = size >= 0.001 ? size.toPrecision(count) : size.toExponential(count - 1).replace(/-(\d)$/, "-0$1").replace("-", "−");
    return `${value < 0 ? "−" : ""}${text}`;
  };
  const rounded = (value) => digits(value, 3, 0.1);
  const enclosed = (value) => (value < 0 ? `(${digits(value, 5, 1)})` : digits(value, 5, 1));

  function words() {
    const { z, y_hat, loss, grad, slope, delta, nudged } = state.recording;
    const i = state.position;
    const number = (value) => readable(value);
    return (
      `z = ${number(z[i])}: the prediction is ${number(byPlace(y_hat)[i])}, the target ${number(target())}, the loss ${number(byTarget(loss)[i])}. ` +
      `delta = ${enclosed(bySize(grad)[i])} · ${enclosed(byPlace(slope)[i])} = ${rounded(bySize(delta)[i])}; nudging z gives ${rounded(bySize(nudged)[i])}.`
    );
  }

  const frame = makeFrame(controller, el, {
    name: "Delta explorer",
    counts: "z",
    unit: "places",
    words,
    shown: ({ recording, position }) => `z = ${readable(recording.z[position])}`,
  });
  const combinations = frame.choice("Output and loss", [], (combination) => controller.pick({ combination }));
  const targets = frame.slider("Target y", {
    text: (i) => readable(now().targets[i]),
    onMove: (target) => controller.pick({ target }),
  });
  const sizes = frame.choice("Samples n", [], (size) => controller.pick({ size }));
  frame.settings.append(combinations.element, targets.element, sizes.element);

  // A prime of its own size: as a superscript it is a dot.
  const slopeAtZ = math("mrow", { "data-term": "slope" }, [
    ...[["mi", "f"], ["mo", "′"], ["mo", "("], ["mi", "z"], ["mo", ")"]].map(([tag, text]) =>
      math(tag, tag === "mo" ? { stretchy: "false", lspace: "0", rspace: "0" } : {}, [text]),
    ),
  ]);
  const equation = make("div", { className: "bp-equation bp-equations" });
  const factors = make("p", { className: "bp-factors" });
  const VALUES = ["y_hat", "y", "n", "loss"];
  const given = Object.fromEntries(VALUES.map((name) => [name, make("span", { "data-term": name })]));
  const parts = ["grad", "slope", "delta"].map((name) => math("mn", { "data-term": name }));
  const product = make("p", { className: "bp-product" }, [
    make("span", { className: "bp-product-name", textContent: "In numbers:" }),
    ...Object.values(given),
    mathRow([
      math("mi", { "data-term": "delta" }, ["δ"]),
      math("mo", {}, ["="]),
      partialOf("C", "ŷ", "grad"),
      math("mo", {}, ["·"]),
      slopeAtZ,
      math("mo", {}, ["="]),
      parts[0],
      math("mo", {}, ["·"]),
      parts[1],
      math("mo", {}, ["="]),
      parts[2],
    ]),
  ]);
  frame.walk(product, "The error delta in numbers");
  const SHOWS = { loss: "loss grad", hill: "y_hat slope", push: "delta", run: "" }; // what a picture lights up with
  const panels = Object.keys(SHOWS).map((name) => {
    const caption = make("figcaption", {});
    const canvas = make("canvas", { role: "img" });
    const legend = make("ul", { className: "bp-legend" });
    const figure = make("figure", { className: "bp-panel" }, [caption, canvas, legend]);
    if (SHOWS[name]) figure.dataset.term = SHOWS[name];
    return { name, caption, canvas, legend, figure };
  });
  frame.body.append(equation, factors, product, make("div", { className: "bp-panels bp-panels-fit" }, panels.map(({ figure }) => figure)));

  const rangeOf = (...arrays) => {
    const [low, high] = arrays.reduce(([a, b], array) => array.reduce(([l, h], v) => [Math.min(l, v), Math.max(h, v)], [a, b]), [Infinity, -Infinity]);
    const pad = 0.07 * (high - low || 1);
    return [low - pad, high + pad];
  };

  function line(paper, scale, xs, ys, { color, dash = [] }) {
    const { pen, ink } = paper;
    inside(paper, scale, () => {
      pen.strokeStyle = color;
      pen.lineWidth = 2.4 * ink;
      pen.setLineDash(dash);
      pen.beginPath();
      ys.forEach((y, i) => pen[i ? "lineTo" : "moveTo"](scale.px(xs[i]), scale.py(y)));
      pen.stroke();
      pen.setLineDash([]);
    });
  }
  function tangent(paper, scale, x, y, slope, [low, high]) {
    line(paper, scale, [low, high], [y + slope * (low - x), y + slope * (high - x)], { color: COLORS[1], dash: [7, 4] });
    pointMark(paper.pen, scale.px(x), scale.py(y), 0, paper.text, { ring: paper.back, ink: 1.3 * paper.ink });
  }

  const DRAW = {
    // The loss over the prediction, with what arrives as its slope.
    loss(paper) {
      const { y_hat, loss, grad } = state.recording;
      const [xs, ys, i] = [byPlace(y_hat), byTarget(loss), state.position];
      const x = now().output === "sigmoid" ? [0, 1] : [xs[0], xs[xs.length - 1]];
      const y = rangeOf(ys);
      const scale = drawAxes(paper, { x, y, yTicks: niceTicks(y[0], y[1], 4), xLabel: "ŷ across, loss up" });
      line(paper, scale, xs, ys, { color: COLORS[0] });
      tangent(paper, scale, xs[i], ys[i], bySize(grad)[i] * n(), x);
      const shared = n() === 1 ? "" : `, by n: ${readable(bySize(grad)[i])}`;
      return { caption: `Loss over ŷ: slope ${readable(bySize(grad)[i] * n())}${shared}`, legend: [], tangent: true };
    },
    // The output activation over z, with its slope.
    hill(paper) {
      const { y_hat, slope, z } = state.recording;
      const [ys, i] = [byPlace(y_hat), state.position];
      const y = rangeOf(ys);
      const x = [z[0], z[z.length - 1]];
      const scale = drawAxes(paper, { x, y, yTicks: niceTicks(y[0], y[1], 4), xLabel: "z across, ŷ up" });
      line(paper, scale, z, ys, { color: COLORS[0] });
      tangent(paper, scale, z[i], ys[i], byPlace(slope)[i], x);
      return { caption: `ŷ over z: slope ${readable(byPlace(slope)[i])}`, legend: [], tangent: true };
    },
    // delta over z for both losses of this output.
    push(paper) {
      const { delta, z } = state.recording;
      const both = pair();
      const y = rangeOf(...both.map((c) => bySize(delta, c)));
      const scale = drawAxes(paper, { x: [z[0], z[z.length - 1]], y, yTicks: niceTicks(y[0], y[1], 4), xLabel: "z across, δ up" });
      both.forEach((c, k) => {
        line(paper, scale, z, bySize(delta, c), { color: COLORS[k], dash: DASHES[k] });
        const i = state.position;
        pointMark(paper.pen, scale.px(z[i]), scale.py(bySize(delta, c)[i]), k, COLORS[k], { ring: paper.back, ink: 1.3 * paper.ink });
      });
      return { caption: "δ over z, with both losses", legend: both.map((c) => [c, rounded(bySize(delta, c)[state.position])]) };
    },
    // The prediction along steps downhill from this place, for both losses.
    run(paper) {
      const { steps, run_every: apart } = state.recording;
      const both = pair();
      const y = now().output === "sigmoid" ? [-0.05, 1.05] : rangeOf(...both.map(run), [target()]);
      const scale = drawAxes(paper, { x: [0, steps], y, yTicks: niceTicks(y[0], y[1], 4), xLabel: "steps across, ŷ up", whole: true });
      line(paper, scale, [0, steps], [target(), target()], { color: paper.text, dash: [1, 4] });
      both.forEach((c, k) => {
        const values = run(c);
        const entries = { px: (i) => scale.px(i * apart), py: scale.py, box: scale.box };
        drawSeries(paper, entries, (i) => values[i], values.length - 1, { color: COLORS[k], dash: DASHES[k], marker: k, every: 4 });
      });
      return {
        caption: `${steps} steps at learning rate ${now().learning_rate}`,
        legend: both.map((c) => [c, `ends at ${readable(run(c).at(-1))}`]),
      };
    },
  };

  function draw() {
    panels.forEach(({ name, canvas, caption, legend }) => {
      const paper = prepare(canvas);
      if (!paper) return;
      const { caption: title, legend: entries, tangent: hasTangent } = DRAW[name](paper);
      caption.textContent = title;
      legend.replaceChildren(
        ...(hasTangent ? [make("li", {}, [swatch(COLORS[1], "7 4", -1), make("span", { textContent: "tangent" })])] : []),
        ...entries.map(([c, text], k) =>
          make("li", {}, [swatch(COLORS[k], DASHES[k].join(" ") || "none", k), make("span", { textContent: `${state.recording.combinations[c].loss} ${text}` })]),
        ),
      );
      if (!state.playing) {
        const told = entries.map(([c, text]) => `${state.recording.combinations[c].loss} ${text}`).join(", ");
        canvas.setAttribute("aria-label", `${title}${told ? `: ${told}` : ""}.`);
      }
    });
  }

  function recording() {
    const { combinations: all, samples } = state.recording;
    combinations.fill(all.map(({ title }, i) => [i, title]));
    sizes.fill(samples.map((size, i) => [i, String(size)]));
    picked();
  }

  function picked() {
    combinations.show(at().combination);
    sizes.show(at().size);
    targets.show(at().target, now().targets.length - 1);
  }

  function position() {
    const { y_hat, loss, grad, slope, delta } = state.recording;
    const i = state.position;
    if (equation.dataset.of !== now().title) {
      equation.innerHTML = now().mathml.join("");
      equation.dataset.of = now().title;
    }
    factors.textContent = now().factors;
    given.y_hat.textContent = `ŷ = ${readable(byPlace(y_hat)[i])}`;
    given.y.textContent = `y = ${readable(target())}`;
    given.n.textContent = `n = ${n()}`;
    given.loss.textContent = `loss ${readable(byTarget(loss)[i])}`;
    parts[0].textContent = enclosed(bySize(grad)[i]);
    parts[1].textContent = enclosed(byPlace(slope)[i]);
    parts[2].textContent = rounded(bySize(delta)[i]);
    draw();
  }

  return frame.begin({ recording, position, picked, playing: position });
}

export default widget({ speeds: [5, 15, 60] }, deltaView);
