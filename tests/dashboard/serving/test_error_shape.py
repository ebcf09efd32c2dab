"""Every way in which an error can leave has one shape: lines of text, or JSON for who asks for it, and a notice on a page.

The real application is called as a server calls it, with all that stands before its routes.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any

import anyio
import pytest

from dashboard import settings
from dashboard.components.frame import refusal_lines
from dashboard.door.refusal import combine, refusal
from dashboard.downloads import chart, database_file, open_file, route
from dashboard.serving import turns
from dashboard.serving.drawing import BusyDrawingError, DrawingError
from dashboard.serving.middleware import KnownHosts
from dashboard.store import database as database_module
from dashboard.store.database import BusyError
from tests.dashboard.demonstration import demonstration
from tests.dashboard.opened_page import opened_page
from tests.dashboard.small_database import publish, write_file
from tests.dashboard.store.test_damaged_databases import HARMS

TEXT, JSON = "*/*", "application/json"
MOMENTS = (429, 503)


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def call(path: str, method: str = "GET", accept: str = TEXT, app: Any = None, **headers: str) -> Answer:
    """One request to the application, or to another one."""
    from dashboard import server

    place, _, query = path.partition("?")
    named = {"host": "127.0.0.1", "accept": accept} | {name.replace("_", "-"): text for name, text in headers.items()}
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "scheme": "http",
        "path": place, "raw_path": place.encode(), "query_string": query.encode(), "root_path": "",
        "headers": [(name.encode(), text.encode()) for name, text in named.items()],
        "client": ("127.0.0.1", 5), "server": ("127.0.0.1", 80),
    }  # fmt: skip
    sent: list[dict[str, Any]] = []

    async def go() -> None:
        over = anyio.Event()
        asked = False

        async def receive() -> dict[str, Any]:
            nonlocal asked
            if asked:
                await over.wait()
                return {"type": "http.disconnect"}
            asked = True
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        await (app or server.app)(scope, receive, send)

    # in a thread of its own: a browser that an earlier test left open keeps a loop in this one
    with ThreadPoolExecutor(1) as pool:
        pool.submit(anyio.run, go).result()
    begun = next(message for message in sent if message["type"] == "http.response.start")
    body = b"".join(message.get("body", b"") for message in sent if message["type"] == "http.response.body")
    return Answer(begun["status"], {name.decode(): text.decode() for name, text in begun["headers"]}, body)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_file(tmp_path_factory.mktemp("errors") / "cnv.duckdb", demonstration())


@pytest.fixture
def database(whole: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("CNV_DATABASE", str(whole))
    yield whole
    settings.store().close()


def check(answer: Answer, status: int, problems: list[tuple[str | None, str]], always_json: bool = False) -> None:
    """That an answer in JSON has the shape, with these problems: a parameter each, and words of its sentence."""
    assert answer.status == status
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"
    assert ("retry-after" in answer.headers) == (status in MOMENTS)
    told = answer.json
    assert set(told) == {"ok", "error", "errors", "status"}
    assert (told["ok"], told["status"]) == (False, status)
    assert [problem["parameter"] for problem in told["errors"]] == [parameter for parameter, _ in problems]
    for problem, (_, words) in zip(told["errors"], problems, strict=True):
        assert set(problem) == {"parameter", "value", "sentence"}
        assert words in problem["sentence"]
        assert problem["sentence"].endswith((".", "?"))
        assert problem["sentence"] in told["error"]


def check_both(path: str, status: int, problems: list[tuple[str | None, str]], method: str = "GET") -> None:
    """That JSON has the shape, and that the text has a line for each problem and says the same."""
    told = call(path, method, JSON)
    check(told, status, problems)
    answer = call(path, method)
    assert (answer.status, answer.headers["content-type"]) == (status, "text/plain; charset=utf-8")
    assert ("retry-after" in answer.headers) == (status in MOMENTS)
    assert answer.text.endswith("\n")
    lines = answer.text.splitlines()
    sentences = [problem["sentence"] for problem in told.json["errors"]]
    if len(sentences) == 1:
        assert lines == [told.json["error"]]
    else:
        assert lines[: len(sentences)] == sentences
    assert " ".join(lines) == told.json["error"]


@pytest.mark.parametrize("door", ["/download/carriers.csv", "/download/calls.vcf", "/chart/track.svg"])
@pytest.mark.parametrize(
    ("query", "status", "problems"),
    [
        (
            "gene=GSTM1&foo=1&bar=2&filter=zzz",
            400,
            [("filter", "“zzz” is not a value"), ("foo", "“foo” is not used"), ("bar", "“bar” is not used")],
        ),
        ("gene=GSTM1&colour=red", 400, [("colour", "“colour” is not used here")]),
        (
            "gene=GSTM1&class=big&cohort=some&sex=Z&min_bins=few&max_length=1&min_length=5&callset=9.9",
            400,
            [
                ("class", "“big”"),
                ("cohort", "“some”"),
                ("sex", "“Z”"),
                ("min_bins", "“few”"),
                ("callset", "“9.9”"),
                ("max_length", "not below min_length"),
            ],
        ),
        ("gene=GSTM9", 404, [("gene", "Close names: GSTM1")]),
        ("gene=GSTM9&foo=1&sex=Z", 400, [("sex", "“Z”"), ("foo", "not used"), ("gene", "Close names: GSTM1")]),
        ("gene=TWIN", 400, [("gene", "ENSG00000900004 or ENSG00000900005")]),
        ("gene=TWIN&site=a&site=b", 400, [("gene", "Several genes"), ("site", "“a,b” are several")]),
        ("gene=GSTT1", 404, [("gene", "alternate contig")]),
        ("gene=chr1:1-2000", 400, [("gene", "ask for region=chr1:1-2000")]),
        ("region=chr1:2000-1000", 404, [("region", "did you mean")]),
        ("gene=GSTM1&site=chr1-5-6-loss", 404, [("site", "There is no site “chr1-5-6-loss” at chr1:109,687,815")]),
        ("gene=GSTM1&site=a,b", 400, [("site", "takes one site")]),
        ("", 400, [("gene", "Say which gene or region")]),
        ("foo=1&site=none", 400, [("foo", "not used"), ("site", "no site “none”.")]),
        (
            "gene=GSTM9&region=chr1:9-5",
            400,
            [("region", "not for both"), ("gene", "Close names"), ("region", "did you mean")],
        ),
    ],
)
def test_every_fault_of_an_address_is_told_at_every_door(
    database: Path, door: str, query: str, status: int, problems: list[tuple[str | None, str]]
) -> None:
    check_both(f"{door}?{query}", status, problems)


def test_a_site_of_elsewhere_is_said_to_be_elsewhere(database: Path) -> None:
    sites = call("/download/sites.json?gene=ADAM3A").json["rows"]
    check_both(
        f"/download/carriers.csv?gene=GSTM1&site={sites[0]['site']}",
        404,
        [("site", "lies elsewhere, and not at chr1:109,687,815-109,693,745")],
    )


@pytest.mark.parametrize(
    ("path", "status", "problems"),
    [
        ("/nothing", 404, [(None, "There is nothing at /nothing")]),
        ("/gene/more?foo=1", 404, [(None, "There is nothing at /gene/more")]),
        ("/download/carriers.vcf?gene=GSTM1", 404, [(None, "carriers as csv")]),
        (
            "/download/carriers.vcf?gene=GSTM9&foo=1",
            404,
            [(None, "carriers as csv"), ("foo", "not used"), ("gene", "Close names")],
        ),
        ("/download", 404, [(None, "carriers as csv")]),
        ("/chart/pie.svg?gene=GSTM1&sex=Z", 404, [(None, "frequency-loss"), ("sex", "“Z”")]),
        (
            "/download/sites.csv?gene=GSTM1&min_bins=3&overlap=covers&foo=1",
            400,
            [("foo", "not used"), ("overlap", "not used for sites"), ("min_bins", "not used for sites")],
        ),
        ("/download/genes.csv?gene=GSTM1&site=x", 400, [("site", "site is not used for genes")]),
        ("/chart/copy-number.svg?gene=SMN1", 404, [(None, "not assessable")]),
        (
            "/chart/frequency-gain.png?gene=SMN1&class=loss",
            404,
            [(None, "not assessable"), ("class", "no chart of gains")],
        ),
        ("/chart/frequency-loss.svg?gene=YGENE&sex=XX", 404, [(None, "no unrelated XX people who count on chrY")]),
    ],
)
def test_what_there_is_not_leaves_in_one_shape(
    database: Path, path: str, status: int, problems: list[tuple[str | None, str]]
) -> None:
    check_both(path, status, problems)


@pytest.mark.parametrize(
    "path", ["/", "/gene", "/health", "/live", "/suggest?q=g", "/download/carriers.csv", "/chart/x"]
)
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PATCH"])
def test_another_method_says_which_there_are(database: Path, path: str, method: str) -> None:
    check_both(path, 405, [(None, f"takes {method}: ask with GET or HEAD")], method)
    assert call(path, method).headers["allow"] == "GET, HEAD"


DOORS = (
    "/download/carriers.csv?gene=GSTM1", "/download/carriers.parquet?region=chr1", "/chart/frequency-loss.svg?gene=GSTM1",
    "/download/cnv.duckdb",
)  # fmt: skip
IN_JSON = ("/health", "/suggest?q=gst")


def check_everywhere(status: int, words: str, doors: tuple[str, ...] = (*DOORS, *IN_JSON)) -> None:
    for door in doors:
        if door.partition("?")[0] in ("/health", "/suggest"):
            for accept in (TEXT, JSON):
                check(call(door, accept=accept), status, [(None, words)])
        else:
            check_both(door, status, [(None, words)])


def test_without_a_database_every_door_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CNV_DATABASE", str(tmp_path / "cnv.duckdb"))
    check_everywhere(503, "There is no database at cnv.duckdb.")
    assert "data_prep" in call(DOORS[0]).text
    # what needs no database to be wrong is wrong all the same
    check_both("/download/x?gene=GSTM1&foo=1", 404, [(None, "There is no such download")])
    check_both("/nothing", 404, [(None, "There is nothing at")])
    settings.store().close()


@pytest.mark.parametrize("harm", list(HARMS))
def test_a_damaged_database_is_told_alike_at_every_door(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, harm: str
) -> None:
    bad = write_file(tmp_path / "cnv-1.duckdb", demonstration())
    HARMS[harm](bad, "events")
    publish(tmp_path / "cnv.duckdb", bad)
    monkeypatch.setenv("CNV_DATABASE", str(tmp_path / "cnv.duckdb"))
    call(DOORS[0])
    check_everywhere(503, "cnv-1.duckdb cannot be read: a part of it is damaged, or a table is missing.")
    settings.store().close()


def test_too_many_at_once_are_told_to_come_back(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    busy = BusyError("Too many queries are waiting. Try again in a few seconds.")

    def refuse(*_: object) -> Any:
        raise busy

    monkeypatch.setattr(database_module.Generation, "frame", refuse)
    monkeypatch.setattr(database_module.Generation, "table", refuse)
    check_everywhere(503, "Too many queries are waiting.", (DOORS[0], DOORS[2], "/suggest?q=gs"))


@pytest.mark.parametrize("status", [429, 503])
def test_a_full_queue_of_downloads_leaves_in_the_same_shape(
    database: Path, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    for module in (route, database_file):
        monkeypatch.setattr(module._slots, "take", lambda _: status)
    for door in (DOORS[0], "/download/cnv.duckdb"):
        check_both(door, status, [(None, "under way")])


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (DrawingError("The picture could not be drawn."), 500),
        (BusyDrawingError("Too many pictures are asked for. Try again in a few seconds."), 503),
    ],
)
def test_a_picture_that_is_not_drawn_leaves_in_the_same_shape(
    database: Path, monkeypatch: pytest.MonkeyPatch, error: Exception, status: int
) -> None:
    async def fail(*_: object) -> bytes:
        raise error

    monkeypatch.setattr(chart.drawing, "draw", fail)
    check_both("/chart/frequency-loss.svg?gene=GSTM1", status, [(None, str(error))])


def test_a_fault_of_ours_is_logged_with_its_trace_and_leaves_in_the_same_shape(
    database: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> Any:
        raise ValueError("zip() argument 2 is shorter than argument 1")

    monkeypatch.setattr(open_file, "about", fail)
    check_both("/download/carriers.csv?gene=GSTM1", 500, [(None, "Something went wrong")])
    assert "zip()" not in call("/download/carriers.csv?gene=GSTM1").text
    record = caplog.records[0]
    assert record.getMessage() == "/download/carriers.csv?gene=GSTM1 failed"
    assert record.exc_info
    assert isinstance(record.exc_info[1], ValueError)


def test_a_range_behind_the_end_says_how_long_the_file_is(database: Path) -> None:
    size = database.stat().st_size
    for accept in (TEXT, JSON):
        answer = call("/download/cnv.duckdb", accept=accept, range=f"bytes={size}-")
        assert answer.headers["content-range"] == f"bytes */{size}"
        assert f"{size} bytes" in answer.text
    check(answer, 416, [("Range", f"has {size} bytes")])


def test_an_unknown_host_is_refused_in_the_same_shape() -> None:
    async def never(*_: object) -> None:
        raise AssertionError

    app = KnownHosts(never, frozenset({"explorer.example"}))
    answer = call("/", app=app, accept=JSON, host="evil.example")
    check(answer, 421, [("Host", "does not answer under that name")])
    assert call("/", app=app, host="evil.example").text == "This server does not answer under that name.\n"


def test_what_did_not_change_is_not_touched(database: Path) -> None:
    """304 has no body, whatever form is asked for, also where the address could not be answered now."""
    for door in (DOORS[0], DOORS[3]):
        tag = call(door).headers["etag"]
        for accept in (TEXT, JSON):
            answer = call(door, accept=accept, if_none_match=tag)
            assert (answer.status, answer.body) == (304, b"")


def test_a_websocket_of_another_site_is_closed_before_it_is_open() -> None:
    """It has no body to give a shape to: code 1008, which a server sends as 403."""
    from dashboard import server

    sent: list[dict[str, Any]] = []

    async def go() -> None:
        async def receive() -> dict[str, Any]:
            return {"type": "websocket.connect"}

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        headers = [(b"host", b"explorer.example"), (b"origin", b"https://evil.example")]
        scope = {"type": "websocket", "path": "/_stcore/stream", "headers": headers, "client": ("127.0.0.1", 5)}
        await server.app(scope, receive, send)

    with ThreadPoolExecutor(1) as pool:
        pool.submit(anyio.run, go).result()
    assert sent == [{"type": "websocket.close", "code": 1008}]


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        ("application/json", "application/json"),
        ("application/json;q=0.2, text/plain", "text/plain"),
        ("text/plain;q=0.2, application/json", "application/json"),
        ("application/problem+json", "application/json"),
        ("application/json;q=zero, */*", "text/plain"),
        ("*/*", "text/plain"),
        ("", "text/plain"),
        ("text/html,application/xhtml+xml,*/*;q=0.8", "text/html"),
    ],
)
def test_the_form_is_the_one_that_is_asked_for(accept: str, form: str) -> None:
    answer = call("/nothing", accept=accept)
    assert answer.headers["content-type"].partition(";")[0] == form
    assert "Accept" in answer.headers["vary"]


# pages

Words = Callable[..., str]


@pytest.fixture
def words(database: Path, monkeypatch: pytest.MonkeyPatch) -> Words:
    def shown(page: str, **query: str) -> str:
        app = opened_page(monkeypatch, database, page, query)
        html = "\n".join(part.proto.body for part in app.get("html") if "<style>" not in part.proto.body)
        return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())

    return shown


def test_a_page_tells_every_fault_that_a_download_tells(words: Words) -> None:
    query = {"gene": "GSTM1", "foo": "1", "bar": "2", "filter": "zzz", "site": "chr1-5-6-loss"}
    address = "&".join(f"{name}={value}" for name, value in query.items())
    problems = call(f"/download/carriers.csv?{address}", accept=JSON).json["errors"]
    assert [problem["parameter"] for problem in problems] == ["filter", "foo", "bar", "site"]
    shown = words("gene", **query)
    assert all(problem["sentence"] in shown for problem in problems)
    without_a_gene = words("gene", **query | {"gene": "GSTM9", "site": "a,b"})
    for sentence in (
        "“zzz” is not a value",
        "“foo” is not used",
        "“bar” is not used",
        "There is no gene “GSTM9”",
        "“a,b”",
    ):
        assert sentence in without_a_gene


def test_a_page_without_a_turn_says_so(words: Words, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "PATIENCE", 0.01)
    for _ in range(turns.PAGES_AT_ONCE):
        turns._turns.acquire()
    try:
        assert words("gene", gene="GSTM1") == "Too many people are asking at the moment. Try again in a few seconds."
    finally:
        for _ in range(turns.PAGES_AT_ONCE):
            turns._turns.release()


def test_a_notice_has_every_sentence_and_no_markup_of_what_was_typed() -> None:
    reason = combine([refusal(404, "a <b>."), refusal(400, "c & d."), refusal(400, "c & d.", advice="Do e.")])
    assert reason.status == 400
    assert [unescape(re.sub(r"</?strong>", "", line)) for line in refusal_lines(reason)] == [
        "a <b>.",
        "c & d.",
        "Do e.",
    ]
    assert "<b>" not in "".join(refusal_lines(reason))
