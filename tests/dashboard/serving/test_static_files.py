"""Streamlit's own files: compressed once, right in every header, and as they are for ranges and for who takes no gzip."""

import asyncio
import gzip
import re
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles as Folder
from streamlit import file_util

from dashboard.serving import static_files
from dashboard.serving.static_files import StaticFiles

STATIC = Path(file_util.get_static_dir())
INDEX = (STATIC / "index.html").read_text(encoding="utf-8")
ASKED = [path for path in re.findall(r'(?:src|href)="\.(/static/[^"]+)"', INDEX) if path.endswith((".js", ".css"))]
LARGEST = max(ASKED, key=lambda path: (STATIC / path[1:]).stat().st_size)


def app_of_files() -> StaticFiles:
    return StaticFiles(Starlette(routes=[Mount("/", Folder(directory=STATIC))]))


def ask(*requests: tuple[str, str, dict[str, str]], app: StaticFiles | None = None) -> list[httpx.Response]:
    """Asks all at once; bodies are left as they come."""
    app = app or app_of_files()

    async def every() -> list[httpx.Response]:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://static.test") as client:

            async def one(method: str, path: str, headers: dict[str, str]) -> httpx.Response:
                request = client.build_request(method, path, headers={"accept-encoding": "identity"} | headers)
                answer = await client.send(request, stream=True)
                answer.extensions["raw"] = b"".join([part async for part in answer.aiter_raw()])
                return answer

            return list(await asyncio.gather(*(one(*request) for request in requests)))

    return asyncio.run(every())


def test_what_a_page_asks_for_is_a_third_of_its_size() -> None:
    assert len(ASKED) > 50
    answers = ask(*(("GET", path, {"accept-encoding": "gzip, br"}) for path in ASKED))
    plain = sum((STATIC / path[1:]).stat().st_size for path in ASKED)
    packed = sum(len(answer.extensions["raw"]) for answer in answers)
    assert packed < plain * 0.36, (plain, packed)
    for path, answer in zip(ASKED, answers, strict=True):
        assert gzip.decompress(answer.extensions["raw"]) == (STATIC / path[1:]).read_bytes()
        assert answer.headers["content-length"] == str(len(answer.extensions["raw"]))
        assert answer.headers["vary"] == "Accept-Encoding"
        assert "immutable" in answer.headers["cache-control"]
        assert answer.headers["content-type"].startswith("text/")
    assert len({answer.headers["etag"] for answer in answers}) == len(ASKED)


def test_a_file_is_compressed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    made = []
    real = static_files._compress
    monkeypatch.setattr(static_files, "_compress", lambda path: made.append(path) or real(path))
    app = app_of_files()
    answers = ask(*([("GET", LARGEST, {"accept-encoding": "gzip"})] * 8), app=app)
    assert len({answer.extensions["raw"] for answer in answers}) == 1
    (head,) = ask(("HEAD", LARGEST, {"accept-encoding": "gzip"}), app=app)
    assert head.extensions["raw"] == b""
    assert head.headers["content-length"] == answers[0].headers["content-length"]
    assert head.headers["etag"] == answers[0].headers["etag"]
    assert len(made) == 1


@pytest.mark.parametrize("taken", ["identity", "br", "gzip;q=0", "*;q=0", "deflate, gzip;q=0.0", ""])
def test_who_takes_no_gzip_has_the_file_as_it_is(taken: str) -> None:
    (answer,) = ask(("GET", LARGEST, {"accept-encoding": taken}))
    assert answer.extensions["raw"] == (STATIC / LARGEST[1:]).read_bytes()
    assert "content-encoding" not in answer.headers
    assert answer.headers["vary"] == "Accept-Encoding"


@pytest.mark.parametrize("taken", ["gzip", "GZIP, br", "*", "br;q=1.0, gzip;q=0.1"])
def test_who_takes_gzip_has_it(taken: str) -> None:
    (answer,) = ask(("GET", LARGEST, {"accept-encoding": taken}))
    assert answer.headers["content-encoding"] == "gzip"


def test_a_range_is_of_the_file_as_it_is() -> None:
    (answer,) = ask(("GET", LARGEST, {"accept-encoding": "gzip", "range": "bytes=100-199"}))
    assert answer.status_code == 206
    assert "content-encoding" not in answer.headers
    assert answer.extensions["raw"] == (STATIC / LARGEST[1:]).read_bytes()[100:200]


def test_a_file_that_is_not_there_and_another_method_are_passed_on() -> None:
    missing, posted, font = ask(
        ("GET", "/static/js/none.js", {"accept-encoding": "gzip"}),
        ("POST", LARGEST, {"accept-encoding": "gzip"}),
        ("GET", re.search(r'\.(/static/media/[^"]+woff2)', INDEX)[1], {"accept-encoding": "gzip"}),  # type: ignore[index]
    )
    assert (missing.status_code, posted.status_code, font.status_code) == (404, 405, 200)
    assert "content-encoding" not in font.headers
