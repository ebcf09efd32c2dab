"""Makes docs/addresses.md from the filters, catalogues and columns of the dashboard: `python -m docs.make_addresses`.

What a name of an address takes is what the dashboard itself says when it is given a wrong value, so the two cannot differ.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from dashboard import pages
from dashboard.door.catalogue import PAGE
from dashboard.downloads.catalogue import CALLSET_CHARTS, CHARTS, FORMATS, PERSON_CHARTS, PICTURES, TABLES
from dashboard.downloads.cohort_files import FILES
from dashboard.formats import columns
from dashboard.question import catalogue, filters, links, view
from dashboard.question.filters import ANY, CODING, Filters, Overlap
from dashboard.rows.catalogue import EVERY_TABLE
from dashboard.rows.table import FIRST_ROWS, LIMIT, MOST_ROWS, OFFSET, SORT

FILE: Final = Path(__file__).with_name("addresses.md")

PLACES: Final = (
    (
        "gene",
        "a symbol or an Ensembl id: `GSTM1`, `ENSG00000134184`; of the page `/genes` and of the table `genes` several, joined by commas",
    ),
    ("region", "`chr1:109600000-109800000`, 1-based and inclusive; `chr7`; a band such as `22q11.21`"),
    ("sample", "the name of a person, in any case: `HG00096`"),
    (
        "event",
        "an event of that person, which is drawn with those of parents and children: `chr1-109687570-109697444-loss`, its own first and last base",
    ),
    (
        "site",
        "the id of a site, such as `chr1-109687570-109697444-loss`: by itself the site, beside a gene or region one of those there, to which it is narrowed",
    ),
)
"""What is looked at; the dashboard looks these up in the database, and says what is wrong with one that it does not find."""

MEANING: Final = {
    "class": (
        "loss and gain",
        "The [class](glossary.md#class) of a carrier at the gene or region ([R2](rules.md#r2-class-of-a-call)); several joined by commas",
    ),
    "filter": (None, "The [level](glossary.md#level) of events that count ([R4](rules.md#r4-filter-levels))"),
    "cohort": (None, "Who is counted ([R5](rules.md#r5-who-is-counted))"),
    "outliers": (
        None,
        "What becomes of people with [marked chromosomes](glossary.md#outlier) ([R11](rules.md#r11-trouble-that-must-be-visible))",
    ),
    "population": ("everyone", "The group that is counted ([R5](rules.md#r5-who-is-counted))"),
    "sex": ("any", "Karyotype sex of the people who are counted"),
    "overlap": (
        "of a gene `coding`, of a region `any`",
        "The [overlap rule](glossary.md#overlap-rule) ([R7](rules.md#r7-overlap-rules))",
    ),
    "min_length": ("none", "Least bases of an event"),
    "max_length": ("none", "Most bases of an event"),
    "min_quality": ("none", "Least quality of an event"),
    "min_bins": ("none", "Least read-depth [bins](glossary.md#bin) of an event"),
    "copy_number": (
        "any",
        "[Copies](glossary.md#copy-number) of a carrier at the gene or region ([R7](rules.md#r7-overlap-rules))",
    ),
    "callset": ("the newest", "The [callset](glossary.md#callset) that is looked at"),
}
"""Of each name of the filters its default, where it is no single value of the code's, and what it chooses."""

_HEAD: Final = """# Addresses

Made by `python -m docs.make_addresses` from the filters, catalogues and columns in the code: change those and make this file \
again. The rule behind it is [R13](rules.md#r13-names-in-addresses); words are explained in the [glossary](glossary.md).

One address is the whole view. A page, its downloads and its charts take the same names and values, so the query string of a \
page can be put behind the address of a file. A default is left out. A page that meets an unknown name or value says so and uses the \
default; a download answers 400 with a sentence and sends no file."""


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def allowed(name: str, default_overlap: Overlap = ANY) -> str:
    """What a name takes, in the dashboard's own words: those with which it refuses another value."""
    _, problems = filters.parse(
        {name: "?"}, ("AFR", "GBR"), default_overlap, ("the name of a callset that /data and /health show",)
    )
    sentence = next(problem.sentence for problem in problems if problem.parameter == name)
    return sentence.partition("which takes ")[2].removesuffix(".")


def _default(name: str) -> str:
    said = MEANING[name][0]
    if said is not None:
        return said
    field = {"filter": Filters().level, "cohort": Filters().cohort, "outliers": Filters().outliers}[name]
    return f"`{field.value}`"


def _names() -> str:
    rows = []
    for name in filters.NAMES:
        takes = allowed(name)
        if name == "overlap":
            takes = f"of a gene {allowed(name, CODING)}; of a region {takes}. Another share than 0.5 may be given"
        rows.append((f"`{name}`", MEANING[name][1], takes, _default(name)))
    return _table(("name", "what it chooses", "takes", "default"), rows)


VIEWS: Final = {
    "tab": ("the page's first", "The table that is open"),
    "by": ("`groups`", "The groups of the figures"),
    "show": ("`frequency`", "What the figures show"),
    "scale": ("`linear`", "The scale of people per base along the genome"),
    "sort": (
        "the table's own",
        "The order of the open table. What is missing is last in both directions, and what is equal keeps its order",
    ),
}
"""Of each name that says how a page shows what is counted its default, and what it chooses."""


def _views() -> str:
    rows = []
    for name in view.NAMES:
        _, problems = view.parse({name: "?"})
        takes = problems[0].sentence.partition("which takes ")[2].removesuffix(".")
        default, chooses = VIEWS[name]
        rows.append((f"`{name}`", chooses, takes, default))
    return _table(("name", "what it chooses", "takes", "default"), rows)


LISTED: Final = {
    "min_carriers": ("2", "The least carriers of a site among the people counted; 1 lists those of one too"),
    "min_frequency": ("", "The least frequency among the people counted"),
    "max_frequency": ("", "The greatest frequency among them"),
    "genes": ("any", "Sites that touch a gene, that take coding sequence, or that touch none"),
    "min_fst": ("", "The least [F_ST](glossary.md#f_st) over five super-populations"),
    "min_vst": ("", "The least [V_ST](glossary.md#v_st) over them"),
    "max_q": ("", "The greatest q of carriers over them ([R10](rules.md#r10-differences-between-populations))"),
    "few_bins": ("include", "What becomes of sites of two bins or fewer in the median"),
    "multi_allelic": ("include", "What becomes of multi-allelic sites"),
    "problem": ("include", "What becomes of sites half or more of which lies in a problem region"),
    "min_trios": ("", "The least trios that tell of transmission"),
    "min_transmission": ("", "The least [transmission rate](glossary.md#transmission-rate)"),
    "max_transmission": ("", "The greatest transmission rate"),
    "sort": ("-frequency", "The order; a site without a value comes last"),
}
"""Of each name that narrows or orders the catalogue of sites its default, and what it chooses."""


def _listed() -> str:
    rows = []
    # a screenful is scrolled to
    for name in (name for name in catalogue.NAMES if name != PAGE):
        _, problems = catalogue.parse({name: "?"})
        takes = problems[0].sentence.partition("which takes ")[2].removesuffix(".")
        default, chooses = LISTED[name]
        rows.append((f"`{name}`", chooses, takes, f"`{default}`" if default else ""))
    return _table(("name", "what it chooses", "takes", "default"), rows)


def _columns(table: columns.Table) -> str:
    rows = ((f"`{column.name}`", column.type.__name__, column.meaning) for column in table.columns)
    return f"### {table.name}\n\nA row is {table.row}.\n\n{_table(('column', 'type', 'meaning'), rows)}"


def text() -> str:
    """The whole of addresses.md."""
    others = (
        (links.DATABASE, "the database itself, with its length and by ranges"),
        (f"{links.SUGGEST}?q=", "what the search box offers for a text, as JSON"),
        (links.HEALTH, "200 with what is published, 503 with the reason where there is nothing to read"),
        ("/live", "200 while the process runs"),
        (links.RULES, "the [rules](rules.md)"),
        (links.GLOSSARY, "the [glossary](glossary.md)"),
    )
    tables = (columns.CALLS, columns.CARRIERS, columns.FREQUENCIES, columns.sites(("AFR",)), columns.GENES)
    sections = (
        _HEAD,
        "## Pages",
        _table(("address", "what it shows"), ((f"`{page.path}`", page.description) for page in pages.in_order())),
        "## What is looked at",
        _table(("name", "takes"), ((f"`{name}`", words) for name, words in PLACES)),
        "## Names and values",
        _names(),
        "How a page shows what is counted stands in its address too. None of it changes a number, so files, charts and rows take these names and "
        "leave them aside.",
        _views(),
        "## Downloads",
        "`/download/TABLE.FORMAT?...`, of a gene or region; `genes` of several genes too.",
        _table(
            ("table", "formats"),
            ((f"`{table}`", ", ".join(f"`{suffix}`" for suffix in formats)) for table, formats in TABLES.items()),
        ),
        "Of the whole cohort, of a person (`sample=`), and of all sites (`catalogue`, genome-wide or in a `region`):",
        _table(
            ("table", "what it is", "formats", "takes"),
            (
                (
                    f"`{name}`",
                    file.words,
                    ", ".join(f"`{suffix}`" for suffix in file.formats),
                    ", ".join(f"`{taken}`" for taken in file.takes),
                )
                for name, file in FILES.items()
            ),
        ),
        "The catalogue of sites takes, beside the filters (of which `min_length`, `max_length` and `min_bins` are asked of a site's own length and "
        "median bins):",
        _listed(),
        _table(("format", "media type"), ((f"`{suffix}`", media) for suffix, media in FORMATS.items())),
        "## Charts",
        f"`/chart/NAME.FORMAT?...`, as {' and '.join(PICTURES)}: {', '.join(f'`{name}`' for name in CHARTS)}; of a person "
        f"{', '.join(f'`{chart.name}`' for chart in PERSON_CHARTS)}; of a callset {', '.join(f'`{chart.name}`' for chart in CALLSET_CHARTS)}.",
        "## Rows of tables",
        f"`{links.ROWS}/TABLE?...` answers some rows of a table of a page as JSON, which a page asks while it is scrolled: `{SORT}` as above, `{OFFSET}` "
        f"the number of rows before the first (0), `{LIMIT}` how many rows, {FIRST_ROWS} where it says none and {MOST_ROWS} at most. Beside them it "
        "takes what the page takes. `total` is the number of all rows; a cell is a text, null where nothing is known, or an object with its text `t`, "
        "the value `v` by which it is ordered, and the address `h` that it leads to.",
        _table(("table", "a row is"), ((f"`{table.name}`", table.words) for table in EVERY_TABLE.values())),
        "## Other addresses",
        _table(("address", "what it answers"), ((f"`{path}`", words) for path, words in others)),
        "## Columns",
        "Intervals in CSV, TSV, JSON and Parquet are 1-based and inclusive; the other formats write them as each standard says "
        "([R1](rules.md#r1-coordinates)). The sites have `carriers_` and `samples_` of each super-population; AFR stands for all of them.",
        *(_columns(table) for table in (*tables, *(file.table for file in FILES.values()))),
    )
    return "\n\n".join(sections) + "\n"


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
