// Boxes and arrows: a computation from left to right, each box with a few lines of text, each arrow with a label.

// `nodes`: { name, column, lines }, the second line is the value; `links`: { from, to, label, term }.
// Returns functions that change the texts without laying out anew.
function drawGraph(svg, { nodes, links, label }) {
  const size = parseFloat(getComputedStyle(svg).fontSize) || 13;
  const box = { width: 9.4 * size, height: 5.2 * size };
  const columns = 1 + Math.max(...nodes.map(({ column }) => column));
  const rows = Array.from({ length: columns }, (_, column) => nodes.filter((node) => node.column === column));
  const tallest = Math.max(...rows.map(({ length }) => length));
  const least = columns * box.width + (columns - 1) * 5.5 * size + 4;
  const width = Math.max(least, svg.parentElement.clientWidth);
  const height = tallest * box.height + (tallest - 1) * 1.6 * size + 6;
  const gap = Math.min((width - 4 - columns * box.width) / Math.max(1, columns - 1), 14 * size);
  const used = columns * box.width + (columns - 1) * gap;
  const places = new Map();
  rows.forEach((column, i) =>
    column.forEach((node, k) => {
      const step = height / column.length;
      places.set(node.name, { x: (width - used) / 2 + i * (box.width + gap), y: step * (k + 0.5) - box.height / 2 });
    }),
  );
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", label);
  svg.style.height = `${(height * svg.parentElement.clientWidth) / width}px`;
  svg.replaceChildren();

  const labels = links.map(({ from, to, label: text, term }) => {
    const [a, b] = [places.get(from), places.get(to)];
    const [x1, y1, x2, y2] = [a.x + box.width, a.y + box.height / 2, b.x - 2, b.y + box.height / 2];
    const angle = Math.atan2(y2 - y1, x2 - x1);
    const head = 0.75 * size;
    const tip = (turn) => `${x2 - head * Math.cos(angle + turn)} ${y2 - head * Math.sin(angle + turn)}`;
    // Above a level arrow, on a slanting one.
    const [mx, my] = [(x1 + x2 - head) / 2, (y1 + y2) / 2 + (Math.abs(y2 - y1) < 1 ? -0.75 : 0.35) * size];
    const back = drawing("rect", { class: "bp-label-back", x: mx - 2.6 * size, y: my - 1.05 * size, width: 5.2 * size, height: 1.4 * size });
    const words = drawing("text", { class: "bp-link-label", x: mx, y: my, "text-anchor": "middle" });
    words.textContent = text;
    svg.append(
      drawing("g", { class: "bp-link", "data-term": term }, [
        drawing("line", { x1, y1, x2: x2 - head * 0.6 * Math.cos(angle), y2: y2 - head * 0.6 * Math.sin(angle) }),
        drawing("path", { d: `M${x2} ${y2}L${tip(0.4)}L${tip(-0.4)}z` }),
        back,
        words,
      ]),
    );
    return words;
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

  return {
    label(i, text) {
      labels[i].textContent = text;
    },
    line(i, k, text) {
      texts[i][k].textContent = text;
    },
  };
}
