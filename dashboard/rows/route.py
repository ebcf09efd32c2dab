"""The route `/rows/{table}`: some rows of a table of a page, in an order, as JSON.

It is asked by tables while they are scrolled, so answers are small and many; a browser keeps each for as long as the database is
the same.
"""

from collections.abc import Callable
from typing import Final

import anyio.to_thread
import orjson
from starlette.requests import Request
from starlette.responses import Response

from dashboard import settings
from dashboard.door.refusal import Refusal, RefusedError, combine, refusal
from dashboard.downloads.catalogue import require_disclosure
from dashboard.question import links, query
from dashboard.question.locus import cut
from dashboard.rows.catalogue import EVERY_TABLE, RowTable
from dashboard.rows.table import (
    FIRST_ROWS,
    LIMIT,
    MOST_OFFSET,
    MOST_ROWS,
    OFFSET,
    SORT,
    read_sort,
    read_whole,
)
from dashboard.serving import conditions
from dashboard.serving.refusals import answering
from dashboard.serving.slots import Slots

AT_ONCE: Final = 8
"""Answers that are made at once; the next is told to come back."""
FOR_ONE_CLIENT: Final = 4
"""Of them for one client."""

_slots = Slots(AT_ONCE, FOR_ONE_CLIENT)


async def _rows(request: Request) -> Response:
    give_back: Callable[[], None] | int = _slots.take(request)
    if isinstance(give_back, int):
        raise RefusedError(refusal(give_back, "Too many rows are asked for at once. Try again in a few seconds."))
    try:
        return await anyio.to_thread.run_sync(_answer, request)
    finally:
        give_back()


def table_named(name: str) -> RowTable:
    """The table of this name; `RefusedError` where there is none."""
    if name not in EVERY_TABLE:
        sentence = (
            f"There are no such rows under {settings.public_path()}{links.ROWS}/; there are {', '.join(EVERY_TABLE)}."
        )
        raise RefusedError(refusal(404, sentence, value=cut(name, 60)))
    return EVERY_TABLE[name]


def _answer(request: Request) -> Response:
    """The rows, or 304 where the client has them. Runs in a thread."""
    table = table_named(request.path_params.get("file", ""))
    require_disclosure(table.tells)
    values = query.values(request.query_params.multi_items())
    cuts = {name: values.pop(name, "") for name in (SORT, OFFSET, LIMIT)}
    with settings.store().lease() as published:
        tag = conditions.entity_tag(published.file, request)
        headers = {"ETag": tag, "Cache-Control": "no-cache"}
        if conditions.is_known(request, tag):
            return Response(status_code=304, headers=headers)
        offset, wrong_offset = read_whole(OFFSET, cuts[OFFSET], 0, 0, MOST_OFFSET)
        limit, wrong_limit = read_whole(LIMIT, cuts[LIMIT], FIRST_ROWS, 1, MOST_ROWS)
        faults = [problem for problem in (wrong_offset, wrong_limit) if problem]
        try:
            opened = table.open(published, values)
        except RefusedError as error:
            raise RefusedError(combine([error.refusal, *([Refusal(400, tuple(faults))] if faults else [])])) from None
        order, wrong_order = read_sort(cuts[SORT], opened)
        faults += [wrong_order] if wrong_order else []
        if faults:
            raise RefusedError(Refusal(400, tuple(faults)))
        window = opened.window(order, offset, limit)
    answer = {"offset": offset, "sort": str(order), **window.as_json()}
    return Response(orjson.dumps(answer), media_type="application/json", headers=headers)


rows: Final = answering(_rows, always_json=True)
"""Answers `/rows/{table}`; what is wrong with a request is told in full."""
