// The view of the epoch stepper. The kernel sends one recording (its format stands in epoch_stepper.py);
// stepping, playing and scrubbing happen here, also when the kernel is busy or gone.

const COLORS = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#808080"];
const DASHES = [[], [8, 4], [8, 3, 2, 3], [2, 3], [12, 3], [5, 2, 1, 2], [1, 2]];
const FIELD = [
  [0xf4, 0xb1, 0x83],
  [0xff, 0xff, 0xff],
  [0x8d, 0xbf, 0xe0],
];
const SAMPLE = "#808080";
const SPEEDS = [5, 20, 60];
const PATIENCE_MS = 8000;

// ---------------------------------------------------------------------------------------------- the recording

function decode(sent) {
  const array = (view, Type) =>
    new Type(view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength));
  const floats = (name) => array(sent[name], Float32Array);
  const doubles = (name) => array(sent[name], Float64Array);
  return {
    ...sent,
    layers: sent.sizes.length - 1,
    inputs: sent.sizes[0],
    loss: doubles("loss"),
    held_out_loss: doubles("held_out_loss"),
    gradient_norms: doubles("gradient_norms"),
    parameters: doubles("parameters"),
    field: sent.coded
      ? Float32Array.from(array(sent.field, Int8Array), (c) => 0.5 + 0.5 * Math.sign(c) * (c / 127) ** 2)
      : floats("field"),
    X: floats("X"),
    y: floats("y"),
    held_out_X: floats("held_out_X"),
    held_out_y: floats("held_out_y"),
  };
}

function readable(value) {
  if (value === 0) return "0";
  const size = Math.abs(value);
  return size >= 0.001 && size < 10000 ? value.toFixed(4) : value.toExponential(2).replace(/([+-])(\d)$/, "$10$2");
}

// ---------------------------------------------------------------------------------- the state, one for all views

function makeController(model) {
  const listeners = new Set();
  const state = {
    recording: decode(model.get("_sent")),
    epoch: model.get("epoch"),
    playing: false,
    speed: window.matchMedia("(prefers-reduced-motion: reduce)").matches ? SPEEDS[0] : SPEEDS[1],
    waiting: false, // for an answer of the kernel
    late: false, // and for longer than anybody wants to hold back a step
    problem: model.get("_problem"),
  };
  let request = 0;
  let asked = null; // what the kernel is working on
  let queued = null; // the newest request made while another one was under way
  let pressed = []; // what was clicked while the kernel was training
  let patience = null;
  let frame = null;
  let lastSync = 0;
  let told = state.epoch; // the epoch that the kernel last heard of or gave

  const emit = (what) => listeners.forEach((listener) => listener(what));

  // JupyterLab's manager shows its kernel; where a manager does not, the kernel is taken to be there.
  function kernelIsGone() {
    const manager = model.widget_manager;
    if (!manager || !("kernel" in manager)) return false;
    return !manager.kernel || manager.kernel.isDisposed || ["dead", "terminating"].includes(manager.kernel.status);
  }

  function sync() {
    if (kernelIsGone()) return;
    lastSync = performance.now();
    told = state.epoch;
    model.set("epoch", state.epoch);
    model.set("playing", state.playing);
    model.save_changes();
  }

  // Tell the kernel what is on screen, unless it has moved on meanwhile (`of`), or has another recording (`id`).
  function tell(of) {
    send({ kind: "show", epoch: state.epoch, of, id: state.recording.id });
  }

  function send(content) {
    try {
      if (kernelIsGone()) return false;
      model.send(content);
      return true;
    } catch {
      return false; // after a restart of the kernel nobody listens: the manager throws "Cannot send"
    }
  }

  function stop() {
    if (frame !== null) cancelAnimationFrame(frame);
    frame = null;
    pressed = pressed.filter((action) => action !== play);
    const was = state.playing;
    state.playing = false;
    if (was) emit("playing");
    return was;
  }

  function show(epoch) {
    state.epoch = Math.min(Math.max(epoch, 0), state.recording.epochs);
    emit("epoch");
  }

  function goTo(epoch) {
    show(epoch);
    sync();
  }

  function later(action) {
    if (!state.waiting || state.late) return false;
    pressed.push(action);
    return true;
  }

  function play() {
    if (state.playing || later(play)) return;
    state.playing = true;
    if (state.epoch >= state.recording.epochs) show(0);
    emit("playing");
    sync();
    let last = performance.now();
    let due = 0;
    const tick = (now) => {
      if (!state.playing) return;
      if (listeners.size === 0) return pause();
      due += (Math.min(Math.max(0, now - last), 250) * state.speed) / 1000; // a hidden tab does not save up
      last = now;
      const whole = Math.min(Math.floor(due), state.recording.epochs - state.epoch);
      if (whole > 0) {
        due = Math.min(due - whole, 1);
        show(state.epoch + whole);
        if (state.epoch >= state.recording.epochs) return pause();
        if (now - lastSync > 500) sync();
      }
      frame = requestAnimationFrame(tick);
    };
    frame = requestAnimationFrame(tick);
  }

  function pause() {
    if (stop()) sync();
  }

  function ask(content) {
    pause();
    if (state.waiting) {
      queued = { reset: content.reset || queued?.reset, settings: { ...queued?.settings, ...content.settings } };
      return undefined;
    }
    state.waiting = true;
    asked = content;
    // Not a counter: after a reload, or from a second window, the kernel may have answered that number already.
    request = 1 + Math.floor(Math.random() * 2 ** 31);
    if (!send({ kind: content.reset ? "reset" : "change", settings: content.settings, epoch: content.reset ? 0 : state.epoch, request })) {
      return finish({ words: "The kernel is gone: run the cell again. Stepping still works." });
    }
    patience = setTimeout(() => {
      state.late = true;
      state.problem = { words: "The kernel is still training, or busy with another cell. Stepping through the old run works." };
      emit("waiting");
      emit("problem");
      const actions = pressed;
      pressed = [];
      actions.forEach((action) => action());
    }, PATIENCE_MS);
    emit("waiting");
    return undefined;
  }

  function finish(problem) {
    clearTimeout(patience);
    state.waiting = false;
    state.late = false;
    asked = null;
    state.problem = problem;
    emit("waiting");
    emit("problem");
    const next = queued;
    queued = null;
    if (next) return ask(next);
    const actions = pressed;
    pressed = [];
    actions.forEach((action) => action());
  }

  const controller = {
    state,
    listen(listener) {
      listeners.add(listener);
      if (model.get("playing")) play(); // asked for before anything was on screen
      return () => listeners.delete(listener);
    },
    step: function step() {
      if (later(step)) return;
      pause();
      goTo(state.epoch + 1);
    },
    back: function back() {
      if (later(back)) return;
      pause();
      goTo(state.epoch - 1);
    },
    scrub(epoch) {
      pause();
      goTo(epoch);
    },
    toggle() {
      if (state.playing || pressed.includes(play)) pause();
      else play();
    },
    reset() {
      pressed = [];
      pause();
      if (state.waiting || state.recording.marks.length > 1 || state.recording.stopped === "callback" || state.problem.words) {
        ask({ reset: true, settings: {} });
      } else goTo(0);
    },
    change(settings) {
      ask({ reset: false, settings });
    },
    speed(value) {
      state.speed = value;
      emit("speed");
    },
    // What was asked for last stays on the controls, also while an earlier answer comes in.
    settings: () => ({ ...model.get("_settings"), ...asked?.settings, ...queued?.settings }),
    choices: () => model.get("_choices"),
  };

  model.on("change:_sent", () => {
    stop();
    state.recording = decode(model.get("_sent"));
    state.epoch = told = state.recording.start;
    emit("recording");
    // An older epoch may still have been under way to the kernel: say where this run is, unasked.
    send({ kind: "show", epoch: state.epoch, of: null, id: state.recording.id });
  });
  model.on("change:epoch", () => {
    if (model.get("epoch") === told || model.get("_sent").id !== state.recording.id) return;
    told = model.get("epoch");
    const was = stop();
    show(told);
    if (was) sync();
  });
  model.on("change:playing", () => {
    if (model.get("playing") === state.playing) return;
    if (model.get("playing")) play();
    else if (stop()) tell(told);
  });
  model.on("change:_answered", () => {
    if (model.get("_answered") === request) finish(model.get("_problem"));
  });
  model.on("change:_problem", () => {
    if (!state.waiting) {
      state.problem = model.get("_problem");
      emit("problem");
    }
  });
  return controller;
}

// ------------------------------------------------------------------------------------------------- small parts

function make(tag, properties = {}, children = []) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name in element && name !== "list") element[name] = value;
    else element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

function swatch(color, dash, marker, hollow) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  for (const [name, value] of [["width", 30], ["height", 12], ["aria-hidden", "true"]]) svg.setAttribute(name, value);
  const shapes = marker >= 0 ? MARKERS[marker] : "";
  svg.innerHTML =
    (dash ? `<line x1="1" y1="6" x2="29" y2="6" stroke="${color}" stroke-width="2.5" stroke-dasharray="${dash}"/>` : "") +
    (shapes ? `<path d="${shapes}" transform="translate(15 6)" fill="${hollow ? "none" : color}" stroke="${hollow ? color : "none"}" stroke-width="1.6"/>` : "");
  return svg;
}

// Circle, square, triangle, diamond, triangle down, plus: the shapes that tell the layers apart without color.
const MARKERS = [
  "M-4 0a4 4 0 1 0 8 0a4 4 0 1 0-8 0z",
  "M-4-4h8v8h-8z",
  "M0-5L5 4H-5z",
  "M0-5L5 0L0 5L-5 0z",
  "M0 5L5-4H-5z",
  "M-1.5-5h3v3.5h3.5v3h-3.5v3.5h-3v-3.5h-3.5v-3h3.5z",
  "M-5-3.5L-3.5-5L0-1.5L3.5-5L5-3.5L1.5 0L5 3.5L3.5 5L0 1.5L-3.5 5L-5 3.5L-1.5 0z",
];

let cutPaths = null;
function paths() {
  cutPaths ??= MARKERS.map((shape) => new Path2D(shape));
  return cutPaths;
}

function prepare(canvas) {
  const ratio = window.devicePixelRatio || 1;
  const { clientWidth: width, clientHeight: height } = canvas;
  if (width === 0) return null;
  if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
  }
  const style = getComputedStyle(canvas);
  const pen = canvas.getContext("2d");
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.clearRect(0, 0, width, height);
  pen.font = `12px ${style.fontFamily}`;
  pen.lineJoin = "round";
  return { pen, width, height, text: style.color, back: style.getPropertyValue("--bp-back") || "#ffffff" };
}

function niceTicks(low, high, count) {
  const rough = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((m) => m * power).find((s) => s >= rough * 0.999);
  const ticks = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high * (1 + 1e-9); i += 1) ticks.push(i * step);
  return ticks;
}

// As few digits as tell the ticks apart.
function tickLabels(ticks) {
  const label = (value, digits) => {
    const size = Math.abs(value);
    if (value === 0) return "0";
    const text =
      size >= 1e5 || size < 1e-3
        ? value.toExponential(digits - 1).replace(/\.?0+e/, "e").replace("e+", "e")
        : String(Number(value.toPrecision(digits)));
    return text.replaceAll("-", "−");
  };
  for (let digits = 3; digits < 15; digits += 1) {
    const labels = ticks.map((tick) => label(tick, digits));
    if (new Set(labels).size === labels.length) return labels;
  }
  return ticks.map(String);
}

// Axes with ticks; returns how data become pixels.
function drawAxes({ pen, width, height, text }, { x, y, yTicks, yLabels = tickLabels(yTicks), xLabel, whole = false }) {
  const left = Math.max(46, 12 + Math.max(...yLabels.map((label) => pen.measureText(label).width)));
  const box = { left, right: width - 12, top: 10, bottom: height - 36 };
  const px = (v) => box.left + ((v - x[0]) / (x[1] - x[0])) * (box.right - box.left);
  const py = (v) => box.bottom - ((v - y[0]) / (y[1] - y[0])) * (box.bottom - box.top);
  pen.strokeStyle = text;
  pen.fillStyle = text;
  pen.lineWidth = 1;
  pen.globalAlpha = 0.55;
  pen.beginPath();
  pen.moveTo(box.left, box.top);
  pen.lineTo(box.left, box.bottom);
  pen.lineTo(box.right, box.bottom);
  pen.stroke();
  pen.globalAlpha = 0.12;
  for (const tick of yTicks) {
    pen.beginPath();
    pen.moveTo(box.left, py(tick));
    pen.lineTo(box.right, py(tick));
    pen.stroke();
  }
  pen.globalAlpha = 1;
  pen.textAlign = "right";
  pen.textBaseline = "middle";
  yTicks.forEach((tick, i) => pen.fillText(yLabels[i], box.left - 6, py(tick)));
  pen.textBaseline = "top";
  const xTicks = niceTicks(x[0], x[1], Math.max(2, Math.floor((box.right - box.left) / 70)));
  const shown = whole ? xTicks.filter((tick) => Number.isInteger(Number(tick.toPrecision(12)))) : xTicks;
  tickLabels(shown).forEach((label, i) => {
    const half = pen.measureText(label).width / 2;
    pen.textAlign = "center";
    pen.fillText(label, Math.max(Math.min(px(shown[i]), width - half - 1), half + 1), box.bottom + 5);
  });
  pen.textAlign = "center";
  pen.fillText(xLabel, (box.left + box.right) / 2, box.bottom + 20);
  return { px, py, box };
}

function drawSeries({ pen }, { px, py, box }, values, upTo, { color, dash, marker, every }) {
  pen.save();
  pen.beginPath();
  pen.rect(box.left - 6, box.top - 6, box.right - box.left + 14, box.bottom - box.top + 12);
  pen.clip();
  pen.strokeStyle = color;
  pen.fillStyle = color;
  pen.lineWidth = 2.2;
  pen.setLineDash(dash);
  pen.beginPath();
  let drawing = false;
  for (let epoch = 0; epoch <= upTo; epoch += 1) {
    const value = values(epoch);
    if (!Number.isFinite(value)) drawing = false;
    else if (drawing) pen.lineTo(px(epoch), py(value));
    else {
      pen.moveTo(px(epoch), py(value));
      drawing = true;
    }
  }
  pen.stroke();
  pen.setLineDash([]);
  for (let epoch = 0; epoch <= upTo; epoch += 1) {
    if ((epoch % every !== 0 && epoch !== upTo) || !Number.isFinite(values(epoch))) continue;
    pen.save();
    pen.translate(px(epoch), py(values(epoch)));
    pen.fill(paths()[marker]);
    pen.restore();
  }
  pen.restore();
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

const largest = (values) => values.reduce((most, value) => Math.max(most, Number.isFinite(value) ? value : 0), 0);

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
        x: [0, recording.epochs],
        y: [0, top],
        yTicks: niceTicks(0, top, 5),
        xLabel: "epoch",
        whole: true,
      });
      drawMarks(paper, scale, recording, epoch);
      const every = Math.max(1, Math.ceil(recording.epochs / 8));
      for (const { values, ...look } of series) drawSeries(paper, scale, (e) => values[e], epoch, { ...look, every });
    },
    legend: (epoch) => series.map((one) => `${one.name} ${readable(one.values[epoch])}`),
  };
}

function gradientPanel(recording) {
  const { gradient_norms: norms, layers, epochs } = recording;
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
  const superscript = (n) => String(n).replace(/./g, (c) => ({ "-": "⁻" })[c] ?? "⁰¹²³⁴⁵⁶⁷⁸⁹"[c]);
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
  const { inputs } = recording;
  const collect = (X, y, heldOut) =>
    Array.from(y, (target, i) => ({ at: X.slice(i * inputs, (i + 1) * inputs), target, heldOut }));
  return [
    ...collect(recording.held_out_X, recording.held_out_y, true),
    ...collect(recording.X, recording.y, false),
  ];
}

function pointMark(pen, x, y, shape, color, { hollow, ring, inside }) {
  pen.save();
  pen.translate(x, y);
  const path = paths()[shape];
  pen.lineWidth = hollow ? 1.6 : 2;
  pen.strokeStyle = hollow ? color : ring;
  pen.fillStyle = hollow ? inside : color;
  if (!hollow) pen.stroke(path);
  pen.fill(path);
  if (hollow) pen.stroke(path);
  pen.restore();
}

function predictionPanel(recording) {
  const { grid, inputs, low, high, field, task } = recording;
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
    if (classes) contour(pen, values, box);
    for (const { at: x, target, heldOut: open } of samples) {
      const { shape, color } = look(target);
      pointMark(pen, scale.px(x[0]), scale.py(x[1]), shape, color, { hollow: open, ring: classes ? "#ffffff" : "#1a1a1a", inside: "#ffffff" });
    }
  }

  // The line where the prediction is 0.5: in each cell of the grid, straight from edge to edge.
  function contour(pen, values, box) {
    const cell = (box.right - box.left) / (grid - 1);
    const rise = (box.bottom - box.top) / (grid - 1);
    pen.strokeStyle = "#1a1a1a";
    pen.lineWidth = 2;
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
      pointMark(pen, scale.px(x[0]), scale.py(target), shape, color, { hollow: open, ring: paper.back, inside: paper.back });
    }
    pen.save();
    pen.beginPath();
    pen.rect(scale.box.left, scale.box.top, scale.box.right - scale.box.left, scale.box.bottom - scale.box.top);
    pen.clip();
    pen.strokeStyle = COLORS[0];
    pen.lineWidth = 3;
    pen.beginPath();
    at(epoch).forEach((value, i) => {
      const x = low[0] + (i / (grid - 1)) * (high[0] - low[0]);
      pen[i ? "lineTo" : "moveTo"](scale.px(x), scale.py(value));
    });
    pen.stroke();
    pen.restore();
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
  prediction: ({ task, inputs }) =>
    inputs === 1 ? "Prediction and samples" : task === "classification" ? "Decision boundary" : "Prediction over the inputs",
};

// ---------------------------------------------------------------------------------------------------- the view

function makeView(controller, el) {
  const { state } = controller;
  const button = (text, action, className = "") => make("button", { type: "button", textContent: text, className, onclick: guard(action) });
  const root = make("div", { className: "bp-stepper", role: "group", "aria-label": "Epoch stepper" });
  root.dataset.lmSuppressShortcuts = "true";
  root.addEventListener("keydown", (event) => event.stopPropagation());

  const problem = make("div", { className: "bp-problem", role: "alert", hidden: true });
  const status = make("p", { className: "bp-status", role: "status" });

  function report({ words, details }) {
    problem.hidden = !words;
    problem.replaceChildren(...(words ? [make("div", { textContent: words })] : []));
    if (details) {
      problem.append(
        make("details", {}, [
          make("summary", { textContent: "Where it happened" }),
          make("pre", { textContent: details, tabIndex: 0 }),
        ]),
      );
    }
  }

  // Nothing that goes wrong in the view stays in the browser's console.
  function guard(action) {
    return (...values) => {
      try {
        return action(...values);
      } catch (error) {
        report({ words: `The stepper could not draw this: ${error.message}`, details: error.stack });
        return undefined;
      }
    };
  }

  // Controls
  const resetButton = button("Reset", controller.reset);
  const backButton = button("Back", controller.back);
  const stepButton = button("Step", controller.step);
  const playButton = button("Play", controller.toggle, "bp-main");
  const scrub = make("input", { type: "range", min: 0, step: 1, "aria-label": "Epoch" });
  // Plain spans: an <output> is a live region, and the status line is the only one wanted.
  const epochOut = make("span", { className: "bp-value", "aria-hidden": "true" });
  scrub.oninput = guard(() => controller.scrub(Number(scrub.value)));
  const speed = choice("Speed", SPEEDS.map((value) => [value, `${value} epochs/s`]), (value) => controller.speed(value));

  function choice(label, options, onPick) {
    const select = make("select", { onchange: guard(() => onPick(values[select.selectedIndex])) });
    let values = [];
    const fill = (list) => {
      values = list.map(([value]) => value);
      select.replaceChildren(...list.map(([, text]) => make("option", { textContent: text })));
    };
    fill(options);
    return {
      fill,
      element: make("label", { className: "bp-choice" }, [label, select]),
      show: (value) => {
        select.selectedIndex = values.findIndex((one) => JSON.stringify(one) === JSON.stringify(value));
      },
    };
  }

  const pick = (name) => (value) => controller.change({ [name]: value });
  const data = choice("Data", [], pick("data"));
  const hiddenSizes = choice("Hidden layers", [], pick("hidden_sizes"));
  const hidden = choice("Activation", [], pick("hidden"));
  const batch = choice("Batch size", [], pick("batch_size"));
  const rate = make("input", { type: "range", min: 0, step: 1, "aria-label": "Learning rate" });
  const rateOut = make("span", { className: "bp-value", "aria-hidden": "true" });
  const rates = () => controller.choices().learning_rate;
  rate.oninput = guard(() => {
    rateOut.textContent = String(rates()[rate.value]);
    rate.setAttribute("aria-valuetext", rateOut.textContent);
  });
  rate.onchange = guard(() => controller.change({ learning_rate: rates()[rate.value] }));

  const panels = ["loss", "gradients", "prediction"].map((name) => {
    const caption = make("figcaption", {});
    const canvas = make("canvas", { role: "img" });
    const legend = make("ul", { className: "bp-legend" });
    return { name, caption, canvas, legend, figure: make("figure", { className: "bp-panel" }, [caption, canvas, legend]) };
  });
  const tables = make("div", { className: "bp-tables" });
  const parameters = make("details", { className: "bp-parameters", ontoggle: guard(() => drawTables()) }, [
    make("summary", { textContent: "Weights and biases at this epoch" }),
    tables,
  ]);

  root.append(
    make("div", { className: "bp-row" }, [
      make("div", { className: "bp-buttons", role: "group", "aria-label": "Run" }, [resetButton, backButton, stepButton, playButton]),
      make("div", { className: "bp-scrub" }, [make("span", { textContent: "Epoch", "aria-hidden": "true" }), scrub, epochOut]),
      speed.element,
    ]),
    make("div", { className: "bp-row", role: "group", "aria-label": "Settings" }, [
      data.element,
      hiddenSizes.element,
      hidden.element,
      make("span", { className: "bp-choice bp-rate" }, [make("span", { textContent: "Learning rate", "aria-hidden": "true" }), rate, rateOut]),
      batch.element,
    ]),
    problem,
    status,
    make("div", { className: "bp-panels" }, panels.map(({ figure }) => figure)),
    parameters,
  );
  el.append(root);

  function showControls() {
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
    speed.show(state.speed);
    rate.max = rates().length - 1;
    rate.value = rates().indexOf(settings.learning_rate);
    rate.oninput();
  }

  let drawers = [];
  function showRecording() {
    const { recording } = state;
    drawers = [lossPanel(recording), gradientPanel(recording), predictionPanel(recording)];
    panels.forEach(({ name, caption, legend }, i) => {
      caption.textContent = TITLES[name](recording);
      const entries = drawers[i].legend(0).map((_, k) => {
        const one = drawers[i].series[k];
        const label = make("span", {});
        return make("li", {}, one ? [swatch(one.color, one.dash && (one.dash.join(" ") || "none"), one.marker, one.hollow), label] : [label]);
      });
      legend.replaceChildren(...entries);
    });
    scrub.max = recording.epochs;
    showControls();
    showEpoch();
  }

  function showEpoch() {
    const { recording, epoch } = state;
    panels.forEach(({ canvas, legend, caption }, i) => {
      drawers[i].draw(canvas, epoch);
      const texts = drawers[i].legend(epoch);
      texts.forEach((text, k) => {
        legend.children[k].lastChild.textContent = text;
      });
      if (!state.playing) canvas.setAttribute("aria-label", `${caption.textContent} at epoch ${epoch}: ${texts.join(", ")}`);
    });
    scrub.value = epoch;
    scrub.setAttribute("aria-valuetext", `epoch ${epoch} of ${recording.epochs}`);
    epochOut.style.minWidth = `${2 * String(recording.epochs).length + 4}ch`; // so that the slider keeps its length
    epochOut.textContent = `${epoch} of ${recording.epochs}`;
    // Not `disabled`: the keyboard's focus would fall out of the stepper.
    backButton.setAttribute("aria-disabled", String(epoch === 0));
    stepButton.setAttribute("aria-disabled", String(epoch === recording.epochs));
    showStatus();
    if (parameters.open) drawTables();
  }

  function showStatus() {
    // While playing, a screen reader is told only where the run stopped.
    status.setAttribute("aria-live", state.playing ? "off" : "polite");
    const text = state.waiting && !state.late ? "Training with the new settings." : state.recording.words[state.epoch];
    if (status.textContent !== text) status.textContent = text;
  }

  function drawTables() {
    const { recording, epoch } = state;
    const count = recording.parameters.length / (recording.epochs + 1);
    let next = epoch * count;
    const take = (rows, columns) =>
      Array.from({ length: rows }, () => Array.from({ length: columns }, () => recording.parameters[next++]));
    const table = (caption, rows) =>
      make("table", {}, [
        make("caption", { textContent: caption }),
        make("tbody", {}, rows.map((row) => make("tr", {}, row.map((value) => make("td", { textContent: readable(value) }))))),
      ]);
    const made = [];
    for (let layer = 1; layer <= recording.layers; layer += 1) {
      const [nIn, nOut] = [recording.sizes[layer - 1], recording.sizes[layer]];
      made.push(table(`W of layer ${layer} (${nIn}, ${nOut})`, take(nIn, nOut)));
      made.push(table(`b of layer ${layer} (${nOut},)`, take(1, nOut)));
    }
    tables.replaceChildren(...made);
  }

  const redraw = guard(() => panels.forEach(({ canvas }, i) => drawers[i].draw(canvas, state.epoch)));
  const showAll = guard(showRecording);
  const react = {
    recording: showAll,
    epoch: guard(showEpoch),
    playing: guard(() => {
      playButton.textContent = state.playing ? "Pause" : "Play";
      showEpoch();
    }),
    waiting: guard(() => {
      root.setAttribute("aria-busy", String(state.waiting && !state.late));
      showStatus();
      if (!state.waiting) showControls();
    }),
    problem: guard(() => report(state.problem)),
    speed: guard(() => speed.show(state.speed)),
  };
  const forget = controller.listen((what) => react[what]());
  const resized = new ResizeObserver(redraw);
  panels.forEach(({ canvas }) => resized.observe(canvas));
  const themed = new MutationObserver(redraw);
  themed.observe(document.body, { attributes: true, attributeFilter: ["data-jp-theme-light", "data-jp-theme-name"] });

  showAll();
  react.problem();
  react.playing();
  return () => {
    forget();
    resized.disconnect();
    themed.disconnect();
  };
}

export default () => {
  let controller;
  return {
    initialize({ model }) {
      controller = makeController(model);
    },
    render({ el }) {
      return makeView(controller, el);
    },
  };
};
