// Boxes and arrows: a computation from left to right, each box with a few lines of text, each arrow with a label.

// `nodes`: { name, column, lines }, the second line is the value; `links`: { from, to, label, term }.
// Returns functions that change the texts without laying out anew.
function drawGraph(svg, { nodes, links, label }) {
  const size = parseFloat(getComputedStyle(svg).fontSize) || 13;
  const box = { width: 9.4 * size, height: 5.2 * size };
  const columns = 1 + Math.max(...nodes.map(({ column }) => column));
  const rows = Array.from({ length: columns }, (_, column) => nodes.filter((node) => node.column === column));
  const columnOf = new Map(nodes.map(({ name, column }) => [name, column]));
  const skips = ({ from, to }) => columnOf.get(to) - columnOf.get(from) > 1;
  const tallest = Math.max(...rows.map(({ length }) => length));
  const least = columns * box.width + (columns - 1) * 5.5 * size + 4;
  const width = Math.max(least, svg.parentElement.clientWidth);
  const margin = links.some(skips) ? 2.6 * size : 0; // for arrows that go around the boxes between
  const inner = tallest * box.height + (tallest - 1) * 1.6 * size + 6;
  const height = inner + 2 * margin;
  const gap = Math.min((width - 4 - columns * box.width) / Math.max(1, columns - 1), 14 * size);
  const used = columns * box.width + (columns - 1) * gap;
  const places = new Map();
  rows.forEach((column, i) =>
    column.forEach((node, k) => {
      const step = inner / column.length;
      places.set(node.name, { x: (width - used) / 2 + i * (box.width + gap), y: margin + step * (k + 0.5) - box.height / 2 });
    }),
  );
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", label);
  if (svg.parentElement.clientWidth) svg.style.height = `${(height * svg.parentElement.clientWidth) / width}px`;
  svg.replaceChildren();

  let around = 0;
  const labels = links.map((link) => {
    const [a, b] = [places.get(link.from), places.get(link.to)];
    const [x1, y1, x2, y2] = [a.x + box.width, a.y + box.height / 2, b.x - 2, b.y + box.height / 2];
    let [angle, middle, bend] = [Math.atan2(y2 - y1, x2 - x1), [(x1 + x2) / 2, (y1 + y2) / 2], null];
    if (skips(link)) {
      // Above the boxes between, the next one below them, and so on.
      const between = nodes.filter(({ column }) => column > columnOf.get(link.from) && column < columnOf.get(link.to));
      const above = around % 2 === 0;
      around += 1;
      const edge = above
        ? Math.min(...between.map(({ name }) => places.get(name).y)) - 1.1 * size
        : Math.max(...between.map(({ name }) => places.get(name).y + box.height)) + 1.1 * size;
      const control = (edge - (y1 + y2) / 8) / 0.75;
      bend = [x1 + 0.35 * (x2 - x1), control, x2 - 0.35 * (x2 - x1), control];
      angle = Math.atan2(y2 - control, x2 - bend[2]);
      middle = [(x1 + x2) / 2, edge];
    }
    const head = 0.75 * size;
    const tip = (turn) => `${x2 - head * Math.cos(angle + turn)} ${y2 - head * Math.sin(angle + turn)}`;
    const end = `${x2 - head * 0.6 * Math.cos(angle)} ${y2 - head * 0.6 * Math.sin(angle)}`;
    const way = bend ? `C${bend[0]} ${bend[1]} ${bend[2]} ${bend[3]} ${end}` : `L${end}`;
    // Above a level arrow, on a slanting or bent one.
    const level = !bend && Math.abs(y2 - y1) < 1;
    const [mx, my] = [middle[0] - (bend ? 0 : head / 2), middle[1] + (level ? -0.75 : 0.35) * size];
    const back = drawing("rect", { class: "bp-label-back", y: my - 1.05 * size, height: 1.4 * size });
    const words = drawing("text", { class: "bp-link-label", x: mx, y: my, "text-anchor": "middle" });
    svg.append(
      drawing("g", { class: "bp-link", "data-term": link.term }, [
        drawing("path", { class: "bp-way", d: `M${x1} ${y1}${way}` }),
        drawing("path", { class: "bp-head", d: `M${x2} ${y2}L${tip(0.4)}L${tip(-0.4)}z` }),
        back,
        words,
      ]),
    );
    return { words, back, mx };
  });

  const texts = nodes.map(({ name, lines, term }) => {
    const { x, y } = places.get(name);
    const made = lines.map((line, i) => {
      const text = drawing("text", {
        class: i === 1 ? "bp-node-value" : "bp-node-text",
        x: x + box.width / 2,
        y: y + (1.35 + 1.5 * i) * size,
        "text-anchor": "middle",
      });
      text.textContent = line;
      return text;
    });
    svg.append(
      drawing("g", { class: "bp-node", "data-term": term }, [
        drawing("rect", { x, y, width: box.width, height: box.height, rx: 0.4 * size }),
        ...made,
      ]),
    );
    return made;
  });

  // A line that is too long for its box is written smaller.
  const room = box.width - 0.6 * size;
  function press(text) {
    text.style.fontSize = "";
    const length = text.getComputedTextLength();
    if (length > room) text.style.fontSize = `${(parseFloat(getComputedStyle(text).fontSize) * room) / length}px`;
  }
  texts.flat().forEach(press);

  return {
    label(i, text) {
      const { words, back, mx } = labels[i];
      const wide = text ? (0.56 * text.length + 0.4) * size : 0;
      words.textContent = text;
      back.setAttribute("x", mx - wide / 2);
      back.setAttribute("width", wide);
    },
    line(i, k, text) {
      if (texts[i][k].textContent === text) return;
      texts[i][k].textContent = text;
      press(texts[i][k]);
    },
  };
}
