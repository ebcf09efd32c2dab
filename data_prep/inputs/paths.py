"""The VCF files that a person names, by paths, folders, patterns and lists, and the names that a database knows them by.

A file goes by its path below what the person gave, since a database is downloaded and its maker's folders are nobody's
business.
"""

import hashlib
import os
from collections.abc import Sequence
from glob import glob, has_magic
from itertools import takewhile
from pathlib import Path
from typing import Final

from data_prep.errors import UserError

ENDINGS: Final = (".vcf", ".vcf.gz", ".vcf.bgz")
"""What the names of VCF files end in, in small or capital letters."""


class ReadingError(UserError):
    """Files that cannot be found, or not be read as the person asks; the message is one sentence."""


def find_files(paths: Sequence[str]) -> list[str]:
    """The VCF files that paths, folders, glob patterns and lists name, sorted, each once.

    A folder stands for every `*.vcf`, `*.vcf.gz` and `*.vcf.bgz` below it, in folders that links lead to as well, `@FILE`
    for what the lines of that file name. A folder below that cannot be looked into stands for itself, so that it is
    reported as not read. Raises ReadingError for a path that names nothing.
    """
    return list(find_named_files(paths))


def find_named_files(paths: Sequence[str]) -> dict[str, str]:
    """The files of `find_files`, each with its path below what was given: the name by which a database knows it.

    Of a folder that is the path below it, of a pattern the path below its last folder without a wildcard, of a file its
    name. What is given with `/./` in it, alone or in a list, is named by all that follows the last one, as in rsync.
    """
    labels: dict[str, str] = {}

    def add(name: str, label: str) -> None:
        # given twice, as a file and in its folder, say: the longer name tells more, whatever came first
        labels[name] = max(labels.get(name, ""), label, key=lambda text: (len(text), text))

    for given in paths:
        path = Path(given)
        if given.startswith("@") and not path.exists():
            try:
                for name, label in find_named_files(_read_list(given[1:])).items():
                    add(name, label)
            except ReadingError as error:
                raise (
                    error if str(error).startswith("the list ") else ReadingError(f"the list {given[1:]}: {error}")
                ) from error
            continue
        if path.is_dir():
            files = _files_below(path)
            if not files:
                binary = next(path.rglob("*.bcf"), None)
                raise ReadingError(
                    f"the folder {given} holds no .vcf, .vcf.gz or .vcf.bgz file: "
                    + ("convert its BCF files with `bcftools view`" if binary else "give the folder with the CNV VCFs")
                )
        elif path.exists():
            files = [str(path)]
        else:
            files = [p for p in glob(given, recursive=True) if Path(p).is_file()]  # noqa: PTH207  (patterns may be absolute)
            if not files:
                raise ReadingError(f"{given} names no file, folder or pattern that exists: check the spelling")
        base = _base(given, path)
        for name in files:
            add(name, str(Path(name).relative_to(base)))
    return dict(sorted(labels.items()))


def _base(given: str, path: Path) -> Path:
    """The folder below which the files that `given` names are named; `path` is what it is as a path."""
    before, mark, _ = given.rpartition("/./")
    if mark:
        return Path(before or "/")
    if path.is_dir():
        return path
    if path.exists():
        return path.parent
    return Path(*takewhile(lambda part: not has_magic(part), path.parent.parts))


def place_of(path: str) -> str:
    """What tells a file from others of its name, and knows it again, without naming a folder: a digest of its absolute path."""
    return hashlib.sha256(os.fsencode(os.path.abspath(path))).hexdigest()[:12]  # noqa: PTH100  (thousands)


def _files_below(folder: Path) -> list[str]:
    """The VCF files in and below a folder; a folder that several links lead to is looked into once."""
    paths: list[str] = []
    visited: set[str] = set()

    def add_closed_folder(error: OSError) -> None:
        if Path(error.filename) == folder:
            raise ReadingError(f"the folder {folder} cannot be looked into ({error.strerror})") from error
        paths.append(str(error.filename))

    for parent, folders, files in os.walk(folder, onerror=add_closed_folder, followlinks=True):
        place = os.path.realpath(parent)
        if place in visited:
            folders.clear()
            continue
        visited.add(place)
        folders.sort()
        paths += [str(Path(parent, name)) for name in files if name.lower().endswith(ENDINGS)]
    return paths


def _read_list(path: str) -> list[str]:
    """The lines of a list of files; raises ReadingError where there are none."""
    try:
        text = Path(path).read_bytes().removeprefix(b"\xef\xbb\xbf")
    except OSError as error:
        raise ReadingError(f"the list {path} cannot be read ({error.strerror}): check the spelling") from error
    lines = [os.fsdecode(line) for line in text.splitlines() if line.strip()]
    if not lines:
        raise ReadingError(f"the list {path} names no file: give one with a path on each line")
    return lines
