"""The cohort in numbers."""

from collections.abc import Callable

from dashboard.store.cohort import group_codes, populations, release, superpopulation_names, totals
from dashboard.store.database import Generation
from tests.dashboard.small_database import Contents, Event, Person

PEOPLE = [
    Person("A", "GBR", "XX"),
    Person("B", "GBR", "XY", unrelated=False),
    Person("C", "YRI", None),
    Person("D", "FIN", "XX", counted=False),
]


def test_people_whose_file_was_read_are_counted_r5(in_memory: Callable[[Contents], Generation]) -> None:
    database = in_memory(Contents(PEOPLE, [Event("A", "chr1", 0, 10, 1, parts=((0, 5), (5, 10)), credible=False)]))
    rows = populations(database).select("superpopulation", "population", "people", "unrelated", "xx", "xy").rows()
    assert rows == [("AFR", "YRI", 1, 1, 0, 0), ("EUR", "GBR", 2, 1, 1, 1)]
    sizes = totals(database)
    assert (sizes.people, sizes.unrelated, sizes.calls, sizes.events, sizes.credible_events) == (3, 2, 2, 1, 0)
    assert group_codes(database) == ("AFR", "EUR", "YRI", "GBR")
    assert superpopulation_names(database) == {"AFR": "Africa", "EUR": "Europe"}


def test_the_release_says_whether_it_is_simulated_r12(in_memory: Callable[[Contents], Generation]) -> None:
    assert release(in_memory(Contents())).simulated
    real = release(in_memory(Contents(provenance={"simulated": "no", "callset": "DRAGEN 4.2.7"})))
    assert (real.simulated, real.name) == (False, "DRAGEN 4.2.7")
