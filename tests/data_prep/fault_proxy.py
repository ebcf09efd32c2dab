"""A proxy between fetch and the S3 server that keeps a record of every request and spoils the ones it is told to."""

import re
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

SLOW_DOWN = (
    b'<?xml version="1.0"?><Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>'
)
_NOT_PASSED_ON = {"connection", "transfer-encoding", "content-length", "date", "server"}


@dataclass
class Fault:
    """What happens to requests whose method and path with query match a pattern, the first `times` of them."""

    pattern: str
    times: int = 1
    status: int | None = None
    """Answered with instead of the upstream's answer."""
    cut: int | None = None
    """The connection ends after so many bytes of the body."""
    stall: int | None = None
    """Nothing more comes after so many bytes of the body; -1: not even a header."""
    spoil: Callable[[bytes], bytes] | None = None
    """Changes the body, not the headers."""
    before: Callable[[], None] | None = None
    """Done before the request is passed on."""
    whole: bool = False
    """The upstream is not asked for a part."""
    headers: dict[str, str] = field(default_factory=dict)
    """Put in the place of the upstream's, names as `Etag`."""
    done: int = 0


@dataclass(frozen=True)
class Seen:
    """One request and what was sent back."""

    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    """With names in lower case."""
    status: int
    sent: int
    """Bytes of the body."""

    @property
    def listing(self) -> bool:
        return "list-type" in self.query


@dataclass
class Proxy:
    """Listens on the loopback and passes requests on to `upstream`, a port of the loopback."""

    upstream: int
    max_keys: int | None = None
    """Keys of a page of a listing."""
    faults: list[Fault] = field(default_factory=list)
    seen: list[Seen] = field(default_factory=list)
    stalled: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    """Released once for every answer that stalls."""

    def __post_init__(self) -> None:
        self.lock = threading.Lock()
        self.ended = threading.Event()
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                proxy.answer(self)

            do_HEAD = do_GET  # noqa: N815

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self.thread.start()
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"

    def close(self) -> None:
        self.ended.set()
        self.server.shutdown()
        self.server.server_close()

    def fault(self, pattern: str, **what: Any) -> Fault:
        """Adds a fault; the first that matches is taken."""
        one = Fault(pattern, **what)
        self.faults.append(one)
        return one

    def bodies(self, pattern: str) -> list[Seen]:
        """The GET requests of objects whose path matches."""
        return [one for one in self.seen if one.method == "GET" and not one.listing and re.search(pattern, one.path)]

    def _fault_for(self, line: str) -> Fault:
        with self.lock:
            for one in self.faults:
                if one.done < one.times and re.search(one.pattern, line):
                    one.done += 1
                    return one
        return Fault("")

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        line = f"{request.command} {request.path}"
        fault = self._fault_for(line)
        if fault.before:
            fault.before()
        if fault.stall == -1:
            self._record(request, 0, 0)
            self.stalled.release()
            self._hold(request)
            return
        if fault.status is not None:
            status, headers, body = fault.status, {"Content-Type": "application/xml"}, SLOW_DOWN
        else:
            status, headers, body = self._upstream(request, fault.whole)
        headers |= fault.headers
        length = headers.pop("Content-Length", None) if request.command == "HEAD" else str(len(body))
        if fault.spoil:
            body = fault.spoil(body)
        end = next((one for one in (fault.cut, fault.stall) if one is not None), len(body))
        self._record(request, status, min(end, len(body)))
        try:
            request.send_response_only(status)
            for name, value in headers.items():
                request.send_header(name, value)
            if length is not None:
                request.send_header("Content-Length", length)
            request.end_headers()
            request.wfile.write(body[:end])
            request.wfile.flush()
            if fault.stall is not None:
                self.stalled.release()
                self._hold(request)
            elif fault.cut is not None:
                request.close_connection = True
                request.connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            request.close_connection = True

    def _hold(self, request: BaseHTTPRequestHandler) -> None:
        """Sends nothing until the other side hangs up."""
        request.close_connection = True
        request.connection.settimeout(0.05)
        while not self.ended.is_set():
            try:
                if not request.connection.recv(1):
                    return
            except TimeoutError:
                continue
            except OSError:
                return

    def _upstream(self, request: BaseHTTPRequestHandler, whole: bool) -> tuple[int, dict[str, str], bytes]:
        path = request.path
        if self.max_keys is not None and "list-type=2" in path:
            path += f"&max-keys={self.max_keys}"
        headers = {
            name: value
            for name, value in request.headers.items()
            if name.lower() not in _NOT_PASSED_ON and not (whole and name.lower() == "range")
        }
        connection = HTTPConnection("127.0.0.1", self.upstream)
        try:
            connection.request(request.command, path, headers=headers)
            answer = connection.getresponse()
            body = answer.read()
            kept = {
                name: value
                for name, value in answer.getheaders()
                if name.lower() not in _NOT_PASSED_ON
                or (request.command == "HEAD" and name.lower() == "content-length")
            }
            return answer.status, {name.title(): value for name, value in kept.items()}, body
        finally:
            connection.close()

    def _record(self, request: BaseHTTPRequestHandler, status: int, sent: int) -> None:
        parts = urlsplit(request.path)
        with self.lock:
            self.seen.append(
                Seen(
                    request.command,
                    parts.path,
                    parse_qs(parts.query, keep_blank_values=True),
                    {name.lower(): value for name, value in request.headers.items()},
                    status,
                    sent if request.command == "GET" else 0,
                )
            )
