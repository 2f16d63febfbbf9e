"""What the epoch stepper shows beside its curves: units, weights, images, a frozen run, and samples edited by hand."""

import itertools
import re

import numpy as np
import pytest
from conftest import ask_kernel, await_kernel, notebook
from looks import axe_violations, faults
from test_epoch_stepper_in_lab import SCREENSHOTS, Stepper
from test_pages import Page

from backprop_lib import activations
from backprop_lib.numerals import readable
from backprop_lib.plots.boundary import round_levels
from backprop_lib.widgets import EpochStepper, wire
from backprop_lib.widgets.explorer import joined
from backprop_lib.widgets.page import _plain

UNITS = """async ([source, sent, epoch, inputs]) => {
    const { bytesAgain, unpack, hiddenActivations } = await import(
        URL.createObjectURL(new Blob([source], { type: 'text/javascript' })));
    const layers = hiddenActivations(unpack(bytesAgain(sent)), epoch, Float64Array.from(inputs));
    return layers.map(({ units, z, a }) => [units, Array.from(z), Array.from(a)]);
}"""


@pytest.mark.parametrize("hidden", activations.ACTIVATIONS)
def test_what_a_unit_is_said_to_compute_is_what_it_computes(chromium, hidden):
    stepper = EpochStepper("moons", hidden_sizes=(5, 3), hidden=hidden, epochs=4, learning_rate=0.1)
    stepper.epoch = 3
    inputs = np.random.default_rng(0).normal(size=(20, 2)) * 10  # also where the samples of the activation end
    forward = stepper.network.forward(inputs)
    source = joined("bytes.js", "parts.js", "shared.js", "run_panels.js", "run_network.js")
    source += "\nexport { bytesAgain, unpack, hiddenActivations };"
    page = chromium.new_page()
    layers = page.evaluate(UNITS, [source, _plain(stepper._sent), 3, inputs.ravel().tolist()])
    page.close()
    assert [units for units, _, _ in layers] == [5, 3]
    for layer, (units, z, a) in enumerate(layers):
        np.testing.assert_allclose(np.reshape(a, (20, units)), forward.a[layer + 1], atol=2e-4 * 10**layer)
        np.testing.assert_allclose(np.reshape(z, (20, units)), forward.z[layer], atol=2e-3 * layer + 1e-5)


BYTES = """async ([source, sent]) => {
    const { bytesAgain, unpack } = await import(
        URL.createObjectURL(new Blob([source], { type: 'text/javascript' })));
    return Array.from(new Uint8Array(unpack(bytesAgain(sent)).it.buffer));
}"""


@pytest.mark.parametrize("kind", ["float64", "float32", "int32", "int8"])
def test_every_bit_of_an_array_reaches_the_browser(chromium, kind):
    dtype = np.dtype(wire.TYPES[kind])
    shape = (7, 3, 5)  # seven positions
    noise = np.random.default_rng(0).bytes(dtype.itemsize * int(np.prod(shape)))  # all sizes, and NaN
    sent = wire.pack(1, 6, facts={}, arrays={"it": np.frombuffer(noise, dtype).reshape(shape)})
    assert sent["arrays"]["it"]["order"] == {"float64": 0, "float32": 2, "int32": 1, "int8": 1}[kind]
    page = chromium.new_page()
    source = joined("bytes.js", "parts.js", "shared.js") + "\nexport { bytesAgain, unpack };"
    assert bytes(page.evaluate(BYTES, [source, _plain(sent)])) == noise
    page.close()


FIELD = """async ([source, sent]) => {
    const { bytesAgain, unpack, fieldOf } = await import(
        URL.createObjectURL(new Blob([source], { type: 'text/javascript' })));
    return Array.from(fieldOf(unpack(bytesAgain(sent))));
}"""


def test_the_prediction_is_read_back_as_it_was_sent(chromium):
    stepper = EpochStepper("moons", hidden_sizes=(8,), epochs=30, learning_rate=2.0)
    field = stepper.recording.field
    changes = np.abs(np.diff(np.sign(2 * field - 1) * np.sqrt(np.abs(2 * field - 1)), axis=0)).max()
    assert changes > 128 / 127, "no change is too large for a byte, so nothing is seen of the modulus"
    source = joined("bytes.js", "parts.js", "shared.js", "run_panels.js") + "\nexport { bytesAgain, unpack, fieldOf };"
    page = chromium.new_page()
    back = page.evaluate(FIELD, [source, _plain(stepper._sent)])
    page.close()
    np.testing.assert_allclose(np.reshape(back, field.shape), field, atol=0.5 / 127)


@pytest.fixture
def opened(request, chromium, tmp_path):
    data, settings = request.param
    page = Page(chromium, EpochStepper(data, epochs=20, **settings).to_html(tmp_path / "run.html"))
    yield page
    assert page.problems == []
    page.close()


# Each canvas keeps what was written, marked and painted on it since it was last cleared.
WATCH = """
    const pens = CanvasRenderingContext2D.prototype;
    const before = (name, note) => {
        const real = pens[name];
        pens[name] = function (...given) {
            const { e, f } = this.getTransform();
            note(this.canvas.drawn ??= { texts: [], marks: [], images: [] }, given, [e, f], this);
            return real.apply(this, given);
        };
    };
    window.Path2D = class extends Path2D {
        constructor(shape) {
            super(shape);
            this.shape = shape;
        }
    };
    before("clearRect", (drawn) => Object.values(drawn).forEach((list) => (list.length = 0)));
    before("fillText", ({ texts, marks }, [text, x, y], _, pen) => {
        const { width, actualBoundingBoxAscent: up, actualBoundingBoxDescent: down } = pen.measureText(text);
        texts.push({ text, box: [x - width / 2, y - up, x + width / 2, y + down], after: marks.length });
    });
    before("fill", ({ marks }, [path], place) => path && marks.push([path.shape, ...place]));
    before("drawImage", ({ images }, [image, left, top, width, height]) => {
        const { data } = image.getContext("2d").getImageData(0, 0, image.width, image.height);
        const reds = Array.from({ length: data.length / 4 }, (_, i) => data[4 * i]);
        images.push({ reds, box: [left, top, left + width, top + height] });
    });
"""


class Watched:
    """A browser whose canvases keep what is drawn."""

    def __init__(self, browser):
        self.browser = browser

    def new_context(self, **settings):
        context = self.browser.new_context(**settings)
        context.add_init_script(WATCH)
        return context


def drawn(page):
    """Return what was drawn in the third panel."""
    return page.root.locator("canvas").nth(2).evaluate("canvas => canvas.drawn")


def plane_of_numbers(**settings):
    rng = np.random.default_rng(0)
    X, held_out = rng.uniform(-1, 1, (60, 2)), rng.uniform(-1, 1, (15, 2))
    y, held_out_y = (3 * np.sin(2 * part[:, 0]) * part[:, 1] + 1 for part in (X, held_out))
    return EpochStepper((X, y), held_out=(held_out, held_out_y), hidden_sizes=(8,), epochs=60, **settings)


@pytest.mark.parametrize(("width", "lecture"), [(1366, False), (700, False), (1366, True)])
def test_numbers_over_a_plane_have_lines_with_round_values_on_them(chromium, tmp_path, width, lecture):
    stepper = plane_of_numbers(learning_rate=0.2, lecture=lecture)
    recording = stepper.recording
    path = stepper.to_html(tmp_path / "run.html")
    page = Page(Watched(chromium), path, viewport={"width": width, "height": 900})
    canvas = page.root.locator("canvas").nth(2)
    for epoch in (0, 7, 30, 60):
        page.scrub.fill(str(epoch))
        field = recording.field[epoch]
        reach = f"prediction {readable(field.min())} to {readable(field.max())}"
        assert canvas.get_attribute("aria-label").endswith(reach)
        assert page.root.locator(".bp-legend li", has_text=reach).count() == 1
        seen = drawn(page)
        labels = [one for one in seen["texts"] if one["after"] == len(seen["marks"]) == 75]  # written over the samples
        values = {float(one["text"].replace("−", "-")) for one in labels}
        assert sorted(values) == pytest.approx(round_levels(field.min(), field.max()), abs=1e-9)
        outer = seen["images"][0]["box"]
        for left, top, right, bottom in (one["box"] for one in labels):
            assert outer[0] < left < right < outer[2]
            assert outer[1] < top < bottom < outer[3]
        for a, b in itertools.combinations([one["box"] for one in labels], 2):
            assert a[2] < b[0] or b[2] < a[0] or a[3] < b[1] or b[3] < a[1]
    assert page.problems == []
    assert axe_violations(page.page) == []
    page.close()


def test_numbers_over_a_plane_are_told_apart_by_shape_and_so_is_what_is_held_out(chromium, tmp_path):
    stepper = plane_of_numbers()
    page = Page(Watched(chromium), stepper.to_html(tmp_path / "run.html"))
    marks = drawn(page)["marks"]
    entries = page.root.locator(".bp-panel").nth(2).locator(".bp-legend li")
    shapes = [[path.get_attribute("d") for path in entry.locator("path").all()] for entry in entries.all()]
    texts = entries.all_inner_texts()
    page.close()
    (X, y), (held_out, held_out_y) = stepper.training_data, stepper.held_out_data
    targets = np.concatenate([held_out_y, y]).ravel()  # drawn in this order
    middle = (targets.min() + targets.max()) / 2
    is_high = (targets >= middle).tolist()
    (low,), (high,), held = shapes[:3]
    assert len({low, high, *held}) == 4
    expected = [*(held[one] for one in is_high[:15]), *((low, high)[one] for one in is_high[15:])]
    assert [shape for shape, _, _ in marks] == expected
    across = np.concatenate([held_out, X])[:, 0]
    np.testing.assert_allclose(np.corrcoef([x for _, x, _ in marks], across)[0, 1], 1)
    assert texts[:3] == [
        f"targets {readable(targets.min())} to below {readable(middle)}",
        f"targets {readable(middle)} to {readable(targets.max())}",
        "held out",
    ]


@pytest.mark.parametrize(
    ("targets", "epochs", "expected"),
    [
        (
            4e5 + np.arange(5),
            300,
            r"targets 4\.00000e\+05 to below 4\.00002e\+05, .* to 4\.00004e\+05",
        ),
        (np.full(5, 3.0), 300, r"all targets 3\.0000, prediction 3\.0000$"),
        (np.arange(5) % 3, 1, r"targets 0 to below 1\.0000, targets 1\.0000 to 2\.0000"),
    ],
)
def test_targets_close_together_and_one_target_alone_are_told(chromium, tmp_path, targets, epochs, expected):
    X = np.array([[0, 0], [0, 1], [1, 0], [1, 1], [0.5, 0.5]])
    stepper = EpochStepper((X, targets), hidden_sizes=(), learning_rate=0.5, epochs=epochs)
    page = Page(Watched(chromium), stepper.to_html(tmp_path / "run.html"))
    page.scrub.fill(str(epochs))
    assert re.search(expected, page.root.locator("canvas").nth(2).get_attribute("aria-label"))
    assert page.trouble == ""
    assert len(drawn(page)["marks"]) == 5
    page.close()


LEVELS = """async ([source, spans]) => {
    const { roundLevels } = await import(URL.createObjectURL(new Blob([source], { type: 'text/javascript' })));
    return spans.map(([low, high]) => roundLevels(low, high));
}"""


def test_the_browser_and_the_still_picture_take_the_same_round_values(chromium):
    rng = np.random.default_rng(0)
    low, span = rng.normal(size=300), 10.0 ** rng.uniform(-7, 6, 300)
    spans = [*zip(low, low + span, strict=True), (0, 1), (-3e-5, -1e-5), (2, 2), (-0.3, 0.9)]
    source = joined("parts.js", "shared.js", "run_panels.js") + "\nexport { roundLevels };"
    page = chromium.new_page()
    found = page.evaluate(LEVELS, [source, [[float(a), float(b)] for a, b in spans]])
    page.close()
    for levels, (a, b) in zip(found, spans, strict=True):
        np.testing.assert_allclose(levels, round_levels(a, b), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("shift", [0.0, -0.5, -1.0, -3.0])
def test_images_keep_their_gray_levels_wherever_their_zero_lies(chromium, tmp_path, shift):
    rng = np.random.default_rng(0)
    ink = rng.permuted(np.tile(np.linspace(0, 1, 9), (12, 1)), axis=1)  # each image has nine levels, 0 to 1
    stepper = EpochStepper((ink + shift, np.arange(12) % 3), epochs=2)
    page = Page(Watched(chromium), stepper.to_html(tmp_path / "run.html"))
    images = np.array([one["reds"] for one in drawn(page)["images"]])
    page.close()
    shown, _ = stepper.recording.shown
    np.testing.assert_allclose(images, 255 - 235 * (shown - shift), atol=1)
    assert [len(set(image)) for image in images.tolist()] == [9] * 12


FOLDS = {"Weights as pictures": 2, "What each unit computes": 1}
KINDS = [
    ("moons", {"hidden_sizes": (6,)}),
    ("noisy_sine", {"hidden_sizes": (6,), "learning_rate": 0.2}),
    ("digits", {"hidden_sizes": (20,), "hidden": "relu", "batch_size": 64}),
]


@pytest.mark.parametrize("opened", KINDS, indirect=True, ids=lambda kind: kind[0])
def test_weights_and_units_are_drawn_and_change_with_the_epoch(opened):
    for title, count in FOLDS.items():
        opened.root.get_by_text(title).click()
        canvases = opened.root.locator("details[open] .bp-fitted")
        canvases.nth(count - 1).wait_for()
        assert canvases.count() == count
        opened.scrub.fill("3")
        at_3 = [canvas.evaluate("canvas => canvas.toDataURL()") for canvas in canvases.all()]
        opened.scrub.fill("20")
        for canvas, before in zip(canvases.all(), at_3, strict=True):
            assert canvas.evaluate("canvas => canvas.toDataURL()") != before
            assert "at epoch 20: " in canvas.get_attribute("aria-label")
            assert canvas.evaluate("canvas => canvas.clientHeight > 20 && canvas.width > 100")
        opened.scrub.fill("3")
        assert [canvas.evaluate("canvas => canvas.toDataURL()") for canvas in canvases.all()] == at_3
        opened.root.get_by_text(title).click()


def test_the_update_ratio_takes_the_place_of_the_gradient(chromium, tmp_path):
    stepper = EpochStepper("moons", epochs=20)
    page = Page(chromium, stepper.to_html(tmp_path / "run.html"))
    page.scrub.fill("7")
    page.root.get_by_label("Per layer").select_option("update / weight")
    ratios = stepper.recording.update_ratios[6]
    listed = [f"layer {layer} {ratio:.4f}" for layer, ratio in enumerate(ratios, start=1)]
    for one in listed:
        assert page.root.locator(".bp-legend").get_by_text(one).is_visible()
    in_words = f" Norm of the update / norm of W: {', '.join(listed)}."
    assert page.words == stepper.recording.words(7) + in_words
    page.root.get_by_label("Per layer").select_option("gradient magnitude")
    assert page.words == stepper.recording.words(7)
    page.root.get_by_label("Per layer").select_option("update / weight")
    page.scrub.fill("0")
    assert page.root.locator(".bp-legend").get_by_text("layer 1 –").is_visible()
    assert page.words == f"{stepper.recording.words(0)} Before epoch 1 there is no update."
    assert page.problems == []
    page.close()


@pytest.mark.parametrize("opened", KINDS[:1], indirect=True, ids=["moons"])
def test_both_shapes_of_the_samples_held_out_are_in_the_legend(opened):
    entry = opened.root.locator(".bp-legend li", has_text="held out").last
    marks = entry.locator("path")
    drawn = {(mark.get_attribute("d"), mark.get_attribute("fill")) for mark in marks.all()}
    assert len(drawn) == 2
    assert {fill for _, fill in drawn} == {"none"}


@pytest.mark.parametrize("opened", KINDS[2:], indirect=True, ids=["digits"])
def test_the_misread_images_are_named(opened):
    opened.scrub.fill("0")
    canvas = opened.root.locator("canvas").nth(2)
    label = canvas.get_attribute("aria-label")
    right = int(re.search(r"(\d+) of these 12 read correctly", label).group(1))
    assert len(re.findall(r"\d as \d with \d+ %", label)) == 12 - right
    opened.scrub.fill("20")
    assert canvas.get_attribute("aria-label") != label


@pytest.mark.parametrize("opened", KINDS[:1], indirect=True, ids=["moons"])
def test_a_run_is_frozen_and_dropped_without_a_kernel(opened):
    opened.scrub.fill("9")
    words = opened.words
    opened.click("Freeze this run")
    assert opened.root.locator("canvas:visible").count() == 6
    assert opened.words.startswith(f"{words} Frozen run: training loss ")
    assert opened.words.endswith(" at epoch 9 of 20.")
    opened.click("Step")
    assert opened.words.endswith(" at epoch 10 of 20.")
    assert axe_violations(opened.page) == []
    opened.click("Drop the frozen run")
    assert opened.root.locator("canvas:visible").count() == 3
    opened.click("Back")
    assert opened.words == words


@pytest.mark.parametrize("opened", KINDS[:1], indirect=True, ids=["moons"])
def test_without_a_kernel_a_sample_is_not_put_in_and_that_is_said(opened):
    opened.root.get_by_label("Edit samples").select_option("add class 1")
    assert "Click into the plot." in opened.root.locator(".bp-note").inner_text()
    opened.root.get_by_role("application").click()
    assert "This page has no kernel" in opened.root.get_by_role("alert").inner_text()
    assert "Put in" not in opened.root.inner_text()
    opened.root.get_by_label("Edit samples").select_option("off")
    opened.root.get_by_label("Seed").fill("-3")
    opened.root.get_by_label("Seed").blur()
    assert opened.root.get_by_label("Seed").input_value() == "0"
    assert "a whole number from 0 to 999999 was expected" in opened.root.get_by_role("alert").inner_text()


def note(stepper):
    return stepper.root.locator(".bp-note").inner_text()


def await_note(stepper, pattern):
    stepper.page.wait_for_function(
        "([element, pattern]) => new RegExp(pattern).test(element.textContent)",
        arg=[stepper.root.locator(".bp-note").element_handle(), pattern],
    )


@pytest.fixture(scope="module")
def in_lab(lab):
    cell = "from backprop_lib.widgets import EpochStepper\nstepper = EpochStepper('moons', epochs=40)\nstepper"
    page = lab.open(notebook(lab, "run_views", cell, "stepper"))
    assert lab.run_all(page) == []
    yield page
    assert page.problems == []
    page.context.close()


@pytest.fixture
def stepper(in_lab):
    ask_kernel(
        in_lab, "[stepper.unfreeze(), stepper.change(data='moons', seed=0, added=(), removed=()), stepper.reset()]"
    )
    found = Stepper(in_lab)
    found.await_words("^Epoch 0 of 40")
    return found


def test_a_seed_from_the_box_draws_another_run(in_lab, stepper):
    before = stepper.words
    box = stepper.root.get_by_label("Seed")
    box.fill("12")
    box.press("Enter")
    await_kernel(in_lab, "stepper.recording.settings.seed", 12)
    in_lab.wait_for_function(
        "([element, before]) => element.textContent !== before && element.textContent.startsWith('Epoch 0')",
        arg=[stepper.root.get_by_role("status").element_handle(), before],
    )
    stepper.root.get_by_text("This run as Python code").click()
    code = stepper.root.get_by_role("region", name="Python code").inner_text()
    assert "default_rng(12)" in code
    assert code.strip() == ask_kernel(in_lab, "stepper.code()").strip()
    stepper.root.get_by_text("This run as Python code").click()


def test_samples_are_put_in_and_taken_out_by_click(in_lab, stepper):
    stepper.go_to(30)
    loss = stepper.words
    stepper.choose("Edit samples", "add class 0")
    plot = stepper.root.get_by_role("application")
    box = plot.bounding_box()
    at = {"x": box["width"] * 0.8, "y": box["height"] * 0.5}
    plot.click(position=at)
    await_kernel(in_lab, "len(stepper.training_data[0])", 151)
    await_note(stepper, "^Put in: a sample of class 0 at x₁")
    assert stepper.epoch == 30
    assert stepper.words.split(":")[1] != loss.split(":")[1]
    sample = ask_kernel(in_lab, "[*stepper.training_data[0][-1], *stepper.training_data[1][-1]]")
    said = re.search(r"at x₁ ([\d.−]+), x₂ ([\d.−]+)\. Trained", note(stepper)).groups()
    assert [float(text.replace("−", "-")) for text in said] == pytest.approx(sample[:2], abs=6e-5)
    assert sample[2] == 0
    stepper.choose("Edit samples", "remove")
    plot.click(position=at)
    await_kernel(in_lab, "len(stepper.training_data[0])", 150)
    await_note(stepper, "^Taken out: the sample at x₁")
    assert stepper.words.split(":")[1] == loss.split(":")[1]
    plot.click(position={"x": box["width"] * 0.2, "y": box["height"] * 0.8})  # where no sample lies
    await_note(stepper, "No sample is near x₁")
    stepper.choose("Edit samples", "off")
    await_kernel(in_lab, "[stepper.epoch, len(stepper.training_data[0])]", [30, 150])


def test_clicks_that_come_faster_than_the_kernel_trains_are_all_kept(in_lab, stepper):
    stepper.choose("Edit samples", "add class 1")
    stepper.root.get_by_role("application").evaluate(
        """canvas => {
            const frame = canvas.getBoundingClientRect();
            for (const part of [0.3, 0.4, 0.5, 0.6, 0.7]) {
                const [clientX, clientY] = [frame.left + part * frame.width, frame.top + 0.3 * frame.height];
                canvas.dispatchEvent(new MouseEvent('click', { clientX, clientY, bubbles: true }));
            }
        }"""
    )
    await_kernel(in_lab, "len(stepper.training_data[0])", 155)
    stepper.choose("Edit samples", "off")


def test_samples_are_put_in_and_taken_out_by_the_keyboard_alone(in_lab, stepper):
    stepper.choose("Edit samples", "add class 1")
    plot = stepper.root.get_by_role("application")
    plot.focus()
    for key in ("ArrowRight", "ArrowRight", "ArrowUp", "Shift+ArrowUp"):
        in_lab.keyboard.press(key)
    await_note(stepper, r"At x₁ [\d.−]+, x₂ [\d.−]+, on (no sample|a sample of class [01])\.")
    assert stepper.epoch == 0  # the arrows moved the mark and not the epoch
    in_lab.screenshot(path=SCREENSHOTS / "stepper_editing.png")
    in_lab.keyboard.press("Enter")
    await_kernel(in_lab, "len(stepper.training_data[0])", 151)
    await_note(stepper, "^Put in: a sample of class 1 at")
    in_lab.keyboard.press("Delete")
    await_kernel(in_lab, "stepper.recording.settings.added", [])
    stepper.choose("Edit samples", "off")
    assert stepper.root.get_by_role("application").count() == 0


def test_two_runs_stand_side_by_side_and_a_second_window_sees_them_too(lab, in_lab, stepper):
    stepper.go_to(40)
    first = stepper.loss
    stepper.click("Freeze this run")
    await_kernel(in_lab, "stepper.frozen", True)
    stepper.choose("Activation", "relu")
    stepper.await_words(r"^Epoch 0 of 40.*Frozen run: training loss")
    stepper.go_to(40)
    stepper.await_words(f"Frozen run: training loss {first:.4f} at epoch 40 of 40.")
    assert stepper.loss != first
    assert faults(stepper.root) == []
    in_lab.screenshot(path=SCREENSHOTS / "stepper_frozen.png")
    second = Stepper(in_lab, nth=1)
    second.await_words(f"Frozen run: training loss {first:.4f} at epoch 40 of 40.")
    ask_kernel(in_lab, "stepper.unfreeze()")
    stepper.root.get_by_role("button", name="Freeze this run").wait_for()
    assert "Frozen" not in second.words


def test_the_digits_can_be_chosen(in_lab, stepper):
    stepper.choose("Data", "Handwritten digits")
    stepper.await_words(r"^Epoch 0 of 40: .*1348 training images are read correctly, \d+ of 449 held out\.")
    assert not stepper.root.get_by_label("Edit samples").is_visible()
    stepper.go_to(40)
    in_lab.screenshot(path=SCREENSHOTS / "stepper_digits.png")
    assert faults(stepper.root) == []


@pytest.mark.parametrize(
    ("name", "y", "choice", "said"),
    [
        ("classes_on_a_line", "(x > 0) * 1.0", "add class 0", "a sample of class 0 at x {0}, y 0"),
        ("numbers_on_a_line", "3 * x", "add a sample", "a sample at x {0}, y {1}"),
        ("numbers_over_a_plane", "x + 2", "add 1.0000", "a sample with target 1.0000 at x₁ {0}, x₂ {1}"),
    ],
)
def test_what_is_put_in_is_said_as_it_is(lab, name, y, choice, said):
    cell = f"""import numpy as np
from backprop_lib.widgets import EpochStepper
x = np.linspace(-1, 1, 21)[:, np.newaxis]
X = {"np.hstack([x, x**2])" if "plane" in name else "x"}
stepper = EpochStepper((X, {y}), epochs=10)
stepper"""
    page = lab.open(notebook(lab, name, cell))
    assert lab.run_all(page) == []
    stepper = Stepper(page)
    stepper.choose("Edit samples", choice)
    stepper.root.get_by_role("application").click(position={"x": 150, "y": 60})
    await_note(stepper, "^Put in: ")
    sample = ask_kernel(page, "[*stepper.training_data[0][-1], *stepper.training_data[1][-1]]")
    assert note(stepper) == f"Put in: {said.format(*map(readable, sample))}. Trained anew from epoch 0."
    assert "class" not in name or sample[-1] == 0
    stepper.choose("Edit samples", "put all back")
    await_note(stepper, "^All samples are as they were")
    await_kernel(page, "len(stepper.training_data[0])", 21)
    assert page.problems == []
    page.context.close()


def test_samples_put_in_stay_with_the_data_they_were_put_into_however_fast_the_data_change(in_lab, stepper):
    stepper.choose("Edit samples", "add class 1")
    stepper.root.evaluate(
        """root => {
            const canvas = root.querySelector('[role=application]');
            const data = root.querySelectorAll('select')[1];
            const click = part => {
                const frame = canvas.getBoundingClientRect();
                const [clientX, clientY] = [frame.left + part * frame.width, frame.top + 0.3 * frame.height];
                canvas.dispatchEvent(new MouseEvent('click', { clientX, clientY, bubbles: true }));
            };
            [0.4, 0.5, 0.6].forEach(click);
            data.selectedIndex = [...data.options].findIndex(option => option.textContent === 'Rings');
            data.dispatchEvent(new Event('change'));
            click(0.7);
        }"""
    )
    await_note(stepper, "^$")
    await_kernel(in_lab, "[stepper.recording.settings.data, len(stepper.training_data[0])]", ["rings", 150])


def test_a_run_without_an_epoch_does_not_play(chromium, tmp_path):
    made = EpochStepper("noisy_sine", learning_rate=1e300, epochs=5)
    assert made.frames == 0
    page = Page(chromium, made.to_html(tmp_path / "run.html"))
    assert page.button("Play").get_attribute("aria-disabled") == "true"
    page.button("Play").dispatch_event("click")  # `click` itself waits for a button that is enabled
    assert page.button("Play").is_visible()
    assert "the run diverged" in page.words
    assert page.problems == []
    page.close()
