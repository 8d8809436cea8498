"""Files of other people's: never stored, known by their digest."""

from __future__ import annotations

from pathlib import Path

from governance.errors import InvalidInput, NotFound


def digest_of_file(path: Path) -> str:
    """Return `sha256:…`, by which the ledger names a file, read in pieces.

    Raises:
        NotFound: there is no such file.
        InvalidInput: it can't be read, or the path is none.
    """
    import hashlib

    try:
        with path.open("rb") as file:
            return "sha256:" + hashlib.file_digest(file, "sha256").hexdigest()
    except (FileNotFoundError, IsADirectoryError):
        raise NotFound(f"There is no file {path}.", remedy="Check the path.") from None
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise InvalidInput(
            f"The file {str(path)!r} can't be read: {why}.", remedy="Check the path and who may read it."
        ) from None
