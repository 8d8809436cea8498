"""The reference page of checks names every check and every parameter, with its default."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from governance.gate.registry import installed

PAGE = Path(__file__).parents[2] / "docs/reference/checks.md"
CHECKS = installed()


@pytest.mark.parametrize("name", list(CHECKS))
def test_the_page_describes_a_check_and_its_parameters(name: str) -> None:
    page = PAGE.read_text()
    assert f"### `{name}`" in page
    section = page.split(f"### `{name}`", 1)[1].split("\n### ", 1)[0]
    for parameter, field in CHECKS[name].parameters.model_fields.items():
        shown = field.alias or parameter
        assert f"`{shown}`" in section, shown
        if not field.is_required() and isinstance(field.default, int | float | str):
            assert f"`{json.dumps(field.default)}`" in section, shown
