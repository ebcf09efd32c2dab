"""Individuals, biosamples, runs and analyses: one of each for every person whose file was read.

The pedigree is in `info`, since the model's own block of it needs a disease, and the cohort is of people without one
on record. The default model asks for a day of each run and analysis, which the files do not tell: it is the day on
which the database was built, and `info.dateIs` says so.
"""

from typing import Any, Final

from dashboard.beacon.identifiers import Entity
from dashboard.beacon.resolve import dataset_id
from dashboard.beacon.vocabulary import SEX_TERMS, UNKNOWN_SEX, Term
from dashboard.store.beacon_people import PersonAnswer
from dashboard.store.beacon_sites import ancestries
from dashboard.store.cohort import release
from dashboard.store.database import Generation

Record = dict[str, Any]

REFERENCE_SAMPLE: Final = Term("EFO:0009654", "reference sample")
CELL_CULTURE: Final = Term("OBI:0001876", "cell culture")
GENOMIC_SOURCE: Final = Term("GENEPIO:0001966", "genomic source")
BUILT: Final = "the day on which the database was built: the files name no other"


def _name(person: PersonAnswer) -> str:
    return str(person.facts["sample"])


def _ancestry(database: Generation, person: PersonAnswer) -> Record:
    """Population and super-population, with their terms where the database has them."""
    known = ancestries(database)
    groups: Record = {}
    for kind in ("population", "superpopulation"):
        code = str(person.facts[kind])
        group = known.get(code)
        groups[kind] = {"code": code, **({"name": group.name} if group else {})}
        if group and group.term:
            groups[kind]["id"] = group.term
    return groups


def individual(database: Generation, person: PersonAnswer) -> Record:
    """The person."""
    facts = person.facts
    sex = str(facts["sex"]) if facts["sex"] else None
    ancestry = _ancestry(database, person)
    population = ancestry["population"]
    record: Record = {
        "id": f"{Entity.INDIVIDUAL.value}{_name(person)}",
        "sex": SEX_TERMS.get(sex or "", UNKNOWN_SEX).as_json(),
        "karyotypicSex": sex or "UNKNOWN_KARYOTYPE",
        "info": {
            "sample": _name(person),
            **ancestry,
            "unrelated": facts["unrelated"],
            "pedigree": {
                "family": facts["family"],
                "father": facts["father"],
                "mother": facts["mother"],
                "children": list(person.children),
            },
            "sexMismatch": facts["sex_mismatch_reason"] if facts["sex_mismatch"] else None,
            "markedChromosomes": _marks(person),
        },
    }
    if "id" in population:
        record["ethnicity"] = {"id": population["id"], "label": population["name"]}
    return record


def _marks(person: PersonAnswer) -> list[Record]:
    """Chromosomes with large events, probably from cell culture: there the person is in no frequency (R11)."""
    return [
        {"referenceName": chrom, "direction": direction, "reason": reason} for chrom, direction, reason in person.marks
    ]


def biosample(database: Generation, person: PersonAnswer) -> Record:
    """The cell line that was sequenced."""
    return {
        "id": f"{Entity.BIOSAMPLE.value}{_name(person)}",
        "individualId": f"{Entity.INDIVIDUAL.value}{_name(person)}",
        "biosampleStatus": REFERENCE_SAMPLE.as_json(),
        "sampleOriginType": CELL_CULTURE.as_json(),
        "info": {
            "sample": _name(person),
            **_ancestry(database, person),
            "sex": SEX_TERMS.get(str(person.facts["sex"] or ""), UNKNOWN_SEX).as_json(),
            "markedChromosomes": _marks(person),
        },
    }


def run(database: Generation, person: PersonAnswer) -> Record:
    """The sequencing of the biosample."""
    return {
        "id": f"{Entity.RUN.value}{_name(person)}",
        "biosampleId": f"{Entity.BIOSAMPLE.value}{_name(person)}",
        "individualId": f"{Entity.INDIVIDUAL.value}{_name(person)}",
        "runDate": built_on(database),
        "libraryStrategy": "WGS",
        "info": {"dateIs": BUILT},
    }


def analysis(database: Generation, person: PersonAnswer) -> Record:
    """The calling of its variants: a callset of the person."""
    callset = release(database)
    callers = ", ".join(callset.callers)
    return {
        "id": f"{Entity.ANALYSIS.value}{_name(person)}",
        "runId": f"{Entity.RUN.value}{_name(person)}",
        "biosampleId": f"{Entity.BIOSAMPLE.value}{_name(person)}",
        "individualId": f"{Entity.INDIVIDUAL.value}{_name(person)}",
        "analysisDate": built_on(database),
        "pipelineName": callset.title or "unknown",
        **({"variantCaller": callers} if callers else {}),
        "info": {"dateIs": BUILT, "datasetId": dataset_id(database.callset), "simulated": callset.simulated},
    }


def built_on(database: Generation) -> str:
    """The day of the build, as ISO 8601."""
    return release(database).built_at[:10] or "1970-01-01"


MAKERS: Final = {"individual": individual, "biosample": biosample, "run": run, "analysis": analysis}
"""What makes the record of a person, by entry type."""
