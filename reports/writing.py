"""A file appears whole or not at all."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Iterator
from pathlib import Path

from governance.errors import NotFound


def write_whole(path: Path, data: bytes) -> None:
    """Write `data` to `path`, replacing what is there in one step.

    In this order, so that a process killed anywhere leaves either the old file or the new one:
    1. all bytes into a file without a name (Linux; elsewhere a hidden one beside it);
    2. fsync;
    3. a hidden name for it, beside `path`;
    4. rename over `path`;
    5. fsync of the folder.

    Raises:
        NotFound: the folder does not exist, or `path` is a folder.
    """
    check_target(path)
    folder = path.parent
    hidden = folder / f".{path.name}.{secrets.token_hex(6)}"
    try:
        with _nameless(folder, hidden) as descriptor:
            view = memoryview(data)
            while view:
                view = view[os.write(descriptor, view) :]
            os.fsync(descriptor)
            if not hidden.exists():
                # Python follows the link only through linkat(2), which naming a folder asks for; the path is absolute.
                os.link(f"/proc/self/fd/{descriptor}", hidden, src_dir_fd=descriptor, follow_symlinks=True)
        hidden.replace(path)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            hidden.unlink()
        raise
    _sync_folder(folder)


@contextlib.contextmanager
def _nameless(folder: Path, hidden: Path) -> Iterator[int]:
    descriptor = -1
    if hasattr(os, "O_TMPFILE"):
        with contextlib.suppress(OSError):  # file systems without unnamed files refuse the flag
            descriptor = os.open(folder, os.O_TMPFILE | os.O_WRONLY, 0o644)
    if descriptor < 0:
        descriptor = os.open(hidden, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o644)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _sync_folder(folder: Path) -> None:
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def check_target(path: Path) -> None:
    """Refuse a path that can't be written, before the work whose result it should hold.

    Raises:
        NotFound: the folder does not exist, or the path is a folder.
    """
    if not path.parent.is_dir():
        raise NotFound(
            f"The folder '{path.parent}' does not exist.", remedy="Make it first, or name another file."
        )
    if path.is_dir():
        raise NotFound(f"'{path}' is a folder.", remedy="Name the file to write, for example dossier.pdf.")
