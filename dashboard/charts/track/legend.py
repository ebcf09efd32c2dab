"""What colours and lines mean, drawn into a picture that stands alone; beside a drawing on a page it stands as text."""

from typing import Final

from dashboard.charts.track.canvas import LETTER, NAMES, SIGNS, STRONG_NAMES, UNCERTAIN, Canvas
from dashboard.charts.track.curves import DASHES, shows_lines
from dashboard.counting.along import Track

LEGEND_LINE: Final = 26
"""Pixels of a line in a legend."""


def draw_legend(canvas: Canvas, track: Track) -> None:
    """What the colours and the lines of the curves mean, from left to right."""
    palette, size = canvas.palette, 10.5
    x, middle = float(canvas.window.start), canvas.y + 9

    def words(text: str) -> None:
        nonlocal x
        canvas.text(x, middle, text, palette.muted, size=size)
        x += canvas.bases((len(text) + 2) * size * LETTER)

    for direction in track.directions:
        for colour, meaning in (
            (palette.direction(direction), f"{SIGNS[direction]} {NAMES[direction]}"),
            (palette.strong(direction), f"the dark part: {STRONG_NAMES[direction]}"),
        ):
            canvas.box(x, x + canvas.bases(11), middle - 5, middle + 5, colour)
            x += canvas.bases(16)
            words(meaning)
    canvas.box(
        x, x + canvas.bases(11), middle - 5, middle + 5, palette.direction(track.directions[0]), opacity=UNCERTAIN
    )
    x += canvas.bases(16)
    words("pale: uncertain end")
    for number, group in enumerate(track.curves.superpopulations if shows_lines(track) else ()):
        dashes = DASHES[number % len(DASHES)]
        length_drawn = 0.0
        while length_drawn < LEGEND_LINE:
            for part, length in enumerate(dashes):
                end = min(length_drawn + length, LEGEND_LINE)
                if not part % 2 and end > length_drawn:
                    colour = palette.superpopulation(group)
                    canvas.box(
                        x + canvas.bases(length_drawn), x + canvas.bases(end), middle - 1, middle + 1, colour, least=0
                    )
                length_drawn = end
        x += canvas.bases(LEGEND_LINE + 5)
        words(group)
    canvas.y += 18
