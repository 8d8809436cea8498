"""Where `govern` starts, under a name that nobody else uses.

The packages `governance`, `policies`, `reports` and `tui` have generic names. When a module of the same name stands
earlier on the import path, Python would load that one and fail with a puzzling error; so this module looks first
and names the file that is in the way.
"""

from __future__ import annotations

import importlib.machinery
import sys
from importlib.util import find_spec
from pathlib import Path

PACKAGES = ("governance", "policies", "reports", "tui")


def shadowing_file(package: str) -> str | None:
    """Return the file that Python would import instead of our `package`, or None if ours comes first."""
    home = Path(__file__).resolve().parent / package
    spec: importlib.machinery.ModuleSpec | None = find_spec(package)
    if spec is None:
        return None
    places = [spec.origin] if spec.origin else list(spec.submodule_search_locations or [])
    for place in places:
        path = Path(place).resolve()
        if path != home and home not in path.parents:
            return str(path)
    return None


def complain_about_shadows() -> None:
    """Exit with a sentence and a remedy when one of our packages is shadowed.

    Raises:
        SystemExit: with code 2.
    """
    for package in PACKAGES:
        found = shadowing_file(package)
        if found is not None:
            sys.stderr.write(
                f"govern: {found} stands in the way of the package '{package}' of ml-governance.\n"
                f"Rename that file, or run govern where it is not on the import path "
                f"(PYTHONPATH, or the folder of the program that you start).\n"
            )
            raise SystemExit(2)


def run() -> None:
    """Start the command line."""
    try:
        complain_about_shadows()
        from governance.cli.main import run as run_command_line

        run_command_line()
    except KeyboardInterrupt:  # while modules were still being imported
        sys.stderr.write("\nStopped before anything was done.\n")
        raise SystemExit(130) from None


if __name__ == "__main__":
    run()
