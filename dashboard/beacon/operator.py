"""Who runs this Beacon and how much it tells: defaults, which the operator's environment may change."""

import os
from dataclasses import dataclass
from typing import Final

from dashboard.beacon.parameters import Granularity

API_VERSION: Final = "v2.1.1"
"""The newest version of the standard whose schemas the answers were held against."""


@dataclass(frozen=True, slots=True)
class Operator:
    """What `/info` says of the one who serves, and the most that an answer tells."""

    beacon_id: str = "org.1000genomes.cnv-explorer"
    name: str = "1000 Genomes CNV explorer"
    description: str = (
        "Germline copy number variants of the 1000 Genomes Project with their frequency in every population, as called from "
        "short reads; the rules behind the numbers are at /rules."
    )
    environment: str = "prod"
    organization_id: str = "org.1000genomes.cnv-explorer"
    organization_name: str = "1000 Genomes CNV explorer"
    organization_url: str = "https://www.internationalgenome.org/"
    granularity: Granularity = Granularity.RECORD


def operator() -> Operator:
    """The operator of this process. CNV_BEACON_GRANULARITY is `boolean`, `count` or `record`; another word counts as the least."""
    word = os.environ.get("CNV_BEACON_GRANULARITY", "").strip().lower()
    if not word:
        return Operator()
    return Operator(granularity=Granularity(word) if word in set(Granularity) else Granularity.BOOLEAN)
