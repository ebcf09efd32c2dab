"""The parts of the data page: provenance, the report of the import, definitions, the data dictionary, files."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

import polars as pl
import streamlit as st

from dashboard import pages, settings
from dashboard.components import drawings, markup
from dashboard.components.menu import text_block
from dashboard.components.sections import Section, shows
from dashboard.components.trios import TITLE as TRIOS
from dashboard.question import links
from dashboard.question.filters import Filters
from dashboard.store.database import Generation
from dashboard.store.provenance import (
    dictionary,
    facts,
    files,
    marked_counts,
    marked_people,
    marks,
    problem_kinds,
    remarks,
    sex_mismatches,
    skipped,
)
from dashboard.words import callers as caller_words
from dashboard.words import filters as filter_words
from dashboard.words import quantities, region_kinds
from data_prep.domain.copy_number import EFO, CallClass
from data_prep.domain.sight import BLIND_KINDS, is_paralogous

LIMITS: Final = "What this server tells"
PROVENANCE: Final = "Where the calls come from"
IMPORT: Final = "Import report"
PROBLEMS: Final = "Problem regions"
DEFINITIONS: Final = "Definitions"
FILE: Final = "The database"
PROGRAMS: Final = "For programs"
DICTIONARY: Final = "Data dictionary"
"""Titles of the sections, from which their anchors are made."""
REMARKS_SHOWN: Final = 50
_EXAMPLE: Final = """import duckdb

con = duckdb.connect("cnv.duckdb", read_only=True)
con.sql('''
    SELECT sample, start + 1 AS start, "end", class, copy_number
    FROM events JOIN samples USING (sample_id)
    WHERE chrom = 'chr1' AND start < 109697444 AND "end" > 109687569 AND credible
''').show()"""
SOURCES_APART: Final = "; "
SOURCES_SHOWN: Final = 8
"""Sources of a kind of problem region that a table has room for; more unfold below it."""
PEOPLE_SHOWN: Final = 500
"""People that are listed with why they are left out somewhere; the database has all of them."""
MARK_WORDS: Final = {
    "long-event": "an event of over 3 Mb",
    "large-share": "events over more than a tenth of the chromosome",
    "both": "an event of over 3 Mb, and events over more than a tenth of the chromosome",
}
"""Codes of reasons for a mark, in words; other reasons are words."""
WHOLE: Final = 16
"""Letters of a number or name that stands in one line."""
LONG: Final = 60
"""Letters from which a cell beside several others needs a width of its own: on a narrow screen the table scrolls."""
FACT_WORDS: Final = {
    "callset": "Callset",
    "release": "Release of the caller",
    "caller": "Caller",
    "source": "Source",
    "release_path": "Folder of the release",
    "fetched_from": "Fetched from",
    "fetched_at": "Fetched",
    "fetched_files": "Files as fetched",
    "assembly": "Assembly",
    "built_at": "Built",
    "generation": "Generation",
    "builder_version": "Version of data_prep",
    "schema_version": "Version of the schema",
    "samples_table": "Sample table",
    "unrelated_definition": "Unrelated people are",
    "gene_models": "Gene models",
    "masks": "Masks",
    "reference_rows": "Rows that say what was seen",
    "simulated": "Simulated",
    "rates_raised": "Simulated more often than published, so that somebody carries each",
}
CLASS_TABLE: Final = (
    (CallClass.COMPLETE_LOSS, "complete loss", "0"),
    (CallClass.PARTIAL_LOSS, "partial loss", "above 0, below the expected"),
    (CallClass.LOW_GAIN, "low-level gain", "above the expected, below 2.5 times it"),
    (CallClass.HIGH_GAIN, "high-level gain", "2.5 times the expected or more: 5 on autosomes, 3 on the X of XY"),
)
COPIES_AT_A_PLACE: Final = (
    "A carrier's copies of a place are the lowest number of a loss, the highest of a gain, for which the calls with that many "
    "copies or fewer (or more) still meet the rule by themselves; under “within” and “reciprocal” the event's own. So a bin "
    "without a copy in an intron is no complete loss of the gene whose exon has one copy left."
)
CALL: Final = ("Call", "A record of a VCF whose copy number differs from the expected one. Shown as it was written.")
TERMS: Final = (
    (
        "Carrier",
        "A person with at least one event of the class, at the filter and under the overlap rule; counted once.",
    ),
    (
        "People (the denominator)",
        "Everyone of the chosen group whose file was read, with or without a call, less those with large events on that "
        "chromosome, probably from cell culture; on Y, XY people. Someone whose genotype a joint file leaves open at a place "
        "counts, and is no carrier there.",
    ),
    ("Interval", "The 95 % Wilson score interval of a share; for zero carriers, its upper bound, rounded up."),
    (
        "Not assessable",
        "Fewer than half of the people, or of the bases, could be seen there. No call is taken as the expected copy "
        "number anywhere else.",
    ),
    (
        "Paralogous",
        "Half or more of a gene's coding bases, or of a region's bases, lie in copies so alike that short reads cannot be placed "
        "between them, or in a mask of segmental duplications. Calls are few there and their absence says nothing: carriers are "
        "shown, and no frequency and no bound.",
    ),
    ("Site", "Events of one direction merged over people: all overlap the commonest interval by half, reciprocally."),
    ("Per base", "The share of people with an event at that very base; over a bin, its mean and its maximum."),
)


def contents(*, has_programs: bool) -> None:
    """Links to the sections that this server shows, which are many screens long."""
    shown = {
        LIMITS: bool(settings.disclosure().limit),
        PROVENANCE: True,
        IMPORT: True,
        TRIOS: shows(Section.TRIOS),
        PROBLEMS: True,
        DEFINITIONS: True,
        FILE: shows(Section.DATABASE),
        PROGRAMS: has_programs,
        DICTIONARY: shows(Section.DATABASE),
    }
    entries = "".join(
        markup.element("a", markup.text(title), href=f"#{markup.anchor(title)}")
        for title, is_shown in shown.items()
        if is_shown
    )
    st.html(markup.element("nav", markup.text("On this page") + entries, class_="cnv-links", aria_label="On this page"))


def callset_table(database: Generation, filters: Filters) -> None:
    """The callsets of the database, where it holds several: which one the page tells of, and the way to the others."""
    if len(database.callsets) == 1:
        return
    newest = next(iter(database.callsets))
    shown = "".join(
        markup.element("strong", markup.text(name))
        if callset is database
        else markup.link(name, links.plain_page(pages.DATA, replace(filters, callset="" if name == newest else name)))
        for name, callset in database.callsets.items()
    )
    st.html(markup.element("p", f"Callsets in this database: {shown}", class_="cnv-links"))


def provenance(database: Generation) -> None:
    """What this database is, one fact a line."""
    facts_by_key = dict(facts(database).iter_rows())
    file = database.file
    rows = [("Database", str(file)), ("Published", quantities.moment(file.published_at))]
    if len(database.callsets) > 1:
        held = [f"{name} (generation {callset.id})" for name, callset in database.callsets.items()]
        rows.append(("Callsets in it", quantities.joined(held, "and")))
    rows += [(words, facts_by_key[key]) for key, words in FACT_WORDS.items() if facts_by_key.get(key)]
    st.html(_section(PROVENANCE) + _table(("", ""), rows, "Provenance"))


def import_report(database: Generation) -> None:
    """Every file and record accounted for: what was read, what was left out and why, who is marked."""
    by_status = files(database)
    if not shows(Section.FILES):
        _import_in_short(database, by_status)
        return
    rows = [
        (
            row["status"],
            *(quantities.count(row[name]) for name in ("files", "records", "calls", "reference_rows", "skipped")),
        )
        for row in by_status.iter_rows(named=True)
    ]
    body = _table(
        ("Files", "Number", "Records", "Calls", "Reference rows", "Left out"), rows, "Files by what became of them"
    )
    left_out = [
        (r["reason"], quantities.count(r["records"]), r["example"]) for r in skipped(database).iter_rows(named=True)
    ]
    if left_out:
        body += _table(("Records left out", "Number", "An example"), left_out, "Records left out, by reason")
    else:
        body += markup.element("p", "No record of a file that was read was left out.", class_="cnv-counted")
    noted = remarks(database, REMARKS_SHOWN).rows()
    if noted:
        body += _table(("File", "State", "What was noticed"), noted, "Files that something is said about")
    mismatched, all_marks = marked_counts(database)
    if mismatched:
        people = sex_mismatches(database, PEOPLE_SHOWN).rows()
        heads = ("Person", "Recorded sex", "What contradicts it")
        body += _table(heads, people, "People left out on X and Y, and why", is_of_people=True) + _more(
            len(people), mismatched
        )
    marked = [(row[0], row[1], quantities.count(row[2])) for row in marks(database).iter_rows()]
    if marked:
        body += markup.element(
            "details",
            markup.element("summary", "People with large events, probably from cell culture, by chromosome")
            + _table(("Chromosome", "Direction", "People"), marked, "People with large events by chromosome"),
            class_="cnv-more",
        )
        listed = [
            (
                row["sample"],
                row["chrom"],
                row["direction"],
                MARK_WORDS.get(row["reason"], row["reason"]),
                quantities.count(row["bases"]),
            )
            for row in marked_people(database, PEOPLE_SHOWN).iter_rows(named=True)
        ]
        body += markup.element(
            "details",
            markup.element("summary", "Each of them, and why")
            + _table(
                ("Person", "Chromosome", "Direction", "Reason", "Bases"),
                listed,
                "Marked people, and why",
                is_of_people=True,
            )
            + _more(len(listed), all_marks),
            class_="cnv-more",
        )
    st.html(_section(IMPORT) + body)


def _import_in_short(database: Generation, by_status: pl.DataFrame) -> None:
    """The report without names of people and files, and without what a record says."""
    rows = [(row["status"], quantities.count(row["files"])) for row in by_status.iter_rows(named=True)]
    body = _table(("Files", "Number"), rows, "Files by what became of them")
    if shows(Section.MARKS):
        marked = [(row[0], row[1], quantities.count(row[2])) for row in marks(database).iter_rows()]
        if marked:
            body += _table(("Chromosome", "Direction", "People"), marked, "People with large events by chromosome")
    st.html(_section(IMPORT) + body)


def callset_limits() -> None:
    """What this server does not tell, where it does not tell everything."""
    if limit := settings.disclosure().limit:
        st.html(_section(LIMITS) + markup.element("p", markup.text(limit)))


def _more(shown: int, there_are: int) -> str:
    """What is said below a list that does not show everybody; empty where it does."""
    if shown == there_are:
        return ""
    words = f"The first {quantities.count(shown)} of {quantities.count(there_are)}; the database has all."
    return markup.element("p", words, class_="cnv-counted")


def problem_region_table(database: Generation) -> None:
    """Where calls need care or cannot be made: the kinds of place, those of masks among them."""
    kinds = list(problem_kinds(database).iter_rows(named=True))
    rows = [
        (
            region_kinds.kind_of_problem(row["kind"]),
            quantities.count(row["regions"]),
            quantities.count(row["bases"]),
            "no call can be made"
            if row["kind"] in BLIND_KINDS
            else "calls are few: carriers, no frequency"
            if is_paralogous(row["kind"])
            else "calls need care",
            row["source"] if _sources(row) <= SOURCES_SHOWN else f"{_sources(row)} sources, listed below",
        )
        for row in kinds
    ]
    heads = ("Kind", "Places", "Bases", "What it means", "Source")
    long = "".join(
        markup.element(
            "details",
            markup.element("summary", markup.text(f"Sources of each {region_kinds.kind_of_problem(row['kind'])}"))
            + _table(("Source",), [(source,) for source in row["source"].split(SOURCES_APART)], "Sources"),
            class_="cnv-more",
        )
        for row in kinds
        if _sources(row) > SOURCES_SHOWN
    )
    st.html(_section(PROBLEMS) + _table(heads, rows, "Problem regions by kind") + long)


def _sources(row: Mapping[str, str]) -> int:
    return len(row["source"].split(SOURCES_APART))


def definitions(callers: Sequence[str]) -> None:
    """What the words and numbers mean where these made the calls, with small drawings."""
    event = caller_words.event(callers)
    terms = (
        CALL,
        ("Event", f"{event[0].upper()}{event[1:]}. People are counted by events."),
        ("Expected copy number", caller_words.expected_copies_sentence(callers)),
        *TERMS,
        ("Allele frequency", caller_words.allele_frequency(callers)),
    )
    classes = [(name, copies, EFO[class_]) for class_, name, copies in CLASS_TABLE]
    levels = [
        (filter_words.LEVEL_WORDS[level], caller_words.definition(level, callers)) for level in filter_words.LEVELS
    ]
    st.html(
        _section(DEFINITIONS)
        + markup.element(
            "p",
            "All numbers follow thirteen rules, R1 to R13, which the comments in the database cite: "
            + markup.out_link("the rules, with reasons and sources", links.RULES)
            + ", and "
            + markup.out_link("a glossary", links.GLOSSARY)
            + ".",
            class_="cnv-counted",
        )
        + _table(("Term", "Meaning"), terms, "Terms", class_="cnv-terms")
        + _section("Classes", 3)
        + _table(("Class", "Copy number", "Term"), classes, "Classes")
        + _section("Filter levels", 3)
        + _table(("Level", "What it keeps"), levels, "Filter levels", class_="cnv-terms")
        + _section("Overlap rules", 3)
        + markup.element(
            "p",
            "Grey: the gene, dark its coding sequence. Red: losses of one person, pale their uncertain ends. Of a gene without "
            "coding sequence its exons stand for it; of one without a transcript any overlap counts.",
            class_="cnv-counted",
        )
        + drawings.drawing_in()
        + drawings.draw_overlap_rules()
        + markup.element("p", COPIES_AT_A_PLACE, class_="cnv-counted")
        + (
            _section("From calls to events", 3) + drawings.draw_joining()
            if caller_words.events_are_joined(callers)
            else ""
        )
    )


def database_file(database: Generation) -> None:
    """The database itself, and how to open it."""
    if not shows(Section.DATABASE):
        return
    size = database.path.stat().st_size / 2**20 if database.path.exists() else 0
    st.html(
        _section(FILE)
        + markup.element(
            "p",
            markup.file_link(f"{database.path.name} ({size:,.0f} MiB)", links.DATABASE)
            + " holds everything that the pages show. DuckDB 1.5 and 2 open it.",
            class_="cnv-file",
        )
        + text_block(_EXAMPLE, "the example")
    )


def data_dictionary(database: Generation) -> None:
    """Every table and column with its comment."""
    if not shows(Section.DATABASE):
        return
    tables, columns = dictionary(database)
    body = ""
    for name, comment, rows in tables.iter_rows():
        own_columns = columns.filter(pl.col("table_name") == name).drop("table_name").rows()
        body += markup.element(
            "details",
            markup.element(
                "summary",
                f"<code>{markup.text(name)}</code> {markup.text(comment or '')} ({quantities.count(rows)} rows)",
            )
            + _table(
                ("Column", "Type", "Meaning"),
                [(n, _type(t), c or "") for n, t, c in own_columns],
                f"Columns of {name}",
                class_="cnv-terms",
            ),
            class_="cnv-more",
        )
    st.html(
        _section(DICTIONARY)
        + markup.element(
            "p",
            "Positions in the database are 0-based and half-open; on the pages 1-based and inclusive.",
            class_="cnv-counted",
        )
        + body
    )


def programs(address: Mapping[str, str]) -> None:
    """How a program asks: the downloads take a page's own query; `address` maps words to whole addresses."""
    if not address:
        return
    st.html(
        _section(PROGRAMS)
        + markup.element(
            "p",
            "Each table of a page is a file at an address of its own, with the page's own query string; an unknown name or "
            "value is an error 400 with a sentence.",
        )
        + text_block("\n".join(f"# {words}\ncurl -OJ '{url}'" for words, url in address.items()), "the lines for curl")
    )


def _type(name: str) -> str:
    return "ENUM" if name.startswith("ENUM") else name


def _width(cell: str) -> str:
    """How a cell may be broken: numbers and short names nowhere, long ones anywhere, words between."""
    if " " not in cell:
        return "cnv-whole" if len(cell) <= WHOLE else "cnv-long"
    return "cnv-long" if len(cell) > LONG else ""


def _section(title: str, level: int = 2) -> str:
    return markup.element(f"h{level}", markup.text(title), class_="cnv-section", id=markup.anchor(title))


def _table(
    heads: Sequence[str],
    rows: Sequence[Sequence[object]],
    label: str,
    class_: str = "cnv-words",
    *,
    is_of_people: bool = False,
) -> str:
    """A table; of people each name leads to the page of the person."""

    def first(cell: object) -> str:
        name = str(cell)
        return markup.link(name, links.person(name, Filters())) if is_of_people else markup.text(name)

    head = ""
    if any(heads):
        cells = "".join(markup.element("th", markup.text(name), scope="col", class_="cnv-left") for name in heads)
        head = markup.element("thead", markup.element("tr", cells))
    body = "".join(
        markup.element(
            "tr",
            markup.element("th", first(row[0]), scope="row")
            + "".join(
                markup.element("td", markup.text(cell), class_=f"cnv-left {_width(str(cell))}") for cell in row[1:]
            ),
        )
        for row in rows
    )
    table = markup.element("table", head + markup.element("tbody", body), class_=f"cnv-table {class_}")
    return markup.scroll_box(table, label)
