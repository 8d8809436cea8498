"""What a verification found: failures by class, first place and extent, with the next step for people."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

Progress = Callable[[str, int, int], None]
"""Called with the layer, how many of it are done, and how many there are (0 when that is not known)."""

MAX_FAILURES_A_CLASS = 100
PROGRESS_EVERY = 1024

NEXT_STEPS: Mapping[str, str] = {
    "header-altered": "Restore the entry's header from a backup or export, then verify again; ask who had write access.",
    "index-altered": "Rewrite the column from the header, which proves; nothing that was recorded is lost.",
    "body-altered": "Restore the body and its salt from a backup or export; the header tells which one is genuine.",
    "body-missing": "Restore the body and its salt from a backup or export; no erasure on record covers the loss.",
    "entry-missing": "Restore the missing entries from a backup, export or replica; do not append before.",
    "entry-inserted": "Remove the foreign row after keeping a copy as evidence; it was never part of this ledger.",
    "order-changed": "Put the rows back to the places that their headers name.",
    "chain-broken": "Compare with an older checkpoint or export to learn which side of the break is genuine.",
    "time-reversed": "Ask the operator about the clock at that time; order of entries is proved, times are claims.",
    "tile-altered": "Rebuild the tile from the entries, which prove without it.",
    "checkpoint-invalid": "Compare with a checkpoint that you or a witness kept; do not trust entries from this size on.",
    "checkpoint-missing": "Entries past the newest checkpoint were never acknowledged, or their checkpoint was removed.",
    "history-rewritten": "Keep both checkpoints: they prove that the holder of the key signed two histories.",
    "truncated": "Restore the missing entries from an export or replica; the checkpoint given proves they existed.",
}

UNPINNED = (
    "key not pinned: the ledger's own first entry was believed about its key; "
    "give the verifier key with --key to exclude a ledger forged as a whole"
)
NOT_EXCLUDED = "truncation not excluded: no trusted checkpoint"


@dataclass(frozen=True, slots=True)
class Failure:
    """One failure: a class of docs/ledger-format.md and where it begins.

    Attributes:
        class_: the failure class.
        place: its first place in words: `entry 41007`, `checkpoint 300`, `tile/0/001`.
        seq: number of that place: an entry's seq or a checkpoint's size; None for tiles.
        message: what was found.
        next_step: what to do.
        count: how many such places there are, this one included.
        last: number of the last of them.
    """

    class_: str
    place: str
    seq: int | None
    message: str
    next_step: str
    count: int = 1
    last: int | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that a verification established.

    Attributes:
        ok: no failures.
        origin: the ledger's.
        size: number of entries found.
        root: recomputed root at that size, hex.
        failures: by class and first place.
        warnings: what limits the statement.
        checked: layer (`entries`, `chain`, `bodies`, `tiles`, `checkpoints`) to how many were checked.
        erased: bodies that are gone and covered by a `body.erased` entry.
        withheld: bodies that an export leaves out, hence unchecked.
        seconds: how long it took.
    """

    ok: bool
    origin: str
    size: int
    root: str
    failures: tuple[Failure, ...]
    warnings: tuple[str, ...]
    checked: Mapping[str, int]
    erased: int
    withheld: int
    seconds: float


@dataclass
class Findings:
    """Collects failures, joining what lies side by side, and counts what was checked."""

    failures: list[Failure] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    checked: dict[str, int] = field(
        default_factory=lambda: dict.fromkeys(("entries", "chain", "bodies", "tiles", "checkpoints"), 0)
    )
    erased: int = 0
    withheld: int = 0
    _latest: dict[tuple[str, str], int] = field(default_factory=dict)
    _each: dict[str, int] = field(default_factory=dict)

    def add(
        self, class_: str, seq: int | None, message: str, *, place: str | None = None, together: bool = False
    ) -> None:
        """Note a failure.

        Args:
            class_: a class of `NEXT_STEPS`.
            seq: the entry, or a checkpoint's size.
            message: a sentence about the first such place.
            place: in words; `entry SEQ` unless given.
            together: join it with the failure of this class and message whatever lies between.
        """
        words = _printable(place) if place is not None else f"entry {seq}"
        message = _printable(message)
        key = (class_, message if together else words.partition(" ")[0])
        at = self._latest.get(key)
        if at is not None:
            before = self.failures[at]
            full = self._each[class_] >= MAX_FAILURES_A_CLASS
            beside = seq is not None and before.last is not None and seq in (before.last, before.last + 1)
            if together or full or beside:
                self.failures[at] = replace(before, count=before.count + 1, last=seq)
                return
        self._latest[key] = len(self.failures)
        self._each[class_] = self._each.get(class_, 0) + 1
        self.failures.append(Failure(class_, words, seq, message, NEXT_STEPS[class_], 1, seq))

    def span(self, class_: str, first: int, last: int, message: str) -> None:
        """Note a failure of all entries from `first` to `last`."""
        self.add(class_, first, message)
        at = next(i for i in range(len(self.failures) - 1, -1, -1) if self.failures[i].class_ == class_)
        before = self.failures[at]
        self.failures[at] = replace(before, count=before.count + last - first, last=last)

    def warn(self, sentence: str) -> None:
        """Note, once, what limits the statement."""
        sentence = _printable(sentence)
        if sentence not in self.warnings:
            self.warnings.append(sentence)


def _printable(text: str) -> str:
    """Spell out what can't be encoded: somebody may have left bytes in a text that are no UTF-8."""
    return text.encode("utf-8", "backslashreplace").decode()
