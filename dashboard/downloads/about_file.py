"""What a downloaded file says about itself: the place, what was counted and in whom, the release, how to cite it."""

from datetime import UTC, datetime

from dashboard import settings
from dashboard.door.question import Question
from dashboard.formats.about import About, file_name
from dashboard.question import links
from dashboard.store.callability import Callability, callability, no_share
from dashboard.store.cohort import release
from dashboard.store.panel import count_people, relatives_counted
from dashboard.words import callers as caller_words
from dashboard.words import filters as filter_words
from dashboard.words import wording
from dashboard.words.seen import FEW_CALLS, NOT_ASSESSABLE, RELATIVES, note
from data_prep.domain.assembly import ASSEMBLY


def about(question: Question, table: str, suffix: str) -> About:
    """The words for a table in a format."""
    callset = release(question.database)
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
        "assembly": ASSEMBLY.name,
        "counted": events,
        "people": f"{wording.count(counted.counted)} {filter_words.group(filters)}"
        + (f"; {left_out}" if left_out else ""),
        "level": f"{filters.level.value}: {caller_words.definition(filters.level, callset.callers)}",
        "event": f"{caller_words.event(callset.callers)}; people are counted by events",
        "interval": "95 % Wilson score interval" + ("; " + RELATIVES if related else ""),
        "seen": _seen(place) if place else "",
        "no_frequency": _no_frequency(question, place) if place else "",
        "withheld": f"Numbers of fewer than {least} people, and those from which one could be worked out"
        if least
        else "",
        "not_called": "No call is taken as the expected copy number",
        "address": settings.public_path() + links.download(table, suffix, question.subject, filters),
        "release": callset.title,
        "source": callset.source,
        "gene_models": callset.gene_models,
        "database": callset.generation,
        "built": callset.built_at,
        "cite": caller_words.publications(callset.callers),
    }
    return About(
        title=f"{table} at {question.title}",
        facts=tuple((name, value) for name, value in facts.items() if value),
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
    others = [
        f"{name}-{value}" for name, value in question.filters.to_query().items() if name not in ("filter", "cohort")
    ]
    simulated = ["simulated"] if release(question.database).simulated else []
    filters = question.filters
    return file_name(
        [*simulated, table, question.subject.name, filters.level.value, filters.cohort.value, *others], suffix
    )
