"""What is drawn of an event of a person beside parents and children: a lane a person, with every event there at every level (rule R11)."""

from dataclasses import dataclass

import polars as pl

from dashboard.store.database import Generation
from dashboard.store.person import Known, Person, Relative, Role, every_event_of, relatives_of
from dashboard.store.person_events import handed_on_of, trio_view
from data_prep.domain.intervals import Interval

OF_A_PANEL = (Role.FATHER, Role.MOTHER, Role.CHILD)
"""Relatives of whom the pedigree says what can be handed on."""


@dataclass(frozen=True, slots=True)
class Kin:
    """A parent or child of a person, and what it has of one event."""

    relative: Relative
    state: str
    """As `TrioView.events` and `handed_on` tell it."""
    events: pl.DataFrame | None
    """Every event in the window; None where no file was read."""


@dataclass(frozen=True, slots=True)
class Family:
    """An event of a person beside parents and children."""

    event: dict[str, object]
    """A row of `every_event_of`, and of a child `father`, `mother`, `inheritance` and `inconsistent`."""
    events: pl.DataFrame
    """The person's own events in the window, at every level."""
    kin: tuple[Kin, ...]
    """Father, mother, children, as far as the pedigree names them."""


def events_there(database: Generation, sample_id: int, window: Interval) -> pl.DataFrame:
    """The events of a sample that touch a window, at every level."""
    events = every_event_of(database, sample_id)
    return events.filter(
        (pl.col("chrom") == window.chrom) & (pl.col("start") < window.end) & (pl.col("end") > window.start)
    )


def family_of(database: Generation, person: Person, event: int, window: Interval) -> Family:
    """The person's event of this number, with what parents and children have of it, whatever its level."""
    (row,) = every_event_of(database, person.sample_id).filter(pl.col("event") == event).iter_rows(named=True)
    trio = trio_view(database, person)
    inherited = trio.events.filter(pl.col("event") == event) if trio else pl.DataFrame()
    told = inherited.row(0, named=True) if inherited.height else {}
    handed = handed_on_of(database, person)
    of_children = dict(handed.filter(pl.col("event") == event).select("child", "state").iter_rows())
    kin = []
    for relative in relatives_of(database, person):
        if relative.role not in OF_A_PANEL:
            continue
        state = of_children.get(relative.sample) if relative.role is Role.CHILD else told.get(relative.role.value)
        is_read = relative.known is Known.READ and relative.sample_id is not None
        events = (
            events_there(database, relative.sample_id, window) if is_read and relative.sample_id is not None else None
        )
        kin.append(Kin(relative, str(state or "not-known"), events))
    return Family({**row, **told}, events_there(database, person.sample_id, window), tuple(kin))
