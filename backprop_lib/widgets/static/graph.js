// Boxes and arrows: a computation from left to right, each box with a few lines of text, each arrow with a label.

const lineClass = (i) => (i === 1 ? "bp-node-value" : "bp-node-text");

// How long a line of a box would be in its full size.
function lengthIn(svg, line, i) {
  const text = drawing("text", { class: lineClass(i) }, [line]);
  svg.append(text);
  const length = text.getComputedTextLength();
  text.remove();
  return length;
}

const labelSize = (text, size) => (text ? (0.56 * text.length + 0.4) * size : 0);

// `nodes`: { name, column, lines, widest }, the second line is the value; `links`: { from, to, widest, term }, where
// `widest` is the longest that each line of a box and the label of a link will be.
// Returns functions that change the texts without laying out anew.
function drawGraph(svg, { nodes, links, label }) {
  const size = parseFloat(getComputedStyle(svg).fontSize) || 13;
  const longestLine = Math.max(...nodes.flatMap(({ widest }) => widest.map((line, i) => lengthIn(svg, line, i))));
  const columns = 1 + Math.max(...nodes.map(({ column }) => column));
  const rows = Array.from({ length: columns }, (_, column) => nodes.filter((node) => node.column === column));
  const columnOf = new Map(nodes.map(({ name, column }) => [name, column]));
  const tallest = Math.max(...rows.map(({ length }) => length));
  const longest = Math.max(0, ...links.map(({ widest }) => labelSize(widest, size)));
  const between = (columns - 1) * Math.max(5.5 * size, longest + size) + 4;
  const needed = LEAST_SCALE * longestLine + 0.6 * size;
  const most = Math.max(13 * size, (svg.parentElement.clientWidth - between) / columns);
  const box = { width: needed > 9.4 * size ? Math.min(needed + 0.4 * size, most) : 9.4 * size, height: 5.2 * size };
  const room = box.width - 0.6 * size;
  const least = columns * box.width + between;
  const width = Math.max(least, svg.parentElement.clientWidth);
  const inner = tallest * box.height + (tallest - 1) * 1.6 * size + 6;
  const gap = Math.min((width - 4 - columns * box.width) / Math.max(1, columns - 1), 14 * size);
  const used = columns * box.width + (columns - 1) * gap;
  const places = new Map();
  rows.forEach((column, i) =>
    column.forEach((node, k) => {
      const step = inner / column.length;
      places.set(node.name, { x: (width - used) / 2 + i * (box.width + gap), y: step * (k + 0.5) - box.height / 2 });
    }),
  );
  const ways = routes({ links, nodes, places, columnOf, box, gap, size });
  const lanes = ways.map(({ lane }) => lane).filter((lane) => lane !== undefined);
  const top = Math.min(0, ...lanes.map((lane) => lane - 1.3 * size));
  const height = Math.max(inner, ...lanes.map((lane) => lane + 1.3 * size)) - top;
  svg.setAttribute("viewBox", `0 ${top} ${width} ${height}`);
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", label);
  fitOrScroll(svg, width, height, Math.max(LEAST_SCALE, LEAST_TEXT * Math.min(longestLine / room, 1 / LEAST_SCALE)));
  svg.replaceChildren();

  // No arrow crosses out a label: first all arrows, then all labels.
  links.forEach(({ term }, i) => {
    const { x1, y1, x2, y2, bend, angle } = ways[i];
    const head = 0.75 * size;
    const tip = (turn) => `${x2 - head * Math.cos(angle + turn)} ${y2 - head * Math.sin(angle + turn)}`;
    const end = `${x2 - head * 0.6 * Math.cos(angle)} ${y2 - head * 0.6 * Math.sin(angle)}`;
    svg.append(
      drawing("g", { class: "bp-link", "data-term": term }, [
        drawing("path", { class: "bp-way", d: `M${x1} ${y1}${bend(end)}` }),
        drawing("path", { class: "bp-head", d: `M${x2} ${y2}L${tip(0.4)}L${tip(-0.4)}z` }),
      ]),
    );
  });
  const labels = links.map(({ term }, i) => {
    const [mx, my] = ways[i].label;
    const back = drawing("rect", { class: "bp-label-back", y: my - 1.05 * size, height: 1.4 * size });
    const words = drawing("text", { class: "bp-link-label", x: mx, y: my, "text-anchor": "middle" });
    svg.append(drawing("g", { class: "bp-link", "data-term": term }, [back, words]));
    return { words, back, mx };
  });

  const texts = nodes.map(({ name, lines, term }) => {
    const { x, y } = places.get(name);
    const made = lines.map((line, i) => {
      const text = drawing("text", {
        class: lineClass(i),
        x: x + box.width / 2,
        y: y + (1.35 + 1.5 * i) * size,
        "text-anchor": "middle",
      });
      return { text, line };
    });
    svg.append(
      drawing("g", { class: "bp-node", "data-term": term }, [
        drawing("rect", { x, y, width: box.width, height: box.height, rx: 0.4 * size }),
        ...made.map(({ text }) => text),
      ]),
    );
    return made;
  });
  for (const { text, line } of texts.flat()) writeInto(text, line, room);

  return {
    label(i, text) {
      const { words, back, mx } = labels[i];
      const wide = text ? labelSize(text, size) : 0;
      words.textContent = text;
      back.setAttribute("x", mx - wide / 2);
      back.setAttribute("width", wide);
    },
    line(i, k, line) {
      if (texts[i][k].line === line) return;
      texts[i][k].line = line;
      writeInto(texts[i][k].text, line, room);
    },
  };
}

// The ways of the links. Between neighboring columns they are straight, apart where there are several; others go around
// the boxes between, each in a lane of its own, and come to their lane and leave it only where there are no boxes.
function routes({ links, nodes, places, columnOf, box, gap, size }) {
  const pair = ({ from, to }) => JSON.stringify([from, to]);
  const taken = [];
  const written = [];
  // The first place where a label of this width does not lie on another.
  const free = (candidates, wide) => {
    const meets = ([x, y]) => written.some(([u, v, w]) => Math.abs(x - u) < (wide + w) / 2 && Math.abs(y - v) < 1.5 * size);
    const found = candidates.find((one) => !meets(one)) ?? candidates[0];
    written.push([...found, wide]);
    return found;
  };

  function around({ x1, y1, x2, y2 }, first, last, wide) {
    const between = nodes.filter(({ column }) => column > first && column < last).map(({ name }) => places.get(name).y);
    const sides = [
      { sign: -1, lane: Math.min(...between) - 1.1 * size },
      { sign: 1, lane: Math.max(...between) + box.height + 1.1 * size },
    ];
    for (const side of sides) {
      const beside = taken.filter((one) => one.sign === side.sign && one.first < last && first < one.last);
      side.crowd = beside.length;
      let blocked;
      while ((blocked = beside.find((one) => Math.abs(one.lane - side.lane) < 1.69 * size))) side.lane = blocked.lane + side.sign * 1.7 * size;
    }
    const far = ({ lane }) => Math.abs(lane - (y1 + y2) / 2);
    const [above, below] = sides;
    const tie = Math.abs(far(above) - far(below)) < 1;
    const { sign, lane } = (tie ? above.crowd <= below.crowd : far(above) < far(below)) ? above : below;
    taken.push({ sign, lane, first, last });
    const [out, into] = [y1 + 0.35 * (lane - y1), y2 + 0.35 * (lane - y2)];
    return {
      lane,
      bend: (end) =>
        `C${x1 + 0.5 * gap} ${out} ${x1 + 0.4 * gap} ${lane} ${x1 + 0.9 * gap} ${lane}L${x2 - 0.9 * gap} ${lane}` +
        `C${x2 - 0.4 * gap} ${lane} ${x2 - 0.5 * gap} ${into} ${end}`,
      angle: Math.atan2(y2 - into, 0.5 * gap),
      label: free([0.5, 0.4, 0.6, 0.3, 0.7].map((t) => [x1 + t * (x2 - x1), lane + 0.35 * size]), wide),
    };
  }

  return links.map((link, i) => {
    const [a, b] = [places.get(link.from), places.get(link.to)];
    const ends = { x1: a.x + box.width, y1: a.y + box.height / 2, x2: b.x - 2, y2: b.y + box.height / 2 };
    const { x1, y1, x2, y2 } = ends;
    const [first, last] = [columnOf.get(link.from), columnOf.get(link.to)];
    const wide = labelSize(link.widest, size);
    if (last - first > 1) return { ...ends, ...around(ends, first, last, wide) };
    const same = links.filter((one) => pair(one) === pair(link));
    if (same.length === 1) {
      // Above a level arrow, on a slanting one.
      const rise = (Math.abs(y2 - y1) < 1 ? -0.75 : 0.35) * size;
      // As far along as the label stays out of the boxes at both ends.
      const reach = Math.max(0, 0.5 - (wide / 2 + 0.4 * size) / (x2 - x1));
      const along = [0, -1, 1, -0.5, 0.5].map((share) => 0.5 + share * Math.min(reach, 0.24)).map((t) => [x1 + t * (x2 - x1) - 0.2 * size, y1 + t * (y2 - y1) + rise]);
      return { ...ends, bend: (end) => `L${end}`, angle: Math.atan2(y2 - y1, x2 - x1), label: free(along, wide) };
    }
    const aside = (links.slice(0, i).filter((one) => pair(one) === pair(link)).length - (same.length - 1) / 2) * 2.2 * size;
    const control = (t) => [x1 + t * (x2 - x1), y1 + t * (y2 - y1) + aside / 0.75];
    const [c1, c2] = [control(0.35), control(0.65)];
    return {
      ...ends,
      bend: (end) => `C${c1.join(" ")} ${c2.join(" ")} ${end}`,
      angle: Math.atan2(y2 - c2[1], x2 - c2[0]),
      label: free([[(x1 + x2) / 2, (y1 + y2) / 2 + aside + 0.35 * size]], wide),
    };
  });
}
