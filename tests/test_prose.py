"""The prose of chapters, exercises and checks: spelling, sentences, terms, links, and the time a chapter takes."""

import ast
import re
import subprocess
import sys

import jupytext
import pytest
from repository import ROOT, text_files

from backprop_lib.authoring import pairing
from backprop_lib.checks import EXERCISES

CHAPTERS = ROOT / "chapters"
GUIDE = ROOT / "docs" / "authoring_guide.md"
SOURCES = pairing.sources(CHAPTERS)
PAGES = [
    *SOURCES,
    *pairing.sources(ROOT / "solutions"),
    GUIDE,
    CHAPTERS / "sources.md",
    ROOT / "README.md",
    ROOT / ".github" / "CONTRIBUTING.md",
]
VOCABULARY = ROOT / "tests" / "vocabulary.txt"

every_chapter = pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
every_page = pytest.mark.parametrize("page", PAGES, ids=lambda path: f"{path.parent.name}/{path.stem}")

# ---- what is prose, and what is not ------------------------------------------------------------------------------


def without_code(text):
    """Return Markdown with its code, formulas, links' targets and HTML comments taken out, line by line."""
    text = re.sub(r"^```.*?^```$", "", text, flags=re.S | re.M)
    text = re.sub(r"<!--.*?-->", "", text, flags=re.S)
    text = re.sub(r"\$\$.*?\$\$", "", text, flags=re.S)
    text = re.sub(r"\$[^$\n]+\$", "x", text)
    text = re.sub(r"`[^`\n]+`", "x", text)
    return re.sub(r"\]\([^)\s]+\)", "]", text)


def words(text):
    return re.findall(r"[^\W\d_](?:[^\W\d_]|['’-](?=[^\W\d_]))*", without_code(text))


# ---- spelling ----------------------------------------------------------------------------------------------------


def misspellings(paths):
    run = subprocess.run(
        [
            sys.executable,
            "-m",
            "codespell_lib",
            "--builtin=clear,rare,en-GB_to_en-US",
            "--ignore-words-list=writeable,nin,trough,fro,tahn,ot",
            *paths,
        ],
        capture_output=True,
        text=True,
    )
    return run.stdout.splitlines()


def test_codespell_finds_nothing_in_prose_code_and_tests():
    wanted = {".md", ".py", ".js", ".css", ".toml", ".yml", ".txt", ".cfg", ".html"}
    paths = [str(p) for p in text_files() if p.suffix in wanted and p.name not in {"constraints.txt", "vocabulary.txt"}]
    assert len(paths) > 50
    assert misspellings(paths) == []


def test_codespell_would_notice_a_slip(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("The gradi" + "ent is calcu" + "alted from the outpt" + "ut, and the col" + "our is wrong.\n")
    assert misspellings([str(page)])


def unknown_words(text):
    known = set(VOCABULARY.read_text(encoding="utf-8").split())
    return sorted({word for word in words(text) if word.lower() not in known and word not in known})


@every_page
def test_every_word_stands_in_the_word_list(page):
    """Add a word that is right to tests/vocabulary.txt, one a line, in lower case unless it is a name."""
    assert unknown_words(page.read_text(encoding="utf-8")) == []


def test_the_word_list_is_sorted_and_holds_no_word_that_is_not_used():
    listed = VOCABULARY.read_text(encoding="utf-8").split()
    assert listed == sorted(set(listed), key=lambda word: (word.lower(), word))
    used = {form for page in PAGES for word in words(page.read_text(encoding="utf-8")) for form in (word, word.lower())}
    assert [word for word in listed if word not in used] == []


def test_a_misspelt_word_is_not_in_the_list():
    assert unknown_words("The gradeint of the loss.") == ["gradeint"]


# ---- sentences ---------------------------------------------------------------------------------------------------

ABBREVIATION = re.compile(r"(?:\b(?:e\.g|i\.e|et al|vs|cf|Fig|No|[A-Z])|\d)\.$")


def crowded_lines(text):
    """Return the lines of prose on which a second sentence begins."""
    found = []
    for line in without_code(text).splitlines():
        if line.startswith(("|", "#", "**What", "**Time", "**Next")):
            continue
        for end in re.finditer(r"[.?!][)\"”*]*\s+(?=[*_(\"“]*[A-Z])", line):
            before = line[: end.start() + 1]
            if not ABBREVIATION.search(before) and not re.match(r"^\s*\d+\.\s", line[: end.end()]):
                found.append(line.strip())
    return found


@every_page
def test_there_is_one_sentence_on_a_line(page):
    assert crowded_lines(page.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("line", "crowded"),
    [
        ("The loss falls. The gradient shrinks.", True),
        ("Does it fall? Run the cell.", True),
        ("(It is small.) The next one is not.", True),
        ("See Glorot et al. 2010 for the proof.", False),
        ("1. Run the cell.", False),
        ("The factor is 0.5 here.", False),
        ("`a.b` and `c. D` are code.", False),
    ],
)
def test_a_second_sentence_on_a_line_is_noticed(line, crowded):
    assert bool(crowded_lines(line)) == crowded


LIMIT = 40


@every_page
def test_sentences_are_short_enough_to_read_aloud(page):
    long = [
        line
        for line in without_code(page.read_text(encoding="utf-8")).splitlines()
        if not line.startswith(("|", "**What")) and len(words(line)) > LIMIT
    ]
    assert long == []


# ---- terms -------------------------------------------------------------------------------------------------------

# What the course calls a thing, and what others call it; the second may stand only where the text speaks of others.
INSTEAD_OF = {
    r"\bneurons?\b": "unit",
    r"\bcost functions?\b": "loss",
    r"\bobjective functions?\b": "loss",
    r"\bnodes? of the network\b": "unit",
    r"\blearn rate\b|\bstep size\b": "learning rate",
    r"\bback-propagation\b|\bback propagation\b|\bbackprop\b": "backpropagation",
    r"\bminibatch(?:es)?\b|\bmini batch(?:es)?\b": "mini-batch",
    r"\bpreactivations?\b": "pre-activation",
    r"\bbias term\b": "bias",
    r"\btest set\b|\bvalidation set\b": "held-out set",
    r"\berror term\b": "delta",
    r"\bdatapoints?\b|\bdata points?\b|\btraining examples?\b": "sample",
    r"\bclassification error\b": "accuracy",
    r"\bactivation level\b": "activation",
    r"\bautomatic differentation\b": "automatic differentiation",
}

# Where a term is defined, in bold or italics at its first use; no earlier chapter uses it.
DEFINED_IN = {
    "layer": "00",
    "unit": "00",
    "broadcasting": "01",
    "central difference": "01",
    "chain rule": "01",
    "derivative": "01",
    "learning rate": "01",
    "partial derivative": "01",
    "sigmoid": "01",
    "activation function": "02",
    "batch": "02",
    "forward pass": "02",
    "identity": "02",
    "binary cross-entropy": "03",
    "cross-entropy": "03",
    "error signal": "03",
    "logit": "03",
    "Jacobian": "04",
    "mask": "04",
    "softmax": "04",
    "outer product": "05",
    "Adam": "06",
    "dead": "06",
    "decision boundary": "06",
    "diverging": "06",
    "epoch": "06",
    "held out": "06",
    "logarithmic axis": "06",
    "mini-batch": "06",
    "momentum": "06",
    "noise": "06",
    "overfit": "06",
    "seed": "06",
    "squared length": "06",
    "symmetry": "06",
    "machine epsilon": "07",
    "relative error": "07",
    "truncation error": "07",
    "exploding": "08",
    "exploding gradient": "08",
    "gradient clipping": "08",
    "penalty": "08",
    "residual connection": "08",
    "standard deviation": "08",
    "vanishing": "08",
    "vanishing gradient": "08",
    "variance": "08",
    "weight decay": "08",
    "automatic differentiation": "09",
    "forward mode": "09",
    "leaf": "09",
    "local slopes": "09",
    "recursion": "09",
    "reverse mode": "09",
    "tape": "09",
    "topological order": "09",
    "vector-Jacobian product": "09",
    "accuracy": "10",
    "confusion table": "10",
    "one-hot": "10",
    "scaling": "10",
    "standard error": "10",
    "validation part": "10",
}


def other_names(text):
    return [
        f"{found.group()!r}: the course says {ours!r}"
        for theirs, ours in INSTEAD_OF.items()
        for found in re.finditer(theirs, without_code(text), flags=re.I)
    ]


@every_page
def test_a_thing_has_one_name(page):
    assert other_names(page.read_text(encoding="utf-8")) == []


def test_another_name_is_noticed():
    assert other_names("Each neuron has a bias term.") == [
        "'neuron': the course says 'unit'",
        "'bias term': the course says 'bias'",
    ]


def definitions(text):
    """Return the lower-case text of whatever stands in bold or italics."""
    marked = re.findall(r"\*\*([^*\n]+)\*\*|(?<!\*)\*([^*\n]+)\*(?!\*)", without_code(text))
    return [(bold or italic).lower() for bold, italic in marked]


def used_too_early(pages, term, home):
    """Return the numbers of the chapters before `home` whose running text uses `term`."""
    early = []
    for number, text in pages.items():
        running = "\n".join(line for line in without_code(text).splitlines() if not line.startswith(("|", "**Next")))
        running = re.sub(r"[^.\n]*\b[Cc]hapter \d\d\b[^.\n]*", "", running)  # a sentence that points ahead
        running = re.sub(r"^.*\[.*\].*$", "", running, flags=re.M)
        if number < home and re.search(rf"\b{re.escape(term)}", running, flags=re.I):
            early.append(number)
    return early


CHAPTER_TEXTS = {path.stem[:2]: path.read_text(encoding="utf-8") for path in SOURCES}


@pytest.mark.parametrize(("term", "home"), DEFINED_IN.items())
def test_a_term_is_defined_where_the_table_says_and_not_used_before(term, home):
    assert any(term.lower() in marked for marked in definitions(CHAPTER_TEXTS[home])), f"{term!r} is not set off"
    assert used_too_early(CHAPTER_TEXTS, term, home) == []


EXERCISE_TEXTS = {path.stem[:2]: path.read_text(encoding="utf-8") for path in pairing.sources(ROOT / "solutions")}


@pytest.mark.parametrize(("term", "home"), DEFINED_IN.items())
def test_an_exercise_uses_no_term_that_its_chapter_does_not_know(term, home):
    assert used_too_early(EXERCISE_TEXTS, term, home) == []


def texts_of(exercise):
    """Yield what a check and its hints can say, with the number of the chapter in which it has to be understood."""
    yield from ((exercise.number, text) for text in (exercise.title, *exercise.hints))
    for known in exercise.known:
        number = max(exercise.number, known.chapter[:2])  # a verdict leads to the chapter of the mistake
        yield from ((number, text) for text in (known.title, known.meaning, known.advice))


@pytest.mark.parametrize("name", sorted(EXERCISES))
def test_what_a_check_says_uses_the_names_and_the_terms_of_the_course(name):
    for number, text in texts_of(EXERCISES[name]):
        assert other_names(text) == []
        early = [term for term, home in DEFINED_IN.items() if used_too_early({number: text}, term, home)]
        assert early == [], text


def test_a_term_used_too_early_is_noticed():
    pages = {"01": "The Jacobian is a table.\n", "03": "Chapter 04 explains the Jacobian.\n", "04": "a **Jacobian**\n"}
    assert used_too_early(pages, "Jacobian", "04") == ["01"]


NOTATION = ("X", "y", "y_hat", "W", "b", "z", "a", "grad_a", "delta", "dW", "db")


def test_the_notation_table_holds_every_name_of_the_house():
    table = CHAPTER_TEXTS["00"].split("## The convention card")[1].split("\n## ")[0]
    assert re.findall(r"^\| `(\w+)`", table, flags=re.M) == list(NOTATION)


# ---- the frame of a chapter --------------------------------------------------------------------------------------


@every_chapter
def test_a_chapter_opens_and_closes_as_all_of_them_do(source):
    text = source.read_text(encoding="utf-8")
    assert re.match(rf"# Chapter {source.stem[:2]}: \S", text)
    opening, closing = text.split("\n## ")[0], text.split("\n## ")[-1]
    for part in ("**What you'll do:**", "**What you'll learn:**", "**What you need:**", "**Time:**"):
        assert part in opening, part
    assert closing.startswith("In this chapter\n\nYou can now")
    assert "**Practice:**" in closing
    promised = len(re.findall(r"^- ", opening.split("learn:**")[1].split("**What you need")[0], flags=re.M))
    kept = len(re.findall(r"^- ", closing.split("**Practice:**")[0], flags=re.M))
    assert promised >= 2
    assert abs(kept - promised) <= 1, f"{promised} things are promised, {kept} are mirrored at the end"


@every_chapter
def test_a_chapter_leads_to_the_next(source):
    closing = source.read_text(encoding="utf-8").split("\n## ")[-1]
    following = SOURCES[SOURCES.index(source) + 1 :][:1]
    for path in following:
        title = path.read_text(encoding="utf-8").splitlines()[0].removeprefix("# ")
        assert f"**Next:** [{title}]({path.stem}.ipynb)" in closing


WORDS_A_MINUTE = 130
"""A careful reader of a text with formulas."""


def reading_minutes(text):
    """Return an estimate of the minutes for reading, one for each code cell and two for each question box."""
    notebook = jupytext.reads(text, fmt="md")
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    questions = [cell for cell in code if "predict" in cell.metadata.get("tags", [])]
    markdown = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    prose = len(words(re.sub(r"^\|.*$", "", markdown, flags=re.M)))  # a table is looked up
    formulas = len(re.findall(r"\$\$.*?\$\$", text, flags=re.S))
    return prose / WORDS_A_MINUTE + len(code) - len(questions) + 2 * len(questions) + formulas / 2


@every_chapter
def test_the_time_a_chapter_states_is_enough_to_read_it(source):
    text = source.read_text(encoding="utf-8")
    stated = int(re.search(r"\*\*Time:\*\* (\d+) minutes", text).group(1))
    needed = reading_minutes(text)
    assert needed <= stated <= 1.6 * needed + 5, f"stated: {stated} minutes; estimated: {needed:.0f}"


def test_the_first_chapter_says_how_long_the_others_take():
    first, *others = (path.read_text(encoding="utf-8") for path in sorted(CHAPTERS.glob("[01]*.md")))
    others = [int(re.search(r"\*\*Time:\*\* (\d+) minutes in two sittings", text).group(1)) for text in others]
    assert f"Each of the others takes {min(others)} to {max(others)} minutes, in two sittings." in first


def imports_after_the_first_cell(text):
    code = [cell.source for cell in jupytext.reads(text, fmt="md").cells if cell.cell_type == "code"]
    return [
        ast.unparse(node)
        for source in code[1:]
        for node in ast.walk(ast.parse(source))
        if isinstance(node, (ast.Import, ast.ImportFrom))
    ]


@pytest.mark.parametrize("source", [*SOURCES, GUIDE], ids=lambda path: path.stem)
def test_all_imports_stand_in_the_first_code_cell(source):
    assert imports_after_the_first_cell(source.read_text(encoding="utf-8")) == []


def test_an_import_further_down_is_noticed():
    assert imports_after_the_first_cell("```python\nimport re\n```\n\n```python\nimport ast\n```\n") == ["import ast"]


# ---- links -------------------------------------------------------------------------------------------------------


@every_page
def test_links_lead_somewhere(page):
    text = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.S | re.M)
    for label, target in re.findall(r"\[([^\]]+)\]\(([^)\s]+)\)", text):
        if target.startswith(("https://", "#")):
            continue
        assert not target.startswith("http:"), f"{label!r} leads to an unencrypted address"
        path = (page.parent / target.split("#")[0]).resolve()
        assert path.exists(), f"{label!r} leads to {target}, which does not exist"
        assert ROOT in path.parents


FIGURES_WITH_NUMBERS = r"plots\.(?:network_diagram|computation_graph|matrices|gradient_flow|error_curve|bars)\("


def figures_without_table(text):
    """Return the cells that draw a figure that holds numbers, without the numbers as a table."""
    code = [cell.source for cell in jupytext.reads(text, fmt="md").cells if cell.cell_type == "code"]
    return [source for source in code if re.search(FIGURES_WITH_NUMBERS, source) and "table=" not in source]


@pytest.mark.parametrize("source", [*SOURCES, GUIDE], ids=lambda path: path.stem)
def test_a_figure_that_holds_numbers_comes_with_its_table(source):
    assert figures_without_table(source.read_text(encoding="utf-8")) == []


def test_a_figure_without_its_table_is_noticed():
    cell = "```python\nplots.picture(plots.bars(counts), 'Two bars are drawn.'{})\n```\n"
    assert figures_without_table(cell.format("")) != []
    assert figures_without_table(cell.format(", table=numbers")) == []
