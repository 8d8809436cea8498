"""A page of the terminal UI's entry list at 10^5 entries against the same at 10^2.

Measured from the key to the painted rows, in the app itself on a real SQLite ledger, without a terminal: opening the
list, and then jumping a long way into it. One unit: seconds; the page must cost the same at any size.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

from textual.pilot import Pilot

from governance.ledger.entry import Draft
from governance.ledger.log import Ledger
from governance.workspace import Workspace, create_workspace, open_workspace
from tests.benchmarks.harness import Row, against
from tui.app import RecordApp
from tui.paging import AllEntries
from tui.pins import PinFolder
from tui.widgets.entries import EntryList

SMALL, LARGE, GROUP = 100, 100_000, 1000
JUMPS = 8


def build(folder: Path, size: int) -> str:
    """Write a ledger of `size` entries and return its path."""
    url = str(folder / f"{size}.db")
    create_workspace(url, actor="user:ann", name="Ann").close()
    ledger = Ledger.open(url)
    while (have := ledger.size()) < size:
        drafts = [
            Draft("user:ann", "x.benchmark", f"model:benchmark@{seq}", {"seq": seq})
            for seq in range(have, min(have + GROUP, size))
        ]
        ledger.append_many(drafts)
    ledger.close()
    return url


async def painted(pilot: Pilot[None], seq: int) -> None:
    """Wait until the entry `seq` is read and painted under the cursor."""
    entries = pilot.app.screen.query_one(EntryList)
    while entries.entry is None or entries.entry.seq != seq:  # noqa: ASYNC110 - watched from outside
        await asyncio.sleep(0.0005)
    await pilot.pause()


async def measure(workspace: Workspace, folder: Path) -> tuple[float, float]:
    """Return the seconds to open the list, and the median seconds to jump to a far page."""
    size = workspace.checkpoint().size
    app = RecordApp(workspace, pins=PinFolder(folder / "pins"), follow=0)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause(0.5)
        began = time.perf_counter()
        app.action_go("ledger")
        while not app.screen.query(EntryList):  # noqa: ASYNC110 - watched from outside
            await asyncio.sleep(0.0005)
        await painted(pilot, size - 1)
        opened = time.perf_counter() - began
        entries = app.screen.query_one(EntryList)
        jumps = []
        for step in range(JUMPS):
            row = (step * 37 + 11) * size // 400 % size
            began = time.perf_counter()
            entries.show(AllEntries(size), cursor=row)  # nothing kept: the small ledger is one page otherwise
            await painted(pilot, size - 1 - row)
            jumps.append(time.perf_counter() - began)
        return opened, sorted(jumps)[len(jumps) // 2]


def run(rounds: int) -> Iterable[Row]:
    """Measure both sizes in turns."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with open_workspace(build(folder, SMALL)) as small, open_workspace(build(folder, LARGE)) as large:
            for index, what in enumerate(("opening the entry list", "a page far away in the entry list")):
                yield against(
                    f"terminal UI, {what}, {LARGE:,} entries",
                    lambda index=index: asyncio.run(measure(large, folder))[index],  # type: ignore[misc]
                    lambda index=index: asyncio.run(measure(small, folder))[index],  # type: ignore[misc]
                    target=1.5,
                    unit="s",
                    note=f"against the same at {SMALL} entries",
                    rounds=rounds,
                    at_least=False,
                )
