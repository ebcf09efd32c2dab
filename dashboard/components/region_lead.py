"""The first sentence about a region: how much of it people lose and gain, before how many have an event somewhere in it (R7).

A patient's interval of megabases is touched by some small event in most people; who reads that first takes it for common.
"""

from collections.abc import Mapping

from dashboard.components import markup
from dashboard.components.frequency import only_these, sign
from dashboard.question import links
from dashboard.question.filters import HALF_OF_IT, Filters
from dashboard.question.subject import Subject
from dashboard.question.target import Target
from dashboard.store.carriers.counts import Count, Extent
from dashboard.store.clauses import Clause
from dashboard.words import overlap_rules, quantities
from data_prep.domain.copy_number import CallClass, Direction

_VERBS = {Direction.LOSS: "lost", Direction.GAIN: "gained"}


def region_lead(
    extents: Mapping[Clause, Extent], filters: Filters, subject: Subject, target: Target, *, shares: bool
) -> str:
    """The sentences about one direction, as HTML: half of the region, the longest stretch, anywhere in it.

    `extents` are those of the people told apart. Without `shares` carriers are told, and nothing of who does not carry (R5).
    """
    every_extent = list(extents.values())
    direction = every_extent[0].direction
    name, verb = direction.value, _VERBS[direction]
    only = only_these(filters, direction)
    address = links.page(subject, filters.within_direction(direction).under(HALF_OF_IT))
    half = every_extent[0].half
    if shares and len(every_extent) == 1:
        who = "Nobody has" if not half.carriers else f"{quantities.people(half.carriers)} {_have(half)}"
        words, behind = f"{who} {verb} half of it or more{only}", _frequency(half)
    else:
        words = f"Half of it or more {verb}{only}"
        behind = "; ".join(
            f"{part.label} {_frequency(extent.half)}".lstrip() if shares else _called(extent.half, part)
            for part, extent in extents.items()
        )
    lead = markup.element("strong", markup.link(words, address))
    sentences = [f"{sign(direction)}{lead}: {markup.text(behind)}."]
    touched = sum(extent.touched.carriers for extent in every_extent)
    if not touched:
        sentences.append(f"No {name} lies anywhere in it." if shares else f"No {name} was called anywhere in it.")
        return " ".join(sentences)
    longest = max(extent.longest for extent in every_extent)
    sentences.append(
        f"The largest {name} in it is {quantities.length(longest)} ({quantities.percent(longest / target.interval.length)})."
    )
    thin = ", most of one or two bins" if sum(extent.thin for extent in every_extent) * 2 > touched else ""
    anywhere = f"{'Losses' if direction is Direction.LOSS else 'Gains'} anywhere in it"
    people = f"{quantities.count(touched)} of {quantities.count(sum(extent.touched.samples for extent in every_extent))} people"
    if not shares:
        sentences.append(
            f"{anywhere}: {'; '.join(_called(extent.touched, part) for part, extent in extents.items())}{thin}."
        )
        small = ""
    elif target.has_share(target.default_rule):
        several = ", ".join(
            f"{part.label} {quantities.percent(extent.touched.carriers / extent.touched.samples)}".lstrip()
            for part, extent in extents.items()
        )
        sentences.append(f"{anywhere}: {several}{thin}.")
        small = f"{people}."
        if len(every_extent) > 1:
            small = "; ".join(
                f"{part.label} {quantities.count(extent.touched.carriers)} of {quantities.count(extent.touched.samples)}"
                for part, extent in extents.items()
            )
            small += "."
    else:
        sentences.append(f"{anywhere}: {people}{thin}.")
        small = f"No share is given of {overlap_rules.WITHOUT_SHARE}."
    without_copy = sum(extent.without_copy for extent in every_extent)
    if without_copy and CallClass.COMPLETE_LOSS not in filters.classes:
        number = quantities.count(without_copy)
        small = f"{small[:-1]}; no" if small else "No"
        small += f" copy left somewhere in it in {number}."
    return " ".join([*sentences, markup.element("span", markup.text(small), class_="cnv-small")])


def _have(count: Count) -> str:
    return "has" if count.carriers == 1 else "have"


def _called(count: Count, part: Clause) -> str:
    """The carriers at a place of copies: who has no call there is nobody to be counted."""
    if not count.carriers:
        return f"no call in {part.label} people" if part.label else "no call"
    noun = "person" if count.carriers == 1 else "people"
    return f"called in {quantities.count(count.carriers)} {part.label} {noun}".replace("  ", " ")


def _frequency(count: Count) -> str:
    if not count.assessable:
        return "not assessable"
    return quantities.frequency(count.carriers, count.samples, count.ci_low, count.ci_high, count.people_seen)
