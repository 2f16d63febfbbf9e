// The view of the chain explorer. What the recording holds stands in chain_explorer.py.

const enclosed = (text) => (text.startsWith("−") ? `(${text})` : text);

function chainView(controller, el) {
  const { state } = controller;
  const frame = makeFrame(controller, el, {
    name: "Chain explorer",
    counts: "Place",
    unit: "places",
    words: ({ recording, position }) => recording.words[position],
    shown: ({ recording, position }) => `${recording.begin} = ${readable(recording.x[position])}`,
    working: "Computing the other chain.",
  });
  const graphs = frame.choice("Computation", [], (graph) => controller.change({ graph }));
  frame.settings.append(graphs.element);

  const svg = drawing("svg", { class: "bp-graph" });
  const products = make("div", { className: "bp-products" });
  const panels = make("div", { className: "bp-panels bp-panels-fit" });
  frame.body.append(make("div", { className: "bp-graph-place" }, [svg]), products, panels);
  frame.walk(products, "The product of the local slopes");

  let graph = null;
  let canvases = [];
  let rows = [];

  const productRow = (terms) => make("span", { className: "bp-product-row" }, [mathRow(terms)]);
  const linkTerm = ([from, to]) => `link:${from}:${to}`;
  const at = (array, count, k, position = state.position) => array[position * count + k];
  const columnOf = (name) => state.recording.columns[state.recording.names.indexOf(name)];
  const digits = (column, position) => at(state.recording.digits, 1 + Math.max(...state.recording.columns), column, position);
  const slopeText = (link, position) => readable(at(state.recording.slopes, state.recording.links.length, link, position), digits(columnOf(state.recording.links[link][1]), position));

  const valueText = (i, position) => readable(at(state.recording.values, state.recording.names.length, i, position));

  function gradientText(i, position) {
    const { names, gradients, end } = state.recording;
    const name = names[i];
    return name === end ? "the end" : `d${end}/d${name} = ${readable(at(gradients, names.length, i, position), digits(columnOf(name), position))}`;
  }

  // The longest of the texts that a place gives, over all places.
  function longest(textAt) {
    let most = "";
    for (let position = 0; position <= state.recording.frames; position += 1) {
      const text = textAt(position);
      if (text.length > most.length) most = text;
    }
    return most;
  }

  function layOut() {
    const { names, boxes, links, columns, title, begin: start } = state.recording;
    const formula = Object.fromEntries(boxes);
    const first = (name) => (name in formula ? `${name} = ${formula[name]}` : `${name}, moved by you`);
    graph = drawGraph(svg, {
      label: `${title}: ${[start, ...boxes.map(([name, text]) => `${name} is ${text}`)].join(", ")}.`,
      nodes: names.map((name, i) => ({
        name,
        column: columns[i],
        term: `value:${name}`,
        lines: [first(name), "", ""],
        widest: [first(name), longest((position) => valueText(i, position)), longest((position) => gradientText(i, position))],
      })),
      links: links.map(([from, to], link) => ({ from, to, widest: `× ${longest((position) => slopeText(link, position))}`, term: linkTerm([from, to]) })),
    });
  }

  function recording() {
    const { links, paths, boxes, signs, begin: start, end, wrong_links: wrong } = state.recording;
    const formula = Object.fromEntries(boxes);
    layOut();
    const several = paths.length > 1;
    rows = paths.map((path) => {
      const backward = [...path].reverse();
      const numbers = backward.map((link) => math("mn", { "data-term": linkTerm(links[link]) }));
      const product = math("mn", {});
      const through = path.slice(0, -1).map((link) => links[link][1]).join(", ");
      const terms = backward.map((link) => slopeOf(links[link][1], links[link][0], linkTerm(links[link]), signs[link]));
      return {
        path,
        numbers,
        product,
        element: make("p", { className: "bp-product" }, [
          make("span", { className: "bp-product-name", textContent: !several ? "Along the chain:" : through ? `Through ${through}:` : "Directly:" }),
          productRow([...between(terms, "·"), math("mo", {}, ["="]), ...between(numbers, "·"), ...(path.length > 1 ? [math("mo", {}, ["="]), product] : [])]),
        ]),
      };
    });
    const total = { parts: paths.map(() => math("mn", {})), sum: math("mn", {}), words: make("span", {}) };
    rows.total = total;
    total.element = make("p", { className: "bp-product bp-total" }, [
      make("span", { className: "bp-product-name", textContent: several ? "Added:" : "In all:" }),
      productRow([
        slopeOf(end, start, `value:${start}`),
        math("mo", {}, ["="]),
        ...(several ? [...between(total.parts, "+"), math("mo", {}, ["="])] : []),
        total.sum,
      ]),
      total.words,
    ]);
    products.replaceChildren(...rows.map(({ element }) => element), total.element);

    canvases = links.map(([from, to], link) => {
      const caption = make("figcaption", {});
      const canvas = make("canvas", { role: "img" });
      if (from === start) dragOn(canvas);
      const legend = make("ul", { className: "bp-legend" }, [
        make("li", {}, wrong.includes(link) ? [swatch("currentColor", "2 3", -1), make("span", { textContent: "with the slope that was written down" })] : [swatch(COLORS[1], "7 4", -1), make("span", { textContent: "tangent" })]),
      ]);
      const figure = make("figure", { className: "bp-panel" }, [caption, canvas, legend]);
      figure.dataset.term = linkTerm([from, to]);
      return { caption, canvas, figure, formula: `${to} = ${formula[to]}`, link };
    });
    panels.replaceChildren(...canvases.map(({ figure }) => figure));
  }

  // The start can be moved on the picture of every link that leaves it.
  function dragOn(canvas) {
    canvas.classList.add("bp-drag");
    const go = frame.guard((event) => {
      const { scale } = canvas;
      if (!scale) return;
      const { frames, x } = state.recording;
      const share = (event.offsetX - scale.box.left) / (scale.box.right - scale.box.left);
      const wanted = x[0] + share * (x[frames] - x[0]);
      let nearest = 0;
      for (let i = 1; i <= frames; i += 1) if (Math.abs(x[i] - wanted) < Math.abs(x[nearest] - wanted)) nearest = i;
      controller.scrub(nearest);
    });
    canvas.addEventListener("pointerdown", (event) => {
      canvas.setPointerCapture(event.pointerId);
      go(event);
    });
    canvas.addEventListener("pointermove", (event) => {
      if (event.buttons & 1) go(event);
    });
  }

  function position() {
    const { names, boxes, links, gradients, along, nudged, nudged_links, kinks, signs, wrong, begin: start, wrong_links } = state.recording;
    names.forEach((_, i) => {
      graph.line(i, 1, valueText(i));
      graph.line(i, 2, gradientText(i));
    });
    links.forEach((_, link) => graph.label(link, `× ${slopeText(link)}`));
    rows.forEach(({ path, numbers, product }, i) => {
      [...path].reverse().forEach((link, k) => {
        numbers[k].textContent = enclosed(slopeText(link));
      });
      const result = readable(at(along, rows.length, i), rows.length > 1 ? digits(1) : 0);
      product.textContent = result;
      rows.total.parts[i].textContent = enclosed(result);
    });
    rows.total.sum.textContent = readable(at(gradients, names.length, 0));
    const isWrong = (link) => at(wrong, links.length, link) === 1;
    const doubt = wrong_links.length ? `: a slope was written down wrong${wrong_links.some(isWrong) ? "" : " elsewhere"}, see the marked picture${wrong_links.length > 1 ? "s" : ""}` : "";
    rows.total.words.textContent = kinks[state.position]
      ? "Here is a kink: nudging cannot decide."
      : `Nudging ${start} gives ${readable(nudged[state.position])}${doubt}.`;
    products.querySelectorAll(".bp-product-row").forEach((row) => markScrolling(row, row.scrollWidth > row.clientWidth + 1, "Product"));
    draw();
    canvases.forEach(({ caption, canvas, formula, link }) => {
      const [from, to] = links[link];
      const held = links.filter(([other, box]) => box === to && other !== from).map(([other]) => other);
      const still = held.length ? `, ${held.map((name) => `${name} held at ${readable(valueOf(name))}`).join(", ")}` : "";
      const slope = `${signs[link]}${to}/${signs[link]}${from} = ${slopeText(link)}`;
      caption.textContent = isWrong(link) ? `${slope} (wrong: nudging gives ${readable(at(nudged_links, links.length, link), digits(columnOf(to)))})` : slope;
      if (!state.playing) {
        canvas.setAttribute("aria-label", `${formula}${still}, over ${from}, with the tangent at ${from} = ${readable(valueOf(from))}: ${slope}.`);
      }
    });
    return boxes;
  }

  function valueOf(name) {
    const { names, values } = state.recording;
    return at(values, names.length, names.indexOf(name));
  }

  function draw() {
    const { links, curves, slopes, names, spans, wrong_links: wrong } = state.recording;
    const points = curves.length / ((state.recording.frames + 1) * links.length);
    canvases.forEach(({ canvas, link }) => {
      const paper = prepare(canvas);
      if (!paper) return;
      const { pen, ink } = paper;
      const [from, to] = links[link];
      const [low, high] = spans[names.indexOf(from)];
      const begin = (state.position * links.length + link) * points;
      const curve = curves.subarray(begin, begin + points);
      const span = spans[names.indexOf(to)];
      const pad = 0.08 * (span[1] - span[0]);
      const y = [span[0] - pad, span[1] + pad];
      const scale = drawAxes(paper, { x: [low, high], y, yTicks: niceTicks(y[0], y[1], 4), xLabel: `${from} across, ${to} up` });
      canvas.scale = scale;
      const [here, there, slope] = [valueOf(from), valueOf(to), at(slopes, links.length, link)];
      inside(paper, scale, () => {
        pen.lineWidth = 2.4 * ink;
        pen.strokeStyle = COLORS[0];
        pen.beginPath();
        curve.forEach((value, i) => pen[i ? "lineTo" : "moveTo"](scale.px(low + (i / (points - 1)) * (high - low)), scale.py(value)));
        pen.stroke();
        pen.strokeStyle = wrong.includes(link) ? paper.text : COLORS[1];
        pen.setLineDash(wrong.includes(link) ? [2, 3] : [7, 4]);
        pen.beginPath();
        pen.moveTo(scale.px(low), scale.py(there + slope * (low - here)));
        pen.lineTo(scale.px(high), scale.py(there + slope * (high - here)));
        pen.stroke();
        pen.setLineDash([]);
      });
      pen.fillStyle = paper.text;
      pointMark(pen, scale.px(here), scale.py(there), 0, paper.text, { ring: paper.back, ink: 1.3 * ink });
    });
  }

  return frame.begin({
    recording,
    position,
    controls: () => {
      graphs.fill(Object.entries(controller.choices().graph));
      graphs.show(controller.settings().graph);
    },
    playing: position,
    redraw: () => {
      layOut();
      position();
    },
  });
}

export default widget({ speeds: [10, 40, 120] }, chainView);
