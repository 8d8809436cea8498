"""One prediction traced back: batch, deployment, decision, approvals, model, run, data, code, evidence.

1. Every step is an entry, and says its place and hash, so that each can be proved apart.
2. The row's values are never in the ledger; they are shown only if somebody gives them, and then prove
   nothing here: `govern check` of the row's proof does.
3. What can't be found is a gap, told in a sentence: nothing is left out silently, nothing is guessed.
4. Evidence is what stood in the ledger that the decision judged; without a decision, all that there is.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from governance.errors import InvalidInput, NotFound
from governance.ledger.entry import Entry
from governance.lineage.headlines import headlines
from governance.lineage.history import approvals_behind
from governance.lineage.projection import Projection
from governance.lineage.reading import Reading, first, members, moment, newest, text
from governance.lineage.subjects import Subject
from governance.lineage.views import Trace, TraceStep

_MOST_EVIDENCE = 50


def trace(
    ledger: Reading, projection: Projection, prediction: str, *, values: Mapping[str, Any] | None = None
) -> Trace:
    """Return what stands behind `prediction:BATCH#ROW`, or behind a whole `batch:UUID`.

    Args:
        ledger: the entries.
        projection: the lineage tables.
        prediction: the row's or the batch's subject.
        values: the row's values, if the caller has them.

    Raises:
        InvalidInput: it names no prediction and no batch.
        NotFound: no such batch was sealed in this ledger; the remedy gives near names.
    """
    asked = Subject.parse(prediction)
    if asked.kind not in {"prediction", "batch"}:
        raise InvalidInput(f"'{prediction}' is no prediction.", remedy="Write prediction:BATCH#ROW.")
    subject = f"batch:{asked.name}"
    batch = first(ledger, "batch.sealed", subject)
    if batch is None:
        near = projection.near(subject)
        raise NotFound(
            f"There is no {subject} in this ledger.",
            remedy=f"Did you mean {', '.join(near[:3])}?" if near else "List batches: govern batch list.",
        )
    tracing = _Tracing(ledger, projection)
    if asked.kind == "prediction":
        tracing.prediction(prediction, int(asked.rest.partition("#")[2]), batch, values)
    tracing.from_batch(batch)
    return Trace(prediction=prediction, steps=tracing.steps, gaps=tracing.gaps)


class _Tracing:
    """Gathers the steps and gaps of one trace, from the batch back to the system."""

    def __init__(self, ledger: Reading, projection: Projection) -> None:
        self._ledger = ledger
        self._projection = projection
        self.steps: list[TraceStep] = []
        self.gaps: list[str] = []

    def prediction(self, subject: str, row: int, batch: Entry, values: Mapping[str, Any] | None) -> None:
        """Begin with the row itself."""
        count = (batch.body or {}).get("count")
        said = f"Row {row} of {batch.subject}"
        if isinstance(count, int) and row >= count:
            self.gaps.append(f"{batch.subject} has {count:,} rows, numbered from 0: there is no row {row}.")
        elif isinstance(count, int):
            said += f", one of {count:,}"
        facts: dict[str, Any] = {"row": row}
        if values is not None:
            facts["values"] = dict(values)
        self.steps.append(TraceStep(title="prediction", subject=subject, text=f"{said}.", facts=facts))

    def from_batch(self, batch: Entry) -> None:
        """Go from the batch to everything behind it."""
        body = self._body(batch)
        span = [text(body, name) for name in ("from", "to")]
        when = f" between {moment(span[0])} and {moment(span[1])}" if span[0] and span[1] else ""
        self._step(
            "batch", batch, f"Sealed with {_count(body)} predictions made{when}.", body,
            "root", "count", "from", "to", "model",
        )  # fmt: skip
        deployment = self._deployment(text(body, "deployment"))
        decision = None
        if deployment is not None:
            asked = text(self._quiet(deployment), "decision")
            decision = self._decision(asked)
        model = self._model(text(body, "model") or text(self._quiet(deployment), "model"), deployment)
        if model is not None:
            self._behind_the_model(model, decision)

    def _deployment(self, subject: str | None) -> Entry | None:
        if subject is None:
            self.gaps.append("The batch does not name its deployment.")
            return None
        entry = first(self._ledger, "deployment.made", subject) or first(
            self._ledger, "deployment.rolled-back", subject
        )
        if entry is None:
            self._absent(subject, "the deployment that scored the batch")
            return None
        body = self._body(entry)
        how = "Put back by a roll-back" if entry.kind == "deployment.rolled-back" else "Put to work"
        said = f"{how} at {text(body, 'target')} on {moment(entry.time)}."
        self._step(
            "deployment", entry, said, body, "model", "artifact", "target", "decision", "replaces", "reason"
        )
        return entry

    def _decision(self, subject: str | None) -> Entry | None:
        entry = first(self._ledger, "gate.decided", subject) if subject else None
        if entry is None:
            self._absent(subject or "a decision", "the decision that permitted the deployment")
            return None
        body = self._body(entry)
        rules = members(body, "results")
        verdict = "Allowed" if text(body, "verdict") == "allow" else "Denied"
        facts = {
            "rules": [
                {"rule": text(r, "rule"), "result": text(r, "result"), "message": text(r, "message")}
                for r in rules
            ],
            "policies": [f"{text(p, 'pack')}@{text(p, 'version')}" for p in members(body, "policies")],
        }
        said = f"{verdict} for {text(body, 'target')} by {len(rules)} rules on {moment(entry.time)}."
        self._step(
            "decision", entry, said, body, "verdict", "target", "artifact", "checkpoint", "expires", **facts
        )
        approvals = approvals_behind(self._ledger, self._projection, entry)
        for approval in approvals:
            self._approval(approval)
        if not approvals:
            self.gaps.append(f"{subject} names no approval that it rested on.")
        return entry

    def _approval(self, entry: Entry) -> None:
        statement = (self._body(entry) or {}).get("statement")
        stated = statement if isinstance(statement, dict) else {}
        meaning = text(stated, "meaning")
        said = f"Approved by {entry.actor}" + (f": “{meaning}”" if meaning else "") + "."
        self._step("approval", entry, said, stated, "meaning", "artifact", "target", "time", "expires")

    def _model(self, subject: str | None, deployment: Entry | None) -> Entry | None:
        entry = first(self._ledger, "model.registered", subject) if subject else None
        if entry is None:
            self._absent(subject or "a model", "the model that scored the batch")
            return None
        body = self._body(entry)
        digest, form = text(body, "artifact", "digest"), text(body, "artifact", "format")
        self._step(
            "model", entry, f"Artifact {digest or 'erased'} ({form or 'format unknown'}).", body,
            "run", "system", "title", artifact=digest, format=form,
        )  # fmt: skip
        deployed = text(self._quiet(deployment), "artifact")
        if digest and deployed and digest != deployed:
            self.gaps.append(f"The deployed artifact {deployed} is not the one registered as {subject}.")
        return entry

    def _behind_the_model(self, model: Entry, decision: Entry | None) -> None:
        body = self._quiet(model)
        run = first(self._ledger, "run.recorded", text(body, "run") or "")
        if run is None:
            self._absent(text(body, "run") or "a run", f"the training run of {model.subject}")
        else:
            self._run(run)
        size = ((self._quiet(decision) or {}).get("checkpoint") or {}).get("size") if decision else None
        self._evidence(model.subject, size if isinstance(size, int) else None)
        self._system(text(body, "system"), decision)

    def _run(self, entry: Entry) -> None:
        body = self._body(entry) or {}
        raw = body.get("environment")
        environment = raw if isinstance(raw, dict) else {}
        packages = environment.get("packages")
        seed = body.get("seed")
        said = f"Trained by {entry.actor}" + (f" with seed {seed}" if seed is not None else "") + "."
        self._step(
            "run", entry, said, body, "parameters", "seed", "metrics", "started", "ended",
            packages=packages if isinstance(packages, dict) else {}, python=environment.get("python"),
            platform=environment.get("platform"),
        )  # fmt: skip
        code = body.get("code")
        if isinstance(code, dict):
            commit = text(code, "commit")
            said = f"Commit {commit}" if commit else f"Source {text(code, 'digest')}"
            said += ", with uncommitted changes." if code.get("dirty") else "."
            self._step("code", entry, said, code, "commit", "digest", "dirty", "entry_point")
        for used in members(body, "inputs"):
            self._dataset(used)

    def _dataset(self, used: Mapping[str, Any]) -> None:
        subject, digest = text(used, "subject"), text(used, "digest")
        if subject is None or not subject.startswith("dataset:"):
            return
        entry = first(self._ledger, "dataset.registered", subject)
        if entry is None:
            self._absent(subject, "data that the run used")
            return
        body = self._body(entry) or {}
        role, rows = text(used, "role") or "used", body.get("rows")
        said = f"{f'{rows:,} rows' if isinstance(rows, int) else 'Rows unknown'}, used as {role}."
        self._step(
            "dataset",
            entry,
            said,
            body,
            "rows",
            "licence",
            "sensitive",
            "source",
            "derived_from",
            digest=digest,
        )
        registered = text(body, "digest")
        if registered and digest and registered != digest:
            self.gaps.append(
                f"The run used {subject} with digest {digest}; it is registered with {registered}."
            )

    def _evidence(self, model: str, below: int | None) -> None:
        edges = self._projection.edges_to(model, below, relation="evidence-about", limit=_MOST_EVIDENCE + 1)
        if not edges:
            self.gaps.append(f"No evidence about {model} stood in the ledger that was judged.")
        if len(edges) > _MOST_EVIDENCE:
            self.gaps.append(f"Only the first {_MOST_EVIDENCE} pieces of evidence about {model} are listed.")
        for edge in edges[:_MOST_EVIDENCE]:
            entry = self._ledger.entry(edge.seq)
            body = self._body(entry)
            family = text(body, "family") or "unknown"
            numbers = headlines(family, (body or {}).get("result"))
            told = ", ".join(f"{name} {_number(value)}" for name, value in numbers.items())
            said = f"{family}: {told or 'see the entry'}; computed by {entry.actor}."
            self._step(
                "evidence", entry, said[0].upper() + said[1:], body, "family", "producer", numbers=numbers
            )

    def _system(self, subject: str | None, decision: Entry | None) -> None:
        below = decision.seq if decision is not None else None
        entry = None
        if subject is not None:
            entry = newest(self._ledger, "system.updated", subject, below) or first(
                self._ledger, "system.registered", subject
            )
        if entry is None:
            self._absent(subject or "a system", "the system that the model serves")
            return
        body = self._body(entry)
        said = f"{text(body, 'purpose') or 'Purpose erased'} (risk: {text(body, 'risk') or 'unknown'})."
        self._step("system", entry, said, body, "title", "purpose", "owner", "risk", "materiality")

    def _step(
        self, title: str, entry: Entry, said: str, body: Mapping[str, Any] | None, *taken: str, **more: Any
    ) -> None:
        facts = {name: body[name] for name in taken if body is not None and body.get(name) is not None}
        facts.update({name: value for name, value in more.items() if value is not None})
        self.steps.append(
            TraceStep(
                title=title,
                subject=entry.subject,
                text=said,
                seq=entry.seq,
                entry=entry.hash.hex(),
                time=entry.time,
                actor=entry.actor,
                facts=facts,
            )
        )

    def _body(self, entry: Entry) -> Mapping[str, Any] | None:
        """Return an entry's body; a gap where it was erased or is not there."""
        if entry.body_bytes is None:
            what = "was erased" if entry.erased else "is not there"
            self.gaps.append(f"The body of {entry.subject} (entry {entry.seq}) {what}.")
        return entry.body

    @staticmethod
    def _quiet(entry: Entry | None) -> Mapping[str, Any] | None:
        return entry.body if entry is not None else None

    def _absent(self, subject: str, what: str) -> None:
        self.gaps.append(f"{subject}, {what}, is not in this ledger.")


def _count(body: Mapping[str, Any] | None) -> str:
    count = (body or {}).get("count")
    return f"{count:,}" if isinstance(count, int) else "an unknown number of"


def _number(value: float) -> str:
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:.3f}"
