"""What a full verification checks, how far it is, and what it found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from governance.workspace.views import Failure, Progress, Verification
from tui.lines import BLANK, Line, bar, entry_link, fact, heading, line, paragraph
from tui.moments import clock_time
from tui.words import count, counted, place

LAYERS = {
    "entries": "headers are canonical and hash to what is stored",
    "chain": "each entry names the hash of the one before",
    "bodies": "bodies match what their headers commit to",
    "tiles": "stored tiles are those of the tree",
    "checkpoints": "roots recomputed, signatures checked",
    "projections": "lineage and index say what the entries say",
}
ALONG = {"chain", "bodies", "tiles", "checkpoints"}
"""Layers that are checked in the same pass as the entries unless they report for themselves."""
MEANINGS = {
    "header-altered": "An entry was changed after it was recorded.",
    "index-altered": "A column beside an entry was changed; the entry itself is intact.",
    "body-altered": "What an entry says was changed; its header proves it.",
    "body-missing": "What an entry says was removed without a recorded erasure.",
    "entry-missing": "An entry was removed.",
    "entry-inserted": "An entry was slipped in.",
    "order-changed": "Entries were put in another order.",
    "chain-broken": "An entry does not follow the one before it.",
    "time-reversed": "An entry is earlier than the one before it.",
    "tile-altered": "A stored piece of the tree was changed; the entries tell what it must be.",
    "checkpoint-invalid": "A checkpoint does not fit the entries or is not signed by the ledger's key.",
    "checkpoint-missing": "The newest entries are covered by no checkpoint.",
    "history-rewritten": "This is not the history that was verified before.",
    "truncated": "The end of the ledger was cut off.",
}


@dataclass
class Run:
    """One verification while it goes on; changed only from the screen's own thread."""

    started: float
    layers: dict[str, Progress] = field(default_factory=dict)
    elapsed: float = 0.0
    outcome: Verification | None = None
    stopped: str = ""

    def take(self, progress: Progress, now: float) -> None:
        """Take note of how far it came."""
        self.layers[progress.layer] = progress
        self.elapsed = now - self.started

    @property
    def done(self) -> int:
        """Steps done, all layers."""
        return sum(layer.done for layer in self.layers.values())

    @property
    def rate(self) -> float:
        """Steps a second so far."""
        return self.done / self.elapsed if self.elapsed > 0 else 0.0

    @property
    def left(self) -> float | None:
        """Seconds that are left by the present rate, for the layers met so far."""
        total = sum(max(layer.total, layer.done) for layer in self.layers.values())
        return (total - self.done) / self.rate if self.rate > 0 else None


def verification_lines(run: Run | None, width: int) -> list[Line]:
    """Return the verification's page."""
    if run is None:
        return _before(width)
    lines: list[Line] = []
    if run.outcome is not None:
        lines += _outcome(run.outcome, width)
    elif run.stopped:
        lines += paragraph(f"! {run.stopped}", width, style="warn", indent=0)
    else:
        left = f" · about {clock_time(run.left)} left" if run.left is not None else ""
        lines.append(
            line(
                ("Verifying", "title"),
                f"  {clock_time(run.elapsed)} · {count(round(run.rate))} a second{left}",
            )
        )
    lines += heading("by layer")
    lines += _layers(run, width)
    if run.outcome is not None:
        lines += _found(run.outcome, width)
    return [*lines, BLANK]


def _before(width: int) -> list[Line]:
    lines = [line(("Nothing is believed that was not checked here.", "strong"))]
    lines += paragraph(
        "A full verification reads every entry once, in bounded memory, and checks all of this. It can be stopped, and "
        "one can look around meanwhile.",
        width,
        indent=0,
    )
    lines.append(BLANK)
    for name, meaning in LAYERS.items():
        lines += fact(name, meaning, width)
    return [*lines, BLANK, line("Press ", ("v", "accent"), " to begin.")]


def _layers(run: Run, width: int) -> list[Line]:
    names = [*LAYERS, *(name for name in run.layers if name not in LAYERS)]
    checked: Mapping[str, int] = run.outcome.checked if run.outcome is not None else {}
    room = max(min(width - 52, 40), 8)
    lines = []
    for name in names:
        progress = run.layers.get(name)
        if run.outcome is not None:
            done = checked.get(name, progress.done if progress else None)
            if done is None:
                continue
            lines.append(
                line("  ", (f"{name:<14}", ""), (f"{count(done):>12}", "strong"), ("  checked", "muted"))
            )
        elif progress is None:
            note = "goes along with the entries" if name in ALONG and "entries" in run.layers else "waits"
            lines.append(line("  ", (f"{name:<14}", "muted"), (note, "muted")))
        else:
            share = progress.done / progress.total if progress.total else 0.0
            drawn = bar(share, room)
            lines.append(
                line(
                    f"  {name:<14}",
                    (drawn, "accent"),
                    ("·" * (room - len(drawn)), "muted"),
                    f" {share:>4.0%}",
                    (f"  {count(progress.done)} of {count(progress.total)}", "muted"),
                )
            )
    return lines


def _outcome(outcome: Verification, width: int) -> list[Line]:
    sign, style = ("✓", "good") if outcome.ok else ("✗", "bad")
    lines = paragraph(f"{sign} {outcome.summary}", width, style=style, indent=0)
    facts = [counted(outcome.size, "entry", "entries"), clock_time(outcome.seconds)]
    if outcome.erased:
        facts.append(f"{counted(outcome.erased, 'body', 'bodies')} erased, each covered by an entry")
    if outcome.withheld:
        facts.append(f"{counted(outcome.withheld, 'body', 'bodies')} withheld and unchecked")
    return lines + paragraph(" · ".join(facts), width, style="muted", indent=0)


def _found(outcome: Verification, width: int) -> list[Line]:
    lines: list[Line] = []
    if outcome.failures:
        lines += heading("failures", counted(len(outcome.failures), "kind of damage", "places"))
    for failure in outcome.failures:
        lines += failure_lines(failure, width)
    if outcome.warnings:
        lines += heading("to know")
        for warning in outcome.warnings:
            lines += paragraph(f"! {warning}", width, style="warn")
    return lines


def failure_lines(failure: Failure, width: int) -> list[Line]:
    """Return one failure: its class, its place, what it means, what to do."""
    link = entry_link(failure.seq) if failure.seq is not None else None
    where = failure.place or (place(failure.seq) if failure.seq is not None else "")
    times = f"  and {failure.count - 1:,} more" if failure.count > 1 else ""
    lines = [
        BLANK,
        Line(
            (
                ("  ✗ " + failure.failure, "bad"),
                ("  " + where, "link" if link else "strong"),
                (times, "muted"),
            ),
            link,
        ),
    ]
    lines += fact("found", failure.message, width)
    if (meaning := MEANINGS.get(failure.failure)) is not None:
        lines += fact("means", meaning, width)
    if failure.next_step:
        lines += fact("next", failure.next_step, width)
    return lines
