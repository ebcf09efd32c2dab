"""The answer of a page in sentences, as HTML: what a page is drawn with, and what its served HTML and previews are made of.

Nothing here draws or asks who wants to know, so the sentence of a link's preview is the page's own.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from dashboard import settings
from dashboard.components import frequency, markup, place
from dashboard.components.region_lead import region_lead
from dashboard.components.sections import Section, shows
from dashboard.door.question import Question
from dashboard.question import links
from dashboard.question.subject import site_filters
from dashboard.question.target import Pieces
from dashboard.store.callability import Callability, callability, no_share
from dashboard.store.carriers.counts import Extent, by_rule, extents, thin_carriers
from dashboard.store.clauses import SEXES, Clause, clauses, table_of_all, tables, tables_without_small_cells
from dashboard.store.panel import Denominator, count_people
from dashboard.words import filters as filter_words
from dashboard.words import overlap_rules, quantities
from dashboard.words.frequency_table import Row
from dashboard.words.seen import FEW_CALLS
from data_prep.domain.copy_number import Direction
from data_prep.domain.levels import Level

_HIDDEN: Final = re.compile(r"The filter hides [\d,]+ more carriers?\.")


@dataclass(frozen=True, slots=True)
class Lead:
    """The answer about a place, as far as this server tells of it."""

    lines: tuple[str, ...] = ()
    """A line of HTML a direction; empty where there is no number to tell."""
    notices: tuple[tuple[str, ...], ...] = ()
    """Why there is none, or what has to be known beside it: boxes of lines of HTML."""
    counted: str = ""
    """What is counted, in whom, as HTML."""
    parts: Mapping[Clause, Sequence[Row]] = field(default_factory=dict)
    """The frequency tables of the people told apart, of which the lines are made; empty without them."""
    table: Sequence[Row] = ()
    """That of everyone counted."""

    @property
    def html(self) -> str:
        """Lines and boxes."""
        lines = markup.element("div", markup.paragraphs(self.lines), class_="cnv-lead") if self.lines else ""
        return lines + "".join(markup.notice(box) for box in self.notices)


def lead(question: Question) -> Lead:
    """The answer about a gene, a region or a site there."""
    target, filters = question.target, question.filters
    if not shows(Section.NUMBERS):
        return _yes_and_no(question)
    counted = count_people(question.database, target.interval.chrom, filters)
    if not shows(Section.EXTENT):
        return _bounded(question, counted)
    in_whom = place.counted_sentence(question, counted)
    seen = callability(question.database, target, filters)
    is_wide = is_without_share(question)
    if reasons := _no_answer(question, str(target.interval) if is_wide else question.heading, seen, counted):
        return Lead(notices=(tuple(reasons),), counted=in_whom)
    if is_wide:
        beside = (place.paralogous(str(target.interval), seen),) if seen.is_paralogous else ()
        return Lead(tuple(_wide_lines(question, shares=not seen.is_paralogous)), _boxes(*beside), in_whom)
    parts = tables(question.database, target, clauses(question.database, target, filters))
    table = table_of_all(question.database, target, filters, parts)
    shares = not no_share(target, filters, seen)
    lines = lead_lines(question, table, parts, directions_told(question), shares=shares)
    lines = [_with_way_to_all(question, line) for line in lines]
    return Lead(tuple(lines), _beside(question, seen), in_whom, parts, table)


def _with_way_to_all(question: Question, line: str) -> str:
    """A line of HTML whose words on what the filter hides lead to all calls."""
    address = links.page(question.subject, question.filters.at(Level.ALL))
    return _HIDDEN.sub(lambda match: markup.link(match[0], address), line)


def is_without_share(question: Question) -> bool:
    """Whether the place is too wide for a share of people with any event in it (R7, R8)."""
    return question.region is not None and not question.target.has_share(
        question.target.rule_in_force(question.filters.overlap)
    )


def directions_told(question: Question) -> list[Direction]:
    """The directions that an answer tells of, in their order."""
    return [direction for direction in question.filters.directions if question.target.direction in (None, direction)]


def _no_answer(question: Question, name: str, seen: Callability, counted: Denominator) -> list[str]:
    """Why no number is told, as lines of HTML; empty where one is."""
    if not seen.assessable:
        return place.not_assessable(name, seen)
    if not counted.counted:
        return place.nobody_counted(question.target.interval.chrom, question.filters)
    if not directions_told(question):
        return [_other_direction(question)]
    return []


def _other_direction(question: Question) -> str:
    """That the site is not of the direction that is asked for, as a line of HTML."""
    direction = question.target.direction
    assert direction
    own = links.page(question.subject, site_filters(question.filters, direction))
    words = f"This is a site of {frequency.PLURALS[direction]}, and it has no events of the other direction, which alone is asked for."
    return f"{markup.text(words)} {markup.link('Count its own', own)}"


def _beside(question: Question, seen: Callability) -> tuple[tuple[str, ...], ...]:
    """What has to be known beside the numbers."""
    paralogous = place.paralogous(question.heading, seen) if seen.is_paralogous else []
    return _boxes(paralogous, place.cautions(question.target, seen))


def _boxes(*boxes: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(box) for box in boxes if box)


def lead_lines(
    question: Question,
    table: Sequence[Row],
    parts: Mapping[Clause, Sequence[Row]],
    directions: Sequence[Direction],
    *,
    shares: bool,
) -> list[str]:
    """The answer, a line of HTML a direction: of a region about size, unless a rule is chosen (R7)."""
    database, subject, target, filters = question.database, question.subject, question.target, question.filters
    if target.kind is Pieces.REGION and target.site is None and filters.overlap is None:
        return [
            region_lead(several, filters, subject, target, shares=shares)
            + " "
            + markup.element(
                "span",
                markup.text(
                    frequency.hidden_by_filter(
                        table, next(iter(several.values())).direction, filters, shares=shares and len(several) == 1
                    )
                ),
                class_="cnv-small",
            )
            for several in _extents(question, tuple(parts))
        ]
    thin = thin_carriers(database, target, filters)
    # as below, in the table of what the number depends on
    counts = by_rule(database, target, filters, target.rules_beside(filters.overlap))
    beside = {
        direction: {
            rule: count for rule, several in counts.items() for count in several if count.direction is direction
        }
        for direction in directions
    }
    return [
        frequency.headline(
            table, parts, beside[direction], thin[direction], direction, filters, target, subject, shares=shares
        )
        for direction in directions
    ]


def _extents(question: Question, parts: Sequence[Clause]) -> list[dict[Clause, Extent]]:
    """How much of the region is taken, a direction each, of the people told apart."""
    by_part = [extents(question.database, question.target, part.filters) for part in parts]
    return [dict(zip(parts, several, strict=True)) for several in zip(*by_part, strict=True)]


def _wide_lines(question: Question, *, shares: bool) -> list[str]:
    """The answer about a region too wide for a share: about size, or of the rule that was chosen without one."""
    target, filters = question.target, question.filters
    if filters.overlap is None:
        parts = clauses(question.database, target, filters)
        return [
            region_lead(extents_by_part, filters, question.subject, target, shares=shares)
            for extents_by_part in _extents(question, parts)
        ]
    rule = target.rule_in_force(filters.overlap)
    return [
        f"{frequency.sign(count.direction)}<strong>{overlap_rules.headline_verb(count.direction, rule, target.kind, is_site=target.site is not None)} in "
        f"{quantities.count(count.carriers)} of {quantities.count(count.samples)} people</strong>. "
        + markup.element("span", f"No share is given of {overlap_rules.WITHOUT_SHARE}.", class_="cnv-small")
        for count in by_rule(question.database, target, filters, (rule,))[rule]
    ]


def _yes_and_no(question: Question) -> Lead:
    """Whether losses and gains were seen there, yes or no, and what that does not say."""
    database, target, filters = question.database, question.target, question.filters
    seen = callability(database, target, filters)
    rule = target.rule_in_force(filters.overlap)
    lines = []
    for count in by_rule(database, target, filters, (rule,))[rule]:
        happens = overlap_rules.headline_verb(
            count.direction, rule, target.kind, is_site=target.site is not None
        ) + frequency.only_these(filters, count.direction)
        lines.append(
            f"{frequency.sign(count.direction)}<strong>{markup.text(happens)}: "
            f"{_yes_or_no(seen, carried=count.carriers > 0)}"
        )
    sentence = f"Looked for: {filter_words.events_counted(filters, target)}, in {filter_words.group(filters)}."
    boxes: list[str] = []
    if not seen.assessable:
        boxes = place.not_assessable(question.heading, seen)
    elif seen.is_paralogous:
        boxes = place.paralogous(question.heading, seen)
    return Lead(tuple(lines), _boxes(boxes), _small(sentence) + _small(settings.disclosure().limit))


def _small(sentence: str) -> str:
    return markup.element("p", markup.text(sentence), class_="cnv-counted")


def _yes_or_no(seen: Callability, *, carried: bool) -> str:
    """The answer about a direction, as HTML from within its strong words on: a place that cannot be seen has no “no” (R5)."""
    if carried:
        return "yes</strong>. Such a variant was seen."
    if not seen.assessable:
        return "not assessable</strong>. That none was seen says nothing here."
    if seen.is_paralogous:
        return f"no call</strong>. {FEW_CALLS[0].upper()}{FEW_CALLS[1:]}."
    return "no</strong>. No such variant was seen."


def _bounded(question: Question, counted: Denominator) -> Lead:
    """How many people carry, with small numbers withheld where the operator says so."""
    database, target, filters = question.database, question.target, question.filters
    least = settings.disclosure().smallest_cell
    seen = callability(database, target, filters)
    in_whom = (
        _small(
            f"Counted: {filter_words.events_counted(filters, target)}, in {quantities.count(counted.counted)} "
            f"{filter_words.group(filters)}."
        )
        if least
        else place.counted_sentence(question, counted)
    )
    in_whom = _small(settings.disclosure().limit) + in_whom
    if reasons := _no_answer(question, question.heading, seen, counted):
        return Lead(notices=(tuple(reasons),), counted=in_whom)
    # XX and XY apart would be another question beside that of everyone
    parts = (Clause("", filters),) if least else clauses(database, target, filters)
    bounded = tables_without_small_cells(database, target, parts, least)
    shares = not no_share(target, filters, seen)
    lines = [
        _line(question, bounded, direction, least, shares=shares, paralogous=seen.is_paralogous)
        for direction in directions_told(question)
    ]
    return Lead(tuple(lines), _beside(question, seen), in_whom, bounded)


def _line(
    question: Question,
    tables: Mapping[Clause, Sequence[Row]],
    direction: Direction,
    least: int,
    *,
    shares: bool,
    paralogous: bool,
) -> str:
    """The answer about one direction, as HTML."""
    target, filters = question.target, question.filters
    rule = target.rule_in_force(filters.overlap)
    happens = overlap_rules.headline_verb(
        direction, rule, target.kind, is_site=target.site is not None
    ) + frequency.only_these(filters, direction)
    answers = []
    # where XX and XY are expected to have different copies a share of both is of neither (R5)
    apart = least and len(clauses(question.database, target, filters)) > 1
    rows = [
        row
        for part, table in tables.items()
        for row in (_of_sexes(table, direction) if apart else [(part.label, frequency.everyone(table, direction))])
    ]
    for label, row in rows:
        if row["withheld"]:
            words = f"numbers withheld: fewer than {least} people carry it, or all but so few"
        elif paralogous:
            words = f"called in {quantities.people(row['carriers'])}" if row["carriers"] else f"no call; {FEW_CALLS}"
        elif not shares:
            words = (
                f"{quantities.count(row['carriers'])} of {quantities.count(row['samples'])} people; no share is given of "
                f"{overlap_rules.WITHOUT_SHARE}"
            )
        else:
            words = quantities.frequency(
                row["carriers"], row["samples"], row["ci_low"], row["ci_high"], row["people_seen"]
            )
        answers.append(f"{label} {words}".lstrip())
    return f"{frequency.sign(direction)}<strong>{markup.text(happens)}</strong>: {markup.text('; '.join(answers))}."


def _of_sexes(table: Sequence[Row], direction: Direction) -> list[tuple[str, Row]]:
    """The rows of XY and XX, each with its name, whoever has one copy first."""
    of_sex = [row for row in table if row["direction"] == direction.value and row["grouped_by"] == "sex"]
    rows = {row["group"]: row for row in of_sex}
    return [(sex.value, rows[sex.value]) for sex in SEXES if sex.value in rows]
