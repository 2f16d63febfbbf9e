"""The printable convention card: up to date with chapter 00, and one sheet of paper."""

import re

import pytest
from conftest import ROOT

from backprop_lib.authoring.card import card_page

CHAPTER = ROOT / "chapters" / "00_start_here.md"
CARD = ROOT / "docs" / "convention_card.html"


def sheets(browser, html):
    """Return the number of pages that Chromium prints, and whether something was wider than the sheet."""
    page = browser.new_page()
    page.set_content(html)
    printed = page.pdf(prefer_css_page_size=True)
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 1055, "height": 727})  # A4 landscape within its margins, at 96 pixels an inch
    too_wide = page.evaluate("() => document.documentElement.scrollWidth > window.innerWidth")
    page.close()
    return len(re.findall(rb"/Type\s*/Page\b", printed)), too_wide


def test_the_stored_card_is_what_chapter_00_says_today():
    assert CARD.read_text(encoding="utf-8") == card_page(CHAPTER), "`backprop card` brings it up to date"


def test_the_card_prints_on_one_sheet(chromium):
    assert sheets(chromium, CARD.read_text(encoding="utf-8")) == (1, False)


def test_a_card_that_grew_too_long_or_too_wide_would_be_noticed(chromium):
    html = CARD.read_text(encoding="utf-8")
    row = "<tr><td>one more</td><td>rule</td></tr>"
    assert sheets(chromium, html.replace("</tbody>", 12 * row + "</tbody>", 2))[0] == 2
    assert sheets(chromium, html.replace("<td>none</td>", f"<td><code>{'x' * 200}</code></td>"))[1]


def test_a_chapter_without_the_card_is_refused_in_words(tmp_path):
    chapter = tmp_path / "00_start_here.md"
    chapter.write_text("# Chapter 00: Start here\n", encoding="utf-8")
    with pytest.raises(ValueError, match="has no section '## The convention card'"):
        card_page(chapter)
    chapter.write_text("## The convention card\n\nText.\n\n| a |\n|---|\n| b |\n", encoding="utf-8")
    with pytest.raises(ValueError, match="holds 1 tables, three were expected"):
        card_page(chapter)
