"""The page of records names every kind with every member of its body, and messages name pages that exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from governance.lineage.records import KINDS

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/reference/records.md").read_text()


@pytest.mark.parametrize("kind", KINDS)
def test_the_page_names_a_kind_with_all_its_members(kind: str) -> None:
    (row,) = [line for line in PAGE.splitlines() if line.startswith(f"| `{kind}` |")]
    for name, field in KINDS[kind].body.model_fields.items():
        mark = "" if field.is_required() else "?"
        assert f"`{field.alias or name}`{mark}" in row
    assert row.endswith("| E |") == KINDS[kind].erasable


def test_pages_that_messages_and_docstrings_name_exist_and_say_something() -> None:
    sources = [
        path for room in ("governance", "policies", "reports", "tui") for path in (ROOT / room).rglob("*.py")
    ]
    named = {page for path in sources for page in re.findall(r"docs/[a-z/-]+\.md", path.read_text())}
    pages = {ROOT / page for page in named} | set((ROOT / "docs").rglob("*.md"))
    assert named
    assert not [str(page) for page in pages if not page.is_file() or page.stat().st_size < 200]
