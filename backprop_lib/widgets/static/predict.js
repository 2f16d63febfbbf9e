// The view of a Predict question. The kernel sends once what is to be said about every possible prediction (the
// format stands in predict.py and question.py); here a prediction is read, looked up and shown, also when the kernel
// is busy or gone. Texts of the author arrive as HTML that was escaped in the kernel. It needs parts.js before it.

const NUMBER = String.raw`[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?`;
const ONE_NUMBER = new RegExp(`^${NUMBER}$`, "i");
const FRACTION = new RegExp(`^(${NUMBER})\\s*/\\s*(${NUMBER})$`, "i");
const THOUSANDS = /^[+-]?[1-9]\d{0,2}(,\d{3})+(\.\d+)?$/;

// ---------------------------------------------------------------------------------------------- numbers as text

// Read a number as a person types it; { value } or { problem }, a sentence.
export function parseNumber(typed) {
  const text = typed.trim().replace(/[\u2212\u2012\u2013]/g, "-");
  if (!text) return { problem: "Nothing is predicted yet: type a number, then commit." };
  const fraction = FRACTION.exec(text);
  const value = fraction ? Number(fraction[1]) / Number(fraction[2]) : ONE_NUMBER.test(text) ? Number(text) : null;
  if (value === null) {
    if (THOUSANDS.test(text)) {
      const plain = text.replaceAll(",", "");
      return { problem: `“${typed.trim()}” has a comma: if it separates thousands, write ${plain}; if decimals begin there, write a point.` };
    }
    const withPoint = text.replace(",", ".");
    if (ONE_NUMBER.test(withPoint)) {
      return { problem: `“${typed.trim()}” has a comma: write the decimals with a point, ${withPoint}.` };
    }
    return { problem: `“${typed.trim()}” is not a number. One like 0.25, -3, 1/4 or 1e-3 was expected.` };
  }
  if (!Number.isFinite(value)) return { problem: `“${typed.trim()}” is not finite. A finite number was expected.` };
  return { value: value + 0 };
}

// The same digits as `readable` in question.py; that of shared.js has always four decimals.
function withDecimals(value, decimals) {
  const size = Math.abs(value);
  let text;
  if (size === Infinity) {
    text = "∞";
  } else if (size >= 1e15) {
    text = size.toExponential(3);
  } else {
    text = size.toFixed(decimals);
    for (let more = decimals + 1; size && Number(text) === 0 && more <= 6; more += 1) text = size.toFixed(more);
    if (Number(text) === 0) text = size ? size.toExponential(1) : "0";
  }
  const [mantissa, exponent] = text.split("e");
  const short = mantissa.includes(".") ? mantissa.replace(/\.?0+$/, "") : mantissa;
  return `${value < 0 ? "-" : ""}${short}${exponent ? `e${Number(exponent)}` : ""}`;
}

// ------------------------------------------------------------------------- what is said, one function for each kind

const VERDICTS = {
  number(sent, value) {
    const band = sent.bands.find(({ low, high }) => (low === null || value >= low) && (high === null || value <= high));
    const words = `${sent.start} ${band.words}`
      .replace("{said}", withDecimals(value, sent.decimals))
      .replace("{gap}", withDecimals(Math.abs(value - sent.answer), sent.decimals));
    return { ...band, words };
  },
  choice: (sent, value) => sent.verdicts[sent.choices.findIndex((choice) => choice.value === value)],
  order: (sent, lines) => sent.verdicts[sent.table[lines.map((line) => sent.lines.indexOf(line)).join("")]],
};

export const verdictOn = (sent, prediction) => VERDICTS[sent.kind](sent, prediction);

// ---------------------------------------------------------------------------------- the state, one for all views

function makeAsker(model) {
  const listeners = new Set();
  const sent = model.get("_sent");
  // What the learner has in hand and has not committed to.
  const draft = { text: "", choice: null, order: sent.kind === "order" ? [...sent.shown] : [], moved: false };
  const emit = (what) => listeners.forEach((listener) => listener(what));

  // Without a kernel nobody else keeps it; the answer is here all the same.
  function keep(committed) {
    model.set("committed", committed);
    if (!kernelIsGone(model)) model.save_changes();
  }

  const READ = {
    number: () => parseNumber(draft.text),
    choice: () => (draft.choice === null ? { problem: "Nothing is predicted yet: choose one, then commit." } : { value: draft.choice }),
    order: () =>
      draft.moved
        ? { value: draft.order.map((line) => sent.lines[line]) }
        : { problem: "Nothing has been moved yet: put the lines in order, then commit." },
  };

  // A prediction that was made in code is what stands in the controls.
  function adopt() {
    const committed = model.get("committed");
    if (committed === null) return;
    if (sent.kind === "number" && parseNumber(draft.text).value !== committed) draft.text = String(committed);
    if (sent.kind === "choice") draft.choice = committed;
    if (sent.kind === "order") {
      draft.order = committed.map((line) => sent.lines.indexOf(line));
      draft.moved = true;
    }
  }

  adopt();
  model.on("change:committed", () => {
    adopt();
    emit("committed");
  });

  return {
    sent,
    draft,
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    committed: () => model.get("committed"),
    // Return what is wrong with the draft, or null once it is committed.
    commit() {
      const { value, problem } = READ[sent.kind]();
      if (problem) return problem;
      keep(value);
      return null;
    },
    reset: () => keep(null),
    edited: () => emit("draft"),
  };
}

// ------------------------------------------------------------------------------------------------- small parts

const identity = () => `bp-${Math.random().toString(36).slice(2)}`;

// --------------------------------------------------------------------------- the controls, one function for each kind
// Each returns its element, `show(locked)`, `focus()` and `invalid(id)`, the id of the sentence that says why.

function numberControl(controller) {
  const { draft } = controller;
  const input = make("input", { type: "text", size: 12, autocomplete: "off", spellcheck: false });
  input.oninput = () => {
    draft.text = input.value;
    controller.edited();
  };
  return {
    element: make("label", { className: "bp-number" }, ["Your prediction ", input]),
    show(locked) {
      if (input.value !== draft.text) input.value = draft.text;
      input.readOnly = locked;
    },
    focus() {
      input.focus();
      input.select();
    },
    invalid(id) {
      input.setAttribute("aria-invalid", String(Boolean(id)));
      if (id) input.setAttribute("aria-describedby", id);
      else input.removeAttribute("aria-describedby");
    },
  };
}

function choiceControl(controller) {
  const { draft, sent } = controller;
  const name = identity();
  // With braces: a handler that returns false would hold the event back.
  const frozen = (event) => {
    if (controller.committed() !== null) event.preventDefault();
  };
  const radios = sent.choices.map(({ value }) =>
    make("input", {
      type: "radio",
      name,
      value,
      onclick: frozen,
      onkeydown: (event) => {
        if (event.key.startsWith("Arrow")) frozen(event);
      },
      onchange: () => {
        draft.choice = value;
        controller.edited();
      },
    }),
  );
  const labels = sent.choices.map(({ html }, i) => make("label", {}, [radios[i], make("span", { innerHTML: html })]));
  const element = make("fieldset", { className: "bp-choices" }, [make("legend", { textContent: "Your prediction" }), ...labels]);
  return {
    element,
    show(locked) {
      radios.forEach((radio) => {
        radio.checked = radio.value === draft.choice;
        radio.setAttribute("aria-disabled", String(locked));
      });
    },
    focus: () => (radios.find((radio) => radio.checked) ?? radios[0]).focus(),
    invalid(id) {
      if (id) element.setAttribute("aria-describedby", id);
      else element.removeAttribute("aria-describedby");
    },
  };
}

function orderControl(controller, say) {
  const { draft, sent } = controller;
  const list = make("ol", { className: "bp-lines", "aria-label": "Your order of the lines" });

  function move(line, by, button) {
    const from = draft.order.indexOf(line);
    const to = from + by;
    if (controller.committed() !== null || to < 0 || to >= draft.order.length) return;
    draft.order.splice(from, 1);
    draft.order.splice(to, 0, line);
    draft.moved = true;
    controller.edited();
    button.focus(); // not every browser focuses a button that is clicked, and the arrow keys go to the focus
    say(`Line ${from + 1} is now line ${to + 1} of ${draft.order.length}.`);
  }

  const rows = sent.lines.map((text, line) => {
    const buttons = [
      ["up", -1, "↑"],
      ["down", 1, "↓"],
    ].map(([where, by, arrow]) => {
      const button = make("button", { type: "button", title: `Move ${where}`, "aria-label": `Move ${where}: ${text.trim()}` });
      button.append(make("span", { textContent: arrow, "aria-hidden": "true" }));
      button.onclick = () => move(line, by, button);
      return button;
    });
    const row = make("li", {}, [make("span", { className: "bp-moves" }, buttons), make("code", { textContent: text })]);
    row.onkeydown = (event) => {
      const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
      if (!by || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      move(line, by, event.target);
    };
    return { row, buttons };
  });

  return {
    element: make("div", {}, [
      make("p", { className: "bp-hint", textContent: "Move the lines with the buttons; with one in focus, also with the arrow keys." }),
      list,
    ]),
    show(locked) {
      const wanted = draft.order.map((line) => rows[line].row);
      if (wanted.some((row, i) => row !== list.children[i])) {
        const focused = list.querySelector(":focus");
        list.replaceChildren(...wanted);
        focused?.focus(); // rows that are moved in the page lose it
      }
      draft.order.forEach((line, place) => {
        const [up, down] = rows[line].buttons;
        // Not `disabled`: the keyboard's focus would fall out of the box.
        up.setAttribute("aria-disabled", String(locked || place === 0));
        down.setAttribute("aria-disabled", String(locked || place === draft.order.length - 1));
      });
    },
    focus: () => rows[draft.order[0]].buttons[1].focus(),
    invalid() {},
  };
}

const CONTROLS = { number: numberControl, choice: choiceControl, order: orderControl };

// ---------------------------------------------------------------------------------------------------- the view

function questionView(controller, el) {
  const { sent } = controller;
  const heading = make("p", { className: "bp-heading", id: identity(), textContent: "Predict" });
  const question = make("div", { className: "bp-question", id: identity(), innerHTML: sent.question });
  const problem = make("p", { className: "bp-problem", id: identity(), role: "alert", hidden: true });
  const status = make("div", { className: "bp-verdict", role: "status" });
  const say = (text) => status.replaceChildren(make("p", { className: "bp-moved", textContent: text }));
  const control = CONTROLS[sent.kind](controller, say);
  const commitButton = make("button", { type: "submit", className: "bp-main", textContent: "Commit" });
  const againButton = make("button", { type: "button", textContent: "Try again", hidden: true });
  const form = make("form", { noValidate: true }, [
    control.element,
    make("div", { className: "bp-buttons" }, [commitButton, againButton]),
  ]);
  const root = make("div", { className: "bp-predict", role: "group" }, [heading, question, form, problem, status]);
  root.setAttribute("aria-labelledby", heading.id);
  root.setAttribute("aria-describedby", question.id);
  root.dataset.lmSuppressShortcuts = "true";
  root.addEventListener("keydown", (event) => event.stopPropagation());

  function report(words) {
    problem.hidden = !words;
    problem.textContent = words ?? "";
    control.invalid(words ? problem.id : null);
  }

  form.onsubmit = (event) => {
    event.preventDefault();
    if (controller.committed() !== null) return;
    const words = controller.commit();
    report(words);
    if (words) control.focus();
    else root.scrollIntoView({ block: "nearest" });
  };

  againButton.onclick = () => {
    controller.reset();
    control.focus();
  };

  function show() {
    const committed = controller.committed();
    const locked = committed !== null;
    control.show(locked);
    commitButton.setAttribute("aria-disabled", String(locked));
    if (!locked && againButton.matches(":focus")) control.focus(); // what is hidden would drop it out of the box
    againButton.hidden = !locked;
    root.classList.toggle("bp-locked", locked);
    status.classList.toggle("bp-said", locked);
    if (!locked) return status.replaceChildren();
    report(null);
    const verdict = verdictOn(sent, committed);
    status.classList.toggle("bp-right", verdict.right);
    return status.replaceChildren(
      make("p", { className: "bp-words", innerHTML: verdict.words }),
      ...(verdict.slip ? [make("p", { innerHTML: verdict.slip })] : []),
      ...(verdict.order && !verdict.right ? [acceptedOrder(verdict.order)] : []),
      make("div", { innerHTML: sent.why }),
    );
  }

  function acceptedOrder(order) {
    const rows = order.map((line) => make("li", {}, [make("code", { textContent: sent.lines[line] })]));
    return make("div", {}, [make("p", { textContent: "An order that works:" }), make("ol", { className: "bp-lines" }, rows)]);
  }

  const forget = controller.listen((what) => {
    if (what === "committed") return show();
    report(null);
    if (controller.committed() === null) status.replaceChildren(); // what an earlier move was, perhaps in this view
    return control.show(controller.committed() !== null);
  });
  show();
  el.append(root);
  return forget;
}

export default () => {
  let controller;
  return {
    initialize({ model }) {
      controller = makeAsker(model);
    },
    render({ el }) {
      return questionView(controller, el);
    },
  };
};

export { withDecimals as readable };
