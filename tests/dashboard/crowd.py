"""A database whose tables are too long for the buffers between a server and its client."""

from pathlib import Path

import pytest

from tests.dashboard.demonstration import GSTM1
from tests.dashboard.small_database import Contents, Event, Person, write_file
from tests.shared_cohorts import make_once

PEOPLE = 3_000


def crowd(factory: pytest.TempPathFactory) -> Path:
    """3,000 people with forty losses each beside and in GSTM1; made once for all test processes."""

    def make(folder: Path) -> None:
        people = [Person(f"S{number:05}") for number in range(PEOPLE)]
        events = [
            Event(person.sample, "chr1", 109_680_000 + step * 300, 109_680_200 + step * 300, 1)
            for person in people
            for step in range(40)
        ]
        write_file(folder / "cnv.duckdb", Contents(people, events, [GSTM1]))

    return make_once(factory, "crowd", make) / "cnv.duckdb"
