"""The last checkpoint that this reader verified, one small file a ledger in the user's state folder.

A ledger that answers with less than, or something else than, what was once verified has lost or rewritten history;
only a memory outside the ledger can tell.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from pathlib import Path

import platformdirs
from pydantic import BaseModel, ConfigDict, ValidationError

from governance.errors import LedgerUnusable


class Pin(BaseModel):
    """What was verified, and when.

    `checkpoint` is the signed text, so that the pin itself can be shown to others. `keys` are the keys that signed it:
    an origin is only a name, and another ledger may bear it. `complete_to` and `complete_time` say up to which size
    and when every entry was last checked one by one, not only the checkpoints.
    """

    model_config = ConfigDict(frozen=True)

    origin: str
    keys: list[str]
    size: int
    root: str
    checkpoint: str
    time: str
    complete_to: int = 0
    complete_time: str | None = None


class PinFolder:
    """Reads and writes pins."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or platformdirs.user_state_path("ml-governance", appauthor=False) / "pins"

    def path(self, origin: str) -> Path:
        """Return where the pin of a ledger is kept."""
        return self.folder / f"{hashlib.sha256(origin.encode()).hexdigest()[:32]}.json"

    def read(self, origin: str) -> Pin | None:
        """Return the pin of a ledger, None if it was never verified here.

        Raises:
            LedgerUnusable: the file is there and is no pin of this ledger; forgetting it silently would lose the
                very protection that it gives.
        """
        path = self.path(origin)
        try:
            pin = Pin.model_validate_json(path.read_bytes())
        except FileNotFoundError:
            return None
        except (OSError, ValidationError) as error:
            raise LedgerUnusable(
                f"The pinned checkpoint {path} can't be read.",
                remedy="Compare the ledger with a copy that you trust, then forget the pin (F, or delete that file).",
            ) from error
        if pin.origin != origin:
            raise LedgerUnusable(
                f"The pinned checkpoint {path} belongs to {pin.origin}.", remedy="Delete it."
            )
        return pin

    def write(self, pin: Pin) -> None:
        """Replace the pin of a ledger, all or nothing.

        Raises:
            OSError: the state folder can't be written.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=self.folder, suffix=".new")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump(pin.model_dump(), file, indent=2)
            Path(temporary).replace(self.path(pin.origin))
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise

    def forget(self, origin: str) -> None:
        """Delete the pin of a ledger; nothing happens where there is none.

        Raises:
            OSError: the file can't be deleted.
        """
        self.path(origin).unlink(missing_ok=True)
