"""A ledger of any size that exists only where one looks."""

from __future__ import annotations

from datetime import timedelta

from governance.ledger.checkpoint import Checkpoint, sign
from governance.workspace.views import CheckpointView, EntryQuery, EntryView
from tests.tui.memory import MemoryWorkspace

SYSTEM = "system:mortgage-approval"


class LongLedger(MemoryWorkspace):
    """A ledger of any size whose entries are made up when they are asked for; nothing of it proves."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.size = size
        self.limits: list[int] = []
        self.write("ledger.created", f"ledger:{self.origin}", {"format": 1}, "user:carol")

    def checkpoint(self) -> CheckpointView:
        """Sign a made-up root."""
        made = Checkpoint(self.origin, self.size, bytes(32))
        return CheckpointView(
            origin=self.origin, size=self.size, root=made.root.hex(), text=sign(made, [self.key])
        )

    def entry(self, reference: str | int) -> EntryView:
        """Make an entry up."""
        seq = int(reference)
        time = (self.now + timedelta(seconds=seq)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        body = {"beat": seq}
        return self.views[0].model_copy(
            update={"seq": seq, "time": time, "kind": "x.beat", "subject": SYSTEM, "body": body}
        )

    def entries(self, query: EntryQuery) -> list[EntryView]:
        """Make a page up, and take note of its size."""
        self.limits.append(query.limit)
        first = 0 if query.after is None else query.after + 1
        return [self.entry(seq) for seq in range(first, min(first + query.limit, self.size))]
