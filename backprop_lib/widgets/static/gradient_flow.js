// The view of the gradient flow explorer. What the recording holds stands in gradient_flow.py.

function flowView(controller, el) {
  const { state } = controller;
  let back = "deltas"; // what the second panel draws
  const frame = makeFrame(controller, el, {
    name: "Gradient flow",
    counts: "Epoch",
    unit: "epochs",
    words: ({ recording, position }) => (back === "dW" ? recording.words_dW : recording.words)[position],
    shown: ({ recording, position }) => `${position} of ${recording.frames}`,
    working: "Training with the new settings.",
  });
  const choices = [
    ["depth", "Layers"],
    ["width", "Units in each"],
    ["hidden", "Activation"],
    ["gain", "Gain"],
  ].map(([name, label]) => ({ name, choice: frame.choice(label, [], (value) => controller.change({ [name]: value })) }));
  const perLayer = frame.choice("Per layer", [["deltas", "δ"], ["dW", "dW"]], (value) => {
    back = value;
    position();
    frame.showStatus();
  });
  frame.settings.append(...choices.map(({ choice }) => choice.element), perLayer.element);

  const TITLES = {
    activations: () => "Size of the activations in each layer",
    back: () => `Size of ${back === "dW" ? "dW" : "δ"} in each layer`,
    loss: () => "Loss",
  };
  const panels = Object.keys(TITLES).map((name) => {
    const caption = make("figcaption", {});
    const canvas = make("canvas", { role: "img" });
    const legend = make("ul", { className: "bp-legend" });
    return { name, caption, canvas, legend, figure: make("figure", { className: "bp-panel" }, [caption, canvas, legend]) };
  });
  frame.body.append(make("div", { className: "bp-panels" }, panels.map(({ figure }) => figure)));

  const logs = (values) => Array.from(values, (value) => (value > 0 ? Math.log10(value) : NaN));
  const at = (array, depth) => array.subarray(state.position * depth, (state.position + 1) * depth);

  function layers(paper, name) {
    const { depth } = state.recording;
    const [measured, expected] = [logs(at(state.recording[name], depth)), logs(state.recording[`expected_${name}`] ?? [])];
    const all = [...logs(state.recording[name]), ...expected].filter(Number.isFinite);
    const top = Math.ceil((all.length ? Math.max(...all) : 0) + 0.05);
    const least = (values) => Math.floor(Math.min(...values.filter(Number.isFinite), top - 1) - 0.05);
    const start = logs(state.recording[name].subarray(0, depth));
    const bottom = Math.min(Math.max(least(all), top - 24), least([...start, ...expected])); // the start is always whole
    const ticks = niceTicks(bottom, top, Math.min(6, top - bottom)).filter(Number.isInteger);
    const scale = drawAxes(paper, {
      x: [1, depth],
      y: [bottom, top],
      yTicks: ticks,
      yLabels: ticks.map((tick) => `10${superscript(tick)}`),
      xLabel: "layer",
      whole: true,
    });
    const { pen, ink } = paper;
    inside(paper, scale, () => {
      pen.strokeStyle = COLORS[1];
      pen.lineWidth = 2 * ink;
      pen.setLineDash([7, 4]);
      pen.beginPath();
      expected.forEach((value, i) => Number.isFinite(value) && pen[i ? "lineTo" : "moveTo"](scale.px(i + 1), scale.py(value)));
      pen.stroke();
      pen.setLineDash([]);
      measured.forEach((value, i) => {
        if (Number.isFinite(value)) pointMark(pen, scale.px(i + 1), scale.py(value), 0, COLORS[0], { ring: paper.back, ink });
      });
    }, 6);
    const now = at(state.recording[name], depth);
    sayInside(paper, scale, now.some((size) => size === 0) && "0 has no place on this axis");
    const theory = { color: COLORS[1], dash: "7 4", text: "theory, at the start" };
    return [
      { color: COLORS[0], marker: 0, text: `measured, ${readable(now[0])} in layer 1` },
      ...(expected.some(Number.isFinite) ? [theory] : []),
    ];
  }

  const DRAW = {
    activations: (paper) => layers(paper, "activations"),
    back: (paper) => layers(paper, back),
    loss(paper) {
      const { loss, frames } = state.recording;
      const top = Math.min(largest(loss), 4 * loss[0]) * 1.05 || 1;
      const scale = drawAxes(paper, { x: [0, Math.max(1, frames)], y: [0, top], yTicks: niceTicks(0, top, 5), xLabel: "epoch", whole: true });
      drawSeries(paper, scale, (i) => loss[i], state.position, { color: COLORS[0], dash: [], marker: 0, every: 10 });
      sayInside(paper, scale, loss[state.position] > top && "now above the chart");
      return [{ color: COLORS[0], dash: "none", marker: 0, text: `loss ${readable(loss[state.position])}` }];
    },
  };

  function position() {
    panels.forEach(({ name, caption, canvas, legend }) => {
      const title = TITLES[name]();
      caption.textContent = title;
      const paper = prepare(canvas);
      if (!paper) return;
      const entries = DRAW[name](paper);
      legend.replaceChildren(
        ...entries.map(({ color, dash, marker, text }) => make("li", {}, [swatch(color, dash, marker ?? -1), make("span", { textContent: text })])),
      );
      if (!state.playing) canvas.setAttribute("aria-label", `${title} at epoch ${state.position}: ${entries.map(({ text }) => text).join(", ")}.`);
    });
  }

  return frame.begin({
    recording: () => {},
    position,
    playing: position,
    controls: () =>
      choices.forEach(({ name, choice }) => {
        choice.fill(controller.choices()[name]);
        choice.show(controller.settings()[name]);
      }),
  });
}

export default widget({ speeds: [2, 10, 40] }, flowView);
