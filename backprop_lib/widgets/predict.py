"""Predict, then see: a question that shows the computed answer, the gap and why, once the learner has committed.

The question judges (`question.py`); what is said about every possible prediction is sent to the browser once, so that
the box answers at once, and also when the kernel is busy or gone. What the learner committed to comes back.

The question as it is sent, version 1: a dict with "version", "kind" ("number", "choice" or "order"), "question" and
"why" (HTML, escaped here), and what the `wire` of the kind adds.
"""

import html
import re

import anywidget
import traitlets

from backprop_lib import validation
from backprop_lib.mistakes import MISTAKES
from backprop_lib.widgets.explorer import joined
from backprop_lib.widgets.question import ChoiceQuestion, NumberQuestion, OrderQuestion

__all__ = ["Predict"]

WIRE_VERSION = 1

TOLERANCE = 0.01
DECIMALS = 4


class Predict(anywidget.AnyWidget):
    """A question: the learner commits to an answer, then sees the computed one, the gap and why.

    With `choices` it asks for one of them, with `lines` and `works` for an order of lines, otherwise for a number.

    Parameters
    ----------
    question : str
        Plain text; code in backticks, a blank line between paragraphs. So are the other texts.
    answer : float or str
        The computed answer: a number, or one of the choices. With `lines` there is none: `works` decides.
    choices : list of str, optional
        What there is to choose from, in the order in which it is shown.
    lines : list of str, optional
        Two to six lines in an order that works; they are shown in one that does not.
    works : callable, optional
        Takes the lines as a list in some order and says whether that order works; called here for every order. One in
        which it raises does not work.
    tolerance : float, optional
        How far a predicted number may be from the answer; absolute, 0.01 if it is not given.
    decimals : int, optional
        How many decimals of the answer are shown; 4 if it is not given.
    slips : dict, optional
        A wrong number or choice to what somebody did who predicts it.
    why : str
        Why the answer is what it is, in a sentence or two.
    mistake : str, optional
        The name of the known mistake that the question is aimed at; see `backprop_lib.mistakes`. The folded answer of
        a stored notebook names it. The box does not: a wrong answer alone is no proof of that mistake.

    Attributes
    ----------
    committed : float, str, list of str or None
        What the learner committed to; None before that, and after `reset`. May be set.
    verdict : Verdict or None
        What is said about it.
    words : str
        All that the box says about it, as one text; empty before that.
    question : NumberQuestion, ChoiceQuestion or OrderQuestion
        The question itself, which judges.

    Raises
    ------
    TypeError, ValueError
        If an argument makes no question; the message says what came and what was expected.

    Examples
    --------
    >>> box = Predict("What is the slope of `x**2` at 3?", answer=2 * 3.0, slips={3.0: "The 2 is missing."}, why="2x.")
    >>> box.commit(3)
    >>> print(box.words)
    You said 3. Computed: 6. Yours is 3 too low. The 2 is missing. 2x.
    """

    _esm = joined("parts.js", "predict.js")
    _css = joined("predict.css")

    committed = traitlets.Any(None, allow_none=True).tag(sync=True)
    _sent = traitlets.Dict().tag(sync=True)

    def __init__(
        self,
        question,
        *,
        answer=None,
        choices=None,
        lines=None,
        works=None,
        tolerance=None,
        decimals=None,
        slips=None,
        why=None,
        mistake=None,
    ):
        self._text = _required(question, "question", "the text of the question")
        self._why = _required(why, "why", "a sentence or two that say why the answer is what it is")
        self._mistake = _mistake_words(mistake)
        if slips is not None and not isinstance(slips, dict):
            raise TypeError(f"slips is {slips!r}, a dict from a wrong answer to its explanation was expected.")
        given = {"answer": answer, "tolerance": tolerance, "decimals": decimals, "slips": slips, "works": works}
        if choices is not None and lines is not None:
            raise TypeError("choices and lines were both given; a question has one kind, ask two questions.")
        if lines is not None:
            _refuse(given, ("answer", "tolerance", "decimals", "slips"), "an order of lines", "works decides")
            self.question = OrderQuestion(lines, works)
        elif choices is not None:
            _refuse(given, ("tolerance", "decimals", "works"), "a choice", "leave it out")
            _refuse_missing(answer, "one of the choices")
            self.question = ChoiceQuestion(answer, choices, slips or {})
        else:
            _refuse(given, ("works",), "a number", "give lines as well")
            _refuse_missing(answer, "the computed number, or choices=…, or lines=… with works=…")
            self.question = NumberQuestion(
                answer,
                TOLERANCE if tolerance is None else tolerance,
                DECIMALS if decimals is None else decimals,
                slips or {},
            )
        super().__init__(
            _sent={
                "version": WIRE_VERSION,
                "kind": self.question.kind,
                "question": _paragraphs(self._text),
                "why": _paragraphs(self._why),
                **self.question.wire(_inline),
            }
        )

    def commit(self, prediction):
        """Commit to a prediction, as the learner does on screen.

        Parameters
        ----------
        prediction : float, str or list of str
            A number, one of the choices, or all lines in some order.

        Raises
        ------
        TypeError, ValueError
            If it is no prediction; the message says what came and what was expected.
        """
        self.committed = self.question.read(prediction)

    def reset(self):
        """Forget the prediction: the question is open again."""
        self.committed = None

    @property
    def verdict(self):
        """What is said about the prediction; None before there is one."""
        return None if self.committed is None else self.question.verdict(self.committed)

    @property
    def words(self):
        """All that the box says about the prediction, as one text."""
        verdict = self.verdict
        if verdict is None:
            return ""
        return " ".join(filter(None, [verdict.words, verdict.slip, self._why]))

    @traitlets.validate("committed")
    def _readable_prediction(self, proposal):
        return None if proposal["value"] is None else self.question.read(proposal["value"])

    def _repr_mimebundle_(self, **kwargs):
        bundle = super()._repr_mimebundle_(**kwargs)
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle or {}, {})
        return {**data, "text/html": self._still_html(), "text/plain": self._still_text()}, metadata

    def _still_html(self):
        question = self.question
        parts = [_paragraphs(self._text)]
        if question.kind == "choice":
            parts.append(f"<ul>{''.join(f'<li>{_inline(choice)}</li>' for choice in question.choices)}</ul>")
        if question.kind == "order":
            parts.append(_pre(question.lines[i] for i in question.shown))
        parts.append("<p><em>Run this cell to answer it here.</em></p>")
        answer = _pre(question.lines) if question.kind == "order" else f"<p>{_inline(question.answer_words)}</p>"
        slips = [f"<li>If you said {_inline(slip)}: {_inline(words)}</li>" for slip, words in question.slip_words]
        mistake = f"<p>{_inline(self._mistake)}</p>" if self._mistake else ""
        parts.append(
            f"<details><summary>Answer</summary>{answer}{_paragraphs(self._why)}"
            f"{'<ul>' + ''.join(slips) + '</ul>' if slips else ''}{mistake}</details>"
        )
        return "<div>" + "".join(parts) + "</div>"

    def _still_text(self):
        question = self.question
        parts = [f"Predict: {self._text}"]
        if question.kind == "choice":
            parts.append("Choices: " + "; ".join(question.choices) + ".")
        if question.kind == "order":
            parts.append("Lines:\n" + "\n".join(question.lines[i] for i in question.shown))
        separator = "\n" if question.kind == "order" else " "
        parts.append(f"Answer:{separator}{question.answer_words}")
        parts.append(f"Why: {self._why}")
        return "\n".join(parts)


def _required(value, name, what):
    if not isinstance(value, str) or not value.strip():
        raise TypeError(f"{name} is {value!r}, {what} was expected.")
    return value.strip()


def _refuse(given, names, kind, instead):
    for name in names:
        if given[name] is not None:
            raise TypeError(f"{name} was given to a question for {kind}; {instead}.")


def _refuse_missing(answer, what):
    if answer is None:
        raise TypeError(f"answer is missing; give {what}.")


def _mistake_words(name):
    """Return the sentence that names the known mistake."""
    if name is None:
        return ""
    mistake = validation.lookup("a known mistake", name, MISTAKES)
    return f"Aimed at a known mistake: {mistake.title} (chapter {mistake.chapter[:2]})"


def _paragraphs(text):
    return "".join(f"<p>{_inline(part.strip())}</p>" for part in re.split(r"\n\s*\n", text) if part.strip())


def _inline(text):
    """Return text as HTML: escaped, code in backticks as code, a blank line as a break."""
    escaped = re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(str(text), quote=True))
    return re.sub(r"\n\s*\n", "<br><br>", escaped)


def _pre(lines):
    return f"<pre>{html.escape(chr(10).join(lines))}</pre>"
