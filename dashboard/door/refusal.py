"""Why a request cannot be answered, in one shape for every way in; pages, text and JSON each write it in their own form."""

from collections.abc import Sequence
from dataclasses import dataclass

from dashboard.question.problem import Problem
from dashboard.store.database import BusyError, UnavailableError


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why there is no answer."""

    status: int
    """Of HTTP: 400 for an address that nobody could answer, 404 where nothing is, 503 for what may pass."""
    problems: tuple[Problem, ...]
    """Every fault, one or more, in the order of the address."""
    advice: str = ""
    """What to do, in a sentence, where the sentences of the problems do not say it."""

    @property
    def sentences(self) -> tuple[str, ...]:
        """What is wrong, a sentence or two for each problem."""
        return tuple(problem.sentence for problem in self.problems)

    def __str__(self) -> str:
        return " ".join([*self.sentences, *([self.advice] if self.advice else [])])


class RefusedError(Exception):
    """A request that cannot be answered; the message has every sentence of its refusal."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(str(refusal))
        self.refusal = refusal

    @property
    def status(self) -> int:
        """The status of HTTP."""
        return self.refusal.status

    @property
    def sentence(self) -> str:
        """All that is wrong, in one line."""
        return str(self.refusal)


def refusal(status: int, sentence: str, parameter: str = "", value: str = "", advice: str = "") -> Refusal:
    """A refusal for one reason."""
    return Refusal(status, (Problem(parameter, value, sentence),), advice)


def combine(refusals: Sequence[Refusal]) -> Refusal:
    """All of one or more refusals as one, each problem once.

    Of their statuses the least: an address that has to be written otherwise (400) comes before one that names nothing (404).
    """
    problems = dict.fromkeys(problem for single in refusals for problem in single.problems)
    advice = " ".join(dict.fromkeys(single.advice for single in refusals if single.advice))
    return Refusal(min(single.status for single in refusals), tuple(problems), advice)


def explain(error: RefusedError | UnavailableError | BusyError) -> Refusal:
    """The refusal that an error stands for."""
    if isinstance(error, RefusedError):
        return error.refusal
    if isinstance(error, UnavailableError):
        return refusal(503, error.reason, advice=error.advice)
    return refusal(503, str(error))
