"""What every explorer has in common: one recording that is sent once, a toolbar, a still picture, a page of its own.

The kernel records with NumPy and sends the recording (`wire.py`); stepping, playing, scrubbing and hovering happen in
the browser, also when the kernel is busy or gone.
"""

import html
import signal
import threading
import traceback
from importlib import resources

import anywidget
import traitlets
from IPython import get_ipython

from backprop_lib import plots, validation
from backprop_lib.widgets import page, wire

__all__ = ["Explorer", "Position", "joined", "still"]

STATIC = resources.files("backprop_lib.widgets") / "static"


def joined(*names):
    """Return the text of several files of `static/`, one after another.

    A module that anywidget loads from a blob cannot import another one, so helper and view become one text here.
    """
    return "\n".join((STATIC / name).read_text(encoding="utf-8") for name in names)


def still(figure, alt, *, dpi=160):
    """Return a finished figure as HTML; in few colors, since it is waited for on a slow link before anything moves."""
    return plots.picture(figure, alt, dpi=dpi, colors=256).html


class Position(traitlets.Int):
    """The position on screen; what lies outside the recording becomes the nearest one in it."""

    def validate(self, obj, value):
        """Return the nearest recorded position."""
        return obj._nearest(super().validate(obj, validation.whole_number(self.name, value, at_least=-float("inf"))))

    def set(self, obj, value):
        """Set the position; while it plays also where this side takes it for the one on screen, which is further on."""
        before = self.get(obj)
        super().set(obj, value)
        if obj.playing and not obj._follows and self.get(obj) == before:
            obj._moved({"name": self.name})


class Explorer(anywidget.AnyWidget):
    """The base of all explorers.

    A widget names its trait for the position in `trait`, packs its recording in `_record`, applies what the browser
    asks for in `_apply`, and draws itself for places where nothing moves in `_still`.

    Attributes
    ----------
    playing : bool
        Whether the browser plays the recording; may be set.
    lecture : bool
        Whether text and lines are enlarged, for a projector; may be set.
    """

    trait = "position"
    title = "Explorer"
    paged = ("lecture", "_sent", "_settings", "_choices", "_problem", "_answered", "_where")  # what its page keeps

    playing = traitlets.Bool(False)
    lecture = traitlets.Bool(False).tag(sync=True)
    _sent = traitlets.Dict().tag(sync=True)
    _settings = traitlets.Dict().tag(sync=True)
    _choices = traitlets.Dict().tag(sync=True)
    _problem = traitlets.Dict().tag(sync=True)
    _answered = traitlets.Int(0).tag(sync=True)
    _where = traitlets.Dict().tag(sync=True)  # written by the kernel
    _shown = traitlets.Dict().tag(sync=True, echo_update=False)  # written by the browsers

    def __init__(self, *, lecture=False):
        if not isinstance(lecture, bool):
            raise TypeError(f"lecture is {lecture!r}, True or False was expected.")
        self._identity = 0
        self._picked = {name: first for name, (first, _) in self._pickable().items()}
        self._moves, self._mover, self._follows = 0, "", False
        state = self._state()
        super().__init__(lecture=lecture, _where=self._place(state[self.trait], moved=True), **state)
        self.observe(self._moved, [self.trait, "playing"])
        self.observe(self._follow, "_shown")
        self.on_msg(self._receive)

    # ---- what a widget has to say -----------------------------------------------------------------------------------

    @property
    def frames(self):
        """The last position of the recording."""
        raise NotImplementedError

    def _recording(self):
        """Return the object that was recorded; another one is sent anew."""
        raise NotImplementedError

    def _record(self):
        """Return the facts and the arrays of the recording, and the position to show first."""
        raise NotImplementedError

    def _controls(self):
        """Return the settings in force and what there is to choose from."""
        return {}, {}

    def _apply(self, settings):
        """Apply settings that the browser asks for; raise if they do not fit."""
        if settings:
            raise ValueError(f"{self.title} has no settings; {', '.join(settings)} came.")

    def _restart(self):
        """Make the recording anew, as it was at the start."""

    def _pickable(self):
        """Return what else is chosen of a recording: for each name where to begin, and how many there are."""
        return {}

    def _trouble(self):
        """Return what is wrong with what is shown, "words" and "details"; it is told until something else is shown."""
        return {}

    def _still(self):
        """Return a still picture as HTML."""
        raise NotImplementedError

    def _sentence(self):
        """Return what the widget shows, in one or two sentences."""
        raise NotImplementedError

    # ---- driving it -------------------------------------------------------------------------------------------------

    def step(self):
        """Show the next position; at the last one stay."""
        setattr(self, self.trait, getattr(self, self.trait) + 1)

    def back(self):
        """Show the position before."""
        setattr(self, self.trait, getattr(self, self.trait) - 1)

    def play(self):
        """Let the browser play from the position on screen."""
        self.playing = True

    def pause(self):
        """Stop playing."""
        self.playing = False

    def reset(self):
        """Show the start again."""
        self._restart()
        self._publish(playing=False)

    def to_html(self, path):
        """Write the explorer as a page of its own, which needs neither a kernel nor the internet.

        Parameters
        ----------
        path : str or Path
            The file; it is replaced if it is there. `~` stands for the home folder.

        Returns
        -------
        Path
            The file.

        Raises
        ------
        TypeError
            If `path` is no name of a file.
        OSError
            If the file cannot be written, or is a folder, or its folder is missing.
        """
        return page.write(self, path)

    # ---- between kernel and browser ---------------------------------------------------------------------------------

    def _nearest(self, position):
        return min(max(position, 0), self.frames)

    # While it plays, a browser runs ahead of what this side knows, and what it says is old when it arrives. So each
    # move that code makes, and each end of playing, gets a number, `_moves`. A browser says with its position which
    # move it has seen last, and what it says is dropped if another move came in between.

    def _tell(self, *, moved):
        """Tell the browsers where this side is; `moved` says whether the position is an order, or only known so far."""
        self._where = self._place(getattr(self, self.trait), moved=moved)

    def _place(self, position, *, moved):
        return {
            "position": position,
            "playing": self.playing,
            "moved": moved,
            "moves": self._moves,
            "by": self._mover if self._follows else "",
            "picked": self._picked,
            "id": self._identity,
        }

    def _moved(self, change):
        if self._follows:
            return
        is_position = change["name"] == self.trait
        if is_position and self.playing:
            self.playing = False  # the code takes over
        self._moves, self._mover = self._moves + 1, ""
        self._tell(moved=is_position)

    def _follow(self, _change):
        """Follow a browser, unless this side has another recording or has moved on meanwhile."""
        shown = self._shown
        if shown["id"] != self._identity or (shown["moves"] != self._moves and shown["by"] != self._mover):
            return
        ends = self.playing and not shown["playing"]
        self._moves, self._mover, self._follows = self._moves + ends, shown["by"], True
        try:
            self._pick(shown["picked"])
            setattr(self, self.trait, shown["position"])
            self.playing = shown["playing"]
            self._tell(moved=True)
        finally:
            self._follows = False

    def _check_places(self, places):
        pickable = self._pickable()
        for name, place in places.items():
            _, count = pickable[name]
            if validation.whole_number(name, place, at_least=0) >= count:
                raise ValueError(f"{name} is {place}; 0 to {count - 1} was expected.")

    def _pick(self, places):
        self._check_places(places)
        self._picked = {**self._picked, **places}

    def _choose(self, **places):
        """Choose what is shown of the recording, by code; a run that plays goes on."""
        self._pick(places)
        self._moves, self._mover = self._moves + 1, ""
        self._tell(moved=False)

    # JupyterLab sends what widgets say to a thread of its own. There a training could not be interrupted, a learner's
    # endless loop would go on for ever, and a cell could change the explorer in the middle of a change by hand. So all
    # is heard on the main thread, where cells run too.
    def _handle_msg(self, message):
        loop = getattr(getattr(get_ipython(), "kernel", None), "io_loop", None)
        if loop is None or threading.current_thread() is threading.main_thread():
            super()._handle_msg(message)
        else:
            loop.add_callback(self._hear, message)

    def _hear(self, message):
        before = signal.signal(signal.SIGINT, signal.default_int_handler)  # between cells a kernel ignores it
        try:
            super()._handle_msg(message)
        except KeyboardInterrupt:
            pass  # after the answer: there is nothing left to interrupt
        finally:
            signal.signal(signal.SIGINT, before)

    def _receive(self, _widget, content, _buffers):
        """Answer the browser: a change of settings, or a reset. That a "ping" can be sent is all that it is for."""
        if content["kind"] == "ping":
            return
        try:
            setattr(self, self.trait, content["position"])
            picked = content.get("picked", {})
            self._check_places(picked)
            self._apply(content.get("settings", {}))
            self._pick(picked)
            if content["kind"] == "reset":
                self._restart()
            problem = {}
        except KeyboardInterrupt:
            problem = {"words": "The change was not made: it was interrupted."}
        except Exception as error:  # every failure must reach the learner's eyes; the log is out of sight
            problem = {
                "words": f"The change was not made. {type(error).__name__}: {error}",
                "details": "".join(traceback.format_exception(error)),
            }
        self._publish(problem=problem, _answered=content["request"])

    def _publish(self, problem=None, **state):
        with self.hold_sync():
            for name, value in {**self._state(), "_problem": problem or self._trouble(), **state}.items():
                setattr(self, name, value)
            self._moves, self._mover = self._moves + 1, ""
            self._tell(moved=True)

    def _state(self):
        recording = self._recording()
        fresh = getattr(self, "_packed", None) is not recording
        if fresh:
            self._packed = recording
            self._bytes_before = getattr(self, "_bytes", {})
            self._identity += 1
            facts, arrays, start = self._record()
            self._bytes = wire.pack(self._identity, self.frames, start=start, facts=facts, arrays=arrays)
        settings, choices = self._controls()
        return {"_sent": self._bytes, "_settings": settings, "_choices": choices, self.trait: self._on_screen(fresh)}

    def _on_screen(self, fresh):
        """Return the position that belongs on the screen; `fresh` says whether the recording is a new one."""
        return self._bytes["start"] if fresh else getattr(self, self.trait)

    def _repr_mimebundle_(self, **kwargs):
        bundle = super()._repr_mimebundle_(**kwargs)
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle or {}, {})
        sentence = self._sentence()
        return {
            **data,
            "text/html": f"{self._still()}<p>{html.escape(self._about_still())}</p>",
            "text/plain": sentence,
        }, metadata

    def _about_still(self):
        return f"A still picture. Run the cell in JupyterLab to move it. {self._sentence()}"
