"""The path of a proxy is taken in at one place: who is believed about it, what lies outside it, and how it starts a server."""

import asyncio
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from dashboard import settings
from dashboard.serving.below_path import BelowPath
from dashboard.serving.route_path import route_path
from tests.dashboard.served import ROOT

TRUSTED = "10.0.0.0/8 192.0.2.7"
PROXY = "10.1.2.3"


async def _say(scope: Scope, receive: Receive, send: Send) -> None:
    content = {
        "route": route_path(scope),
        "base": str(Request(scope).base_url),
        "shown": settings.public_path(),
        "header": Request(scope).headers.getlist("x-forwarded-prefix"),
    }
    await JSONResponse(content)(scope, receive, send)


def _ask(path: str, client: str, *prefixes: str, accept: str = "*/*") -> httpx.Response:
    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app=BelowPath(_say), client=(client, 1))
        async with httpx.AsyncClient(transport=transport, base_url="http://outside.test") as asking:
            headers = [("accept", accept), *(("x-forwarded-prefix", prefix) for prefix in prefixes)]
            return await asking.get(path, headers=headers)

    return asyncio.run(ask())


@pytest.mark.parametrize(
    ("own", "path", "client", "prefixes", "route", "shown"),
    [
        # passed on
        ("/cnv", "/cnv/gene", "127.0.0.1", [], "/gene", "/cnv"),
        ("/cnv", "/cnv/", "127.0.0.1", [], "/", "/cnv"),
        ("/a/b", "/a/b/gene", "127.0.0.1", [], "/gene", "/a/b"),
        # taken off by a proxy that is trusted, as an address, a network, or an IPv4 address in IPv6
        ("/cnv", "/gene", PROXY, ["/cnv"], "/gene", "/cnv"),
        ("", "/gene", "192.0.2.7", ["/cnv/"], "/gene", "/cnv"),
        ("", "/gene", f"::ffff:{PROXY}", ["/cnv"], "/gene", "/cnv"),
        # another path than its own; one that is passed on and told; the root
        ("/cnv", "/gene", PROXY, ["/other"], "/gene", "/other"),
        ("/cnv", "/cnv/gene", PROXY, ["/cnv"], "/gene", "/cnv"),
        ("/cnv", "/gene", PROXY, ["/"], "/gene", ""),
        # no word of anybody else counts, and none that is no path
        ("/cnv", "/cnv/gene", "127.0.0.1", ["/evil"], "/gene", "/cnv"),
        ("", "/gene", "127.0.0.1", ["/evil"], "/gene", ""),
        ("", "/gene", "192.0.2.8", ["/evil"], "/gene", ""),
        ("", "/gene", PROXY, ["//evil.example"], "/gene", ""),
        ("", "/gene", PROXY, ["/a/../b"], "/gene", ""),
        ("", "/gene", PROXY, ["https://evil.example"], "/gene", ""),
        ("", "/gene", PROXY, ['/"><script>'], "/gene", ""),
        ("", "/gene", PROXY, ["/cnv", "/evil"], "/gene", ""),
        ("", "/gene", PROXY, ["/cnv, /evil"], "/gene", ""),
        ("", "/cnv/gene", PROXY, [], "/cnv/gene", ""),
    ],
)  # fmt: skip
def test_where_the_server_stands(
    monkeypatch: pytest.MonkeyPatch, own: str, path: str, client: str, prefixes: list[str], route: str, shown: str
) -> None:
    monkeypatch.setenv("CNV_PATH", own)
    monkeypatch.setenv("CNV_TRUSTED_PROXIES", TRUSTED)
    answer = _ask(path, client, *prefixes).json()
    assert answer == {
        "route": route,
        "base": f"http://outside.test{shown}/",
        "shown": shown,
        "header": [shown],
    }
    assert settings.public_path() == own


@pytest.mark.parametrize(
    ("path", "client", "prefixes"),
    [
        ("/gene", "127.0.0.1", []),
        ("/", "127.0.0.1", []),
        ("/cnvs/gene", "127.0.0.1", []),
        ("/gene", "127.0.0.1", ["/cnv"]),
        ("/gene", PROXY, ["//evil.example"]),
    ],
)
def test_what_lies_outside_is_not_there(
    monkeypatch: pytest.MonkeyPatch, path: str, client: str, prefixes: list[str]
) -> None:
    monkeypatch.setenv("CNV_PATH", "/cnv")
    monkeypatch.setenv("CNV_TRUSTED_PROXIES", TRUSTED)
    answer = _ask(path, client, *prefixes, accept="text/html")
    assert answer.status_code == 404
    assert 'href="/cnv/gene"' in answer.text
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")


def test_the_bare_path_leads_to_the_first_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CNV_PATH", "/cnv")
    answer = _ask("/cnv?filter=pass", "127.0.0.1")
    assert (answer.status_code, answer.headers["location"]) == (308, "/cnv/?filter=pass")


def test_a_socket_outside_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CNV_PATH", "/cnv")
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "websocket.connect"}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "websocket", "path": "/_stcore/stream", "headers": [], "client": ("127.0.0.1", 1)}
    asyncio.run(BelowPath(_say)(scope, receive, send))
    assert sent == [{"type": "websocket.close", "code": 1008}]


LIFESPAN = """
from dashboard import server
started = []
server.warm_up = lambda: started.append(1)
from starlette.testclient import TestClient
with TestClient(server.app, base_url="http://localhost") as client:
    assert client.get("/cnv/live").text == "ok\\n"
    assert client.get("/cnv/").status_code in (200, 503)
    with client.websocket_connect("ws://localhost/cnv/_stcore/stream", headers={"origin": "http://localhost"}):
        pass
    assert client.get("/live").status_code == 404
assert started == [1], started
"""


def test_the_lifespan_runs_once(tmp_path: Path) -> None:
    environment = {"CNV_PATH": "/cnv", "CNV_DATABASE": str(tmp_path / "none.duckdb"), "PATH": "/usr/bin:/bin"}
    command = [sys.executable, "-W", "ignore", "-c", LIFESPAN]
    ended = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 0, ended.stderr


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--path", "cnv"], "is no path to stand below"),
        (["--path", "//cnv"], "is no path to stand below"),
        (["--path", "/gene"], "begins like one of the dashboard's own (/gene)"),
        (["--path", "/download/cnv"], "begins like one of the dashboard's own (/download)"),
        (["--trusted-proxy", "proxy.example"], "is no address of a proxy"),
        (["--path", "/other", "--operator", "operator.toml"], "name two places"),
    ],
)
def test_a_path_with_a_fault_does_not_start_a_server(tmp_path: Path, arguments: list[str], sentence: str) -> None:
    file = tmp_path / "operator.toml"
    file.write_text('public_address = "https://cohort.example.org/cnv"\n')
    arguments = [argument.replace("operator.toml", str(file)) for argument in arguments]
    command = [sys.executable, "-m", "dashboard", "--port", "0", *arguments]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 2
    assert sentence in " ".join(ended.stderr.split())
    assert "Traceback" not in ended.stderr
