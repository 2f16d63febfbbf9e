// The panels of the epoch stepper: the loss, what is drawn for each layer, and the prediction or the images.
// What the recording holds stands in epoch_stepper.py.

const FIELD = [
  [0xf4, 0xb1, 0x83],
  [0xff, 0xff, 0xff],
  [0x8d, 0xbf, 0xe0],
];
const SAMPLE = "#808080";
const [LOW, HIGH] = [[0, 4], [1, 2]]; // the shapes of numbers below the middle and above: in training, held out

// The least and the largest of some numbers.
const spanOf = (values) => values.reduce(([least, most], value) => [Math.min(least, value), Math.max(most, value)], [Infinity, -Infinity]);

const layersOf = ({ sizes }) => sizes.length - 1;
const inputsOf = ({ sizes }) => sizes[0];

const fieldOf = ({ coded, field }) =>
  coded ? Float32Array.from(field, (c) => 0.5 + 0.5 * Math.sign(c) * (c / 127) ** 2) : field;

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

const lossSeries = (recording) => [
  { name: "training", values: recording.loss, color: COLORS[0], dash: DASHES[0], marker: 0 },
  ...(recording.held_out_loss.length
    ? [{ name: "held out", values: recording.held_out_loss, color: COLORS[1], dash: DASHES[1], marker: 1 }]
    : []),
];

// A panel over the epochs. `compared` are the recordings that share the axes: this one, and a frozen one if there is one;
// `draw` draws the curves and returns what is to be said of what cannot be drawn.
function overEpochs(recording, compared, { low, high, ticks, labels, draw }) {
  const frames = Math.max(1, ...compared.map((one) => one.frames));
  const every = Math.max(1, Math.ceil(frames / 8));
  return (canvas, epoch) => {
    const paper = prepare(canvas);
    if (!paper) return;
    const axes = { x: [0, frames], y: [low, high], yTicks: ticks, yLabels: labels, xLabel: "epoch", whole: true };
    const scale = drawAxes(paper, axes);
    drawMarks(paper, scale, recording, epoch);
    sayInside(paper, scale, draw(paper, scale, epoch, every));
  };
}

function lossPanel(recording, compared) {
  const series = lossSeries(recording);
  const all = compared.flatMap(lossSeries);
  // A run that climbs far above its start is cut off rather than flattening everything else.
  const start = Math.max(...all.map(({ values }) => values[0]));
  const last = Math.max(...all.map(({ values }) => values[values.length - 1]));
  const limit = Math.max(4 * start, last < 100 * start ? 1.2 * last : 0);
  const top = Math.min(Math.max(...all.map(({ values }) => largest(values))), limit) * 1.05 || 1;
  return {
    series,
    draw: overEpochs(recording, compared, {
      low: 0,
      high: top,
      ticks: niceTicks(0, top, 5),
      draw(paper, scale, epoch, every) {
        for (const { values, ...look } of series) drawSeries(paper, scale, (e) => values[e], epoch, { ...look, every });
        return series.some(({ values }) => values[epoch] > top) && "now above the chart";
      },
    }),
    legend: (epoch) => series.map((one) => `${one.name} ${readable(one.values[epoch])}`),
  };
}

// What is drawn for each layer: entry of layer `layer` at epoch `epoch`, not a number where there is none.
const PER_LAYER = {
  norms: (recording, epoch, layer) => recording.gradient_norms[epoch * layersOf(recording) + layer],
  ratios: (recording, epoch, layer) =>
    epoch ? recording.update_ratios[(epoch - 1) * layersOf(recording) + layer] : NaN,
};

function layerPanel(recording, compared, kind) {
  const value = PER_LAYER[kind];
  const layers = layersOf(recording);
  const usable = [];
  const atStart = [];
  for (const one of compared) {
    for (let epoch = 0; epoch <= one.frames; epoch += 1) {
      for (let layer = 0; layer < layersOf(one); layer += 1) {
        const size = value(one, epoch, layer);
        if (!(size > 0 && Number.isFinite(size))) continue;
        usable.push(size);
        if (epoch <= 1) atStart.push(size);
      }
    }
  }
  // A run that explodes is cut off six decades above its start.
  const first = Math.ceil(Math.log10(largest(atStart) || 1)) + 6;
  const top = usable.length ? Math.min(Math.ceil(Math.log10(largest(usable)) + 0.02), first) : 0;
  const least = usable.length ? Math.log10(usable.reduce((a, b) => Math.min(a, b))) : -1;
  const bottom = Math.max(Math.min(Math.floor(least), top - 1), top - 12);
  const ticks = niceTicks(bottom, top, Math.min(6, top - bottom)).filter(Number.isInteger);
  const series = Array.from({ length: layers }, (_, layer) => ({
    name: `layer ${layer + 1}`,
    color: COLORS[layer % COLORS.length],
    dash: DASHES[layer % DASHES.length],
    marker: layer % MARKERS.length,
  }));
  const told = (size) => (Number.isNaN(size) ? "–" : readable(size));
  return {
    series,
    draw: overEpochs(recording, compared, {
      low: bottom,
      high: top,
      ticks,
      labels: ticks.map((tick) => `10${superscript(tick)}`),
      draw(paper, scale, epoch, every) {
        series.forEach((look, layer) => {
          const log = (e) => {
            const size = value(recording, e, layer);
            return size > 0 ? Math.log10(size) : NaN;
          };
          drawSeries(paper, scale, log, epoch, { ...look, every });
        });
        const now = series.map((_, layer) => value(recording, epoch, layer));
        if (now.some((size) => size === 0)) return "0 has no place on this axis";
        return now.some((size) => Math.log10(size) > top) && "now above the chart";
      },
    }),
    legend: (epoch) => series.map((one, layer) => `${one.name} ${told(value(recording, epoch, layer))}`),
  };
}

// The line where values on a square grid are `level`: in each cell, straight from edge to edge. Returns the parts that do not
// hang together, each as points.
function contour({ pen, ink }, values, grid, box, level, width = 2) {
  const cell = (box.right - box.left) / (grid - 1);
  const rise = (box.bottom - box.top) / (grid - 1);
  pen.strokeStyle = "#1a1a1a";
  pen.lineWidth = width * ink;
  pen.beginPath();
  let parts = [];
  const below = [];
  const v = [0, 0, 0, 0];
  for (let row = 0; row < grid - 1; row += 1) {
    let left = null;
    for (let column = 0; column < grid - 1; column += 1) {
      const at = row * grid + column;
      v[0] = values[at] - level;
      v[1] = values[at + 1] - level;
      v[2] = values[at + grid + 1] - level;
      v[3] = values[at + grid] - level;
      const above = (v[0] > 0) + (v[1] > 0) + (v[2] > 0) + (v[3] > 0);
      if (above === 0 || above === 4) continue;
      const known = [v[0] > 0 !== v[3] > 0 && left, v[0] > 0 !== v[1] > 0 && below[column]].filter(Boolean); // it goes on from there
      const part = known[0] ?? [];
      if (!known.length) parts.push(part);
      else if (known.length === 2 && known[1] !== part) {
        part.push(...known[1]);
        parts = parts.filter((one) => one !== known[1]);
        below.forEach((one, i) => {
          if (one === known[1]) below[i] = part;
        });
      }
      left = below[column] = part;
      let open = false;
      for (let i = 0; i < 4; i += 1) {
        const [a, b] = [v[i], v[(i + 1) % 4]];
        if (a > 0 === b > 0) continue;
        const share = a / (a - b);
        const x = box.left + (column + [share, 1, 1 - share, 0][i]) * cell;
        const y = box.bottom - (row + [0, share, 1, 1 - share][i]) * rise;
        pen[open ? "lineTo" : "moveTo"](x, y);
        if (open) part.push([x, y]);
        open = !open;
      }
    }
  }
  pen.stroke();
  return parts;
}

// Three to five round values between two numbers; none where the numbers are practically the same.
function roundLevels(low, high, least = 0) {
  const span = high - low;
  if (!(span > Math.max(least, 1e-5 * Math.max(Math.abs(low), Math.abs(high))))) return [];
  const power = 10 ** (Math.floor(Math.log10(span)) - 1);
  for (const step of [50, 25, 20, 10, 5, 2.5, 2, 1].map((m) => m * power)) {
    const levels = [];
    for (let i = Math.floor(low / step + 1e-9) + 1; i < Math.ceil(high / step - 1e-9); i += 1) levels.push(i * step);
    if (levels.length >= 3) return levels;
  }
  return [];
}

const PLACES = 40; // so many places on a line are tried for its label
const SHORT = 6; // a part of a line with fewer points has no label, unless it is all there is

// Contour lines at round values; returns what writes each value on them, where it covers few samples and no other value.
function labeledContours(paper, values, grid, box, levels, samples) {
  const { pen, size } = paper;
  const texts = tickLabels(levels);
  const lines = levels.flatMap((level, i) => {
    const parts = contour(paper, values, grid, box, level, 1.2).sort((a, b) => b.length - a.length);
    return parts.filter((part, k) => k === 0 || part.length >= SHORT).map((points, k) => ({ text: texts[i], points, k }));
  });
  const within = (value, low, high) => Math.min(Math.max(value, low), high);
  const up = 0.6 * size;
  const placed = [];
  for (const { text, points } of lines.sort((a, b) => a.k - b.k)) {
    const across = pen.measureText(text).width / 2 + 0.25 * size;
    let best = null;
    for (let at = 0; at < points.length; at += Math.ceil(points.length / PLACES)) {
      const x = within(points[at][0], box.left + across + 2, box.right - across - 2);
      const y = within(points[at][1], box.top + up + 2, box.bottom - up - 2);
      if (placed.some((one) => Math.abs(x - one.x) < across + one.across + 2 && Math.abs(y - one.y) < 2 * up + 2)) continue;
      const covered = samples.filter(([px, py]) => Math.abs(x - px) < across + 0.4 * size && Math.abs(y - py) < up + 0.4 * size);
      const off = Math.hypot(x - (box.left + box.right) / 2, y - (box.top + box.bottom) / 2);
      const cost = covered.length + off / (box.right - box.left); // toward the middle, so that it moves little
      if (!best || cost < best.cost) best = { text, x, y, across, cost };
    }
    if (best) placed.push(best);
  }
  return () => {
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    for (const { text, x, y, across } of placed) {
      pen.fillStyle = "#ffffff";
      pen.fillRect(x - across, y - up, 2 * across, 2 * up);
      pen.fillStyle = "#1a1a1a";
      pen.fillText(text, x, y);
    }
  };
}

// Paint values on a square grid, the first row at the bottom; `shade` gives red, green and blue for a share 0 to 1.
const SHADES = 255;
function makePainter(shade) {
  const table = new Uint32Array(SHADES + 1);
  const bytes = new Uint8ClampedArray(table.buffer);
  for (let i = 0; i <= SHADES; i += 1) bytes.set([...shade(i / SHADES), 255], 4 * i);
  return (pen, values, grid, share, box, offset = 0, step = 1) => {
    const small = make("canvas", { width: grid, height: grid });
    const picture = new ImageData(grid, grid);
    const pixels = new Uint32Array(picture.data.buffer);
    for (let row = 0; row < grid; row += 1) {
      const line = (grid - 1 - row) * grid;
      for (let column = 0; column < grid; column += 1) {
        const part = Math.min(Math.max(share(values[(row * grid + column) * step + offset]), 0), 1);
        pixels[line + column] = table[Math.round(part * SHADES)];
      }
    }
    small.getContext("2d").putImageData(picture, 0, 0);
    pen.drawImage(small, box.left, box.top, box.right - box.left, box.bottom - box.top);
  };
}

const mix = (from, to, part) => from.map((channel, c) => channel + part * (to[c] - channel));
const ramp = (colors) => (share) => (share < 0.5 ? mix(colors[0], colors[1], 2 * share) : mix(colors[1], colors[2], 2 * share - 1));
const fieldShade = ramp(FIELD);
const paintField = makePainter(fieldShade);
const signedShade = ramp([[0xd5, 0x5e, 0x00], [0xff, 0xff, 0xff], [0x00, 0x72, 0xb2]]);
const paintSigned = makePainter(signedShade);
const paintInk = makePainter((share) => mix([255, 255, 255], [20, 20, 20], share));

function samplesOf(recording) {
  const inputs = inputsOf(recording);
  const collect = (X, y, heldOut) =>
    Array.from(y, (target, i) => ({ at: X.slice(i * inputs, (i + 1) * inputs), target, heldOut }));
  return [
    ...collect(recording.held_out_X, recording.held_out_y, true),
    ...collect(recording.X, recording.y, false),
  ];
}

function predictionPanel(recording, editor) {
  const { grid, low, high, task } = recording;
  const inputs = inputsOf(recording);
  const field = fieldOf(recording);
  const classes = task === "classification";
  const samples = samplesOf(recording);
  const targets = samples.map(({ target }) => target);
  const heldOut = recording.held_out_y.length > 0;
  const [floor, ceiling] = classes ? [0, 1] : spanOf(targets);
  const middle = (floor + ceiling) / 2;
  const [least, halfway, most] = toldApart([floor, middle, ceiling]);
  const share = (value) => (value - floor) / (ceiling - floor || 1);
  const shadeOf = (target) => `rgb(${fieldShade(Math.min(Math.max(share(target), 0), 1)).join()})`;
  // Where the color says the target, the shape says on which side of the middle it is, and whether it is held out.
  const shaded = !classes && inputs === 2;
  const look = (target, open) => {
    if (classes) return target > 0.5 ? { shape: 1, color: COLORS[0] } : { shape: 0, color: COLORS[1] };
    if (!shaded) return { shape: 0, color: SAMPLE };
    return { shape: (target < middle ? LOW : HIGH)[Number(open)], color: shadeOf(target) };
  };
  const series = [
    ...(classes
      ? [
          { name: "class 0", color: COLORS[1], marker: 0 },
          { name: "class 1", color: COLORS[0], marker: 1 },
        ]
      : shaded
        ? [
            ...(floor < ceiling
              ? [{ name: `targets ${least} to below ${halfway}`, color: shadeOf(floor), marker: LOW[0], ring: SAMPLE }]
              : []),
            { name: floor < ceiling ? `targets ${halfway} to ${most}` : `all targets ${most}`, color: shadeOf(ceiling), marker: HIGH[0], ring: SAMPLE },
          ]
        : [{ name: "samples", color: SAMPLE, marker: 0 }]),
    ...(heldOut
      ? [
          classes
            ? { name: "held out", color: COLORS[1], marker: 0, hollow: true, second: { color: COLORS[0], marker: 1 } }
            : shaded
              ? { name: "held out", color: shadeOf(floor), marker: LOW[1], ring: SAMPLE, second: { color: shadeOf(ceiling), marker: HIGH[1] } }
              : { name: "held out", color: SAMPLE, marker: 0, hollow: true },
        ]
      : []),
  ];
  const size = inputs === 2 ? grid * grid : grid;
  const at = (epoch) => field.subarray(epoch * size, (epoch + 1) * size);
  const levelsAt = (epoch) => roundLevels(...spanOf(at(epoch)), 1e-4 * (ceiling - floor));

  // From where to where the prediction goes, unless it is practically the same everywhere.
  function reach(epoch) {
    const span = spanOf(at(epoch));
    return `prediction ${levelsAt(epoch).length ? toldApart(span).join(" to ") : readable(span[0])}`;
  }

  function plane(paper, epoch) {
    const { pen } = paper;
    const scale = drawAxes(paper, {
      x: [low[0], high[0]],
      y: [low[1], high[1]],
      yTicks: niceTicks(low[1], high[1], 5),
      xLabel: "x₁ across, x₂ up",
    });
    pen.imageSmoothingEnabled = true;
    paintField(pen, at(epoch), grid, share, scale.box);
    let label = () => {};
    if (classes) contour(paper, at(epoch), grid, scale.box, 0.5);
    else {
      const places = samples.map(({ at: x }) => [scale.px(x[0]), scale.py(x[1])]);
      label = labeledContours(paper, at(epoch), grid, scale.box, levelsAt(epoch), places);
    }
    for (const { at: x, target, heldOut: open } of samples) {
      const { shape, color } = look(target, open);
      pointMark(pen, scale.px(x[0]), scale.py(x[1]), shape, color, { hollow: open && !shaded, ring: classes ? "#ffffff" : "#1a1a1a", inside: "#ffffff", ink: paper.ink });
    }
    label();
    return { ...scale, x: [low[0], high[0]], y: [low[1], high[1]] };
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
      const { shape, color } = look(target, open);
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
    const isOff = !at(epoch).some((value) => value >= y[0] && value <= y[1]);
    sayInside(paper, scale, isOff && "the prediction is off the chart");
    return { ...scale, x: [low[0], high[0]], y };
  }

  return {
    series,
    draw(canvas, epoch) {
      const paper = prepare(canvas);
      if (!paper) return;
      const scale = (inputs === 2 ? plane : curve)(paper, epoch);
      editor?.over(paper, scale);
    },
    legend: (epoch) => [...series.map(({ name }) => name), ...(shaded ? [reach(epoch)] : [])],
  };
}

// Images, each with what is said about it: the digit alone if that is right, framed and in words if not.
function imagesPanel(recording) {
  const { field, grid: classes, shown_X: X, shown_labels: labels } = recording;
  const count = labels.length;
  const pixels = X.length / count;
  const side = Math.round(Math.sqrt(pixels));
  const [least, most] = spanOf(X);
  const said = (epoch, i) => {
    const row = field.subarray((epoch * count + i) * classes, (epoch * count + i + 1) * classes);
    const best = row.indexOf(largest(row));
    return { best, sure: row[best], isRight: best === labels[i] };
  };
  const all = (epoch) => Array.from(labels, (label, i) => ({ label, ...said(epoch, i) }));
  return {
    series: [],
    draw(canvas, epoch) {
      const paper = prepare(canvas);
      if (!paper) return;
      const { pen, size, ink } = paper;
      const columns = paper.width > 1.1 * paper.height ? 4 : 3;
      const rows = Math.ceil(count / columns);
      const [across, down] = [paper.width / columns, paper.height / rows];
      const edge = Math.min(across - 1.2 * size, down - 2.1 * size);
      all(epoch).forEach(({ label, best, isRight }, i) => {
        const left = (i % columns) * across + (across - edge) / 2;
        const top = Math.floor(i / columns) * down + 0.4 * size;
        const box = { left, right: left + edge, top, bottom: top + edge };
        pen.imageSmoothingEnabled = false;
        const upsideDown = (at) => X[i * pixels + (side - 1 - Math.floor(at / side)) * side + (at % side)];
        const values = Array.from({ length: pixels }, (_, at) => upsideDown(at));
        paintInk(pen, values, side, (value) => (value - least) / (most - least || 1), box);
        pen.strokeStyle = isRight ? "#808080" : COLORS[1];
        pen.lineWidth = (isRight ? 1 : 3) * ink;
        pen.setLineDash(isRight ? [] : [6 * ink, 3 * ink]);
        pen.strokeRect(left, top, edge, edge);
        pen.setLineDash([]);
        pen.fillStyle = paper.text;
        pen.textAlign = "center";
        pen.textBaseline = "top";
        pen.font = pen.font.replace(/^(bold )?/, isRight ? "" : "bold ");
        pen.fillText(isRight ? String(best) : `${label} as ${best}`, left + edge / 2, top + edge + 0.35 * size);
      });
    },
    legend: (epoch) => [
      `${all(epoch).filter(({ isRight }) => isRight).length} of these ${count} read correctly`,
      "“9 as 6”: a 9 read as a 6",
      `misread at the end: ${recording.misread.join(" of ")}`,
    ],
    about: (epoch) => {
      const wrong = all(epoch).filter(({ isRight }) => !isRight);
      return wrong.map(({ label, best, sure }) => `${label} as ${best} with ${Math.round(100 * sure)} %`).join(", ");
    },
  };
}
