"""A real S3 server on the loopback (moto), in a process of its own that ends with this one.

Its packages lie in a folder apart, since they need other versions of some libraries than the project does.
"""

import hashlib
import os
import re
import subprocess
import sys
import urllib.request
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ROOT / ".moto"
_SERVE = """
import logging, sys
from moto.server import ThreadedMotoServer
logging.getLogger("werkzeug").setLevel(logging.ERROR)
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
print("port", server.get_host_and_port()[1], flush=True)
sys.stdin.read()
"""
_OWNER = {
    "Authorization": "AWS4-HMAC-SHA256 Credential=owner/20200101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0",
    "Content-Type": "application/octet-stream",
    "x-amz-acl": "public-read",
}


class S3Server:
    """Buckets that everybody may read, filled by the tests as their owner."""

    def __init__(self) -> None:
        assert PACKAGES.is_dir(), f"{PACKAGES} is missing: `make test` installs the S3 server there"
        self.process = subprocess.Popen(
            [sys.executable, "-c", _SERVE],
            env={**os.environ, "PYTHONPATH": str(PACKAGES)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self.process.stdout is not None
        line = next((line for line in self.process.stdout if line.startswith("port ")), None)
        assert line is not None, "the S3 server did not start"
        self.port = int(line.split()[1])
        self.buckets: set[str] = set()

    def _ask(self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] = _OWNER) -> bytes:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}", data=body, method=method, headers=dict(headers)
        )
        with urllib.request.urlopen(request) as answer:
            return bytes(answer.read())

    def reset(self) -> None:
        """Forgets every bucket."""
        self._ask("POST", "/moto-api/reset")
        self.buckets.clear()

    def put(self, bucket: str, key: str, content: bytes = b"") -> None:
        if bucket not in self.buckets:
            self._ask("PUT", f"/{bucket}")
            self.buckets.add(bucket)
        self._ask("PUT", f"/{bucket}/{key}", content)

    def put_in_parts(self, bucket: str, key: str, content: bytes) -> None:
        """Uploads an object in parts (one is enough), as large ones are: its ETag is no MD5."""
        begun = self._ask("POST", f"/{bucket}/{key}?uploads")
        found = re.search(rb"<UploadId>(.*?)</UploadId>", begun)
        assert found, begun
        upload = found[1].decode()
        self._ask("PUT", f"/{bucket}/{key}?partNumber=1&uploadId={upload}", content)
        tag = hashlib.md5(content).hexdigest()
        parts = f"<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>{tag}</ETag></Part></CompleteMultipartUpload>"
        self._ask("POST", f"/{bucket}/{key}?uploadId={upload}", parts.encode())

    def delete(self, bucket: str, key: str) -> None:
        self._ask("DELETE", f"/{bucket}/{key}")

    def close(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
