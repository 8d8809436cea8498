"""The colours: a quiet dark ground, one accent, and green, amber and red only where something is judged."""

from __future__ import annotations

from textual.theme import Theme

OWN_COLOURS = {"muted": "#8b95a1", "cursor": "#26384a", "cursor-blurred": "#1f2832"}
"""Second voice, and the ground under the cursor."""

_QUIET = {
    "block-cursor-text-style": "none",
    "footer-background": "#12161c",
    "footer-key-foreground": "#7fb7d6",
    "footer-description-foreground": "#8b95a1",
    "input-selection-background": "#7fb7d6 35%",
    "scrollbar": "#2b333d",
    "scrollbar-hover": "#3a4653",
    "scrollbar-active": "#7fb7d6",
    "scrollbar-background": "#12161c",
    "scrollbar-background-hover": "#12161c",
    "scrollbar-background-active": "#12161c",
    "scrollbar-corner-color": "#12161c",
}

DARK = Theme(
    name="record-dark",
    primary="#7fb7d6",
    secondary="#7fb7d6",
    accent="#7fb7d6",
    success="#7cc08b",
    warning="#d9b25f",
    error="#e0716c",
    foreground="#d7dde4",
    background="#12161c",
    surface="#181d24",
    panel="#222933",
    dark=True,
    variables=_QUIET | OWN_COLOURS,
)

LIGHT = Theme(
    name="record-light",
    primary="#1c5d85",
    secondary="#1c5d85",
    accent="#1c5d85",
    success="#1d6b34",
    warning="#7a5200",
    error="#a3211c",
    foreground="#1d2329",
    background="#fbfbf9",
    surface="#f2f2ee",
    panel="#e4e5e0",
    dark=False,
    variables={
        "block-cursor-text-style": "none",
        "footer-background": "#f2f2ee",
        "footer-key-foreground": "#1c5d85",
        "footer-description-foreground": "#5a636d",
        "muted": "#5a636d",
        "cursor": "#d3e3ee",
        "cursor-blurred": "#e6ebee",
    },
)

CONTRAST = Theme(
    name="record-contrast",
    primary="#ffffff",
    secondary="#ffffff",
    accent="#ffe066",
    success="#66ff8a",
    warning="#ffd23f",
    error="#ff8080",
    foreground="#ffffff",
    background="#000000",
    surface="#000000",
    panel="#1a1a1a",
    dark=True,
    variables={
        "block-cursor-text-style": "bold",
        "footer-background": "#000000",
        "footer-key-foreground": "#ffe066",
        "footer-description-foreground": "#ffffff",
        "muted": "#d0d0d0",
        "cursor": "#00448a",
        "cursor-blurred": "#333333",
    },
)

THEMES = (DARK, LIGHT, CONTRAST)
