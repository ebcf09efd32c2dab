"""What a file says about itself: what it holds, what was counted, where the calls come from, how to cite them (R12).

One value that every format writes in its own place for such words. The words are made elsewhere; here they are only
kept from breaking a format: sample names and sources come from files that others wrote.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import polars as pl


@dataclass(frozen=True, slots=True)
class About:
    """`title` names the content, `facts` are names and values in the order to read them, `retrieved` is in UTC."""

    title: str
    facts: tuple[tuple[str, str], ...]
    simulated: bool
    retrieved: datetime

    def lines(self) -> tuple[tuple[str, str], ...]:
        """All of it as names and one-line values."""
        return (
            ("title", one_line(self.title)),
            *((name, one_line(value)) for name, value in self.facts),
            ("simulated", SIMULATED if self.simulated else "no"),
            ("retrieved", self.retrieved.strftime("%Y-%m-%dT%H:%M:%SZ")),
        )


SIMULATED = "yes: these people do not exist, and the numbers must not be used for anything but trying this software"

_CONTROL = r"[\x00-\x1f\x7f\u0085\u2028\u2029]+"


def one_line(text: str) -> str:
    """The text with every run of control characters, tabs and line breaks among them, as one space."""
    return re.sub(_CONTROL, " ", text)


def without_controls(frame: pl.DataFrame) -> pl.DataFrame:
    """The same for all text of a frame, for formats whose cells and lines end at such characters."""
    return frame.with_columns(pl.col(pl.String).str.replace_all(_CONTROL, " "))


def file_name(parts: Iterable[str], suffix: str) -> str:
    """A file name of these parts that any system takes: letters, digits, dots and dashes."""
    stem = "-".join(part for part in (re.sub(r"[^A-Za-z0-9.]+", "-", part).strip("-.") for part in parts) if part)
    return f"{stem[:150]}.{suffix}"
