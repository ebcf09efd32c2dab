"""The word about the site that a page is narrowed to."""

from dataclasses import replace

from dashboard.components import markup
from dashboard.components.frame import notice
from dashboard.components.head import narrowed
from dashboard.door.question import Question
from dashboard.door.refusal import Refusal
from dashboard.question import links


def narrowing_notice(question: Question, fault: Refusal | None) -> None:
    """A word about the site to which the page is narrowed, or why it is not narrowed to the one that the address names (R13)."""
    target = question.target
    if fault:
        shown = f"Everything at {target.interval} is shown instead."
        notice([markup.text(" ".join([*fault.sentences, shown]))])
    if target.direction is not None:
        whole = links.page(replace(question.subject, site=None), question.filters)
        notice([f"{narrowed(question)} {markup.link('Show everything here', whole)}"])
