"""What trios say of the callset, on the page of the data: a picture, and the same as a table (rule R11)."""

from typing import Any, Final

import polars as pl
import streamlit as st

from dashboard.charts.trios import BINS, LENGTHS, RATES
from dashboard.components import markup, vega
from dashboard.components.download_menu import section
from dashboard.components.frequency import PLURALS, sign
from dashboard.components.glossary import with_terms
from dashboard.components.person_files import callset_menu
from dashboard.components.run import Run
from dashboard.components.sections import Section, shows
from dashboard.downloads.other_charts import TRIOS_LEGEND, trio_spec
from dashboard.pages import DATA
from dashboard.question import links
from dashboard.question.person import of_callset
from dashboard.store.trios import EXPECTED_TRANSMISSION, trio_numbers, trio_quality
from dashboard.words import filters as filter_words
from dashboard.words import quantities
from data_prep.domain.copy_number import DIRECTIONS
from data_prep.domain.trios import LEAST_TRIOS

TITLE: Final = "Trios as evidence"
NULLS: Final = ("untransmitted_nulls", "null_parents")
HEADS: Final = {
    "transmission": "Transmitted",
    "consistency": "Consistent",
    "de_novo": "Apparent de novo",
    "untransmitted_nulls": "No copy in a parent, not transmitted",
}
MEANING: Final = (
    "Transmitted: of sites that one parent carries with one copy more or fewer, the other without any call at all, the share that the child carries "
    f"too; {EXPECTED_TRANSMISSION:.0%} is expected, and fewer says that children's events are missed or that the parents' are none. Consistent: "
    "of the events of children, those that a parent has too, at any filter level, and that no copy number contradicts. Apparent de novo: those "
    "of which neither parent has anything; true ones are a few in a hundred people, so it tells of false events and of missed ones. A parent "
    "without a copy hands on none, so a child that does not carry it is a fault of the calls."
).replace("%", " %")


def trios(run: Run) -> None:
    """The section; nothing where this server does not tell such numbers."""
    if not shows(Section.TRIOS):
        return
    database, filters = run.database, of_callset(run.filters)
    pedigree, read = trio_numbers(database)
    if not read:
        words = "The sample table names no child whose parents were both read, so there is nothing that trios could say of the calls."
        st.html(section(TITLE, id=markup.anchor(TITLE)) + markup.element("p", words, class_="cnv-counted"))
        return
    files = callset_menu(filters, ("trios",), ("trios",))
    st.html(
        section(TITLE, files, id=markup.anchor(TITLE))
        + markup.element("p", with_terms(markup.text(lead(run))), class_="cnv-sentence")
        + _levels(run)
        + markup.element("p", markup.text(f"{TRIOS_LEGEND} {_of_whom(pedigree, read)}"), class_="cnv-counted")
    )
    alt = (
        f"Rates by length and bins at {filter_words.LEVEL_WORDS[filters.level]}; the table below has the same numbers."
    )
    vega.draw(trio_spec(database, filters, run.palette), alt=alt, key=f"trios {filters.level}")
    st.html(_table(run) + markup.element("p", markup.text(MEANING), class_="cnv-counted"))


def lead(run: Run) -> str:
    """What everything together says, in a sentence a direction."""
    rows = trio_quality(run.database, ()).filter(pl.col("level") == run.filters.level.value)
    sentences = []
    for row in rows.iter_rows(named=True):
        noun = PLURALS[next(one for one in DIRECTIONS if one.value == row["direction"])]
        if row["consistency"] is None:
            sentences.append(f"Of {noun} there are fewer than {LEAST_TRIOS} in children.")
            continue
        words = (
            f"Of {quantities.count(row['children'])} {noun} of children {quantities.percent(row['consistency'])} are consistent with their parents and "
            f"{quantities.percent(row['de_novo'])} apparent de novo"
        )
        if row["transmission"] is not None:
            words += f"; {noun} of one parent alone are handed on in {quantities.percent(row['transmission'])} of {quantities.count(row['parents'])} cases"
        sentences.append(f"{words}.")
    return " ".join(sentences)


def _of_whom(pedigree: int, read: int) -> str:
    if read == pedigree:
        return f"All {quantities.count(read)} trios were read."
    return f"Of {quantities.count(pedigree)} trios all three were read of {quantities.count(read)}."


def _levels(run: Run) -> str:
    """The filter levels, the one in force marked."""
    shown = "".join(
        markup.link(
            filter_words.LEVEL_WORDS[level],
            links.plain_page(DATA, run.filters.at(level)),
            **({"aria_current": "true"} if level is run.filters.level else {}),
        )
        for level in filter_words.LEVELS
    )
    return markup.element("nav", shown, class_="cnv-ways", aria_label="Filter level of the events")


def _table(run: Run) -> str:
    frames = pl.concat(trio_quality(run.database, by) for by in ((), ("length_class",), ("bin_class",)))
    rows = frames.filter(pl.col("level") == run.filters.level.value)
    groups = [("everything", "all", "all")]
    groups += [(words, name, "all") for name, words in LENGTHS.items()]
    groups += [(words, "all", name) for name, words in BINS.items()]
    lines = []
    before = ""
    for words, length, bins in groups:
        part = "length" if length != "all" else "bins" if bins != "all" else ""
        of_class = rows.filter((pl.col("length_class") == length) & (pl.col("bin_class") == bins))
        for direction in DIRECTIONS:
            (row,) = of_class.filter(pl.col("direction") == direction.value).iter_rows(named=True)
            if not (row["children"] or row["parents"] or row["null_parents"]):
                continue
            cells = "".join(
                markup.element("td", _rate(row, name, of))
                for name, of in (*((rate.column, rate.of) for rate in RATES), NULLS)
            )
            head = markup.element("th", sign(direction) + markup.text(words), scope="row")
            class_ = "cnv-total" if not part else "cnv-break" if part != before else ""
            lines.append(markup.element("tr", head + cells, class_=class_))
            before = part
    head = markup.element("th", "Events", scope="col", class_="cnv-left") + "".join(
        markup.element("th", words, scope="col") for words in HEADS.values()
    )
    caption = (
        f"Share, 95 % Wilson interval, and of how many; none of fewer than {LEAST_TRIOS}. ▼ losses, ▲ gains. The file has every level, and length "
        "and bins together."
    )
    table = markup.element(
        "table",
        markup.caption(caption)
        + markup.element("thead", markup.element("tr", head))
        + markup.element("tbody", "".join(lines)),
        class_="cnv-table",
    )
    label = "What trios say of the callset"
    return markup.scroll_box(table, label)


def _rate(row: dict[str, Any], name: str, of: str) -> str:
    number = quantities.count(row[of])
    if row[name] is None:
        return markup.element("span", f"of {number}", class_="cnv-name") if row[of] else ""
    interval = quantities.interval_percent(row[f"{name}_ci_low"], row[f"{name}_ci_high"])
    return f"{markup.text(quantities.percent(row[name]))} " + markup.element(
        "span", markup.text(f"({interval}) of {number}"), class_="cnv-name"
    )
