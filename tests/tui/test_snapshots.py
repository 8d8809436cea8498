"""What every screen looks like on the story, at the sizes that people have.

After a wanted change: `pytest tests/tui/test_snapshots.py --snapshot-update`, and look at the pictures.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from textual.pilot import Pilot

from governance.workspace.views import Failure
from tests.tui.conftest import AppMaker
from tests.tui.driving import press, settle
from tests.tui.memory import MemoryWorkspace

SMALL, USUAL, LARGE = (80, 24), (120, 40), (200, 60)

Snap = Callable[..., bool]


@pytest.mark.parametrize(
    ("size", "keys"),
    [
        pytest.param(SMALL, "", id="overview-small"),
        pytest.param(USUAL, "", id="overview"),
        pytest.param(SMALL, "2", id="ledger-small"),
        pytest.param(LARGE, "2 down down", id="ledger-with-detail-large"),
        pytest.param(USUAL, "2 down down enter", id="entry"),
        pytest.param(USUAL, "3", id="lineage"),
        pytest.param(SMALL, "3", id="lineage-as-list-small"),
        pytest.param(USUAL, "4", id="subjects"),
        pytest.param(USUAL, "3 enter", id="model"),
        pytest.param(SMALL, "5 end enter", id="decision-denied-small"),
        pytest.param(USUAL, "5 enter r", id="decision-replayed"),
        pytest.param(USUAL, "8", id="verify-before"),
        pytest.param(USUAL, "8 v", id="verified"),
        pytest.param(SMALL, "question_mark", id="help-small"),
    ],
)
def test_screen(
    snap_compare: Snap, make_app: AppMaker, ledger: MemoryWorkspace, size: tuple[int, int], keys: str
) -> None:
    async def drive(pilot: Pilot[Any]) -> None:
        await settle(pilot)
        await press(pilot, *keys.split())

    assert snap_compare(make_app(ledger), terminal_size=size, run_before=drive)


def test_a_failed_verification(snap_compare: Snap, make_app: AppMaker, ledger: MemoryWorkspace) -> None:
    ledger.damage = [
        Failure(
            failure="body-altered", place="#20", seq=20, message="the body does not match the commitment in its header",
            next_step="Restore body 20 from an export or backup; its commitment tells which one is right.",
        ),
        Failure(failure="index-altered", place="projection lineage_edge", message="3 rows differ", count=3,
                next_step="Rebuild the projection; the entries are intact."),
    ]  # fmt: skip

    async def drive(pilot: Pilot[Any]) -> None:
        await settle(pilot)
        await press(pilot, "8", "v")

    assert snap_compare(make_app(ledger), terminal_size=USUAL, run_before=drive)
