// The network of a run as it is at one epoch: its weights as pictures, and what each hidden unit gives.

// The parameters at an epoch, layer by layer: W row by row, then b.
function parametersAt({ sizes, parameters, frames }, epoch) {
  const count = parameters.length / (frames + 1);
  let next = epoch * count;
  return sizes.slice(1).map((nOut, i) => {
    const [W, b] = [next, next + sizes[i] * nOut];
    next = b + nOut;
    return { nIn: sizes[i], nOut, W: parameters.subarray(W, b), b: parameters.subarray(b, next) };
  });
}

// The largest size of an entry of each layer in the whole run, so that a color means the same at every epoch.
function largestWeights(recording) {
  const found = recording.sizes.slice(1).map(() => 0);
  for (let epoch = 0; epoch <= recording.frames; epoch += 1) {
    parametersAt(recording, epoch).forEach(({ W, b }, layer) => {
      for (const value of W) found[layer] = Math.max(found[layer], Math.abs(value));
      for (const value of b) found[layer] = Math.max(found[layer], Math.abs(value));
    });
  }
  return found.map((size) => size || 1);
}

// z and a of every hidden unit for some inputs, (points, units) row by row. The activation is the kernel's own, sampled.
function hiddenActivations(recording, epoch, inputs) {
  const { activation: samples, reach } = recording;
  const last = samples.length - 1;
  const step = (2 * reach) / last;
  const f = (z) => {
    const at = (z + reach) / step;
    const i = Math.min(Math.max(Math.floor(at), 0), last - 1);
    const slope = samples[i + 1] - samples[i];
    // Beyond the samples the line goes on, but what has become level stays level.
    if ((at < 0 || at > last) && Math.abs(slope) < 1e-3 * step) return samples[at < 0 ? 0 : last];
    return samples[i] + (at - i) * slope;
  };
  let a = inputs;
  return parametersAt(recording, epoch).slice(0, -1).map(({ nIn, nOut, W, b }) => {
    const points = a.length / nIn;
    const z = new Float64Array(points * nOut);
    for (let point = 0; point < points; point += 1) {
      for (let unit = 0; unit < nOut; unit += 1) {
        let sum = b[unit];
        for (let k = 0; k < nIn; k += 1) sum += a[point * nIn + k] * W[k * nOut + unit];
        z[point * nOut + unit] = sum;
      }
    }
    a = z.map(f);
    return { units: nOut, z, a };
  });
}

const LEAST_TILE = 46;

// A canvas whose height follows from what is drawn on it.
function fittedCanvas(label) {
  const canvas = make("canvas", { role: "img", className: "bp-fitted" });
  const figure = make("figure", { className: "bp-panel" }, [make("figcaption", { textContent: label }), canvas]);
  return { canvas, figure };
}

function fit(canvas, height) {
  canvas.style.height = `${height}px`;
  return prepare(canvas);
}

// Divide the width of a canvas into equal tiles; returns the box of tile `i` and the height that all take.
function tiles(whole, count, least, gap = 5) {
  const width = whole - 2; // the frames of the outer tiles
  const columns = Math.min(count, Math.max(1, Math.floor((width + gap) / (least + gap))));
  const edge = Math.min((width + gap) / columns - gap, 2 * least);
  const rows = Math.ceil(count / columns);
  return {
    height: rows * (edge + gap) - gap + 2,
    box(i) {
      const left = (i % columns) * (edge + gap) + 1;
      const top = Math.floor(i / columns) * (edge + gap) + 1;
      return { left, right: left + edge - 1, top, bottom: top + edge - 1 };
    },
  };
}

function outline(pen, box, color) {
  pen.strokeStyle = color;
  pen.lineWidth = 1;
  pen.strokeRect(box.left, box.top, box.right - box.left, box.bottom - box.top);
}

// W as colored cells, a row for each input and one below for b; entries below 0 carry a bar.
function drawWeights(canvas, { nIn, nOut, W, b }, most) {
  const cell = Math.max(1, Math.min(26, Math.floor((canvas.clientWidth - 3) / nOut), Math.floor(360 / (nIn + 1))));
  const gap = Math.max(3, cell / 3);
  const paper = fit(canvas, (nIn + 1) * cell + gap + 2);
  if (!paper) return;
  const { pen } = paper;
  const draw = (value, row, column, shift) => {
    const [left, top] = [1 + column * cell, 1 + row * cell + shift];
    const share = Math.min(Math.max(0.5 + 0.5 * (value / most), 0), 1);
    pen.fillStyle = `rgb(${signedShade(share).join()})`;
    pen.fillRect(left, top, cell - (cell > 8 ? 1 : 0), cell - (cell > 8 ? 1 : 0));
    if (value < 0 && cell >= 8) {
      pen.fillStyle = "#1a1a1a";
      pen.fillRect(left + cell / 4, top + cell / 2 - 1.5, cell / 2 - 1, 2);
    }
  };
  W.forEach((value, i) => draw(value, Math.floor(i / nOut), i % nOut, 0));
  b.forEach((value, column) => draw(value, nIn, column, gap));
  outline(pen, { left: 0.5, top: 0.5, right: 1.5 + nOut * cell, bottom: 1.5 + nIn * cell }, paper.text);
  outline(pen, { left: 0.5, top: nIn * cell + gap + 0.5, right: 1.5 + nOut * cell, bottom: (nIn + 1) * cell + gap + 1.5 }, paper.text);
}

// The weights that enter each unit of the first layer, as an image of the size of the inputs.
function drawWeightImages(canvas, { nIn, nOut, W }, most) {
  const side = Math.round(Math.sqrt(nIn));
  const plan = tiles(canvas.clientWidth, nOut, 36, 4);
  const paper = fit(canvas, plan.height);
  if (!paper) return;
  paper.pen.imageSmoothingEnabled = false;
  for (let unit = 0; unit < nOut; unit += 1) {
    const values = Array.from({ length: nIn }, (_, at) => W[((side - 1 - Math.floor(at / side)) * side + (at % side)) * nOut + unit]);
    paintSigned(paper.pen, values, side, (value) => 0.5 + 0.5 * (value / most), plan.box(unit));
    outline(paper.pen, plan.box(unit), "#808080");
  }
}

const rangeInWords = (values) => {
  const [low, high] = values.reduce(([l, h], value) => [Math.min(l, value), Math.max(h, value)], [Infinity, -Infinity]);
  return `from ${readable(low)} to ${readable(high)}`;
};

const UNITS_IN_WORDS = 8; // of a wider layer only the whole is told

function activationsInWords({ a }, units) {
  const share = (count) => `${Math.round((100 * count) / a.length)} %`;
  const [above, below] = [a.filter((value) => value > 0).length, a.filter((value) => value < 0).length];
  const each =
    units > UNITS_IN_WORDS
      ? ""
      : `; ${Array.from({ length: units }, (_, unit) => `unit ${unit + 1} ${rangeInWords(a.filter((_value, i) => i % units === unit))}`).join(", ")}`;
  return `the activations of ${units} units, ${rangeInWords(a)}, ${share(above)} above 0, ${share(below)} below${each}`;
}

function weightsPart(recording) {
  const most = largestWeights(recording);
  const images = recording.task === "images";
  return {
    parts: recording.sizes.slice(1).map((nOut, i) => ({
      label: `${images && i === 0 ? "Layer 1: the weights that enter each unit" : `W and b of layer ${i + 1}`}, up to ±${readable(most[i])}`,
      draw: (canvas, epoch) => {
        const layer = parametersAt(recording, epoch)[i];
        if (images && i === 0) drawWeightImages(canvas, layer, most[i]);
        else drawWeights(canvas, layer, most[i]);
      },
      about: (epoch) => {
        const { W, b } = parametersAt(recording, epoch)[i];
        return `${recording.sizes[i]} inputs and ${nOut} units, W ${rangeInWords(W)}, b ${rangeInWords(b)}`;
      },
    })),
    words:
      (images && recording.sizes.length === 2
        ? "Each unit's weights stand as an image, and b is left out. "
        : `A row is an input of the layer, a column a unit; the strip below is b.${images ? " In layer 1 each unit's weights stand as an image, and b is left out." : ""} `) +
      "Blue is above 0, orange below (with a bar, where there is room), white is 0; the strongest colors are the largest size in the whole run, so a color means the same at every epoch. The numbers stand below.",
  };
}

const UNIT_GRID = 24;
const UNIT_POINTS = 60;

// What each hidden unit gives: over the plane, along the line, or for the images that are shown.
function unitsPart(recording) {
  const { low, high, task, sizes } = recording;
  const hidden = sizes.slice(1, -1);
  const along = (axis, i, n) => low[axis] + (i / (n - 1)) * (high[axis] - low[axis]);
  let inputs;
  if (task === "images") inputs = recording.shown_X;
  else if (inputsOf(recording) === 1) inputs = Float64Array.from({ length: UNIT_POINTS }, (_, i) => along(0, i, UNIT_POINTS));
  else {
    inputs = new Float64Array(2 * UNIT_GRID ** 2);
    for (let i = 0; i < UNIT_GRID ** 2; i += 1) {
      inputs[2 * i] = along(0, i % UNIT_GRID, UNIT_GRID);
      inputs[2 * i + 1] = along(1, Math.floor(i / UNIT_GRID), UNIT_GRID);
    }
  }
  const computed = { epoch: -1, layers: [] };
  const layersAt = (epoch) => {
    if (computed.epoch !== epoch) Object.assign(computed, { epoch, layers: hiddenActivations(recording, epoch, inputs) });
    return computed.layers;
  };
  const mostOf = (a) => a.reduce((most, value) => Math.max(most, Math.abs(value)), 0) || 1;

  function planes(canvas, { units, z, a }) {
    const plan = tiles(canvas.clientWidth, units, LEAST_TILE + 12);
    const paper = fit(canvas, plan.height);
    if (!paper) return;
    const most = mostOf(a);
    const one = new Float64Array(UNIT_GRID ** 2);
    paper.pen.imageSmoothingEnabled = true;
    for (let unit = 0; unit < units; unit += 1) {
      paintSigned(paper.pen, a, UNIT_GRID, (value) => 0.5 + 0.5 * (value / most), plan.box(unit), unit, units);
      for (let i = 0; i < one.length; i += 1) one[i] = z[i * units + unit];
      contour(paper, one, UNIT_GRID, plan.box(unit), 0, 1.5);
      outline(paper.pen, plan.box(unit), "#808080");
      markLargest(paper, a, units, unit, plan.box(unit));
    }
  }

  // The sign of the largest activation, where it is, so that no color is needed to read the picture.
  function markLargest({ pen, size }, a, units, unit, box) {
    let best = 0;
    for (let i = 0; i < UNIT_GRID ** 2; i += 1) if (Math.abs(a[i * units + unit]) > Math.abs(a[best * units + unit])) best = i;
    const value = a[best * units + unit];
    if (value === 0) return;
    const within = (at, low, high) => Math.min(Math.max(at, low + 0.6 * size), high - 0.6 * size);
    const x = within(box.left + ((best % UNIT_GRID) / (UNIT_GRID - 1)) * (box.right - box.left), box.left, box.right);
    const y = within(box.bottom - (Math.floor(best / UNIT_GRID) / (UNIT_GRID - 1)) * (box.bottom - box.top), box.top, box.bottom);
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    pen.lineWidth = 3;
    pen.strokeStyle = "#ffffff";
    pen.fillStyle = "#1a1a1a";
    const sign = value > 0 ? "+" : "−";
    pen.strokeText(sign, x, y);
    pen.fillText(sign, x, y);
  }

  function curves(canvas, { units, a }) {
    const plan = tiles(canvas.clientWidth, units, LEAST_TILE + 12);
    const paper = fit(canvas, plan.height);
    if (!paper) return;
    const { pen } = paper;
    const most = mostOf(a);
    for (let unit = 0; unit < units; unit += 1) {
      const box = plan.box(unit);
      const middle = (box.top + box.bottom) / 2;
      outline(pen, box, "#808080");
      pen.beginPath();
      pen.moveTo(box.left, middle);
      pen.lineTo(box.right, middle);
      pen.stroke();
      pen.strokeStyle = COLORS[0];
      pen.lineWidth = 2 * paper.ink;
      pen.beginPath();
      for (let i = 0; i < UNIT_POINTS; i += 1) {
        const x = box.left + (i / (UNIT_POINTS - 1)) * (box.right - box.left);
        pen[i ? "lineTo" : "moveTo"](x, middle - (a[i * units + unit] / most) * 0.46 * (box.bottom - box.top));
      }
      pen.stroke();
    }
  }

  function rows(canvas, { units, a }) {
    const labels = recording.shown_labels;
    const margin = 20;
    const cell = Math.max(1, Math.min(20, Math.floor((canvas.clientWidth - margin - 3) / units)));
    const down = 18;
    const paper = fit(canvas, labels.length * down + 2);
    if (!paper) return;
    const { pen } = paper;
    const most = mostOf(a);
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    labels.forEach((label, row) => {
      pen.fillStyle = paper.text;
      pen.fillText(String(label), margin / 2, (row + 0.5) * down + 1);
      for (let unit = 0; unit < units; unit += 1) {
        pen.fillStyle = `rgb(${signedShade(0.5 + 0.5 * (a[row * units + unit] / most)).join()})`;
        pen.fillRect(margin + unit * cell, row * down + 1, cell, down - 2);
        if (a[row * units + unit] < 0 && cell >= 4) {
          pen.fillStyle = "#1a1a1a";
          pen.fillRect(margin + (unit + 0.25) * cell, (row + 0.5) * down, cell / 2, 2);
        }
      }
      outline(pen, { left: margin, top: row * down + 1.5, right: margin + units * cell, bottom: (row + 1) * down - 0.5 }, "#808080");
    });
  }

  const [drawLayer, words] =
    task === "images"
      ? [rows, "A row for each of the images above, a column for each unit. Blue is above 0, orange below (with a bar, where there is room), white is 0; the strongest color is the largest activation of the layer at this epoch."]
      : inputsOf(recording) === 1
        ? [curves, "The activation of each unit along x; the line across is 0."]
        : [planes, "The activation of each unit over the plane: blue above 0, orange below, white is 0. The line is where z = 0, and + or − stands where the activation is largest; the strongest color is the largest activation of the layer at this epoch."];
  return {
    parts: hidden.map((units, i) => ({
      label: `Layer ${i + 1}`,
      draw: (canvas, epoch) => drawLayer(canvas, layersAt(epoch)[i]),
      about: (epoch) => activationsInWords(layersAt(epoch)[i], units),
    })),
    words: hidden.length ? words : "This network has no hidden units.",
  };
}
