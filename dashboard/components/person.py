"""A person in words and tables: where from, which relatives, what is marked, how many events beside other people, from whom."""

from collections.abc import Sequence
from typing import Any, Final

import polars as pl
import streamlit as st

from dashboard.components import markup
from dashboard.components.data import MARK_WORDS
from dashboard.components.download_menu import section
from dashboard.components.frequency import PLURALS, sign
from dashboard.components.glossary import with_terms
from dashboard.components.person_files import person_menu
from dashboard.door.person import NoPerson, PersonQuestion, not_read
from dashboard.question import links
from dashboard.question.filters import Filters
from dashboard.store.cohort import population_names, superpopulation_names
from dashboard.store.database import Generation
from dashboard.store.person import Known, Relative, Role, every_event_of, marks_of, relatives_of
from dashboard.store.person_events import person_events
from dashboard.store.person_events import standing as standing_of
from dashboard.store.person_names import example_people
from dashboard.words import filters as filter_words
from dashboard.words import quantities
from dashboard.words import relatives as relative_words
from data_prep.domain.chromosomes import LENGTHS, SEX_CHROMOSOMES
from data_prep.domain.copy_number import DIRECTIONS, Direction
from data_prep.domain.trios import Inheritance

RARE: Final = 0.01
COMMON: Final = 0.05
QUANTITIES: Final = (
    ("loss", "Losses"),
    ("complete_loss", "complete losses"),
    ("partial_loss", "partial losses"),
    ("gain", "Gains"),
    ("low_gain", "low-level gains"),
    ("high_gain", "high-level gains"),
)
"""Of the store's quantities, each with its words; the directions, then their parts."""


def person_head(question: PersonQuestion) -> str:
    """Name, population, karyotype sex, family and cohort, as HTML."""
    person = question.person
    facts = [
        f"{markup.text(person.population_name)} ({markup.text(person.population)})",
        f"{markup.text(person.superpopulation_name)} ({markup.text(person.superpopulation)})",
        markup.text(person.sex or "karyotype sex not known"),
        *([f"family {markup.text(person.family)}"] if person.family else []),
        "one of the unrelated" if person.unrelated else "not one of the unrelated: in frequencies of everyone alone",
    ]
    shown = "".join(markup.element("span", fact) for fact in facts)
    return markup.element("div", markup.element("h1", markup.text(person.sample)), class_="cnv-head") + markup.element(
        "div", shown, class_="cnv-facts"
    )


def person_lead(question: PersonQuestion) -> str:
    """What the person has, in a line a direction, and how rare it is, as HTML."""
    person, filters = question.person, question.filters
    if not person.counted:
        words = markup.text(not_read(person))
        return markup.element("div", markup.paragraphs([words]), class_="cnv-lead")
    events = person_events(question.database, person, filters)
    lines = [_line(events, direction) for direction in filters.directions]
    return markup.element("div", markup.paragraphs(lines), class_="cnv-lead") + markup.element(
        "div", markup.paragraphs(_counted(question, events)), class_="cnv-counted cnv-counting"
    )


def _line(events: pl.DataFrame, direction: Direction) -> str:
    mine = events.filter(pl.col("direction") == direction.value)
    strong = (
        ("complete-loss", "without a copy")
        if direction is Direction.LOSS
        else ("high-gain", "of 2.5 times the expected copies or more")
    )
    bases = quantities.length(int(mine["length"].sum()))
    number = mine.filter(pl.col("class") == strong[0]).height
    noun = PLURALS[direction] if mine.height != 1 else direction.value
    words = f"<strong>{quantities.count(mine.height)} {noun}</strong>"
    if mine.height:
        words += f" of {bases} in all, {quantities.count(number)} {strong[1]}"
    return f"{sign(direction)}{words}."


def _counted(question: PersonQuestion, events: pl.DataFrame) -> list[str]:
    filters = question.filters
    lines = [
        with_terms(
            markup.text(f"{filter_words.events_drawn(filters)[0].upper()}{filter_words.events_drawn(filters)[1:]}.")
        )
    ]
    if marked := events["marked"].sum():
        lines.append(f"{quantities.count(int(marked))} of them on marked chromosomes.")
    if rarity := rarity_words(question, events):
        lines.append(markup.text(rarity))
    return lines


def rarity_words(question: PersonQuestion, events: pl.DataFrame) -> str:
    """How often their sites are among unrelated people: “Of their sites 3 are in nobody else of the unrelated, ...”."""
    if events.is_empty():
        return ""
    own = pl.col("site_id").is_in(sites_counted(question)).cast(pl.Int32)
    with_share = pl.col("frequency").is_not_null()
    alone = (pl.col("carriers") <= own) & with_share
    counts = events.select(
        alone=alone.sum(),
        rare=(with_share & ~alone & (pl.col("frequency") < RARE)).sum(),
        between=(with_share & ~alone & (pl.col("frequency") >= RARE) & (pl.col("frequency") < COMMON)).sum(),
        common=(with_share & ~alone & (pl.col("frequency") >= COMMON)).sum(),
        unsaid=(pl.col("site").is_not_null() & ~with_share).sum(),
        none=pl.col("site").is_null().sum(),
    ).row(0, named=True)
    parts = [
        f"{quantities.count(counts[name])} {words}"
        for name, words in (
            ("alone", "of a site that no other unrelated person has"),
            ("rare", "of one carried by less than 1 %"),
            ("between", "by 1 to 5 %"),
            ("common", "by 5 % or more"),
            ("unsaid", "of one of which no share is told"),
            ("none", "of no site"),
        )
        if counts[name]
    ]
    return f"By the unrelated carriers of their sites: {quantities.joined(parts, 'and')}."


def sites_counted(question: PersonQuestion) -> list[int]:
    """The sites among whose unrelated carriers the person is: by a credible event, on a chromosome where the person is counted (R5)."""
    person = question.person
    if not person.unrelated:
        return []
    left_out = marks_of(question.database, person)["chrom"].to_list()
    left_out += list(SEX_CHROMOSOMES) if person.sex_mismatch else []
    events = every_event_of(question.database, person.sample_id)
    counted = pl.col("level").is_in(["pass", "credible"]) & ~pl.col("chrom").is_in(left_out)
    return events.filter(counted & pl.col("site_id").is_not_null())["site_id"].unique().to_list()


def relatives_line(question: PersonQuestion, filters: Filters) -> str:
    """The relatives that there are, each a link, as HTML; `filters` are those that links keep."""
    found = relatives_of(question.database, question.person)
    person = question.person
    parts = []
    for role in Role:
        of_role = [relative for relative in found if relative.role is role]
        if not of_role:
            continue
        noun = relative_words.ROLES[role.value][len(of_role) > 1]
        names = ", ".join(_relative(relative, filters) for relative in of_role)
        parts.append(f"{markup.text(noun[0].upper() + noun[1:])} {names}")
    if not person.father and not person.mother:
        whole = "The pedigree names no parent: not the child of a trio."
    elif person.father and person.mother:
        whole = ""
    else:
        whole = f"The pedigree names no {'father' if person.mother else 'mother'}: not the child of a trio."
    if not found:
        whole += " It names no relative."
    sentences = [*(f"{part}." for part in parts), *([whole] if whole else [])]
    return markup.element("p", " ".join(sentences), class_="cnv-counted cnv-relatives")


def _relative(relative: Relative, filters: Filters) -> str:
    if relative.known is Known.NOT_IN_PANEL:
        name = markup.text(relative.sample)
    else:
        name = markup.link(relative.sample, links.person(relative.sample, filters))
    words = relative_words.KNOWN[relative.known.value]
    return f"{name} ({markup.text(words)})" if words else name


def marks_lines(question: PersonQuestion) -> list[str]:
    """Why the person is left out somewhere, a line of HTML each."""
    person = question.person
    lines = []
    if person.sex_mismatch:
        why = f": {person.sex_mismatch_reason}" if person.sex_mismatch_reason else ""
        lines.append(
            f"<strong>Left out on X and Y.</strong> The calls contradict the recorded karyotype sex{markup.text(why)}."
        )
    for mark in marks_of(question.database, person).iter_rows(named=True):
        reason = MARK_WORDS.get(mark["reason"], mark["reason"])
        share = f", {quantities.percent(mark['share'])} of what is sequenced of it" if mark["share"] is not None else ""
        number = "1 event" if mark["events"] == 1 else f"{quantities.count(mark['events'])} events"
        lines.append(
            f"<strong>{markup.text(mark['chrom'])} is marked for {PLURALS[Direction(mark['direction'])]}</strong>: {markup.text(reason)} "
            f"({number}, {markup.text(quantities.length(mark['bases']))} together{markup.text(share)}, the longest "
            f"{markup.text(quantities.length(mark['longest']))}). Most probably it comes from cell culture; a constitutional change that large is "
            "possible. On this chromosome the person is in no frequency and no rate of trios; its events are listed, and left out of the comparison with other "
            "people."
        )
    return lines


def standing(question: PersonQuestion) -> None:
    """The person's numbers beside those of the unrelated people of the population: median, middle half, and where the person stands."""
    person, filters = question.person, question.filters
    frame = standing_of(question.database, person, filters)
    files = person_menu(question, "standing")
    if frame.is_empty():
        return
    people = int(frame["samples"].max() or 0)  # type: ignore[arg-type]
    title = section(f"Beside {quantities.count(people)} unrelated people of {markup.text(person.population)}", files)
    if not people:
        st.html(title + markup.element("p", "Nobody unrelated of this population was read.", class_="cnv-counted"))
        return
    marked = marks_of(question.database, person)["chrom"].to_list()
    counted = filter_words.events_drawn(Filters(level=filters.level))
    note = f"{counted[0].upper()}{counted[1:]}, whatever the class and the limits above"
    note += (
        f"; without {quantities.joined(marked, 'and')}, which {'is' if len(marked) == 1 else 'are'} marked."
        if marked
        else "."
    )
    rows = {row["quantity"]: row for row in frame.iter_rows(named=True)}
    lines = []
    for name, words in QUANTITIES:
        cells = "".join(_quantity(rows[f"{kind}_{name}"], kind) for kind in ("events", "bases"))
        whole = name in ("loss", "gain")
        direction = Direction.LOSS if "loss" in name else Direction.GAIN
        head = sign(direction) + markup.text(words)
        lines.append(
            markup.element(
                "tr",
                markup.element("th", head, scope="row") + cells,
                class_="cnv-total" if whole else "",
            )
        )
    heads = ("", "Events", "Median (middle half)", "Among them", "Bases", "Median (middle half)", "Among them")
    head = "".join(
        markup.element(
            "th", words, scope="col", **({"class_": "cnv-left"} if not words or words == "Among them" else {})
        )
        if words
        else markup.element("td", "")
        for words in heads
    )
    caption = (
        "Grey: from the 5th to the 95th percentile, darker the middle half, a line at the median; the dot is this person. “More than 40 %” is the "
        "share of these people with less."
    )
    table = markup.element(
        "table",
        markup.caption(caption)
        + markup.element("thead", markup.element("tr", head))
        + markup.element("tbody", "".join(lines)),
        class_="cnv-table cnv-standing",
    )
    label = "What the person carries beside other people"
    st.html(title + markup.element("p", markup.text(note), class_="cnv-counted") + markup.scroll_box(table, label))


def _quantity(row: dict[str, Any], kind: str) -> str:
    def said(value: float) -> str:
        return quantities.length(round(value)) if kind == "bases" else f"{value:,.0f}"

    middle = f"{said(row['median'])} ({said(row['q25'])}–{said(row['q75'])})"
    low, high = min(row["q05"], row["value"]), max(row["q95"], row["value"])
    reach = (high - low) or 1

    def at(value: float) -> float:
        return 4 + 92 * float(value - low) / float(reach)

    def bar(first: float, last: float, class_: str) -> str:
        style = f"left:{at(first):.1f}%;width:{max(at(last) - at(first), 1):.1f}%"
        return markup.element("span", "", class_=class_, style=style)

    drawn = markup.element(
        "span",
        bar(row["q05"], row["q95"], "cnv-range")
        + bar(row["q25"], row["q75"], "cnv-range cnv-middle")
        + markup.element("span", "", class_="cnv-median", style=f"left:{at(row['median']):.1f}%")
        + markup.element("span", "", class_="cnv-dot cnv-this", style=f"left:{at(row['value']):.1f}%"),
        class_="cnv-whisker",
        aria_hidden="true",
    )
    stands = f"more than {quantities.percent(row['below'])}" if row["below"] else "nobody with less"
    return (
        markup.element("td", markup.text(said(row["value"])))
        + markup.element("td", markup.text(middle))
        + markup.element(
            "td", drawn + markup.element("span", markup.text(stands), class_="cnv-name"), class_="cnv-left"
        )
    )


INHERITED: Final = (
    (Inheritance.BOTH.value, "in both parents"),
    (Inheritance.FATHER.value, "in the father alone"),
    (Inheritance.MOTHER.value, "in the mother alone"),
    (Inheritance.BELOW_FILTER.value, "below the filter in a parent"),
    (Inheritance.NEITHER.value, "apparent de novo"),
)


def inheritance_table(events: pl.DataFrame, directions: Sequence[Direction]) -> str:
    """How many events were inherited from whom, a row a direction, as HTML; `events` of `person_events`."""
    heads = [*(words for _, words in INHERITED), "not known", "copies do not agree", "all"]
    head = markup.element("th", "Event", scope="col", class_="cnv-left") + "".join(
        markup.element("th", words, scope="col") for words in heads
    )
    lines = []
    for direction in [one for one in DIRECTIONS if one in directions]:
        mine = events.filter(pl.col("direction") == direction.value)
        numbers = [mine.filter(pl.col("inheritance") == name).height for name, _ in INHERITED]
        numbers += [
            mine["inheritance"].null_count(),
            mine.filter(pl.col("inconsistent").fill_null(value=False)).height,
            mine.height,
        ]
        cells = "".join(markup.element("td", quantities.count(number)) for number in numbers)
        name = sign(direction) + markup.text(PLURALS[direction].capitalize())
        lines.append(markup.element("tr", markup.element("th", name, scope="row") + cells))
    caption = (
        "A parent carries an event where the union of the parent's credible events of that direction covers half of it or more. Events on marked "
        "chromosomes are counted here and in no rate."
    )
    table = markup.element(
        "table",
        markup.caption(caption)
        + markup.element("thead", markup.element("tr", head))
        + markup.element("tbody", "".join(lines)),
        class_="cnv-table",
    )
    label = "Events by inheritance"
    return markup.scroll_box(table, label)


def nobody(outcome: NoPerson | None, database: Generation, filters: Filters) -> None:
    """The page without a person: what is wrong, who is close, and somebody of each population to begin with."""
    title, sentence = (
        (
            "Which person?",
            "Type the name of a sample into the box above, or take one of these: of each population a child of a trio, where it has one.",
        )
        if outcome is None
        else ("Not found", outcome.sentence)
    )
    st.html(
        markup.element("div", markup.element("h1", markup.text(title)), class_="cnv-head")
        + markup.element("p", markup.text(sentence))
    )
    if outcome is not None and outcome.alike:
        shown = " ".join(markup.link(name, links.person(name, filters)) for name in outcome.alike)
        st.html(
            markup.element("p", "Close names:", class_="cnv-counted")
            + markup.element("p", shown, class_="cnv-links cnv-choices")
        )
    if outcome is None:
        examples = dict(example_people(database).select("population", "sample").iter_rows())
        lines: dict[str, list[str]] = {}
        for code, (name, group) in population_names(database).items():
            if code in examples:
                shown = markup.link(examples[code], links.person(examples[code], filters), title=name)
                lines.setdefault(group, []).append(f"{markup.text(code)} {shown}")
        groups = superpopulation_names(database)
        st.html(
            "".join(
                markup.element("h2", markup.text(groups.get(group, group)), class_="cnv-section")
                + markup.element(
                    "p", " ".join(markup.element("span", one) for one in shown), class_="cnv-links cnv-choices"
                )
                for group, shown in lines.items()
            )
        )


def on_all(events: pl.DataFrame) -> str:
    """The picture along the karyotype in words, for who cannot see it."""
    by_chrom = dict(events.group_by("chrom").len().iter_rows())
    parts = [f"{chrom.removeprefix('chr')}: {by_chrom[chrom]}" for chrom in LENGTHS if chrom in by_chrom]
    return f"Events by chromosome, gains above and losses below each. {', '.join(parts)}. The table below has each."
