"""How many answers leave at once: in all, and to one client, so that a client that stalls does not keep the others out."""

import ipaddress
from collections import Counter
from collections.abc import Callable
from urllib.parse import quote

from starlette.requests import HTTPConnection, Request

from dashboard.question.locus import cut


class Slots:
    """Places for answers that are on their way. Used from the event loop alone."""

    def __init__(self, total: int, for_one_client: int) -> None:
        self._total = total
        self._for_one_client = for_one_client
        self._taken: Counter[str] = Counter()

    def take(self, request: Request) -> Callable[[], None] | int:
        """What gives the place back, once; or the status of a refusal: 429 for this client's own, 503 for everyone's."""
        client = client_of(request)
        if self._taken[client] >= self._for_one_client:
            return 429
        if self._taken.total() >= self._total:
            return 503
        self._taken[client] += 1
        given_back = False

        def give_back() -> None:
            nonlocal given_back
            if not given_back:
                given_back = True
                self._taken[client] -= 1
                if not self._taken[client]:
                    del self._taken[client]

        return give_back


def client_of(request: HTTPConnection) -> str:
    """Who asks: the address, as a trusted proxy tells it; of IPv6 the network of a household, which has 2^64 addresses."""
    host = request.client.host if request.client else ""
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return host
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(ipaddress.IPv6Network((address, 64), strict=False))
    return host


def address_of(request: Request) -> str:
    """What was asked for, as a line of a log may hold it: path and query, percent-encoded as they came, not too long."""
    query = f"?{request.url.query}" if request.url.query else ""
    return cut(quote(request.url.path) + query, 300)
