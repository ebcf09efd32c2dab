"""The public address is in every whole address that the server writes, and a proxy that takes its path off works."""

import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

from dashboard import settings
from dashboard.question import links
from tests.dashboard.demonstration import demonstration
from tests.dashboard.opened_page import codes, html, opened_page, shown_table
from tests.dashboard.served import ROOT, served
from tests.dashboard.small_database import write_file

PUBLIC = "https://cohort.example.org/cnv"
OPERATOR = f"""
id = "org.example.cnv"
name = "CNVs of the Example cohort"
environment = "staging"
public_address = "{PUBLIC}/"
contact = "mailto:cnv@example.org"
[organisation]
id = "org.example"
name = "Example Institute"
url = "https://example.org/"
logo = "https://example.org/logo.svg"
[[terms_of_use]]
id = "DUO:0000042"
label = "general research use"
version = "2021-02-23"
"""


@contextmanager
def proxy(server: str, path: str) -> Iterator[str]:
    """A proxy on the loopback that serves `server` below `path`, which it takes off, and everything else not at all."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if not self.path.startswith(f"{path}/"):
                self.send_error(404)
                return
            passed_on = {"host": "cohort.example.org", "accept": self.headers.get("accept", "*/*")}
            answer = httpx.get(server + self.path.removeprefix(path), headers=passed_on)
            self.send_response(answer.status_code)
            self.send_header("content-type", answer.headers.get("content-type", ""))
            self.end_headers()
            self.wfile.write(answer.content)

        def log_message(self, *_: object) -> None:
            pass

    listening = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=listening.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.server_port}"
    finally:
        listening.shutdown()
        listening.server_close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("public")
    write_file(folder / "cnv.duckdb", demonstration())
    (folder / "operator.toml").write_text(OPERATOR)
    return folder


@pytest.fixture(scope="module")
def outside(folder: Path) -> Iterator[str]:
    """The server from outside, behind its proxy; names of hosts are checked too."""
    arguments = ("--operator", str(folder / "operator.toml"), "--name", "another.example")
    with served(folder / "cnv.duckdb", *arguments) as inner, proxy(inner, "/cnv") as address:
        yield address


def addresses(text: str) -> set[str]:
    """Addresses of this server in a text; those of other sites are no matter."""
    found = set(re.findall(r"https?://[^\"'\s<>\\]+", text))
    return {
        one for one in found if re.match(r"https?://(127\.0\.0\.1|localhost|cohort\.example\.org|beacon\.test)", one)
    }


@pytest.mark.parametrize(
    "path",
    ["/beacon/info", "/beacon/map", "/beacon/openapi.json", "/beacon/docs", "/beacon/g_variants?geneId=GSTM1", "/beacon"],
)  # fmt: skip
def test_whole_addresses_are_public_and_lead_back(outside: str, path: str) -> None:
    answer = httpx.get(f"{outside}/cnv{path}")
    assert answer.status_code == 200, answer.text
    told = addresses(answer.text)
    assert told or path == "/beacon/docs"
    for address in told:
        assert address.startswith(f"{PUBLIC}/"), address
        there = httpx.get(address.replace("https://cohort.example.org", outside))
        assert there.status_code == 200, address


def test_links_without_a_host_have_the_path(outside: str) -> None:
    offers = httpx.get(f"{outside}/cnv/suggest?q=GSTM").json()
    assert offers["address"].startswith("/cnv/gene?")
    assert all(offer["address"].startswith("/cnv/gene?") for offer in offers["suggestions"])
    missing = httpx.get(f"{outside}/cnv/nothing", headers={"accept": "text/html"})
    assert missing.status_code == 404
    assert set(re.findall(r'href="(/[^"]*)"', missing.text)) == {
        "/cnv/",
        "/cnv/gene",
        "/cnv/genes",
        "/cnv/region",
        "/cnv/sample",
        "/cnv/site",
        "/cnv/sites",
        "/cnv/data",
    }
    assert httpx.get(f"{outside}/cnv/rules").status_code == 200
    assert httpx.get(f"{outside}/rules").status_code == 404


def test_what_the_operator_says_of_itself(outside: str) -> None:
    info = httpx.get(f"{outside}/cnv/beacon/info").json()["response"]
    assert (info["id"], info["name"], info["environment"]) == (
        "org.example.cnv",
        "CNVs of the Example cohort",
        "staging",
    )
    assert info["organization"] == {
        "id": "org.example",
        "name": "Example Institute",
        "welcomeUrl": "https://example.org/",
        "contactUrl": "mailto:cnv@example.org",
        "logoUrl": "https://example.org/logo.svg",
    }
    assert info["welcomeUrl"] == f"{PUBLIC}/"
    assert info["info"]["isPublic"] is True
    assert info["info"]["simulated"] is True
    assert "do not exist" in info["info"]["simulatedNote"]
    terms = {"duoDataUse": [{"id": "DUO:0000042", "label": "general research use", "version": "2021-02-23"}]}
    assert info["info"]["dataUseConditions"] == terms
    (dataset,) = httpx.get(f"{outside}/cnv/beacon/datasets").json()["response"]["collections"]
    assert dataset["dataUseConditions"] == terms
    assert dataset["info"]["isPublic"] is dataset["info"]["simulated"] is True
    service = httpx.get(f"{outside}/cnv/beacon/service-info").json()
    assert (service["contactUrl"], service["environment"]) == ("mailto:cnv@example.org", "staging")


@pytest.mark.parametrize(("page", "query"), [("start", {}), ("data", {}), ("gene", {"gene": "GSTM1"})])
def test_links_of_pages_have_the_path(
    folder: Path, monkeypatch: pytest.MonkeyPatch, page: str, query: dict[str, str]
) -> None:
    monkeypatch.setenv("CNV_OPERATOR", str(folder / "operator.toml"))
    app = opened_page(monkeypatch, folder / "cnv.duckdb", page, query)
    ours = [one for one in re.findall(r'href="([^"]*)"', html(app)) if not re.match("https?:|mailto:", one)]
    assert len(ours) > 3
    # a section of the page itself has no path
    assert all(one.startswith(("/cnv/", "#")) for one in ours), ours
    whole = {address for block in codes(app) for address in addresses(block)}
    assert all(address.startswith(f"{PUBLIC}/") for address in whole), whole
    assert whole or page == "start"
    assert "Example Institute" in html(app)
    if page == "gene":
        linked = [cell["h"] for row in shown_table(app).cells for cell in row.values() if cell.get("h")]
        assert linked
        assert all(address.startswith("/cnv/") for address in linked), linked
    settings.store().close()


@pytest.mark.parametrize(
    ("url", "path", "server"),
    [
        ("https://h.example/cnv/gene", "", "https://h.example/cnv"),
        ("https://h.example/cnv/", "", "https://h.example/cnv"),
        ("https://h.example/gene?gene=A", "", "https://h.example"),
        ("https://h.example", "", "https://h.example"),
        ("https://h.example/my/gene/gene", "/my/gene", "https://h.example/my/gene"),
        ("https://h.example/my/gene/", "/my/gene", "https://h.example/my/gene"),
    ],
)
def test_a_shared_link_keeps_the_path_of_the_open_page(url: str, path: str, server: str) -> None:
    assert links.server_of(url, path) == server
    assert links.whole(server, "/data") == f"{server}/data"


def test_a_file_with_faults_does_not_start_a_server(tmp_path: Path) -> None:
    file = tmp_path / "operator.toml"
    file.write_text("granularty = 'boolean'\nsmallest_cell = 1\n")
    command = [sys.executable, "-m", "dashboard", "--port", "0", "--operator", str(file)]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 2
    assert "did you mean granularity?" in ended.stderr
    assert "smallest_cell takes" in ended.stderr
    assert "Traceback" not in ended.stderr
