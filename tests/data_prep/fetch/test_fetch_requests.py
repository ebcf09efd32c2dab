"""What a fetch asks for and how often, and what it says where the disk or a mirror fails it (R12)."""

import hashlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from data_prep.fetch.connection import Patience
from data_prep.fetch.errors import FetchError
from data_prep.fetch.releases import RELEASES, plain_key
from tests.data_prep.conftest import ROOT
from tests.data_prep.fault_proxy import Proxy
from tests.data_prep.fetch.test_fetch import calls, expected, fetched_calls, go, laid, manifest, parts, proxy, request
from tests.data_prep.public_buckets import CHILD, PEOPLE, PLACES, WEB, call_file, lay
from tests.data_prep.s3_server import S3Server

__all__ = ["laid", "proxy"]
CALM = {"patience": Patience(attempts=2, stall=20, connect=20, first_wait=0.01)}
"""No request is made twice because the machine is busy."""
TABLES = {
    WEB["pedigree"].rpartition("/")[2],
    WEB["unrelated"].rpartition("/")[2],
    WEB["related"].rpartition("/")[2],
    "igsr-1000-genomes-30x-on-grch38.tsv",
}


def asked_of_calls(proxy: Proxy, begun: int = 0) -> list[tuple[str, str]]:
    """Method or `list`, and the last part of the path or prefix, of every request that is none of the tables'."""
    return [
        ("list", one.query["prefix"][0].rstrip("/").rpartition("/")[2])
        if one.listing
        else (one.method, one.path.rpartition("/")[2])
        for one in proxy.seen[begun:]
        if not one.path.startswith("/web/") and not one.path.endswith("grch38.tsv")
    ]


@pytest.mark.parametrize("release", ["3.5.7b", "3.7.6"])
def test_a_name_that_is_certain_costs_one_request(s3: S3Server, proxy: Proxy, tmp_path: Path, release: str) -> None:
    """Of each person the object alone, where a listing, a checksum and the object were asked for: of 3,202 people
    3,202 requests and not 9,606."""
    laid = lay(s3, release)
    assert go(request(proxy, tmp_path, release, **CALM)).failed == []
    assert calls(tmp_path) == expected(laid)
    folders = [laid.prefix.rstrip("/").rpartition("/")[2], *(["additional_698_related"] if release == "3.5.7b" else [])]
    assert sorted(asked_of_calls(proxy)) == sorted(
        [("list", folder) for folder in folders] + [("GET", f"{name}.cnv.vcf.gz") for name in PEOPLE]
    )
    tables = [one for one in proxy.seen if one.path.startswith("/web/") or one.path.endswith("grch38.tsv")]
    assert len(tables) == 2 * len(TABLES)


def test_a_name_that_is_not_certain_is_learned_from_the_first_listing(
    s3: S3Server, proxy: Proxy, tmp_path: Path
) -> None:
    """4.4.7: one folder is listed; then only those of whoever has no plain folder."""
    laid = lay(s3, "4.4.7")
    assert go(request(proxy, tmp_path, "4.4.7", jobs=1, **CALM)).failed == []
    assert calls(tmp_path) == expected(laid)
    listed = [name for kind, name in asked_of_calls(proxy) if kind == "list"]
    assert listed[1] == PEOPLE[0]
    assert [name.partition("_")[0] for name in listed[2:]] == ["NA18525", "NA18525"]
    assert sum(kind == "GET" for kind, _ in asked_of_calls(proxy)) == len(PEOPLE)


def test_other_names_are_listed_and_asked_for_once(s3: S3Server, proxy: Proxy, tmp_path: Path) -> None:
    """4.2.7 with an infix: two requests a person, and none for a name that is not there."""
    laid = lay(s3, "4.2.7")
    assert go(request(proxy, tmp_path, "4.2.7", **CALM)).failed == []
    assert calls(tmp_path) == expected(laid)
    assert sorted(kind for kind, _ in asked_of_calls(proxy)) == ["GET"] * len(PEOPLE) + ["list"] * (1 + len(PEOPLE))


def test_a_name_that_turns_out_not_to_be_there_loses_nobody(s3: S3Server, proxy: Proxy, tmp_path: Path) -> None:
    """One person's file with an infix, one person's beside the folders, one who has none."""
    laid = lay(s3, "3.5.7b")
    odd, beside, none = "HG00097", "HG00171", "NA18525"
    for name in (odd, beside, none):
        s3.delete(laid.bucket, laid.keys[name])
    s3.put(laid.bucket, f"{laid.prefix}{odd}/{odd}.final.cnv.vcf.gz", laid.files[odd])
    s3.put(laid.bucket, f"{laid.prefix}{beside}.cnv.vcf.gz", laid.files[beside])
    summary = go(request(proxy, tmp_path, jobs=1))
    assert summary.failed == []
    assert calls(tmp_path) == expected(laid, tuple(name for name in PEOPLE if name != none))
    assert f"1 samples have no CNV file in this release: {none}" in summary.notes
    # what comes after the odd one is listed again until a plain name is seen
    assert ("list", CHILD) not in asked_of_calls(proxy)


def test_the_plain_name_is_what_a_listing_would_choose() -> None:
    assert plain_key("data/x/HG00096/", "HG00096") == "data/x/HG00096/HG00096.cnv.vcf.gz"
    assert plain_key("data/x/HG00096_dragen-germline-v4-4-7-0b7e/", "HG00096") is None
    assert [place.plain_names for place in RELEASES["3.5.7b"].places] == [True]
    assert [place.plain_names for place in RELEASES["3.7.6"].places] == [True, False, False]


def test_a_checksum_object_is_asked_for_only_where_the_etag_is_no_md5(
    s3: S3Server, proxy: Proxy, tmp_path: Path
) -> None:
    laid = lay(s3, "3.5.7b")
    s3.put_in_parts(laid.bucket, laid.keys["HG00097"], laid.files["HG00097"])
    s3.put_in_parts(laid.bucket, laid.keys["HG00171"], laid.files["HG00171"])
    s3.delete(laid.bucket, f"{laid.keys['HG00171']}.md5sum")
    assert go(request(proxy, tmp_path, **CALM)).failed == []
    assert sorted(name for _, name in asked_of_calls(proxy) if name.endswith(".md5sum")) == [
        "HG00097.cnv.vcf.gz.md5sum",
        "HG00171.cnv.vcf.gz.md5sum",
    ]
    assert {name: one["checked_by"] for name, one in fetched_calls(tmp_path).items()} == dict.fromkeys(
        PEOPLE, "etag"
    ) | {"HG00097": "md5sum", "HG00171": "gzip"}


def test_an_etag_that_only_looks_like_an_md5_loses_nobody(s3: S3Server, proxy: Proxy, tmp_path: Path) -> None:
    """As of encrypted objects: the checksum object has the last word. Without it the file is refused."""
    laid = lay(s3, "3.5.7b", PEOPLE[:2])
    s3.delete(laid.bucket, f"{laid.keys['HG00097']}.md5sum")
    proxy.fault(r"(HG00096|HG00097)\.cnv\.vcf\.gz$", headers={"Etag": f'"{"ab" * 16}"'}, times=1_000)
    summary = go(request(proxy, tmp_path, samples=PEOPLE[:2]))
    # asked for again, the server behind the proxy knows no version of this tag
    assert [one.name for one in summary.failed] == ["HG00097"]
    assert calls(tmp_path) == expected(laid, ("HG00096",))
    assert fetched_calls(tmp_path)["HG00096"]["checked_by"] == "md5sum"


def test_had_changed_is_said_only_of_other_bytes(s3: S3Server, proxy: Proxy, tmp_path: Path) -> None:
    """An object uploaded anew in another way has another ETag and the same bytes."""
    laid = lay(s3, "3.5.7b", PEOPLE[:3])
    people = PEOPLE[:3]
    go(request(proxy, tmp_path, samples=people))
    for name in people[:2]:
        content = laid.files[name] if name == people[0] else call_file(name, seed=3)
        s3.put_in_parts(laid.bucket, laid.keys[name], content)
        s3.delete(laid.bucket, f"{laid.keys[name]}.md5sum")
    summary = go(request(proxy, tmp_path, samples=people))
    assert (summary.fetched, summary.renewed, summary.failed) == (2, 1, [])
    assert calls(tmp_path)[f"{people[1]}.cnv.vcf.gz"] == call_file(people[1], seed=3)


@pytest.mark.parametrize("limit", [8_000, 1_500])
def test_a_full_disk_is_told_once_though_the_manifest_has_no_room_either(
    s3: S3Server, proxy: Proxy, tmp_path: Path, limit: int
) -> None:
    """No file may grow beyond so many bytes; the manifest of the tables alone is longer than the smaller number."""
    laid = lay(s3, "3.5.7b")
    out = tmp_path / "out"
    program = (
        f"import resource\nresource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))\n"
        "from data_prep.__main__ import main\nmain()"
    )
    arguments = ["fetch", "--release", "3.5.7b", "--out", str(out), "--endpoint", proxy.url]
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments, "--mirror", f"{proxy.url}/web", "--jobs", "1"],
        cwd=ROOT, capture_output=True, text=True, check=False, env=os.environ,
    )  # fmt: skip
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert re.match(
        r"error: .*HG00096.*\.part cannot be written \(File too large\): is the disk full\? the same command goes on",
        done.stderr,
    )
    assert (out / "manifest.json").exists() == (limit > 2_000)
    assert not (out / "manifest.json.part").exists()
    assert {path.name for path in parts(out)} == set(calls(out))
    summary = go(request(proxy, out))
    assert (summary.failed, summary.resumed) == ([], 1)
    assert calls(out) == expected(laid)


def test_a_manifest_that_cannot_be_written_is_told_in_a_sentence(s3: S3Server, proxy: Proxy, tmp_path: Path) -> None:
    """All files are there, and the disk is full now."""
    lay(s3, "3.5.7b", PEOPLE[:1])
    (tmp_path / "manifest.json.part").mkdir()
    with pytest.raises(
        FetchError, match=r"manifest\.json cannot be written \(.*\): is the disk full\? the same command"
    ):
        go(request(proxy, tmp_path, samples=PEOPLE[:1]))


def test_the_manifest_of_a_failed_run_names_the_tables_it_has(s3: S3Server, proxy: Proxy, tmp_path: Path) -> None:
    """No listing is allowed, so no folder is found; what was fetched before is not fetched again."""
    laid = lay(s3, "3.5.7b")
    fault = proxy.fault(r"list-type=2", status=403, times=1_000)
    with pytest.raises(FetchError, match="no samples were found"):
        go(request(proxy, tmp_path))
    told = manifest(tmp_path)
    assert {one["path"] for one in told["objects"]} == TABLES
    assert told["release"] == "3.5.7b"
    for one in told["objects"]:
        assert hashlib.sha256((tmp_path / one["path"]).read_bytes()).hexdigest() == one["sha256"]
    with pytest.raises(FetchError, match=r"holds release 3\.5\.7b: give another --out for 3\.7\.6"):
        go(request(proxy, tmp_path, "3.7.6"))
    fault.times = 0
    before = len(proxy.seen)
    summary = go(request(proxy, tmp_path))
    assert (summary.unchanged, summary.calls, summary.failed) == (len(TABLES), len(PEOPLE), [])
    assert not [one for one in proxy.seen[before:] if one.method == "GET" and one.path.startswith("/web/")]
    assert (
        (manifest(tmp_path)["bucket"], manifest(tmp_path)["prefix"]) == PLACES["3.5.7b"] == (laid.bucket, laid.prefix)
    )


def test_a_run_that_fetched_nothing_leaves_no_manifest(proxy: Proxy, tmp_path: Path) -> None:
    proxy.fault("/", status=404, times=1_000)
    with pytest.raises(FetchError, match="sample table could not be fetched"):
        go(request(proxy, tmp_path))
    assert not (tmp_path / "manifest.json").exists()


def test_a_failure_behind_a_mirror_names_the_address_that_was_asked(s3: S3Server, proxy: Proxy, tmp_path: Path) -> None:
    """And behind another S3 server that server; the manifest goes on naming the public addresses."""
    laid = lay(s3, "3.5.7b")
    s3.delete("web", WEB["related"])
    proxy.fault(r"HG00097\.cnv\.vcf\.gz$", status=403, times=1_000)
    summary = go(request(proxy, tmp_path))
    asked = f"{proxy.url}/web/{WEB['related']}"
    assert {one.name: one.sentence for one in summary.failed} == {
        asked: f"{asked} is not there (404)",
        "HG00097": f"access to {laid.keys['HG00097']} at {proxy.url} is refused (403)",
    }
    told = {one["path"]: one["key"] for one in manifest(tmp_path)["objects"]}
    assert told[WEB["pedigree"].rpartition("/")[2]] == f"https://{WEB['pedigree']}"
    assert told["vcf/HG00096.cnv.vcf.gz"] == laid.keys["HG00096"]
    s3.delete("web", WEB["pedigree"])
    with pytest.raises(FetchError, match=re.escape(f"({proxy.url}/web/{WEB['pedigree']} is not there (404))")):
        go(request(proxy, tmp_path / "new"))


def test_a_manifest_without_a_place_is_read_by_the_next_fetch(tmp_path: Path) -> None:
    from data_prep.fetch import manifest as manifests

    manifests.write(tmp_path, manifests.Manifest("3.5.7b", "", "", "", "2026-11-28T00:00:00Z"))
    found = manifests.read(tmp_path)
    assert found
    assert json.loads((tmp_path / "manifest.json").read_text())["prefix"] == found.prefix == ""
