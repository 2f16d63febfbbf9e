// The view of the forward explorer. What the recording holds stands in forward_explorer.py.

// How the activation is written out, for those with a short rule.
const RULES = {
  identity: () => "z",
  relu: (z) => `max(${z}, 0)`,
};

function forwardView(controller, el) {
  const { state } = controller;
  const chosen = () => state.picked.number; // which number the slider moves
  let unit = [1, 0]; // whose sum is written out
  const frame = makeFrame(controller, el, {
    name: "Forward explorer",
    counts: "Value",
    unit: "steps",
    words: ({ recording, position }) => recording.words[chosen()][position],
    shown: ({ recording, position }) => `${recording.changeables[chosen()].name} = ${written(position)[0]}`,
    working: "Computing with the change.",
  });

  const changeable = () => state.recording.changeables[chosen()];
  const valueAt = (position) => {
    const { reach, home } = state.recording;
    return changeable().current + (reach * (position - home)) / home;
  };

  // The number to move. What was moved before is kept, for which the kernel records anew.
  const which = frame.choice("Move", [], choose);
  function choose(next) {
    controller.then(() => {
      if (next === chosen()) return;
      const { position: step, recording: { home } } = state;
      if (step !== home && !state.waiting) return controller.change({ keep: [changeable().name, step] }, { number: next });
      // While a late answer is awaited nothing more is kept: what was asked for would be made twice.
      if (step !== home) controller.scrub(home);
      return controller.pick({ number: next });
    });
  }
  frame.settings.append(which.element);

  const svg = drawing("svg", { class: "bp-graph bp-network" });
  const equation = make("div", { className: "bp-equation" });
  const sum = make("p", { className: "bp-sum" });
  frame.body.append(
    make("section", { className: "bp-pane", "aria-label": "Network" }, [make("div", { className: "bp-graph-place" }, [svg])]),
    make("section", { className: "bp-pane", "aria-label": "The sum of one unit" }, [equation, sum]),
  );
  frame.walk(equation, "The equation of one unit");

  let network = null;

  // ---- numbers of the recording, which holds what is drawn

  const unitsOf = (l) => {
    const { layers, units } = state.recording;
    return units[layers.indexOf(l)] ?? [];
  };
  // What of the layer before is drawn; nothing where that layer is left out.
  const sourcesOf = (l) => unitsOf(l - 1);

  // Where z, a, the weights and the biases of each layer begin.
  let begins = null;
  function measure() {
    const { layers } = state.recording;
    begins = new Map();
    let [numbers, weights, biases] = [0, 0, 0];
    for (const l of layers.slice(1)) {
      const count = unitsOf(l).length;
      begins.set(l, { z: numbers, a: numbers + count, weights, biases });
      numbers += 2 * count;
      weights += sourcesOf(l).length * count;
      biases += count;
    }
    begins.count = numbers + 1; // and the loss
  }
  function recorded(l, word, i, position) {
    const begin = (chosen() * (state.recording.frames + 1) + position) * begins.count;
    return state.recording.values[begin + begins.get(l)[word] + unitsOf(l).indexOf(i)];
  }
  // The number that is moved and what it was, in as many digits as it takes to see a step.
  function written(position) {
    const { home } = state.recording;
    return toldApart([position, home, home + 1].map(valueAt));
  }
  const isMoved = (kind, l, ...index) => {
    const one = changeable();
    return one.kind === kind && one.layer === l && index.every((k, n) => k === one.index[n]);
  };
  function weight(l, i, j) {
    if (isMoved("W", l, i, j)) return valueAt(state.position);
    return state.recording.weights[begins.get(l).weights + sourcesOf(l).indexOf(i) * unitsOf(l).length + unitsOf(l).indexOf(j)];
  }
  function bias(l, j) {
    if (isMoved("b", l, j)) return valueAt(state.position);
    return state.recording.biases[begins.get(l).biases + unitsOf(l).indexOf(j)];
  }
  function activation(l, i, position = state.position) {
    if (l > 0) return recorded(l, "a", i, position);
    return isMoved("x", 0, i) ? valueAt(position) : state.recording.x[unitsOf(0).indexOf(i)];
  }

  // ---- drawing

  const nameOf = (l, i) => (l === 0 ? `x[${i}]` : `unit ${i + 1} of layer ${l}`);
  const chooseNamed = (wanted) => choose(state.recording.changeables.findIndex(({ name }) => name === wanted));

  function layOut() {
    const { sizes, shape, layers } = state.recording;
    let focused = null; // the keyboard's focus stays where it is when all is drawn anew
    network?.each((l, i) => {
      if (network.node(l, i) === document.activeElement) focused = [l, i];
    });
    network = drawNetwork(svg, {
      sizes,
      layers,
      units: unitsOf,
      lines: 2,
      label: `A network of the sizes ${shape}; its units can be reached with the Tab key.`,
      weight,
      unitTerm: () => "",
      edgeTerm: () => "",
      onUnit(node, l, i) {
        node.setAttribute("tabindex", "0");
        node.setAttribute("role", "button");
        const look = frame.guard(() => {
          unit = [l, i];
          sum.setAttribute("aria-live", "polite"); // it was asked for; while the slider moves, the status line speaks
          writeOut();
        });
        // Heard before the frame lights up what bears the same name.
        for (const kind of ["pointerover", "focusin"]) node.addEventListener(kind, look);
        const press = frame.guard(() => {
          look();
          if (l === 0) chooseNamed(`x[${i}]`);
        });
        node.addEventListener("click", press);
        node.addEventListener("keydown", (event) => {
          if (event.key !== "Enter" && event.key !== " ") return;
          event.preventDefault();
          event.stopPropagation();
          press();
        });
      },
      onEdge(line, l, i, j) {
        line.addEventListener("click", frame.guard(() => chooseNamed(`W${l}[${i}, ${j}]`)));
      },
    });
    svg.setAttribute("role", "group");
    if (focused) network.node(...focused)?.focus({ preventScroll: true });
  }

  // The sum of one unit; its parts and the parts of the diagram bear the names that stand in the equation.
  function writeOut() {
    const [l, j] = unit;
    const { sizes, activations } = state.recording;
    svg.querySelectorAll(".bp-summed").forEach((one) => one.classList.remove("bp-summed"));
    svg.querySelectorAll("[data-term]").forEach((one) => one.removeAttribute("data-term"));
    network.node(l, j)?.classList.add("bp-summed");
    if (l === 0) {
      sum.textContent = `x[${j}] = ${readable(activation(0, j))} is an input. Press it, and the slider moves it.`;
      return;
    }
    const part = (text, term) => make("span", { textContent: text, "data-term": term });
    const z = recorded(l, "z", j, state.position);
    const shown = sourcesOf(l);
    const left = sizes[l - 1] - shown.length;
    let rest = z - bias(l, j);
    const terms = shown.flatMap((i) => {
      const [a, W] = [activation(l - 1, i), weight(l, i, j)];
      rest -= a * W;
      return [part(bracketed(a), "a"), " · ", part(bracketed(W), "W"), " + "];
    });
    if (left) terms.push(`${bracketed(rest)} (${left}${shown.length ? " more" : ""} product${left > 1 ? "s" : ""} from layer ${l - 1}) + `);
    const name = activations[l - 1];
    const rule = RULES[name] ? RULES[name](readable(z)) : `${name}(${readable(z)})`;
    sum.replaceChildren(
      `Unit ${j + 1} of layer ${l}: z = `,
      ...terms,
      part(bracketed(bias(l, j)), "b"),
      " = ",
      part(readable(z), "z"),
      `; a = ${rule} = ${readable(activation(l, j))}.`,
    );
    network.node(l, j).setAttribute("data-term", "z");
    shown.forEach((i) => network.node(l - 1, i).setAttribute("data-term", "a"));
    network.edgesInto(l, j).forEach(({ halo, line, text }) => {
      [halo, line].forEach((one) => one.classList.add("bp-summed"));
      [halo, line, text].forEach((one) => one?.setAttribute("data-term", "W"));
    });
  }

  function recording() {
    const { changeables, mathml } = state.recording;
    measure();
    equation.innerHTML = mathml;
    layOut();
    which.fill(changeables.map(({ name }, i) => [i, name]));
    picked();
  }

  function picked() {
    which.show(chosen());
  }

  function position() {
    const { home } = state.recording;
    const one = changeable();
    network.weights(weight);
    network.each((l, i) => {
      const [now, before] = [activation(l, i), activation(l, i, home)];
      const changed = now !== before;
      const [here, was] = isMoved("x", l, i) ? written(state.position) : toldApart([now, before]);
      network.unit(l, i, [`${l ? "a" : "x"} ${here}`, changed ? `was ${was}` : ""]);
      const node = network.node(l, i);
      node.classList.toggle("bp-changed", changed);
      node.setAttribute("aria-label", `${nameOf(l, i)}: ${here}${changed ? `, was ${was}` : ""}`);
    });
    sum.setAttribute("aria-live", "off");
    network.mark(one.kind === "W" ? { layer: one.layer, i: one.index[0], j: one.index[1] } : null);
    writeOut();
  }

  return frame.begin({ recording, position, picked, redraw: () => {
    layOut();
    position();
  } });
}

export default widget({ speeds: [5, 10, 20], resetAsks: ({ recording }) => recording.changed }, forwardView);
