"""What is known of the record in front of the reader, in words that claim no more; and an entry's own proof."""

from __future__ import annotations

from dataclasses import dataclass

from governance.ledger.errors import LedgerError
from governance.ledger.proof import ProvedEntry
from governance.ledger.proof import verify as verify_proof
from governance.workspace import Workspace
from tui.pins import Pin
from tui.words import place, short_hash

BELIEVED = "key believed from the ledger itself, not pinned"


@dataclass(frozen=True, slots=True)
class Integrity:
    """What the header shows.

    Attributes:
        state: `checking`, `signed` (the newest checkpoint is, and fits what was seen before), `other` (another
            ledger under the pinned one's name), `failed`, `silent` (the ledger does not answer) or `unknown` (it
            can't be checked).
        size: up to where the newest checkpoint reaches.
        root: its root, hex.
        since: size of the pin that it was compared with; None at first sight.
        complete_to: up to which size every entry was checked one by one, here or as the pin remembers.
        believed: the key was taken from the ledger itself: nobody pinned or gave it.
        failure: the failure's class, as in docs/ledger-format.md.
        message: what went wrong, a sentence.
        next_step: what to do about it.
        warning: what does not hold the reader up and should be known.
        pin: the pin as kept now.
    """

    state: str = "checking"
    size: int = 0
    root: str = ""
    since: int | None = None
    complete_to: int = 0
    believed: bool = False
    failure: str = ""
    message: str = ""
    next_step: str = ""
    warning: str = ""
    pin: Pin | None = None

    @property
    def is_complete(self) -> bool:
        """Whether every entry under the newest checkpoint was checked, not only the checkpoint."""
        return self.state == "signed" and self.complete_to >= self.size

    @property
    def tone(self) -> str:
        """How the header's words are coloured: `good`, `warn` or plain; `failed` colours the whole bar."""
        if self.state in {"other", "silent", "unknown"} or (self.state == "signed" and self.believed):
            return "warn"
        return "good" if self.is_complete else ""

    @property
    def sentence(self) -> str:
        """The header's words at length."""
        return self.words(10_000)

    def words(self, room: int) -> str:
        """Return the longest of the header's wordings that `room` cells hold, else the shortest."""
        said = self._wordings()
        return next((text for text in said if len(text) <= room), said[-1])

    def _wordings(self) -> list[str]:
        short = "? another ledger under the same name (another key)"
        said = {
            "checking": ["checking the newest checkpoint…"],
            "other": [f"{short}, not the one seen here before", short],
            "silent": [f"? no answer: {self.message}", "? no answer from the ledger"],
            "unknown": [f"? not verified: {self.message}"],
            "failed": [f"✗ {self.failure}: {self.message}"],
        }
        return said.get(self.state) or self._known()

    def _known(self) -> list[str]:
        newest = place(self.size - 1)
        if self.is_complete:
            known = f"verified to {newest}"
        elif self.complete_to:
            known = f"signed {newest} · entries checked to {place(self.complete_to - 1)}"
        else:
            known = f"signed {newest} · entries not checked"
        if self.believed:
            return [f"! {known} · {BELIEVED}", f"! {known} · key not pinned", f"! {known}"]
        return [f"✓ {known} · checkpoint {short_hash(self.root)}", f"✓ {known}"]


@dataclass(frozen=True, slots=True)
class Proved:
    """What became of an entry's own inclusion proof."""

    ok: bool
    message: str
    text: str = ""
    checkpoint_size: int = 0
    header: str = ""
    body_checked: bool = False


def prove_entry(
    workspace: Workspace, keys: list[str], seq: int, shown_hash: str, shown_header: str
) -> Proved:
    """Fetch an entry's proof and verify it here, and that it proves the very entry that is shown.

    Args:
        workspace: where the proof comes from; it is not believed.
        keys: verifier keys that are believed.
        seq: the entry.
        shown_hash: the entry hash on screen, hex.
        shown_header: the header on screen, verbatim.
    """
    text = workspace.prove(seq)
    try:
        proved: ProvedEntry = verify_proof(text, keys)
    except LedgerError as error:
        return Proved(ok=False, message=error.message, text=text)
    if proved.header_bytes.decode() != shown_header or proved.header.seq != seq:
        return Proved(ok=False, message="the proof is of another entry than the one shown", text=text)
    return Proved(
        ok=True,
        message=f"entry {short_hash(shown_hash)} is included in checkpoint {place(proved.checkpoint.size - 1)} "
        f"({short_hash(proved.checkpoint.root.hex())}), which the ledger's key signed",
        text=text,
        checkpoint_size=proved.checkpoint.size,
        header=proved.header_bytes.decode(),
        body_checked=proved.body is not None,
    )
