"""Static exports that somebody was given: verified with nothing but the folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from governance.errors import NotFound
from governance.ledger.folder import FolderReader
from governance.workspace.failures import explained
from governance.workspace.verifying import verify_reader
from governance.workspace.views import Progress, Verification


def verify_export(
    folder: Path,
    *,
    key: str | None = None,
    checkpoint: str | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> Verification:
    """Verify a static export.

    Args:
        folder: where it lies.
        key: the ledger's verifier key; without it entry 0 is believed, with a warning.
        checkpoint: an older checkpoint that the caller trusts.
        progress: called now and then with the layer and how far it has come.

    Raises:
        NotFound: there is no such folder.
        IntegrityError: it is no export, or incomplete beyond what verification can report.
    """
    if not folder.is_dir():
        raise NotFound(f"There is no folder {folder}.", remedy="Name the folder that 'govern export' wrote.")
    with explained():
        return verify_reader(FolderReader(folder), key=key, checkpoint=checkpoint, progress=progress)
