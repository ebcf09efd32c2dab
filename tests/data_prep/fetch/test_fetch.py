"""Fetch against a real S3 server on the loopback, through a proxy that spoils what it is told to (R12).

What must be on the disk is what the test put into the bucket, byte for byte; what was asked of the server is read from the
proxy's record.
"""

import asyncio
import gzip
import hashlib
import json
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from data_prep.__main__ import app
from data_prep.fetch import run as running
from data_prep.fetch.connection import Patience
from data_prep.fetch.errors import FetchError, Reason
from data_prep.fetch.manifest import ManifestError
from data_prep.fetch.releases import RELEASES, call_file_rank, sample_of
from data_prep.fetch.run import FetchRequest, Summary, run
from data_prep.fetch.tables import duplications_as_bed, names_in_index
from data_prep.fetch.transfer import md5_in
from data_prep.system.folders import FolderError
from tests.data_prep.built import build_here
from tests.data_prep.conftest import ROOT
from tests.data_prep.dragen_text import write
from tests.data_prep.fault_proxy import Proxy
from tests.data_prep.public_buckets import (
    CHILD,
    GTF,
    HOSTS,
    PEOPLE,
    PLACES,
    UNRELATED,
    WEB,
    Laid,
    call_file,
    index,
    lay,
    lay_tables,
)
from tests.data_prep.s3_server import S3Server

PEDIGREE = WEB["pedigree"].rpartition("/")[2]
CLONE = "1000genomes-dragen-v3.7.6"
"""The facts call it a clone of the bucket without the v."""
NO_NAME = f"http://{'a' * 64}.example"
QUICK = Patience(attempts=4, stall=0.4, connect=2, first_wait=0.01, longest_wait=0.02)


@pytest.fixture
def proxy(s3: S3Server) -> Iterator[Proxy]:
    """The way to the server, with the tables laid out behind it."""
    lay_tables(s3)
    one = Proxy(s3.port)
    yield one
    one.close()


@pytest.fixture
def laid(s3: S3Server, proxy: Proxy) -> Laid:
    """Release 3.5.7b."""
    return lay(s3, "3.5.7b")


def request(proxy: Proxy, out: Path, release: str = "3.5.7b", **more: Any) -> FetchRequest:
    asked = FetchRequest(release, out, endpoint=proxy.url, mirror=f"{proxy.url}/web", jobs=3, patience=QUICK)
    return replace(asked, **more)


def go(asked: FetchRequest) -> Summary:
    return asyncio.run(run(asked))


def calls(out: Path) -> dict[str, bytes]:
    """The call files by the names that they have, with and without `.part`."""
    return {path.name: path.read_bytes() for path in (out / "vcf").iterdir()} if (out / "vcf").is_dir() else {}


def expected(laid: Laid, people: tuple[str, ...] = PEOPLE) -> dict[str, bytes]:
    return {f"{name}.cnv.vcf.gz": laid.files[name] for name in people}


def parts(out: Path) -> list[Path]:
    return sorted(out.rglob("*.part"))


def manifest(out: Path) -> dict[str, Any]:
    told: dict[str, Any] = json.loads((out / "manifest.json").read_text())
    return told


def fetched_calls(out: Path) -> dict[str, dict[str, Any]]:
    return {one["sample"]: one for one in manifest(out)["objects"] if one["sample"]}


# layouts


@pytest.mark.parametrize("release", list(PLACES))
def test_every_release_gives_one_whole_file_a_person_and_nothing_else(
    s3: S3Server,
    proxy: Proxy,
    tmp_path: Path,
    release: str,
) -> None:
    """Relatives one level deeper, infixes, run folders with every sample again, stray folders, other files of each sample."""
    laid = lay(s3, release)
    summary = go(request(proxy, tmp_path, release))
    assert summary.failed == []
    assert calls(tmp_path) == expected(laid)
    assert summary.calls == len(PEOPLE)
    asked = {one.path.removeprefix(f"/{laid.bucket}/") for one in proxy.bodies(r"\.cnv\.vcf\.gz$")}
    assert asked == set(laid.keys.values())
    asked_beside = {one.path for one in proxy.bodies(".")} - {f"/{laid.bucket}/{key}" for key in laid.keys.values()}
    assert all(path.startswith("/web/") or path.endswith((".md5sum", "grch38.tsv")) for path in asked_beside)
    runs = {one.query["prefix"][0] for one in proxy.seen if one.listing and "_dragen-" in one.query["prefix"][0]}
    assert {folder.rstrip("/").rpartition("/")[2].partition("_")[0] for folder in runs} <= {"NA18525"}
    assert f"passed over in {laid.prefix}: teslogs/" in summary.notes
    assert parts(tmp_path) == []


@pytest.mark.parametrize("release", list(PLACES))
def test_the_manifest_names_every_object(s3: S3Server, proxy: Proxy, tmp_path: Path, release: str) -> None:
    """R12: release, place, server, and of every object key, size, checksums, ETag and path."""
    laid = lay(s3, release)
    go(request(proxy, tmp_path, release))
    told = manifest(tmp_path)
    assert (told["release"], told["bucket"], told["prefix"], told["endpoint"]) == (release, *PLACES[release], proxy.url)
    found = fetched_calls(tmp_path)
    assert set(found) == set(PEOPLE)
    for sample, content in laid.files.items():
        md5 = hashlib.md5(content).hexdigest()
        one = found[sample]
        assert (one["key"], one["path"]) == (laid.keys[sample], f"vcf/{sample}.cnv.vcf.gz")
        assert (one["size"], one["md5"], one["etag"]) == (len(content), md5, md5)
        assert one["sha256"] == hashlib.sha256(content).hexdigest()
        assert one["checked_by"] == "etag"
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", one["fetched_at"])
    tables = {one["path"] for one in told["objects"]} - {one["path"] for one in found.values()}
    assert tables == {
        PEDIGREE,
        WEB["unrelated"].rpartition("/")[2],
        WEB["related"].rpartition("/")[2],
        "igsr-1000-genomes-30x-on-grch38.tsv",
    }


def test_a_release_whose_folder_nobody_names_is_searched(s3: S3Server, proxy: Proxy, tmp_path: Path) -> None:
    """The folder with the CNV files of most people; folders of alignments only, of a few, of hg19 are told or not entered."""
    laid = lay(s3, "4.0.3")
    summary = go(request(proxy, tmp_path, "4.0.3"))
    assert summary.place == f"s3://{laid.bucket}/{laid.prefix}"
    assert f"s3://{laid.bucket}/data/1kgp_cram/ has folders or files of 7 samples, without CNV files" in summary.notes
    assert (
        f"s3://{laid.bucket}/data/individuals/a_few/ has folders or files of 1 samples, with CNV files" in summary.notes
    )
    assert f"the folder of release 4.0.3 was searched: {laid.prefix} is used" in summary.notes
    assert not any("hg19" in one.query.get("prefix", [""])[0] for one in proxy.seen)


def test_a_moved_folder_is_searched_too_and_the_search_is_bounded(s3: S3Server, proxy: Proxy, tmp_path: Path) -> None:
    """A known folder that holds nobody; then a bucket of many folders without anybody."""
    bucket, content = "1000genomes-dragen-v4-2-7", call_file("HG00096")
    s3.put(bucket, "data/new/place/HG00096/HG00096.cnv.vcf.gz", content)
    summary = go(request(proxy, tmp_path / "a", "4.2.7", samples=("HG00096",)))
    assert summary.place == f"s3://{bucket}/data/new/place/"
    assert calls(tmp_path / "a") == {"HG00096.cnv.vcf.gz": content}
    s3.delete(bucket, "data/new/place/HG00096/HG00096.cnv.vcf.gz")
    for number in range(115):
        s3.put(bucket, f"data/{number % 13}/{number}/deeper/x.txt")
    before = len(proxy.seen)
    with pytest.raises(FetchError, match=r"no folder with the CNV files .* in 100 listings.*name it with --prefix"):
        go(request(proxy, tmp_path / "b", "4.2.7"))
    assert sum(one.listing for one in proxy.seen[before:]) < 110


def test_the_next_place_is_taken_where_the_first_is_empty(s3: S3Server, proxy: Proxy, tmp_path: Path) -> None:
    """3.7.6 lies in three buckets."""
    content = call_file("HG00096", "3.7.6")
    s3.put("1000genomes-dragen-3.7.6", "data/individuals/hg38-graph-based/HG00096/HG00096.cnv.vcf.gz", content)
    summary = go(request(proxy, tmp_path, "3.7.6"))
    assert summary.place == "s3://1000genomes-dragen-3.7.6/data/individuals/hg38-graph-based/"
    assert calls(tmp_path) == {"HG00096.cnv.vcf.gz": content}
    assert any("6 samples have no CNV file in this release" in note for note in summary.notes)
    assert summary.failed == []


@pytest.mark.parametrize("prefix", ["mirror/mine", "s3://other-bucket/mine/"])
def test_a_person_names_the_folder(s3: S3Server, proxy: Proxy, tmp_path: Path, prefix: str) -> None:
    """Also without a folder for each sample."""
    bucket, folder = ("other-bucket", "mine/") if "other" in prefix else ("1000genomes-dragen", "mirror/mine/")
    contents = {name: call_file(name) for name in PEOPLE[:2]}
    for name, content in contents.items():
        s3.put(bucket, f"{folder}{name}.cnv.vcf.gz", content)
        s3.put(bucket, f"{folder}{name}.cnv_sv.vcf.gz", b"other")
    summary = go(request(proxy, tmp_path, prefix=prefix))
    assert calls(tmp_path) == {f"{name}.cnv.vcf.gz": content for name, content in contents.items()}
    assert summary.place == f"s3://{bucket}/{folder}"
    with pytest.raises(FetchError, match=r"no samples were found .*--prefix"):
        go(request(proxy, tmp_path / "none", prefix="mirror/nothing/"))


def test_the_places_are_those_of_the_facts(shared: Path) -> None:
    """What the code names stands in the collected facts: buckets with their regions, folders, and nothing of 4.0.3."""
    facts = (shared / "facts" / "dragen-cnv-vcf.md").read_text()
    for release in RELEASES.values():
        for place in release.places:
            assert re.search(rf"\| `{re.escape(place.bucket)}` \| {place.region} \|", facts), place
            if place.prefix is None:
                assert release.name == "4.0.3"
            else:
                told = facts.replace(".s3.amazonaws.com", "")
                bucket = "1000genomes-dragen-3.7.6" if place.bucket == CLONE else place.bucket
                assert f"{bucket}/{place.prefix}".rstrip("/") in told, place


def test_the_people_of_the_real_table_are_known_by_their_folders(shared: Path) -> None:
    lines = (shared / "data" / PEDIGREE).read_text().splitlines()[1:]
    people = frozenset(line.split()[1] for line in lines)
    assert len(people) == 3202
    assert all(sample_of(one, people) == one for one in people)
    assert all(sample_of(f"{one}_dragen-germline-v4-4-7-0b7e-4f", people) == one for one in people)
    assert [sample_of(one, people) for one in ("teslogs", "additional_698_related", "HG0009", "HG000961", "")] == [
        None
    ] * 5


@pytest.mark.parametrize(
    ("name", "fits"),
    [
        ("HG00096.cnv.vcf.gz", True),
        ("HG00096.final.cnv.vcf.gz", True),
        ("HG00096.cnv_sv.vcf.gz", False),
        ("HG00096.cnv.vcf.gz.tbi", False),
        ("HG00096.cnv.vcf.gz.md5sum", False),
        ("HG00096.sv.vcf.gz", False),
        ("HG000961.cnv.vcf.gz", False),
        ("HG00097.cnv.vcf.gz", False),
    ],
)
def test_what_a_call_file_is_called(name: str, fits: bool) -> None:
    assert (call_file_rank(name, "HG00096") is not None) == fits


# faults


def test_listings_come_in_pages(laid: Laid, proxy: Proxy, tmp_path: Path) -> None:
    """Two keys a page: every page is asked for with the token of the one before."""
    proxy.max_keys = 2
    assert go(request(proxy, tmp_path)).failed == []
    assert calls(tmp_path) == expected(laid)
    pages = [one for one in proxy.seen if one.listing and one.query["prefix"] == [laid.prefix]]
    assert len(pages) == 4  # six people, the relatives' folder and teslogs
    assert ["continuation-token" in one.query for one in pages] == [False, True, True, True]


def test_a_busy_server_is_asked_again(s3: S3Server, laid: Laid, proxy: Proxy, tmp_path: Path) -> None:
    """503 SlowDown three times for a listing, a body and a checksum: all come in the end."""
    s3.put_in_parts(laid.bucket, laid.keys["HG00171"], laid.files["HG00171"])
    faults = [
        proxy.fault(r"list-type=2&prefix=.*anchored%2F$", status=503, times=3),
        proxy.fault(r"HG00097\.cnv\.vcf\.gz$", status=503, times=3),
        proxy.fault(r"HG00171\.cnv\.vcf\.gz\.md5sum$", status=503, times=3),
    ]
    summary = go(request(proxy, tmp_path))
    assert [one.done for one in faults] == [3, 3, 3]
    assert summary.failed == []
    assert calls(tmp_path) == expected(laid)


def test_a_server_that_stays_busy_costs_that_file_only(laid: Laid, proxy: Proxy, tmp_path: Path) -> None:
    fault = proxy.fault(r"HG00097\.cnv\.vcf\.gz$", status=503, times=1_000)
    summary = go(request(proxy, tmp_path))
    assert fault.done == QUICK.attempts
    assert summary.reasons() == {"server too busy": 1}
    assert "HG00097" in summary.failed[0].sentence
    assert calls(tmp_path) == expected(laid, tuple(one for one in PEOPLE if one != "HG00097"))
    assert "HG00097" not in fetched_calls(tmp_path)


@pytest.mark.parametrize("status", [401, 403, 404, 400])
def test_a_refusal_is_not_asked_again(laid: Laid, proxy: Proxy, tmp_path: Path, status: int) -> None:
    fault = proxy.fault(r"HG00097\.cnv\.vcf\.gz$", status=status, times=1_000)
    summary = go(request(proxy, tmp_path))
    # what is not there by the name that is certain is looked for once more in a listing
    assert fault.done == (2 if status == 404 else 1)
    reason = {404: Reason.MISSING, 400: Reason.REFUSED}.get(status, Reason.FORBIDDEN)
    assert [one.reason for one in summary.failed] == [reason]
    assert str(status) in summary.failed[0].sentence


def test_a_cut_connection_goes_on_where_it_broke(laid: Laid, proxy: Proxy, tmp_path: Path) -> None:
    """Twice in one body: no byte comes twice, and each further request is for the rest of the same version."""
    content = laid.files["HG00097"]
    proxy.fault(r"HG00097\.cnv\.vcf\.gz$", cut=4_000)
    proxy.fault(r"HG00097\.cnv\.vcf\.gz$", cut=1_000)
    summary = go(request(proxy, tmp_path))
    assert summary.failed == []
    assert summary.resumed == 1
    assert calls(tmp_path) == expected(laid)
    asked = proxy.bodies(r"HG00097\.cnv\.vcf\.gz$")
    assert [one.headers.get("range") for one in asked] == [None, "bytes=4000-", "bytes=5000-"]
    tag = f'"{hashlib.md5(content).hexdigest()}"'
    assert [one.headers.get("if-match") for one in asked] == [None, tag, tag]
    assert [one.sent for one in asked] == [4_000, 1_000, len(content) - 5_000]


def test_a_connection_that_always_breaks_is_given_up(laid: Laid, proxy: Proxy, tmp_path: Path) -> None:
    """Attempts that bring nothing are counted; what came before them stays as a part."""
    proxy.fault(r"HG00097\.cnv\.vcf\.gz$", cut=4_000)
    proxy.fault(r"HG00097\.cnv\.vcf\.gz$", cut=0, times=1_000)
    summary = go(request(proxy, tmp_path))
    assert summary.reasons() == {"connection cut": 1}
    (left,) = parts(tmp_path)
    assert left.read_bytes() == laid.files["HG00097"][:4_000]
    assert len(proxy.bodies(r"HG00097\.cnv\.vcf\.gz$")) == 1 + QUICK.attempts


def test_a_server_without_parts_is_asked_for_the_whole(laid: Laid, proxy: Proxy, tmp_path: Path) -> None:
    proxy.fault(r"HG00097\.cnv\.vcf\.gz$", cut=4_000)
    proxy.fault(r"HG00097\.cnv\.vcf\.gz$", whole=True, times=1_000)
    assert go(request(proxy, tmp_path)).failed == []
    assert calls(tmp_path) == expected(laid)


def test_bytes_spoilt_on_the_way_are_fetched_again(laid: Laid, proxy: Proxy, tmp_path: Path) -> None:
    proxy.fault(r"HG00097\.cnv\.vcf\.gz$", spoil=lambda body: body[:500] + bytes([body[500] ^ 1]) + body[501:])
    assert go(request(proxy, tmp_path)).failed == []
    assert calls(tmp_path) == expected(laid)
    assert len(proxy.bodies(r"HG00097\.cnv\.vcf\.gz$")) == 2


def test_a_wrong_checksum_is_never_a_whole_file(
    s3: S3Server,
    laid: Laid,
    proxy: Proxy,
    tmp_path: Path,
) -> None:
    """Of the .md5sum object: refused after the second time, with what to do; --no-md5sum goes by the gzip's own."""
    s3.put_in_parts(laid.bucket, laid.keys["HG00097"], laid.files["HG00097"])
    s3.put(laid.bucket, f"{laid.keys['HG00097']}.md5sum", b"0" * 32)
    summary = go(request(proxy, tmp_path))
    assert summary.reasons() == {"wrong checksum": 1}
    sentence = summary.failed[0].sentence
    assert hashlib.md5(laid.files["HG00097"]).hexdigest() in sentence
    assert "--no-md5sum" in sentence
    assert "HG00097.cnv.vcf.gz" not in calls(tmp_path)
    assert parts(tmp_path) == []
    assert len(proxy.bodies(r"HG00097\.cnv\.vcf\.gz$")) == 2
    summary = go(request(proxy, tmp_path, md5sum=False))
    assert (summary.failed, summary.fetched) == ([], 1)
    assert calls(tmp_path) == expected(laid)
    assert fetched_calls(tmp_path)["HG00097"]["checked_by"] == "gzip"


def test_a_checksum_file_that_says_nothing_is_no_checksum(
    s3: S3Server,
    laid: Laid,
    proxy: Proxy,
    tmp_path: Path,
) -> None:
    for name in ("HG00096", "HG00097", "HG00171"):
        s3.put_in_parts(laid.bucket, laid.keys[name], laid.files[name])
    s3.put(laid.bucket, f"{laid.keys['HG00097']}.md5sum", b"see the other server\n")
    proxy.fault(r"HG00171\.cnv\.vcf\.gz\.md5sum$", status=404)
    assert go(request(proxy, tmp_path)).failed == []
    found = fetched_calls(tmp_path)
    assert [found[one]["checked_by"] for one in ("HG00096", "HG00097", "HG00171")] == ["md5sum", "gzip", "gzip"]


@pytest.mark.parametrize("at", [-1, 0, 4_000])
def test_a_stalled_connection_is_given_up_and_tried_again(laid: Laid, proxy: Proxy, tmp_path: Path, at: int) -> None:
    """Before the headers, before the first byte, in the middle."""
    proxy.fault(r"HG00097\.cnv\.vcf\.gz$", stall=at)
    summary = go(request(proxy, tmp_path))
    assert summary.failed == []
    assert calls(tmp_path) == expected(laid)
    asked = proxy.bodies(r"HG00097\.cnv\.vcf\.gz$")
    # on a busy machine the second may take long as well
    assert [one.headers.get("range") for one in asked[:2]] == [None, f"bytes={at}-" if at > 0 else None]


def test_a_server_that_stalls_for_ever_is_told_so(laid: Laid, proxy: Proxy, tmp_path: Path) -> None:
    proxy.fault(r"HG00097\.cnv\.vcf\.gz$", stall=0, times=1_000)
    summary = go(request(proxy, tmp_path))
    assert summary.reasons() == {"stalled": 1}
    assert "no byte" in summary.failed[0].sentence
    assert calls(tmp_path).keys() >= expected(laid, tuple(one for one in PEOPLE if one != "HG00097")).keys()


def test_without_a_network_there_is_one_sentence(tmp_path: Path) -> None:
    """Nothing listens at the address: exit code 1, and what to do."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        nowhere = f"http://127.0.0.1:{free.getsockname()[1]}"
        arguments = ["--endpoint", nowhere, "--mirror", nowhere, "--attempts", "1"]
        done = CliRunner().invoke(app, ["fetch", "--release", "3.5.7b", "--out", str(tmp_path / "new"), *arguments])
    assert done.exit_code == 1
    assert len(done.output.splitlines()) == 1
    assert done.output.startswith(
        f"error: the sample table could not be fetched (no connection for {nowhere}/ftp.1000genomes"
    )
    assert "check the connection" in done.output
    assert not (tmp_path / "new" / "manifest.json").exists()


def test_what_is_known_of_a_missing_connection_is_said(tmp_path: Path) -> None:
    """A name that no resolver takes (a label of 64 letters), a certificate that nobody vouches for."""
    with pytest.raises(FetchError, match=r"no connection for .*: the name of the server cannot be looked up"):
        go(
            FetchRequest(
                "3.5.7b", tmp_path / "a", endpoint=NO_NAME, mirror=NO_NAME, patience=replace(QUICK, attempts=1)
            )
        )
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1"]
    subprocess.run([*made, "-keyout", str(key), "-out", str(certificate)], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as server:
        server.handle_error = lambda *_: None  # type: ignore[method-assign]
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            address = f"https://127.0.0.1:{server.server_address[1]}"
            asked = FetchRequest(
                "3.5.7b", tmp_path / "b", endpoint=address, mirror=address, patience=replace(QUICK, attempts=1)
            )
            with pytest.raises(
                FetchError, match=r"no connection for .*: the certificate of the server.* is not trusted"
            ):
                go(asked)
        finally:
            server.shutdown()
            thread.join()


def test_a_bucket_of_another_region_is_told(laid: Laid, proxy: Proxy, tmp_path: Path) -> None:
    """Amazon answers 301 without an address."""
    fault = proxy.fault("list-type", status=301, times=1_000)
    with pytest.raises(FetchError, match="is not on this server: name that of its region with --endpoint"):
        go(request(proxy, tmp_path))
    assert fault.done == 1


def test_without_a_network_but_with_the_tables_the_bucket_is_named(laid: Laid, proxy: Proxy, tmp_path: Path) -> None:
    """The tables of an earlier fetch are there; the listing fails. The manifest stays as it was."""
    go(request(proxy, tmp_path, samples=("HG00096",)))
    before = manifest(tmp_path)["objects"]
    proxy.close()
    with pytest.raises(
        FetchError, match=r"no samples were found \(no connection for the listing of s3://1000genomes-dragen/"
    ):
        go(request(proxy, tmp_path, patience=replace(QUICK, attempts=1)))
    assert manifest(tmp_path)["objects"] == before
    assert calls(tmp_path) == expected(laid, ("HG00096",))


def test_a_network_that_goes_away_ends_the_trying(
    laid: Laid, proxy: Proxy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some fail in a row: the rest is not tried; the next run has them."""
    monkeypatch.setattr(running, "GIVE_UP_AFTER", 2)
    fault = proxy.fault(r"\.cnv\.vcf\.gz$", status=500, times=1_000)
    asked = request(proxy, tmp_path, jobs=1, patience=replace(QUICK, attempts=1))
    summary = go(asked)
    assert summary.reasons() == {"not tried": 5, "server error": 2}
    assert len(proxy.bodies(r"\.cnv\.vcf\.gz$")) == 2
    fault.times = 0
    assert go(asked).failed == []
    assert calls(tmp_path) == expected(laid)


# again


def test_the_second_fetch_transfers_nothing(laid: Laid, proxy: Proxy, tmp_path: Path) -> None:
    """Neither files nor checksums: what is there is compared with the manifest and the listing."""
    asked = request(proxy, tmp_path, gencode=49, masks=True)
    first = go(asked)
    told = manifest(tmp_path)["objects"]
    before = len(proxy.seen)
    times = {path: path.stat().st_mtime_ns for path in (tmp_path / "vcf").iterdir()}
    second = go(asked)
    again = proxy.seen[before:]
    assert [one for one in again if one.method == "GET" and not one.listing] == []
    assert sum(one.listing for one in again) == 2  # the samples' folder and that of the relatives: of nobody's own
    assert (second.fetched, second.unchanged, second.failed) == (0, first.fetched, [])
    assert manifest(tmp_path)["objects"] == told
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "vcf").iterdir()} == times


def test_whole_files_without_a_manifest_are_known_by_their_checksums(laid: Laid, proxy: Proxy, tmp_path: Path) -> None:
    """As after a fetch that was killed before it could write one, or a copy by another tool."""
    go(request(proxy, tmp_path))
    (tmp_path / "manifest.json").unlink()
    before = len(proxy.seen)
    summary = go(request(proxy, tmp_path))
    assert [one.path for one in proxy.seen[before:] if one.sent and one.path.endswith(".cnv.vcf.gz")] == []
    assert summary.failed == []
    assert set(fetched_calls(tmp_path)) == set(PEOPLE)


@pytest.mark.parametrize(
    "spoil",
    [lambda body: body[:-1], lambda body: body[:9] + b"?" + body[10:], lambda body: b""],
    ids=["short", "other", "empty"],
)
def test_a_file_that_somebody_spoilt_is_fetched_again(
    laid: Laid, proxy: Proxy, tmp_path: Path, spoil: Callable[[bytes], bytes]
) -> None:
    go(request(proxy, tmp_path))
    path = tmp_path / "vcf" / "HG00097.cnv.vcf.gz"
    path.write_bytes(spoil(path.read_bytes()))
    summary = go(request(proxy, tmp_path))
    assert (summary.fetched, summary.renewed) == (1, 1)
    assert calls(tmp_path) == expected(laid)


@pytest.mark.parametrize("same_size", [True, False])
def test_an_object_that_changed_upstream_is_noticed(
    s3: S3Server, laid: Laid, proxy: Proxy, tmp_path: Path, same_size: bool
) -> None:
    """By its ETag alone, where it has as many bytes as before."""
    go(request(proxy, tmp_path))
    old = laid.files["HG00097"]
    new = old[:500] + bytes([old[500] ^ 1]) + old[501:] if same_size else call_file("HG00097", seed=1)
    s3.put(laid.bucket, laid.keys["HG00097"], new)
    s3.put(laid.bucket, f"{laid.keys['HG00097']}.md5sum", hashlib.md5(new).hexdigest().encode())
    before = len(proxy.seen)
    summary = go(request(proxy, tmp_path))
    assert (summary.fetched, summary.renewed, summary.failed) == (1, 1, [])
    assert calls(tmp_path)["HG00097.cnv.vcf.gz"] == new
    assert [one.path for one in proxy.seen[before:] if one.sent and one.path.endswith(".cnv.vcf.gz")] == [
        f"/{laid.bucket}/{laid.keys['HG00097']}"
    ]
    assert fetched_calls(tmp_path)["HG00097"]["etag"] == hashlib.md5(new).hexdigest()


def test_a_part_of_an_old_version_is_never_continued(
    s3: S3Server,
    laid: Laid,
    proxy: Proxy,
    tmp_path: Path,
) -> None:
    proxy.fault(r"HG00097\.cnv\.vcf\.gz$", cut=4_000)
    proxy.fault(r"HG00097\.cnv\.vcf\.gz$", cut=0, times=QUICK.attempts)
    go(request(proxy, tmp_path))
    assert len(parts(tmp_path)) == 1
    new = call_file("HG00097", seed=1)
    s3.put(laid.bucket, laid.keys["HG00097"], new)
    s3.put(laid.bucket, f"{laid.keys['HG00097']}.md5sum", hashlib.md5(new).hexdigest().encode())
    before = len(proxy.seen)
    assert go(request(proxy, tmp_path)).failed == []
    asked = [one for one in proxy.seen[before:] if one.method == "GET" and one.path.endswith("HG00097.cnv.vcf.gz")]
    assert [one.headers.get("range") for one in asked] == [None]
    assert calls(tmp_path)["HG00097.cnv.vcf.gz"] == new
    assert parts(tmp_path) == []


def test_an_object_that_changes_while_it_is_fetched_is_looked_up_again(
    s3: S3Server,
    laid: Laid,
    proxy: Proxy,
    tmp_path: Path,
) -> None:
    """Between the listing and the body; and in the middle of the body."""
    new = {name: call_file(name, seed=1) for name in ("HG00097", "HG00171")}

    def change(name: str) -> None:
        s3.put(laid.bucket, laid.keys[name], new[name])
        s3.put(laid.bucket, f"{laid.keys[name]}.md5sum", hashlib.md5(new[name]).hexdigest().encode())

    proxy.fault(r"HG00097\.cnv\.vcf\.gz$", before=lambda: change("HG00097"))
    proxy.fault(r"HG00171\.cnv\.vcf\.gz$", cut=4_000)
    proxy.fault(r"HG00171\.cnv\.vcf\.gz$", before=lambda: change("HG00171"))
    assert go(request(proxy, tmp_path)).failed == []
    found = calls(tmp_path)
    assert {name: found[f"{name}.cnv.vcf.gz"] for name in new} == new
    assert parts(tmp_path) == []


# ended from outside


STARTED: list[subprocess.Popen[str]] = []


@pytest.fixture(autouse=True)
def nobody_left() -> Iterator[None]:
    """Ends what a test that failed has left at work."""
    yield
    while STARTED:
        process = STARTED.pop()
        if process.poll() is None:
            process.kill()
            process.communicate()


def start(proxy: Proxy, out: Path) -> subprocess.Popen[str]:
    """The command in a process of its own, which waits longer for a byte than any test does."""
    command = [sys.executable, "-m", "data_prep", "fetch", "--release", "3.5.7b", "--out", str(out)]
    process = subprocess.Popen(
        [*command, "--endpoint", proxy.url, "--mirror", f"{proxy.url}/web", "--jobs", "1", "--stall", "600"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    STARTED.append(process)
    return process


def end(process: subprocess.Popen[str], number: int) -> tuple[int, str, str]:
    process.send_signal(number)
    output, errors = process.communicate(timeout=60)
    return process.returncode, output, errors


def test_what_a_killed_fetch_left_is_completed_by_the_next(laid: Laid, proxy: Proxy, tmp_path: Path) -> None:
    """SIGKILL in the middle of a body: its bytes lie in a part, and only the rest is asked for."""
    out = tmp_path / "out"
    proxy.fault(r"HG00171\.cnv\.vcf\.gz$", stall=4_000)
    process = start(proxy, out)
    assert proxy.stalled.acquire(timeout=60)
    wait_for(lambda: any(path.stat().st_size == 4_000 for path in parts(out)))
    assert end(process, signal.SIGKILL)[0] == -signal.SIGKILL
    assert set(calls(out)) - {path.name for path in parts(out)} == {"HG00096.cnv.vcf.gz", "HG00097.cnv.vcf.gz"}
    assert not (out / "manifest.json").exists()
    before = len(proxy.seen)
    summary = go(request(proxy, out))
    assert (summary.failed, summary.resumed) == ([], 1)
    assert calls(out) == expected(laid)
    again = [one for one in proxy.seen[before:] if one.sent and one.path.endswith(".cnv.vcf.gz")]
    assert {one.path.rpartition("/")[2] for one in again} == {f"{name}.cnv.vcf.gz" for name in PEOPLE[2:]}
    rest = next(one for one in again if "HG00171" in one.path)
    assert (rest.headers["range"], rest.sent) == ("bytes=4000-", len(laid.files["HG00171"]) - 4_000)


@pytest.mark.parametrize(("name", "code"), [("SIGINT", 130), ("SIGTERM", 143)])
def test_an_interrupted_fetch_leaves_whole_files_parts_and_the_manifest(
    laid: Laid, proxy: Proxy, tmp_path: Path, name: str, code: int
) -> None:
    out = tmp_path / "out"
    proxy.fault(r"HG00171\.cnv\.vcf\.gz$", stall=4_000)
    process = start(proxy, out)
    assert proxy.stalled.acquire(timeout=60)
    wait_for(lambda: any(path.stat().st_size == 4_000 for path in parts(out)))
    ended, output, errors = end(process, getattr(signal, name))
    assert ended == code, errors
    assert "Traceback" not in errors
    if name == "SIGINT":
        assert errors.splitlines()[-1].startswith(f"interrupted: what is whole stays in {out}")
    assert output == ""
    left = {path.name for path in parts(out)}
    assert {name: content for name, content in calls(out).items() if name not in left} == expected(laid, PEOPLE[:2])
    assert set(fetched_calls(out)) == set(PEOPLE[:2])


def test_a_full_disk_is_told_in_one_sentence(laid: Laid, proxy: Proxy, tmp_path: Path) -> None:
    """No file may grow beyond 8,000 bytes: exit code 1; what was there goes on with the next fetch."""
    out = tmp_path / "out"
    program = (
        "import resource\nresource.setrlimit(resource.RLIMIT_FSIZE, (8_000, 8_000))\n"
        "from data_prep.__main__ import main\nmain()"
    )
    arguments = ["fetch", "--release", "3.5.7b", "--out", str(out), "--endpoint", proxy.url]
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments, "--mirror", f"{proxy.url}/web", "--jobs", "1"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert re.match(r"error: .*HG00096.*\.part cannot be written \(File too large\): is the disk full\?", done.stderr)
    assert set(calls(out)) == {path.name for path in parts(out)}
    summary = go(request(proxy, out))
    assert (summary.failed, summary.resumed) == ([], 1)
    assert calls(out) == expected(laid)


def wait_for(condition: Callable[[], bool]) -> None:
    """Waits for something that another process does; a hang ends in the failure of the test."""
    until = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.01)


def test_a_fetch_at_work_is_not_joined_by_another(laid: Laid, proxy: Proxy, tmp_path: Path) -> None:
    out = tmp_path / "out"
    proxy.fault(r"HG00171\.cnv\.vcf\.gz$", stall=4_000)
    process = start(proxy, out)
    assert proxy.stalled.acquire(timeout=60)
    with pytest.raises(FetchError, match="another fetch is at work"):
        go(request(proxy, out))
    end(process, signal.SIGKILL)
    assert go(request(proxy, out)).failed == []
    assert calls(out) == expected(laid)


# what is asked for


@pytest.mark.parametrize(
    ("more", "people"),
    [
        ({"populations": ("GBR",)}, ("HG00096", "HG00097")),
        ({"populations": ("EUR", "CHB")}, ("HG00096", "HG00097", "HG00171", "NA18525")),
        ({"samples": ("NA19240",)}, ("NA19240",)),
        ({"samples": ("NA18525",), "populations": ("FIN",)}, ("HG00171", "NA18525")),
    ],
)
def test_people_and_populations(laid: Laid, proxy: Proxy, tmp_path: Path, more: Any, people: tuple[str, ...]) -> None:
    assert go(request(proxy, tmp_path, **more)).calls == len(people)
    assert calls(tmp_path) == expected(laid, people)


def test_two_fetches_add_up(laid: Laid, proxy: Proxy, tmp_path: Path) -> None:
    go(request(proxy, tmp_path, populations=("GBR",)))
    go(request(proxy, tmp_path, populations=("YRI",)))
    assert set(fetched_calls(tmp_path)) == {"HG00096", "HG00097", "NA19238", "NA19239", "NA19240"}


def test_mistakes_are_told_in_one_sentence(laid: Laid, proxy: Proxy, tmp_path: Path) -> None:
    for more, says in (
        ({"release": "9.9"}, "none of 3.5.7b, 3.7.6, 4.0.3, 4.2.7, 4.4.7"),
        ({"endpoint": "127.0.0.1:9000"}, "--endpoint 127.0.0.1:9000 is no address: write it with http://"),
        ({"mirror": "mirror.example"}, "--mirror mirror.example is no address"),
        ({"mirror": "ftp://mirror.example"}, "--mirror ftp://mirror.example is no address"),
        ({"samples": ("ZZ",)}, "ZZ is no sample of the 1000 Genomes Project's 3,202: check the spelling"),
        ({"populations": ("XXX",)}, "XXX is no population of the sample table: it has AFR, CHB"),
        ({"populations": ("gbr",)}, "gbr is no population of the sample table: did you mean GBR\\? it has AFR, CHB"),
        (
            {"samples": ("hg00096",)},
            "hg00096 is no sample of the 1000 Genomes Project's 3,202: did you mean HG00096\\? check",
        ),
    ):
        with pytest.raises(FetchError, match=says):
            go(request(proxy, tmp_path, **more))
    taken = tmp_path / "file"
    taken.write_text("mine")
    with pytest.raises(FetchError, match=r"/file is a file and no folder to fetch into: give another --out$"):
        go(request(proxy, taken))
    with pytest.raises(FetchError, match=r"/file/below cannot be made \(Not a directory\): give another --out$"):
        go(request(proxy, taken / "below"))
    assert taken.read_text() == "mine"
    with pytest.raises(FolderError, match=r"^the folder /proc cannot be written to \([\w ]+\): give another --out$"):
        go(request(proxy, Path("/proc")))
    (tmp_path / "manifest.json").write_text("{}")
    with pytest.raises(ManifestError, match="move it away"):
        go(request(proxy, tmp_path))


def test_one_folder_never_holds_two_releases(s3: S3Server, laid: Laid, proxy: Proxy, tmp_path: Path) -> None:
    go(request(proxy, tmp_path, samples=("HG00096",)))
    lay(s3, "3.7.6")
    with pytest.raises(FetchError, match=r"holds release 3\.5\.7b: give another --out for 3\.7\.6"):
        go(request(proxy, tmp_path, "3.7.6"))
    s3.put(laid.bucket, "elsewhere/HG00097/HG00097.cnv.vcf.gz", call_file("HG00097", seed=9))
    with pytest.raises(FetchError, match=r"was fetched from .*anchored/, now .*elsewhere/ would be used"):
        go(request(proxy, tmp_path, prefix="elsewhere"))
    assert calls(tmp_path) == expected(laid, ("HG00096",))


def test_a_person_without_a_file(s3: S3Server, proxy: Proxy, tmp_path: Path) -> None:
    """A note among everybody; a failure where it was named."""
    laid = lay(s3, "3.5.7b", PEOPLE[:3])
    s3.delete(laid.bucket, laid.keys["HG00097"])
    summary = go(request(proxy, tmp_path))
    assert summary.failed == []
    assert "5 samples have no CNV file in this release: HG00097, NA18525, NA19238, NA19239, NA19240" in summary.notes
    summary = go(request(proxy, tmp_path, samples=("HG00096", "HG00097")))
    assert [(one.name, one.reason) for one in summary.failed] == [("HG00097", Reason.MISSING)]


def test_nobody_is_asked_for_credentials(
    laid: Laid, proxy: Proxy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Keys of the environment are not sent, and an address there does not replace the one that was given."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "mine")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    assert go(request(proxy, tmp_path)).failed == []
    assert not any("authorization" in one.headers for one in proxy.seen)
    assert all(one.headers["user-agent"].startswith("cnv-explorer-1000-genomes/") for one in proxy.seen)


# tables


def test_the_tables_are_what_build_wants(laid: Laid, proxy: Proxy, tmp_path: Path) -> None:
    go(request(proxy, tmp_path, samples=("HG00096",), gencode=49, masks=True))
    assert (tmp_path / "samples_unrelated.txt").read_text() == "".join(f"{name}\n" for name in sorted(UNRELATED))
    bed = (tmp_path / "segmental_duplications.bed").read_text()
    assert bed == "chr1\t10000\t87112\nchr1\t10464\t40733\nchrX\t1\t2\n"
    found = {one["path"]: one["checked_by"] for one in manifest(tmp_path)["objects"]}
    assert found["gencode.v49.annotation.gtf.gz"] == "md5sum"
    assert found["genomicSuperDups.txt.gz"] == "gzip"
    with gzip.open(tmp_path / "gencode.v49.annotation.gtf.gz", "rt") as lines:
        assert lines.read() == GTF


def test_tables_that_fail_are_told_and_stop_nothing_else(
    s3: S3Server, laid: Laid, proxy: Proxy, tmp_path: Path
) -> None:
    """A GTF that is not what MD5SUMS says, a gzip that ends early, a list that is not there."""
    s3.put("web", WEB["gtf"], b"something else")
    s3.put("web", WEB["duplications"], b"\x1f\x8b\x08\x00\x00\x00")
    s3.delete("web", WEB["unrelated"])
    summary = go(request(proxy, tmp_path, gencode=49, masks=True))
    assert {one.name.rpartition("/")[2]: one.reason for one in summary.failed} == {
        "gencode.v49.annotation.gtf.gz": Reason.CHECKSUM,
        "genomicSuperDups.txt.gz": Reason.DAMAGED,
        "1000G_2504_high_coverage.sequence.index": Reason.MISSING,
    }
    assert calls(tmp_path) == expected(laid)
    assert not (tmp_path / "samples_unrelated.txt").exists()
    assert not (tmp_path / "segmental_duplications.bed").exists()
    assert not (tmp_path / "gencode.v49.annotation.gtf.gz").exists()


def test_lists_that_contradict_the_sample_table_are_noted(
    s3: S3Server, laid: Laid, proxy: Proxy, tmp_path: Path
) -> None:
    s3.put("web", WEB["related"], index((CHILD, "HG00096")).encode())
    summary = go(request(proxy, tmp_path, samples=("HG00096",)))
    assert any("name 7 samples, 1 of them both; the sample table has 7" in note for note in summary.notes)


def test_a_table_that_was_put_there_by_hand_will_do(laid: Laid, proxy: Proxy, tmp_path: Path, s3: S3Server) -> None:
    """The tables' server is gone, the bucket is not: the calls come, and the failure is told."""
    go(request(proxy, tmp_path / "a", samples=("HG00096",)))
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / PEDIGREE).write_bytes((tmp_path / "a" / PEDIGREE).read_bytes())
    proxy.fault(f"/web/{HOSTS}", status=500, times=1_000)
    summary = go(request(proxy, tmp_path / "b"))
    assert calls(tmp_path / "b") == expected(laid)
    assert summary.reasons() == {"server error": 3}


def test_files_that_are_something_else_are_refused(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.txt"
    wrong.write_text("<html>not found</html>\n")
    with pytest.raises(FetchError, match="no sequence index"):
        names_in_index(wrong)
    for text in ("<html>\n", "585\tchr1\t5\t3\n", "585\tchr1\t5\t248956423\n"):
        path = tmp_path / "dump.txt.gz"
        path.write_bytes(gzip.compress(text.encode()))
        with pytest.raises(FetchError, match="line 1"):
            duplications_as_bed(path)


def test_the_real_unrelated_and_the_rest_are_found_in_indexes(shared: Path, tmp_path: Path) -> None:
    names = tuple((shared / "data" / "samples_2504_unrelated.txt").read_text().split())
    path = tmp_path / "index"
    path.write_text(index(names, more_cells=1))
    assert names_in_index(path) == sorted(names)
    assert len(names) == 2504


@given(
    st.text("0123456789abcdefABCDEF", min_size=30, max_size=34),
    st.sampled_from(["", "  a.gz", " *a.gz", "  x/a.gz", "  b.gz"]),
)
def test_a_checksum_is_read_alone_or_by_name(digits: str, rest: str) -> None:
    found = md5_in(f"{digits}{rest}\n", "a.gz")
    assert found == (digits.lower() if len(digits) == 32 and "b.gz" not in rest else None)


# the command, and the build after it


def command(proxy: Proxy, out: Path, *more: str) -> tuple[int, str]:
    arguments = ["--release", "3.5.7b", "--out", str(out), "--endpoint", proxy.url, "--mirror", f"{proxy.url}/web"]
    done = CliRunner().invoke(app, ["fetch", *arguments, "--attempts", "2", "--stall", "1", *more])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.output


def test_the_command_says_what_it_did(laid: Laid, proxy: Proxy, tmp_path: Path) -> None:
    """Exit code 0, then 3 with what failed by reason, then 0 again."""
    code, text = command(proxy, tmp_path / "out", "--population", "GBR")
    sizes = sum(one.sent for one in proxy.bodies("."))
    md5sums = sum(one.sent for one in proxy.bodies("md5sum$"))
    assert code == 0
    assert f"from s3://{laid.bucket}/{laid.prefix}" in text
    assert (
        f"6 files fetched ({(sizes - md5sums) / 1e6:.1f} MB; 0 resumed, 0 had changed), 0 already there, 0 not fetched"
        in text
    )
    assert "call files of 2 people" in text
    assert (
        f"next: python -m data_prep build --vcf {tmp_path / 'out' / 'vcf'} --samples {tmp_path / 'out' / PEDIGREE}"
        in text
    )
    fault = proxy.fault(r"(HG00171|NA18525)\.cnv\.vcf\.gz$", status=403, times=1_000)
    code, text = command(proxy, tmp_path / "out")
    assert code == 3
    assert "3 files fetched" in text
    assert "6 already there, 2 not fetched (access refused 2)" in text
    assert "not fetched: NA18525: access to " in text
    assert "next: " not in text
    fault.times = 0
    code, text = command(proxy, tmp_path / "out")
    assert (code, "2 files fetched" in text) == (0, True)
    assert calls(tmp_path / "out") == expected(laid)


def test_fetch_then_build(laid: Laid, proxy: Proxy, tmp_path: Path) -> None:
    """R12, R5: the database names the place and the day, and its people are those of the bucket and of the fetched list."""
    out = tmp_path / "out"
    assert command(proxy, out)[0] == 0
    database = build_here(
        [out / "vcf"], out / PEDIGREE, tmp_path / "cnv.duckdb", unrelated=out / "samples_unrelated.txt"
    )
    told = dict(database.rows("SELECT key, value FROM provenance"))
    assert told["release"] == "3.5.7b"
    assert told["release_path"] == f"s3://{laid.bucket}/{laid.prefix}"
    assert told["fetched_from"] == proxy.url
    assert told["fetched_at"] == manifest(out)["objects"][0]["fetched_at"][:10]
    assert told["fetched_files"] == "7 of 7 files read, byte for byte"
    assert told["source"].startswith("DRAGEN re-analysis of the 1000 Genomes Project")
    found = {row["sample"]: (row["counted"], row["unrelated"]) for row in database.table("samples")}
    assert found == {name: (True, name in UNRELATED) for name in PEOPLE}
    assert database.rows("SELECT count(*) FROM calls") == [(7 * 400,)]


def test_the_build_believes_the_manifest_only_where_the_bytes_agree(laid: Laid, proxy: Proxy, tmp_path: Path) -> None:
    """R12: one file changed after the fetch, one from elsewhere; a folder without a manifest; a manifest that is none."""
    out = tmp_path / "out"
    go(request(proxy, out, populations=("EUR",)))
    (out / "vcf" / "HG00097.cnv.vcf.gz").write_bytes(call_file("HG00097", seed=5))
    write(tmp_path / "mine", "NA18525")
    pointer = tmp_path / "cnv.duckdb"
    database = build_here([out / "vcf", tmp_path / "mine"], out / PEDIGREE, pointer)
    told = dict(database.rows("SELECT key, value FROM provenance"))
    assert told["fetched_files"] == "2 of 4 files read, byte for byte"
    assert told["source"].startswith("2 of 4 files: DRAGEN re-analysis")
    told = dict(build_here([tmp_path / "mine"], out / PEDIGREE, pointer).rows("SELECT key, value FROM provenance"))
    assert told["source"] == "VCF files given to the build"
    assert not any(key.startswith(("fetched", "release_path")) for key in told)
    (out / "manifest.json").write_text('{"format": 1}')
    told = dict(build_here([out], out / PEDIGREE, pointer).rows("SELECT key, value FROM provenance"))
    assert told["source"] == "VCF files given to the build"


def test_a_build_needs_nothing_of_the_network(tmp_path: Path) -> None:
    """Neither import: a machine without the two libraries builds."""
    program = (
        "import sys\nsys.modules['obstore'] = sys.modules['stamina'] = None\n"
        "import data_prep.build, data_prep.__main__\nprint('built')"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, env=os.environ, check=False
    )
    assert done.stdout == "built\n", done.stderr
