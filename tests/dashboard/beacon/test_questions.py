"""Who and what meets a question, against a plain count of the same people and events (rules R2, R3, R5, R11)."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dashboard.question.filters import ANY, Cohort, Filters, Outliers
from dashboard.question.target import region_target
from dashboard.store.carriers.frequencies import frequencies
from data_prep.domain.intervals import Interval
from tests.dashboard.beacon.client import Client, beacon
from tests.dashboard.beacon.conftest import CONTENTS
from tests.dashboard.beacon.plain import GAIN, LOSS, Condition, met, names, of_class, overlaps
from tests.dashboard.demonstration import GSTM1
from tests.dashboard.small_database import Contents, Event, Person

AFRICAN = ("YRI", "LWK")
IN_GSTM1 = overlaps("chr1", GSTM1.start, GSTM1.end)
GENE = {"geneId": "GSTM1"}

# A question in parameters, the level it is asked at, and the same as conditions on an event and its person.
QUESTIONS: dict[str, tuple[dict[str, Any], str, tuple[Condition, ...]]] = {
    "everything": ({}, "credible", ()),
    "gene": (GENE, "credible", (IN_GSTM1,)),
    "losses of a gene": (GENE | {"variantType": "DEL"}, "credible", (IN_GSTM1, of_class(*LOSS))),
    "gains by a word of VRS": (GENE | {"variantType": "gain"}, "credible", (IN_GSTM1, of_class(*GAIN))),
    "complete losses": (GENE | {"variantType": "EFO:0030069"}, "credible", (IN_GSTM1, of_class("complete-loss"))),
    "two types": (
        GENE | {"variantType": "EFO:0030068,EFO:0030072"}, "credible", (IN_GSTM1, of_class("partial-loss", "high-gain")),
    ),
    "range by its last base": (
        {"referenceName": "8", "start": 39_373_000, "end": 39_374_001}, "credible", (overlaps("chr8", 39_373_000, 39_374_001),),
    ),
    "range that only touches": (
        {"referenceName": "8", "start": 39_373_000, "end": 39_374_000}, "credible", (lambda *_: False,),
    ),
    "start alone is one base": (
        {"referenceName": "chr8", "start": 39_529_999}, "credible", (overlaps("chr8", 39_529_999, 39_530_000),),
    ),
    "start alone behind the end": ({"referenceName": "chr8", "start": 39_530_000}, "credible", (lambda *_: False,)),
    "bracket": (
        {"referenceName": "1", "start": "109687000,109687570", "end": "109697443,109699001"}, "credible",
        (lambda event, _: event.chrom == "chr1" and 109_687_000 <= event.start < 109_687_570 and 109_697_443 <= event.end < 109_699_001,),
    ),
    "bracket is half-open": (
        {"referenceName": "1", "start": "109687000,109687569", "end": "109697443,109699000"}, "credible",
        (lambda event, _: event.chrom == "chr1" and 109_687_000 <= event.start < 109_687_569 and 109_697_443 <= event.end < 109_699_000,),
    ),
    "a whole chromosome": ({"referenceName": "X"}, "credible", (lambda event, _: event.chrom == "chrX",)),
    "Y": ({"referenceName": "NC_000024.10"}, "credible", (lambda event, _: event.chrom == "chrY",)),
    "level pass": (GENE | {"filters": "level:pass"}, "pass", (IN_GSTM1,)),
    "level all": (GENE | {"filters": "level:all"}, "all", (IN_GSTM1,)),
    "the wider of two levels": (GENE | {"filters": "level:pass,level:all"}, "all", (IN_GSTM1,)),
    "super-population": (GENE | {"filters": "HANCESTRO:2000"}, "credible", (IN_GSTM1, lambda _, p: p.population in AFRICAN)),
    "population": (GENE | {"filters": "HANCESTRO:0765"}, "credible", (IN_GSTM1, lambda _, p: p.population == "GBR")),
    "two populations": (
        GENE | {"filters": "HANCESTRO:0765,HANCESTRO:0767"}, "credible", (IN_GSTM1, lambda _, p: p.population in ("GBR", "FIN")),
    ),
    "population and sex": (
        GENE | {"filters": ["HANCESTRO:2003", "NCIT:C16576"]}, "credible",
        (IN_GSTM1, lambda _, p: p.population in ("GBR", "FIN") and p.sex == "XX"),
    ),
    "class as a filter": (GENE | {"filters": "EFO:0030067"}, "credible", (IN_GSTM1, of_class(*LOSS))),
    "class against type": (GENE | {"filters": "EFO:0030067", "variantType": "DUP"}, "credible", (lambda *_: False,)),
    "unrelated": (GENE | {"filters": "cohort:unrelated"}, "credible", (IN_GSTM1, lambda _, p: p.unrelated)),
    "without outliers": (
        {"referenceName": "12", "filters": "outliers:exclude"}, "credible",
        (lambda e, p: e.chrom == "chr12" and "chr12" not in p.marked,),
    ),
    "with outliers": ({"referenceName": "12"}, "credible", (lambda e, _: e.chrom == "chr12",)),
    "copy number": (GENE | {"filters": "copyNumber=0"}, "credible", (IN_GSTM1, lambda e, _: e.copy_number == 0)),
    "two copy numbers": (GENE | {"filters": "copyNumber=0,copyNumber=3"}, "credible", (IN_GSTM1, lambda e, _: e.copy_number in (0, 3))),
    "copy number above": (GENE | {"filters": "copyNumber>=1"}, "credible", (IN_GSTM1, lambda e, _: e.copy_number >= 1)),
    "not a copy number": (GENE | {"filters": "copyNumber!0"}, "credible", (IN_GSTM1, lambda e, _: e.copy_number != 0)),
    "length between": (
        GENE | {"variantMinLength": "9875", "variantMaxLength": "13874"}, "credible",
        (IN_GSTM1, lambda e, _: 9_875 <= e.end - e.start <= 13_874),
    ),
    "length by filters": (
        GENE | {"filters": "length>9874,length<13874"}, "credible", (IN_GSTM1, lambda e, _: 9_874 < e.end - e.start < 13_874),
    ),
    "quality": (GENE | {"filters": "quality>=47"}, "credible", (IN_GSTM1, lambda e, _: (e.quality or 0) >= 47)),
    "bins": (GENE | {"filters": "bins<=2"}, "credible", (IN_GSTM1, lambda e, _: e.bins is not None and e.bins <= 2)),
    "sequence variants": (GENE | {"alternateBases": "T"}, "credible", (lambda *_: False,)),
    "another type of variant": (GENE | {"variantType": "SNV"}, "credible", (lambda *_: False,)),
    "inversions by SO": (GENE | {"variantType": "SO:1000036"}, "credible", (lambda *_: False,)),
    "mitochondrion": ({"referenceName": "MT"}, "credible", (lambda *_: False,)),
    "gene and range elsewhere": (GENE | {"referenceName": "8", "start": 1, "end": 50_000_000}, "credible", (lambda *_: False,)),
}  # fmt: skip


@pytest.mark.parametrize("name", QUESTIONS)
def test_variants_individuals_and_biosamples_are_those_of_a_plain_count(client: Client, name: str) -> None:
    parameters, level, conditions = QUESTIONS[name]
    events = met(CONTENTS, *conditions, level=level)
    assert client.total("/g_variants", recordType="event", **parameters) == len(events)
    if parameters:
        shown = [record["id"] for record in client.results("/individuals", **parameters)]
        assert shown == [f"onekgind-{sample}" for sample in names(events)]
        assert client.total("/biosamples", **parameters) == len(names(events))
        for path in ("/g_variants", "/individuals", "/biosamples", "/runs", "/analyses"):
            content = client.get(path, requestedGranularity="boolean", **parameters)
            assert content["responseSummary"]["exists"] is bool(events), path
            assert "numTotalResults" not in content["responseSummary"]


def test_the_questions_tell_apart() -> None:
    """Else a filter that does nothing would pass."""
    counts = {name: len(met(CONTENTS, *conditions, level=level)) for name, (_, level, conditions) in QUESTIONS.items()}
    assert sum(count > 0 for count in counts.values()) > 25
    gene = counts["gene"]
    for name in (
        "level pass",
        "level all",
        "super-population",
        "population",
        "class as a filter",
        "unrelated",
        "copy number",
    ):
        assert 0 < counts[name] != gene, name
    assert counts["without outliers"] < counts["with outliers"]


PLACES = [
    ("1", 109_680_000, 109_700_000),
    ("8", 39_400_000, 39_400_001),
    ("12", 8_000_000, 10_000_000),
    ("X", 103_000_000, 105_000_000),
    ("Y", 10_000_000, 11_000_000),
]


@pytest.mark.parametrize(("chrom", "start", "end"), PLACES)
@pytest.mark.parametrize(("variant_type", "direction"), [("DEL", "loss"), ("DUP", "gain")])
def test_individuals_are_those_of_the_region_page_r7(
    client: Client, chrom: str, start: int, end: int, variant_type: str, direction: str
) -> None:
    with client.database() as database:
        target = region_target(Interval(f"chr{chrom}", start, end))
        table = frequencies(database, target, Filters(cohort=Cohort.ALL, outliers=Outliers.INCLUDE, overlap=ANY))
    rows = table.filter((table["level"] == "credible") & (table["direction"] == direction))
    groups = {
        (kind, group): carriers for kind, group, carriers in rows.select("grouped_by", "group", "carriers").iter_rows()
    }
    asked = {"referenceName": chrom, "start": start, "end": end, "variantType": variant_type}
    assert client.total("/individuals", **asked) == groups["all", "all"]
    for (kind, group), term in {
        ("superpopulation", "AFR"): "HANCESTRO:2000",
        ("population", "GBR"): "HANCESTRO:0765",
        ("sex", "XX"): "NCIT:C16576",
        ("sex", "XY"): "NCIT:C20197",
    }.items():
        assert client.total("/individuals", filters=term, **asked) == groups.get((kind, group), 0), group


MARKED = Contents(
    people=[
        *(Person(f"P{number}", sex="XX" if number % 2 else "XY") for number in range(8)),
        Person("MARKED", "YRI", sex="XX", marked=("chr12", "chrX")),
        Person("CONTRADICTED", sex="XX", sex_mismatch=True),
        Person("CONTRADICTED_XY", sex="XY", sex_mismatch=True),
        Person("UNKNOWN", sex=None),
        Person("RELATIVE", "FIN", unrelated=False),
        Person("WITHOUT_FILE", counted=False),
    ],
    events=[
        Event("P1", "chr12", 1_000_000, 1_010_000, 3),
        Event("MARKED", "chr12", 30_000_000, 39_000_000, 3),
        Event("MARKED", "chrX", 80_000_000, 90_000_000, 1),
        Event("MARKED", "chr3", 5_000_000, 5_010_000, 1),
        Event("CONTRADICTED", "chrX", 60_000_000, 60_050_000, 1),
        Event("CONTRADICTED_XY", "chrY", 11_000_000, 11_050_000, 0),
        Event("UNKNOWN", "chrY", 12_000_000, 12_050_000, None, direction="loss"),
        Event("P1", "chrY", 12_100_000, 12_150_000, None, direction="gain"),
        Event("P0", "chrY", 12_200_000, 12_250_000, 0),
        Event("UNKNOWN", "chrX", 62_000_000, 62_050_000, None, direction="loss"),
        Event("P3", "chr5", 7_000_000, 7_000_900, 1, credible=False, passing=False, sensitive=True, bins=1),
        Event("P4", "chr5", 8_000_000, 8_000_900, 1, credible=False, passing=False, sensitive=False, bins=1),
        Event("RELATIVE", "chr9", 2_000_000, 2_020_000, 0),
    ],
)


@pytest.fixture(scope="module")
def marked(client: Client, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    with beacon(tmp_path_factory.mktemp("marked"), MARKED) as other:
        yield other


@pytest.mark.parametrize(
    ("place", "filters", "people"),
    [
        (("12", 35_000_000, 35_000_001), "", ["MARKED"]),
        (("12", 35_000_000, 35_000_001), "outliers:exclude", []),
        (("12", 35_000_000, 35_000_001), "HANCESTRO:2000", ["MARKED"]),
        (("12", 35_000_000, 35_000_001), "carriers>=0", []),
        (("X", 85_000_000, 85_000_001), "", ["MARKED"]),
        (("X", 85_000_000, 85_000_001), "outliers:exclude", []),
        (("X", 85_000_000, 85_000_001), "NCIT:C20197", []),
        (("X", 60_000_000, 60_000_001), "", []),
        (("Y", 11_000_000, 11_000_001), "", []),
        (("Y", 12_000_000, 12_000_001), "", []),
        (("Y", 12_100_000, 12_100_001), "", []),
        (("Y", 12_200_000, 12_200_001), "", ["P0"]),
        (("X", 62_000_000, 62_000_001), "", ["UNKNOWN"]),
        (("3", 5_000_000, 5_000_001), "outliers:exclude", ["MARKED"]),
        (("5", 7_000_000, 7_000_001), "", []),
        (("5", 7_000_000, 7_000_001), "level:sensitive", ["P3"]),
        (("5", 8_000_000, 8_000_001), "level:sensitive", []),
        (("5", 8_000_000, 8_000_001), "level:all", ["P4"]),
        (("9", 2_000_000, 2_000_001), "cohort:unrelated", []),
        (("9", 2_000_000, 2_000_001), "frequency=0", ["RELATIVE"]),
    ],
)
def test_events_without_a_site_are_records_and_all_entry_types_agree(
    marked: Client, place: tuple[str, int, int], filters: str, people: list[str]
) -> None:
    chrom, start, end = place
    asked = {"referenceName": chrom, "start": start, "end": end, "filters": filters}
    records = marked.results("/g_variants", **asked)
    assert len(records) == len(people) == marked.total("/g_variants", **asked)
    assert [case["biosampleId"] for record in records for case in record["caseLevelData"]] == [
        f"onekgbs-{one}" for one in people
    ]
    for path, prefix in (
        ("/individuals", "onekgind-"),
        ("/biosamples", "onekgbs-"),
        ("/runs", "onekgrun-"),
        ("/analyses", "onekgcs-"),
    ):
        assert [record["id"] for record in marked.results(path, **asked)] == [f"{prefix}{one}" for one in people]
    if records and chrom in ("12", "5"):
        assert records[0]["info"]["kind"] == "event"
    if records and records[0]["info"]["kind"] == "event":
        again = marked.results(f"/g_variants/{records[0]['id']}")
        assert again == records
        assert [one["id"] for one in marked.results(f"/g_variants/{records[0]['id']}/individuals")] == [
            f"onekgind-{people[0]}"
        ]


def test_a_site_and_an_event_of_one_interval_are_in_the_order_of_their_ids(tmp_path: Path) -> None:
    """chr3-... before event-...: the event is of somebody marked there, who founds no site and is in none of another direction."""
    people = [Person("A"), Person("HG00142", marked=("chr3",))]
    events = [Event("A", "chr3", 1_000_000, 1_010_000, 1), Event("HG00142", "chr3", 1_000_000, 1_010_000, 3)]
    with beacon(tmp_path, Contents(people=people, events=events)) as other:
        assert [one["info"]["kind"] for one in other.results("/g_variants")] == ["site", "event"]
        # the example of the reference resource
        (mine,) = other.results("/biosamples/onekgbs-HG00142/g_variants")
        assert mine["caseLevelData"][0]["individualId"] == "onekgind-HG00142"
        assert other.total("/g_variants", biosampleIds="onekgbs-HG00142") == 1


def test_everybody_whose_file_was_read_is_an_individual(marked: Client) -> None:
    assert [one["id"] for one in marked.results("/individuals")] == sorted(
        f"onekgind-{person.sample}" for person in MARKED.people if person.counted
    )
    assert marked.http.get("/beacon/individuals/WITHOUT_FILE").status_code == 404


def test_no_is_not_nobody_r5(client: Client) -> None:
    for granularity in ("boolean", "count", "record"):
        content = client.get("/g_variants", geneId="SMN1", variantType="DUP", requestedGranularity=granularity)
        reason = content["info"]["notAssessable"]
        assert not content["responseSummary"]["exists"]
        assert reason["share"] == 1
        assert "SMN1 and SMN2" in reason["reason"]
    unplaced = client.get("/g_variants", geneId="GSTT1", requestedGranularity="boolean")
    assert not unplaced["responseSummary"]["exists"]
    assert "alternate contig" in unplaced["info"]["notAssessable"]["reason"]
    assert "notAssessable" not in client.get("/g_variants", geneId="GSTM1")["info"]


def test_the_order_is_that_of_the_genome_and_skip_counts_pages(client: Client) -> None:
    for kind in ("site", "event"):
        whole = client.results("/g_variants", recordType=kind)
        paged = [
            record
            for page in range(40)
            for record in client.results("/g_variants", recordType=kind, limit=13, skip=page)
        ]
        assert paged == whole[: 13 * 40]
        chroms = [f"chr{number}" for number in (*range(1, 23), "X", "Y")]
        places = [
            (
                chroms.index("chr" + one["variation"]["info"]["chromosome"]),
                one["variation"]["location"]["interval"]["start"]["value"],
                one["variation"]["location"]["interval"]["end"]["value"],
            )
            for one in whole
        ]
        assert places == sorted(places)
        assert len({one["id"] for one in whole}) == len(whole)


@pytest.mark.parametrize(
    ("asked", "echo", "records"), [({}, 10, 10), ({"limit": 3}, 3, 3), ({"limit": 0}, 1_000, None), ({"limit": 5_000}, 1_000, None)]
)  # fmt: skip
def test_limits(client: Client, asked: dict[str, int], echo: int, records: int | None) -> None:
    content = client.get("/g_variants", recordType="event", **asked)
    assert content["meta"]["receivedRequestSummary"]["pagination"] == {"skip": 0, "limit": echo}
    results = content["response"]["resultSets"][0]["results"]
    assert len(results) == (records or min(1_000, len(met(CONTENTS))))


def test_all_variants_of_a_biosample(client: Client) -> None:
    for person in ("SIM00003", "SIM00011"):
        mine = met(CONTENTS, lambda event, _, person=person: event.sample == person)
        for path, more in (
            (f"/biosamples/onekgbs-{person}/g_variants", {}),
            (f"/individuals/{person}/g_variants", {}),
            (f"/runs/{person}/g_variants", {}),
            ("/g_variants", {"biosampleIds": f"onekgbs-{person}"}),
            ("/g_variants", {"individualIds": person}),
        ):
            found = client.results(path, **more)
            assert len(found) == len(mine)
            assert {one["info"]["kind"] for one in found} <= {"event"}
            assert sorted(one["variation"]["location"]["interval"]["start"]["value"] for one in found) == sorted(
                event.start for event in mine
            )


@pytest.mark.parametrize(
    ("include", "hit", "miss"), [("HIT", 1, 0), ("ALL", 1, 1), ("MISS", 0, 1), ("NONE", 0, 0)]
)  # fmt: skip
def test_result_sets_that_are_included(client: Client, include: str, hit: int, miss: int) -> None:
    for gene, sets in (("GSTM1", hit), ("GSTM2", hit), ("YGENE", hit), ("5_8S*rRNA", miss)):
        content = client.get("/g_variants", geneId=gene, includeResultsetResponses=include)
        assert len(content["response"]["resultSets"]) == sets, gene
        assert content["responseSummary"]["exists"] is (gene != "5_8S*rRNA")


def test_the_operator_bounds_what_is_told(tmp_path: Path, client: Client) -> None:
    with beacon(tmp_path, MARKED, {"CNV_BEACON_GRANULARITY": "boolean"}) as other:
        content = other.get("/g_variants", requestedGranularity="record")
        assert content["meta"]["returnedGranularity"] == "boolean"
        assert content["responseSummary"] == {"exists": True}
        assert "response" not in content
