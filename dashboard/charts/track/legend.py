"""What colours and lines mean, drawn into a picture that stands alone; beside a drawing on a page it stands as text."""

from typing import Final

from dashboard.charts.track.canvas import LETTER, NAMES, SIGNS, SIZE, STRONG_NAMES, UNCERTAIN, Canvas
from dashboard.charts.track.curves import DASHES, shows_lines
from dashboard.counting.along import Track

LEGEND_LINE: Final = 26
"""Pixels of a piece of a line in a legend."""
LEGEND_PITCH: Final = 18
PALE: Final = "pale: uncertain end"


def draw_legend(canvas: Canvas, track: Track) -> None:
    """What the colours and the lines of the curves mean, from left to right, in as many lines as that takes."""
    palette = canvas.palette
    x, middle = float(canvas.window.start), canvas.y + 9

    def width(text: str) -> float:
        return canvas.bases((len(text) + 2) * SIZE * LETTER)

    def begin(text: str) -> None:
        """Goes to the next line where a text and what stands before it have no room in this one."""
        nonlocal x, middle
        if x + canvas.bases(LEGEND_LINE + 5) + width(text) > canvas.window.end:
            x, middle = float(canvas.window.start), middle + LEGEND_PITCH

    def words(text: str) -> None:
        nonlocal x
        canvas.text(x, middle, text, palette.muted)
        x += width(text)

    for direction in track.directions:
        for colour, meaning in (
            (palette.direction(direction), f"{SIGNS[direction]} {NAMES[direction]}"),
            (palette.strong(direction), f"dark part: {STRONG_NAMES[direction]}"),
        ):
            begin(meaning)
            canvas.box(x, x + canvas.bases(11), middle - 5, middle + 5, colour)
            x += canvas.bases(16)
            words(meaning)
    begin(PALE)
    canvas.box(
        x, x + canvas.bases(11), middle - 5, middle + 5, palette.direction(track.directions[0]), opacity=UNCERTAIN
    )
    x += canvas.bases(16)
    words(PALE)
    for number, group in enumerate(track.curves.superpopulations if shows_lines(track) else ()):
        begin(group)
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
    canvas.y = middle + 9
