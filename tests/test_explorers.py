"""What every explorer has in common: the wire, the controls as the browser drives them, the still picture, the page."""

import base64
import io
import re
import zlib

import numpy as np
import pytest
from explorers import EXPLORERS, make, received
from matplotlib.colors import to_rgb
from PIL import Image

from backprop_lib.plots.palette import COLORS
from backprop_lib.widgets import ChainExplorer, EpochStepper, wire
from backprop_lib.widgets.chain import Box, Graph
from backprop_lib.widgets.explorer import Explorer

HYPHEN = re.compile(r"(?:^|[\s(=·]|\de)-\d")


@pytest.fixture(params=EXPLORERS)
def explorer(request):
    made = make(request.param)
    yield made
    made.close()


def ask(explorer, **content):
    """Send what the browser sends."""
    explorer._handle_custom_msg({"request": explorer._answered + 1, **content}, [])


def position(explorer):
    return getattr(explorer, explorer.trait)


def test_every_explorer_is_tried():
    assert {kind for kind, _, _ in EXPLORERS.values()} == set(Explorer.__subclasses__())


def test_the_wire_is_of_the_written_form(explorer):
    sent = explorer._sent
    assert set(sent) == {"version", "id", "frames", "start", "facts", "arrays"}
    assert sent["version"] == wire.VERSION
    assert sent["frames"] == explorer.frames > 0
    for array in sent["arrays"].values():
        size = np.dtype(wire.TYPES[array["type"]]).itemsize
        assert len(array["data"]) == size * int(np.prod(array["shape"], dtype=int))


ARRAYS = [
    (np.eye(3), "float64", 0),
    (np.float32([[1, 2]]), "float32", 0),
    (np.float32([[1, 2], [3, -4], [np.nan, np.inf]]), "float32", 2),
    (np.float32([1e-45, -0.0, 3e38]), "float32", 2),
    (np.int64([[7], [-(2**31)], [2**31 - 1]]), "int32", 1),
    (np.array([True]), "int32", 0),
    (np.int8([-128, 127, -128]), "int8", 1),
    (np.int8([-1]), "int8", 0),
    (np.zeros((3, 0), np.float32), "float32", 2),
    (np.zeros(0), "float64", 0),
    (np.float32(2), "float32", 0),
]


@pytest.mark.parametrize(("array", "kind", "order"), ARRAYS)
def test_an_array_survives_the_wire(array, kind, order):
    sent = wire.pack(1, 2, facts={}, arrays={"it": array})
    assert (sent["arrays"]["it"]["type"], sent["arrays"]["it"]["order"]) == (kind, order)
    again = received(sent, "it")
    assert again.shape == array.shape
    assert again.tobytes() == array.astype(kind).tobytes()


def test_what_changes_little_goes_out_small_where_the_link_compresses():
    sent = EpochStepper("moons", hidden_sizes=(8, 8), epochs=300)._sent
    for name, at_most in {"parameters": 0.5, "field": 0.9}.items():
        plain = received(sent, name).tobytes()
        assert len(zlib.compress(sent["arrays"][name]["data"])) < at_most * len(zlib.compress(plain))


@pytest.mark.parametrize(("facts", "arrays"), [({"start": "x"}, {}), ({}, {"id": [1]}), ({"x": 1}, {"x": [1]})])
def test_a_name_is_sent_once(facts, arrays):
    with pytest.raises(ValueError, match="is sent twice"):
        wire.pack(1, 0, facts=facts, arrays=arrays)


def test_the_methods_move_what_the_browser_sees(explorer):
    explorer.reset()
    start = position(explorer)
    explorer.step()
    assert position(explorer) == start + 1
    explorer.back()
    assert position(explorer) == start
    setattr(explorer, explorer.trait, 10**6)
    assert position(explorer) == explorer.frames
    setattr(explorer, explorer.trait, -3)
    assert position(explorer) == 0
    explorer.play()
    assert explorer.playing
    explorer.pause()
    assert not explorer.playing
    explorer.reset()
    assert position(explorer) == start


def test_what_is_on_screen_reaches_the_kernel_unless_it_is_out_of_date(explorer):
    explorer.reset()
    start = position(explorer)
    identity = explorer._sent["id"]
    moves = explorer._where["moves"]

    def show(position, by="one", playing=True, id=identity):
        place = {"position": position, "playing": playing, "picked": {}}
        explorer.set_state({"_shown": {**place, "moves": moves, "by": by, "id": id}})

    show(start + 1)
    show(start + 2)
    assert (position(explorer), explorer.playing) == (start + 2, True)
    assert explorer._where["by"] == "one"
    show(start + 1, id=identity - 1)  # of an earlier recording
    assert position(explorer) == start + 2
    setattr(explorer, explorer.trait, start + 1)
    assert (position(explorer), explorer.playing) == (start + 1, False)  # the code takes over
    assert (explorer._where["by"], explorer._where["moved"]) == ("", True)
    show(start + 3)  # was under way while the code moved
    assert (position(explorer), explorer.playing) == (start + 1, False)
    moves = explorer._where["moves"]
    show(start)
    show(start, by="another", playing=False)
    show(start + 1)  # was under way while the other window paused
    assert (position(explorer), explorer.playing) == (start, False)
    show(start + 1, by="another", playing=False)  # a step before the answer to its pause came back
    assert position(explorer) == start + 1
    explorer.reset()
    assert explorer._where["moved"]


@pytest.mark.parametrize("name", ["bench", "delta", "forward"])
def test_what_is_chosen_of_a_recording_is_known_to_the_kernel_and_to_every_window(name):
    explorer = make(name)
    (which, (first, count)) = list(explorer._pickable().items())[-1]
    assert explorer._where["picked"][which] == first
    other = (first + 1) % count
    shown = {"position": 3, "playing": False, "picked": {which: other}, "moves": explorer._where["moves"], "by": "one"}
    explorer.set_state({"_shown": {**shown, "id": explorer._sent["id"]}})
    assert (explorer._where["picked"][which], explorer._where["position"]) == (other, 3)
    ask(explorer, kind="change", settings={}, picked={which: first}, position=3)
    assert explorer._where["picked"][which] == first
    settings = {"setting": "one_layer"} if name == "bench" else {"keep": ["x[0]", 25]} if name == "forward" else {}
    recording = explorer._recording()
    ask(explorer, kind="change", settings=settings, picked={which: count}, position=3)
    assert explorer._recording() is recording  # all of it or nothing
    assert f"{which} is {count}; 0 to {count - 1} was expected." in explorer._problem["words"]
    assert explorer._where["picked"][which] == first


def test_the_code_chooses_the_mistake_and_the_number_that_moves():
    bench = make("bench")
    bench.play()
    bench.change(mistake="factor_two")
    assert (bench.mistake, bench.playing, bench._where["moved"]) == ("factor_two", True, False)
    assert "A factor 2 too many" in bench._sentence()
    bench.change("one_layer", mistake="slope_left_out")
    assert (bench.mistake, bench.bench.setting.name) == ("slope_left_out", "one_layer")
    assert ", no hidden layer, output " in bench._sent["facts"]["shape"]
    with pytest.raises(ValueError, match="nothing_wrong"):
        bench.change(mistake="nothing_wrong")
    forward = make("forward")
    forward.choose("b1[2]")
    forward.position = 30
    forward.choose("x[1]")
    assert (forward.chosen, forward.position, forward.sweeps.network.biases[0][2]) == ("x[1]", 20, 1.25)
    assert forward._sentence().endswith(forward.sweeps.words(1, 20))
    with pytest.raises(ValueError, match=r"name is 'W9'; one of x\[0\], "):
        forward.choose("W9")


def texts(facts):
    """Return every text of the facts, those that are code left out."""
    if isinstance(facts, str):
        return [facts]
    if isinstance(facts, dict):
        return [text for name, part in facts.items() if name != "code" for text in texts(part)]
    return [text for part in facts for text in texts(part)] if isinstance(facts, list | tuple) else []


def test_a_negative_number_has_a_sign_that_a_screen_reader_says(explorer):
    hyphens = [text for text in (*texts(explorer._sent["facts"]), explorer._sentence()) if HYPHEN.search(text)]
    assert hyphens == []
    assert [bool(HYPHEN.search(text)) for text in ("factor -1", "4.86e-79", "a 2-8-1 network")] == [True, True, False]


def test_the_code_moves_the_screen_also_to_where_it_takes_it_to_be(explorer):
    explorer.reset()
    start = position(explorer)
    explorer.play()  # from here on the screen may be further than is known here
    moves = explorer._where["moves"]
    setattr(explorer, explorer.trait, start)
    assert (position(explorer), explorer.playing) == (start, False)
    assert (explorer._where["position"], explorer._where["playing"], explorer._where["moved"]) == (start, False, True)
    assert explorer._where["moves"] > moves
    where = explorer._where
    setattr(explorer, explorer.trait, start)  # nothing plays, so both are where they are
    assert explorer._where == where


def test_a_pause_by_the_code_leaves_the_place_to_the_browser(explorer):
    explorer.reset()
    explorer.play()
    explorer.pause()
    assert not explorer._where["moved"]
    assert not explorer._where["playing"]


def test_nonsense_from_outside_is_answered_in_words_and_changes_nothing(explorer):
    before = explorer._sent["id"], position(explorer)
    ask(
        explorer,
        kind="change",
        position=before[1],
        settings={"graph": "cube", "data": "cube", "samples": 99, "keep": ["W9", 0], "setting": "cube", "depth": 1},
    )
    assert explorer._problem["words"].startswith("The change was not made. ")
    assert "Traceback" in explorer._problem["details"]
    assert (explorer._sent["id"], position(explorer)) == before


def test_a_step_sends_the_position_and_no_recording(explorer):
    sent = []
    explorer.observe(lambda change: sent.append(change["name"]))
    explorer.reset()
    sent.clear()
    explorer.step()
    assert sorted(sent) == sorted([explorer.trait, "_where"])


def test_where_nothing_moves_there_is_a_picture_with_its_text(explorer):
    data, _ = explorer._repr_mimebundle_()
    alt = re.search(r'<img[^>]* alt="([^"]+)"', data["text/html"]).group(1)
    assert len(alt) > 80
    assert explorer._sentence() == data["text/plain"]
    assert explorer.title.lower() in data["text/plain"].lower()


def test_the_still_picture_has_the_colors_of_the_course_and_not_those_of_matplotlib(explorer):
    png = re.search(r"base64,([^\"]+)", explorer._still()).group(1)
    found = np.asarray(Image.open(io.BytesIO(base64.b64decode(png))).convert("RGB")).reshape(-1, 3).astype(int)

    def pixels(color):
        return (np.abs(found - np.round(255 * np.array(to_rgb(color)))).max(axis=1) <= 4).sum()

    assert max(pixels(color) for color in COLORS) > 100
    assert [pixels(color) < 100 for color in ("tab:blue", "tab:orange", "tab:green")] == 3 * [True]


def test_the_words_come_with_every_position(explorer):
    words = explorer._sent["facts"].get("words")
    if words is None:
        return  # put together in the view; tests/browser reads it
    for texts in words if isinstance(words[0], list) else [words]:
        assert len(texts) == explorer.frames + 1
        assert all(text.endswith(".") for text in texts)


def test_its_page_fetches_nothing(explorer, tmp_path):
    text = explorer.to_html(tmp_path / "page.html").read_text(encoding="utf-8")
    assert "default-src 'none'" in text
    assert not re.findall(r"""(?:src|href)=["'](?!data:)""", text)
    assert not re.findall(r"\bimport\s*[({\"']", text)


@pytest.mark.parametrize(
    ("name", "error", "message"),
    [
        ("", IsADirectoryError, r" is a folder; a file was expected, such as .*explorer\.html"),
        ("none/page.html", FileNotFoundError, r"there is no folder .*none\. Make it first"),
    ],
)
def test_a_page_that_cannot_be_written_says_why(explorer, tmp_path, name, error, message):
    with pytest.raises(error, match=message):
        explorer.to_html(tmp_path / name)


@pytest.mark.parametrize("path", [None, 5, "", b"page.html"])
def test_a_page_needs_the_name_of_a_file(path):
    with pytest.raises(TypeError, match=f"path is {re.escape(repr(path))} .*, the name of a file was expected"):
        ChainExplorer().to_html(path)


def test_a_page_can_be_written_to_the_home_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    assert ChainExplorer().to_html("~/page.html") == tmp_path / "page.html"


def test_lecture_is_true_or_false():
    with pytest.raises(TypeError, match="True or False was expected"):
        ChainExplorer(lecture="yes")
    assert ChainExplorer(lecture=True).lecture


def test_another_chain_is_a_new_recording_at_its_own_start():
    explorer = ChainExplorer("square")
    first = explorer._sent["id"]
    explorer.change("two_paths")
    assert (explorer._sent["id"], explorer.x) == (first + 1, 2.0)
    explorer.change("two_paths")
    assert explorer._sent["id"] == first + 1
    with pytest.raises(ValueError, match="Known: square"):
        explorer.change("cube")


def test_the_curves_of_a_chain_far_from_zero_are_sent_as_fine_as_they_are_seen():
    far = Box("C", "x", ("x",), lambda x: x, (lambda x: 1.0,))
    explorer = ChainExplorer(Graph("Far", "x", (far,), 1e9, 1e9 + 1, 1e9))
    curves = received(explorer._sent, "curves")
    np.testing.assert_allclose(np.ptp(curves, axis=-1), 1.0)
    assert received(make("chain")._sent, "curves").dtype == np.float32
