// The view of the tape viewer. What the recording holds stands in tape_viewer.py.

function tapeView(controller, el) {
  const { state } = controller;
  const frame = makeFrame(controller, el, {
    name: "Tape viewer",
    counts: "Step",
    unit: "steps",
    words: ({ recording, position }) => recording.words[position],
    shown: ({ recording, position }) => {
      const n = recording.lines.length;
      return position <= n ? `line ${position} of ${n}` : `turn ${position - n} of ${n}`;
    },
  });
  frame.scrubOut.style.minWidth = "7.5em";
  const svg = drawing("svg", { class: "bp-graph" });
  const body = make("tbody", {});
  const table = make("table", { className: "bp-tensors" }, [
    make("caption", { textContent: "The tape" }),
    make("thead", {}, [
      make("tr", {}, ["line", "name", "made by", "value", "local slopes", "gradient", "turn"].map((text) => make("th", { textContent: text, scope: "col" }))),
    ]),
    body,
  ]);
  frame.body.append(make("div", { className: "bp-graph-place" }, [svg]), make("div", { className: "bp-matrix bp-scrolls" }, [table]));
  frame.walk(table.parentElement, "The lines of the tape");

  let graph = null;
  let rows = [];
  const links = () => state.recording.lines.flatMap(({ sources, slopes }, to) => sources.map((from, k) => ({ from, to, slope: slopes[k] })));

  function layOut() {
    const { lines, columns, texts } = state.recording;
    const longest = (i) => texts.reduce((most, at) => (at[i].length > most.length ? at[i] : most), "");
    const first = ({ name, formula, leaf }) => (leaf ? `${name}, ${formula}` : `${name} = ${formula}`);
    graph = drawGraph(svg, {
      label: `The tape as boxes: ${lines.map(({ name, formula }) => `${name} is ${formula}`).join(", ")}.`,
      nodes: lines.map((line, i) => ({
        name: line.name,
        column: columns[i],
        term: `line:${i}`,
        lines: [first(line), "", ""],
        widest: [first(line), line.value, longest(i)],
      })),
      links: links().map(({ from, to, slope }) => ({ from: lines[from].name, to: lines[to].name, widest: slope === "" ? "" : `× ${slope}`, term: `link:${from}:${to}` })),
    });
  }

  function recording() {
    const { lines } = state.recording;
    layOut();
    rows = lines.map(({ name, formula }, i) => {
      const cells = [String(i + 1), name, formula, "", "", "", ""].map((text) => make("td", { textContent: text }));
      const row = make("tr", {}, cells);
      row.dataset.term = `line:${i}`;
      return { row, cells };
    });
    body.replaceChildren(...rows.map(({ row }) => row));
  }

  function position() {
    const { lines, turns, texts } = state.recording;
    const n = lines.length;
    const at = state.position;
    const written = Math.min(at, n);
    lines.forEach(({ value, slopes }, i) => {
      const there = i < written;
      graph.line(i, 1, there ? value : "·");
      graph.line(i, 2, texts[at][i]);
      rows[i].row.classList.toggle("bp-unwritten", !there);
      rows[i].cells[3].textContent = there ? value : "";
      rows[i].cells[4].textContent = there ? slopes.filter(Boolean).join(", ") : "";
      rows[i].cells[5].textContent = texts[at][i];
      const turn = turns.findIndex(([line]) => line === i);
      rows[i].cells[6].textContent = at > n + turn ? String(turn + 1) : "";
    });
    links().forEach(({ to, slope }, i) => graph.label(i, to < written && slope !== "" ? `× ${slope}` : ""));
    if (at === 0) {
      frame.light([], "bp-lit");
      frame.light([], "bp-used");
    } else if (at <= n) {
      frame.light(lines[at - 1].sources.map((source) => `line:${source}`), "bp-used");
      frame.light([`line:${at - 1}`], "bp-lit");
    } else {
      const [turn, sent] = turns[at - n - 1];
      frame.light(sent.map((to) => `line:${to}`), "bp-used");
      frame.light([`line:${turn}`, ...sent.map((to) => `link:${to}:${turn}`)], "bp-lit");
    }
  }

  return frame.begin({
    recording,
    position,
    redraw: () => {
      layOut();
      position();
    },
  });
}

export default widget({ speeds: [0.5, 1, 2] }, tapeView);
