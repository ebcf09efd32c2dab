"""The whole fetch: what is wanted in, a folder of whole files with a manifest and a summary out.

Everything runs in one event loop, so that Ctrl-C ends it at once; whatever ends it, the manifest names what is whole.
"""

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import polars as pl

from data_prep.errors import system_refusals
from data_prep.fetch import manifest as manifests
from data_prep.fetch import tables
from data_prep.fetch.connection import Patience, bucket_store, endpoint_of, web_address, web_store
from data_prep.fetch.errors import FetchError, ObjectError, Reason, disk_fault
from data_prep.fetch.listing import Bucket, Layout, call_file, read_layout, search
from data_prep.fetch.manifest import Entry, Manifest
from data_prep.fetch.releases import RELEASES, BucketFolder, plain_key
from data_prep.fetch.transfer import Outcome, Wanted, begin, fetch, in_parallel, is_there, look_up
from data_prep.inputs.samples import read_samples
from data_prep.system.folders import exclusive_lock

Progress = Callable[[str, int, int], None]
"""Told of the stage, what is done of it, and what there is to do."""

CALLS: Final = "vcf"
"""The folder of the call files."""
GIVE_UP_AFTER: Final = 20
"""Samples that fail one after the other before the rest is not tried."""

_ADVICE: Final = "check the connection, --endpoint and --prefix"


@dataclass(frozen=True, slots=True)
class FetchRequest:
    """What to fetch."""

    release: str
    out: Path
    samples: tuple[str, ...] = ()
    """Names; none and no population: everybody."""
    populations: tuple[str, ...] = ()
    """Codes of populations and super-populations."""
    prefix: str | None = None
    """The folder of the samples, in the release's bucket or as `s3://bucket/folder/`."""
    endpoint: str | None = None
    """Another S3 server than Amazon's."""
    mirror: str | None = None
    """A web server with the tables, a folder a host."""
    gencode: int | None = None
    """Gene models of this release of GENCODE too."""
    masks: bool = False
    """Segmental duplications too."""
    md5sum: bool = True
    """Compare with the `.md5sum` objects."""
    jobs: int = 16
    """Samples at a time."""
    patience: Patience = field(default_factory=Patience)


@dataclass(frozen=True, slots=True)
class Failure:
    """An object that was not fetched."""

    name: str
    reason: Reason
    sentence: str


@dataclass(slots=True)
class Summary:
    """What a fetch did."""

    out: Path
    place: str = ""
    fetched: int = 0
    unchanged: int = 0
    renewed: int = 0
    resumed: int = 0
    received: int = 0
    """Bytes of these files that came over the network."""
    calls: int = 0
    """Call files that are whole now, of those asked for."""
    failed: list[Failure] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    seconds: float = 0

    def reasons(self) -> dict[str, int]:
        """Failures by reason, the most frequent first."""
        return {str(reason): n for reason, n in Counter(failure.reason for failure in self.failed).most_common()}


async def run(request: FetchRequest, progress: Progress | None = None) -> Summary:
    """Fetches what is wanted.

    Raises FetchError, SampleTableError or ManifestError, each with one sentence, where nothing can be fetched, and
    SystemRefusalError for the disk; objects that failed are in the summary's `failed`.
    """
    began = time.monotonic()
    if request.release not in RELEASES:
        raise FetchError(f"the release {request.release!r} is none of {', '.join(RELEASES)}")
    for option, address in (("--endpoint", request.endpoint), ("--mirror", request.mirror)):
        _check_address(option, address)
    _make(request.out)
    with system_refusals(), _fetching_lock(request.out):
        work = _Fetch(request, progress or (lambda stage, done, todo: None))
        try:
            await work.run()
        except BaseException:
            # what went wrong first is what is said, and a full disk has no room for the manifest either
            with contextlib.suppress(FetchError):
                work.save()
            raise
        work.save()
        work.summary.seconds = time.monotonic() - began
        return work.summary


def _check_address(option: str, address: str | None) -> None:
    """Raises FetchError for what is no address of a web server, on which the client would end the program."""
    parts = urlsplit(address or "https://none")
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise FetchError(f"{option} {address} is no address: write it with http:// or https://")


def _make(out: Path) -> None:
    """Makes the folder to fetch into; raises FetchError where it cannot be."""
    if out.exists() and not out.is_dir():
        raise FetchError(f"{out} is a file and no folder to fetch into: give another --out")
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FetchError(f"the folder {out} cannot be made ({error.strerror}): give another --out") from error


@contextlib.contextmanager
def _fetching_lock(out: Path) -> Iterator[None]:
    """While one process holds it, no other fetches into `out`; raises FetchError where one does."""
    with contextlib.ExitStack() as stack:
        try:
            stack.enter_context(exclusive_lock(out / ".fetch.lock", wait=False))
        except BlockingIOError as error:
            raise FetchError(f"another fetch is at work in {out}: wait for its end or give another --out") from error
        yield


class _Fetch:
    """One run: what it has learned so far."""

    def __init__(self, request: FetchRequest, progress: Progress) -> None:
        self.request = request
        self.progress = progress
        self.patience = request.patience
        self.summary = Summary(request.out)
        self.old = manifests.read(request.out)
        if self.old is not None and self.old.release != request.release:
            raise FetchError(
                f"{request.out} holds release {self.old.release}: give another --out for {request.release}, "
                "one person's calls of two releases must not be counted together"
            )
        self.entries: dict[str, Entry] = dict(self.old.entries) if self.old else {}
        self.source: tuple[BucketFolder, str] | None = None
        """The place in use and its endpoint."""
        self.plain_names = False
        """The CNV files have plain names as far as is known, so that each is asked for without a listing."""
        self.begun: set[str] = set()
        """Samples of which something lies in the folder, whole or not."""

    async def run(self) -> None:
        people = await self._people()
        chosen = self._chosen(people)
        bucket, layout = await self._layout(frozenset(people.get_column("sample")))
        await self._calls(bucket, layout, chosen)
        await self._extras()

    def save(self) -> None:
        """Writes the manifest of what is whole."""
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        if self.source is not None:
            place, endpoint = self.source
            manifest = Manifest(self.request.release, place.bucket, place.prefix or "", endpoint, now)
        elif self.old is not None:
            manifest = replace(self.old, fetched_at=now)
        else:
            manifest = Manifest(self.request.release, "", "", "", now)
        manifest.entries = {path: entry for path, entry in self.entries.items() if (self.request.out / path).exists()}
        if not manifest.entries and self.source is None and self.old is None:
            return
        try:
            manifests.write(self.request.out, manifest)
        except OSError as error:
            raise disk_fault(self.request.out / manifests.NAME, error) from error

    # tables

    async def _people(self) -> pl.DataFrame:
        """The sample table, after the tables were fetched."""
        wanted = [*map(self._table, (tables.PEDIGREE, tables.UNRELATED, tables.RELATED)), self._portal_table()]
        await asyncio.gather(*wanted)
        pedigree = self.request.out / tables.PEDIGREE.name
        if not pedigree.exists():
            address = web_address(tables.PEDIGREE.url, self.request.mirror)
            why = next(failure.sentence for failure in self.summary.failed if failure.name == address)
            raise FetchError(
                f"the sample table could not be fetched ({why}): check the connection, or put {pedigree.name} into "
                f"{self.request.out} yourself"
            )
        frame = read_samples(pedigree).frame
        self._write_unrelated(frame)
        return frame

    def _write_unrelated(self, people: pl.DataFrame) -> None:
        index, related = (self.request.out / table.name for table in (tables.UNRELATED, tables.RELATED))
        if not index.exists():
            return
        names = tables.names_in_index(index)
        self._write(tables.UNRELATED_NAMES, "\n".join(names) + "\n")
        if related.exists():
            everybody = set(people.get_column("sample"))
            others = set(tables.names_in_index(related))
            if set(names) & others or set(names) | others != everybody:
                self.summary.notes.append(
                    f"{index.name} and {related.name} name {len(set(names) | others):,} samples, "
                    f"{len(set(names) & others):,} of them both; the sample table has {len(everybody):,}"
                )

    def _write(self, name: str, text: str) -> None:
        path = self.request.out / name
        try:
            manifests.write_whole(path, text.encode())
        except OSError as error:
            raise disk_fault(path, error) from error

    async def _table(self, table: tables.WebTable) -> bool:
        store, key = web_store(table.url, self.request.mirror, self.patience)
        address = web_address(table.url, self.request.mirror)
        beside = f"{key.rpartition('/')[0]}/{table.md5sums}" if table.md5sums else None
        return await self._fetch_object(
            lambda: look_up(store, key, address, table.name, self.patience, beside, origin=table.url), address
        )

    async def _portal_table(self) -> None:
        bucket, region = tables.PORTAL_BUCKET
        name = f"s3://{bucket}/{tables.PORTAL_KEY}"
        store = bucket_store(bucket, region, self.request.endpoint or endpoint_of(region), self.patience)
        path = tables.PORTAL_KEY.rpartition("/")[2]
        await self._fetch_object(lambda: look_up(store, tables.PORTAL_KEY, name, path, self.patience), name)

    async def _extras(self) -> None:
        if self.request.gencode is not None:
            await self._table(tables.gencode(self.request.gencode))
        if self.request.masks and await self._table(tables.DUPLICATIONS):
            bed = tables.duplications_as_bed(self.request.out / tables.DUPLICATIONS.name)
            self._write(tables.DUPLICATIONS_BED, bed)

    # calls

    def _chosen(self, people: pl.DataFrame) -> list[str]:
        """The samples asked for, sorted. Raises FetchError for a name that the sample table does not have."""
        if not self.request.samples and not self.request.populations:
            return people.get_column("sample").to_list()
        known = set(people.get_column("sample"))
        strangers = [name for name in self.request.samples if name not in known]
        if strangers:
            raise FetchError(
                f"{strangers[0]} is no sample of the 1000 Genomes Project's 3,202: {_meant(strangers[0], known)}check the spelling"
            )
        codes = {*people.get_column("population"), *people.get_column("superpopulation")}
        wrong = [code for code in self.request.populations if code not in codes]
        if wrong:
            raise FetchError(
                f"{wrong[0]} is no population of the sample table: {_meant(wrong[0], codes)}it has {', '.join(sorted(codes))}"
            )
        wanted = list(self.request.populations)
        inside = people.filter(pl.col("population").is_in(wanted) | pl.col("superpopulation").is_in(wanted))
        return sorted({*self.request.samples, *inside.get_column("sample")})

    async def _layout(self, people: frozenset[str]) -> tuple[Bucket, Layout]:
        """The bucket and folder to fetch from: the one asked for, else the first known one with samples, else searched."""
        self.progress("listing", 0, 0)
        problems: list[str] = []
        empty: list[BucketFolder] = []
        for place in self._places():
            if place.prefix is None:
                empty.append(place)
                continue
            bucket = self._bucket(place)
            try:
                layout = await read_layout(bucket, place.prefix, people)
            except ObjectError as error:
                problems.append(str(error))
                continue
            if layout.samples:
                return self._use(bucket, place, layout)
            problems.append(f"s3://{place.bucket}/{place.prefix} has no folder of a sample")
            empty.append(place)
        if empty and self.request.prefix is None:
            self.summary.notes.extend(problems)
            return await self._search(empty[0], people)
        raise FetchError(f"no samples were found ({'; '.join(problems)}): {_ADVICE}")

    async def _search(self, place: BucketFolder, people: frozenset[str]) -> tuple[Bucket, Layout]:
        bucket = self._bucket(place)
        try:
            layout, seen = await search(bucket, people)
        except ObjectError as error:
            raise FetchError(f"{error}: {_ADVICE}") from error
        self.summary.notes.extend(seen)
        self.summary.notes.append(f"the folder of release {self.request.release} was searched: {layout.prefix} is used")
        return self._use(bucket, replace(place, prefix=layout.prefix), layout)

    def _places(self) -> tuple[BucketFolder, ...]:
        places = RELEASES[self.request.release].places
        given = self.request.prefix
        if given is None:
            return places
        bucket, prefix = places[0].bucket, given
        if given.startswith("s3://"):
            bucket, _, prefix = given.removeprefix("s3://").partition("/")
        region = next((place.region for place in places if place.bucket == bucket), places[0].region)
        return (BucketFolder(bucket, region, f"{prefix.strip('/')}/"),)

    def _bucket(self, place: BucketFolder) -> Bucket:
        endpoint = self.request.endpoint or endpoint_of(place.region)
        store = bucket_store(place.bucket, place.region, endpoint, self.patience)
        return Bucket(place.bucket, store, self.patience, self.request.endpoint)

    def _use(self, bucket: Bucket, place: BucketFolder, layout: Layout) -> tuple[Bucket, Layout]:
        endpoint = self.request.endpoint or endpoint_of(place.region)
        self.summary.place = f"s3://{place.bucket}/{layout.prefix}"
        if self.old is not None and self.old.prefix and self.old.place() != self.summary.place:
            raise FetchError(
                f"{self.request.out} was fetched from {self.old.place()}, now {self.summary.place} would be used: "
                "give another --out, or the old place with --prefix"
            )
        self.source = (place, endpoint)
        self.plain_names = place.plain_names
        if layout.passed_over:
            self.summary.notes.append(f"passed over in {layout.prefix}: {_some(layout.passed_over)}")
        twice = sum(len(folders) > 1 for folders in layout.folders.values())
        if twice:
            self.summary.notes.append(f"{twice:,} samples have several folders: one file of each is taken")
        return bucket, layout

    async def _calls(self, bucket: Bucket, layout: Layout, chosen: Sequence[str]) -> None:
        present = [sample for sample in chosen if sample in layout.samples]
        absent = [sample for sample in chosen if sample not in layout.samples]
        done = 0
        in_a_row = 0
        folder = self.request.out / CALLS
        self.begun = {path.name.partition(".")[0] for path in folder.iterdir()} if folder.is_dir() else set()

        async def fetch_sample(sample: str) -> None:
            nonlocal done, in_a_row
            if in_a_row >= GIVE_UP_AFTER:
                self._failed(sample, ObjectError(Reason.NOT_TRIED, f"{sample}: not tried, too many failed before it"))
            else:
                worked = await self._sample(bucket, layout, sample, absent)
                in_a_row = 0 if worked else in_a_row + 1
            done += 1
            self.progress("fetching", done, len(present))

        self.progress("fetching", 0, len(present))
        await in_parallel(present, self.request.jobs, fetch_sample)
        if absent:
            self.summary.notes.append(
                f"{len(absent):,} samples have no CNV file in this release: {_some(sorted(absent))}"
            )
        for sample in sorted(set(absent) & set(self.request.samples)):
            self._failed(sample, ObjectError(Reason.MISSING, f"{sample} has no CNV file in {self.summary.place}"))

    async def _sample(self, bucket: Bucket, layout: Layout, sample: str, absent: list[str]) -> bool:
        """Fetches the file of one sample; False where that failed."""
        path = f"{CALLS}/{sample}.cnv.vcf.gz"
        known = self.entries.get(path)
        for again in (False, True):
            try:
                if known is not None and await self._as_before(bucket, known):
                    outcome: Outcome | None = Outcome(known, unchanged=True)
                else:
                    outcome = await self._by_name(bucket, layout, sample, path, known)
                    if outcome is None:
                        outcome = await self._by_listing(bucket, layout, sample, path, known)
                if outcome is None:
                    absent.append(sample)
                    return True
                self._done(outcome)
                self.summary.calls += 1
                return True
            except ObjectError as error:
                if error.reason is Reason.CHANGED and not again:
                    self.begun.add(sample)
                    continue
                self._failed(sample, error)
                return False
        raise AssertionError("a sample that was neither fetched nor failed")

    async def _by_name(
        self, bucket: Bucket, layout: Layout, sample: str, path: str, known: Entry | None
    ) -> Outcome | None:
        """The file of one sample by its plain name; None where there is none of it, or it is not known to be called so."""
        folders = layout.folders.get(sample)
        key = plain_key(folders[0], sample) if folders and self.plain_names else None
        if key is None:
            return None
        md5sum = f"{key}.md5sum" if self.request.md5sum else None
        ask = (bucket.store, key, f"{key}{bucket.where}", path, self.patience, md5sum, sample, key)
        try:
            wanted, answer = (await look_up(*ask), None) if sample in self.begun else await begin(*ask)
        except ObjectError as error:
            if error.reason is Reason.MISSING:
                return None
            raise
        return await fetch(wanted, self.request.out, known, self.patience, answer)

    async def _by_listing(
        self, bucket: Bucket, layout: Layout, sample: str, path: str, known: Entry | None
    ) -> Outcome | None:
        """The file of one sample that its folder's listing shows; None where there is none.

        What it is called tells how the next ones are asked for.
        """
        call = await call_file(bucket, layout, sample)
        if call is None:
            return None
        if folders := layout.folders.get(sample):
            plain = plain_key(folders[0], sample)
            self.plain_names = call.key == plain if plain else self.plain_names
        md5sum = call.md5sum if self.request.md5sum else None
        name = f"{call.key}{bucket.where}"
        wanted = Wanted(
            bucket.store, call.key, name, path, call.size, call.etag, md5sum=md5sum, sample=sample, origin=call.key
        )
        return await fetch(wanted, self.request.out, known, self.patience)

    async def _as_before(self, bucket: Bucket, known: Entry) -> bool:
        """Whether a file and the object that it was fetched from are what they were: then no folder need be listed."""
        try:
            now = await look_up(bucket.store, known.key, f"{known.key}{bucket.where}", known.path, self.patience)
        except ObjectError as error:
            if error.reason is Reason.MISSING:
                return False
            raise
        return await is_there(now, self.request.out, known)

    # both

    async def _fetch_object(self, find: Callable[[], Awaitable[Wanted]], name: str) -> bool:
        """Fetches one file outside the calls; False where that failed."""
        try:
            wanted = await find()
            self._done(await fetch(wanted, self.request.out, self.entries.get(wanted.path), self.patience))
        except ObjectError as error:
            self._failed(name, error)
            return False
        return True

    def _done(self, outcome: Outcome) -> None:
        self.entries[outcome.entry.path] = outcome.entry
        self.summary.unchanged += outcome.unchanged
        self.summary.fetched += not outcome.unchanged
        self.summary.renewed += outcome.renewed
        self.summary.resumed += outcome.resumed
        self.summary.received += outcome.received

    def _failed(self, name: str, error: ObjectError) -> None:
        self.summary.failed.append(Failure(name, error.reason, str(error)))


def _some(names: Sequence[str], most: int = 5) -> str:
    return ", ".join(names[:most]) + (f" and {len(names) - most:,} more" if len(names) > most else "")


def _meant(typed: str, names: Collection[str]) -> str:
    """The name that somebody meant who typed it in other letters, or nearly, as a question; empty where none is near."""
    by_capitals = {name.upper(): name for name in names}
    near = get_close_matches(typed.strip().upper(), by_capitals, 1)
    return f"did you mean {by_capitals[near[0]]}? " if near else ""
