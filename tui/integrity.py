"""Whether the record in front of the reader may be believed.

Rules, in this order; the first that does not hold names the failure:
1. The newest checkpoint is signed by the ledger's key: the pinned one, or at the first sight the ledger's own.
2. It is not smaller than the pinned checkpoint (`truncated`).
3. It is consistent with it by an RFC 6962 consistency proof (`history-rewritten`).
Then it becomes the pin. This costs O(log n) at any size; that every entry is what its hash says is the business of
the verification screen, and the pin remembers how far that went.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from governance.errors import GovernanceError, IntegrityError
from governance.ledger.checkpoint import Checkpoint, open_checkpoint
from governance.ledger.errors import LedgerError
from governance.ledger.note import VerifierKey
from governance.ledger.proof import ProvedEntry
from governance.ledger.proof import verify as verify_proof
from governance.ledger.tree import verify_consistency
from governance.workspace import Workspace
from tui.pins import Pin, PinFolder
from tui.words import place, short_hash


@dataclass(frozen=True, slots=True)
class Integrity:
    """What the header shows.

    Attributes:
        state: `checking`, `verified`, `failed` or `unknown` (the ledger did not answer).
        size: up to where the newest checkpoint reaches.
        root: its root, hex.
        since: size of the pin that it was compared with; None at first sight.
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
    failure: str = ""
    message: str = ""
    next_step: str = ""
    warning: str = ""
    pin: Pin | None = None

    @property
    def sentence(self) -> str:
        """The header's words."""
        if self.state == "checking":
            return "checking the newest checkpoint…"
        if self.state == "verified":
            first = "" if self.since is not None else " · first seen here"
            return f"✓ verified to {place(self.size - 1)} · checkpoint {short_hash(self.root)}{first}"
        if self.state == "unknown":
            return f"? not verified: {self.message}"
        return f"✗ {self.failure}: {self.message}"


class Guard:
    """Checks a ledger's newest checkpoint against its pin, again and again, and moves the pin forward."""

    def __init__(self, workspace: Workspace, pins: PinFolder, now: Callable[[], str]) -> None:
        self._workspace = workspace
        self._pins = pins
        self._now = now
        self._pin: Pin | None = None
        self._pin_read = False
        self.keys: list[str] = []

    def check(self) -> Integrity:
        """Return the state of the newest checkpoint; never raises for what the ledger does."""
        try:
            return self._check()
        except IntegrityError as error:
            return Integrity(
                state="failed",
                failure="checkpoint-invalid",
                message=error.message,
                next_step=error.remedy,
                pin=self._pin,
            )
        except LedgerError as error:
            return self._failed("checkpoint-invalid", error.message)
        except GovernanceError as error:
            return Integrity(state="unknown", message=error.message, next_step=error.remedy, pin=self._pin)

    def _check(self) -> Integrity:
        if not self._pin_read:
            self._pin = self._pins.read(self._workspace.origin)
            self._pin_read = True
        pin = self._pin
        self.keys = pin.keys if pin else self._workspace.verifier_keys()
        answered = self._workspace.checkpoint()
        checkpoint = self._open(answered.text)
        if pin is None:
            return self._verified(checkpoint, answered.text, since=None)
        if checkpoint.size < pin.size:
            return self._failed(
                "truncated",
                f"the ledger ends at {place(checkpoint.size - 1)}, but {place(pin.size - 1)} was verified here before",
            )
        if checkpoint.size == pin.size:
            if checkpoint.root.hex() != pin.root:
                return self._failed(
                    "history-rewritten", f"another history up to {place(pin.size - 1)} was verified here"
                )
            return self._verified(checkpoint, answered.text, since=pin.size)
        path = [bytes.fromhex(node) for node in self._workspace.consistency_proof(pin.size, checkpoint.size)]
        try:
            verify_consistency(pin.size, checkpoint.size, bytes.fromhex(pin.root), checkpoint.root, path)
        except LedgerError:
            return self._failed(
                "history-rewritten",
                f"what was verified here up to {place(pin.size - 1)} is no part of this ledger",
            )
        return self._verified(checkpoint, answered.text, since=pin.size)

    def _open(self, text: str) -> Checkpoint:
        return open_checkpoint(text, self._workspace.origin, [VerifierKey.parse(key) for key in self.keys])

    def _failed(self, failure: str, message: str) -> Integrity:
        return Integrity(
            state="failed",
            failure=failure,
            message=message,
            next_step="Do not rely on this ledger. Keep it as it is, run a full verification (8), and compare it with an "
            "export or backup that you trust.",
            pin=self._pin,
        )

    def _verified(self, checkpoint: Checkpoint, text: str, *, since: int | None) -> Integrity:
        warning = (
            ""
            if since is not None
            else "The ledger's key was not pinned before: it was believed at first sight."
        )
        root = checkpoint.root.hex()
        if self._pin is None or self._pin.root != root:
            warning = self._keep(
                Pin(
                    origin=checkpoint.origin,
                    keys=self.keys,
                    size=checkpoint.size,
                    root=root,
                    checkpoint=text,
                    time=self._now(),
                    full_size=self._pin.full_size if self._pin else 0,
                    full_time=self._pin.full_time if self._pin else None,
                ),
                warning,
            )
        return Integrity(
            state="verified", size=checkpoint.size, root=root, since=since, warning=warning, pin=self._pin
        )

    def _keep(self, pin: Pin, warning: str) -> str:
        self._pin = pin
        try:
            self._pins.write(pin)
        except OSError as error:
            return f"The verified checkpoint could not be remembered: {error.strerror or error}."
        return warning

    def remember_full(self, size: int) -> Pin | None:
        """Take note that every entry up to `size` was checked."""
        if self._pin is not None:
            self._keep(self._pin.model_copy(update={"full_size": size, "full_time": self._now()}), "")
        return self._pin


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
