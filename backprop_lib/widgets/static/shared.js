// What all explorers share: the recording, the state behind all views of one widget, the frame with its controls, axes,
// colors, focus and resizing. It needs parts.js before it. The format of the recording stands in wire.py.

const COLORS = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#808080"];
const DASHES = [[], [8, 4], [8, 3, 2, 3], [2, 3], [12, 3], [5, 2, 1, 2], [1, 2]];
const PATIENCE_MS = 8000;
const HEARTBEAT_MS = 900; // while it plays, the kernel is told where the screen is

// ---------------------------------------------------------------------------------------------- the recording

const TYPES = { float64: Float64Array, float32: Float32Array, int32: Int32Array, int8: Int8Array };

// Return the bytes of an array that was sent as differences, byte by byte.
function summed({ type, shape, order, data }) {
  const size = TYPES[type].BYTES_PER_ELEMENT;
  const rows = shape[0];
  const n = data.byteLength / size;
  const columns = n / rows;
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const bits = size === 1 ? new Int8Array(n) : new Int32Array(n);
  for (let column = 0; column < columns; column++) {
    let slope = 0;
    let level = 0;
    for (let row = 0; row < rows; row++) {
      let added = 0;
      for (let byte = 0; byte < size; byte++) added |= bytes[byte * n + column * rows + row] << (8 * byte);
      slope = order === 2 ? (slope + added) | 0 : added;
      level = (level + slope) | 0;
      bits[row * columns + column] = level; // keeps the lowest bits
    }
  }
  return bits.buffer;
}

// Return what the kernel packed: { version, id, start, frames, ...facts, name: typed array }.
function unpack(sent) {
  const arrays = {};
  for (const [name, array] of Object.entries(sent.arrays)) {
    const { type, order, data } = array;
    // A copy: the bytes need not begin at a multiple of the size of a number.
    const bytes = order ? summed(array) : data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength);
    arrays[name] = new TYPES[type](bytes);
  }
  const { version, id, start, frames, facts } = sent;
  return { version, id, start, frames, ...facts, ...arrays };
}

// So many decimals, rounded as Python rounds: halfway goes to the even digit. Exactly halfway lie the odd multiples of
// 2 ** -(places + 1).
function decimals(size, places) {
  const halfway = (size * 2 ** (places + 1)) % 2 === 1;
  return (halfway ? (2 * Math.round((size * 10 ** places) / 2)) / 10 ** places : size).toFixed(places);
}

// The same with an exponent. So many digits as 100 are all that a number of this size has.
function exponential(size, places) {
  const [mantissa, power] = size.toExponential(100).split("e");
  const kept = mantissa.slice(0, places + 2);
  const isHalfway = /^50*$/.test(mantissa.slice(places + 2));
  return isHalfway && kept.at(-1) % 2 === 0 ? `${kept}e${power}` : size.toExponential(places);
}

// A number as the course's texts write it, with a true minus sign; with so many more digits where they are not 0.
function readable(value, more = 0) {
  if (value === 0) return "0";
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "not a number" : value > 0 ? "∞" : "−∞";
  const size = Math.abs(value);
  const text =
    size >= 0.001 && size < 10000
      ? decimals(size, 4 + more).replace(/(\.\d{4}\d*?)0+$/, "$1")
      : exponential(size, 2 + more).replace(/([+-])(\d)$/, "$10$2").replace("e-", "e−");
  return `${value < 0 ? "−" : ""}${text}`;
}

// Numbers as texts, with as few more digits as tell them apart.
function toldApart(values) {
  for (let more = 0; ; more += 1) {
    const texts = values.map((value) => readable(value, more));
    if (more === 12 || new Set(texts).size === new Set(values).size) return texts;
  }
}

// A number in little room.
function short(value) {
  const text = Number(value.toPrecision(3));
  return (Math.abs(text) >= 1e4 || (text !== 0 && Math.abs(text) < 1e-3) ? text.toExponential(1) : String(text)).replaceAll("-", "−");
}

// ---------------------------------------------------------------------------------- the state, one for all views

const reducedMotion = () => window.matchMedia("(prefers-reduced-motion: reduce)").matches;

// `resetAsks(state)` says whether a reset needs a new recording.
function makeController(model, { speeds = [5, 20, 60], resetAsks = () => false } = {}) {
  const listeners = new Set();
  const me = Math.random().toString(36).slice(2); // this window
  let where = model.get("_where"); // what the kernel said last
  const state = {
    recording: unpack(model.get("_sent")),
    position: where.position,
    playing: false,
    speed: reducedMotion() ? speeds[0] : speeds[Math.min(1, speeds.length - 1)],
    waiting: false, // for an answer of the kernel
    late: false, // and for longer than anybody wants to hold back a step
    problem: model.get("_problem"),
    frozen: null, // an earlier recording that stays beside the present one
    picked: where.picked, // what else is chosen of the recording: for each name the place in its list
  };
  let request = 0;
  let asked = null; // what the kernel is working on
  let queued = null; // the newest request made while another one was under way
  let pressed = []; // what was clicked while the kernel was at work
  let again = []; // the steps through the old run while it was late: they are made in the new one too
  let renewed = false; // a new run came meanwhile
  let patience = null;
  let frame = null;
  let lastSync = 0;
  let followed = false; // another window, since anything was done here
  let mine = {}; // what was picked here and is not known to be heard
  let since = {}; // what was picked while the kernel was late with an answer
  let count = 0; // of what was told: the same place told twice is still told

  const emit = (what) => listeners.forEach((listener) => listener(what));

  function sync() {
    if (kernelIsGone(model)) return;
    lastSync = performance.now();
    followed = false;
    // With the number of the kernel's last move that was seen here: what it has moved since counts more.
    const { position, playing, recording } = state;
    count += 1;
    model.set("_shown", { position, playing, picked: mine, moves: where.moves, id: recording.id, by: me, count });
    model.save_changes();
  }

  function send(content) {
    try {
      if (kernelIsGone(model)) return false;
      model.send(content);
      return true;
    } catch {
      return false; // after a restart of the kernel nobody listens: the manager throws "Cannot send"
    }
  }

  function stop() {
    if (frame !== null) cancelAnimationFrame(frame);
    frame = null;
    const was = state.playing;
    state.playing = false;
    if (was) emit("playing");
    return was;
  }

  function show(position) {
    state.position = Math.min(Math.max(position, 0), state.recording.frames);
    emit("position");
  }

  function goTo(position) {
    show(position);
    sync();
  }

  function later(action) {
    if (!state.waiting || state.late) return false;
    pressed.push(action);
    return true;
  }

  function repeat(action) {
    if (state.waiting) again.push(action);
  }

  // What takes up a new recording is done when it is here.
  function then(action) {
    if (!later(action)) action();
  }

  const play = () => run({ leads: true });

  // Run to the end. The window in which Play was pressed tells the kernel where it is; one that follows it is quiet.
  function run({ leads }) {
    if (state.playing || state.recording.frames === 0 || later(play)) return;
    state.playing = true;
    if (state.position >= state.recording.frames) show(0);
    emit("playing");
    if (leads) sync();
    let last = performance.now();
    let due = 0;
    const tick = (now) => {
      if (!state.playing) return;
      if (listeners.size === 0) return pause();
      due += (Math.min(Math.max(0, now - last), 250) * state.speed) / 1000; // a hidden tab does not save up
      last = now;
      const whole = Math.min(Math.floor(due), state.recording.frames - state.position);
      if (whole > 0) {
        due = Math.min(due - whole, 1);
        const halt = (state.recording.stops ?? []).find((stop) => stop > state.position && stop <= state.position + whole);
        show(halt ?? state.position + whole);
        if (halt !== undefined || state.position >= state.recording.frames) return pause();
        if (leads && now - lastSync > HEARTBEAT_MS) sync();
      }
      frame = requestAnimationFrame(tick);
    };
    frame = requestAnimationFrame(tick);
  }

  function halt() {
    if (stop()) sync();
  }

  function pause() {
    pressed = pressed.filter((action) => action !== play);
    halt();
  }

  const both = (first, next) => ({
    reset: first?.reset || next?.reset,
    settings: { ...first?.settings, ...next?.settings },
    picked: { ...first?.picked, ...next?.picked },
  });

  function ask(content) {
    halt();
    if (state.waiting) {
      queued = both(queued, content);
      if (!isHeard()) giveUp();
      return undefined;
    }
    state.waiting = true;
    asked = content;
    // Not a counter: after a reload, or from a second window, the kernel may have answered that number already.
    request = 1 + Math.floor(Math.random() * 2 ** 31);
    const position = content.reset ? 0 : state.position;
    const picked = { ...mine, ...content.picked };
    const kind = content.reset ? "reset" : "change";
    if (!send({ kind, settings: content.settings, picked, position, request })) return alone(content);
    wait();
    emit("waiting");
    return undefined;
  }

  function wait() {
    patience = setTimeout(() => {
      if (!isHeard()) return giveUp();
      wait();
      if (state.late) return undefined;
      state.late = true;
      state.problem = { words: "The kernel is still at work on this, or on another cell. Stepping through what was recorded works." };
      emit("waiting");
      emit("problem");
      const actions = pressed;
      pressed = [];
      return actions.forEach((action) => action());
    }, PATIENCE_MS);
  }

  const isHeard = () => send({ kind: "ping" });

  // The kernel was ended before it answered.
  function giveUp() {
    const content = both(asked, queued);
    queued = null;
    alone(content);
  }

  // Nobody answers: what needs no kernel is done all the same.
  function alone(content) {
    const { home = 0 } = state.recording;
    if (Object.keys(content.picked ?? {}).length) {
      state.position = home;
      pick({ ...mine, ...content.picked });
    }
    if (content.reset) {
      state.waiting = false;
      goTo(home);
      if (!resetAsks(state)) return finish(model.get("_problem")); // all that it takes is here
    }
    return finish({
      words: model.standalone
        ? "This page has no kernel, so what was recorded cannot be changed here. Stepping works; the notebook can do the rest."
        : "The kernel is gone: run the cell again. Stepping still works.",
    });
  }

  // Choose what else is shown of the recording.
  function pick(places) {
    state.picked = { ...state.picked, ...places };
    mine = { ...mine, ...places };
    if (state.waiting) since = { ...since, ...places };
    emit("picked");
    sync();
  }

  function finish(problem) {
    clearTimeout(patience);
    state.waiting = false;
    state.late = false;
    asked = null;
    state.problem = problem;
    emit("waiting");
    emit("problem");
    const [next, places] = [queued, since];
    queued = null;
    since = {};
    if (next) return ask({ ...next, picked: { ...places, ...next.picked } });
    if (Object.keys(places).length) pick(places); // the answer did not know of it
    const actions = [...(renewed ? again : []), ...pressed];
    [again, pressed, renewed] = [[], [], false];
    return actions.forEach((action) => action());
  }

  const controller = {
    state,
    speeds,
    listen(listener) {
      listeners.add(listener);
      if (where.playing && !where.by) play(); // asked for by code, before anything was on screen
      else if (where.playing && listeners.size === 1) {
        // A window plays; if nothing more is heard of it, it was closed, and nobody else can tell the kernel.
        const last = where;
        setTimeout(() => {
          if (where === last && !state.playing) sync();
        }, 4 * HEARTBEAT_MS);
      }
      return () => {
        listeners.delete(listener);
        if (listeners.size === 0) pause();
      };
    },
    step: function step() {
      if (later(step)) return;
      repeat(step);
      pause();
      goTo(state.position + 1);
    },
    back: function back() {
      if (later(back)) return;
      repeat(back);
      pause();
      goTo(state.position - 1);
    },
    scrub: function scrub(position) {
      const action = () => scrub(position);
      action.isScrub = true;
      // Of a slider that is dragged only the last place counts.
      [pressed, again] = [pressed, again].map((actions) => actions.filter((one) => !one.isScrub));
      if (later(action)) return;
      repeat(action);
      pause();
      goTo(position);
    },
    then,
    pick: (places) => then(() => pick(places)),
    toggle() {
      if (state.playing || pressed.includes(play)) pause();
      else play();
    },
    reset() {
      [pressed, again] = [[], []];
      pause();
      if (state.waiting || resetAsks(state) || state.problem.words) ask({ reset: true, settings: {} });
      else goTo(state.recording.home ?? 0);
    },
    // `picked` is shown with the answer.
    change(settings, picked) {
      pause();
      ask({ reset: false, settings, picked });
    },
    speed(value) {
      state.speed = value;
      emit("speed");
    },
    // What was asked for last stays on the controls, also while an earlier answer comes in.
    settings: () => ({ ...model.get("_settings"), ...asked?.settings, ...queued?.settings }),
    freeze() {
      state.frozen = state.recording;
      send({ kind: "freeze", id: state.recording.id });
      emit("frozen");
    },
    unfreeze() {
      state.frozen = null;
      send({ kind: "unfreeze" });
      emit("frozen");
    },
    choices: () => model.get("_choices"),
    lecture: () => model.get("lecture"),
  };

  // The parts of one message are heard in any order, so all that act on one take up the recording and the place first.
  function hear() {
    const [sent, news] = [model.get("_sent"), model.get("_where")];
    if (sent.id !== state.recording.id) {
      stop();
      renewed = state.waiting;
      where = news;
      state.recording = unpack(sent);
      state.position = state.recording.start;
      state.picked = news.picked;
      return emit("recording");
    }
    if (news === where || news.id !== sent.id) return undefined; // heard, or its recording is still to come
    where = news;
    // What was done here is seen already, unless what another window had done before was heard in between.
    if (news.by === me && !followed) {
      mine = Object.fromEntries(Object.entries(mine).filter(([name, place]) => news.picked[name] !== place));
      return undefined;
    }
    mine = {};
    const differs = JSON.stringify(news.picked) !== JSON.stringify(state.picked);
    state.picked = news.picked;
    if (differs) emit("picked");
    // Another window plays as well, or code only picked something.
    if (news.playing && state.playing && (news.by || !news.moved)) return undefined;
    const was = stop();
    if (news.moved || !was) show(news.position);
    else sync(); // it was paused here, and here is further on
    followed = news.by !== "" && news.by !== me;
    // A window that shows nothing, such as an open notebook that was not run there, does not play, and so ends no play.
    return news.playing && listeners.size > 0 ? run({ leads: !followed }) : undefined;
  }
  model.on("change:_sent", hear);
  model.on("change:_where", hear);
  model.on("change:_answered", () => {
    if (model.get("_answered") !== request) return;
    hear();
    finish(model.get("_problem"));
  });
  model.on("change:_problem", () => {
    if (!state.waiting) {
      state.problem = model.get("_problem");
      emit("problem");
    }
  });
  function thaw() {
    const sent = model.get("_frozen");
    if (!sent?.version) state.frozen = null;
    else if (sent.id === state.recording.id) state.frozen = state.recording;
    else if (sent.id !== state.frozen?.id) state.frozen = unpack(sent);
    emit("frozen");
  }
  thaw();
  model.on("change:_frozen", thaw);
  model.on("change:lecture", () => emit("lecture"));
  return controller;
}

// ----------------------------------------------------------------------------------------------------- mathematics

function math(tag, attributes = {}, children = []) {
  const element = document.createElementNS("http://www.w3.org/1998/Math/MathML", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

const mathRow = (children) => math("math", {}, [math("mrow", {}, children)]);
const between = (terms, sign) => terms.flatMap((term, i) => (i ? [math("mo", {}, [sign]), term] : [term]));
const bracketed = (value) => (value < 0 ? `(${readable(value)})` : readable(value));

// d of one name over d of another, and the same with a round d.
function slopeOf(upper, lower, term, sign = "d") {
  const part = (name) => math("mrow", {}, [math("mi", {}, [sign]), math("mi", {}, [name])]);
  return math("mfrac", term ? { "data-term": term } : {}, [part(upper), part(lower)]);
}
const partialOf = (upper, lower, term) => slopeOf(upper, lower, term, "∂");

// ------------------------------------------------------------------------------------------------- canvas and axes

// Circle, square, triangle, diamond, triangle down, plus, cross: the shapes that tell things apart without color.
const MARKERS = [
  "M-4 0a4 4 0 1 0 8 0a4 4 0 1 0-8 0z",
  "M-4-4h8v8h-8z",
  "M0-5L5 4H-5z",
  "M0-5L5 0L0 5L-5 0z",
  "M0 5L5-4H-5z",
  "M-1.5-5h3v3.5h3.5v3h-3.5v3.5h-3v-3.5h-3.5v-3h3.5z",
  "M-5-3.5L-3.5-5L0-1.5L3.5-5L5-3.5L1.5 0L5 3.5L3.5 5L0 1.5L-3.5 5L-5 3.5L-1.5 0z",
];

function swatch(color, dash, marker, hollow) {
  const children = [];
  if (dash) {
    children.push(drawing("line", { x1: 1, y1: 6, x2: 29, y2: 6, stroke: color, "stroke-width": 2.5, "stroke-dasharray": dash }));
  }
  if (marker >= 0) {
    const look = { fill: hollow ? "none" : color, stroke: hollow ? color : "none", "stroke-width": 1.6 };
    children.push(drawing("path", { d: MARKERS[marker], transform: "translate(15 6)", ...look }));
  }
  return drawing("svg", { width: 30, height: 12, "aria-hidden": "true" }, children);
}

// A line of an SVG that is longer than its room is written smaller, to `least` of its size; says whether that was enough.
function pressInto(text, room, least = 0) {
  text.style.fontSize = "";
  const share = room / text.getComputedTextLength();
  if (share < 1) text.style.fontSize = `${parseFloat(getComputedStyle(text).fontSize) * Math.max(share, least)}px`;
  return share >= least;
}

// Write words into a line of an SVG. Where they would be too small, they are cut, and all of them stand in a title; a
// number that is the line or ends it is never cut.
function writeInto(text, words, room) {
  text.textContent = words;
  if (pressInto(text, room, LEAST_SCALE)) return;
  const [, head, number] = words.match(/^(.*?)((?:^| = )[−+\d.,e∞]+)?$/su);
  const letters = [...head];
  if (!letters.length) {
    pressInto(text, room);
    return;
  }
  while (letters.length && text.getComputedTextLength() > room) {
    letters.pop();
    text.textContent = `${letters.join("").trimEnd()}…${number ?? ""}`;
  }
  text.append(drawing("title", {}, [words]));
}

const LEAST_SCALE = 0.75;
const LEAST_TEXT = 9 / 13; // of the size, where a line is pressed in a drawing that is smaller itself
const TOLD = 8; // so many values of a marked part are said

// What scrolls can be reached with the Tab key, has a name, and takes the arrow keys for itself.
function markScrolling(place, scrolls, what) {
  const marks = { tabindex: "0", role: "group", "aria-label": `${what}, scrolls sideways`, "data-scrolls": "true", "data-own-keys": "" };
  for (const [name, value] of Object.entries(marks)) {
    if (scrolls) place.setAttribute(name, value);
    else place.removeAttribute(name);
  }
}

// Show a drawing in its whole width, smaller if it has to be; where its letters would be too small, its place scrolls.
function fitOrScroll(svg, width, height, least = LEAST_SCALE) {
  const place = svg.parentElement;
  if (!place.clientWidth) return;
  const shown = Math.max(place.clientWidth, least * width);
  const scrolls = shown > place.clientWidth + 1;
  svg.style.width = scrolls ? `${shown}px` : "";
  svg.style.height = `${(height * shown) / width}px`;
  markScrolling(place, scrolls, "Diagram");
}

// Scroll sideways to what is lit in a place.
function bringLit(place, marked = ".bp-node.bp-lit") {
  const [outer, lit] = [place, place.querySelector(marked)].map((one) => one?.getBoundingClientRect());
  if (!lit) return;
  if (lit.left < outer.left) place.scrollLeft -= outer.left - lit.left + 8;
  if (lit.right > outer.right) place.scrollLeft += lit.right - outer.right + 8;
}

let cutPaths = null;
function paths() {
  cutPaths ??= MARKERS.map((shape) => new Path2D(shape));
  return cutPaths;
}

// Make a canvas ready to draw on; null while it has no place on screen.
function prepare(canvas) {
  const ratio = window.devicePixelRatio || 1;
  const { clientWidth: width, clientHeight: height } = canvas;
  if (width === 0) return null;
  if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
  }
  const style = getComputedStyle(canvas);
  const size = parseFloat(style.fontSize) || 12;
  const pen = canvas.getContext("2d");
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.clearRect(0, 0, width, height);
  pen.font = `${size}px ${style.fontFamily}`;
  pen.lineJoin = "round";
  const ink = size / 12; // larger text goes with thicker lines
  return { pen, width, height, size, ink, text: style.color, back: style.getPropertyValue("--bp-back") || "#ffffff" };
}

function niceTicks(low, high, count) {
  const rough = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((m) => m * power).find((s) => s >= rough * 0.999);
  const ticks = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + 1e-9 * step; i += 1) ticks.push(i * step);
  return ticks.length < 2 && count < 7 ? niceTicks(low, high, count + 1) : ticks; // one number alone is no scale
}

// As few digits as tell the ticks apart.
function tickLabels(ticks) {
  const label = (value, digits) => {
    const size = Math.abs(value);
    if (value === 0) return "0";
    const text =
      (size >= 1e5 && (digits < 7 || size >= 1e15)) || size < 1e-3
        ? value.toExponential(digits - 1).replace(/\.?0+e/, "e").replace("e+", "e")
        : String(Number(value.toPrecision(digits)));
    return text.replaceAll("-", "−");
  };
  for (let digits = 3; digits < 18; digits += 1) {
    const labels = ticks.map((tick) => label(tick, digits));
    if (new Set(labels).size === labels.length) return labels;
  }
  return ticks.map(String);
}

const superscript = (n) => String(n).replace(/./g, (c) => ({ "-": "⁻" })[c] ?? "⁰¹²³⁴⁵⁶⁷⁸⁹"[c]);

// Axes with ticks; returns how data become pixels.
function drawAxes({ pen, width, height, size, text }, { x, y, yTicks, yLabels = tickLabels(yTicks), xLabel, whole = false }) {
  const left = Math.max(3.8 * size, size + Math.max(...yLabels.map((label) => pen.measureText(label).width)));
  const box = { left, right: width - 12, top: 10, bottom: height - 3 * size };
  const px = (v) => box.left + ((v - x[0]) / (x[1] - x[0])) * (box.right - box.left);
  const py = (v) => box.bottom - ((v - y[0]) / (y[1] - y[0])) * (box.bottom - box.top);
  // As many of the numbers as have room beside each other, but two at least.
  function xLabels() {
    const placed = (ticks) => {
      const labels = tickLabels(ticks);
      return ticks.map((tick, i) => {
        const half = pen.measureText(labels[i]).width / 2;
        return { label: labels[i], half, middle: Math.max(Math.min(px(tick), width - half - 1), half + 1) };
      });
    };
    const fit = (labels) => labels.every(({ half, middle }, i) => !i || middle - half > labels[i - 1].middle + labels[i - 1].half + size / 3);
    const xTicks = niceTicks(x[0], x[1], Math.max(2, Math.floor((box.right - box.left) / (5.8 * size))));
    const shown = whole ? xTicks.filter((tick) => Number.isInteger(Number(tick.toPrecision(12)))) : xTicks;
    let [labels, every] = [placed(shown), 2];
    for (; !fit(labels) && every < shown.length; every += 1) labels = placed(shown.filter((_, i) => i % every === 0));
    return labels;
  }
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
  yTicks.forEach((tick, i) => pen.fillText(yLabels[i], box.left - size / 2, py(tick)));
  pen.textBaseline = "top";
  pen.textAlign = "center";
  for (const { label, middle } of xLabels()) pen.fillText(label, middle, box.bottom + 0.4 * size);
  pen.fillText(xLabel, (box.left + box.right) / 2, box.bottom + 1.65 * size);
  return { px, py, box };
}

// Keep what is drawn inside the axes.
function inside({ pen }, { box }, draw, margin = 0) {
  pen.save();
  pen.beginPath();
  pen.rect(box.left - margin, box.top - margin, box.right - box.left + 2 * margin, box.bottom - box.top + 2 * margin);
  pen.clip();
  draw();
  pen.restore();
}

// What cannot be drawn is said, on a ground of its own: a curve may pass there.
function sayInside({ pen, text, back, size }, { box }, words) {
  if (!words) return;
  const most = box.right - box.left - 8;
  const width = Math.min(pen.measureText(words).width, most) + 6;
  const middle = (box.left + box.right) / 2;
  pen.fillStyle = back;
  pen.fillRect(middle - width / 2, box.top + 2, width, 1.3 * size + 2);
  pen.fillStyle = text;
  pen.textAlign = "center";
  pen.textBaseline = "top";
  pen.fillText(words, middle, box.top + 4, most);
}

const FAR = 5000; // a browser draws a dashed line that goes on much farther without its dashes

function drawSeries(paper, scale, values, upTo, { color, dash, marker, every }) {
  const { pen, ink } = paper;
  inside(paper, scale, () => {
    pen.strokeStyle = color;
    pen.fillStyle = color;
    pen.lineWidth = 2.2 * ink;
    pen.setLineDash(dash);
    pen.beginPath();
    let drawn = false;
    for (let i = 0; i <= upTo; i += 1) {
      const value = values(i);
      const y = Math.min(Math.max(scale.py(value), -FAR), FAR);
      if (!Number.isFinite(value)) drawn = false;
      else if (drawn) pen.lineTo(scale.px(i), y);
      else {
        pen.moveTo(scale.px(i), y);
        drawn = true;
      }
    }
    pen.stroke();
    pen.setLineDash([]);
    for (let i = 0; i <= upTo; i += 1) {
      if ((i % every !== 0 && i !== upTo) || !Number.isFinite(values(i))) continue;
      pointMark(pen, scale.px(i), scale.py(values(i)), marker, color, { bare: true, ink });
    }
  }, 6);
}

function pointMark(pen, x, y, shape, color, { hollow, ring, inside: fill, bare, ink = 1 }) {
  pen.save();
  pen.translate(x, y);
  pen.scale(ink, ink);
  const path = paths()[shape];
  pen.lineWidth = hollow ? 1.6 : 2;
  pen.strokeStyle = hollow ? color : ring;
  pen.fillStyle = hollow ? fill : color;
  if (!hollow && !bare) pen.stroke(path);
  pen.fill(path);
  if (hollow) pen.stroke(path);
  pen.restore();
}

const largest = (values) => values.reduce((most, value) => Math.max(most, Number.isFinite(value) ? value : 0), 0);

// --------------------------------------------------------------------------------------------------- the frame

// The frame of every explorer: controls, status line, problems, and a body that the view fills.
//   name     what it is called for a screen reader
//   counts   what a position is: "Epoch"; `unit` in the plural, for the speeds
//   words    (state) => the state in words
//   shown    (state) => the position as it stands beside the slider
function makeFrame(controller, el, { name, counts, unit, words, shown, working = "Working with the new settings." }) {
  const { state } = controller;
  const root = make("div", { className: "bp-explorer", role: "group", "aria-label": name });
  root.dataset.lmSuppressShortcuts = "true";

  const problem = make("div", { className: "bp-problem", role: "alert", hidden: true });
  const status = make("p", { className: "bp-status", role: "status" });
  const note = make("p", { className: "bp-note", "aria-live": "polite" }); // what was done last by hand
  const said = make("p", { className: "bp-said", "aria-live": "polite" }); // what only a screen reader needs to be told

  function report({ words: text, details }) {
    problem.hidden = !text;
    problem.replaceChildren(...(text ? [make("div", { textContent: text })] : []));
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
        report({ words: `The picture could not be drawn: ${error.message}`, details: error.stack });
        return undefined;
      }
    };
  }

  const button = (text, action, className = "") =>
    make("button", { type: "button", textContent: text, className, onclick: guard(action) });

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

  // A slider with a name; `text(value)` is what stands beside it and what a screen reader says.
  function slider(label, { text, onMove, onPick, className = "" }) {
    const input = make("input", { type: "range", min: 0, step: 1, "aria-label": label });
    const out = make("span", { className: "bp-value", "aria-hidden": "true" });
    const tell = () => {
      out.textContent = text(Number(input.value));
      input.setAttribute("aria-valuetext", out.textContent);
    };
    input.oninput = guard(() => {
      tell();
      onMove?.(Number(input.value));
    });
    input.onchange = guard(() => onPick?.(Number(input.value)));
    return {
      input,
      element: make("span", { className: `bp-choice bp-slider ${className}` }, [
        make("span", { textContent: label, "aria-hidden": "true" }),
        input,
        out,
      ]),
      show(value, max) {
        if (max !== undefined) input.max = max;
        input.value = value;
        tell();
      },
    };
  }

  // A whole number from 0 on; what is none is not handed on, and the last number comes back.
  function number(label, { onPick, max, placeholder = "" }) {
    let last = "";
    let isTyped = false; // and not handed on yet: an answer that comes in between leaves it there
    const input = make("input", { type: "number", min: 0, max, step: 1, className: "bp-whole", placeholder });
    input.oninput = () => {
      isTyped = true;
    };
    input.onblur = () => {
      isTyped = false;
      input.value = last;
    };
    input.onchange = guard(() => {
      isTyped = false;
      if (input.value !== "" && input.checkValidity()) {
        last = input.value;
        return onPick(Number(last));
      }
      input.value = last;
      return report({ words: `${label}: a whole number from 0 to ${max} was expected.` });
    });
    return {
      element: make("label", { className: "bp-choice" }, [label, input]),
      show(value) {
        last = value === null ? "" : String(value);
        if (!isTyped) input.value = last;
      },
    };
  }

  const resetButton = button("Reset", controller.reset);
  const backButton = button("Back", controller.back);
  const stepButton = button("Step", controller.step);
  const playButton = button("Play", controller.toggle, "bp-main");
  const scrub = make("input", { type: "range", min: 0, step: 1, "aria-label": counts });
  // Plain spans: an <output> is a live region, and the status line is the only one wanted.
  const scrubOut = make("span", { className: "bp-value", "aria-hidden": "true" });
  scrub.oninput = guard(() => controller.scrub(Number(scrub.value)));
  const speed = choice("Speed", controller.speeds.map((value) => [value, `${value} ${value === 1 ? unit.replace(/s$/, "") : unit}/s`]), (value) => controller.speed(value));
  const toolbar = make("div", { className: "bp-row" }, [
    make("div", { className: "bp-buttons", role: "group", "aria-label": "Run" }, [resetButton, backButton, stepButton, playButton]),
    make("div", { className: "bp-scrub" }, [make("span", { textContent: counts, "aria-hidden": "true" }), scrub, scrubOut]),
    speed.element,
  ]);
  const settings = make("div", { className: "bp-row", role: "group", "aria-label": "Settings", hidden: true });
  const body = make("div", { className: "bp-body" });
  root.append(toolbar, settings, problem, status, note, said, body);
  el.append(root);

  // Arrows step and space plays wherever the key has no other work; JupyterLab must not take them for its own.
  const KEYS = { ArrowRight: controller.step, ArrowLeft: controller.back, " ": controller.toggle };
  root.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (event.defaultPrevented) return; // something inside took the key
    const { target, key } = event;
    const isRange = target.matches("input[type=range]");
    const takesKey = target.matches("select, textarea, pre, input:not([type=range]), [data-own-keys]");
    const taken = takesKey || (key === " " ? target.matches("button, summary") : isRange);
    if (taken || !(key in KEYS) || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    guard(KEYS[key])();
  });

  // What stands for one quantity lights up together: in the diagram, the equation, the code and the numbers.
  function light(names, className = "bp-lit") {
    root.querySelectorAll(`.${className}`).forEach((element) => element.classList.remove(className));
    for (const one of names) {
      root.querySelectorAll(`[data-term~="${CSS.escape(one)}"]`).forEach((element) => element.classList.add(className));
    }
    if (className === "bp-lit") root.querySelectorAll(".bp-graph-place[data-scrolls]").forEach((place) => bringLit(place));
  }
  const termAt = (event) => event.target.closest?.("[data-term]")?.dataset.term.split(" ") ?? [];
  const hover = (event) => light(termAt(event), "bp-hovered");
  for (const kind of ["pointerover", "focusin"]) root.addEventListener(kind, hover);
  for (const kind of ["pointerleave", "focusout"]) root.addEventListener(kind, () => light([], "bp-hovered"));

  // The part that is marked in `place`, and what it stands for elsewhere, in words.
  function marked(place, term) {
    const part = place.querySelector(`[data-term="${CSS.escape(term)}"]`);
    const others = [...root.querySelectorAll(".bp-hovered[aria-label]")].filter((one) => !place.contains(one));
    const labels = others.slice(0, TOLD).map((one) => one.getAttribute("aria-label"));
    if (others.length > TOLD) labels.push(`${others.length - TOLD} more`);
    return [(part.getAttribute("aria-label") ?? part.textContent).trim().replace(/\s+/g, " "), labels.join("; ")].filter(Boolean).join(": ");
  }

  // What the pointer lights up in `place`, the keyboard lights up there as well: one stop of the Tab key, then arrows.
  function walk(place, label) {
    place.tabIndex = 0;
    place.setAttribute("role", "group");
    place.setAttribute("aria-label", `${label}; the arrow keys mark one part after another`);
    place.classList.add("bp-walk");
    let at = 0;
    const show = () => {
      const terms = [...new Set(Array.from(place.querySelectorAll("[data-term]"), (part) => part.dataset.term))];
      at = Math.min(Math.max(at, 0), terms.length - 1);
      light(terms[at]?.split(" ") ?? [], "bp-hovered");
      place.querySelectorAll("[data-scrolls]").forEach((one) => bringLit(one, ".bp-hovered"));
      said.textContent = terms.length ? marked(place, terms[at]) : "";
    };
    place.addEventListener("focusin", (event) => {
      event.stopPropagation();
      show();
    });
    const moves = { ArrowRight: () => at + 1, ArrowLeft: () => at - 1, ArrowDown: () => at + 1, ArrowUp: () => at - 1, Home: () => 0, End: () => Infinity };
    place.addEventListener("keydown", (event) => {
      const { key, target, ctrlKey, metaKey, altKey } = event;
      if (target !== place || !(key in moves) || ctrlKey || metaKey || altKey) return;
      event.preventDefault();
      at = moves[key]();
      show();
    });
  }

  function showPosition() {
    const { recording, position } = state;
    const text = shown(state);
    if (said.textContent) said.textContent = "";
    scrub.max = recording.frames;
    scrub.value = position;
    scrub.setAttribute("aria-valuetext", text);
    scrubOut.textContent = text;
    // Not `disabled`: the keyboard's focus would fall out of the widget.
    backButton.setAttribute("aria-disabled", String(position === 0));
    stepButton.setAttribute("aria-disabled", String(position === recording.frames));
    playButton.setAttribute("aria-disabled", String(recording.frames === 0));
    showStatus();
  }

  function showStatus() {
    // While playing, a screen reader is told only where the run stopped.
    status.setAttribute("aria-live", state.playing ? "off" : "polite");
    const text = state.waiting && !state.late ? working : words(state);
    if (status.textContent !== text) status.textContent = text;
  }

  const cleanups = [];

  return {
    root,
    settings,
    body,
    guard,
    report,
    choice,
    slider,
    number,
    button,
    light,
    walk,
    scrubOut,
    showStatus,
    note: (text) => {
      note.textContent = text;
    },
    // Begin: `recording` draws all of a new recording, `position` what changes with the position, `redraw` the canvases.
    begin({ recording, position, redraw = position, controls = () => {}, playing = () => {}, frozen = () => {}, picked = () => {} }) {
      let inked = "";
      let played = false;
      const draw = guard(() => {
        if (!root.clientWidth) {
          inked = ""; // out of sight; drawn when it is back
          return;
        }
        redraw();
        inked = getComputedStyle(root).color;
      });
      const react = {
        recording: guard(() => {
          recording();
          controls();
          showPosition();
          position();
        }),
        position: guard(() => {
          showPosition();
          position();
        }),
        picked: guard(() => {
          picked();
          showPosition();
          position();
        }),
        playing: guard(() => {
          playButton.textContent = state.playing ? "Pause" : "Play";
          showPosition();
          // The status line has said nothing while it played, and its text need not change now.
          said.textContent = state.playing || !played ? "" : status.textContent;
          played = state.playing;
          playing();
        }),
        waiting: guard(() => {
          root.setAttribute("aria-busy", String(state.waiting && !state.late));
          showStatus();
          controls(); // also those of another view, where nothing was chosen
          if (state.waiting) return;
          picked(); // what was asked for may have been refused
        }),
        problem: guard(() => report(state.problem)),
        speed: guard(() => speed.show(state.speed)),
        frozen: guard(() => {
          frozen();
          showStatus();
        }),
        lecture: guard(() => {
          root.classList.toggle("bp-lecture", Boolean(controller.lecture()));
          redraw();
        }),
      };
      const forget = controller.listen((what) => react[what]());
      // Only the width counts: a text that takes another line is no reason to draw anew, which would lose the focus. A frame
      // later, since what is drawn may change the height of the body, and the observer must not see that at once.
      let width = -1;
      const resized = new ResizeObserver(([{ contentRect }]) => {
        if (contentRect.width === width) return;
        width = contentRect.width;
        requestAnimationFrame(draw);
      });
      resized.observe(body);
      // Another theme is announced before its style sheet is there: look for a while whether the text's color changes.
      const look = (left) => {
        if (getComputedStyle(root).color !== inked) draw();
        if (left > 0 && root.isConnected) requestAnimationFrame(() => look(left - 1));
      };
      const themed = new MutationObserver(() => look(300));
      themed.observe(document.body, { attributes: true, attributeFilter: ["data-jp-theme-light", "data-jp-theme-name"] });
      cleanups.push(forget, () => resized.disconnect(), () => themed.disconnect());
      settings.hidden = settings.childElementCount === 0;
      root.classList.toggle("bp-lecture", Boolean(controller.lecture()));
      react.recording();
      react.problem();
      react.speed();
      react.playing();
      return () => cleanups.forEach((cleanup) => cleanup());
    },
  };
}

// The module's face to anywidget: one controller for a model, one view for each place where it is shown.
function widget(options, view) {
  return () => {
    let controller;
    return {
      initialize({ model }) {
        controller = makeController(model, options);
      },
      render({ el }) {
        return view(controller, el);
      },
    };
  };
}
