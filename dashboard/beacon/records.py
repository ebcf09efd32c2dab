"""Variants as records of the default model: sites, which many people share, and events, each of one person.

The variation is a LegacyVariation, which every client reads, with the VRS 2 object and its identifiers beside it. A site's
record is kept as bytes with its generation: what a question adds to it are the people who meet it (`caseLevelData`).
"""

import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import orjson
import polars as pl

from dashboard.beacon import identifiers
from dashboard.beacon.identifiers import Entity
from dashboard.beacon.vocabulary import (
    FEMALE,
    MALE,
    VCF_TYPE,
    VRS_CHANGE,
    Term,
    efo_of,
    zygosity,
)
from dashboard.operating.cells import NOTE, Row, choose_cells
from dashboard.operating.disclosure import Detail, Disclosure
from dashboard.store.beacon_sites import (
    OF_SEX,
    TOTAL,
    GroupCount,
    SiteAnswer,
    ancestries,
    group_names,
    kinds_of_groups,
    site_answers,
)
from dashboard.store.beacon_variants import VariantQuery, cases_of, events_numbered
from dashboard.store.callability import Callability
from dashboard.store.cohort import release
from dashboard.store.database import Generation, remembered
from dashboard.store.landmarks import landmarks
from dashboard.words.seen import FEW_CALLS, HARDLY_SEEN, NOT_ASSESSABLE, note
from data_prep.domain.assembly import ASSEMBLY
from data_prep.domain.copy_number import CallClass, Direction
from data_prep.domain.intervals import Interval

CASES_IN_LISTS: Final = 3
CASES_OF_ONE: Final = 20
"""People in the record of a site, in lists and alone; the rest is under its biosamples."""
DECIMALS: Final = 6
KEPT: Final = 4_000
"""Records of sites that a generation keeps as bytes."""

Record = dict[str, Any]


class _Kept:
    """Bytes of the records of sites, the least recently used leaving first. Safe in threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._records: OrderedDict[int, bytes] = OrderedDict()

    def get(self, sites: Sequence[int]) -> dict[int, bytes]:
        with self._lock:
            records = {site: self._records[site] for site in sites if site in self._records}
            for site in records:
                self._records.move_to_end(site)
            return records

    def put(self, records: Mapping[int, bytes]) -> None:
        with self._lock:
            self._records.update(records)
            while len(self._records) > KEPT:
                self._records.popitem(last=False)


def site_records(
    database: Generation,
    rows: pl.DataFrame,
    query: VariantQuery,
    most_cases: int,
    disclosure: Disclosure = Disclosure(),  # noqa: B008  (a frozen value)
) -> dict[int, orjson.Fragment]:
    """The records of the sites of these rows by number, each with the first people who meet the question, as far as the operator
    tells."""
    least = disclosure.smallest_cell
    sites = rows["site_id"].to_list()
    cache = database.recall(("beacon site records", least), _Kept)
    records = cache.get(sites)
    if missing := [site for site in sites if site not in records]:
        answers = site_answers(database, missing)
        fresh = {site: orjson.dumps(site_record(database, answer, least)) for site, answer in answers.items()}
        cache.put(fresh)
        records |= fresh
    if not disclosure.tells(Detail.PERSONS):
        return {site: orjson.Fragment(body) for site, body in records.items()}
    cases = cases_of(database, query, rows, most_cases) if most_cases else None
    people: dict[int, list[Record]] = {}
    if cases is not None:
        for row in cases.iter_rows(named=True):
            people.setdefault(row["site_id"], []).append(case(database, row))
    return {
        site: orjson.Fragment(body[:-1] + b',"caseLevelData":' + orjson.dumps(people.get(site, [])) + b"}")
        for site, body in records.items()
    }


def event_records(database: Generation, events: pl.DataFrame) -> dict[int, Record]:
    """The records of the events of these rows by number."""
    rows = events_numbered(database, events)
    return {row["event_id"]: event_record(database, row) for row in rows.iter_rows(named=True)}


def records_of_events(database: Generation, rows: pl.DataFrame) -> list[Record]:
    """The records of a page of events."""
    return [event_record(database, row) for row in rows.iter_rows(named=True)]


def site_record(database: Generation, answer: SiteAnswer, least: int = 0) -> Record:
    """One site, with its frequency in every group and without people; numbers of fewer than `least` people are null."""
    groups = withheld_groups(database, answer.groups, least)
    facts, place = answer.facts, answer.interval
    direction = Direction(str(facts["direction"]))
    state = CallClass(direction.value)
    location = identifiers.location_digest(identifiers.REFGET[place.chrom], place.start, place.end)
    info: Record = {
        "kind": "site",
        "site": {
            "id": facts["site"],
            "startMin": facts["start_min"],
            "startMedian": facts["start_median"],
            "startMax": facts["start_max"],
            "endMin": facts["end_min"],
            "endMedian": facts["end_median"],
            "endMax": facts["end_max"],
            "length": place.length,
            "intervals": facts["intervals"],
            "events": facts["events"],
            "carriers": facts["carriers"],
            "medianBins": facts["median_bins"],
            "badges": [
                badge
                for badge, is_set in (("few-bins", facts["few_bins"]), ("multi-allelic", facts["multi_allelic"]))
                if is_set
            ],
            "problemRegions": str(facts["problem"]).split(", ") if facts["problem"] else [],
            "codingGenes": list(answer.coding),
        },
        "iscn": iscn(database, place),
        "frequencyBasis": {
            "level": "credible",
            "cohort": "unrelated",
            "outliers": "exclude",
            "generation": database.id,
        },
    }
    if reason := _not_assessable(answer.place):
        info["notAssessable"] = reason
    else:
        names = names_of_groups(database)
        info["carrierFrequencies"] = [carrier_row(names[group.group], group) for group in groups]
    if least:
        # events, their intervals and carriers are of everybody, whose number is told nowhere else
        info["site"] |= {"intervals": None, "events": None, "carriers": None}
        info["note"] = NOTE.format(least)
    record = _variant(
        str(facts["site"]),
        place,
        direction,
        efo_of(state),
        VRS_CHANGE[state],
        [
            {
                "id": f"ga4gh:CN.{identifiers.copy_count_digest(location, copies)}",
                "notes": f"VRS 2 CopyNumberCount, {copies} copies",
            }
            for copies in answer.copies
        ],
        answer.genes,
        info,
    )
    if facts["alleles"] and not reason and (rows := _allele_rows(database, groups)):
        record["frequencyInPopulations"] = [
            {
                "source": release(database).title or "1000 Genomes CNV calls",
                "sourceReference": "https://www.internationalgenome.org/",
                "version": f"{database.id}; credible; unrelated; outliers excluded",
                "frequencies": rows,
            }
        ]
    return record


def event_record(database: Generation, row: Mapping[str, Any]) -> Record:
    """One event of one person, with its own class and copies (R3)."""
    place = Interval(row["chrom"], row["start"], row["end"])
    name = CallClass(row["class"])
    direction = Direction(row["direction"])
    location = identifiers.location_digest(identifiers.REFGET[place.chrom], place.start, place.end)
    copies = row["copy_number"]
    counts = [] if copies is None else [
        {
            "id": f"ga4gh:CN.{identifiers.copy_count_digest(location, copies)}",
            "notes": f"VRS 2 CopyNumberCount, {copies} copies",
        }
    ]  # fmt: skip
    level = next(level for level in ("pass", "credible", "sensitive", "all") if level == "all" or row[level])
    info = {
        "kind": "event",
        "class": name.value,
        "copyNumber": copies,
        "expectedCopyNumber": row["expected_copy_number"],
        "copyRatio": None if row["copy_ratio"] is None else round(row["copy_ratio"], DECIMALS),
        "quality": None if row["quality"] is None else round(row["quality"], DECIMALS),
        "bins": row["bins"],
        "filters": row["filters"].split(";"),
        "calls": row["parts"],
        "level": level,
        "site": row["site"],
        "length": place.length,
        "iscn": iscn(database, place, copies),
        "generation": database.id,
    }
    identifier = identifiers.event_name(row["event_id"], database.id)
    record = _variant(identifier, place, direction, efo_of(name), VRS_CHANGE[name], counts, (), info)
    record["caseLevelData"] = [case(database, row)]
    return record


def case(database: Generation, row: Mapping[str, Any]) -> Record:
    """A person with the event by which a variant was seen in them."""
    name = row["sample"]
    entry: Record = {
        "id": identifiers.event_name(row["event_id"], database.id),
        "biosampleId": f"{Entity.BIOSAMPLE.value}{name}",
        "individualId": f"{Entity.INDIVIDUAL.value}{name}",
        "analysisId": f"{Entity.ANALYSIS.value}{name}",
        "runId": f"{Entity.RUN.value}{name}",
        "info": {
            "copyNumber": row["copy_number"],
            "expectedCopyNumber": row["expected_copy_number"],
            "class": row["class"],
            "start": row["start"],
            "end": row["end"],
            "quality": None if row["quality"] is None else round(row["quality"], DECIMALS),
            "bins": row["bins"],
            "filters": row["filters"].split(";"),
        },
    }
    if term := zygosity(row["copy_number"], row["expected_copy_number"]):
        entry["zygosity"] = term.as_json()
    return entry


def iscn(database: Generation, place: Interval, copies: int | None = None) -> str:
    """The interval as cytogenetic reports write it, 1-based: `seq[GRCh38] 1p13.3(109687570_109697444)x1`."""
    rows = landmarks(database).bands.numbers(place)
    names = _band_names(database)
    bands = [names[rows[0]], names[rows[-1]]] if len(rows) else []
    named = "" if not bands else bands[0] if bands[0] == bands[1] else f"{bands[0]}{bands[1]}"
    chrom = place.chrom.removeprefix("chr")
    label = f"seq[{ASSEMBLY.name}] {chrom}{named}({place.start + 1}_{place.end})"
    return label if copies is None else f"{label}x{copies}"


@remembered
def _band_names(database: Generation) -> list[str]:
    names: list[str] = landmarks(database).bands.rows["band"].to_list()
    return names


def _variant(
    identifier: str,
    place: Interval,
    direction: Direction,
    state: Term,
    change: str,
    counts: list[dict[str, str]],
    genes: Sequence[str],
    info: Record,
) -> Record:
    refseq, refget = identifiers.REFSEQ[place.chrom], identifiers.REFGET[place.chrom]
    location = identifiers.location_digest(refget, place.start, place.end)
    copy_change = f"ga4gh:CX.{identifiers.copy_change_digest(location, change)}"
    return {
        "id": identifier,
        "variantInternalId": identifier,
        "variation": {
            "variantType": VCF_TYPE[direction],
            "referenceBases": "",
            "alternateBases": "",
            "location": {
                "type": "SequenceLocation",
                "sequence_id": f"refseq:{refseq}",
                "interval": {
                    "type": "SequenceInterval",
                    "start": {"type": "Number", "value": place.start},
                    "end": {"type": "Number", "value": place.end},
                },
            },
            "copyChange": state.as_json(),
            "info": {"varLength": place.length, "chromosome": place.chrom.removeprefix("chr")},
        },
        "identifiers": {
            "variantAlternativeIds": [
                {"id": copy_change, "notes": f"VRS 2 CopyNumberChange, {change}"},
                *counts,
            ]
        },
        "vrs": {
            "id": copy_change,
            "type": "CopyNumberChange",
            "location": {
                "id": f"ga4gh:SL.{location}",
                "type": "SequenceLocation",
                "sequenceReference": {"type": "SequenceReference", "refgetAccession": refget},
                "start": place.start,
                "end": place.end,
            },
            "copyChange": change,
        },
        **({"molecularAttributes": {"geneIds": list(genes)}} if genes else {}),
        "info": info,
    }


def _not_assessable(place: Callability) -> Record | None:
    """Why a site has no frequency (R5)."""
    if place.is_blind:
        return {"reason": f"{NOT_ASSESSABLE} ({'; '.join(place.blind_names)})", "share": round(place.blind, DECIMALS)}
    if not place.assessable:
        return {"reason": HARDLY_SEEN, "share": round(1 - (place.seen or 0), DECIMALS)}
    if place.is_paralogous:
        return {"reason": f"{place.paralogous}; {FEW_CALLS}", "share": round(place.copies, DECIMALS)}
    return None


@remembered
def names_of_groups(database: Generation) -> dict[str, Record]:
    """Name and term of each group, as rows have them; no term for everyone, and where the database has none."""
    sexes = {OF_SEX["XX"]: FEMALE.id, OF_SEX["XY"]: MALE.id}
    known = ancestries(database)
    names = {}
    for group in group_names(database):
        term = sexes.get(group) or (known[group].term if group in known else None)
        names[group] = {"population": group, **({"populationId": term} if term else {})}
    return names


def withheld_groups(database: Generation, groups: Sequence[GroupCount], least: int) -> list[GroupCount]:
    """The groups of one answer with numbers of fewer than `least` people None, and those that would give one away."""
    if not least:
        return list(groups)
    kinds = kinds_of_groups(database)
    copies = sorted({number for group in groups for number in group.copy_numbers or ()})
    total, groupings = Row(0, 0), dict[str, list[Row]]()
    for group in groups:
        row = Row(
            group.carriers or 0,
            group.samples or 0,
            tuple((group.copy_numbers or {}).get(number, 0) for number in copies),
        )
        if group.group == TOTAL:
            total = row
        elif group.carriers is not None:
            groupings.setdefault(kinds[group.group], []).append(row)
    shown_cells = choose_cells(total, groupings, least)
    shown = []
    for group in groups:
        whole = group.group == TOTAL
        of_carriers = shown_cells.total if whole else kinds[group.group] in shown_cells.groups
        of_copies = shown_cells.parts if whole else kinds[group.group] in shown_cells.parts_of
        if not of_carriers:
            group = replace(group, carriers=None, frequency=None, ci_low=None, ci_high=None, withheld=True)
        if not (of_carriers and of_copies):
            group = replace(group, copy_numbers=None, shows_alleles=False)
        shown.append(group)
    return shown


def carrier_row(name: Record, group: GroupCount, no_share: str = "", least: int = 0) -> Record:
    """The carriers of a group: `name` says which, `no_share` why they are no share of its people, where they are none. Where files
    say what was seen, the share of people seen stands with them, with a note where frequencies are lower bounds (R5); so does a
    note where numbers of fewer than `least` people are withheld."""
    row = {
        **name,
        "carriers": group.carriers,
        "samples": group.samples,
        "frequency": _rounded(group.frequency),
        "ciLow": _rounded(group.ci_low),
        "ciHigh": _rounded(group.ci_high),
        "copyNumbers": copies_in_json(group),
    }
    if group.seen is not None:
        row["seen"] = round(group.seen, DECIMALS)
    withheld = NOTE.format(least) if least and (group.withheld or group.copy_numbers is None) else ""
    if words := "; ".join(part for part in (note(group.seen, no_share=no_share), withheld) if part):
        row["note"] = words
    return row


def copies_in_json(group: GroupCount) -> dict[str, int] | None:
    """Carriers by copy number; None where they are withheld."""
    if group.copy_numbers is None:
        return None
    return {str(copies): people for copies, people in group.copy_numbers.items()}


def _allele_rows(database: Generation, groups: Sequence[GroupCount]) -> list[Record]:
    """Rows of the groups that have alleles at the place: of Y there are none in XX."""
    names = names_of_groups(database)
    return [
        {
            **names[group.group],
            "alleleFrequency": round(group.allele_count / group.allele_number, DECIMALS),
            "alleleCount": group.allele_count,
            "alleleNumber": group.allele_number,
            "alleleCountHomozygous": group.homozygous,
            "alleleCountHeterozygous": group.heterozygous,
        }
        for group in groups
        if group.allele_number and group.shows_alleles
    ]


def _rounded(share: float | None) -> float | None:
    return None if share is None else round(share, DECIMALS)
