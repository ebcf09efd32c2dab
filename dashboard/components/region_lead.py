"""The first sentence about a region: how much of it people lose and gain, before how many have an event somewhere in it (R7).

A patient's interval of megabases is touched by some small event in most people; who reads that first takes it for common.
"""

from dashboard import links, wording
from dashboard.components import markup
from dashboard.components.frequency import only_these, sign
from dashboard.filters import HALF_OF_IT, Filters
from dashboard.store.carriers import Count, Extent
from dashboard.subject import Subject
from dashboard.target import Target
from data_prep.domain.copy_number import CallClass, Direction

_VERBS = {Direction.LOSS: "lost", Direction.GAIN: "gained"}


def region_lead(extent: Extent, filters: Filters, subject: Subject, target: Target) -> str:
    """The sentences about one direction, as HTML: half of the region, the longest stretch, anywhere in it."""
    direction, half, touched = extent.direction, extent.half, extent.touched
    name, verb = direction.value, _VERBS[direction]
    who = "Nobody has" if not half.carriers else f"{wording.people(half.carriers)} {_have(half)}"
    address = links.page(subject, filters.within_direction(direction).under(HALF_OF_IT))
    lead = markup.element(
        "strong", markup.link(f"{who} {verb} half of it or more{only_these(filters, direction)}", address)
    )
    told = [f"{sign(direction)}{lead}: {markup.text(_frequency(half))}."]
    if not touched.carriers:
        told.append(f"No {name} lies anywhere in it.")
        return " ".join(told)
    told.append(
        f"The largest {name} in it is {wording.length(extent.longest)} "
        f"({wording.percent(extent.longest / target.interval.length)})."
    )
    people = f"{wording.count(touched.carriers)} of {wording.count(touched.samples)} people"
    thin = ", most of one or two bins" if extent.thin * 2 > touched.carriers else ""
    anywhere = f"{'Losses' if direction is Direction.LOSS else 'Gains'} anywhere in it"
    if target.has_share(target.default_rule):
        told.append(f"{anywhere}: {wording.percent(touched.carriers / touched.samples)}{thin}.")
        small = f"{people}."
    else:
        told.append(f"{anywhere}: {people}{thin}.")
        small = f"No share is given of {wording.WITHOUT_SHARE}."
    if extent.without_copy and CallClass.COMPLETE_LOSS not in filters.classes:
        small = f"{small[:-1]}; no copy left somewhere in it in {wording.count(extent.without_copy)}."
    return " ".join([*told, markup.element("span", markup.text(small), class_="cnv-small")])


def _have(count: Count) -> str:
    return "has" if count.carriers == 1 else "have"


def _frequency(count: Count) -> str:
    return wording.frequency(count.carriers, count.samples, count.ci_low, count.ci_high)
