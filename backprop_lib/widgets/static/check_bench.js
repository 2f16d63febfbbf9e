// The view of the check bench. What the recording holds stands in check_bench.py.

function benchView(controller, el) {
  const { state } = controller;
  const chosen = () => state.picked.mistake; // all of them are recorded
  const mistake = () => state.recording.mistakes[chosen()];
  const curve = (array) => array.subarray(chosen() * (state.recording.frames + 1), (chosen() + 1) * (state.recording.frames + 1));
  const losses = () => curve(state.recording.loss);
  const rights = () => curve(state.recording.right);
  const shapeText = (sizes) => `(${sizes.join(", ")}${sizes.length === 1 ? "," : ""})`;
  const told = (value) => (Number.isFinite(value) ? readable(value) : "the run has ended");

  const frame = makeFrame(controller, el, {
    name: "Check bench",
    counts: "Epoch",
    unit: "epochs",
    words: ({ recording, position }) =>
      `${mistake().title}: ${mistake().text}. Epoch ${position} of ${recording.frames}: with the right gradients the loss is ` +
      `${readable(rights()[position])}, with the mistake ${Number.isFinite(losses()[position]) ? `it is ${readable(losses()[position])}` : "the run has ended"}.`,
    shown: ({ recording, position }) => `${position} of ${recording.frames}`,
    working: "Trying every mistake in the other setting.",
  });
  const mistakes = frame.choice("Mistake", [], (i) => controller.pick({ mistake: i }));
  const settings = frame.choice("Setting", [], (setting) => controller.change({ setting }));
  frame.settings.append(mistakes.element, settings.element);

  const about = make("div", { className: "bp-about" });
  const rows = make("tbody", {});
  const which = make("caption", {});
  const table = make("table", { className: "bp-tensors" }, [
    which,
    make("thead", {}, [make("tr", {}, ["tensor", "verdict", "given / right", "relative error"].map((text) => make("th", { textContent: text, scope: "col" })))]),
    rows,
  ]);
  const caption = make("figcaption", { textContent: "Loss" });
  const canvas = make("canvas", { role: "img" });
  const legend = make("ul", { className: "bp-legend" });
  const verdict = make("p", { className: "bp-verdict" });
  frame.body.append(
    make("div", { className: "bp-panes" }, [
      make("div", {}, [about, make("div", { className: "bp-matrix" }, [table])]),
      make("figure", { className: "bp-panel" }, [caption, canvas, legend, verdict]),
    ]),
  );

  const SERIES = [
    { name: "right gradients", color: COLORS[0], dash: DASHES[0], marker: 0 },
    { name: "with the mistake", color: COLORS[1], dash: DASHES[1], marker: 1 },
  ];

  function showMistake() {
    const { setting, purpose, shape } = state.recording;
    const one = mistake();
    about.replaceChildren(
      make("p", { textContent: one.meaning }),
      make("p", {}, [make("b", { textContent: "How it shows: " }), one.sentence]),
      make("p", { textContent: `${setting}: ${shape}. ${purpose}` }),
    );
    const line = ({ name, passed, factor, error, shape: given, expected_shape: expected }) => {
      const misshapen = given.join() !== expected.join();
      return make("tr", { className: passed ? "" : "bp-wrong" }, [
        make("th", { textContent: name, scope: "row" }),
        make("td", { textContent: passed ? "right" : misshapen ? `wrong shape ${shapeText(given)}, expected ${shapeText(expected)}` : "wrong" }),
        make("td", { textContent: factor === null ? "no single factor" : `${short(factor)}` }),
        make("td", { textContent: error === null ? "∞" : short(error) }),
      ]);
    };
    which.textContent = `${one.call}, tensor by tensor`;
    rows.replaceChildren(
      ...(one.rows.length ? one.rows.map(line) : [make("tr", {}, [make("td", { colSpan: 4, textContent: "It stops with an error: there is nothing to compare." })])]),
    );
    verdict.textContent = one.verdict;
  }

  function draw() {
    const paper = prepare(canvas);
    if (!paper) return;
    const { frames } = state.recording;
    const [right, wrong] = [rights(), losses()];
    // A run that climbs far above its start is cut off rather than flattening everything else.
    const top = Math.min(Math.max(largest(right), largest(wrong)), 2 * right[0]) * 1.06 || 1;
    const scale = drawAxes(paper, { x: [0, frames], y: [0, top], yTicks: niceTicks(0, top, 5), xLabel: "epoch", whole: true });
    drawSeries(paper, scale, (i) => right[i], state.position, { ...SERIES[0], every: 10 });
    drawSeries(paper, scale, (i) => wrong[i], state.position, { ...SERIES[1], every: 10 });
    const now = [right[state.position], wrong[state.position]];
    sayInside(paper, scale, now.some((loss) => loss > top) && "now above the chart");
    legend.replaceChildren(
      ...SERIES.map(({ name, color, dash, marker }, k) =>
        make("li", {}, [swatch(color, dash.join(" ") || "none", marker), make("span", { textContent: `${name} ${told(now[k])}` })]),
      ),
    );
    if (!state.playing) canvas.setAttribute("aria-label", `Loss up to epoch ${state.position}: right gradients ${told(now[0])}, with the mistake ${told(now[1])}.`);
  }

  function recording() {
    mistakes.fill(state.recording.mistakes.map(({ title, kind }, i) => [i, `${title} (${kind})`]));
    picked();
  }

  function picked() {
    mistakes.show(chosen());
    showMistake();
  }

  function position() {
    draw();
  }

  return frame.begin({
    recording,
    position,
    picked,
    playing: position,
    controls: () => {
      settings.fill(controller.choices().setting);
      settings.show(controller.settings().setting);
    },
  });
}

export default widget({ speeds: [5, 20, 60] }, benchView);
