"""Whether the record in front of the reader may be believed.

Rules, in this order; the first that does not hold names what was found:
1. The newest checkpoint is signed by the key that the reader gave, else by the pinned one, else (at first sight) by
   the ledger's own. An origin is only a name: where another key signed and the ledger was founded with that one, it
   is another ledger under the same name (`other`), and nobody is accused of anything.
2. It is not smaller than the pinned checkpoint (`truncated`).
3. It is consistent with it by an RFC 6962 consistency proof (`history-rewritten`).
Then it becomes the pin. This costs O(log n) at any size; that every entry is what its hash says is found by a full
verification, and the pin remembers how far that went.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from governance.errors import GovernanceError, IntegrityError, LedgerUnusable
from governance.ledger.checkpoint import Checkpoint, open_checkpoint
from governance.ledger.errors import LedgerError
from governance.ledger.note import VerifierKey
from governance.ledger.tree import verify_consistency
from governance.workspace import Workspace
from governance.workspace.views import CheckpointView, Progress, Verification
from tui.integrity import Integrity
from tui.pins import Pin, PinFolder
from tui.words import place

_COMPARE = (
    "Do not rely on this ledger. Keep it as it is, run a full verification (8), and compare it with an export or "
    "backup that you trust."
)


class Guard:
    """Checks a ledger's newest checkpoint against its pin, again and again, and moves the pin forward."""

    def __init__(
        self, workspace: Workspace, pins: PinFolder, now: Callable[[], str], given: Sequence[str] = ()
    ) -> None:
        """Watch over a ledger.

        Args:
            workspace: the ledger; it is not believed.
            pins: what was verified here before.
            now: the time, as pins carry it.
            given: verifier keys that the reader has from elsewhere; they count before every other.
        """
        self._workspace = workspace
        self._pins = pins
        self._now = now
        self._given = list(given)
        self._pin: Pin | None = None
        self._pin_read = False
        self._believed = False
        self._other = False
        self._complete_to = 0
        self.keys: list[str] = []

    @property
    def pin_file(self) -> str:
        """Where the pin of this ledger's name is kept."""
        return str(self._pins.path(self._workspace.origin))

    def check(self) -> Integrity:
        """Return the state of the newest checkpoint; never raises for what the ledger does."""
        try:
            pin = self._read_pin()
        except GovernanceError as error:
            return Integrity(state="unknown", message=error.message, next_step=error.remedy)
        try:
            return self._check(pin)
        except IntegrityError as error:
            return self._failed("checkpoint-invalid", error.message, error.remedy)
        except LedgerError as error:
            return self._failed("checkpoint-invalid", error.message)
        except LedgerUnusable as error:
            return Integrity(state="silent", message=error.message, next_step=error.remedy, pin=self._pin)
        except GovernanceError as error:
            return Integrity(state="unknown", message=error.message, next_step=error.remedy, pin=self._pin)

    def _check(self, pin: Pin | None) -> Integrity:
        answered = self._workspace.checkpoint()
        if self._given:
            return self._check_given(answered, pin)
        if pin is None:
            self.keys = self._workspace.verifier_keys()
            self._believed = True
            return self._signed(self._open(answered, self.keys), answered.text, since=None)
        self.keys = pin.keys
        try:
            checkpoint = self._open(answered, pin.keys)
        except LedgerError:
            own = self._workspace.verifier_keys()
            if self._founded_with(pin.keys):
                raise
            return self._other_ledger(self._open(answered, own), own)
        return self._compare(checkpoint, answered.text, pin)

    def _read_pin(self) -> Pin | None:
        if not self._pin_read:
            self._pin = self._pins.read(self._workspace.origin)
            self._complete_to = self._pin.complete_to if self._pin else 0
            self._pin_read = True
        return self._pin

    def _check_given(self, answered: CheckpointView, pin: Pin | None) -> Integrity:
        self.keys = self._given
        try:
            checkpoint = self._open(answered, self._given)
        except LedgerError:
            return self._failed(
                "checkpoint-invalid",
                "the newest checkpoint is not signed by the key that you gave",
                "Ask whoever gave you the key whether it is this ledger's; do not rely on the ledger until then.",
            )
        if pin is None:
            return self._signed(checkpoint, answered.text, since=None)
        if not set(pin.keys) & set(self._given):
            return self._other_ledger(checkpoint, self._given)
        return self._compare(checkpoint, answered.text, pin)

    def _founded_with(self, keys: Sequence[str]) -> bool:
        """Tell whether entry 0 names one of the keys: then it claims to be the pinned ledger."""
        founding = self._workspace.entry(0).body or {}
        named = founding.get("keys")
        return isinstance(named, list) and any(key in named for key in keys)

    def _other_ledger(self, checkpoint: Checkpoint, keys: list[str]) -> Integrity:
        self.keys, self._other = keys, True
        return Integrity(
            state="other",
            size=checkpoint.size,
            root=checkpoint.root.hex(),
            complete_to=0,
            message="This is another ledger under the same name (another key), not the one that was seen here before",
            next_step="Where that is as it should be (the ledger was made anew, say), press F to forget the old one, or "
            f"delete {self.pin_file}. Where you expected the old one, ask whoever runs this ledger.",
            pin=self._pin,
        )

    def _compare(self, checkpoint: Checkpoint, text: str, pin: Pin) -> Integrity:
        if checkpoint.size < pin.size:
            return self._failed(
                "truncated",
                f"the ledger ends at {place(checkpoint.size - 1)}, but {place(pin.size - 1)} was seen here before",
            )
        if checkpoint.size == pin.size:
            if checkpoint.root.hex() != pin.root:
                return self._failed(
                    "history-rewritten", f"another history up to {place(pin.size - 1)} was seen here"
                )
            return self._signed(checkpoint, text, since=pin.size)
        path = [bytes.fromhex(node) for node in self._workspace.consistency_proof(pin.size, checkpoint.size)]
        try:
            verify_consistency(pin.size, checkpoint.size, bytes.fromhex(pin.root), checkpoint.root, path)
        except LedgerError:
            return self._failed(
                "history-rewritten",
                f"what was seen here up to {place(pin.size - 1)} is no part of this ledger",
            )
        return self._signed(checkpoint, text, since=pin.size)

    def _open(self, answered: CheckpointView, keys: Sequence[str]) -> Checkpoint:
        return open_checkpoint(
            answered.text, self._workspace.origin, [VerifierKey.parse(key) for key in keys]
        )

    def _failed(self, failure: str, message: str, next_step: str = _COMPARE) -> Integrity:
        return Integrity(state="failed", failure=failure, message=message, next_step=next_step, pin=self._pin)

    def _signed(self, checkpoint: Checkpoint, text: str, *, since: int | None) -> Integrity:
        self._other = False
        warning = ""
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
                    complete_to=self._complete_to,
                    complete_time=self._pin.complete_time if self._pin else None,
                )
            )
        return Integrity(
            state="signed",
            size=checkpoint.size,
            root=root,
            since=since,
            complete_to=self._complete_to,
            believed=self._believed,
            warning=warning,
            pin=self._pin,
        )

    def _keep(self, pin: Pin) -> str:
        self._pin = pin
        try:
            self._pins.write(pin)
        except OSError as error:
            return f"The signed checkpoint could not be remembered: {error.strerror or error}."
        return ""

    def verify(self, progress: Callable[[Progress], None] | None = None) -> Verification:
        """Check every entry, against what is pinned unless that is of another ledger.

        Raises:
            GovernanceError: the ledger can't be read to its end.
        """
        pin = None if self._other else self._pin
        keys = self._given or (pin.keys if pin else [])
        return self._workspace.verify(
            key=keys[0] if len(keys) == 1 else None,
            checkpoint=pin.checkpoint if pin else None,
            progress=progress,
        )

    def remember_full(self, size: int) -> Pin | None:
        """Take note that every entry up to `size` was checked; of another ledger than the pinned one, nothing."""
        if self._pin is not None and not self._other:
            self._complete_to = size
            self._keep(self._pin.model_copy(update={"complete_to": size, "complete_time": self._now()}))
        return self._pin

    def forget(self) -> None:
        """Forget what was seen here of a ledger of this name; the next check begins anew.

        Raises:
            OSError: the file can't be deleted.
        """
        self._pins.forget(self._workspace.origin)
        self._pin, self._pin_read, self._other, self._complete_to = None, False, False, 0
