// A network as columns of units; the units and edges carry the names of the quantities that they stand for.

const LABELLED_EDGES = 12;

// The width that columns of units take, in letters of this size.
const networkWidth = (columns, size) => (14.8 * columns - 6) * size + 4;

// `sizes`: units in each layer; `layers`: those that are drawn, in order, all of them unless given; `units(l)`: the units
// of a layer that are drawn; `weight(l, i, j)`; `unitTerm(l)`, `edgeTerm(l)`: data-term of a layer's parts.
// Below `networkWidth(columns, size)` it is drawn smaller. Returns `each(action)`, which calls `action(l, i)` for all that
// is drawn, `unit(l, i, lines)`, which writes the lines of a unit, `weights(weight)`, which draws the edges anew,
// `mark({ layer, i, j })`, which marks one edge, and ways to a unit and to the edges that lead to it. An edge has a `line`
// and beneath it a `halo`, which is seen where the edge is marked.
function drawNetwork(svg, { sizes, layers = [...sizes.keys()], units, weight, unitTerm, edgeTerm, label, lines = 2, onUnit = null, onEdge = null }) {
  const size = parseFloat(getComputedStyle(svg).fontSize) || 13;
  const box = { width: 8.8 * size, height: (0.7 + 1.35 * lines) * size };
  const columns = layers.map(units);
  const lessThanAll = (c) => columns[c].length < sizes[layers[c]];
  const tallest = Math.max(...columns.map(({ length }, c) => length + (lessThanAll(c) ? 0.6 : 0)));
  const width = Math.max(networkWidth(columns.length, size), svg.parentElement.clientWidth);
  const height = tallest * (box.height + 1.1 * size) + 2.2 * size;
  const gap = Math.min((width - 4 - columns.length * box.width) / Math.max(1, columns.length - 1), 16 * size);
  const begin = (width - columns.length * box.width - (columns.length - 1) * gap) / 2;
  const place = (c, k) => {
    const step = (height - 2.2 * size) / columns[c].length;
    return { x: begin + c * (box.width + gap), y: 2 * size + step * (k + 0.5) - box.height / 2 };
  };
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", label);
  fitOrScroll(svg, width, height);
  svg.replaceChildren();

  // Between two columns there are edges where no layer is left out between them.
  const joined = (c) => layers[c] - layers[c - 1] === 1;
  const strongest = Math.max(
    ...columns.flatMap((of, c) => (c && joined(c) ? of.flatMap((j) => columns[c - 1].map((i) => Math.abs(weight(layers[c], i, j)))) : [])).filter(Number.isFinite),
    1e-12,
  );
  const labelWidth = (text) => (0.3 + 0.52 * text.length) * size;
  const edgeList = [];
  // Thickness is the size, a dashed line a negative weight.
  function drawEdge({ line, halo, title, text, back, x, y, l, i, j }, value) {
    const thick = (0.6 + 3.2 * Math.min(1.5, (Math.abs(value) || 0) / strongest)).toFixed(2);
    line.setAttribute("stroke-width", thick);
    halo.style.setProperty("--bp-edge", `${thick}px`);
    if (value < 0) line.setAttribute("stroke-dasharray", "6 4");
    else line.removeAttribute("stroke-dasharray");
    title.textContent = `weight from unit ${i + 1} of layer ${l - 1} to unit ${j + 1} of layer ${l}: ${readable(value)}`;
    if (!text) return;
    text.textContent = short(value);
    const wide = labelWidth(text.textContent);
    for (const [name, number] of [["x", x - wide / 2], ["y", y - 0.55 * size], ["width", wide], ["height", 1.1 * size]]) back.setAttribute(name, number);
  }
  for (let c = 1; c < columns.length; c += 1) {
    const l = layers[c];
    if (!joined(c)) {
      ["…", `${l - layers[c - 1] - 1} more`, "layers"].forEach((text, n) => {
        const words = drawing("text", { class: "bp-node-text bp-outside", x: begin + c * (box.width + gap) - gap / 2, y: 2 * size + (height - 2.2 * size) / 2 + (n - 1) * 1.4 * size, "text-anchor": "middle" });
        words.textContent = text;
        svg.append(words);
      });
      continue;
    }
    const edges = drawing("g", { class: "bp-edges", "data-term": edgeTerm(l) });
    const words = drawing("g", { class: "bp-edge-labels", "data-term": edgeTerm(l) });
    // A label stands right of its unit; where columns are so close that labels would meet, there are none.
    const pairs = columns[c].flatMap((j, k) => columns[c - 1].map((i, m) => ({ k, m, wide: labelWidth(short(weight(l, i, j))) })));
    const share = Math.max(0.26, (Math.max(...pairs.map(({ wide }) => wide)) / 2 + 0.3 * size) / gap);
    const rises = pairs.map(({ k, m }) => (1 - share) * place(c - 1, m).y + share * place(c, k).y).sort((p, q) => p - q);
    const meet = rises.some((y, n) => n && y - rises[n - 1] < 1.1 * size);
    const labeled = pairs.length <= LABELLED_EDGES && share <= 0.45 && !meet;
    columns[c].forEach((j, k) =>
      columns[c - 1].forEach((i, m) => {
        const [from, to] = [place(c - 1, m), place(c, k)];
        const [x1, y1, x2, y2] = [from.x + box.width, from.y + box.height / 2, to.x, to.y + box.height / 2];
        const way = (name) => drawing("path", { class: name, d: `M${x1} ${y1}L${x2} ${y2}`, pathLength: 100 });
        const edge = { halo: way("bp-halo"), line: drawing("line", { x1, y1, x2, y2 }), title: drawing("title"), l, i, j };
        // A line is thin, and a dashed one has gaps: what takes the pointer is wider.
        if (onEdge) edge.hit = way("bp-edge-hit");
        (edge.hit ?? edge.line).append(edge.title);
        if (labeled) {
          [edge.x, edge.y] = [x1 + share * (x2 - x1), y1 + share * (y2 - y1)];
          edge.text = drawing("text", { class: "bp-edge-label bp-outside", x: edge.x, y: edge.y + 0.32 * size, "text-anchor": "middle" });
          edge.back = drawing("rect", { class: "bp-label-back" });
          words.append(edge.back, edge.text);
        }
        if (onEdge) for (const part of [edge.hit, edge.text]) if (part) onEdge(part, l, i, j);
        drawEdge(edge, weight(l, i, j));
        edgeList.push(edge);
      }),
    );
    const here = edgeList.filter((edge) => edge.l === l);
    edges.append(...here.map(({ halo }) => halo), ...here.map(({ line }) => line)); // no halo lies on a line
    svg.append(edges, ...here.flatMap(({ hit }) => hit ?? []), words);
  }

  const texts = new Map(columns.map((drawn, c) => {
    const l = layers[c];
    const head = drawing("text", { class: "bp-node-text bp-outside", x: begin + c * (box.width + gap) + box.width / 2, y: size, "text-anchor": "middle" });
    head.textContent = l === 0 ? "input" : l === sizes.length - 1 ? `layer ${l}, output` : `layer ${l}`;
    svg.append(head);
    if (lessThanAll(c)) {
      const { x, y } = place(c, drawn.length - 1);
      const dots = drawing("text", { class: "bp-node-text bp-outside", x: x + box.width / 2, y: y - 0.35 * size, "text-anchor": "middle" });
      dots.textContent = `… ${sizes[l] - drawn.length} more …`;
      svg.append(dots);
    }
    return [l, new Map(
      drawn.map((i, k) => {
        const { x, y } = place(c, k);
        const made = Array.from({ length: lines }, (_, n) =>
          drawing("text", { class: n ? "bp-node-text" : "bp-node-value", x: x + box.width / 2, y: y + (1.35 + 1.35 * n) * size, "text-anchor": "middle" }),
        );
        const node = drawing("g", { class: "bp-node", "data-term": unitTerm(l) }, [
          drawing("rect", { x, y, width: box.width, height: box.height, rx: 0.5 * box.height }),
          ...made,
        ]);
        if (onUnit) onUnit(node, l, i);
        svg.append(node);
        return [i, { made, node }];
      }),
    )];
  }));

  return {
    each: (action) => texts.forEach((drawn, l) => drawn.forEach((_, i) => action(l, i))),
    node: (l, i) => texts.get(l)?.get(i)?.node,
    edgesInto: (l, j) => edgeList.filter((edge) => edge.l === l && edge.j === j),
    weights: (of) => edgeList.forEach((edge) => drawEdge(edge, of(edge.l, edge.i, edge.j))),
    mark(one) {
      for (const edge of edgeList) {
        const here = one !== null && edge.l === one.layer && edge.i === one.i && edge.j === one.j;
        for (const one of [edge.halo, edge.line, edge.text]) one?.classList.toggle("bp-moved", here);
      }
    },
    unit(l, i, words) {
      const { made } = texts.get(l).get(i);
      const used = words.filter(Boolean);
      made.forEach((text, n) => {
        text.setAttribute("dy", used.length < made.length ? 0.62 * size : 0); // a single line stands in the middle
        if (text.textContent === (used[n] ?? "")) return;
        text.textContent = used[n] ?? "";
        pressInto(text, box.width - 1.2 * size);
      });
    },
  };
}
