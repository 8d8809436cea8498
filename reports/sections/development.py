"""Section 4: how the model was made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reportlab.platypus import Flowable

from reports.blocks import erased, nothing, source
from reports.document import Heading, Page
from reports.facts import DossierFacts, Quoted
from reports.tables import Cell, facts_table
from reports.wording import MISSING, moment, short, short_subject, value_text


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
        ("Parameters", value_text(_parameters(facts, body.get("parameters", {})))),
        ("Training metrics", value_text(body.get("metrics", {}))),
        ("Python", str(environment.get("python", MISSING))),
        ("Platform", str(environment.get("platform", MISSING))),
        ("Packages", value_text(environment.get("packages", {}))),
        ("Inputs", _references(body.get("inputs", []))),
        ("Outputs", _references(body.get("outputs", []))),
    ]
    return [
        *story,
        Heading("Training run", 1, "run"),
        facts_table(rows, page.width),
        source(facts, run),
    ]


def _parameters(facts: DossierFacts, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters; the model's features, listed above already, are not listed again."""
    features = facts.registered.facts.get("features", [])
    return {
        name: f"the {len(features)} above" if features and value == features else value
        for name, value in parameters.items()
    }


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
