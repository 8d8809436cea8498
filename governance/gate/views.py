"""What the gate hands to the façade."""

from __future__ import annotations

from typing import Literal

from governance.gate.verdict import Verdict
from governance.view import View


class Replay(View):
    """A verdict computed again from the ledger as it stood."""

    decision: str
    outcome: Literal["same", "different", "cannot replay"]
    verdict: Verdict | None
    recorded: Verdict
    differences: list[str]
