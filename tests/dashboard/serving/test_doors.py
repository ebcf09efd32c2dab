"""The doors of a real server: paths, WebSockets, headers, conditions and ranges, limits, and what its log says."""

import base64
import contextlib
import fcntl
import gzip
import http.client
import json
import os
import re
import secrets
import shutil
import signal
import socket
import struct
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from typer.testing import CliRunner

from dashboard.__main__ import app
from dashboard.door.refusal import RefusedError
from dashboard.door.resolve import require_question
from dashboard.store.database import Generation
from data_prep.tables.callsets import combine_callsets
from tests.dashboard.crowd import crowd
from tests.dashboard.demonstration import demonstration
from tests.dashboard.served import ROOT, served
from tests.dashboard.small_database import Contents, GeneRow, Person, publish, write_file
from tests.dashboard.store.test_damaged_databases import HARMS, NO_FILES

GUARD = Path(__file__).resolve().parents[1] / "network_guard"
CONTENTS = demonstration()


class Reply:
    """The answer to one request, read whole."""

    def __init__(self, base: str, path: str, method: str = "GET", source: str = "127.0.0.1", **headers: str) -> None:
        connection = http.client.HTTPConnection(urlsplit(base).netloc, timeout=60, source_address=(source, 0))
        connection.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        answer = connection.getresponse()
        self.status = answer.status
        self.headers = answer.headers
        self.content = answer.read()
        connection.close()

    @property
    def text(self) -> str:
        return self.content.decode()

    @property
    def json(self) -> Any:
        return json.loads(self.content)


def handshake(base: str, path: str = "/_stcore/stream", **headers: str) -> tuple[int, socket.socket]:
    """Asks for a WebSocket: the status of the answer, and the connection."""
    host, port = urlsplit(base).hostname, urlsplit(base).port
    assert host
    assert port
    connection = socket.create_connection((host, port), timeout=20)
    asked = {
        "Host": f"{host}:{port}",
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": base64.b64encode(secrets.token_bytes(16)).decode(),
    } | {name.replace("_", "-"): value for name, value in headers.items()}
    lines = "".join(f"{name}: {value}\r\n" for name, value in asked.items())
    connection.sendall(f"GET {path} HTTP/1.1\r\n{lines}\r\n".encode())
    begun = connection.recv(200)
    return int(begun.split(b" ")[1]), connection


def frame(kind: int, body: bytes) -> bytes:
    """A masked frame of a WebSocket, as a client sends it."""
    assert len(body) < 65_536
    length = bytes([128 | len(body)]) if len(body) < 126 else bytes([254]) + len(body).to_bytes(2, "big")
    mask = secrets.token_bytes(4)
    return bytes([128 | kind]) + length + mask + bytes(byte ^ mask[at % 4] for at, byte in enumerate(body))


class Listener:
    """What stands in place of the network: takes connections, answers nothing, remembers what was asked."""

    def __init__(self) -> None:
        self.asked: list[bytes] = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self.asked.append(connection.recv(200))

    def close(self) -> None:
        self._socket.close()


class Server:
    """A dashboard with a guard on its network and its log in a file."""

    def __init__(self, base: str, log: Path, listener: Listener, outside: Path) -> None:
        self.base = base
        self.log = log
        self.listener = listener
        self.outside = outside

    @property
    def logged(self) -> list[str]:
        return self.log.read_text().splitlines()


@pytest.fixture(scope="module")
def pointer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("doors")
    publish(folder / "cnv.duckdb", write_file(folder / "cnv-1.duckdb", CONTENTS))
    return folder / "cnv.duckdb"


@pytest.fixture(scope="module")
def server(pointer: Path) -> Iterator[Server]:
    folder = pointer.parent
    listener = Listener()
    proxies = dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "all_proxy"), listener.address)
    guard = {"PYTHONPATH": f"{GUARD}{os.pathsep}{ROOT}", "NETWORK_GUARD": str(folder / "outside"), "no_proxy": ""}
    with served(pointer, environment=proxies | guard, log=folder / "log") as base:
        yield Server(base, folder / "log", listener, folder / "outside")
    listener.close()


@pytest.fixture(scope="module")
def base(server: Server) -> str:
    return server.base


# paths


@pytest.mark.parametrize(
    "path",
    [
        "/nonexistent",
        "/gene/more",
        "/gene.html",
        "/index.html",
        "/sitemap.xml",
        "/.env",
        "/suggest/x",
        "/healthz",
        "/health/more",
        "/api",
        "/api/v1/genes",
        "/openapi.json",
        "/docs",
        "/static/js/none.js",
        "/static",
        "/_stcore/unknown",
        "/_stcore/metrics",
        "/_stcore/agent/openapi.json",
        "/_stcore/agent/interact",
        "/_stcore/script-health-check",
        "/_stcore/upload_file/a/b",
        "/component/x/index.html",
        "/oauth2callback?code=1&state=2",
        "/auth/login",
        "/gene/_stcore/metrics",
        "/%3Cscript%3Ealert(1)%3C/script%3E",
        "/" + "x" * 5_000,
    ],
)
def test_an_unknown_path_is_not_found(base: str, path: str) -> None:
    for method in ("GET", "HEAD", "POST"):
        assert Reply(base, path, method).status == 404
    for accept, kind in (
        ("*/*", "text/plain; charset=utf-8"),
        ("application/json", "application/json"),
        ("text/html,application/xhtml+xml,*/*;q=0.8", "text/html; charset=utf-8"),
    ):
        answer = Reply(base, path, accept=accept)
        assert (answer.status, answer.headers["Content-Type"]) == (404, kind)
        assert "/data" in answer.text
        assert "<script" not in answer.text
        assert len(answer.content) < 2_000
    assert "</html>" not in Reply(base, path).text
    assert set(Reply(base, path, accept="application/json").json) == {"ok", "error", "errors", "status"}


@pytest.mark.parametrize("path", ["/", "/gene", "/region?region=chr1", "/data", "/gene?gene=GSTM1"])
def test_the_pages_are_there(base: str, path: str) -> None:
    answer = Reply(base, path)
    assert (answer.status, answer.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert 'id="root"' in answer.text
    place, _, query = path.partition("?")
    if place != "/":
        moved = Reply(base, f"{place}/?{query}")
        assert (moved.status, urlsplit(moved.headers["Location"]).path) == (301, place)


def test_what_streamlits_own_program_asks_for_is_there(base: str) -> None:
    page = Reply(base, "/").text
    files = re.findall(r'(?:src|href)="\.(/(?:static/|favicon)[^"]+)"', page)
    assert len(files) > 20
    for file in files[:8]:
        assert Reply(base, file).status == 200
    assert Reply(base, "/_stcore/health").status == 200
    assert Reply(base, "/_stcore/host-config").status == 200


def test_robots_and_the_old_name_of_the_icon(base: str) -> None:
    told = Reply(base, "/robots.txt")
    assert told.headers["Content-Type"].startswith("text/plain")
    closed = {line.removeprefix("Disallow: ") for line in told.text.splitlines() if line.startswith("Disallow")}
    assert {"/download", "/chart/", "/suggest"} <= closed
    assert not any(page.startswith(tuple(closed)) for page in ("/", "/gene?gene=GSTM1", "/region", "/data"))
    assert Reply(base, "/favicon.ico").headers["Content-Type"] == "image/svg+xml"


@pytest.fixture(scope="module")
def odd(pointer: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """A server with an inner route open, a short limit for requests, and a fault in its gene page."""
    folder = tmp_path_factory.mktemp("odd")
    (folder / "sitecustomize.py").write_text(
        "import sys\n"
        "class Finder:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name == 'dashboard.components.tabs':\n"
        "            raise RuntimeError('a fault put in by a test')\n"
        "sys.meta_path.insert(0, Finder())\n"
    )
    environment = {"PYTHONPATH": f"{folder}{os.pathsep}{ROOT}", "CNV_REQUEST_TIME": "2"}
    options = ("--open-route", "/_stcore/metrics", "--name", "explorer.example", "--name", "Other.example")
    with served(pointer, *options, environment=environment, log=folder / "log") as base:
        yield base, folder / "log"


def test_inner_routes_are_opened_by_name(odd: tuple[str, Path]) -> None:
    assert Reply(odd[0], "/_stcore/metrics").text.rstrip().endswith("# EOF")
    assert Reply(odd[0], "/_stcore/agent/openapi.json").status == 404


def refusal(*arguments: str) -> str:
    """What the command line says of options that it refuses; it fails, and serves nothing, where it takes them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("dashboard.__main__.database_path", lambda: pytest.fail("it was not refused"))
        refused = CliRunner().invoke(app, list(arguments))
    assert refused.exit_code == 2, refused.output
    return refused.output


def test_an_inner_route_that_is_no_path_is_refused() -> None:
    assert "'metrics' is no path: write one such as /_stcore/metrics" in refusal("--open-route", "metrics")


def test_only_the_names_that_were_given_are_answered(odd: tuple[str, Path], base: str) -> None:
    """A page elsewhere may let its own name lead here; its browser then asks under that name."""
    for host, status in (
        ("explorer.example", 200), ("EXPLORER.example:8501", 200), ("other.example.", 200), ("localhost", 200),
        ("192.0.2.1:80", 200), ("[::1]:8501", 200), ("evil.example", 421), ("explorer.example.evil.example", 421),
        ("evil.example:8501", 421), ("", 421), ("[broken", 421),
    ):  # fmt: skip
        for path in ("/health", "/", "/download/carriers.csv?gene=GSTM1", "/nonexistent"):
            assert (Reply(odd[0], path, Host=host).status == 421) == (status == 421), (host, path)
    assert Reply(base, "/health", Host="any.example").status == 200
    for headers, status in (
        ({"Host": "evil.example", "Origin": "http://evil.example"}, 403),
        ({"Host": "explorer.example", "Origin": "https://explorer.example"}, 101),
        ({"Origin": "https://explorer.example"}, 101),
        ({"Origin": "https://evil.example"}, 403),
    ):
        got, connection = handshake(odd[0], **headers)
        connection.close()
        assert got == status, headers


@pytest.mark.parametrize("name", ["https://explorer.example", "a b", "", "-x", "a/b"])
def test_a_name_that_is_none_is_refused(name: str) -> None:
    assert "is no name of a host: write one such as explorer.example" in refusal(f"--name={name}")


# what cannot be read


@pytest.mark.parametrize("door", ["/download/frequencies.csv", "/download/calls.parquet", "/chart/track.svg"])
@pytest.mark.parametrize("name", ["region", "gene", "site"])
def test_a_number_of_any_length_is_refused_in_a_short_sentence(base: str, door: str, name: str) -> None:
    """Python refuses to read 4,301 digits, and a sentence does not repeat 4,300."""
    for digits in (13, 38, 4_300, 4_301, 20_000):
        number = "1" * digits
        text = f"chr1-{number}-{number}-loss" if name == "site" else f"chr1:{number}-5"
        beside = "&gene=GSTM1" if name == "site" else ""
        answer = Reply(base, f"{door}?{name}={text}{beside}")
        assert answer.status in (400, 404)
        assert len(answer.text) < 300
        assert answer.text.count("\n") == 1


@pytest.mark.parametrize(
    "query",
    [
        "gene=" + "A" * 9_000,
        "gene=" + "A%2C" * 2_000,
        "region=" + "B" * 9_000,
        "region=" + "B" * 9_000 + ":1-5",
        "region=NC_000001." + "C" * 9_000 + ":1-5",
        "gene=GSTM1&site=" + "D" * 9_000,
        "gene=GSTM1&" + "E" * 9_000 + "=1",
        *(
            f"gene=GSTM1&{name}=" + "F" * 9_000
            for name in ("class", "filter", "population", "sex", "overlap", "callset")
        ),
        *(f"gene=GSTM1&{name}=" + "7" * 9_000 for name in ("min_length", "min_quality", "min_bins", "copy_number")),
    ],
)
def test_no_sentence_repeats_more_than_a_line_of_what_was_asked(base: str, query: str) -> None:
    for door in ("/download/carriers.csv", "/chart/frequency-loss.svg"):
        answer = Reply(base, f"{door}?{query}")
        assert answer.status in (400, 404)
        assert len(answer.text) < 400, answer.text
    answer = Reply(base, f"/suggest?q={query}").json
    # where Enter leads is an address, which may be a list of genes
    assert len(answer.pop("address") or "") < 5_000
    assert len(json.dumps(answer)) < 1_000


def test_a_name_that_many_genes_share_is_told_with_some_of_them(in_memory: Callable[[Contents], Generation]) -> None:
    genes = [GeneRow("Y_RNA", "chr2", 1_000 * at, 1_000 * at + 100, gene_id=f"ENSG{at:011}") for at in range(1, 800)]
    with pytest.raises(RefusedError) as refused:
        require_question(in_memory(Contents([Person("A")], genes=genes)), {"gene": "Y_RNA"})
    assert refused.value.status == 400
    sentence = refused.value.sentence
    assert sentence.startswith("799 genes are called Y_RNA: ask for one by its id, such as gene=ENSG0")
    assert len(sentence) < 300


def test_several_genes_at_once_are_told_as_such(base: str) -> None:
    for query in ("gene=GSTM1&gene=GSTM2", "gene=GSTM1,GSTM2", "region=chr1:1-5&region=chr2:7-9"):
        for door in ("/download/carriers.csv", "/chart/frequency-loss.svg"):
            assert "Here are 2 genes or regions: ask for one at a time" in Reply(base, f"{door}?{query}").text
    told = Reply(base, "/download/carriers.csv?gene=GSTM1&site=a&site=b")
    assert (told.status, "takes one site" in told.text) == (400, True)


# the network


def test_a_websocket_of_another_site_is_refused_at_once_and_nobody_outside_is_asked(server: Server) -> None:
    own = urlsplit(server.base).netloc
    began = time.monotonic()
    for headers in (
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://[broken"},
        {"Origin": f"http://{own}.evil.example"},
        {"Origin": f"http://evil.example/{own}"},
        {"Origin": "https://evil.example", "X_Forwarded_Host": "explorer.example"},
    ):
        status, connection = handshake(server.base, **headers)
        connection.close()
        assert status == 403, headers
        assert Reply(server.base, "/live").status == 200
    status, connection = handshake(server.base, "/other", Origin=server.base)
    connection.close()
    assert status == 403
    assert time.monotonic() - began < 2
    assert server.listener.asked == []


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "{base}"},
        {"Origin": "https://explorer.example", "Host": "explorer.example"},
        {"Origin": "https://Explorer.example", "Host": "127.0.0.1:8501", "X_Forwarded_Host": "explorer.example"},
        {"Origin": "https://a.example", "X_Forwarded_Host": "a.example, inner.example"},
    ],
)
def test_a_websocket_of_a_page_of_this_server_is_let_in(server: Server, headers: dict[str, str]) -> None:
    """Directly, behind a proxy that passes the host on, and behind one that tells it in a header."""
    status, connection = handshake(
        server.base, **{name: text.format(base=server.base) for name, text in headers.items()}
    )
    connection.close()
    assert status == 101
    assert server.listener.asked == []


def test_nothing_leaves_the_machine(server: Server) -> None:
    """Pages over their WebSocket, every door, refusals: no address outside the loopback is looked up or connected to."""
    for origin in (server.base, "https://evil.example"):
        _, connection = handshake(server.base, Origin=origin)
        if origin == server.base:
            connection.sendall(frame(2, rerun("gene", "gene=GSTM1")))
            connection.settimeout(30)
            seen = b""
            while b'class="cnv-foot"' not in seen:
                seen += connection.recv(65_536)
        connection.close()
    for path in (
        "/", "/health", "/suggest?q=gst", "/download/carriers.csv?gene=GSTM1", "/download/calls.parquet?gene=GSTM1",
        "/download/cnv.duckdb", "/chart/track.png?gene=GSTM1", "/chart/track.svg?gene=GSTM1", "/_stcore/metrics",
        "/oauth2callback?code=1", "/nonexistent",
    ):  # fmt: skip
        Reply(server.base, path)
    assert server.listener.asked == []
    assert not server.outside.exists()


def test_the_guard_sees_what_it_is_to_see(tmp_path: Path) -> None:
    program = (
        "import socket\n"
        "with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:\n    s.connect(('192.0.2.7', 1))\n"
        "try:\n    socket.getaddrinfo('name.invalid', 80)\nexcept OSError:\n    pass\n"
        "socket.create_server(('127.0.0.1', 0)).close()\n"
    )
    environment = os.environ | {"PYTHONPATH": str(GUARD), "NETWORK_GUARD": str(tmp_path / "outside")}
    subprocess.run([sys.executable, "-c", program], env=environment, check=True)
    seen = (tmp_path / "outside").read_text().splitlines()
    assert seen == ["socket.connect 192.0.2.7", "socket.getaddrinfo name.invalid"]


def rerun(page: str, query: str) -> bytes:
    """The message by which Streamlit's own program asks for a page."""
    from streamlit.proto.BackMsg_pb2 import BackMsg

    message = BackMsg()
    message.rerun_script.query_string = query
    message.rerun_script.page_name = page
    message.rerun_script.context_info.url = f"https://explorer.example/{page}"
    return bytes(message.SerializeToString())


# headers


def test_every_answer_has_the_safe_headers(base: str) -> None:
    for path, policy in (
        ("/", "script-src 'self' blob:"),
        ("/gene", "script-src 'self' blob:"),
        ("/health", "default-src 'none'"),
        ("/download/carriers.csv?gene=GSTM1", "default-src 'none'"),
        ("/download/cnv.duckdb", "default-src 'none'"),
        ("/chart/frequency-loss.svg?gene=GSTM1", "default-src 'none'"),
        ("/download/none", "default-src 'none'"),
        ("/nonexistent", "default-src 'none'"),
    ):
        headers = Reply(base, path).headers
        assert policy in headers["Content-Security-Policy"], path
        assert "frame-ancestors 'self'" in headers["Content-Security-Policy"]
        assert "unsafe-inline" not in headers["Content-Security-Policy"].partition("style-src")[0]
        assert "http" not in headers["Content-Security-Policy"]
        assert "camera=()" in headers["Permissions-Policy"]
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["X-Content-Type-Options"] == "nosniff"


# the database as a file, and conditions


def test_the_database_is_never_packed_again(base: str, pointer: Path) -> None:
    content = pointer.read_bytes()
    for encoding in ("identity", "gzip, deflate, br"):
        answer = Reply(base, "/download/cnv.duckdb", Accept_Encoding=encoding)
        assert answer.content == content
        assert answer.headers["Content-Length"] == str(len(content))
        assert answer.headers["Content-Encoding"] is None
        assert answer.headers["ETag"].startswith('"')
    head = Reply(base, "/download/cnv.duckdb", "HEAD")
    assert (head.status, head.headers["Content-Length"], head.content) == (200, str(len(content)), b"")


def test_the_database_is_sent_again_only_if_it_changed(base: str) -> None:
    first = Reply(base, "/download/cnv.duckdb", "HEAD").headers
    other = '"other"'
    for headers, status in (
        ({"If_None_Match": first["ETag"]}, 304),
        ({"If_None_Match": f"{other}, W/{first['ETag']}"}, 304),
        ({"If_None_Match": "*"}, 304),
        ({"If_None_Match": other}, 200),
        ({"If_Modified_Since": first["Last-Modified"]}, 304),
        ({"If_Modified_Since": "Tue, 01 Jan 2030 00:00:00 GMT"}, 304),
        ({"If_Modified_Since": "Tue, 01 Jan 2019 00:00:00 GMT"}, 200),
        ({"If_Modified_Since": "yesterday"}, 200),
        ({"If_None_Match": other, "If_Modified_Since": first["Last-Modified"]}, 200),
    ):
        for method in ("GET", "HEAD"):
            answer = Reply(base, "/download/cnv.duckdb", method, **headers)
            assert (answer.status, answer.headers["ETag"]) == (status, first["ETag"]), headers
            assert status == 200 or answer.content == b""


def test_the_database_comes_by_ranges(base: str, pointer: Path) -> None:
    content = pointer.read_bytes()
    size = len(content)
    tag = Reply(base, "/download/cnv.duckdb", "HEAD").headers["ETag"]
    for wanted, start, end in (
        ("bytes=0-0", 0, 1),
        ("bytes=100-199", 100, 200),
        (f"bytes={size - 5}-", size - 5, size),
        ("bytes=-7", size - 7, size),
        (f"bytes=5-{size + 999}", 5, size),
        (f"bytes=-{size * 2}", 0, size),
    ):
        for more in ({}, {"If_Range": tag}, {"Accept_Encoding": "gzip"}):
            answer = Reply(base, "/download/cnv.duckdb", Range=wanted, **more)
            assert (answer.status, answer.content == content[start:end]) == (206, True), wanted
            assert answer.headers["Content-Range"] == f"bytes {start}-{end - 1}/{size}"
            assert answer.headers["Content-Length"] == str(end - start)
    for wanted in (f"bytes={size}-", f"bytes={size + 5}-{size + 9}", "bytes=-0"):
        answer = Reply(base, "/download/cnv.duckdb", Range=wanted)
        assert (answer.status, answer.headers["Content-Range"]) == (416, f"bytes */{size}")
    for wanted in ("bytes=9-3", "bytes=-", "lines=1-2", "bytes=0-1,5-6", "bytes=" + "9" * 5_000 + "-", "rubbish"):
        assert Reply(base, "/download/cnv.duckdb", Range=wanted).status == 200
    assert Reply(base, "/download/cnv.duckdb", Range="bytes=0-9", If_Range='"other"').status == 200


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/gene",
        "/download/carriers.csv?gene=GSTM1",
        "/download/calls.parquet?gene=GSTM1",
        "/chart/frequency-loss.png?gene=GSTM1",
        "/chart/frequency-loss.svg?gene=GSTM1",
    ],
)
def test_an_answer_that_did_not_change_is_not_sent_again(base: str, path: str) -> None:
    """And no strong tag stands for two encodings of one answer."""
    tags = {}
    for encoding in ("identity", "gzip"):
        answer = Reply(base, path, Accept_Encoding=encoding)
        assert answer.status == 200
        tags[encoding] = answer.headers["ETag"]
        packed = answer.headers["Content-Encoding"] == "gzip"
        assert not (packed and path.partition("?")[0].endswith((".parquet", ".png")))
        assert not packed or answer.headers["ETag"].startswith("W/")
        assert not packed or len(gzip.decompress(answer.content)) > len(answer.content)
        again = Reply(base, path, Accept_Encoding=encoding, If_None_Match=tags[encoding])
        assert (again.status, again.content) == (304, b"")
        assert Reply(base, path, If_None_Match='"other"').status == 200
        other = Reply(base, f"{path}{'&' if '?' in path else '?'}filter=pass", If_None_Match=tags[encoding])
        assert "?" not in path or other.status == 200
    if tags["identity"].startswith('"'):
        assert (
            tags["gzip"] != tags["identity"]
            or Reply(base, path, Accept_Encoding="gzip").headers["Content-Encoding"] is None
        )


@pytest.mark.parametrize("path", ["/download/calls.parquet?gene=GSTM1", "/chart/frequency-loss.png?gene=GSTM1"])
def test_what_is_packed_already_says_how_much_will_come(base: str, path: str) -> None:
    answer = Reply(base, path, Accept_Encoding="gzip")
    assert answer.headers["Content-Length"] == str(len(answer.content))
    assert answer.headers["Content-Encoding"] is None


# files that cannot be read

STAMP = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"


def until(condition: Any, seconds: float = 20.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come to be in time"
        time.sleep(0.05)


def test_a_database_that_cannot_be_read_is_told_alike_at_every_door_and_the_log_says_when(tmp_path: Path) -> None:
    """Damaged blocks, a dropped table, a pipe, a loop of links, a folder; after each a good file, which is taken over."""
    pointer = tmp_path / "cnv.duckdb"
    good = write_file(tmp_path / "good.duckdb", CONTENTS)
    log = tmp_path / "log"
    publish(pointer, good)
    doors = (
        "/download/carriers.csv?gene=GSTM1", "/download/calls.parquet?region=chr1:100,000,000-110,000,000",
        "/chart/frequency-loss.svg?gene=GSTM1", "/suggest?q=gst", "/health", "/", "/gene?gene=GSTM1", "/data",
        "/download/cnv.duckdb",
    )  # fmt: skip
    with served(pointer, log=log) as base:
        for number, make in enumerate([*HARMS.values(), *NO_FILES]):
            bad = tmp_path / f"bad-{number}.duckdb"
            if make in NO_FILES:
                make(bad)  # type: ignore[call-arg]
                said = "There is no database at cnv.duckdb: it cannot be followed to a file ("
            else:
                shutil.copy(good, bad)
                make(bad, "events")  # type: ignore[call-arg]
                said = f"{bad.name} cannot be read: a part of it is damaged, or a table is missing."
            publish(pointer, bad)
            until(lambda: Reply(base, doors[0]).status == 503)
            for door in doors:
                answer = Reply(base, door)
                assert answer.status == 503, (make, door, answer.text)
                assert answer.headers["Retry-After"] == "5"
                assert said in answer.text or 'id="root"' in answer.text
                assert (
                    "python -m data_prep build" in answer.text or door[1:8] == "suggest" or 'id="root"' in answer.text
                )
            assert said in page_of(base, "gene", "gene=GSTM1")
            publish(pointer, good)
            until(lambda: Reply(base, "/health").status == 200)
            for door in doors:
                assert Reply(base, door).status == 200, (make, door)
    lines = log.read_text().splitlines()
    assert all(re.match(rf"{STAMP} (INFO|WARNING|ERROR) ", line) for line in lines), lines
    assert sum(" is read now: generation " in line for line in lines) == 2 * len(HARMS) + len(NO_FILES)
    assert sum("There is no database at cnv.duckdb" in line for line in lines) == len(NO_FILES)
    assert sum("Corrupt database file" in line or "Catalog Error" in line for line in lines) == len(HARMS)
    assert "Traceback" not in log.read_text()


def page_of(base: str, page: str, query: str) -> str:
    """What a page sends over its WebSocket, up to its foot or to a sentence instead of it."""
    status, connection = handshake(base, Origin=base)
    assert status == 101
    connection.sendall(frame(2, rerun(page, query)))
    connection.settimeout(30)
    seen = b""
    while not any(mark in seen for mark in (b'class="cnv-foot"', b"data_prep build", b"report it with its address")):
        seen += connection.recv(65_536)
    connection.settimeout(0.3)
    with contextlib.suppress(TimeoutError):
        while True:
            seen += connection.recv(65_536)
    connection.close()
    return seen.decode("utf-8", "replace")


def test_the_published_file_is_named_with_its_callsets_after_an_older_one_was_built_beside(tmp_path: Path) -> None:
    """A deployment waits for the generation that it published, which is not the newest callset's own."""
    pointer = tmp_path / "cnv.duckdb"

    def part(callset: str, generation: str, built_at: str) -> tuple[Path, str]:
        provenance = {"callset": callset, "generation": generation, "built_at": built_at}
        file = tmp_path / f"{generation}.part"
        return write_file(file, Contents([Person("A")], provenance=provenance)), callset

    newer, older = (
        part("DRAGEN 3.7.6", "aaa111aaa111", "2026-11-01T00:00:00Z"),
        part("DRAGEN 3.5.7b", "bbb222bbb222", "2026-11-05T00:00:00Z"),
    )
    publish(
        pointer,
        write_file(
            tmp_path / "cnv-aaa111aaa111.duckdb",
            Contents([Person("A")], provenance={"generation": "aaa111aaa111", "callset": "DRAGEN 3.7.6"}),
        ),
    )
    with served(pointer) as base:
        assert Reply(base, "/health").json["generation"] == "aaa111aaa111"
        for name in ("cnv-bbb222bbb222.duckdb", "renamed.duckdb"):
            combine_callsets([newer, older], tmp_path / name)
            finished = int((tmp_path / name).stat().st_mtime)
            publish(pointer, tmp_path / name)
            until(lambda: Reply(base, "/health").json["file"] == name)  # noqa: B023
            told = Reply(base, "/health").json
            assert told["generation"] == "bbb222bbb222"
            published_at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(finished))
            assert told["published_at"] == published_at
            assert {one["callset"]: (one["generation"], one["built_at"]) for one in told["callsets"]} == {
                "DRAGEN 3.7.6": ("aaa111aaa111", "2026-11-01T00:00:00Z"),
                "DRAGEN 3.5.7b": ("bbb222bbb222", "2026-11-05T00:00:00Z"),
            }
            page = page_of(base, "data", "")
            shown = f"{published_at[:10]} {published_at[11:16]} UTC"
            generation = " (generation bbb222bbb222)" if name == "renamed.duckdb" else ""
            assert (
                f"Database {name}{generation}, published {shown}, with the callsets DRAGEN 3.7.6 and DRAGEN 3.5.7b."
                in page
            )
            assert "DRAGEN 3.7.6 (generation aaa111aaa111) and DRAGEN 3.5.7b (generation bbb222bbb222)" in page


# limits and the log


def stall(base: str, path: str, source: str = "127.0.0.1") -> socket.socket:
    """A client that asks and does not read."""
    client = socket.socket()
    client.bind((source, 0))
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    client.connect((str(urlsplit(base).hostname).replace("localhost", "127.0.0.1"), urlsplit(base).port or 0))
    client.sendall(f"GET {path} HTTP/1.1\r\nHost: {urlsplit(base).netloc}\r\n\r\n".encode())
    return client


def waiting(client: socket.socket) -> int:
    """Bytes that have come and are not read yet."""
    return int(struct.unpack("i", fcntl.ioctl(client, termios.FIONREAD, bytes(4)))[0])


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return crowd(tmp_path_factory)


TABLE = "/download/calls.csv?gene=GSTM1&overlap=any"


def test_one_client_that_stalls_leaves_a_place_for_the_others_and_is_given_up(large: Path, tmp_path: Path) -> None:
    """Of tables and of the database; what the log says of it is one line each, as it is where the server is stopped."""
    database = "/download/cnv.duckdb"
    log = tmp_path / "log"
    with served(large, log=log, environment={"CNV_SEND_TIMEOUT": "4"}) as base:
        stalled = [stall(base, path) for path in (TABLE, database) for _ in range(3)]
        for path in (TABLE, database):
            until(lambda: Reply(base, path, "HEAD").status == 429)  # noqa: B023
            refused = Reply(base, path)
            assert refused.headers["Retry-After"] == "5"
            assert "under way" in refused.text
            assert Reply(base, path, source="127.0.0.2").status == 200
        for path in (TABLE, database):
            until(lambda: Reply(base, path).status == 200)  # noqa: B023
        for client in stalled:
            client.close()
    said = log.read_text()
    lines = [line for line in said.splitlines() if "was given up" in line]
    assert len(lines) == 6
    assert all(line.endswith("of 127.0.0.1 was given up: it took no data for 4 s") for line in lines)
    with served(large, log=log) as base:
        stalled = [stall(base, path) for path in (TABLE, database)]
        for client in stalled:
            assert client.recv(15).startswith(b"HTTP/1.1 200 OK")
            # what is cut is a transfer that waits for its reader
            unread = -1
            while unread != (unread := waiting(client)):
                time.sleep(0.5)
    for client in stalled:
        client.close()
    stopped = log.read_text()
    cut = [line for line in stopped.splitlines() if "was cut: the server is stopped" in line]
    assert sorted(line.split(" ")[2] for line in cut) == sorted([TABLE, database])
    assert "Traceback" not in said + stopped
    assert "ASGI" not in said + stopped


def test_requests_that_never_become_whole_are_given_up(odd: tuple[str, Path]) -> None:
    """A connection that sends nothing, half a header, half a body, byte after byte; a second request on one connection."""
    with contextlib.nullcontext(odd[0]) as base:
        host, port = "127.0.0.1", urlsplit(base).port
        begun = [
            b"",
            b"GET /live HTTP/1.1\r\nHost: x\r\nX-A: ",
            b"POST /live HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\nab",
        ]
        begun.append(b"GET /live HTTP/1.1\r\nHost: x\r\n\r\nGET /live HTTP/1.1\r\nX-A: ")
        clients = []
        for sent in begun:
            client = socket.create_connection((host, port), timeout=15)
            client.sendall(sent)
            clients.append(client)
        _, visitor = handshake(base, Origin=base)
        at = time.monotonic()
        while time.monotonic() - at < 6 and any(not ended(client) for client in clients):
            for client in clients:
                with contextlib.suppress(OSError):
                    client.sendall(b"b")
            time.sleep(0.3)
        assert all(ended(client) for client in clients)
        assert time.monotonic() - at < 6
        # a page's own connection is none of them
        visitor.sendall(frame(2, rerun("gene", "gene=GSTM1")))
        assert visitor.recv(10)


def ended(client: socket.socket) -> bool:
    client.setblocking(False)
    try:
        while client.recv(4_096):
            pass
    except BlockingIOError:
        return False
    except OSError:
        return True
    finally:
        client.settimeout(15)
    return True


def test_too_many_connections_are_told_to_come_back(pointer: Path) -> None:
    """Under a limit of 60 open files: whoever comes beyond is refused, and the server is there when they have gone."""
    program = (
        "import resource\nresource.setrlimit(resource.RLIMIT_NOFILE, (200, 200))\n"
        "import sys\nsys.argv = ['dashboard', '--port', '0']\n"
        "from dashboard.__main__ import main\nmain()"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", program], cwd=ROOT, env=os.environ | {"CNV_DATABASE": str(pointer)},
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    try:
        assert process.stdout
        base = process.stdout.readline().split("ready at ")[1].strip()
        idle = [socket.create_connection(("127.0.0.1", urlsplit(base).port)) for _ in range(110)]
        until(lambda: Reply(base, "/live").status == 503)
        for client in idle:
            client.close()
        until(lambda: Reply(base, "/live").status == 200)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=20)


def test_garbage_is_answered_and_leaves_no_trace_in_the_log(server: Server) -> None:
    before = len(server.logged)
    for kind, body in (
        (1, b"text"),
        (2, b"\xff\xff\xff\xff"),
        (2, b"\x00" * 200),
        (2, secrets.token_bytes(3_000)),
        (2, b"\x0a" * 5_000),
        (9, b"ping"),
        (3, b"unknown"),
    ):
        status, connection = handshake(server.base, Origin=server.base)
        assert status == 101
        connection.sendall(frame(kind, body))
        connection.settimeout(1)
        with contextlib.suppress(OSError):
            while connection.recv(65_536):
                pass
        connection.close()
    for request in (b"\x16\x03\x01\x02\x00", b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"X" * 100_000 + b"\r\n\r\n"):
        with socket.create_connection(("127.0.0.1", urlsplit(server.base).port), timeout=5) as client:
            client.sendall(request)
            with contextlib.suppress(OSError):
                client.recv(4_096)
    for path in ("/oauth2callback?code=1&state=%0d%0aX", "/oauth2callback", "/auth/logout"):
        assert Reply(server.base, path).status == 404
    assert Reply(server.base, "/live").status == 200
    lines = server.logged[before:]
    assert not any("Traceback" in line or line.startswith((" ", "\t")) for line in lines), lines


def test_a_page_that_fails_is_logged_with_its_address(odd: tuple[str, Path]) -> None:
    """A fault of ours, put in by the test: the visitor reads one sentence, the log has address, time and trace."""
    base, log = odd
    assert "report it with its address" in page_of(base, "gene", "gene=GSTM1&filter=pass%0aX")
    text = log.read_text()
    assert re.search(rf"^{STAMP} ERROR the page /gene\?gene=GSTM1&filter=pass%0aX failed$", text, re.MULTILINE), text
    assert "RuntimeError: a fault put in by a test" in text
