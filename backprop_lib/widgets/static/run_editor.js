// Samples are put in and taken out, by click and by keyboard.

const NEAR = 16; // pixels

// Puts samples in and takes them out, by click and by keyboard; only the training data of a plane or a line.
function makeEditor(controller, canvas, { redraw, say, done }) {
  const { state } = controller;
  let mode = "";
  let scale = null;
  let cursor = null; // in the units of the data

  const fromPixels = (x, y) => [
    scale.x[0] + ((x - scale.box.left) / (scale.box.right - scale.box.left)) * (scale.x[1] - scale.x[0]),
    scale.y[0] + ((scale.box.bottom - y) / (scale.box.bottom - scale.box.top)) * (scale.y[1] - scale.y[0]),
  ];
  const isLine = () => inputsOf(state.recording) === 1;

  // The training samples of the recording that are not being taken out already, as they lie on the screen.
  function present() {
    const { X, y, removed, added } = state.recording;
    const settings = controller.settings();
    const inputs = inputsOf(state.recording);
    const kept = y.length - added.length;
    const rows = [];
    for (let row = 0; rows.length < kept; row += 1) if (!removed.includes(row)) rows.push(row);
    return Array.from(y, (target, i) => {
      const values = i < kept ? null : added[i - kept];
      const gone = i < kept ? settings.removed.includes(rows[i]) : !settings.added.some((one) => String(one) === String(values));
      return { at: X.slice(i * inputs, (i + 1) * inputs), target, row: rows[i], values, gone };
    }).filter(({ gone }) => !gone);
  }

  function nearest(x, y) {
    let best = { distance: Infinity };
    for (const sample of present()) {
      const [across, up] = isLine() ? [sample.at[0], sample.target] : sample.at;
      const distance = Math.hypot(scale.px(across) - scale.px(x), scale.py(up) - scale.py(y));
      if (distance < best.distance) best = { ...sample, distance };
    }
    return best;
  }

  // New data are under way: what is clicked in the old plot would be put into them.
  function isLate() {
    const { data, seed } = controller.settings();
    return data !== state.recording.data || seed !== state.recording.seed;
  }

  const place = ([x, y]) => (isLine() ? `x ${readable(x)}, y ${readable(y)}` : `x₁ ${readable(x)}, x₂ ${readable(y)}`);

  function remove([x, y]) {
    const found = nearest(x, y);
    if (!(found.distance <= NEAR)) return say(`No sample is near ${place([x, y])}.`);
    const { removed, added } = controller.settings();
    if (present().length === 1) return say("The last sample has to stay.");
    done(`Taken out: the sample at ${place(isLine() ? [found.at[0], found.target] : found.at)}. Trained anew from epoch 0.`);
    if (!found.values) return controller.change({ removed: [...removed, found.row] });
    const at = added.findIndex((one) => String(one) === String(found.values));
    return controller.change({ added: added.filter((_, i) => i !== at) });
  }

  function add([x, y]) {
    const classes = state.recording.task === "classification";
    const sample = isLine() ? [x, classes ? Number(mode) : y] : [x, y, Number(mode)];
    const target = sample[sample.length - 1];
    const kind = classes ? `a sample of class ${mode}` : isLine() ? "a sample" : `a sample with target ${readable(target)}`;
    done(`Put in: ${kind} at ${place(isLine() ? sample : [x, y])}. Trained anew from epoch 0.`);
    controller.change({ added: [...controller.settings().added, sample] });
  }

  function act(at) {
    if (isLate()) return say("Wait for the new data.");
    return mode === "remove" ? remove(at) : add(at);
  }

  function keydown(event) {
    if (!mode || !scale) return;
    const step = (event.shiftKey ? 0.01 : 0.05) * (scale.x[1] - scale.x[0]);
    const rise = (event.shiftKey ? 0.01 : 0.05) * (scale.y[1] - scale.y[0]);
    const moves = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, rise], ArrowDown: [0, -rise] };
    if (event.key in moves) {
      const clamp = (value, [least, most]) => Math.min(Math.max(value, least), most);
      cursor = [clamp(cursor[0] + moves[event.key][0], scale.x), clamp(cursor[1] + moves[event.key][1], scale.y)];
      const found = nearest(...cursor);
      const near = found.distance <= NEAR ? `on a sample${state.recording.task === "classification" ? ` of class ${found.target}` : ""}` : "on no sample";
      say(`At ${place(cursor)}, ${near}.`);
      redraw();
    } else if (event.key === "Enter" || event.key === " ") act(cursor);
    else if (event.key === "Delete" || event.key === "Backspace") isLate() ? say("Wait for the new data.") : remove(cursor);
    else return;
    event.preventDefault();
  }

  // What was put in and is not trained on yet.
  function drawPending({ pen, ink }, { px, py }) {
    const [known, asked] = [state.recording.added.map(String), controller.settings().added];
    if (isLate()) return;
    pen.globalAlpha = 0.6;
    for (const sample of asked.filter((one) => !known.includes(String(one)))) {
      pointMark(pen, px(sample[0]), py(sample[1]), 3, "#1a1a1a", { hollow: true, inside: "#ffffff", ink });
    }
    pen.globalAlpha = 1;
  }

  canvas.addEventListener("click", (event) => {
    if (!mode || !scale) return;
    const frame = canvas.getBoundingClientRect();
    const [x, y] = [event.clientX - frame.left, event.clientY - frame.top];
    const { box } = scale;
    if (x < box.left || x > box.right || y < box.top || y > box.bottom) return;
    cursor = fromPixels(x, y);
    act(cursor);
    redraw();
  });
  canvas.addEventListener("keydown", keydown);
  for (const kind of ["focus", "blur"]) canvas.addEventListener(kind, redraw);

  return {
    choices() {
      if (state.recording.task === "images") return [];
      const { targets, task } = state.recording;
      const adds = task === "classification" ? [0, 1].map((one) => [String(one), `add class ${one}`])
        : isLine() ? [["line", "add a sample"]]
        : [...new Set(targets)].map((one) => [String(one), `add ${readable(one)}`]);
      return [["", "off"], ...adds, ["remove", "remove"], ["undo", "put all back"]];
    },
    set(value) {
      if (value === "undo") {
        done("All samples are as they were. Trained anew from epoch 0.");
        controller.change({ added: [], removed: [] });
      }
      mode = value === "undo" ? "" : value;
      canvas.classList.toggle("bp-edits", Boolean(mode));
      if (mode) {
        canvas.tabIndex = 0;
        canvas.setAttribute("role", "application");
        canvas.dataset.ownKeys = "true";
        say("Click into the plot. By keyboard: go to the plot with Tab, move with the arrows (finer with Shift), act with Enter, take out with Delete.");
      } else {
        canvas.removeAttribute("tabindex");
        canvas.setAttribute("role", "img");
        delete canvas.dataset.ownKeys;
        if (value !== "undo") say("");
      }
      redraw();
    },
    mode: () => mode,
    about: () => (mode ? `. Editing, ${mode === "remove" ? "taking out" : "putting in"}: arrows move, Enter acts, Delete takes out` : ""),
    over({ pen, ink }, fresh) {
      scale = fresh;
      drawPending({ pen, ink }, fresh);
      if (!mode) return;
      const isOff = (value, [least, most]) => !(value >= least && value <= most);
      if (!cursor || isOff(cursor[0], scale.x) || isOff(cursor[1], scale.y)) {
        cursor = [(scale.x[0] + scale.x[1]) / 2, (scale.y[0] + scale.y[1]) / 2];
      }
      if (document.activeElement !== canvas) return;
      const [x, y] = [scale.px(cursor[0]), scale.py(cursor[1])];
      for (const [color, width] of [["#ffffff", 5], ["#1a1a1a", 2]]) {
        pen.strokeStyle = color;
        pen.lineWidth = width * ink;
        pen.beginPath();
        pen.moveTo(x - 12 * ink, y);
        pen.lineTo(x + 12 * ink, y);
        pen.moveTo(x, y - 12 * ink);
        pen.lineTo(x, y + 12 * ink);
        pen.stroke();
      }
    },
  };
}
