"""Callsets: the calls of one caller's release; a database may hold several of the same people, told apart by name."""

import re


def newest_first(callset: str) -> tuple[tuple[int, ...], str]:
    """A key that sorts callsets by the release in their names, the newest first: 4.2.7, 3.7.6, 3.5.7b, then the others."""
    release = re.search(r"\d+(?:\.\d+)+", callset)
    numbers = tuple(-int(part) for part in release[0].split(".")) if release else ()
    return (*numbers, *(1,) * (8 - len(numbers))), callset


def quoted_name(name: str) -> str:
    """A name as SQL writes it: schemas bear the names of callsets, dots and spaces included."""
    return '"' + name.replace('"', '""') + '"'
