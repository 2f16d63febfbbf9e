// A network as columns of units; the units and edges carry the names of the quantities that they stand for.

const MOST_UNITS = 8;
const LABELLED_EDGES = 12;

// Which units of a layer are drawn: all of them, or the first few and the last one.
function drawnUnits(count) {
  return count <= MOST_UNITS ? Array.from({ length: count }, (_, i) => i) : [...Array(MOST_UNITS - 2).keys(), count - 1];
}

// `sizes`: units in each column; `weight(l, i, j)`; `unitTerm(l)`, `edgeTerm(l)`: data-term of a column's parts.
// Returns `unit(l, i, lines)`, which writes the lines of a unit, `weights(weight)`, which draws the edges anew,
// `mark({ layer, i, j })`, which marks one edge, and ways to a unit and to the edges that lead to it.
function drawNetwork(svg, { sizes, weight, unitTerm, edgeTerm, label, lines = 2, onUnit = null, onEdge = null }) {
  const size = parseFloat(getComputedStyle(svg).fontSize) || 13;
  const box = { width: 8.8 * size, height: (0.7 + 1.35 * lines) * size };
  const columns = sizes.map(drawnUnits);
  const tallest = Math.max(...columns.map(({ length }, l) => length + (sizes[l] > MOST_UNITS ? 0.6 : 0)));
  const least = columns.length * box.width + (columns.length - 1) * 6 * size + 4;
  const width = Math.max(least, svg.parentElement.clientWidth);
  const height = tallest * (box.height + 1.1 * size) + 2.2 * size;
  const gap = Math.min((width - 4 - columns.length * box.width) / Math.max(1, columns.length - 1), 16 * size);
  const begin = (width - columns.length * box.width - (columns.length - 1) * gap) / 2;
  const place = (l, k) => {
    const step = (height - 2.2 * size) / columns[l].length;
    return { x: begin + l * (box.width + gap), y: 2 * size + step * (k + 0.5) - box.height / 2 };
  };
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", label);
  svg.style.height = `${(height * svg.parentElement.clientWidth) / width}px`;
  svg.replaceChildren();

  const strongest = Math.max(
    ...columns.slice(1).flatMap((units, l) => units.flatMap((j) => columns[l].map((i) => Math.abs(weight(l + 1, i, j))))),
    1e-12,
  );
  const edgeList = [];
  // Thickness is the size, a dashed line a negative weight.
  function drawEdge({ line, title, text, back, x, y, l, i, j }, value) {
    line.setAttribute("stroke-width", (0.6 + 3.2 * Math.min(1.5, Math.abs(value) / strongest)).toFixed(2));
    if (value < 0) line.setAttribute("stroke-dasharray", "6 4");
    else line.removeAttribute("stroke-dasharray");
    title.textContent = `weight from unit ${i + 1} of layer ${l - 1} to unit ${j + 1} of layer ${l}: ${readable(value)}`;
    if (!text) return;
    text.textContent = short(value);
    const wide = (0.3 + 0.52 * text.textContent.length) * size;
    for (const [name, number] of [["x", x - wide / 2], ["y", y - 0.55 * size], ["width", wide], ["height", 1.1 * size]]) back.setAttribute(name, number);
  }
  for (let l = 1; l < columns.length; l += 1) {
    const edges = drawing("g", { class: "bp-edges", "data-term": edgeTerm(l) });
    const words = drawing("g", { class: "bp-edge-labels", "data-term": edgeTerm(l) });
    const labeled = columns[l].length * columns[l - 1].length <= LABELLED_EDGES;
    columns[l].forEach((j, k) =>
      columns[l - 1].forEach((i, m) => {
        const [from, to] = [place(l - 1, m), place(l, k)];
        const [x1, y1, x2, y2] = [from.x + box.width, from.y + box.height / 2, to.x, to.y + box.height / 2];
        const edge = { line: drawing("line", { x1, y1, x2, y2 }), title: drawing("title"), l, i, j };
        edge.line.append(edge.title);
        edges.append(edge.line);
        if (labeled) {
          const share = 0.26;
          [edge.x, edge.y] = [x1 + share * (x2 - x1), y1 + share * (y2 - y1)];
          edge.text = drawing("text", { class: "bp-edge-label bp-outside", x: edge.x, y: edge.y + 0.32 * size, "text-anchor": "middle" });
          edge.back = drawing("rect", { class: "bp-label-back" });
          words.append(edge.back, edge.text);
        }
        if (onEdge) for (const part of [edge.line, edge.text]) if (part) onEdge(part, l, i, j);
        drawEdge(edge, weight(l, i, j));
        edgeList.push(edge);
      }),
    );
    svg.append(edges, words);
  }

  const texts = columns.map((units, l) => {
    const head = drawing("text", { class: "bp-node-text bp-outside", x: begin + l * (box.width + gap) + box.width / 2, y: size, "text-anchor": "middle" });
    head.textContent = l === 0 ? "input" : l === columns.length - 1 ? `layer ${l}, output` : `layer ${l}`;
    svg.append(head);
    if (sizes[l] > MOST_UNITS) {
      const { x, y } = place(l, units.length - 1);
      const dots = drawing("text", { class: "bp-node-text bp-outside", x: x + box.width / 2, y: y - 0.35 * size, "text-anchor": "middle" });
      dots.textContent = `… ${sizes[l] - units.length} more …`;
      svg.append(dots);
    }
    return new Map(
      units.map((i, k) => {
        const { x, y } = place(l, k);
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
    );
  });

  return {
    units: columns,
    node: (l, i) => texts[l].get(i)?.node,
    edgesInto: (l, j) => edgeList.filter((edge) => edge.l === l && edge.j === j).map(({ line }) => line),
    weights: (of) => edgeList.forEach((edge) => drawEdge(edge, of(edge.l, edge.i, edge.j))),
    mark(one) {
      for (const edge of edgeList) {
        const here = one !== null && edge.l === one.layer && edge.i === one.i && edge.j === one.j;
        edge.line.classList.toggle("bp-moved", here);
        edge.text?.classList.toggle("bp-moved", here);
      }
    },
    unit(l, i, words) {
      if (!texts[l].has(i)) return;
      const { made } = texts[l].get(i);
      const used = words.filter(Boolean);
      made.forEach((text, n) => {
        text.textContent = used[n] ?? "";
        text.setAttribute("dy", used.length < made.length ? 0.62 * size : 0); // a single line stands in the middle
      });
    },
  };
}
