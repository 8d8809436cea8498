"""The demo's folder: begun afresh, never mixed with somebody's own files, no trap after an interruption.

1. A marker file says that a folder is a demo's, and whether its story was told to the end.
2. A folder without the marker that is not empty is never touched, not even with `--force`.
3. A story that was cut short (Ctrl-C, power) leaves the marker at `begun`; the next run starts afresh by
itself.
4. A story told to the end is kept until `--force` says otherwise.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from governance.errors import Conflict, InvalidInput

MARKER = ".govern-demo"
_BEGUN, _TOLD = "begun\n", "told\n"


class AlreadyTold(Conflict):
    """A demo was told to its end in that folder, and nobody asked to start afresh."""


@dataclass(frozen=True, slots=True)
class DemoFolder:
    """Where everything of one demo lies."""

    path: Path
    cut_short_before: bool = False

    @classmethod
    def begin(cls, path: Path, *, force: bool) -> DemoFolder:
        """Make the folder ready for a story, empty but for its marker.

        Raises:
            AlreadyTold: a demo was told there already and `force` is not given.
            InvalidInput: the path holds something that is no demo.
        """
        cut_short = False
        if path.exists():
            if not path.is_dir():
                raise InvalidInput(f"{path} is a file.", remedy="Name a folder: govern demo --dir FOLDER.")
            marker = path / MARKER
            if not marker.is_file():
                if any(path.iterdir()):
                    raise InvalidInput(
                        f"{path} holds files that are not a demo's; they are left alone.",
                        remedy="Name another folder: govern demo --dir FOLDER.",
                    )
            elif marker.read_text(encoding="utf-8") == _TOLD and not force:
                raise AlreadyTold(
                    f"The demo was told in {path} already.",
                    remedy="Look around there, start afresh with --force, or name another folder with --dir.",
                )
            else:
                cut_short = marker.read_text(encoding="utf-8") != _TOLD
                shutil.rmtree(path)
        path.mkdir(parents=True, exist_ok=True)
        (path / MARKER).write_text(_BEGUN, encoding="utf-8")
        return cls(path, cut_short)

    def finish(self) -> None:
        """Mark the story as told to the end."""
        (self.path / MARKER).write_text(_TOLD, encoding="utf-8")

    @property
    def ledger(self) -> Path:
        """The ledger's database."""
        return self.path / "governance.db"

    @property
    def key(self) -> Path:
        """The ledger's verifier key, kept apart from the ledger."""
        return self.path / "ledger.vkey"

    @property
    def receipt_key(self) -> Path:
        """The key that its receipts are signed with."""
        return self.path / "receipt-key.pem"

    def room(self, name: str) -> Path:
        """Return a folder in the folder, made if it is not there."""
        path = self.path / name
        path.mkdir(parents=True, exist_ok=True)
        return path
