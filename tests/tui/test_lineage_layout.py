"""The lineage drawing: exact pictures, and what holds for every graph."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tui.lineage_layout import Drawing, draw, layers_of
from tui.words import cut_apart


def drawn(drawing: Drawing) -> str:
    rows = [list(row) for row in drawing.lines]
    for node in drawing.nodes.values():
        rows[node.y][node.x : node.x + node.width] = node.label
    return "\n".join("".join(row).rstrip() for row in rows)


def test_two_sources_meet_in_a_run_that_makes_the_model() -> None:
    edges = [("data", "run"), ("code", "run"), ("run", "model"), ("model", "prod")]
    assert drawn(draw("model", {"model": "[model]"}, edges, room=80)) == (
        "code ─┬▶ run ──▶ [model] ──▶ prod\ndata ─┘"
    )


def test_an_edge_over_several_layers_passes_beneath_nothing() -> None:
    edges = [("a", "b"), ("b", "M"), ("a", "M")]
    assert drawn(draw("M", {}, edges, room=80)) == "a ─┬▶ b ─┬▶ M\n   └─────┘"


def test_lines_that_would_touch_get_tracks_of_their_own() -> None:
    edges = [
        ("M", "d1"),
        ("M", "sys"),
        ("d1", "b1"),
        ("d1", "b2"),
        ("d1", "b3"),
        ("d1", "d2"),
        ("M", "d2"),
        ("d2", "b4"),
    ]
    assert drawn(draw("M", {}, edges, room=80)) == (
        "   ┌▶ sys  ┌┬▶ d2 ──▶ b4\n"
        "M ─┼───────┘├▶ b1\n"
        "   └▶ d1 ───┼▶ b2\n"
        "            └▶ b3"
    )  # fmt: skip


def test_a_cycle_that_a_hostile_entry_claims_does_not_hang_the_drawing() -> None:
    edges = [("a", "b"), ("b", "a"), ("b", "M"), ("M", "a")]
    assert draw("M", {}, edges, room=80).nodes.keys() == {"a", "b", "M"}


def test_labels_of_the_widest_layers_are_cut_until_the_drawing_fits() -> None:
    labels = {"M": "[" + "m" * 38 + "]", "a": "a" * 30, "b": "b"}
    drawing = draw("M", labels, [("a", "M"), ("M", "b")], room=50)
    assert drawing.width <= 50
    assert drawing.nodes["b"].label == "b"
    assert "…" in drawing.nodes["M"].label


def test_a_chain_of_thousands_is_laid_out_without_recursion() -> None:
    names = [f"n{index}" for index in range(3000)]
    assert layers_of("n0", list(pairwise(names)))["n2999"] == 2999


graphs = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=18).map(
    lambda pairs: [(f"n{a}", f"n{b}") for a, b in pairs if a < b]
)


@settings(max_examples=80, deadline=None)
@given(graphs)
def test_labels_never_overlap_and_every_edge_runs_left_to_right(edges: list[tuple[str, str]]) -> None:
    drawing = draw("n4", {}, edges, room=200)
    taken: set[tuple[int, int]] = set()
    for node in drawing.nodes.values():
        cells = {(node.x + step, node.y) for step in range(-1, node.width + 1)}
        assert not cells & taken
        taken |= cells
        assert all(drawing.lines[node.y][node.x + step] in " ─" for step in range(node.width))
    for source, target in edges:
        if source in drawing.nodes and target in drawing.nodes:
            assert drawing.nodes[source].layer < drawing.nodes[target].layer
            assert drawing.lines[drawing.nodes[target].y][drawing.nodes[target].x - 2] == "▶"


@pytest.mark.parametrize("subject", ["n0", "n9"])
def test_a_subject_without_neighbours_stands_alone(subject: str) -> None:
    assert drawn(draw(subject, {}, [], room=80)) == subject


def test_names_that_begin_alike_are_cut_so_that_their_ends_tell_them_apart() -> None:
    names = [f"boston-mortgages-{part}@1990" for part in ("train", "test")]
    assert [cut_apart(name, 14) for name in names] == ["bos…train@1990", "bos…-test@1990"]
    assert cut_apart("short", 14) == "short"
