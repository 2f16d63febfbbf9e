// The view of the epoch stepper: the loss, the gradient magnitudes and the prediction, epoch by epoch. What the
// recording holds stands in epoch_stepper.py.

const FIELD = [
  [0xf4, 0xb1, 0x83],
  [0xff, 0xff, 0xff],
  [0x8d, 0xbf, 0xe0],
];
const SAMPLE = "#808080";

const layersOf = ({ sizes }) => sizes.length - 1;
const inputsOf = ({ sizes }) => sizes[0];

function fieldOf({ coded, field }) {
  return coded ? Float32Array.from(field, (c) => 0.5 + 0.5 * Math.sign(c) * (c / 127) ** 2) : field;
}

function drawMarks({ pen, text }, { px, box }, recording, upTo) {
  pen.strokeStyle = text;
  pen.globalAlpha = 0.5;
  pen.setLineDash([2, 3]);
  for (const [epoch] of recording.marks.slice(1)) {
    if (epoch > upTo) continue;
    pen.beginPath();
    pen.moveTo(px(epoch), box.top);
    pen.lineTo(px(epoch), box.bottom);
    pen.stroke();
  }
  pen.setLineDash([]);
  pen.globalAlpha = 1;
}

// -------------------------------------------------------------------------------------------------- the panels

function lossPanel(recording) {
  const heldOut = recording.held_out_loss.length > 0;
  const series = [
    { name: "training", values: recording.loss, color: COLORS[0], dash: DASHES[0], marker: 0 },
    ...(heldOut
      ? [{ name: "held out", values: recording.held_out_loss, color: COLORS[1], dash: DASHES[1], marker: 1 }]
      : []),
  ];
  // A run that climbs far above its start is cut off rather than flattening everything else.
  const start = Math.max(...series.map(({ values }) => values[0]));
  const last = Math.max(...series.map(({ values }) => values[values.length - 1]));
  const limit = Math.max(4 * start, last < 100 * start ? 1.2 * last : 0);
  const top = Math.min(Math.max(...series.map(({ values }) => largest(values))), limit) * 1.05 || 1;
  return {
    series,
    draw(canvas, epoch) {
      const paper = prepare(canvas);
      if (!paper) return;
      const scale = drawAxes(paper, {
        x: [0, recording.frames],
        y: [0, top],
        yTicks: niceTicks(0, top, 5),
        xLabel: "epoch",
        whole: true,
      });
      drawMarks(paper, scale, recording, epoch);
      const every = Math.max(1, Math.ceil(recording.frames / 8));
      for (const { values, ...look } of series) drawSeries(paper, scale, (e) => values[e], epoch, { ...look, every });
    },
    legend: (epoch) => series.map((one) => `${one.name} ${readable(one.values[epoch])}`),
  };
}

function gradientPanel(recording) {
  const { gradient_norms: norms, frames: epochs } = recording;
  const layers = layersOf(recording);
  const logs = (layer) => (epoch) => {
    const norm = norms[epoch * layers + layer];
    return norm > 0 ? Math.log10(norm) : NaN;
  };
  const positive = norms.filter((norm) => norm > 0 && Number.isFinite(norm));
  // A run that explodes is cut off six decades above its start.
  const first = Math.ceil(Math.log10(largest(norms.subarray(0, layers)) || 1)) + 6;
  const top = positive.length ? Math.min(Math.ceil(Math.log10(largest(positive)) + 0.02), first) : 0;
  const least = positive.length ? Math.log10(positive.reduce((a, b) => Math.min(a, b))) : -1;
  const bottom = Math.max(Math.min(Math.floor(least), top - 1), top - 12);
  const ticks = niceTicks(bottom, top, Math.min(6, top - bottom)).filter(Number.isInteger);
  const series = Array.from({ length: layers }, (_, layer) => ({
    name: `layer ${layer + 1}`,
    color: COLORS[layer % COLORS.length],
    dash: DASHES[layer % DASHES.length],
    marker: layer % MARKERS.length,
  }));
  return {
    series,
    draw(canvas, epoch) {
      const paper = prepare(canvas);
      if (!paper) return;
      const scale = drawAxes(paper, {
        x: [0, epochs],
        y: [bottom, top],
        yTicks: ticks,
        yLabels: ticks.map((tick) => `10${superscript(tick)}`),
        xLabel: "epoch",
        whole: true,
      });
      drawMarks(paper, scale, recording, epoch);
      const every = Math.max(1, Math.ceil(epochs / 8));
      series.forEach((look, layer) => drawSeries(paper, scale, logs(layer), epoch, { ...look, every }));
    },
    legend: (epoch) => series.map((one, layer) => `${one.name} ${readable(norms[epoch * layers + layer])}`),
  };
}

function samplesOf(recording) {
  const inputs = inputsOf(recording);
  const collect = (X, y, heldOut) =>
    Array.from(y, (target, i) => ({ at: X.slice(i * inputs, (i + 1) * inputs), target, heldOut }));
  return [
    ...collect(recording.held_out_X, recording.held_out_y, true),
    ...collect(recording.X, recording.y, false),
  ];
}

function predictionPanel(recording) {
  const { grid, low, high, task } = recording;
  const inputs = inputsOf(recording);
  const field = fieldOf(recording);
  const classes = task === "classification";
  const samples = samplesOf(recording);
  const targets = samples.map(({ target }) => target);
  const heldOut = recording.held_out_y.length > 0;
  const [floor, ceiling] = classes
    ? [0, 1]
    : [targets.reduce((a, b) => Math.min(a, b)), targets.reduce((a, b) => Math.max(a, b))];
  const share = (value) => Math.min(Math.max((value - floor) / (ceiling - floor || 1), 0), 1);
  const tint = (value) => {
    const [from, to] = share(value) < 0.5 ? [FIELD[0], FIELD[1]] : [FIELD[1], FIELD[2]];
    const part = (share(value) < 0.5 ? share(value) : share(value) - 0.5) * 2;
    return from.map((channel, c) => channel + part * (to[c] - channel));
  };
  const look = (target) => {
    if (classes) return target > 0.5 ? { shape: 1, color: COLORS[0] } : { shape: 0, color: COLORS[1] };
    return { shape: 0, color: inputs === 2 ? `rgb(${tint(target).join()})` : SAMPLE };
  };
  const series = [
    ...(classes
      ? [
          { name: "class 0", color: COLORS[1], marker: 0 },
          { name: "class 1", color: COLORS[0], marker: 1 },
        ]
      : [{ name: inputs === 2 ? `samples, from ${readable(floor)} to ${readable(ceiling)}` : "samples", color: SAMPLE, marker: 0 }]),
    ...(heldOut ? [{ name: "held out", color: classes ? COLORS[1] : SAMPLE, marker: 0, hollow: true }] : []),
  ];
  const size = inputs === 2 ? grid * grid : grid;
  const at = (epoch) => field.subarray(epoch * size, (epoch + 1) * size);

  function plane(paper, epoch) {
    const { pen } = paper;
    const scale = drawAxes(paper, {
      x: [low[0], high[0]],
      y: [low[1], high[1]],
      yTicks: niceTicks(low[1], high[1], 5),
      xLabel: "x₁ across, x₂ up",
    });
    const { box } = scale;
    const values = at(epoch);
    const small = make("canvas", { width: grid, height: grid });
    const picture = new ImageData(grid, grid);
    for (let row = 0; row < grid; row += 1) {
      for (let column = 0; column < grid; column += 1) {
        picture.data.set([...tint(values[row * grid + column]), 255], ((grid - 1 - row) * grid + column) * 4);
      }
    }
    small.getContext("2d").putImageData(picture, 0, 0);
    pen.imageSmoothingEnabled = true;
    pen.drawImage(small, box.left, box.top, box.right - box.left, box.bottom - box.top);
    if (classes) contour(paper, values, box);
    for (const { at: x, target, heldOut: open } of samples) {
      const { shape, color } = look(target);
      pointMark(pen, scale.px(x[0]), scale.py(x[1]), shape, color, { hollow: open, ring: classes ? "#ffffff" : "#1a1a1a", inside: "#ffffff", ink: paper.ink });
    }
  }

  // The line where the prediction is 0.5: in each cell of the grid, straight from edge to edge.
  function contour({ pen, ink }, values, box) {
    const cell = (box.right - box.left) / (grid - 1);
    const rise = (box.bottom - box.top) / (grid - 1);
    pen.strokeStyle = "#1a1a1a";
    pen.lineWidth = 2 * ink;
    pen.beginPath();
    for (let row = 0; row < grid - 1; row += 1) {
      for (let column = 0; column < grid - 1; column += 1) {
        const corners = [[0, 0], [1, 0], [1, 1], [0, 1]].map(([dx, dy]) => ({
          x: column + dx,
          y: row + dy,
          v: values[(row + dy) * grid + column + dx] - 0.5,
        }));
        const crossings = [];
        for (let i = 0; i < 4; i += 1) {
          const [a, b] = [corners[i], corners[(i + 1) % 4]];
          if (a.v > 0 === b.v > 0) continue;
          const part = a.v / (a.v - b.v);
          crossings.push([a.x + part * (b.x - a.x), a.y + part * (b.y - a.y)]);
        }
        for (let i = 0; i + 1 < crossings.length; i += 2) {
          pen.moveTo(box.left + crossings[i][0] * cell, box.bottom - crossings[i][1] * rise);
          pen.lineTo(box.left + crossings[i + 1][0] * cell, box.bottom - crossings[i + 1][1] * rise);
        }
      }
    }
    pen.stroke();
  }

  function curve(paper, epoch) {
    const { pen } = paper;
    const pad = 0.15 * (ceiling - floor || 1);
    const y = [floor - pad, ceiling + pad];
    const scale = drawAxes(paper, {
      x: [low[0], high[0]],
      y,
      yTicks: niceTicks(y[0], y[1], 5),
      xLabel: "x across, y up",
    });
    for (const { at: x, target, heldOut: open } of samples) {
      const { shape, color } = look(target);
      pointMark(pen, scale.px(x[0]), scale.py(target), shape, color, { hollow: open, ring: paper.back, inside: paper.back, ink: paper.ink });
    }
    inside(paper, scale, () => {
      pen.strokeStyle = COLORS[0];
      pen.lineWidth = 3 * paper.ink;
      pen.beginPath();
      at(epoch).forEach((value, i) => {
        const x = low[0] + (i / (grid - 1)) * (high[0] - low[0]);
        pen[i ? "lineTo" : "moveTo"](scale.px(x), scale.py(value));
      });
      pen.stroke();
    });
    if (!at(epoch).some((value) => value >= y[0] && value <= y[1])) {
      pen.fillStyle = paper.text;
      pen.textAlign = "center";
      pen.fillText("the prediction is off the chart", (scale.box.left + scale.box.right) / 2, scale.box.top + 4);
    }
  }

  return {
    series,
    draw(canvas, epoch) {
      const paper = prepare(canvas);
      if (paper) (inputs === 2 ? plane : curve)(paper, epoch);
    },
    legend: () => series.map(({ name }) => name),
  };
}

const TITLES = {
  loss: () => "Loss",
  gradients: () => "Gradient magnitude of each layer",
  prediction: (recording) =>
    inputsOf(recording) === 1 ? "Prediction and samples" : recording.task === "classification" ? "Decision boundary" : "Prediction over the inputs",
};

// ---------------------------------------------------------------------------------------------------- the view

function stepperView(controller, el) {
  const { state } = controller;
  const frame = makeFrame(controller, el, {
    name: "Epoch stepper",
    counts: "Epoch",
    unit: "epochs",
    words: ({ recording, position }) => recording.words[position],
    shown: ({ recording, position }) => `${position} of ${recording.frames}`,
    working: "Training with the new settings.",
  });

  const pick = (name) => (value) => controller.change({ [name]: value });
  const data = frame.choice("Data", [], pick("data"));
  const hiddenSizes = frame.choice("Hidden layers", [], pick("hidden_sizes"));
  const hidden = frame.choice("Activation", [], pick("hidden"));
  const batch = frame.choice("Batch size", [], pick("batch_size"));
  const rates = () => controller.choices().learning_rate;
  const rate = frame.slider("Learning rate", {
    text: (i) => String(rates()[i]),
    onPick: (i) => controller.change({ learning_rate: rates()[i] }),
    className: "bp-rate",
  });
  frame.settings.append(data.element, hiddenSizes.element, hidden.element, rate.element, batch.element);

  const panels = ["loss", "gradients", "prediction"].map((name) => {
    const caption = make("figcaption", {});
    const canvas = make("canvas", { role: "img" });
    const legend = make("ul", { className: "bp-legend" });
    return { name, caption, canvas, legend, figure: make("figure", { className: "bp-panel" }, [caption, canvas, legend]) };
  });
  const tables = make("div", { className: "bp-tables", tabIndex: 0, role: "region", "aria-label": "Weights and biases" });
  tables.dataset.scrolls = "true";
  const parameters = make("details", { className: "bp-parameters", ontoggle: frame.guard(() => drawTables()) }, [
    make("summary", { textContent: "Weights and biases at this epoch" }),
    tables,
  ]);
  frame.body.append(make("div", { className: "bp-panels" }, panels.map(({ figure }) => figure)), parameters);

  function controls() {
    const settings = controller.settings();
    const choices = controller.choices();
    data.fill(Object.entries(choices.data));
    hiddenSizes.fill(choices.hidden_sizes.map((sizes) => [sizes, sizes.length ? sizes.join(", ") : "none"]));
    hidden.fill(choices.hidden.map((name) => [name, name]));
    batch.fill(choices.batch_size.map((size) => [size, size === null ? "all" : String(size)]));
    data.show(settings.data);
    hiddenSizes.show(settings.hidden_sizes);
    hidden.show(settings.hidden);
    batch.show(settings.batch_size);
    rate.show(rates().indexOf(settings.learning_rate), rates().length - 1);
  }

  let drawers = [];
  function recording() {
    const made = state.recording;
    drawers = [lossPanel(made), gradientPanel(made), predictionPanel(made)];
    panels.forEach(({ name, caption, legend }, i) => {
      caption.textContent = TITLES[name](made);
      const entries = drawers[i].legend(0).map((_, k) => {
        const one = drawers[i].series[k];
        const label = make("span", {});
        return make("li", {}, one ? [swatch(one.color, one.dash && (one.dash.join(" ") || "none"), one.marker, one.hollow), label] : [label]);
      });
      legend.replaceChildren(...entries);
    });
    frame.scrubOut.style.minWidth = `${2 * String(made.frames).length + 4}ch`; // so that the slider keeps its length
  }

  function position() {
    const epoch = state.position;
    panels.forEach(({ canvas, legend, caption }, i) => {
      drawers[i].draw(canvas, epoch);
      const texts = drawers[i].legend(epoch);
      texts.forEach((text, k) => {
        legend.children[k].lastChild.textContent = text;
      });
      if (!state.playing) canvas.setAttribute("aria-label", `${caption.textContent} at epoch ${epoch}: ${texts.join(", ")}`);
    });
    if (parameters.open) drawTables();
  }

  function drawTables() {
    const { sizes, parameters: values, frames } = state.recording;
    const count = values.length / (frames + 1);
    let next = state.position * count;
    const take = (rows, columns) => Array.from({ length: rows }, () => Array.from({ length: columns }, () => values[next++]));
    const table = (caption, rows) =>
      make("table", {}, [
        make("caption", { textContent: caption }),
        make("tbody", {}, rows.map((row) => make("tr", {}, row.map((value) => make("td", { textContent: readable(value) }))))),
      ]);
    const made = [];
    for (let layer = 1; layer < sizes.length; layer += 1) {
      const [nIn, nOut] = [sizes[layer - 1], sizes[layer]];
      made.push(table(`W of layer ${layer} (${nIn}, ${nOut})`, take(nIn, nOut)));
      made.push(table(`b of layer ${layer} (${nOut},)`, take(1, nOut)));
    }
    tables.replaceChildren(...made);
  }

  return frame.begin({
    recording,
    position,
    controls,
    playing: position,
    redraw: () => panels.forEach(({ canvas }, i) => drawers[i].draw(canvas, state.position)),
  });
}

const changedOnTheWay = ({ recording }) => recording.marks.length > 1 || recording.stopped === "callback";

export default widget({ speeds: [5, 20, 60], resetAsks: changedOnTheWay }, stepperView);
