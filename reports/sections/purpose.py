"""Sections 2 to 4: the system and its purpose, the data, and how the model was made."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from reportlab.platypus import CondPageBreak, Flowable

from governance.lineage.results import DataQuality
from reports.blocks import erased, lead, note, nothing, source
from reports.document import Heading, Page, Together
from reports.facts import Dataset, DossierFacts, Evidence, Quoted
from reports.tables import Cell, facts_table, grid, result_cell
from reports.wording import MISSING, counted, day, listing, moment, number, short, short_subject, value_text


def purpose(facts: DossierFacts, page: Page) -> list[Flowable]:
    """Return what the system is for, who owns it, and what counts as success."""
    story: list[Flowable] = [Heading("2\u00a0\u00a0System and intended purpose", 0, "purpose")]
    system = facts.system
    if system is None:
        return story + nothing("The model names no system that is registered in this ledger.")
    if system.body is None:
        return story + erased(system)
    body = system.facts
    metrics = "; ".join(value_text(one) for one in body.get("success_metrics", []))
    rows: list[tuple[str, Cell | str]] = [
        ("System", Cell(str(body.get("title") or system.subject), bold=True)),
        ("Subject", system.subject),
        ("Purpose", str(body.get("purpose", MISSING))),
        ("Owner", facts.who(str(body.get("owner", MISSING)))),
        ("Risk", str(body.get("risk", MISSING))),
        ("Materiality", str(body.get("materiality") or "not stated")),
        ("Success metrics", metrics or "none stated"),
        ("Review by", day(body.get("review_by")) if body.get("review_by") else "no date set"),
    ]
    return [*story, facts_table(rows, page.width), source(facts, system)]


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
    rows: list[tuple[str, Cell | str]] = [
        ("Used as", listing(dataset.roles) or MISSING),
        ("Rows", number(body.get("rows"))),
        ("Digest", short(body.get("digest"))),
        ("Files", files or MISSING),
        ("Source", str(body.get("source") or "not stated")),
        ("Cut from", ", ".join(body.get("derived_from", [])) or "no other dataset"),
        ("Label", str(body.get("label") or "not stated")),
        ("Sensitive columns", ", ".join(body.get("sensitive", [])) or "none declared"),
        ("May see the rows", ", ".join(body.get("access", [])) or "not stated"),
        ("Licence", str(body.get("licence") or "not stated")),
        ("Retention", str(body.get("retention") or "not stated")),
    ]
    story.append(facts_table(rows, page.width))
    columns = body.get("schema", [])
    written = json.dumps([columns, sorted(body.get("sensitive", []))], sort_keys=True)
    if written in shown:
        story.append(note(f"Its {counted(len(columns), 'column')} are those of {shown[written]}."))
    elif columns:
        shown[written] = dataset.subject
        story.append(_schema(columns, set(body.get("sensitive", [])), page))
    quality = facts.newest("data-quality", dataset.subject)
    if quality is None:
        return [
            *story,
            Together([source(facts, dataset.quoted), note("No validation of this dataset is recorded.")]),
        ]
    story.append(source(facts, dataset.quoted))
    return story + _quality(facts, quality, page)


def _schema(columns: list[Mapping[str, Any]], sensitive: set[str], page: Page) -> Flowable:
    width = page.width
    rows: list[list[Cell | str]] = [
        [
            Cell(str(one["name"]), bold=one["name"] in sensitive), str(one.get("type", MISSING)),
            "may be empty" if one.get("nullable", True) else "always given",
            f"{value_text(one['minimum'])} to {value_text(one['maximum'])}"
            if one.get("minimum") is not None and one.get("maximum") is not None else MISSING,
            Cell(("sensitive. " if one["name"] in sensitive else "") + str(one.get("description") or ""), blank=True),
        ]
        for one in columns
    ]  # fmt: skip
    return grid(
        ["Column", "Type", "Empty", "Range", "Meaning"], rows,
        [width * 0.27, width * 0.1, width * 0.14, width * 0.17, width * 0.32], small=True,
    )  # fmt: skip


def _quality(facts: DossierFacts, evidence: Evidence, page: Page) -> list[Flowable]:
    result = evidence.result
    if not isinstance(result, DataQuality):
        return erased(evidence.quoted)
    width = page.width
    rows: list[list[Cell | str]] = [
        [
            one.name.replace("-", " "), result_cell(one.status), number(one.found), value_text(one.limit),
            one.message + (f" Where: {', '.join(one.where)}." if one.where else ""),
        ]
        for one in result.checks
    ]  # fmt: skip
    overlap = (
        ""
        if result.overlap_rows is None
        else f" {counted(result.overlap_rows, 'row')} stand both in train and test."
    )
    return [
        lead(
            f"Validation of {counted(result.rows, 'row')}: {result.status}. "
            f"{counted(result.duplicates, 'duplicate row')}.{overlap}"
        ),
        grid(
            ["Check", "Result", "Found", "Limit", "In words"], rows,
            [width * 0.2, width * 0.13, width * 0.1, width * 0.1, width * 0.47],
            sides=["left", "left", "right", "right", "left"], small=True,
        ),
        source(facts, evidence.quoted),
    ]  # fmt: skip


def development(facts: DossierFacts, page: Page) -> list[Flowable]:
    """Return the run that made the model: inputs, code, parameters, environment, seed."""
    story: list[Flowable] = [Heading("4\u00a0\u00a0Development", 0, "development")]
    story += _model(facts, page)
    run = facts.run
    if run is None:
        return story + nothing("The run that made this model is not in the ledger.")
    if run.body is None:
        return story + erased(run)
    body = run.facts
    code = body.get("code", {})
    environment = body.get("environment", {})
    state = {True: ", with uncommitted changes", False: ", clean"}.get(code.get("dirty"), "")
    rows: list[tuple[str, Cell | str]] = [
        ("Run", run.subject),
        ("Started, ended", f"{moment(body.get('started'))} to {moment(body.get('ended'))}"),
        ("Trained by", facts.who(run.actor)),
        ("Code", f"commit {code['commit']}{state}" if code.get("commit") else "no commit recorded"),
        ("Code digest", short(code.get("digest"))),
        ("Entry point", str(code.get("entry_point") or MISSING)),
        ("Seed", value_text(body.get("seed")) if body.get("seed") is not None else "none recorded"),
        ("Parameters", value_text(body.get("parameters", {}))),
        ("Training metrics", value_text(body.get("metrics", {}))),
        ("Python", str(environment.get("python", MISSING))),
        ("Platform", str(environment.get("platform", MISSING))),
        ("Packages", value_text(environment.get("packages", {}))),
        ("Inputs", _references(body.get("inputs", []))),
        ("Outputs", _references(body.get("outputs", []))),
    ]
    return [
        *story,
        CondPageBreak(160),
        Heading("Training run", 1, "run"),
        facts_table(rows, page.width),
        source(facts, run),
    ]


def _model(facts: DossierFacts, page: Page) -> list[Flowable]:
    registered: Quoted = facts.registered
    if registered.body is None:
        return erased(registered)
    body = registered.facts
    artifact = body.get("artifact", {})
    size = f", {artifact['bytes']:,} bytes" if artifact.get("bytes") else ""
    rows: list[tuple[str, Cell | str]] = [
        ("Model", Cell(facts.model, bold=True)),
        ("Artifact", f"{short(artifact.get('digest'))} ({artifact.get('format', MISSING)}{size})"),
        ("Features", ", ".join(body.get("features", [])) or "not listed"),
        ("Registered", f"{moment(registered.time)} by {facts.who(registered.actor)}"),
    ]
    return [facts_table(rows, page.width), source(facts, registered)]


def _references(references: list[Mapping[str, Any]]) -> str:
    return (
        "; ".join(
            " ".join(
                part
                for part in (
                    f"{one['role']}:" if one.get("role") else "",
                    short_subject(str(one.get("subject") or "")),
                    short(one.get("digest")),
                )
                if part
            )
            for one in references
        )
        or MISSING
    )
