"""Who carries: the one decision over the events that touch a place, under the filters and the rule of overlap (R7)."""

from dataclasses import replace

import numpy as np

from dashboard.counting.overlap import Carriers, at_level, carriers, meets_class, meets_limits
from dashboard.question.filters import Cohort, Filters, Outliers
from dashboard.question.target import Target
from dashboard.store.carriers.touching import FEW, Touching
from dashboard.store.database import Generation
from data_prep.domain.arrays import Flags


def find_carriers(
    touching: Touching,
    who: Flags,
    target: Target,
    filters: Filters,
    *,
    classes: bool = True,
) -> Carriers:
    """The carriers among `who`; without `classes` the class of a carrier is worked out only where it is asked for."""
    events = touching.events
    keep = who[touching.sample] & meets_limits(events, filters) & at_level(events, filters.level)
    rule = target.rule_in_force(filters.overlap)
    whole = filters.every_class
    chosen = carriers(events, touching.calls, keep, target, rule, classes=classes or not whole)
    return chosen if whole else chosen.where(meets_class(chosen.carrier_class, chosen.copy_number, filters), events)


def carriers_at(
    database: Generation, target: Target, touching: Touching, who: Flags, filters: Filters, *, classes: bool = True
) -> Carriers:
    """The carriers among `who`, by the events that touch the target, at the level of the filters.

    Nobody's events decide about another person. So where the events are few the carriers among everyone are found once, and
    remembered: a page asks the same rule and level for tables, lists and other groups of people.
    """
    # marks are those of one level only
    if not touching.of_every_level or not 0 < len(touching.sample) <= FEW:
        return find_carriers(touching, who, target, filters, classes=classes)
    question = replace(
        filters, cohort=Cohort.ALL, outliers=Outliers.INCLUDE, populations=(), sex=None,
        overlap=target.rule_in_force(filters.overlap),
    )  # fmt: skip
    everyone = np.ones_like(who)
    carriers_ = database.recall(
        ("carriers", target, question, classes),
        lambda: find_carriers(touching, everyone, target, question, classes=classes),
    )
    return carriers_.where(who[carriers_.sample], touching.events)
