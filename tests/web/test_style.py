"""What the style promises."""

import re
from pathlib import Path

import pytest

STYLE = Path(__file__).parents[2] / "cli" / "tom_cli" / "web" / "static" / "style.css"


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_the_palette_can_be_read(scheme: int) -> None:
    """Text has 4.5 to 1 against what it stands on, edges of controls 3 to 1 (WCAG AA)."""
    blocks = re.findall(r":root \{([^}]*)\}", STYLE.read_text())
    assert len(blocks) == 2
    colours = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", blocks[scheme]))
    for text in ("text", "muted", "accent", "danger", "warn", "good"):
        for ground in ("ground", "surface"):
            assert contrast(colours[text], colours[ground]) >= 4.5, (text, ground)
    for text, ground in (("text", "soft"), ("accent", "soft"), ("text", "quoted")):
        assert contrast(colours[text], colours[ground]) >= 4.5, (text, ground)
    assert contrast(colours["on-accent"], colours["accent"]) >= 4.5
    for edge in ("edge", "accent", "quiet", "danger", "warn"):
        for ground in ("ground", "surface"):
            assert contrast(colours[edge], colours[ground]) >= 3, (edge, ground)


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, as WCAG 2.2 defines it."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
