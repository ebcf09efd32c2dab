"""Records of sites and events: frequencies against a plain count and against the pages, identifiers, zygosity (R5, R6, R9)."""

import re
from typing import Any

import pytest
from statsmodels.stats.proportion import proportion_confint

from dashboard.question.filters import Filters
from dashboard.store.sites import sites_at, with_alleles
from data_prep.domain.intervals import Interval
from tests.dashboard.beacon.client import Client
from tests.dashboard.beacon.conftest import CONTENTS
from tests.dashboard.beacon.plain import GAIN, LOSS, met, of_class, overlaps
from tests.dashboard.small_database import HANCESTRO, POPULATIONS, Event, Person

PEOPLE = {person.sample: person for person in CONTENTS.people}

# A site by its identifier, where its events lie, their classes, and whether it has alleles (R6).
SITES = [
    ("chr1-109687570-109697443-loss", ("chr1", 109_687_569, 109_697_443), LOSS, False),
    ("chr1-109687001-109699000-gain", ("chr1", 109_687_000, 109_699_000), GAIN, False),
    ("chr8-39374001-39530000-loss", ("chr8", 39_374_000, 39_530_000), LOSS, True),
    ("chr12-8990001-9030000-gain", ("chr12", 8_990_000, 9_030_000), GAIN, False),
    ("chrX-103990001-104050000-gain", ("chrX", 103_990_000, 104_050_000), GAIN, False),
    ("chrY-10640001-10670000-loss", ("chrY", 10_640_000, 10_670_000), LOSS, True),
]


def belongs(person: Person, group: str) -> bool:
    return (
        group == "Total"
        or group in (person.population, person.superpopulation)
        or {"Females": "XX", "Males": "XY"}.get(group) == person.sex
    )


def is_counted(person: Person, chrom: str) -> bool:
    """R5: unrelated, file read, not marked there; on X and Y no contradiction of sex, on Y XY alone."""
    on_sex_chromosome = chrom in ("chrX", "chrY")
    return (
        person.unrelated
        and person.counted
        and chrom not in person.marked
        and not (on_sex_chromosome and person.sex_mismatch)
        and (chrom != "chrY" or person.sex == "XY")
    )


def expected(person: Person, chrom: str) -> int:
    return 1 if chrom == "chrY" or (chrom == "chrX" and person.sex == "XY") else 2


def record_of(client: Client, site: str) -> dict[str, Any]:
    (record,) = client.results(f"/g_variants/{site}")
    return record


GROUPS = ["Total", "Females", "Males", "AFR", "AMR", "EAS", "EUR", "SAS", *POPULATIONS]


@pytest.mark.parametrize(("site", "place", "classes", "alleles"), SITES)
def test_frequencies_are_those_of_a_plain_count_r6(
    client: Client, site: str, place: tuple[str, int, int], classes: tuple[str, ...], alleles: bool
) -> None:
    chrom = place[0]
    events = {event.sample: event for event in met(CONTENTS, overlaps(*place), of_class(*classes)) if _is_member(event)}
    record = record_of(client, site)
    rows = {row["population"]: row for row in record["info"]["carrierFrequencies"]}
    assert sorted(rows) == sorted(GROUPS)
    blocks = record.get("frequencyInPopulations", [])
    assert bool(blocks) is alleles
    of_alleles = {row["population"]: row for block in blocks for row in block["frequencies"]}
    for group in GROUPS:
        people = [one for one in CONTENTS.people if is_counted(one, chrom) and belongs(one, group)]
        carriers = [one for one in people if one.sample in events]
        row = rows[group]
        assert (row["carriers"], row["samples"]) == (len(carriers), len(people)), group
        copies = [events[one.sample].copy_number for one in carriers]
        assert row["copyNumbers"] == {str(number): copies.count(number) for number in sorted(set(copies))}
        if not people:
            assert row["frequency"] is row["ciLow"] is row["ciHigh"] is None
            assert group not in of_alleles
            continue
        assert row["frequency"] == pytest.approx(len(carriers) / len(people), abs=5e-7)
        low, high = proportion_confint(len(carriers), len(people), method="wilson")
        assert (row["ciLow"], row["ciHigh"]) == pytest.approx((low, high), abs=1e-6)
        assert row.get("populationId") == {"Females": "NCIT:C16576", "Males": "NCIT:C20197", **HANCESTRO}.get(group)
        if alleles:
            number = sum(expected(one, chrom) for one in people)
            lost = sum(expected(one, chrom) - events[one.sample].copy_number for one in carriers)
            found = of_alleles[group]
            assert (found["alleleCount"], found["alleleNumber"]) == (lost, number), group
            assert found["alleleFrequency"] == pytest.approx(lost / number, abs=5e-7)
            assert found["alleleCountHomozygous"] == copies.count(0)
            assert found["alleleCountHeterozygous"] == sum(
                0 < events[one.sample].copy_number < expected(one, chrom) for one in carriers
            )


def _is_member(event: Event) -> bool:
    """The longer GSTM1 deletions belong to the site too; the short loss of one bin is not credible."""
    return event.end - event.start > 1_000


@pytest.mark.parametrize(("site", "place", "classes", "alleles"), SITES)
def test_frequencies_are_those_of_the_pages(
    client: Client, site: str, place: tuple[str, int, int], classes: tuple[str, ...], alleles: bool
) -> None:
    with client.database() as database:
        page = with_alleles(sites_at(database, Interval(*place), Filters())).filter(site=site).row(0, named=True)
    record = record_of(client, site)
    rows = {row["population"]: row for row in record["info"]["carrierFrequencies"]}
    assert (rows["Total"]["carriers"], rows["Total"]["samples"]) == (page["carriers"], page["samples"])
    for name, column in (("frequency", "frequency"), ("ciLow", "ci_low"), ("ciHigh", "ci_high")):
        assert rows["Total"][name] == pytest.approx(page[column], abs=1e-6)
    for group in ("AFR", "AMR", "EAS", "EUR", "SAS"):
        assert rows[group]["carriers"] == page[f"carriers_{group}"]
        assert rows[group]["samples"] == page[f"samples_{group}"]
    if alleles:
        total = record["frequencyInPopulations"][0]["frequencies"][0]
        assert (total["alleleCount"], total["alleleNumber"]) == (page["allele_count"], page["allele_number"])
        assert total["alleleFrequency"] == pytest.approx(page["allele_frequency"], abs=1e-6)


def test_filters_never_change_the_frequencies_of_a_record(client: Client) -> None:
    site, place, *_ = SITES[2]
    asked = {"referenceName": place[0], "start": place[1], "end": place[2]}
    whole = record_of(client, site)
    for filters in (
        "HANCESTRO:2000",
        "NCIT:C16576",
        "level:pass",
        "copyNumber=1",
        "cohort:unrelated",
        "outliers:exclude",
    ):
        (record,) = [one for one in client.results("/g_variants", filters=filters, **asked) if one["id"] == whole["id"]]
        assert record["info"] == whole["info"], filters
        assert record["frequencyInPopulations"] == whole["frequencyInPopulations"]


def test_people_in_a_record_meet_the_question(client: Client) -> None:
    (record,) = client.results("/g_variants", geneId="GSTM1", variantType="DEL", filters="NCIT:C16576,HANCESTRO:0765")
    shown = [case["individualId"].removeprefix("onekgind-") for case in record["caseLevelData"]]
    mine = sorted(
        {
            event.sample
            for event in met(CONTENTS, overlaps("chr1", 109_687_814, 109_693_745), of_class(*LOSS))
            if PEOPLE[event.sample].sex == "XX" and PEOPLE[event.sample].population == "GBR"
        }
    )
    assert shown == mine[:3]
    alone = record_of(client, record["id"])
    assert len(alone["caseLevelData"]) == 20
    assert alone["caseLevelData"][0]["info"]["copyNumber"] in (0, 1)
    carriers = client.results(f"/g_variants/{record['id']}/biosamples")
    assert len(carriers) == alone["info"]["site"]["carriers"] + 0


def test_a_blind_site_has_no_frequency_r5(client: Client) -> None:
    (record,) = client.results("/g_variants", geneId="SMN1", variantType="DEL")
    assert "carrierFrequencies" not in record["info"]
    assert "frequencyInPopulations" not in record
    assert record["info"]["notAssessable"]["share"] == 1
    assert record["caseLevelData"]


@pytest.mark.parametrize(
    ("chrom", "sex", "copies", "term"),
    [
        ("1", "XX", 0, "GENO:0000136"),
        ("1", "XY", 1, "GENO:0000135"),
        ("Y", "XY", 0, "GENO:0000134"),
        ("X", "XY", 2, None),
        ("1", "XY", 3, None),
    ],
)
def test_zygosity(client: Client, chrom: str, sex: str, copies: int, term: str | None) -> None:
    found = [
        record
        for record in client.results(
            "/g_variants", referenceName=chrom, recordType="event", filters=f"copyNumber={copies}"
        )
        if PEOPLE[record["caseLevelData"][0]["biosampleId"].removeprefix("onekgbs-")].sex == sex
    ]
    assert found
    for record in found:
        assert record["caseLevelData"][0].get("zygosity", {}).get("id") == term
        assert record["info"]["copyNumber"] == copies


def test_iscn_labels(client: Client) -> None:
    assert record_of(client, SITES[0][0])["info"]["iscn"] == "seq[GRCh38] 1p13.3(109687570_109697443)"
    event = client.results("/g_variants", geneId="GSTM1", recordType="event", filters="copyNumber=0", limit=1)
    assert re.fullmatch(r"seq\[GRCh38\] 1p13\.3\(\d+_\d+\)x0", event[0]["info"]["iscn"])


def test_identifiers_of_a_site_and_an_event(client: Client) -> None:
    site = record_of(client, SITES[0][0])
    named = [one["id"][:9] for one in site["identifiers"]["variantAlternativeIds"]]
    assert named == ["ga4gh:CX.", "ga4gh:CN.", "ga4gh:CN."]
    assert site["vrs"]["copyChange"] == "loss"
    assert site["vrs"]["id"] == site["identifiers"]["variantAlternativeIds"][0]["id"]
    (event,) = client.results(
        "/g_variants", geneId="GSTM1", recordType="event", filters="copyNumber=0", limit=1, skip=3
    )
    assert event["vrs"]["copyChange"] == "complete genomic loss"
    assert [one["id"][:9] for one in event["identifiers"]["variantAlternativeIds"]] == ["ga4gh:CX.", "ga4gh:CN."]
    other = event["id"].replace("demonstration-1", "demonstration-0")
    answer = client.http.get(f"/beacon/g_variants/{other}")
    assert answer.status_code == 404
    assert "another build" in answer.json()["error"]["errorMessage"]
