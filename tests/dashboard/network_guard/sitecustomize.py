"""Read by Python when a process begins: writes every address outside the loopback that the process asks for to a file."""

import os
import sys

_FILE = os.environ["NETWORK_GUARD"]
_INSIDE = ("127.", "::1", "localhost", "0.0.0.0")


def _guard(event: str, arguments: tuple[object, ...]) -> None:
    if event == "socket.getaddrinfo":
        host = arguments[0]
    elif event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        address = arguments[1]
        if not isinstance(address, tuple):
            return
        host = address[0]
    elif event in ("socket.gethostbyname", "socket.gethostbyaddr"):
        host = arguments[0]
    else:
        return
    name = host.decode() if isinstance(host, bytes) else str(host or "localhost")
    if not name.startswith(_INSIDE):
        handle = os.open(_FILE, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        os.write(handle, f"{event} {name}\n".encode())
        os.close(handle)


sys.addaudithook(_guard)
