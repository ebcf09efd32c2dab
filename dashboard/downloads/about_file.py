"""What a downloaded file says about itself: the place, what was counted and in whom, the release, how to cite it."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

from dashboard import settings
from dashboard.door.question import Question
from dashboard.formats.about import About, file_name
from dashboard.question import links
from dashboard.question.filters import Filters
from dashboard.store.callability import Callability, callability, no_share
from dashboard.store.cohort import release
from dashboard.store.database import Generation
from dashboard.store.genes import Gene
from dashboard.store.panel import count_people, relatives_counted
from dashboard.words import callers as caller_words
from dashboard.words import filters as filter_words
from dashboard.words import quantities
from dashboard.words.seen import FEW_CALLS, NOT_ASSESSABLE, RELATIVES, note
from data_prep.domain.assembly import ASSEMBLY

INTERVAL: Final = "95 % Wilson score interval"
ORDER: Final = (
    "place",
    "assembly",
    "counted",
    "people",
    "level",
    "event",
    "interval",
    "seen",
    "no_frequency",
    "withheld",
    "not_called",
    "address",
    "release",
    "source",
    "gene_models",
    "database",
    "built",
    "cite",
)
"""The facts in the order in which a file tells them."""


def about(question: Question, table: str, suffix: str) -> About:
    """The words for a table in a format."""
    filters, target = question.filters, question.target
    counted = count_people(question.database, target.interval.chrom, filters)
    least = settings.disclosure().smallest_cell
    left_out = "" if least else filter_words.exclusions(target.interval.chrom, counted.marked, counted.sex_mismatch)
    related = relatives_counted(question.database, target.interval.chrom, filters)
    events = filter_words.events_counted(filters, target)
    if table == "sites":
        events = f"{filter_words.events(filters)} of sites that touch the {target.kind.noun}"
    if table == "genes":
        events = filter_words.events_counted_by_gene(filters)
    place = callability(question.database, target, filters) if table not in ("genes", "sites") else None
    facts = {
        "place": question.place,
        "counted": events,
        "people": f"{quantities.count(counted.counted)} {filter_words.group(filters)}"
        + (f"; {left_out}" if left_out else ""),
        "interval": INTERVAL + ("; " + RELATIVES if related else ""),
        "seen": _seen(place) if place else "",
        "no_frequency": _no_frequency(question, place) if place else "",
        "address": settings.public_path() + links.download(table, suffix, question.subject, filters),
    }
    return _about(f"{table} at {question.title}", question.database, filters, facts)


def about_genes(database: Generation, genes: Sequence[Gene], filters: Filters, suffix: str) -> About:
    """The words for the table of several genes; who is left out differs from chromosome to chromosome, and `samples` says it."""
    related = any(relatives_counted(database, gene.interval.chrom, filters) for gene in genes)
    facts = {
        "place": ", ".join(f"{gene.symbol} ({gene.gene_id})" for gene in genes),
        "counted": filter_words.events_counted_by_gene(filters),
        "people": f"{filter_words.group(filters)}, as many as samples says of each gene",
        "interval": INTERVAL + ("; " + RELATIVES if related else ""),
        "address": settings.public_path() + links.gene_list_download([gene.name for gene in genes], suffix, filters),
    }
    return _about(f"{links.GENE_TABLE}: {len(genes)} named ones", database, filters, facts)


def about_cohort(database: Generation, title: str, counted: str, filters: Filters, address: str) -> About:
    """The words for a table that is of no gene or region: `title` what it is, `counted` what its rows are of, `address` its own."""
    facts = {
        "counted": counted,
        "people": filter_words.group(filters),
        "interval": INTERVAL,
        "address": settings.public_path() + address,
    }
    return _about(title, database, filters, facts)


def name_of_cohort_file(database: Generation, table: str, named: str, filters: Filters, suffix: str) -> str:
    """A name that says what it is of, level and the other filters, and “simulated” where so."""
    return _name(database, table, named, filters, suffix)


def _about(title: str, database: Generation, filters: Filters, facts: Mapping[str, str]) -> About:
    """The facts of a table, in the order in which files tell them, with those that every file has."""
    callset, least = release(database), settings.disclosure().smallest_cell
    every = {
        "assembly": ASSEMBLY.name,
        "level": f"{filters.level.value}: {caller_words.definition(filters.level, callset.callers)}",
        "event": f"{caller_words.event(callset.callers)}; people are counted by events",
        "withheld": f"Numbers of fewer than {least} people, and those from which one could be worked out"
        if least
        else "",
        "not_called": "No call is taken as the expected copy number",
        "release": callset.title,
        "source": callset.source,
        "gene_models": callset.gene_models,
        "database": callset.generation,
        "built": callset.built_at,
        "cite": caller_words.publications(callset.callers),
    }
    values = {**every, **facts}
    return About(
        title=title,
        facts=tuple((name, values[name]) for name in ORDER if values.get(name)),
        simulated=callset.simulated,
        retrieved=datetime.now(UTC),
    )


def _seen(place: Callability) -> str:
    """In how many people the place was seen, where that limits the numbers (R5)."""
    if place.is_blind:
        return NOT_ASSESSABLE
    return "" if place.is_paralogous else note(place.seen)


def _no_frequency(question: Question, place: Callability) -> str:
    """Why carriers are no share of people there (R5, R7); empty where they are, and where nothing can be assessed at all."""
    if place.is_paralogous:
        return f"{place.paralogous}; {FEW_CALLS}"
    return no_share(question.target, question.filters, place) if place.assessable else ""


def name_of_file(question: Question, table: str, suffix: str) -> str:
    """A name that says gene or region, level, cohort and the other filters, and “simulated” where so."""
    return _name(question.database, table, question.subject.name, question.filters, suffix)


def name_of_genes_file(database: Generation, genes: Sequence[Gene], filters: Filters, suffix: str) -> str:
    """The same of several genes, which it counts and does not name."""
    return _name(database, links.GENE_TABLE, f"{len(genes)}-named", filters, suffix)


def _name(database: Generation, table: str, place: str, filters: Filters, suffix: str) -> str:
    others = [f"{name}-{value}" for name, value in filters.to_query().items() if name not in ("filter", "cohort")]
    simulated = ["simulated"] if release(database).simulated else []
    return file_name([*simulated, table, place, filters.level.value, filters.cohort.value, *others], suffix)
