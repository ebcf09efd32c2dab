"""Lanes that intervals and genes are packed into, so that none is drawn over another."""

from bisect import bisect_left, insort


class Lanes:
    """First-fit lanes: an interval goes to the first where it touches no other."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.taken: list[list[tuple[float, float]]] = []

    def place(self, start: float, end: float) -> int | None:
        """The lane that `[start, end)` is put in; None where there is none left."""
        for number, lane in enumerate(self.taken):
            at = bisect_left(lane, (start, end))
            if (at == 0 or lane[at - 1][1] <= start) and (at == len(lane) or lane[at][0] >= end):
                insort(lane, (start, end))
                return number
        if len(self.taken) == self.limit:
            return None
        self.taken.append([(start, end)])
        return len(self.taken) - 1

    def room(self, lane: int, position: float, end: float) -> float:
        """Bases from `position` to the next interval of the lane that begins behind it, or to `end`."""
        at = bisect_left(self.taken[lane], (position, position))
        following = self.taken[lane][at][0] if at < len(self.taken[lane]) else end
        return following - position
