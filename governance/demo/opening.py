"""Setting the scene: a fresh ledger, its administrator, its key kept apart, the policy that judges."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager

from governance.demo.cast import ADA, Cast
from governance.demo.folder import DemoFolder
from governance.demo.narration import Narrator
from governance.demo.scene import Scene
from governance.gate import packs
from governance.workspace import create_workspace

HOST = "bank.example"
PACKS = ("credit-high-risk",)
"""Policy packs that ship with us and judge in the story."""


@contextmanager
def open_scene(folder: DemoFolder, tell: Narrator) -> Iterator[Scene]:
    """Create the ledger and give the scene before its first step; close the ledger afterwards."""
    # Each telling is a ledger of its own, with keys of its own; so it gets a name of its own, or whoever has looked
    # at an earlier one would rightly be alarmed.
    origin = f"{HOST}/mortgages-{secrets.token_hex(4)}"
    with create_workspace(str(folder.ledger), actor=ADA.actor, name=ADA.name, origin=origin) as workspace:
        key = workspace.verifier_keys()[0]
        folder.key.write_text(key + "\n", encoding="utf-8")
        receipt_key = str((workspace.entry(0).body or {})["receipt_keys"][0])
        folder.receipt_key.write_text(receipt_key, encoding="utf-8")
        shipped = packs.shipped()
        yield Scene(
            folder=folder,
            tell=tell,
            cast=Cast(workspace, folder.room("people")),
            policies=[shipped[name] for name in PACKS],
            key=key,
            receipt_key=receipt_key,
        )
