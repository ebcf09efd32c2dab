"""The colours, light and dark: each means one thing, on every page and in every chart.

Loss is red, gain is blue, complete loss and high-level gain the darker of their pair; super-populations have five
hues of their own. `.streamlit/config.toml` repeats what Streamlit's own widgets need, and a test compares the two.
"""

from dataclasses import dataclass
from typing import Final, Literal

from data_prep.domain.copy_number import CallClass, Direction

Theme = Literal["light", "dark"]


@dataclass(frozen=True, slots=True)
class Palette:
    """One theme's colours, as #rrggbb. Text is at least 4.5:1 on the background, marks at least 3:1."""

    theme: Theme
    background: str
    surface: str
    text: str
    muted: str
    line: str
    primary: str
    notice: str
    loss: str
    complete_loss: str
    gain: str
    high_gain: str
    loh: str
    superpopulations: tuple[tuple[str, str], ...]

    def direction(self, direction: Direction) -> str:
        """The colour of losses or gains as a whole."""
        return self.loss if direction is Direction.LOSS else self.gain

    def strong(self, direction: Direction) -> str:
        """The colour of the stronger class of a direction: complete losses, high-level gains."""
        return self.complete_loss if direction is Direction.LOSS else self.high_gain

    def call_class(self, name: CallClass) -> str:
        """The colour of a class of calls."""
        return {
            CallClass.COMPLETE_LOSS: self.complete_loss,
            CallClass.HIGH_GAIN: self.high_gain,
            CallClass.LOH: self.loh,
        }.get(name, self.direction(name.direction))

    def superpopulation(self, code: str) -> str:
        """The hue of a super-population; grey for one that is not among the five."""
        return dict(self.superpopulations).get(code, self.muted)


LIGHT: Final = Palette(
    theme="light",
    background="#ffffff",
    surface="#f5f6f7",
    text="#1d2329",
    muted="#59636e",
    line="#d8dde2",
    primary="#3a5a64",
    notice="#fff6dc",
    loss="#d0403a",
    complete_loss="#8c1a1a",
    gain="#3b7cc4",
    high_gain="#1a4480",
    loh="#62806f",
    superpopulations=(
        ("AFR", "#b97a00"),
        ("AMR", "#8f4fbf"),
        ("EAS", "#008a64"),
        ("EUR", "#3f93cc"),
        ("SAS", "#c2577a"),
    ),
)

DARK: Final = Palette(
    theme="dark",
    background="#15191d",
    surface="#20262b",
    text="#e8ebee",
    muted="#a3adb7",
    line="#3a434b",
    primary="#8fbcc8",
    notice="#3a3116",
    loss="#f28a82",
    complete_loss="#e0524c",
    gain="#8dbcf2",
    high_gain="#4f8fdc",
    loh="#8fb09d",
    superpopulations=(
        ("AFR", "#e69f00"),
        ("AMR", "#b98adf"),
        ("EAS", "#2fbf94"),
        ("EUR", "#7cc0ec"),
        ("SAS", "#e088a6"),
    ),
)


def palette(theme: str | None) -> Palette:
    """The palette of a theme; light where the browser has not said."""
    return DARK if theme == "dark" else LIGHT
