"""Edges of the lineage run between boxes, never behind them; long tables leave no orphans."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st
from reportlab.graphics.shapes import Path

from reports.charts.routes import Place, Routes
from reports.tables import Column, PlainRows, fitted

WIDTH, HEIGHT, GAP, SPACE = 56.0, 43.0, 13.0, 15.0


def _columns(heights: list[int]) -> list[list[Place]]:
    return [
        [Place(at * (WIDTH + SPACE), (count / 2 - row) * (HEIGHT + GAP) - HEIGHT, at) for row in range(count)]
        for at, count in enumerate(heights)
    ]


def _corners(path: Path) -> list[tuple[float, float]]:
    """Return where a path's pieces meet: curves stay between their ends, which the channels hold."""
    found, at = [], 0
    for operator in path.operators:
        size = (2, 2, 6, 0)[operator]
        found.append((path.points[at + size - 2], path.points[at + size - 1]))
        at += size
    return found


@settings(deadline=None)
@given(st.lists(st.integers(1, 6), min_size=2, max_size=7), st.data())
def test_no_edge_crosses_a_box(heights: list[int], data: st.DataObject) -> None:
    columns = _columns(heights)
    boxes = [box for column in columns for box in column]
    routes = Routes(columns, WIDTH, HEIGHT, GAP)
    for _ in range(12):
        start, end = data.draw(st.sampled_from(boxes)), data.draw(st.sampled_from(boxes))
        if start == end:
            continue
        path = Path()
        routes.path(path, start, end)
        for (x1, y1), (x2, y2) in pairwise(_corners(path)):
            for box in boxes:
                beside = max(x1, x2) <= box.x + 1e-6 or min(x1, x2) >= box.x + WIDTH - 1e-6
                above_or_beneath = min(y1, y2) >= box.y + HEIGHT or max(y1, y2) <= box.y
                assert beside or above_or_beneath


def test_an_arc_of_the_last_column_stays_within_the_drawing() -> None:
    columns = _columns([1, 2])
    path = Path()
    Routes(columns, WIDTH, HEIGHT, GAP).path(path, *columns[1])
    assert max(path.points[0::2]) <= columns[1][0].x + WIDTH


def test_a_table_never_leaves_an_orphan_or_two_for_the_next_page() -> None:
    rows = PlainRows([Column("One", 0, 100)], [[str(at)] for at in range(22)])
    first, _, rest = rows.split(400, PlainRows.LINE * 21 + 7)
    assert isinstance(first, PlainRows)
    assert isinstance(rest, PlainRows)
    assert len(first.rows) + len(rest.rows) == 22
    assert len(rest.rows) == PlainRows.KEPT


def test_columns_are_as_wide_as_their_texts_where_there_is_room() -> None:
    from reports.typography import REGULAR, SMALL, width

    texts = [["deployment.rolled-back", "x"], ["short", "a longer text than that"]]
    columns = fitted(["Kind", "Words"], texts, 400)
    for at, column in enumerate(columns):
        assert all(width(row[at], REGULAR, SMALL) <= column.width for row in texts)
    narrow = fitted(["Kind", "Words"], [["k" * 400, "fits"]], 400)
    assert width("fits", REGULAR, SMALL) <= narrow[1].width
    assert narrow[1].start + narrow[1].width <= 400.5


def test_a_table_with_cells_keeps_some_rows_for_the_next_page_too() -> None:
    from reportlab.platypus import LongTable

    from reports.tables import grid

    table = grid(["One"], [[str(at)] for at in range(30)], [100.0], small=True)
    assert isinstance(table, LongTable)
    _, whole = table.wrap(100, 10_000)
    first, _, rest = table.split(100, whole - 5)
    assert _rows(first) + _rows(rest) == 32  # each has the header
    assert _rows(rest) == 4


def _rows(table: object) -> int:
    return len(table._cellvalues)  # type: ignore[attr-defined]
