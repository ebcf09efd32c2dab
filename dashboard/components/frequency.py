"""The answer about losses and gains, each apart: headline, dot plot and table by super-population."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from dashboard.components import markup
from dashboard.question import links
from dashboard.question.filters import ANY, CODING, CODING_TOUCH, Filters, Overlap
from dashboard.question.subject import Subject
from dashboard.question.target import Target
from dashboard.store.carriers.counts import Count
from dashboard.store.clauses import Clause
from dashboard.words import filters as filter_words
from dashboard.words import overlap_rules, quantities
from dashboard.words.frequency_table import Row
from data_prep.domain.copy_number import CallClass, Direction
from data_prep.domain.levels import Level

SIGNS: Final = {Direction.LOSS: "▼", Direction.GAIN: "▲"}
PLURALS: Final = {Direction.LOSS: "losses", Direction.GAIN: "gains"}
PARTS: Final = {
    Direction.LOSS: (("complete_losses", "Complete"), ("partial_losses", "Partial")),
    Direction.GAIN: (("low_gains", "Low-level"), ("high_gains", "High-level")),
}


def headline(
    table: Sequence[Row],
    parts: Mapping[Clause, Sequence[Row]],
    beside: Mapping[Overlap, Count],
    thin: tuple[int, int],
    direction: Direction,
    filters: Filters,
    target: Target,
    subject: Subject,
    *,
    shares: bool,
) -> str:
    """The answer in a few words, as HTML: share, people, range over super-populations, and what rule and filter hide.

    `table` is the frequency table of every direction, `parts` those of the people told apart, `beside` the counts of this
    direction under `any` and, of a gene, under `coding-touch`; `thin` is how many carriers have events of one or two bins alone, and
    how many carriers there are. Without `shares`
    carriers are told, and nothing of who does not carry (R5).
    """
    whole = everyone(table, direction)
    rule = target.rule_in_force(filters.overlap)
    only = only_these(filters, direction)
    happens = overlap_rules.headline_verb(direction, rule, target.kind, is_site=target.site is not None) + only
    completely = overlap_rules.complete_loss_phrase(rule, target.kind) if target.site is None else "no copy in"
    if only or direction is not Direction.LOSS:
        completely = ""
    rows = {part: everyone(rows_of_part, direction) for part, rows_of_part in parts.items()}
    if not shares:
        numbers = "; ".join(_called(row, part, completely) for part, row in rows.items())
        lead = f"<strong>{markup.text(happens)}</strong>: {numbers}"
    elif len(rows) > 1:
        numbers = "; ".join(f"{part.label} {_frequency(row)}{_complete(row, completely)}" for part, row in rows.items())
        lead = f"<strong>{markup.text(happens)}</strong>: {numbers}"
    else:
        share = "nobody" if whole["carriers"] == 0 else f"{quantities.percent(whole['frequency'])} of people"
        numbers = f"{quantities.count(whole['carriers'])} of {quantities.count(whole['samples'])}"
        if whole["carriers"] == 0:
            numbers = _frequency(whole)
        lead = f"<strong>{markup.text(happens)} in {share}</strong>: {numbers}{_complete(whole, completely)}"
    few_bins, bearing = thin
    if few_bins * 2 > bearing:
        lead += ", most of them by events of one or two bins, the least certain kind"
    within_reach = in_between(beside, direction, filters, target)
    if within_reach:
        address = links.page(subject, filters.within_direction(direction).under(CODING_TOUCH))
        lead += "; " + markup.link(
            f"in {quantities.count(within_reach)} more the end of a loss may reach into it", address
        )
    pooled = shares and len(rows) == 1
    sentences = [
        *(_spread(table, direction) if pooled else ()),
        *_beside(whole, beside[ANY], direction, target, shares=pooled),
        *_hidden(whole, filters, shares=pooled),
        *(
            [f"{quantities.count(few_bins)} of the carriers have events of one or two bins only."]
            if 0 < few_bins * 2 <= bearing
            else []
        ),
    ]
    return f"{sign(direction)}{lead}. " + markup.element("span", markup.text(" ".join(sentences)), class_="cnv-small")


def _frequency(row: Row) -> str:
    return quantities.frequency(row["carriers"], row["samples"], row["ci_low"], row["ci_high"], row["people_seen"])


def _complete(row: Row, completely: str) -> str:
    """Who of the carriers has no copy, behind their number; `completely` says how, and is empty where it is not told."""
    return f", {completely} {quantities.count(row['complete_losses'])}" if completely and row["complete_losses"] else ""


def _called(row: Row, part: Clause, completely: str) -> str:
    """The carriers at a place of copies: who has no call there is nobody to be counted."""
    people = f"{part.label} people" if part.label else "people"
    if not row["carriers"]:
        return "no call" + (f" in {people}" if part.label else "")
    people = people.removesuffix("people") + ("person" if row["carriers"] == 1 else "people")
    return f"called in {quantities.count(row['carriers'])} {people}{_complete(row, completely)}"


def only_these(filters: Filters, direction: Direction) -> str:
    """The classes of a direction where not all of them are asked for, in brackets."""
    only = [name for name in filters.classes if name.direction is direction]
    if not only or CallClass(direction.value) in only:
        return ""
    return f" ({quantities.joined([filter_words.CLASS_WORDS[name] for name in only], 'and')} only)"


def in_between(beside: Mapping[Overlap, Count], direction: Direction, filters: Filters, target: Target) -> int:
    """People of whose losses the end alone may reach the bases that `coding` looks at (R7); only where that rule is in force
    and no class is asked for, since a person may be of another class with the ends and without."""
    rule = target.rule_in_force(filters.overlap)
    if direction is not Direction.LOSS or rule != CODING or only_these(filters, direction) or filters.copy_numbers:
        return 0
    return beside[CODING_TOUCH].carriers - beside[CODING].carriers


def everyone(table: Sequence[Row], direction: Direction) -> Row:
    """The row of all people counted."""
    return next(row for row in table if row["direction"] == direction.value and row["grouped_by"] == "all")


def _spread(table: Sequence[Row], direction: Direction) -> Iterator[str]:
    groups = [
        row
        for row in table
        if row["direction"] == direction.value
        and row["grouped_by"] == "superpopulation"
        # a group in whom the place was hardly seen is neither the most nor the least
        and row["carriers"] is not None
    ]
    bearing = sum(row["carriers"] > 0 for row in groups)
    if len(groups) < 2 or not bearing:
        return
    groups.sort(key=lambda row: row["frequency"], reverse=True)
    most, least = groups[0], groups[-1]
    if bearing == 1:
        yield f"All of them in {most['group']}."
        return
    low = f"{quantities.percent(least['frequency'])} in {least['group']}"
    without = [row["group"] for row in groups if not row["carriers"]]
    if without:
        # of several without a carrier none is the least
        low = (
            f"none in {', '.join(without)}"
            if len(without) > 1
            else f"0 of {quantities.count(least['samples'])} in {without[0]}"
        )
    if least["ci_high"] >= most["ci_low"]:
        # which group has most of the carriers may be chance
        yield f"From {low} to {quantities.percent(most['frequency'])} in {most['group']}, with overlapping intervals."
        return
    often = f"Most often in {most['group']} ({quantities.percent(most['frequency'])})"
    yield (
        f"{often}, {low}."
        if without
        else f"{often}, least in {least['group']} ({quantities.percent(least['frequency'])})."
    )


def _beside(whole: Row, touched: Count, direction: Direction, target: Target, *, shares: bool) -> Iterator[str]:
    """How many more people an event touches the place in than the rule counts (R7): an intron's deletion is none of the
    coding sequence, and who looks for it must not take the gene for untouched."""
    if touched.carriers > whole["carriers"]:
        number = quantities.count(touched.carriers)
        share = quantities.percent(touched.carriers / touched.samples)
        numbers = f"{share} ({number})" if shares and target.has_share(ANY) else quantities.people(touched.carriers)
        yield f"A {direction.value} touches the {target.kind.noun} anywhere in {numbers}."


def hidden_by_filter(table: Sequence[Row], direction: Direction, filters: Filters, *, shares: bool) -> str:
    """What the share is at PASS, without `shares` how many carry, and how many carriers the filter hides (R4)."""
    return " ".join(_hidden(everyone(table, direction), filters, shares=shares))


def _hidden(whole: Row, filters: Filters, *, shares: bool) -> Iterator[str]:
    if filters.level is not Level.PASS and whole["pass_carriers"] != whole["carriers"]:
        passing = whole["pass_carriers"]
        if shares:
            yield f"PASS alone would show {quantities.percent(whole['pass_frequency']) if passing else 'nobody'}."
        else:
            yield f"PASS alone would show {f'{quantities.count(passing)} of them' if passing else 'none of them'}."
    if filters.level is not Level.ALL:
        hidden = whole["hidden"]
        if hidden:
            yield f"The filter hides {quantities.count(hidden)} more {'carrier' if hidden == 1 else 'carriers'}."
        else:
            yield "The filter hides no carrier."


def sign(direction: Direction) -> str:
    """The triangle of a direction, as HTML: colour is never the only sign."""
    return markup.element("span", SIGNS[direction], class_=f"cnv-sign cnv-{direction.value}", aria_hidden="true")
