"""Terms of the glossary on a page: each phrase has its sentence, and nothing of the page's text is changed."""

import re
from html import unescape
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from dashboard.components import glossary

GLOSSARY = Path(__file__).parents[3] / "docs" / "glossary.md"
BUTTON = re.compile(r'<button type="button" class="cnv-term" aria-description="([^"]*)">([^<]*)</button>')


def paragraph_below(heading: str) -> str:
    """The text of the first paragraph below a heading, by a reader of Markdown."""
    tokens = MarkdownIt("commonmark").parse(GLOSSARY.read_text(encoding="utf-8"))
    at = next(i for i, token in enumerate(tokens) if token.type == "inline" and token.content == heading)
    inline = next(token for token in tokens[at + 1 :] if token.type == "inline")
    text = "".join(
        child.content if child.type in ("text", "code_inline") else " " if child.type == "softbreak" else ""
        for child in inline.children or []
    )
    return re.sub(r" \((R\d+(, )?)+\)", "", text)


@pytest.mark.parametrize("phrase", sorted(glossary.PHRASES))
def test_a_phrase_shows_the_sentence_of_its_heading(phrase: str) -> None:
    shown = BUTTON.findall(glossary.with_terms(phrase))
    assert [(unescape(words), unescape(sentence)) for sentence, words in shown] == [
        (phrase, paragraph_below(glossary.PHRASES[phrase]))
    ]


def test_the_first_use_of_a_term_is_one_and_the_text_stays() -> None:
    text = "Counted: credible complete losses and losses of coding sequence &lt;b&gt;, credible; lossesx, PASSED"
    content = glossary.with_terms(text)
    assert [words for _, words in BUTTON.findall(content)] == [
        "credible",
        "complete losses",
        "losses",
        "coding sequence",
    ]
    assert BUTTON.sub(r"\2", content) == text


def test_a_heading_that_there_is_not() -> None:
    with pytest.raises(KeyError):
        glossary.term("words", "No such heading")
