"""Section 3: the data that the model and its evidence were made from."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from reportlab.platypus import CondPageBreak, Flowable

from governance.lineage.results import DataQuality
from reports.blocks import erased, lead, note, nothing, source
from reports.document import Heading, Page, Together
from reports.facts import Dataset, DossierFacts, Evidence
from reports.tables import Cell, facts_table, grid, result_cell
from reports.wording import MISSING, counted, listing, number, short, value_text


def data(facts: DossierFacts, page: Page) -> list[Flowable]:
    """Return every dataset that the model or its evidence was made from."""
    story: list[Flowable] = [Heading("3\u00a0\u00a0Data", 0, "data")]
    if not facts.datasets:
        return story + nothing("No dataset stands in the lineage of this model.")
    shown: dict[str, str] = {}
    for at, dataset in enumerate(_parents_first(facts.datasets)):
        story += _dataset(facts, dataset, page, at, shown)
    return story


def _parents_first(datasets: Sequence[Dataset]) -> list[Dataset]:
    """Return whole datasets before what was cut from them."""
    return sorted(datasets, key=lambda one: bool(one.quoted and one.quoted.facts.get("derived_from")))


def _dataset(
    facts: DossierFacts, dataset: Dataset, page: Page, at: int, shown: dict[str, str]
) -> list[Flowable]:
    story: list[Flowable] = [
        CondPageBreak(140),
        Heading(dataset.subject.partition(":")[2], 1, f"dataset-{at}"),
    ]
    used = (
        f"Used as: {listing(dataset.roles)}."
        if dataset.roles
        else "No run or evidence says what it was used as."
    )
    if dataset.quoted is None:
        return story + nothing(
            f"{dataset.subject} is named by other entries but was never registered. {used}"
        )
    if dataset.quoted.body is None:
        return story + erased(dataset.quoted)
    body = dataset.quoted.facts
    files = "; ".join(
        f"{one['name']} ({one['bytes']:,} bytes, {short(one['digest'])})" for one in body.get("files", [])
    )
    parents = [str(one) for one in body.get("derived_from", [])]
    own: list[tuple[str, Cell | str]] = [
        ("Used as", listing(dataset.roles) or MISSING),
        ("Rows", number(body.get("rows"))),
        ("Digest", short(body.get("digest"))),
        ("Files", files or MISSING),
        ("Cut from", ", ".join(parents) or "no other dataset"),
    ]
    said = _terms(body)
    parent = next(
        (one for one in facts.datasets if [one.subject] == parents and one.quoted is not None), None
    )
    before = _terms(parent.quoted.facts) if parent is not None and parent.quoted is not None else {}
    same = [label.lower() for label, words in said.items() if before.get(label) == words]
    if parent is not None and same:
        own.append((f"As {parent.subject.partition(':')[2]}", f"{listing(same)}"))
    own += [(label, words) for label, words in said.items() if label.lower() not in same]
    story.append(facts_table(own, page.width))
    columns = body.get("schema", [])
    written = json.dumps([columns, sorted(body.get("sensitive", []))], sort_keys=True)
    if written in shown:
        story.append(note(f"Its {counted(len(columns), 'column')} are those of {shown[written]}."))
    elif columns:
        shown[written] = dataset.subject
        story.append(CondPageBreak(120))
        story.append(_schema(columns, set(body.get("sensitive", [])), page))
    quality = facts.newest("data-quality", dataset.subject)
    if quality is None:
        return [
            *story,
            Together([source(facts, dataset.quoted), note("No validation of this dataset is recorded.")]),
        ]
    story.append(source(facts, dataset.quoted))
    return story + _quality(facts, quality, page)


def _terms(body: Mapping[str, Any]) -> dict[str, str]:
    """Return what a dataset says of its content and terms: what is cut from it mostly says the same."""
    return {
        "Source": str(body.get("source") or "not stated"),
        "Label": str(body.get("label") or "not stated"),
        "Sensitive columns": ", ".join(body.get("sensitive", [])) or "none declared",
        "May see the rows": ", ".join(body.get("access", [])) or "not stated",
        "Licence": str(body.get("licence") or "not stated"),
        "Retention": str(body.get("retention") or "not stated"),
    }


def _schema(columns: list[Mapping[str, Any]], sensitive: set[str], page: Page) -> Flowable:
    width = page.width
    rows: list[list[Cell | str]] = [
        [
            Cell(str(one["name"]), bold=one["name"] in sensitive), str(one.get("type", MISSING)),
            "may be empty" if one.get("nullable", True) else "always given",
            f"{_bound(one['minimum'])} to {_bound(one['maximum'])}"
            if one.get("minimum") is not None and one.get("maximum") is not None else MISSING,
            Cell(("sensitive. " if one["name"] in sensitive else "") + str(one.get("description") or ""), blank=True),
        ]
        for one in columns
    ]  # fmt: skip
    return grid(
        ["Column", "Type", "Empty", "Range", "Meaning"], rows,
        [width * 0.27, width * 0.1, width * 0.14, width * 0.17, width * 0.32], small=True,
    )  # fmt: skip


def _bound(value: object) -> str:
    return number(int(value)) if isinstance(value, float | int) and value == int(value) else value_text(value)


_SHARES = frozenset({"missing-values", "duplicate-rows"})


def _limit(check: str, limit: float | str | None) -> str:
    """Return what a check allows: shares of the rows as such, beside counts of what was found."""
    if check in _SHARES and isinstance(limit, float):
        return f"{100 * limit:g} %"
    return "none" if limit == 0 else value_text(limit)


def _overlap(rows: int | None) -> str:
    if rows is None:
        return ""
    if rows == 0:
        return " No row stands both in train and test."
    return f" {counted(rows, 'row')} {'stands' if rows == 1 else 'stand'} both in train and test."


def _quality(facts: DossierFacts, evidence: Evidence, page: Page) -> list[Flowable]:
    result = evidence.result
    if not isinstance(result, DataQuality):
        return erased(evidence.quoted)
    width = page.width
    rows: list[list[Cell | str]] = [
        [
            one.name.replace("-", " "), result_cell(one.status), number(one.found), _limit(one.name, one.limit),
            one.message + (f" Where: {', '.join(one.where)}." if one.where else ""),
        ]
        for one in result.checks
    ]  # fmt: skip
    overlap = _overlap(result.overlap_rows)
    repeated = counted(result.duplicates, "duplicate row") if result.duplicates else "No duplicate rows"
    return [
        lead(
            f"Validation of {counted(result.rows, 'row')}: {result.status}. "
            f"{repeated}.{overlap}"
        ),
        Together([grid(
            ["Check", "Result", "Found", "Limit", "In words"], rows,
            [width * 0.2, width * 0.13, width * 0.1, width * 0.1, width * 0.47],
            sides=["left", "left", "right", "right", "left"], small=True,
        ), source(facts, evidence.quoted)]),
    ]  # fmt: skip
