"""The services that the reference resource has: bins, a table of samples, segments (rules R1, R8)."""

import csv
import io
from pathlib import Path

import pytest

from tests.dashboard.beacon.client import Client, beacon
from tests.dashboard.beacon.conftest import CONTENTS
from tests.dashboard.beacon.plain import LOSS, met, of_class, overlaps
from tests.dashboard.demonstration import GSTM1
from tests.dashboard.small_database import Contents, Person


def rows_of(text: str) -> list[dict[str, str]]:
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    return list(csv.DictReader(io.StringIO("\n".join(lines)), delimiter="\t"))


def test_bins_are_the_mean_share_of_people_r8(client: Client) -> None:
    """chr8:39,000,001-40,000,000 has the ADAM3A losses alone: 156,000 of its bases in each of the carriers."""
    (result,) = client.get("/services/intervalFrequencies")["response"]["results"]
    bins = {row["id"]: row for row in result["intervalFrequencies"]}
    people = [person for person in CONTENTS.people if person.unrelated]
    assert result["sampleCount"] == len(people)
    carriers = {event.sample for event in met(CONTENTS, overlaps("chr8", 39_000_000, 40_000_000), of_class(*LOSS))}
    carriers &= {person.sample for person in people}
    place = bins["8:39000000-40000000"]
    assert place["lossFrequency"] == pytest.approx(100 * 0.156 * len(carriers) / len(people), abs=6e-4)
    assert place["lossMost"] == pytest.approx(100 * len(carriers) / len(people), abs=6e-4)
    assert place["gainFrequency"] == 0
    assert len(bins) == len(result["intervalFrequencies"]) == 3_102
    assert [row["no"] for row in result["intervalFrequencies"]] == list(range(1, 3_103))


def test_bins_as_pgxfreq_say_the_same(client: Client) -> None:
    query = "filters=HANCESTRO:2000"
    (result,) = client.http.get(f"/services/intervalFrequencies?{query}").json()["response"]["results"]
    assert result["groupId"] == "HANCESTRO:2000"
    text = client.http.get(f"/beacon/services/intervalFrequencies?{query}&output=pgxfreq").text
    assert f"sample_count={result['sampleCount']}" in text
    for row, other in zip(rows_of(text), result["intervalFrequencies"], strict=True):
        assert (row["reference_name"], row["start"]) == (other["referenceName"], str(other["start"]))
        assert float(row["loss_frequency"]) == pytest.approx(other["lossFrequency"], abs=1e-9)
        assert row["group_id"] == "HANCESTRO:2000"


def test_the_table_of_samples(client: Client) -> None:
    rows = rows_of(client.http.get("/services/sampletable?filters=HANCESTRO:0765,NCIT:C20197").text)
    mine = sorted(person.sample for person in CONTENTS.people if person.population == "GBR" and person.sex == "XY")
    assert [row["sample"] for row in rows] == mine
    assert {(row["population_id"], row["sex_id"]) for row in rows} == {("HANCESTRO:0765", "NCIT:C20197")}
    marked = rows_of(client.http.get("/services/sampletable?biosampleIds=onekgbs-SIM00003").text)
    assert [row["marked_chromosomes"] for row in marked] == ["chr12"]
    assert len(rows_of(client.http.get("/services/sampletable").text)) == len(CONTENTS.people)


def test_segments_are_the_events_that_meet_the_question(client: Client) -> None:
    text = client.http.get("/beacon/services/pgxsegvariants?geneId=GSTM1&variantType=DEL").text
    events = met(CONTENTS, overlaps("chr1", GSTM1.start, GSTM1.end), of_class(*LOSS))
    shown = sorted(
        (row["biosample_id"], int(row["start"]), int(row["end"]), row["variant_type"]) for row in rows_of(text)
    )
    assert shown == sorted((event.sample, event.start, event.end, "DEL") for event in events)
    assert "#meta=>simulated=yes" in text


@pytest.mark.parametrize(
    ("path", "status", "word"),
    [
        ("intervalFrequencies?filters=HANCESTRO:0765", 400, "super-population"),
        ("intervalFrequencies?output=svg", 400, "pgxfreq"),
        ("sampletable?biosampleIds=nobody", 404, "nobody"),
        ("pgxsegvariants?variantType=BANANA", 400, "variantType"),
        ("nothing", 404, "nothing"),
    ],
)
def test_faults(client: Client, path: str, status: int, word: str) -> None:
    for root in ("/services", "/beacon/services"):
        answer = client.http.get(f"{root}/{path}")
        assert answer.status_code == status
        assert word in answer.json()["error"]["errorMessage"]


def test_services_tell_no_more_than_the_operator_allows(tmp_path: Path) -> None:
    with beacon(tmp_path, Contents(people=[Person("A")]), {"CNV_BEACON_GRANULARITY": "count"}) as other:
        assert other.http.get("/services/sampletable").status_code == 403
        assert other.http.get("/services/pgxsegvariants").status_code == 403
        assert other.http.get("/services/intervalFrequencies").status_code == 200
