// The view of the epoch stepper: a run, and beside it a frozen one, epoch by epoch. The parts stand in run_panels.js,
// run_network.js and run_editor.js.

const TITLES = {
  loss: () => "Loss",
  layers: (_, kind) => (kind === "norms" ? "Gradient magnitude, norm of dW" : "Norm of the update / norm of W"),
  prediction: (recording) => {
    if (recording.task === "images") {
      const kind = recording.held_out_loss.length ? "held-out" : "training";
      return `${recording.shown_labels.length} of ${recording.misread[1]} ${kind} images`;
    }
    if (inputsOf(recording) === 1) return "Prediction and samples";
    return recording.task === "classification" ? "Decision boundary" : "Prediction over the inputs";
  },
};

// The recording's own words tell the gradient magnitudes; these are added while the panel draws something else.
function ratiosInWords(recording, epoch) {
  if (epoch === 0) return " Before epoch 1 there is no update.";
  const layers = Array.from({ length: layersOf(recording) }, (_, i) => `layer ${i + 1} ${readable(PER_LAYER.ratios(recording, epoch, i))}`);
  return ` Norm of the update / norm of W: ${layers.join(", ")}.`;
}

// ---------------------------------------------------------------------------------------------------- the view

// Three panels of one recording.
function makeRow(recordingOf) {
  const panels = ["loss", "layers", "prediction"].map((name) => {
    const caption = make("figcaption", {});
    const canvas = make("canvas", { role: "img" });
    const legend = make("ul", { className: "bp-legend" });
    return { name, caption, canvas, legend, figure: make("figure", { className: "bp-panel" }, [caption, canvas, legend]) };
  });
  const about = make("p", { className: "bp-about-run", hidden: true });
  let drawers = [];
  return {
    element: make("div", {}, [about, make("div", { className: "bp-panels" }, panels.map(({ figure }) => figure))]),
    canvas: panels[2].canvas,
    begin({ compared, kind, editor, title }) {
      const made = recordingOf();
      drawers = [
        lossPanel(made, compared),
        layerPanel(made, compared, kind),
        made.task === "images" ? imagesPanel(made) : predictionPanel(made, editor),
      ];
      about.hidden = compared.length === 1;
      about.replaceChildren(make("strong", { textContent: title }), ` ${made.about}`);
      panels.forEach(({ name, caption, legend }, i) => {
        caption.textContent = TITLES[name](made, kind);
        const entries = drawers[i].legend(0).map((_, k) => {
          const one = drawers[i].series[k];
          const label = make("span", {});
          if (!one) return make("li", {}, [label]);
          const marks = [swatch(one.color, one.dash && (one.dash.join(" ") || "none"), one.marker, one.hollow)];
          if (one.second) marks.push(swatch(one.second.color, undefined, one.second.marker, one.hollow));
          if (one.ring) marks.forEach((mark) => mark.firstChild.setAttribute("stroke", one.ring));
          return make("li", {}, [...marks, label]);
        });
        legend.replaceChildren(...entries);
      });
    },
    draw(epoch) {
      panels.forEach(({ canvas }, i) => drawers[i].draw(canvas, epoch));
    },
    tell(epoch, quietly, { before = "", after = "" } = {}) {
      panels.forEach(({ canvas, legend, caption }, i) => {
        const texts = drawers[i].legend(epoch);
        texts.forEach((text, k) => {
          legend.children[k].lastChild.textContent = text;
        });
        if (quietly) return;
        const more = drawers[i].about?.(epoch);
        const about = `${caption.textContent} at epoch ${epoch}: ${texts.join(", ")}${more ? `; misread: ${more}` : ""}`;
        const label = `${before}${about}${i === 2 ? after : ""}`;
        canvas.setAttribute("aria-label", label);
      });
    },
  };
}

// A part that is drawn only while it is open: a sentence and a canvas for each layer.
function makeFold(title, frame, controller, partOf) {
  const place = make("div", { className: "bp-panels bp-panels-fit bp-fold" });
  const words = make("p", {});
  let part = null;
  let made = null;
  let canvases = [];
  const draw = frame.guard(() => {
    if (!fold.open) return;
    const { recording, position } = controller.state;
    if (made !== recording) {
      made = recording;
      part = partOf(recording);
      words.textContent = part.words;
      canvases = part.parts.map(({ label }) => fittedCanvas(label));
      place.replaceChildren(...canvases.map(({ figure }) => figure));
    }
    canvases.forEach(({ canvas }, i) => {
      part.parts[i].draw(canvas, position);
      canvas.setAttribute("aria-label", `${part.parts[i].label} at epoch ${position}: ${part.parts[i].about(position)}`);
    });
  });
  const fold = make("details", { className: "bp-parameters", ontoggle: draw }, [make("summary", { textContent: title }), words, place]);
  return { fold, draw };
}

function stepperView(controller, el) {
  const { state } = controller;
  let note = { position: 0, id: 0 }; // where the note belongs: it goes with the next epoch or run
  let pending = ""; // what to note when the kernel has done it
  const say = (text) => {
    note = { position: state.position, id: state.recording.id };
    frame.note(text);
  };
  const frozenEpoch = () => Math.min(state.position, state.frozen.frames);
  const frame = makeFrame(controller, el, {
    name: "Epoch stepper",
    counts: "Epoch",
    unit: "epochs",
    words: ({ recording, position, frozen }) => {
      const beside = frozen ? ` Frozen run: training loss ${readable(frozen.loss[frozenEpoch()])} at epoch ${frozenEpoch()} of ${frozen.frames}.` : "";
      return `${recording.words[position]}${kind === "ratios" ? ratiosInWords(recording, position) : ""}${beside}`;
    },
    shown: ({ recording, position }) => `${position} of ${recording.frames}`,
    working: "Training with the new settings.",
  });

  const pick = (name) => (value) => controller.change({ [name]: value });
  // Samples put in or taken out belong to the data that they were put into.
  const data = frame.choice("Data", [], (value) => controller.change({ data: value, added: [], removed: [] }));
  const hiddenSizes = frame.choice("Hidden layers", [], pick("hidden_sizes"));
  const hidden = frame.choice("Activation", [], pick("hidden"));
  const batch = frame.choice("Batch size", [], pick("batch_size"));
  const rates = () => controller.choices().learning_rate;
  const rate = frame.slider("Learning rate", {
    text: (i) => String(rates()[i]),
    onPick: (i) => controller.change({ learning_rate: rates()[i] }),
    className: "bp-rate",
  });
  const seed = frame.number("Seed", {
    onPick: (value) => {
      const isDrawn = !["own", "xor"].includes(controller.settings().data);
      controller.change({ seed: value, ...(isDrawn ? { removed: [] } : {}) });
    },
    max: 999999,
    placeholder: "own",
  });
  let kind = "norms";
  const perLayer = frame.choice(
    "Per layer",
    [["norms", "gradient magnitude"], ["ratios", "update / weight"]],
    (value) => {
      kind = value;
      recording();
      position();
      frame.showStatus();
    },
  );
  const rows = [makeRow(() => state.recording), makeRow(() => state.frozen)];
  const [present, frozen] = rows;
  const editor = makeEditor(controller, present.canvas, {
    redraw: frame.guard(() => present.draw(state.position)),
    say,
    done: (text) => {
      pending = text;
      say("");
    },
  });
  const edit = frame.choice("Edit samples", [], (value) => {
    editor.set(value);
    edit.show(editor.mode());
    tell();
  });
  const freeze = frame.button("Freeze this run", () => (state.frozen ? controller.unfreeze() : controller.freeze()));
  frame.settings.append(
    data.element, hiddenSizes.element, hidden.element, rate.element, batch.element, seed.element,
    perLayer.element, edit.element, freeze,
  );

  const tables = make("div", { className: "bp-tables", tabIndex: 0, role: "region", "aria-label": "Weights and biases" });
  tables.dataset.scrolls = "true";
  const parameters = make("details", { className: "bp-parameters", ontoggle: frame.guard(() => drawTables()) }, [
    make("summary", { textContent: "Weights and biases at this epoch" }),
    tables,
  ]);
  const folds = [
    makeFold("Weights as pictures", frame, controller, weightsPart),
    makeFold("What each unit computes", frame, controller, unitsPart),
  ];
  const code = make("pre", { className: "bp-code-text", tabIndex: 0, role: "region", "aria-label": "Python code" });
  code.dataset.scrolls = "true";
  const copy = frame.button("Copy", async () => {
    try {
      await navigator.clipboard.writeText(state.recording.code);
      copy.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(code); // no clipboard here: it is marked, ready for Ctrl+C
      copy.textContent = "Press Ctrl+C";
    }
  });
  const program = make("details", { className: "bp-parameters" }, [make("summary", { textContent: "This run as Python code" }), copy, code]);
  const parts = [...folds.map(({ fold }) => fold), parameters, program];
  parts.forEach((one) => one.querySelector("summary").append(make("small", { textContent: " (of the run above, not of the frozen one)", hidden: true })));
  frame.body.append(present.element, frozen.element, ...parts);

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
    seed.show(settings.seed);
    perLayer.show(kind);
    const edits = editor.choices();
    edit.element.hidden = edits.length === 0;
    edit.fill(edits);
    if (editor.mode() && !edits.some(([value]) => value === editor.mode())) {
      editor.set("");
      say("Editing is off: these are other data.");
    }
    edit.show(editor.mode());
    if (pending && !state.waiting) {
      if (!state.problem.words) say(pending);
      pending = "";
    }
  }

  function recording() {
    const compared = state.frozen ? [state.recording, state.frozen] : [state.recording];
    present.begin({ compared, kind, editor, title: "Now:" });
    frozen.element.hidden = !state.frozen;
    rows.forEach(({ element }) => element.classList.toggle("bp-compared", Boolean(state.frozen)));
    if (state.frozen) frozen.begin({ compared, kind, title: "Frozen:" });
    parts.forEach((one) => {
      one.querySelector("small").hidden = !state.frozen;
    });
    freeze.textContent = state.frozen ? "Drop the frozen run" : "Freeze this run";
    frame.scrubOut.style.minWidth = `${2 * String(state.recording.frames).length + 4}ch`; // so that the slider keeps its length
    code.textContent = state.recording.code;
    copy.textContent = "Copy";
  }

  function redraw() {
    present.draw(state.position);
    if (state.frozen) frozen.draw(frozenEpoch());
    folds.forEach(({ draw }) => draw());
  }

  function tell() {
    present.tell(state.position, state.playing, { before: state.frozen ? "Now: " : "", after: editor.about() });
    if (state.frozen) frozen.tell(frozenEpoch(), state.playing, { before: "Frozen: " });
  }

  function position() {
    if (note.position !== state.position || note.id !== state.recording.id) say("");
    redraw();
    tell();
    drawTables();
  }

  function drawTables() {
    if (!parameters.open || (state.playing && state.recording.task === "images")) return; // thousands of cells
    const table = (caption, rows) =>
      make("table", {}, [
        make("caption", { textContent: caption }),
        make("tbody", {}, rows.map((row) => make("tr", {}, Array.from(row, (value) => make("td", { textContent: readable(value) }))))),
      ]);
    const made = parametersAt(state.recording, state.position).flatMap(({ nIn, nOut, W, b }, i) => [
      table(`W of layer ${i + 1} (${nIn}, ${nOut})`, Array.from({ length: nIn }, (_, row) => W.subarray(row * nOut, (row + 1) * nOut))),
      table(`b of layer ${i + 1} (${nOut},)`, [b]),
    ]);
    tables.replaceChildren(...made);
  }

  return frame.begin({
    recording,
    position,
    controls,
    playing: position,
    redraw,
    frozen: () => {
      recording();
      position();
    },
  });
}

const changedOnTheWay = ({ recording }) => recording.marks.length > 1 || recording.stopped === "callback";

export default widget({ speeds: [5, 20, 60], resetAsks: changedOnTheWay }, stepperView);
