"""The service cnvFrequency: the pages' numbers, and a plain count's, under each rule (rules R5, R6, R7)."""

import itertools
import json
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from statsmodels.stats.proportion import proportion_confint

from dashboard.question.filters import Filters, Overlap, parse
from dashboard.question.target import Target, region_target
from dashboard.store.callability import callability, no_share
from dashboard.store.carriers.frequencies import frequencies
from dashboard.store.cohort import group_codes
from dashboard.store.genes import gene_target, genes_named
from dashboard.words.frequency_table import blank_numbers, frequency_table, without_share
from data_prep.domain.copy_number import Direction
from data_prep.domain.intervals import Interval
from data_prep.domain.levels import Level
from tests.dashboard.beacon.client import Client, beacon
from tests.dashboard.beacon.conftest import CONTENTS
from tests.dashboard.small_database import Contents, Event, Person
from tests.oracle.plain_counter import Question, count

PATH = "/services/cnvFrequency"
REGION_RULES = ("any", "fraction:0.5", "reciprocal:0.5", "covers")
GENE_RULES = ("coding", "coding-touch", *REGION_RULES)


def ask(client: Client, **values: Any) -> dict[str, Any]:
    (result,) = client.get(PATH, **values)["response"]["results"]
    return result


def rows_of(result: dict[str, Any]) -> dict[tuple[str, str, str, str], dict[str, Any]]:
    return {(row["population"], row["rule"], row["level"], row["variantType"]): row for row in result["rows"]}


PLACES = [
    ("1", 109_680_000, 109_700_000),
    ("1", 109_690_000, 109_697_443),
    ("8", 39_374_000, 39_530_000),
    ("12", 9_000_000, 9_100_000),
    ("X", 103_995_000, 104_045_000),
    ("Y", 10_645_000, 10_680_000),
    ("5", 70_920_000, 70_960_000),
    ("6", 1_000_000, 1_050_000),
    ("7", 1, 20_000_000),
]
NAMES = {"all": "Total", "XX": "Females", "XY": "Males"}


def page(client: Client, target: Target, rule: str, variant_type: str, level: str) -> dict[str, dict[str, Any]]:
    """The rows of the pages and downloads, by the name of the group."""
    filters = Filters(overlap=Overlap.parse(rule))
    return page_of(client, target, filters, Direction.LOSS if variant_type == "DEL" else Direction.GAIN, level)


def page_of(
    client: Client, target: Target, every: Filters, direction: Direction, level: str
) -> dict[str, dict[str, Any]]:
    """The same under any filters, of one direction."""
    filters = every.within_direction(direction).at(Level(level))
    with client.database() as database:
        counts = frequencies(database, target, filters)
        table = frequency_table(counts, filters, group_codes(database))
        seen = callability(database, target, filters)
        if not seen.assessable:
            table = blank_numbers(table, blind=seen.is_blind)
        elif why := no_share(target, filters, seen):
            table = without_share(table, why)
        return {NAMES.get(row["group"], row["group"]): row for row in table.iter_rows(named=True)}


@pytest.mark.parametrize(("chrom", "start", "end"), PLACES)
@pytest.mark.parametrize("variant_type", ["DEL", "DUP"])
def test_rows_are_those_of_the_region_page(client: Client, chrom: str, start: int, end: int, variant_type: str) -> None:
    rows = rows_of(ask(client, referenceName=chrom, start=start, end=end, variantType=variant_type))
    assert {key[1] for key in rows} == set(REGION_RULES)
    target = region_target(Interval(f"chr{chrom}", start, end))
    for rule in REGION_RULES:
        for level in ("credible", "pass"):
            compare(rows, page(client, target, rule, variant_type, level), rule, level, variant_type)


@pytest.mark.parametrize("gene", ["GSTM1", "LNC1", "XGENE", "YGENE", "SMN1", "ADAM3A"])
@pytest.mark.parametrize("variant_type", ["DEL", "DUP"])
def test_rows_of_a_gene_are_those_of_its_page(client: Client, gene: str, variant_type: str) -> None:
    rows = rows_of(ask(client, geneId=gene, variantType=variant_type))
    assert {key[1] for key in rows} == set(GENE_RULES)
    with client.database() as database:
        target = gene_target(database, genes_named(database, gene)[0])
    for rule in GENE_RULES:
        compare(rows, page(client, target, rule, variant_type, "credible"), rule, "credible", variant_type)


FILTERED: list[dict[str, str]] = [
    {"cohort": "all"},
    {"outliers": "include"},
    {"cohort": "all", "outliers": "include", "population": "EUR,PEL"},
    {"sex": "XX"},
    {"population": "AFR"},
    {"min_length": "10000"},
    {"max_length": "10000"},
    {"min_quality": "41"},
    {"min_bins": "4"},
    {"copy_number": "0,1"},
    {"class": "complete-loss"},
    {"class": "loss,high-gain"},
]


@pytest.mark.parametrize("names", FILTERED, ids=lambda names: ",".join(names))
def test_the_filters_of_a_page_give_its_numbers_r13(client: Client, names: dict[str, str]) -> None:
    rules = ("coding", "any", "fraction:0.3", "within")
    with client.database() as database:
        filters, problems = parse(names, group_codes(database))
        assert not problems
        target = gene_target(database, genes_named(database, "GSTM1")[0])
    result = ask(client, geneId="GSTM1", rule=",".join(rules), level="sensitive", **names)
    rows = rows_of(result)
    assert {key[1:3] for key in rows} == {(rule, "sensitive") for rule in rules}
    asked = {name: text for name, text in filters.to_query().items() if name not in ("cohort", "outliers")}
    assert result["filters"] == asked
    assert (result["cohort"], result["outliers"]) == (
        names.get("cohort", "unrelated"),
        names.get("outliers", "exclude"),
    )
    for rule, direction in itertools.product(rules, filters.directions):
        counts = page_of(client, target, replace(filters, overlap=Overlap.parse(rule)), direction, "sensitive")
        compare(rows, counts, rule, "sensitive", {"loss": "DEL", "gain": "DUP"}[direction])
    # a page's own names are read too
    assert ask(client, geneId="GSTM1", overlap=",".join(rules), filter="sensitive", **names) == result
    body = {"queries": [{"geneId": "GSTM1", "rule": list(rules), "level": "sensitive", **names}]}
    assert client.post(PATH, body)["response"]["results"] == [result]


def test_each_of_those_filters_changes_a_number(client: Client) -> None:
    """So that one that is not read would be noticed above."""

    def numbers(**names: str) -> list[Any]:
        result = ask(client, geneId="GSTM1", rule="any", level="all", **names)
        return [(row["population"], row["variantType"], row["carriers"], row["samples"]) for row in result["rows"]]

    plain = numbers()
    for names in FILTERED:
        for name, value in names.items():
            if name != "outliers":  # of the large events, on chr12
                assert numbers(**{name: value}) != plain, name
    outliers = [
        ask(client, referenceName="12", start=1, end=20_000_000, rule="any", outliers=value)["rows"]
        for value in ("exclude", "include")
    ]
    assert outliers[0] != outliers[1]


def test_a_site_counts_its_own_events_r9(client: Client) -> None:
    (site, *_) = ask(client, geneId="GSTM1", variantType="DEL")["sites"]
    result = ask(client, site=site["id"])
    assert {(row["rule"], row["variantType"]) for row in result["rows"]} == {("any", "DEL")}
    (record,) = client.results(f"/g_variants/{site['id']}")
    assert (result["start"], result["end"]) == (
        record["variation"]["location"]["interval"]["start"]["value"],
        record["variation"]["location"]["interval"]["end"]["value"],
    )
    of_record = {row["population"]: row["carriers"] for row in record["info"]["carrierFrequencies"]}
    assert {row["population"]: row["carriers"] for row in result["rows"] if row["level"] == "credible"} == of_record


@pytest.mark.parametrize(
    ("names", "status", "sentence"),
    [
        ({"rule": "half"}, 400, "“half” is not a value of rule, which takes"),
        ({"level": "good"}, 400, "“good” is not a value of level, which takes pass, credible, sensitive, all."),
        ({"cohort": "some"}, 400, "“some” is not a value of cohort"),
        ({"population": "XYZ"}, 400, "“XYZ” is not a value of population"),
        ({"class": "loss", "variantType": "DUP"}, 400, "Give a variantType or a class, not both."),
        ({"site": "chr1-5-9-loss"}, 404, "There is no site “chr1-5-9-loss”."),
    ],
)
def test_a_filter_without_a_meaning_is_refused(
    client: Client, names: dict[str, str], status: int, sentence: str
) -> None:
    answer = client.http.get(f"/beacon{PATH}", params={"geneId": "GSTM1", **names})
    assert answer.status_code == status
    assert answer.json()["error"]["errorMessage"].startswith(sentence)


def test_coding_is_no_rule_of_an_interval_without_a_gene(client: Client) -> None:
    answer = client.http.get(f"/beacon{PATH}", params={"referenceName": "1", "start": 1, "end": 9, "rule": "coding"})
    assert answer.status_code == 400
    assert "“coding” is not a value of rule" in answer.json()["error"]["errorMessage"]


def compare(
    rows: dict[tuple[str, str, str, str], dict[str, Any]],
    page_rows: dict[str, dict[str, Any]],
    rule: str,
    level: str,
    variant_type: str,
) -> None:
    assert "Total" in page_rows
    for group, row in page_rows.items():
        mine = rows[group, rule, level, variant_type]
        assert (mine["carriers"], mine["samples"]) == (row["carriers"], row["samples"]), (group, rule)
        for name, column in (("frequency", "frequency"), ("ciLow", "ci_low"), ("ciHigh", "ci_high")):
            if row[column] is None:
                assert mine[name] is None
            else:
                assert mine[name] == pytest.approx(row[column], abs=1e-6), (group, rule, name)


def test_rows_are_those_of_a_plain_count_r7(client: Client) -> None:
    place = ("chr1", 109_690_000, 109_697_443)
    rows = rows_of(ask(client, referenceName=place[0], start=place[1], end=place[2]))
    for rule in REGION_RULES:
        name, _, share = rule.partition(":")
        for level in ("credible", "pass"):
            question = Question(*place, rule=name, share=Fraction(share or "0.5"), level=level)
            for direction, variant_type in (("loss", "DEL"), ("gain", "DUP")):
                for (kind, group), counts in count(CONTENTS.people, CONTENTS.events, direction, question).items():
                    row = rows[NAMES.get(group, group), rule, level, variant_type]
                    assert (row["carriers"], row["samples"]) == (counts["carriers"], counts["samples"]), (kind, group)
                    assert sum(row["copyNumbers"].values()) == counts["carriers"]


def test_a_gene_with_an_interval_has_coding_rules_of_the_gene_and_others_of_the_interval(client: Client) -> None:
    both = rows_of(
        ask(client, geneId="GSTM1", referenceName="1", start=109_600_000, end=109_800_000, variantType="DEL")
    )
    gene = rows_of(ask(client, geneId="GSTM1", variantType="DEL"))
    interval = rows_of(ask(client, referenceName="1", start=109_600_000, end=109_800_000, variantType="DEL"))
    for key, row in both.items():
        assert row == (gene if key[1].startswith("coding") else interval)[key]


def test_nobody_has_a_bound(client: Client) -> None:
    result = ask(client, referenceName="6", start=1_000_000, end=1_050_000, variantType="DEL")
    row = rows_of(result)["Total", "fraction:0.5", "credible", "DEL"]
    people = sum(person.unrelated for person in CONTENTS.people)
    assert (row["carriers"], row["samples"], row["frequency"], row["ciLow"]) == (0, people, 0, 0)
    assert row["ciHigh"] == pytest.approx(proportion_confint(0, people, method="wilson")[1], abs=1e-6)
    assert result["sites"] == []
    assert "notAssessable" not in result


def test_not_assessable_has_no_numbers_r5(client: Client) -> None:
    for asked in ({"geneId": "SMN1"}, {"referenceName": "5", "start": 70_910_000, "end": 70_990_000}):
        result = ask(client, variantType="DEL", **asked)
        assert result["notAssessable"]["share"] == 1
        assert {row["carriers"] for row in result["rows"]} == {row["ciHigh"] for row in result["rows"]} == {None}
    unplaced = ask(client, geneId="GSTT1")
    assert unplaced["notAssessable"]["reason"]
    assert {key[1] for key in rows_of(unplaced)} == set(GENE_RULES)
    assert {row[name] for row in unplaced["rows"] for name in ("carriers", "samples", "frequency", "ciHigh")} == {None}


def test_what_the_service_does_not_use_is_named(client: Client) -> None:
    query = {"geneId": "GSTM1", "filters": "HANCESTRO:2003", "colour": "EUR", "limit": 5, "apiVersion": "v2.0"}
    content = client.get(PATH, **query)
    assert content["info"]["ignored"] == ["colour", "limit", "filters"]
    assert content["response"] == client.get(PATH, geneId="GSTM1")["response"]
    assert client.post(PATH, {"queries": [{"geneId": "GSTM1"}, query]})["info"] == content["info"]
    assert "info" not in client.get(PATH, geneId="GSTM1")


PARTLY = Contents(
    people=[Person(f"S{number:02}", "GBR" if number < 12 else "YRI", sex="XX") for number in range(20)],
    events=[Event("S00", "chr4", 100_000, 120_000, 1), Event("S01", "chr4", 500_000, 520_000, 1), Event("S13", "chr4", 101_000, 121_000, 0)],
    seen={f"S{number:02}": [("chr4", 0, 200_000 if number < 14 else 90_000)] for number in range(20)},
    problems=[("paralogous", "chr4", 490_000, 530_000, "two genes alike")],
)  # fmt: skip


@pytest.fixture(scope="module")
def partly(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    with beacon(tmp_path_factory.mktemp("partly"), PARTLY) as other:
        yield other


def test_places_that_are_partly_seen_or_of_copies_are_those_of_the_page(partly: Client) -> None:
    for start, end in ((95_000, 125_000), (130_000, 180_000), (10_000, 80_000), (500_000, 520_000), (300_000, 400_000)):
        rows = rows_of(ask(partly, referenceName="4", start=start, end=end, variantType="DEL"))
        for rule in REGION_RULES:
            table = page(partly, region_target(Interval("chr4", start, end)), rule, "DEL", "credible")
            compare(rows, table, rule, "credible", "DEL")


def test_records_of_such_places_follow_the_same_rules(partly: Client) -> None:
    """14 of 20 people were seen, all of GBR and 2 of 8 of YRI, who have no numbers."""
    (record,) = partly.results("/g_variants", referenceName="4", start=105_000, end=105_001)
    rows = {row["population"]: row for row in record["info"]["carrierFrequencies"]}
    assert (rows["Total"]["carriers"], rows["Total"]["samples"]) == (2, 20)
    assert (rows["GBR"]["carriers"], rows["GBR"]["samples"]) == (1, 12)
    assert (rows["YRI"]["carriers"], rows["YRI"]["frequency"]) == (None, None)
    service = rows_of(ask(partly, referenceName="4", start=105_000, end=105_001, variantType="DEL"))
    for told in (rows, {group: row for (group, rule, *_), row in service.items() if rule == "any"}):
        assert {group: told[group]["seen"] for group in ("Total", "GBR", "YRI")} == {
            "Total": 0.7,
            "GBR": 1,
            "YRI": 0.25,
        }
        assert "lower bounds" in told["Total"]["note"]
        assert "fewer than half" in told["YRI"]["note"]
        assert "note" not in told["GBR"]
    (unseen,) = partly.results("/g_variants", referenceName="4", start=505_000, end=505_001)
    assert "carrierFrequencies" not in unseen["info"]
    assert unseen["info"]["notAssessable"]["reason"]


def test_the_best_matching_sites(client: Client) -> None:
    result = ask(client, referenceName="1", start=109_687_569, end=109_692_506, variantType="DEL")
    assert result["sites"][0]["id"] == "chr1-109687570-109697443-loss"
    assert result["sites"][0]["reciprocalOverlap"] == pytest.approx(4_937 / 9_874, abs=1e-6)


def test_many_queries_at_once(client: Client) -> None:
    queries = [
        {"referenceName": chrom, "start": start, "end": str(end), "variantType": "DEL"} for chrom, start, end in PLACES
    ]
    results = client.post(PATH, {"queries": queries})["response"]["results"]
    assert results == [ask(client, **query) for query in queries]


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ({"queries": [{"geneId": "GSTM1"}] * 501}, "500"),
        ({"queries": {"geneId": "GSTM1"}}, "list"),
        ({"queries": [{"geneId": "GSTM1"}, {"referenceName": "1", "start": 5}]}, "Query 2"),
        ({"queries": [{"geneId": "GSTM1"}, {"geneId": "NOSUCH"}, {"variantType": "??"}]}, "Query 3"),
        ({}, "interval"),
        ({"geneId": "GSTM1", "variantType": "SNV"}, "variantType"),
        ({"referenceName": "Y", "start": 60_000_000, "end": 60_000_001}, "57,227,415"),
    ],
)
def test_faults(client: Client, body: dict[str, Any], word: str) -> None:
    answer = client.http.post(f"/beacon{PATH}", content=json.dumps(body))
    assert answer.status_code == 400
    assert word in answer.json()["error"]["errorMessage"]
