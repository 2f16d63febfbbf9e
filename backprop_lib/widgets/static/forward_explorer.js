// The view of the forward explorer. What the recording holds stands in forward_explorer.py.

const RULES = {
  identity: () => "z",
  relu: (z) => `max(${z}, 0)`,
};

function forwardView(controller, el) {
  const { state } = controller;
  let chosen = 0; // which number the slider moves
  let unit = [1, 0]; // whose sum is written out
  const frame = makeFrame(controller, el, {
    name: "Forward explorer",
    counts: "Value",
    unit: "steps",
    words: ({ recording, position }) => recording.words[chosen][position],
    shown: ({ recording, position }) => `${recording.changeables[chosen].name} = ${readable(valueAt(position))}`,
    working: "Computing with the change.",
  });

  const changeable = () => state.recording.changeables[chosen];
  const valueAt = (position) => {
    const { reach, home } = state.recording;
    return changeable().current + (reach * (position - home)) / home;
  };

  // The number to move. What was moved before is kept, for which the kernel records anew.
  const which = frame.choice("Move", [], choose);
  function choose(next) {
    if (next === chosen) return;
    const { name } = changeable();
    const moved = state.position !== state.recording.home;
    const step = state.position;
    chosen = next;
    if (moved) controller.change({ keep: [name, step] });
    controller.scrub(state.recording.home);
    which.show(chosen);
  }
  frame.settings.append(which.element);

  const svg = drawing("svg", { class: "bp-graph bp-network" });
  const equation = make("div", { className: "bp-equation" });
  const sum = make("p", { className: "bp-sum", "aria-live": "polite" });
  frame.body.append(
    make("section", { className: "bp-pane", "aria-label": "Network" }, [make("div", { className: "bp-graph-place" }, [svg])]),
    make("section", { className: "bp-pane", "aria-label": "The sum of one unit" }, [equation, sum]),
  );

  let network = null;

  // ---- numbers of the recording

  const offsets = () => {
    const found = [];
    let next = 0;
    for (const size of state.recording.sizes.slice(1)) {
      found.push([next, next + size]);
      next += 2 * size;
    }
    return { layers: found, loss: next, count: next + 1 };
  };
  function numbers(position) {
    const { count } = offsets();
    const begin = (chosen * (state.recording.frames + 1) + position) * count;
    return state.recording.values.subarray(begin, begin + count);
  }
  function weight(l, i, j) {
    const { sizes, weights } = state.recording;
    const one = changeable();
    if (one.kind === "W" && one.layer === l && one.index[0] === i && one.index[1] === j) return valueAt(state.position);
    let begin = 0;
    for (let k = 1; k < l; k += 1) begin += sizes[k - 1] * sizes[k];
    return weights[begin + i * sizes[l] + j];
  }
  function bias(l, j) {
    const { sizes, biases } = state.recording;
    const one = changeable();
    if (one.kind === "b" && one.layer === l && one.index[0] === j) return valueAt(state.position);
    return biases[sizes.slice(1, l).reduce((a, b) => a + b, 0) + j];
  }
  function activation(l, i, position = state.position) {
    if (l > 0) return numbers(position)[offsets().layers[l - 1][1] + i];
    const one = changeable();
    return one.kind === "x" && one.index[0] === i ? valueAt(position) : state.recording.x[i];
  }
  const preActivation = (l, j) => numbers(state.position)[offsets().layers[l - 1][0] + j];

  // ---- drawing

  const nameOf = (l, i) => (l === 0 ? `x[${i}]` : `unit ${i + 1} of layer ${l}`);

  function layOut() {
    const { sizes } = state.recording;
    network = drawNetwork(svg, {
      sizes,
      lines: 2,
      label: `A network with ${sizes.join(", ")} units; the units can be reached with the Tab key.`,
      weight,
      unitTerm: (l) => `layer:${l}`,
      edgeTerm: (l) => `edges:${l}`,
      onUnit(node, l, i) {
        node.setAttribute("tabindex", "0");
        node.setAttribute("role", "button");
        const pick = frame.guard(() => {
          if (l > 0) {
            unit = [l, i];
            writeOut();
          }
        });
        for (const kind of ["pointerenter", "focus", "click"]) node.addEventListener(kind, pick);
        if (l === 0) {
          node.addEventListener("click", frame.guard(() => choose(state.recording.changeables.findIndex(({ name }) => name === `x[${i}]`))));
        }
      },
      onEdge(line, l, i, j) {
        line.addEventListener("click", frame.guard(() => choose(state.recording.changeables.findIndex(({ name }) => name === `W${l}[${i}, ${j}]`))));
      },
    });
    svg.setAttribute("role", "group");
  }

  function writeOut() {
    const [l, j] = unit;
    const { sizes, activations } = state.recording;
    const part = (text, term) => make("span", { textContent: text, "data-term": term });
    const inner = sizes[l - 1];
    const terms = Array.from({ length: inner > 8 ? 7 : inner }, (_, i) => [
      part(bracketed(activation(l - 1, i)), "a"),
      " · ",
      part(bracketed(weight(l, i, j)), "W"),
      " + ",
    ]);
    const z = readable(preActivation(l, j));
    const name = activations[l - 1];
    const rule = RULES[name] ? RULES[name](z) : `${name}(${z})`;
    sum.replaceChildren(
      `Unit ${j + 1} of layer ${l}: z = `,
      ...terms.flat(),
      ...(inner > 8 ? [`… ${inner - 7} more products … + `] : []),
      part(bracketed(bias(l, j)), "b"),
      " = ",
      part(z, "z"),
      `; a = ${rule} = ${readable(activation(l, j))}.`,
    );
    svg.querySelectorAll(".bp-summed").forEach((one) => one.classList.remove("bp-summed"));
    network.node(l, j)?.classList.add("bp-summed");
    network.edgesInto(l, j).forEach((line) => line.classList.add("bp-summed"));
  }

  function recording() {
    const { changeables, mathml } = state.recording;
    chosen = Math.min(chosen, changeables.length - 1);
    equation.innerHTML = mathml;
    layOut();
    which.fill(changeables.map(({ name }, i) => [i, name]));
    which.show(chosen);
  }

  function position() {
    const { sizes, home } = state.recording;
    const one = changeable();
    network.weights(weight);
    network.units.forEach((units, l) =>
      units.forEach((i) => {
        const [now, before] = [activation(l, i), activation(l, i, home)];
        const changed = now !== before;
        network.unit(l, i, [`${l ? "a" : "x"} ${readable(now)}`, changed ? `was ${readable(before)}` : ""]);
        const node = network.node(l, i);
        node.classList.toggle("bp-changed", changed);
        node.setAttribute("aria-label", `${nameOf(l, i)}: ${readable(now)}${changed ? `, was ${readable(before)}` : ""}`);
      }),
    );
    network.mark(one.kind === "W" ? { layer: one.layer, i: one.index[0], j: one.index[1] } : null);
    writeOut();
    return sizes;
  }

  return frame.begin({ recording, position, redraw: () => {
    layOut();
    position();
  } });
}

export default widget({ speeds: [5, 10, 20], resetAsks: ({ recording }) => recording.changed }, forwardView);
