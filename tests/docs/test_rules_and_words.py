"""Rules that are cited stand in docs/rules.md, those that stand there are tested, and links between the papers lead somewhere."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest

ROOT = Path(__file__).resolve().parents[2]
RULES = ROOT / "docs" / "rules.md"
GLOSSARY = ROOT / "docs" / "glossary.md"
PAPERS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])

CITED = re.compile(r"\bR([1-9]\d?)\b")
RANGE = re.compile(r"\bR([1-9]\d?) (?:to|-) R([1-9]\d?)\b")
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")


def headings(text: str) -> list[str]:
    """Titles of a Markdown file, without what stands in blocks of code."""
    outside = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    return re.findall(r"^#{1,6} (.+?)\s*$", outside, re.MULTILINE)


def anchor(title: str) -> str:
    """The anchor that GitHub and most renderers give a title: small letters, no punctuation, dashes for spaces."""
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")


def sources() -> Iterator[Path]:
    """Code, schema, tables that come along and tests: whatever may cite a rule."""
    for folder in ("data_prep", "dashboard", "bench", "workflow", "tests"):
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in {".py", ".sql", ".md", ".tsv", ".js", ".css", ".html"} and path != Path(__file__):
                yield path


def cited(text: str) -> set[int]:
    """Numbers of the rules that a text cites; `R1 to R5` cites five."""
    numbers = {int(number) for number in CITED.findall(text)}
    for first, last in RANGE.findall(text):
        numbers |= set(range(int(first), int(last) + 1))
    return numbers


def titled() -> dict[int, str]:
    """Rules by number, from the headings of their paper."""
    found = [re.fullmatch(r"R(\d+) (.+)", title) for title in headings(RULES.read_text(encoding="utf-8"))]
    return {int(match[1]): match[2] for match in found if match}


def test_every_rule_that_is_cited_has_a_heading() -> None:
    known = set(titled())
    for path in [*sources(), *PAPERS]:
        unknown = cited(path.read_text(encoding="utf-8", errors="replace")) - known
        assert not unknown, f"{path.relative_to(ROOT)} cites R{min(unknown)}, of which docs/rules.md says nothing"


def test_the_schema_and_the_invariants_cite_rules() -> None:
    """That the test above looks at something."""
    assert len(cited((ROOT / "data_prep" / "tables" / "schema.sql").read_text(encoding="utf-8"))) > 8
    from data_prep.check import CHECKS

    assert {int(invariant.rule.removeprefix("R")) for invariant in CHECKS} <= set(titled())


@pytest.mark.parametrize("number", sorted(titled()))
def test_every_rule_is_named_by_a_test(number: int) -> None:
    """In the docstring or comment of a test, here or there: whoever changes a rule finds what checks it."""
    naming = [
        path.name
        for path in sorted((ROOT / "tests").rglob("test_*.py"))
        if path.parent != Path(__file__).parent and number in cited(path.read_text(encoding="utf-8"))
    ]
    assert naming, f"no test names R{number}"


def test_rules_are_numbered_without_gaps_and_listed_in_order() -> None:
    assert list(titled()) == list(range(1, len(titled()) + 1))
    listed = re.findall(r"^\| \[R(\d+)\]\(#(\S+?)\)", RULES.read_text(encoding="utf-8"), re.MULTILINE)
    assert [(int(number), there) for number, there in listed] == [
        (number, anchor(f"R{number} {title}")) for number, title in titled().items()
    ]


@pytest.mark.parametrize("paper", PAPERS, ids=lambda path: str(path.relative_to(ROOT)))
def test_anchors_are_unique(paper: Path) -> None:
    anchors = [anchor(title) for title in headings(paper.read_text(encoding="utf-8"))]
    assert sorted(set(anchors)) == sorted(anchors)


@pytest.mark.parametrize("paper", PAPERS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(paper: Path) -> None:
    """To a file of the repository, and to a heading in it where the link names one."""
    for target in LINK.findall(paper.read_text(encoding="utf-8")):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, fragment = unquote(target).partition("#")
        there = (paper.parent / name).resolve() if name else paper
        assert there.exists(), f"{target}: no such file"
        if fragment:
            assert fragment in map(anchor, headings(there.read_text(encoding="utf-8"))), f"{target}: no such heading"


def test_the_rules_explain_their_words() -> None:
    """Words that every rule builds on are linked from the rules to the glossary."""
    linked = set(re.findall(r"\(glossary\.md#([^)]+)\)", RULES.read_text(encoding="utf-8")))
    assert {
        "call",
        "event",
        "carrier",
        "credible",
        "expected-copy-number",
        "wilson-interval",
        "reciprocal-overlap",
    } <= linked


WORDS = """call, event, segment, site, carrier, copy number, expected copy number, complete loss, callability, paralogous, blind,
level, credible, callset, generation, shard set, source, cohort, unrelated, super-population, reciprocal overlap, Wilson interval,
F_ST, V_ST, dialect, pointer, class, direction, loss, gain, union, drawing in, outlier, problem region, mask, provenance"""


def test_the_glossary_has_the_words() -> None:
    titles = {title.lower() for title in headings(GLOSSARY.read_text(encoding="utf-8"))}
    for word in WORDS.lower().replace("\n", " ").split(", "):
        assert word in titles, word
    from data_prep.domain.levels import DEFAULT_LEVEL

    assert DEFAULT_LEVEL.value in titles


def test_every_word_is_explained() -> None:
    """No heading without a sentence behind it."""
    parts = re.split(r"^### (.+)$", GLOSSARY.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    for title, part in zip(parts[::2], parts[1::2], strict=True):
        words = part.partition("\n## ")[0].strip()
        assert len(words.split()) > 3, title
        assert words.endswith("."), title


def test_rules_are_linked_from_where_they_are_cited() -> None:
    """README, the command `check`, the head of the schema, and a comment that travels in the database."""
    from data_prep import __main__ as program

    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert {"docs/rules.md", "docs/glossary.md"} <= set(LINK.findall(readme))
    assert "docs/rules.md" in program.RULES
    assert "/rules" in program.RULES
    schema = (ROOT / "data_prep" / "tables" / "schema.sql").read_text(encoding="utf-8")
    assert "docs/rules.md" in schema.partition("CREATE ")[0]
    comments = re.findall(r"COMMENT ON \w+ \S+ IS '(.*)';", schema)
    assert any("docs/rules.md" in comment and "/rules" in comment for comment in comments)
