"""The route `/preview.png`: the picture that a preview of a link shows, by the query of the page that is linked to."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final
from urllib.parse import urlsplit

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import Response

from dashboard import settings
from dashboard.charts import card as drawing
from dashboard.colours import LIGHT
from dashboard.components.cohort import cohort_lead
from dashboard.components.lead import Lead, directions_told, lead
from dashboard.door.question import Question
from dashboard.door.refusal import RefusedError, refusal
from dashboard.door.resolve import require_genes, require_question
from dashboard.downloads import chart
from dashboard.preview.content import short_sentences, text_of
from dashboard.question import query
from dashboard.question.subject import Kind
from dashboard.question.target import Pieces
from dashboard.serving import conditions
from dashboard.serving.cache import Cache, NotReadyError
from dashboard.serving.drawing import FORMATS, SCALE
from dashboard.serving.refusals import answering
from dashboard.serving.turns import turn
from dashboard.store.cohort import release, totals
from dashboard.store.database import Generation
from dashboard.words import filters as filter_words
from dashboard.words import quantities
from data_prep.domain.assembly import ASSEMBLY

PATH: Final = "/preview.png"
WIDTH: Final = round(drawing.WIDTH * SCALE)
HEIGHT: Final = round(drawing.HEIGHT * SCALE)
TIME: Final = 20.0
"""Seconds that a picture may take."""
GROUPS: Final = 6
"""Groups whose shares are drawn at most."""

_cards: Final[Cache[bytes]] = Cache(300, 32_000_000, 6, len)


def address(page: str) -> str:
    """The picture of the page at an address of ours: `/preview.png?gene=GSTM1`."""
    query_string = urlsplit(page).query
    return f"{PATH}?{query_string}" if query_string else PATH


@answering
async def preview(request: Request) -> Response:
    """Answers `/preview.png`; what is wrong with a request is told in full, a line for each problem."""
    values = query.values(request.query_params.multi_items())
    tag = await anyio.to_thread.run_sync(_tag, request)
    if conditions.is_known(request, tag):
        return Response(status_code=304, headers={"ETag": tag, "Cache-Control": "no-cache"})
    key = hashlib.sha256(repr((tag, sorted(values.items()))).encode()).hexdigest()
    try:
        body = await _cards.get_or_make(key, partial(_draw, values), TIME)
    except NotReadyError:
        raise RefusedError(refusal(503, "Too many pictures are asked for. Try again in a few seconds.")) from None
    return Response(body, media_type=FORMATS["png"], headers={"Cache-Control": "no-cache", "ETag": tag})


def _tag(request: Request) -> str:
    with settings.store().lease() as database:
        return conditions.entity_tag(database.file, request)


async def _draw(values: Mapping[str, str]) -> bytes:
    return await chart.drawing.draw(await anyio.to_thread.run_sync(specification, values), "png")


@dataclass(frozen=True, slots=True)
class _Words:
    """What stands on the picture."""

    title: str
    lines: list[str]
    below: list[str]
    database: Generation
    shares: tuple[drawing.Share, ...] = ()


def specification(values: Mapping[str, str]) -> dict[str, Any]:
    """The Vega-Lite of the picture of an address, or `RefusedError`. Runs in a thread."""
    with turn(), settings.store().lease() as published:
        if any(values.get(kind) for kind in Kind):
            several = "," in values.get(Kind.GENE, "") or ";" in values.get(Kind.GENE, "")
            words = _of_genes(published, values) if several else _of_question(require_question(published, values))
        else:
            words = _of_cohort(published)
        callset = release(words.database)
        origin = f"Callset {callset.title}; database {callset.generation}, built {callset.built_at[:10]}."
        return drawing.card(
            words.title,
            words.lines,
            words.shares,
            [*words.below, f"{settings.operator().name}. {origin}"],
            simulated=callset.simulated,
            palette=LIGHT,
        )


def _of_question(question: Question) -> _Words:
    answer = lead(question)
    return _Words(
        question.title,
        short_sentences(answer),
        [text_of(answer.counted), f"{question.place}, {ASSEMBLY.name}."],
        question.database,
        _shares(question, answer),
    )


def _of_genes(published: Generation, values: Mapping[str, str]) -> _Words:
    request, genes = require_genes(published, values)
    counted = (
        f"Counted: {filter_words.events_counted_by_gene(request.filters)}, in {filter_words.group(request.filters)}."
    )
    symbols = quantities.joined([gene.symbol for gene in genes], "and")
    return _Words(f"{quantities.count(len(genes))} genes", [symbols], [counted], request.database)


def _of_cohort(published: Generation) -> _Words:
    return _Words(
        settings.operator().name,
        [text_of(cohort_lead(published))],
        [f"{quantities.people(totals(published).people)}."],
        published,
    )


def _shares(question: Question, answer: Lead) -> tuple[drawing.Share, ...]:
    """The shares by super-population of the direction with more carriers, where the answer is of one share of people.

    Of a region the answer is about size, and these would be of something else.
    """
    about_size = question.target.kind is Pieces.REGION and question.target.site is None and not question.filters.overlap
    if len(answer.parts) != 1 or about_size:
        return ()
    (rows,) = answer.parts.values()
    told = [
        row
        for row in rows
        if row["grouped_by"] == "superpopulation" and row["carriers"] is not None and row["ci_high"] is not None
    ]
    directions = [direction.value for direction in directions_told(question)]
    most = max(directions, key=lambda name: sum(row["carriers"] for row in told if row["direction"] == name))
    chosen = [row for row in told if row["direction"] == most]
    if not any(row["carriers"] for row in chosen) or len(chosen) > GROUPS:
        return ()
    return tuple(
        drawing.Share(
            row["group"],
            row["frequency"],
            row["ci_low"],
            row["ci_high"],
            f"{most} {quantities.percent(row['frequency']) if row['carriers'] else '0 %'} "
            f"({quantities.count(row['carriers'])} of {quantities.count(row['samples'])})",
            LIGHT.superpopulation(row["group"]),
        )
        for row in chosen
    )
