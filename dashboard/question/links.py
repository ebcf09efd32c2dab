"""The one place that makes addresses (rule R13): pages, downloads, and the whole link to share.

Names and values come from `Filters.to_query`, so a link says exactly what is set and nothing that is a default.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Final
from urllib.parse import quote, urlencode, urlsplit, urlunsplit

from dashboard import pages
from dashboard.question.filters import Filters
from dashboard.question.person import EVENT, SAMPLE, of_callset, of_person
from dashboard.question.subject import Kind, Subject, region
from dashboard.question.view import View
from data_prep.domain.assembly import ASSEMBLY
from data_prep.domain.intervals import Interval
from data_prep.domain.regions import region_in_address

DOWNLOADS: Final = "/download"
CHARTS: Final = "/chart"
ROWS: Final = "/rows"
CATALOGUE: Final = "catalogue"
"""The table of all sites, of no one place."""
GENE_TABLE: Final = "genes"
"""The table of genes, each with its carriers."""
DATABASE: Final = f"{DOWNLOADS}/cnv.duckdb"
HEALTH: Final = "/health"
SUGGEST: Final = "/suggest"
BEACON: Final = "/beacon"
CNV_FREQUENCY: Final = f"{BEACON}/services/cnvFrequency"
RULES: Final = "/rules"
GLOSSARY: Final = "/glossary"


def plain_page(path: str, filters: Filters) -> str:
    """The page at a path with nothing in particular to show, the filters kept for the next one."""
    return address(pages.page_at(path).path, filters.to_query())


def page(subject: Subject, filters: Filters, view: View | None = None) -> str:
    """The page of a gene, region or site: `/gene?gene=GSTM1&filter=pass`; with `view` as it shows that, `&tab=carriers`."""
    query = subject.query(filters) | (view.to_query() if view else {})
    return address(pages.page_of(subject.kind.value).path, query)


def regions(filters: Filters) -> Callable[[Interval], str]:
    """Makes the address of the page of any region, as `page` does, for whoever needs hundreds."""
    anywhere = Interval("chr1", 0, 1)
    before, _, after = page(region(anywhere), filters).partition(region_in_address(anywhere))
    return lambda place: before + region_in_address(place) + after


def gene_list(names: Iterable[str], filters: Filters) -> str:
    """The page of several genes: `/genes?gene=GSTM1,RHD&filter=pass`."""
    return address(pages.GENES, {Kind.GENE.value: ",".join(names), **filters.to_query()})


def gene_list_download(names: Iterable[str], file_format: str, filters: Filters) -> str:
    """Several genes as a file: `/download/genes.csv?gene=GSTM1,RHD&filter=pass`."""
    query = {Kind.GENE.value: ",".join(names), **filters.to_query()}
    return address(f"{DOWNLOADS}/{GENE_TABLE}.{file_format}", query)


def person(sample: str, filters: Filters, event: str = "", view: View | None = None) -> str:
    """The page of a person: `/sample?sample=HG00096&filter=pass`; with `event` that one is drawn with those of parents and children."""
    return address(pages.PERSON, _of_person(sample, event) | filters.to_query() | (view.to_query() if view else {}))


def _of_person(sample: str, event: str = "") -> dict[str, str]:
    return {SAMPLE: sample} | ({EVENT: event} if event else {})


def person_query(sample: str, filters: Filters, event: str = "") -> dict[str, str]:
    """Names and values with which files, charts and rows of a person are asked for: the filters that a person can be asked alone."""
    return _of_person(sample, event) | of_person(filters).to_query()


def person_download(table: str, file_format: str, sample: str, filters: Filters) -> str:
    """A table about a person as a file: `/download/events.csv?sample=HG00096&filter=pass`."""
    return address(f"{DOWNLOADS}/{table}.{file_format}", person_query(sample, filters))


def person_chart(name: str, file_format: str, sample: str, filters: Filters, event: str = "") -> str:
    """A chart about a person as a picture: `/chart/karyotype.svg?sample=HG00096`."""
    return address(f"{CHARTS}/{name}.{file_format}", person_query(sample, filters, event))


def callset_download(table: str, file_format: str, filters: Filters) -> str:
    """A table about the callset as a file: `/download/trios.csv`."""
    return address(f"{DOWNLOADS}/{table}.{file_format}", Filters(callset=filters.callset).to_query())


def callset_chart(name: str, file_format: str, filters: Filters) -> str:
    """A chart about the callset as a picture: `/chart/trios.svg?filter=pass`."""
    return address(f"{CHARTS}/{name}.{file_format}", of_callset(filters).to_query())


def catalogue(region: str, filters: Filters) -> str:
    """The catalogue of sites, of those that touch a region: `/sites?region=chr1:109687570-109697444`."""
    return address(pages.SITES, ({Kind.REGION.value: region} if region else {}) | filters.to_query())


def empty_page(kind: Kind, filters: Filters) -> str:
    """The page that asks which gene or region."""
    return plain_page(pages.page_of(kind.value).path, filters)


def page_with(entry: pages.Page, values: Mapping[str, str], filters: Filters) -> str:
    """A page of the list, of what these names and values say of its subject: `/sample?sample=HG00096`.

    The bar leads so to what the address that is open names already.
    """
    name = values.get(entry.subject, "") if entry.subject else ""
    return address(entry.path, ({entry.subject: name} if name else {}) | filters.to_query())


def download(table: str, file_format: str, subject: Subject, filters: Filters) -> str:
    """A table about a gene, region or site as a file: `/download/carriers.csv?gene=GSTM1&filter=pass`."""
    return address(f"{DOWNLOADS}/{table}.{file_format}", subject.query(filters))


def rows(table: str, query: Mapping[str, str]) -> str:
    """Where a table of a page asks for its rows: `/rows/carriers?gene=GSTM1&filter=pass`, to which order and cut are added."""
    return address(f"{ROWS}/{table}", query)


def chart(name: str, file_format: str, subject: Subject, filters: Filters, view: View | None = None) -> str:
    """A chart of the page as a picture: `/chart/frequency-loss.svg?gene=GSTM1&filter=pass`; with `view` grouped and scaled as there."""
    shown = view.to_query() if view else {}
    drawn = {key: shown[key] for key in ("by", "scale") if key in shown}
    return address(f"{CHARTS}/{name}.{file_format}", subject.query(filters) | drawn)


def address(path: str, query: Mapping[str, str]) -> str:
    """A path with its query; commas and colons stay readable."""
    return f"{path}?{urlencode(query, safe=',:', quote_via=quote)}" if query else path


def browser_addresses(interval: Interval, gene_id: str | None = None, symbol: str | None = None) -> dict[str, str]:
    """The same place in other browsers, at GRCh38, by name: a gene's page where there is one, else the region."""
    bare = interval.chrom.removeprefix("chr")
    region = f"{bare}:{interval.start + 1}-{interval.end}"
    dashed = region.replace(":", "-")
    ensembl = gene_id is not None and gene_id.startswith("ENSG")
    return {
        "Ensembl": f"https://www.ensembl.org/Homo_sapiens/Gene/Summary?g={gene_id}"
        if ensembl
        else f"https://www.ensembl.org/Homo_sapiens/Location/View?r={region}",
        "gnomAD": f"https://gnomad.broadinstitute.org/gene/{gene_id}?dataset=gnomad_sv_r4"
        if ensembl
        else f"https://gnomad.broadinstitute.org/region/{dashed}?dataset=gnomad_sv_r4",
        "DECIPHER": f"https://www.deciphergenomics.org/gene/{quote(symbol)}/overview"
        if symbol
        else f"https://www.deciphergenomics.org/browser#q/{region}",
        "UCSC": f"https://genome.ucsc.edu/cgi-bin/hgTracks?db={ASSEMBLY.ucsc}&position=chr{region}",
        "DGV": f"http://dgv.tcag.ca/gb2/gbrowse/dgv2_{ASSEMBLY.ucsc}/?name=chr{region}",
    }


def server_of(page_url: str, path: str = "") -> str:
    """The address of the server that a page was opened on, without a slash at its end.

    `path` is the one below which it stands; where nobody says one, it is what stands before the path of the page.
    """
    if path:
        return urlunsplit((*urlsplit(page_url)[:2], path, "", ""))
    server = page_url.partition("?")[0].rstrip("/")
    for known in pages.paths():
        if known != pages.START and server.endswith(known):
            return server.removesuffix(known)
    return server


def whole(server: str, path: str) -> str:
    """The address to share: a path of ours on the server that this is the address of."""
    return f"{server}{path}"
