"""The kinds of problem regions (R11) in words."""


def kind_of_problem(kind: str) -> str:
    """A kind of problem region in words; one of a mask by the mask's name."""
    written = {
        "par": "PAR",
        "ampliconic-y": "ampliconic Y",
        "x-transposed": "X-transposed region",
        "paralogous": "paralogous gene",
    }
    return written.get(kind, kind.replace("-", " "))


def kinds_of_problem(kinds: str) -> str:
    """Several of them, as the database joins them."""
    return ", ".join(kind_of_problem(kind) for kind in kinds.split(", "))
