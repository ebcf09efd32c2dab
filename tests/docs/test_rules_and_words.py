"""Rules that are cited stand in docs/rules.md, those that stand there are tested, and links between the papers lead somewhere."""

import importlib
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
    assert program.RULES.endswith(" /rules")
    schema = (ROOT / "data_prep" / "tables" / "schema.sql").read_text(encoding="utf-8")
    assert "docs/rules.md" in schema.partition("CREATE ")[0]
    comments = re.findall(r"COMMENT ON \w+ \S+ IS '(.*)';", schema)
    assert any("docs/rules.md" in comment and " shows at /rules." in comment for comment in comments)


NUMBERS = (
    (2, "data_prep.domain.copy_number", "HIGH_GAIN_FACTOR", 2.5, "2.5 times the expected or more"),
    (2, "data_prep.reading.sex", "LEAST_X", (1, 10), "over more than a tenth of the sequenced X"),
    (2, "data_prep.reading.sex", "LEAST_Y", (1, 4), "over more than a quarter of Y's sequence"),
    (3, "data_prep.domain.levels", "SOLID_BINS", 3, "both sides have three bins or more"),
    (4, "data_prep.domain.levels", "LEAST_CREDIBLE_BINS", 2, "two bins or more where the caller counts bins"),
    (4, "data_prep.domain.levels", "CREDIBLE_QUALITY", 10, "quality at least 10"),
    (4, "data_prep.domain.levels", "CREDIBLE_RATIO_DISTANCE", 0.2, "copy ratio at least 0.2 away from 1"),
    (4, "data_prep.domain.levels", "FULL_LENGTH", 10_000, "A joined event of 10 kb or more"),
    (5, "dashboard.words.seen", "LEAST_SEEN", 0.5, "Below 50 %"),
    (5, "dashboard.words.seen", "WELL_SEEN", 0.95, "From 50 to 95 %"),
    (5, "dashboard.store.callability", "MOSTLY_COPIES", 0.5, "Where half or more of a gene's coding bases"),
    (6, "data_prep.derived.site_tables", "LEAST_ALLELE_LENGTH", 3_000, "sites of 3 kb and three bins or more"),
    (7, "data_prep.domain.coding", "GAIN_SHARE", (3, 4), "at least 75 % of the coding bases"),
    (7, "dashboard.question.target", "WIDEST", 10_000_000, "Over 10 Mb `any` and `within` have no frequency"),
    (7, "dashboard.question.target", "LARGE", 50_000, "over 50 kb a switch"),
    (7, "dashboard.counting.overlap", "COVERS_TOLERANCE", 1_000, "but for 1 kb at most, and a tenth of G at most"),
    (7, "data_prep.reading.dialects.records", "UNCERTAIN_BASES", 500, "else 500 bases where bins are not counted"),
    (9, "data_prep.derived.site_tables", "FEW_BINS", 2, "a median of two bins or fewer"),
    (9, "data_prep.derived.site_tables", "STATES", 4, "four or more copy-number states"),
    (10, "data_prep.derived.differences", "LEAST_CARRIERS", 10, "sites with ten carriers or more"),
    (10, "data_prep.derived.differences", "MOST_AWAY", 8, "capped at +8"),
    (10, "data_prep.derived.statistics", "MOST_TABLES", 100_000, "of over 100,000 ways"),
    (11, "data_prep.domain.levels", "LARGE_EVENT", 3_000_000, "one over 3 Mb"),
    (11, "data_prep.tables.marks", "LARGE_SHARE", 0.1, "over a tenth of the chromosome's sequence together"),
    (11, "data_prep.tables.marks", "MIXED_LOSS", (0.58, 0.85), "0.58 to 0.85 for losses"),
    (11, "data_prep.tables.marks", "MIXED_GAIN", (1.15, 1.42), "1.15 to 1.42 for gains"),
    (11, "data_prep.tables.marks", "LARGEST_TOGETHER", 10_000_000, "when they are more than 10 Mb together"),
)
"""Rule, where the code has a number, the number as it is written out here, and the words of the rule that say it."""


@pytest.mark.parametrize(("rule", "module", "name", "value", "words"), NUMBERS, ids=lambda value: str(value)[:40])
def test_the_text_says_the_numbers_of_the_code(rule: int, module: str, name: str, value: object, words: str) -> None:
    """A limit that is moved in the code is moved in its rule, or this fails."""
    assert getattr(importlib.import_module(module), name) == value
    text = RULES.read_text(encoding="utf-8").partition(f"\n## R{rule} ")[2].partition("\n## ")[0]
    plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)
    assert words in plain
