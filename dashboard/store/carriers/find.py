"""Who carries: the one decision over the events that touch a place, under the filters and the rule of overlap (R7)."""

from dashboard.counting.overlap import Carriers, admitted, at_level, carriers, of_class
from dashboard.question.filters import Filters
from dashboard.question.target import Target
from dashboard.store.carriers.touching import Touching
from data_prep.domain.arrays import Flags
from data_prep.domain.levels import Level


def find_carriers(
    touching: Touching,
    who: Flags,
    target: Target,
    filters: Filters,
    level: Level,
    fit: Flags | None = None,
    *,
    classes: bool = True,
) -> Carriers:
    """`fit`: which events have the length, quality and so on, where the caller knows already; without `classes` the class
    of a carrier is worked out only where it is asked for."""
    events = touching.events
    keep = who[touching.sample] & (admitted(events, filters) if fit is None else fit) & at_level(events, level)
    rule = target.rule_in_force(filters.overlap)
    whole = filters.every_class
    chosen = carriers(events, touching.calls, keep, target, rule, classes=classes or not whole)
    return chosen if whole else chosen.where(of_class(chosen.carrier_class, chosen.copy_number, filters), events)
