"""Numbers, tables, and pictures with their words and tables: as HTML, as text, and in every export of a notebook."""

import re
from html.parser import HTMLParser

import matplotlib
import matplotlib.pyplot as plt
import nbformat
import numpy as np
import pytest
from nbconvert import HTMLExporter, LatexExporter, MarkdownExporter, SlidesExporter

from backprop_lib import plots
from backprop_lib.activations import relu
from backprop_lib.numerals import is_number, number
from backprop_lib.running_example import running_example
from backprop_lib.tables import Marked

SENTENCE = 'A "line" rises from 0 to 4 & ends there.'


@pytest.fixture(autouse=True)
def closed_figures():
    matplotlib.use("agg")
    yield
    plt.close("all")


# ---- numbers -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (2.5, "2.5"),
        (2.0, "2"),
        (0.0, "0"),
        (-0.0, "0"),
        (-1.25, "−1.25"),
        (1 / 3, "0.3333"),
        (-0.00006, "−0.0001"),
        (-0.00004, "−4e−05"),
        (1.234e-9, "1.23e−09"),
        (3, "3"),
        (12_345, "12,345"),
        (12_345.5, "12,345.5"),
        (9999, "9999"),
        (10**9, "1,000,000,000"),
        (1.5e9, "1.5e+09"),
        (np.float32(0.1), "0.1"),
        (np.int64(-7), "−7"),
        (np.array([0.5]), "0.5"),
        (np.nan, "nan"),
        (-np.inf, "−∞"),
    ],
)
def test_a_number_is_rounded_without_idle_zeros_and_never_a_negative_zero(value, text):
    assert number(value) == text


def test_decimals_and_places_are_kept():
    assert number(2.0, 2, places=2) == "2.00"
    assert number(0.5, 2, places=4) == "0.50"
    assert number(-0.0, places=1) == "0.0"
    assert number(2.6, 0) == "3"
    assert number(0.4, 0) == "4e−01"
    assert number(-2.5, minus="-") == "-2.5"


@pytest.mark.parametrize("value", [1, 1.0, np.float32(1), np.int64(1), np.array(1.0), np.array([[2]])])
def test_a_single_number_is_a_number(value):
    assert is_number(value)


@pytest.mark.parametrize("value", [True, np.True_, "1", None, [1], np.array([1, 2]), np.array(["1"]), 1j])
def test_what_is_no_single_number_is_none(value):
    assert not is_number(value)


# ---- tables ------------------------------------------------------------------------------------------------------


class Cells(HTMLParser):
    """The tags of a table with their attributes, and the text in each."""

    def __init__(self, html):
        super().__init__()
        self.cells, self.open = [], []
        self.feed(html)
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.open.append(tag)
        self.cells.append([tag, dict(attrs), ""])

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open:
            self.cells[-1][2] += data.strip()

    def named(self, tag):
        return [(attrs, text) for name, attrs, text in self.cells if name == tag]


ROWS = [["W < 1", 0.5, -1.25, 3], ["b", 1.0, -0.0, 12_345], ["none", None, 2.0, 0]]
COLUMNS = ["parameter", "value", "gradient & sign", "count"]


def test_a_table_has_a_caption_and_headings_with_their_scope():
    cells = Cells(plots.table(ROWS, COLUMNS, "What <it> shows").html)
    assert cells.named("caption") == [({}, "What <it> shows")]
    headings = cells.named("th")
    assert [text for attrs, text in headings if attrs["scope"] == "col"] == COLUMNS
    assert [text for attrs, text in headings if attrs["scope"] == "row"] == ["W < 1", "b", "none"]
    assert [text for _, text in cells.named("td")] == [
        *("0.5", "−1.25", "3"),
        *("1.0", "0.00", "12,345"),
        *("–", "2.00", "0"),
    ]


def test_numbers_stand_to_the_right_and_words_to_the_left_and_no_color_is_set():
    html = plots.table(ROWS, COLUMNS).html
    cells = Cells(html)
    sides = {text: attrs["style"] for name in ("th", "td") for attrs, text in cells.named(name)}
    assert sides["parameter"] == sides["b"] == "text-align: left"
    assert sides["count"] == sides["−1.25"] == sides["–"] == "text-align: right"
    assert set(re.findall(r"[\w-]+(?=: )", " ".join(re.findall(r'style="([^"]*)"', html)))) == {"text-align"}
    assert "<caption>" not in html


def test_a_table_without_row_headers_has_none():
    cells = Cells(plots.table(np.eye(2), ["a", "b"], row_headers=False).html)
    assert [attrs["scope"] for attrs, _ in cells.named("th")] == ["col", "col"]
    assert [text for _, text in cells.named("td")] == ["1", "0", "0", "1"]


def test_a_table_as_text_stands_in_columns():
    table = plots.table(ROWS, COLUMNS, "Two parameters")
    assert repr(table) == table.text == table._repr_mimebundle_()["text/plain"]
    assert table.text.splitlines() == [
        "Two parameters",
        "parameter  value  gradient & sign   count",
        "---------  -----  ---------------  ------",
        "W < 1        0.5            -1.25       3",
        "b            1.0             0.00  12,345",
        "none           –             2.00       0",
    ]


def test_a_column_shows_the_decimals_that_its_longest_number_needs_and_no_more_than_allowed():
    table = plots.table([[0.123456], [2.0], [1e-9]], ["x"], decimals=3)
    assert [line.strip() for line in table.text.splitlines()[2:]] == ["0.123", "2.000", "1e-09"]


def test_a_caption_stands_above_the_rows_unless_it_is_asked_for_below():
    above, below = (plots.table([["b", 1]], ["p", "n"], "All <1>", caption_below=side) for side in (False, True))
    lines = ["p  n", "-  -", "b  1"]
    assert above.text.splitlines() == ["All <1>", *lines]
    assert below.text.splitlines() == [*lines, "All <1>"]
    assert Cells(above.html).named("caption") == [({}, "All <1>")]
    assert Cells(below.html).named("caption") == [({"style": "text-align: left; caption-side: bottom"}, "All <1>")]
    assert plots.table([["b", 1]], ["p", "n"], caption_below=True).text.splitlines() == lines


def test_marked_words_are_marked_up_in_html_and_plain_in_text():
    heading, cell = Marked("a_long", "a_<wbr/>long"), Marked("a<b", "<strong>a&lt;b</strong>")
    table = plots.table([["x", cell], ["y", "a<b"]], ["p", heading])
    assert table.text.splitlines() == ["p  a_long", "-  ------", "x  a<b", "y  a<b"]
    assert table.html.count("<strong>a&lt;b</strong></td>") == 1
    assert table.html.count(">a&lt;b</td>") == 1
    assert "a_<wbr/>long</th>" in table.html


def test_a_table_without_rows_shows_its_headings():
    assert plots.table([], ["a", "b"]).text == "a  b\n-  -"


@pytest.mark.parametrize(
    ("rows", "columns", "message"),
    [
        ([[1, 2], [3]], ["a", "b"], "row 1 of the table has 1 values, 2 were expected: a, b"),
        ([[1, 2, 3]], ["a", "b"], "row 0 of the table has 3 values"),
        ([], [], "at least one column"),
        ([1, 2], ["a"], "row 0 of the table is 1; a list with a value for each column was expected"),
        (["ab"], ["a", "b"], "row 0 of the table is 'ab'"),
        ([[1]], "a", "columns is 'a'; a list of names was expected"),
    ],
)
def test_a_ragged_table_is_refused_in_words(rows, columns, message):
    with pytest.raises(ValueError, match=message):
        plots.table(rows, columns)


# ---- pictures with a table ---------------------------------------------------------------------------------------


def with_table():
    network, X, y = running_example()
    forward = network.forward(X[:1])
    gradients = network.backward(forward, y[:1])
    table = plots.network_table(network, forward, gradients)
    return plots.picture(plots.network_diagram(network, forward, gradients), SENTENCE, table)


def test_a_picture_without_a_table_is_an_image_alone():
    picture = plots.picture(plots.activation_and_slope(relu), SENTENCE)
    assert re.fullmatch(r"<img [^<>]+>", picture.html)
    assert picture.text == SENTENCE


def test_a_picture_with_a_table_has_it_folded_below_and_in_its_text():
    picture = with_table()
    html, text = (picture._repr_mimebundle_()[kind] for kind in ("text/html", "text/plain"))
    image, rest = html.split("\n", 1)
    assert re.fullmatch(r"<img [^<>]+>", image)
    assert rest.startswith("<details><summary>The numbers as a table</summary>\n<table>")
    assert rest.endswith("</table>\n</details>")
    assert text == f"{SENTENCE}\n\n{picture.table.text}" == repr(picture)
    assert "\n\n" not in html, "Markdown would end the HTML at an empty line"


def test_what_is_no_table_is_refused():
    with pytest.raises(TypeError, match="table is list"):
        plots.picture(plots.activation_and_slope(relu), SENTENCE, [[1]])


# ---- exports -----------------------------------------------------------------------------------------------------


def notebook(*bundles):
    """Return a saved notebook with one executed cell for each bundle of outputs."""
    cells = []
    for bundle in bundles:
        output = nbformat.v4.new_output("execute_result", data=bundle, execution_count=1)
        cells.append(nbformat.v4.new_code_cell("picture", outputs=[output], execution_count=1))
    made = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": {"name": "python3", "display_name": "Python"}})
    nbformat.validate(made)
    return nbformat.reads(nbformat.writes(made), as_version=4)


EXPORTERS = {
    "HTML": lambda: HTMLExporter(),
    "HTML, classic": lambda: HTMLExporter(template_name="classic"),
    "HTML, basic": lambda: HTMLExporter(template_name="basic"),
    "Markdown": lambda: MarkdownExporter(),
    "slides": lambda: SlidesExporter(),
}
every_export = pytest.mark.parametrize("exporter", EXPORTERS.values(), ids=EXPORTERS.keys())


class Images(HTMLParser):
    def __init__(self, html):
        super().__init__()
        self.alts = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        if tag == "img":
            self.alts.append(dict(attrs).get("alt") or "")


def images_without_words(document):
    """Return how many images an HTML or Markdown document has, and the text alternatives that are no sentence."""
    alts = Images(document).alts + re.findall(r"!\[([^\]]*)\]", document)
    wordless = [alt for alt in alts if len(alt.split()) < 4 or not alt.endswith(".")]
    return len(alts), wordless


@every_export
def test_the_text_alternative_and_the_table_reach_every_export(exporter):
    picture = with_table()
    document, _ = exporter().from_notebook_node(notebook(picture._repr_mimebundle_()))
    assert images_without_words(document) == (1, [])
    assert Images(document).alts == [SENTENCE]
    assert "<summary>The numbers as a table</summary>" in document
    assert re.search(r'<th scope="row"[^>]*>layer 1, W from 2 to 2</th><td[^>]*>1.00</td><td[^>]*>−0.50</td>', document)


@every_export
def test_a_table_of_its_own_reaches_every_export(exporter):
    table = plots.table(ROWS, COLUMNS, "Two parameters")
    document, _ = exporter().from_notebook_node(notebook(table._repr_mimebundle_()))
    assert "<caption>Two parameters</caption>" in document
    assert 'scope="row"' in document


def test_an_export_for_print_has_the_words_and_the_numbers():
    document, _ = LatexExporter().from_notebook_node(notebook(with_table()._repr_mimebundle_()))
    assert "rises from 0 to 4" in document
    assert re.search(r"layer 1, W from 2 to 2\s+1\.00\s+-0\.50", document)


@every_export
def test_a_picture_that_goes_around_the_helper_is_noticed(exporter):
    png = plots.picture(plots.activation_and_slope(relu), SENTENCE)
    data = re.search(r"base64,([^\"]+)", png.html).group(1)
    bare = {"image/png": data, "text/plain": "<Figure size 640x480 with 1 Axes>"}
    document, _ = exporter().from_notebook_node(notebook(bare))
    count, wordless = images_without_words(document)
    assert count == len(wordless) == 1


def test_an_image_without_alt_or_with_a_word_alone_is_noticed():
    assert images_without_words('<img src="x">') == (1, [""])
    assert images_without_words('<img alt="a plot" src="x">') == (1, ["a plot"])
    assert images_without_words("![png](output.png)") == (1, ["png"])
    assert images_without_words(f"<img alt='{SENTENCE}'>") == (1, [])
