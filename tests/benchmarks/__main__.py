"""`python -m tests.benchmarks NAME… [--json] [--rounds N]`: run benchmarks and print their table.

Exits 1 where a target is missed.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import platform
import sys
from pathlib import Path

from tests.benchmarks.harness import ROUNDS, Row

_NO_BENCHMARKS = {"__main__", "harness"}


def names() -> list[str]:
    found = {path.stem for path in Path(__file__).parent.glob("*.py")}
    return sorted(name for name in found - _NO_BENCHMARKS if not name.startswith(("test_", "_")))


def show(rows: list[Row]) -> None:
    print(
        f"Python {platform.python_version()}, {os.cpu_count()} cores, {platform.machine()}, {platform.system()}"
    )
    for row in rows:
        sign = ">=" if row.at_least else "<="
        print(f"\n{row.name} [{row.unit}]" + (f": {row.note}" if row.note else ""))
        print(f"  ours   {row.ours}")
        if row.peer is not None:
            print(f"  peer   {row.peer}")
        print(
            f"  ratio  {row.ratio:.3g}   target {sign} {row.target:g}   {'holds' if row.holds else 'MISSED'}"
        )


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", help=f"any of: {', '.join(names())}; all by default")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="at least five")
    options = parser.parse_args()
    chosen = options.names or names()
    unknown = set(chosen) - set(names())
    if unknown:
        parser.error(f"no benchmark {', '.join(sorted(unknown))}; there are: {', '.join(names())}")
    rows: list[Row] = []
    for name in chosen:
        rows.extend(importlib.import_module(f"tests.benchmarks.{name}").run(options.rounds))
    if options.json:
        print(json.dumps([row.as_json() for row in rows], indent=2))
    else:
        show(rows)
    return 0 if all(row.holds for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
