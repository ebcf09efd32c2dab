"""Two callsets of the same people are two datasets: told apart, chosen by name, and people counted once."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from data_prep.tables.callsets import combine_callsets
from tests.dashboard.beacon.client import Client, over
from tests.dashboard.beacon.official_schemas import faults_of_data, needs_schemas
from tests.dashboard.beacon.plain import met, names, overlaps
from tests.dashboard.demonstration import GSTM1, demonstration
from tests.dashboard.small_database import Contents, write_file

NEWER, OLDER = "DRAGEN 3.7.6", "DRAGEN 3.5.7b"
IDS = {NEWER: "dragen-3.7.6", OLDER: "dragen-3.5.7b"}
IN_GSTM1 = overlaps("chr1", GSTM1.start, GSTM1.end)


def contents(callset: str) -> Contents:
    """The same people with other calls: each callset lacks every third, and not the same."""
    made = demonstration(seed=1)
    lacking = 0 if callset == NEWER else 1
    events = [event for number, event in enumerate(made.events) if number % 3 != lacking]
    provenance = {**made.provenance, "callset": callset, "generation": IDS[callset]}
    return replace(made, events=events, provenance=provenance)


CONTENTS = {name: contents(name) for name in (OLDER, NEWER)}
MET = {IDS[name]: met(made, IN_GSTM1) for name, made in CONTENTS.items()}


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    folder: Path = tmp_path_factory.mktemp("datasets")
    parts = [(write_file(folder / f"{IDS[name]}.duckdb", made), name) for name, made in CONTENTS.items()]
    combine_callsets(parts, folder / "cnv.duckdb")
    with over(folder / "cnv.duckdb") as client:
        yield client


@needs_schemas
def test_each_dataset_has_a_result_set_of_its_own(both: Client) -> None:
    content = both.get("/g_variants", geneId="GSTM1", recordType="event", limit=0)
    assert not faults_of_data(content)
    sets = {one["id"]: one for one in content["response"]["resultSets"]}
    assert list(sets) == [IDS[NEWER], IDS[OLDER]]
    for name, events in MET.items():
        assert sets[name]["resultsCount"] == len(events) == len(sets[name]["results"])
    assert content["responseSummary"]["numTotalResults"] == sum(len(events) for events in MET.values())


def test_people_are_counted_once(both: Client) -> None:
    people = {name for events in MET.values() for name in names(events)}
    assert max(len(names(events)) for events in MET.values()) < len(people)
    assert both.total("/individuals", geneId="GSTM1") == len(people)


@pytest.mark.parametrize("name", IDS)
def test_datasets_restrict(both: Client, name: str) -> None:
    identifier = IDS[name]
    expected = len(MET[identifier])
    for value in (identifier, name):
        assert both.total("/g_variants", geneId="GSTM1", recordType="event", datasets=value) == expected
    assert both.total("/g_variants", geneId="GSTM1", recordType="event", datasetIds=identifier) == expected
    assert both.total(f"/datasets/{identifier}/g_variants", geneId="GSTM1", recordType="event") == expected
    body = {
        "query": {
            "requestParameters": {"datasets": {"datasetIds": [identifier]}, "geneId": "GSTM1"},
            "recordType": "event",
        }
    }
    assert both.post("/g_variants", body)["response"]["resultSets"][0]["id"] == identifier
    (dataset,) = both.get(f"/datasets/{identifier}")["response"]["collections"]
    assert (dataset["id"], dataset["name"]) == (identifier, name)


def test_an_event_is_found_in_its_own_dataset(both: Client) -> None:
    (event,) = both.results("/g_variants", geneId="GSTM1", recordType="event", datasets=IDS[OLDER], limit=1)
    content = both.get(f"/g_variants/{event['id']}")
    assert [one["id"] for one in content["response"]["resultSets"]] == [IDS[OLDER]]
    assert content["response"]["resultSets"][0]["results"] == [event]
    assert both.http.get("/beacon/datasets/dragen-9").status_code == 404
