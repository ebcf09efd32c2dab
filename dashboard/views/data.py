"""The data: where the calls come from, what became of every record, what the words mean, and everything to download."""

from dashboard import settings
from dashboard.components import data, markup
from dashboard.components.api_call import api_menu, dataset_calls
from dashboard.components.menu import page_head
from dashboard.components.run import current
from dashboard.components.sections import TELLS, Section
from dashboard.components.trios import trios
from dashboard.downloads.catalogue import download_of
from dashboard.question import links, subject
from dashboard.question.filters import Filters
from dashboard.store.cohort import release

run = current()
addresses = {
    words: links.whole(run.url, address)
    for tells, words, address in (
        (
            download_of("carriers").tells,
            "carriers of losses of the coding sequence of GSTM1",
            links.download("carriers", "csv", subject.gene("GSTM1"), Filters()),
        ),
        (
            download_of("frequencies").tells,
            "frequencies of what touches a region, at PASS",
            f"{links.download('frequencies', 'csv', subject.Subject(subject.Kind.REGION, '22q11.21'), Filters())}&filter=pass",
        ),
        (
            download_of("genes").tells,
            "the genes of a region, each with its carriers",
            links.download("genes", "csv", subject.Subject(subject.Kind.REGION, "22q11.21"), Filters()),
        ),
        (TELLS[Section.DATABASE], "the database", links.DATABASE),
    )
    if settings.disclosure().tells(tells)
}
page_head(
    markup.element("div", markup.element("h1", "Data and definitions"), class_="cnv-head"),
    api_menu(run, dataset_calls(run.filters.callset)),
)
data.callset_table(run.database, run.filters)
data.contents(has_programs=bool(addresses))
data.callset_limits()
data.provenance(run.database)
data.import_report(run.database)
trios(run)
data.problem_region_table(run.database)
data.definitions(release(run.database).callers)
data.database_file(run.database)
data.programs(addresses)
data.data_dictionary(run.database)
