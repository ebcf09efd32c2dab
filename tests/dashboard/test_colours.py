"""Colours: contrast, and the same in Streamlit's settings."""

import re
import tomllib
from pathlib import Path

import pytest

from dashboard.colours import DARK, LIGHT, Palette, palette
from dashboard.components.style import style_sheet
from data_prep.domain.copy_number import CallClass

CONFIG = Path(__file__).resolve().parents[2] / ".streamlit" / "config.toml"


def luminance(colour: str) -> float:
    """Relative luminance by WCAG 2."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=lambda colours: colours.theme)
def test_text_and_marks_stand_out(colours: Palette) -> None:
    for ground in (colours.background, colours.surface):
        assert contrast(colours.text, ground) >= 7
        assert contrast(colours.muted, ground) >= 4.5
        assert contrast(colours.primary, ground) >= 4.5
    assert contrast(colours.text, colours.notice) >= 7
    marks = [colours.loss, colours.complete_loss, colours.gain, colours.high_gain, colours.loh]
    for mark in [*marks, *(hue for _, hue in colours.superpopulations)]:
        assert contrast(mark, colours.background) >= 3, mark


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=lambda colours: colours.theme)
def test_the_stronger_class_is_the_darker_r2(colours: Palette) -> None:
    assert luminance(colours.call_class(CallClass.COMPLETE_LOSS)) < luminance(
        colours.call_class(CallClass.PARTIAL_LOSS)
    )
    assert luminance(colours.call_class(CallClass.HIGH_GAIN)) < luminance(colours.call_class(CallClass.LOW_GAIN))


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=lambda colours: colours.theme)
def test_streamlits_settings_repeat_the_palette(colours: Palette) -> None:
    theme = tomllib.loads(CONFIG.read_text(encoding="utf-8"))["theme"][colours.theme]
    assert theme == {
        "primaryColor": colours.primary,
        "backgroundColor": colours.background,
        "secondaryBackgroundColor": colours.surface,
        "textColor": colours.text,
        "chartCategoricalColors": [hue for _, hue in colours.superpopulations],
    }


def test_a_browser_that_has_not_said_its_theme_gets_light() -> None:
    assert palette(None) is LIGHT
    assert palette("dark") is DARK


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=lambda colours: colours.theme)
def test_the_style_sheet_names_colours_of_the_palette_alone(colours: Palette) -> None:
    """A custom property that nobody writes leaves its text and borders in whatever colour is inherited."""
    sheet = style_sheet(colours)
    written = dict(re.findall(r"--cnv-([a-z-]+):(#[0-9a-f]{6});", sheet))
    assert written["loss"] == colours.loss
    assert written["complete-loss"] == colours.complete_loss
    used = set(re.findall(r"var\(--cnv-([a-z-]+)\)", sheet))
    assert len(used) > 5
    assert used <= written.keys()
    assert not re.findall(r"#[0-9a-f]{3,6}", sheet.partition("}")[2])
