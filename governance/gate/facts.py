"""Facts from the ledger as it stood at a size: `assemble`.

1. Only entries below the size are read, so that the same question at the same checkpoint has the same facts
   for ever.
2. Everything is read from entries; the lineage index only says where evidence is. Deployments, alerts,
   approvals, waivers and quarantines are found by their kinds, past the index.
3. A body that is erased or malformed is a gap with a name, never silently absent.
4. A quarantine stands from the newest `x.quarantined` about a subject until an `x.quarantine-lifted` after it,
   by somebody who was a data steward or an administrator. No other kind has to do with it.
"""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import ValidationError

from governance.errors import Erased, InvalidInput, NotFound
from governance.gate import approvals, waivers
from governance.gate.approvals import Found, Ground, Submitted
from governance.gate.protocol import Alert, Deployed, Evidence, Facts, Recorded
from governance.gate.sources import NO_EDGES, EdgeIndex, LedgerReader, Source
from governance.gate.upstream import Upstream, walk_upstream
from governance.identity.directory import Directory
from governance.identity.permissions import OPERATIONS
from governance.ledger.entry import Entry
from governance.lineage.records import (
    AlertOpened,
    Body,
    DeploymentMade,
    EvidenceRecorded,
    ModelRegistered,
    RunRecorded,
    SystemRegistered,
)
from governance.lineage.results import FAMILIES
from governance.lineage.subjects import Subject

_LIFTERS = OPERATIONS["lift-quarantine"]
IDENTITY_KINDS = ("ledger.created", "user.*", "key.*", "token.*")


def assemble(
    ledger: LedgerReader,
    projection: EdgeIndex,
    directory: Directory,
    subject: str,
    target: str,
    size: int,
    time: str,
) -> Facts:
    """Return the facts about promoting `subject` to `target`.

    Args:
        ledger: where they stand.
        projection: where to look.
        directory: who is known; of the entries below `size` (see `directory_at`).
        subject: `model:NAME@VERSION`.
        target: name of an environment.
        size: how many entries exist for this question.
        time: the instant to judge at.

    Raises:
        InvalidInput: the subject is no model, or the target no name.
        NotFound: no such model is registered below `size`.
        Erased: the model's registration was erased; names the entry.
    """
    parsed = Subject.parse(subject)
    if parsed.kind != "model":
        raise InvalidInput(f"'{subject}' is no model.", remedy="The gate judges models: model:NAME@VERSION.")
    Subject.deployment(parsed.name, target, 1)  # refuses what can't name a target
    source = Source.at(ledger, projection, size)
    model = _model(source, subject)
    run = source.typed(source.first("run.recorded", model.body.run), RunRecorded)
    system = source.typed(source.newest("system.*", model.body.system), SystemRegistered)
    upstream = walk_upstream(source, run)
    ground = _ground(ledger, directory, model, upstream)
    deployments = _deployments(source, parsed.name, subject)
    concerned = [subject, *(d.subject for d in upstream.datasets), *upstream.models, *deployments]
    deployed = _deployed(source, parsed.name, target)
    watched = concerned + ([deployed.subject] if deployed and deployed.subject not in concerned else [])
    found = signed_about(source, subject)
    return Facts(
        subject=subject,
        target=target,
        time=time,
        origin=ledger.origin,
        size=size,
        artifact=model.body.artifact.digest,
        model=model,
        system=system,
        run=run,
        trainers=ground.run_writers,
        runs_known=ground.runs_known,
        trainer_roles=directory.roles(run.actor, run.time, model.body.system, target) if run else frozenset(),
        datasets=tuple(upstream.datasets),
        training=tuple(upstream.training),
        evidence=tuple(_evidence(source, concerned, directory, model, target)),
        approvals=tuple(
            approvals.judged(one, ground, time) for one in found if _is(one, "approval") and _for(one, target)
        ),
        waivers=tuple(
            waivers.judged(one, ground, time) for one in found if _is(one, "waiver") and _for(one, target)
        ),
        alerts=tuple(_alerts(source, watched)),
        deployed=deployed,
        gaps=tuple(dict.fromkeys(_gaps(model, run, system, source) + upstream.gaps)),
        quarantined=tuple(
            one
            for one in dict.fromkeys([subject, model.body.run, *upstream.subjects])
            if _quarantined(source, one, directory, model.body.system, target)
        ),
        erased=tuple(sorted(set(source.erased))),
        unreadable=tuple(source.unreadable),
    )


def directory_at(ledger: LedgerReader, size: int) -> Directory:
    """Return who was known in the ledger as it stood at `size`."""
    source = Source.at(ledger, NO_EDGES, size)
    entries = [entry for kind in IDENTITY_KINDS for entry in source.all(kind)]
    return Directory.of(sorted(entries, key=lambda entry: entry.seq))


def ground_of(
    ledger: LedgerReader, projection: EdgeIndex, directory: Directory, subject: str, size: int
) -> tuple[Ground, list[Found]]:
    """Return what an approval or waiver of `subject` is held against, and those that stand already.

    Raises:
        NotFound: no such model is registered.
        Erased: its registration was erased.
    """
    source = Source.at(ledger, projection, size)
    model = _model(source, subject)
    run = source.typed(source.first("run.recorded", model.body.run), RunRecorded)
    return _ground(ledger, directory, model, walk_upstream(source, run)), signed_about(source, subject)


def demand_known_run(facts: Facts) -> None:
    """Demand that nobody erased the training run: without it nobody can be excluded as the trainer.

    Raises:
        Erased: its body was erased; names the entry.
    """
    for seq, subject in facts.erased:
        if subject == facts.model.body.run:
            raise Erased(
                f"The run behind {facts.subject} (entry {seq}) was erased: who trained it can't be read any more.",
                remedy="Train again, and register a new version.",
            )


def signed_about(source: Source, subject: str) -> list[Found]:
    """Return approvals and waivers of a model as they stand, by position, not yet judged."""
    nonces: set[str] = set()
    found: list[Found] = []
    given = [entry for kind in ("approval.given", "waiver.granted") for entry in source.all(kind)]
    for entry in sorted(given, key=lambda one: one.seq):
        body = source.members(entry)
        statement = body.get("statement") if body else None
        if body is None or not isinstance(statement, dict) or statement.get("subject") != subject:
            continue
        word = entry.header.kind.partition(".")[0]
        revocation = source.newest(f"{word}.revoked", entry.header.subject)
        nonce = str(statement.get("nonce", ""))
        submitted = Submitted(
            statement, str(body.get("signature", "")), entry.header.actor, entry.header.time
        )
        found.append(
            Found(
                entry.seq,
                entry.hash.hex(),
                entry.header.subject,
                submitted,
                _reason(revocation),
                nonce in nonces,
            )
        )
        nonces.add(nonce)
    return found


def _model(source: Source, subject: str) -> Recorded[ModelRegistered]:
    entry = source.first("model.registered", subject)
    if entry is None:
        raise NotFound(f"There is no {subject} in this ledger.", remedy="Register it: govern model register.")
    model = source.typed(entry, ModelRegistered)
    if model is not None:
        return model
    if entry.body is None:
        raise Erased(
            f"The registration of {subject} (entry {entry.seq}) was erased.", remedy="Register a new version."
        )
    raise InvalidInput(source.unreadable[-1], remedy="Register a new version of the model.")


def _ground(
    ledger: LedgerReader,
    directory: Directory,
    model: Recorded[ModelRegistered],
    upstream: Upstream,
) -> Ground:
    artifact = model.body.artifact.digest
    writers = frozenset([model.actor, *upstream.writers, *(run.actor for run in upstream.runs)])
    # Of an artifact that the named run did not put out nobody knows which run, and whose, it came from.
    named = bool(upstream.runs) and artifact in {o.digest for o in upstream.runs[0].body.outputs}
    known = named and not upstream.unknown_run
    return Ground(ledger.origin, artifact, directory, writers, model.body.system, known)


def _deployments(source: Source, name: str, subject: str) -> list[str]:
    """Return the deployments of a model, by position."""
    entries = source.all("deployment.*", f"deployment:{name}/*")
    made = [one for one in entries if (source.members(one) or {}).get("model") == subject]
    return list(dict.fromkeys(one.header.subject for one in made))


def _evidence(
    source: Source,
    concerned: Iterable[str],
    directory: Directory,
    model: Recorded[ModelRegistered],
    target: str,
) -> list[Evidence]:
    system = model.body.system
    found: dict[int, Evidence] = {}
    for subject in concerned:
        for entry in source.pointing_at(subject, "evidence"):
            if entry.header.kind != "evidence.recorded" or entry.seq in found:
                continue
            recorded = source.typed(entry, EvidenceRecorded)
            if recorded is None or recorded.body.about != subject:
                continue
            body = recorded.body
            if subject == model.subject and _another_artifact(body, model):
                source.unreadable.append(
                    f"Evidence {recorded.subject} (entry {entry.seq}) is about another artifact of {subject}."
                )
                continue
            try:
                result = FAMILIES.get(body.family, Body).model_validate(body.result)
            except ValidationError as error:
                source.unreadable.append(
                    f"Evidence {recorded.subject} (entry {entry.seq}) is no {body.family} result: "
                    f"{error.error_count()} members are wrong."
                )
                continue
            # The entry's writer is the producer: what the body claims is not believed.
            roles = directory.roles(recorded.actor, recorded.time, system, target)
            found[entry.seq] = Evidence(
                recorded.seq, recorded.entry, recorded.subject, recorded.time, subject, body.family, result,
                recorded.actor, roles, tuple(body.inputs),
            )  # fmt: skip
    return [found[seq] for seq in sorted(found)]


def _another_artifact(body: EvidenceRecorded, model: Recorded[ModelRegistered]) -> bool:
    """Say whether evidence names a digest for the model that is not the registered one."""
    named = [one.digest for one in body.inputs if one.subject == model.subject]
    return bool(named) and model.body.artifact.digest not in named


def _alerts(source: Source, watched: Iterable[str]) -> list[Alert]:
    subjects, found = set(watched), dict[str, Alert]()
    hinted = {edge.seq for one in subjects for edge in source.edges.edges_from(one, below=source.size)}
    for entry in source.all("alert.opened"):
        alert = entry.header.subject
        about = str(entry.body.get("about")) if entry.body is not None else None
        # What an erased alert was about only the index can still say; a body that is gone unerased is an error.
        if alert in found or not (about in subjects or (entry.body is None and _hinted(entry, hinted))):
            continue
        opened = source.typed(entry, AlertOpened)
        if opened is None:
            continue
        closed = source.newest("alert.closed", alert)
        found[alert] = Alert(
            seq=opened.seq,
            entry=opened.entry,
            subject=alert,
            about=opened.body.about,
            severity=opened.body.severity,
            time=opened.time,
            closed=closed.header.time if closed else None,
            summary=opened.body.summary or "",
        )
    return [found[alert] for alert in found]


def _hinted(entry: Entry, hinted: set[int]) -> bool:
    return not entry.erased or entry.seq in hinted


def _deployed(source: Source, name: str, target: str) -> Deployed | None:
    pattern = f"deployment:{name}/{target}@*"
    newest = source.newest("deployment.*", pattern)
    if newest is None or newest.header.kind == "deployment.ended":
        return None
    made = source.typed(newest, DeploymentMade)
    return Deployed(made.seq, made.entry, made.subject, made.body.model, made.time) if made else None


def _quarantined(source: Source, subject: str, directory: Directory, system: str, target: str) -> bool:
    """Say whether a quarantine stands (rule 4)."""
    declared = source.newest("x.quarantined", subject)
    if declared is None:
        return False
    lifts = (one.header for one in source.all("x.quarantine-lifted", subject) if one.seq > declared.seq)
    return not any(_LIFTERS & directory.roles(one.actor, one.time, system, target) for one in lifts)


def _gaps(
    model: Recorded[ModelRegistered],
    run: Recorded[RunRecorded] | None,
    system: Recorded[SystemRegistered] | None,
    source: Source,
) -> list[str]:
    erased = {subject for _, subject in source.erased}
    absent = [(run, model.body.run), (system, model.body.system)]
    return [subject for found, subject in absent if found is None and subject not in erased]


def _is(found: Found, word: str) -> bool:
    return found.subject.startswith(f"{word}:")


def _for(found: Found, target: str) -> bool:
    return found.submitted.statement.get("target") == target


def _reason(revocation: Entry | None) -> str | None:
    if revocation is None:
        return None
    statement = (revocation.body or {}).get("statement")
    return (
        str(statement.get("reason", "no reason given")) if isinstance(statement, dict) else "no reason given"
    )
