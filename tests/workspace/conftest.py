"""One ledger, reached in two ways: every test of the façade's contract runs over both."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from governance.workspace import Workspace, open_workspace
from governance.workspace.local import LocalWorkspace
from tests.workspace.world import ALICE, World, a_fresh_ledger, served


@pytest.fixture(params=["local", "http"])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    path = a_fresh_ledger(tmp_path)
    admin = open_workspace(str(path), actor=ALICE)
    assert isinstance(admin, LocalWorkspace)
    if request.param == "local":
        yield (made := World(path, admin, None))
        made.close()
    else:
        with served(str(path)) as address:
            yield (made := World(path, admin, address))
            made.close()
    admin.close()


@pytest.fixture
def alice(world: World) -> Workspace:
    """The ledger as its administrator and everything else sees it."""
    world.admin.set_roles(
        ALICE, [{"role": role} for role in ("administrator", "recorder", "evaluator", "deployer")]
    )
    return world.as_(ALICE)
