"""What is wrong with a request, a value for each fault: a page shows its sentence, a download refuses with it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """A fault of a request."""

    parameter: str
    """The name in the address; empty where the fault is of no parameter, as that of a path."""
    value: str
    """What was given for it, cut to a line; empty where nothing was."""
    sentence: str
    """What is wrong and what to write instead, in one sentence or two."""
