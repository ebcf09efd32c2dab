"""Identifiers: of people and what belongs to them, in the style of the reference resource, of events, and GA4GH digests.

`onekgind-`, `onekgbs-`, `onekgcs-` and `onekgrun-` with a sample's name are its individual, biosample, analysis and run. A site
is named by its id (R9), an event by its number and the generation of the database, which changes with each build.

A GA4GH identifier is the truncated SHA-512 (sha512t24u) of an object's canonical JSON: keys sorted, no spaces, inner objects
replaced by their own digests (VRS 2.0, vrs.ga4gh.org, "Computed Identifiers"). The objects here are few enough to be
written as text; the tests hold them against the reference implementation's identifiers.
"""

import base64
import hashlib
import re
from enum import StrEnum
from typing import Final

from data_prep.domain.assembly import ASSEMBLY

REFGET: Final = {chromosome.chrom: chromosome.refget for chromosome in ASSEMBLY.chromosomes}
REFSEQ: Final = {chromosome.chrom: chromosome.refseq for chromosome in ASSEMBLY.chromosomes}


class Entity(StrEnum):
    """What belongs to a sample: the value is the prefix of its identifiers."""

    INDIVIDUAL = "onekgind-"
    BIOSAMPLE = "onekgbs-"
    ANALYSIS = "onekgcs-"
    RUN = "onekgrun-"


_EVENT: Final = re.compile(r"event-(\d{1,18})-(.{1,80})")


def sample_name(identifier: str) -> str:
    """The name of a sample in an identifier of any of its entities; the bare name is one too."""
    name = identifier.strip()
    for entity in Entity:
        if name.startswith(entity.value):
            return name[len(entity.value) :]
    return name


def event_name(event: int, generation: str) -> str:
    """The identifier of an event."""
    return f"event-{event}-{generation}"


def parse_event_name(text: str) -> tuple[int, str] | None:
    """Number and generation in the identifier of an event; None for another text."""
    match = _EVENT.fullmatch(text)
    return (int(match[1]), match[2]) if match else None


def digest(blob: bytes) -> str:
    """sha512t24u: the first 24 bytes of SHA-512, in base64 for URLs."""
    return base64.urlsafe_b64encode(hashlib.sha512(blob).digest()[:24]).decode("ascii")


def location_digest(refget: str, start: int, end: int) -> str:
    """Digest of the interval `[start, end)`, 0-based, of a sequence."""
    return digest(
        f'{{"end":{end},"sequenceReference":{{"refgetAccession":"{refget}","type":"SequenceReference"}},"start":{start},"type":"SequenceLocation"}}'.encode()
    )


def copy_change_digest(location: str, change: str) -> str:
    """Digest of a change of copies at a location, in the words of VRS 2 such as `loss`."""
    return digest(f'{{"copyChange":"{change}","location":"{location}","type":"CopyNumberChange"}}'.encode())


def copy_count_digest(location: str, copies: int) -> str:
    """Digest of a number of copies at a location."""
    return digest(f'{{"copies":{copies},"location":"{location}","type":"CopyNumberCount"}}'.encode())
