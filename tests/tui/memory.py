"""A ledger in memory with real hashes, a real tree, real signatures and no disk: the screens' test double.

Everything is derived from the story, so that the same story gives the same bytes on every machine.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Self

from governance.errors import NotFound
from governance.gate.verdict import RuleResult, Verdict
from governance.ledger import canonical, proof, tree
from governance.ledger.checkpoint import Checkpoint, sign
from governance.ledger.entry import Header, commit_body, entry_hash
from governance.ledger.note import SigningKey
from governance.lineage.edges import edges
from governance.workspace.views import (
    AlertView,
    ApprovalView,
    CheckpointView,
    DecisionView,
    Edge,
    EntryQuery,
    EntryView,
    Failure,
    InProduction,
    Lineage,
    Node,
    Overview,
    Progress,
    Replay,
    SubjectSummary,
    SubjectView,
    Verification,
)

ORIGIN = "acme.example/credit"
BEGIN = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


def identity(name: str) -> str:
    """Return a UUID of version 7 shape that belongs to a name for ever."""
    digest = bytearray(hashlib.sha256(name.encode()).digest()[:16])
    digest[:6] = (0x019C3F000000 + int.from_bytes(digest[:3], "big")).to_bytes(6, "big")
    digest[6] = 0x70 | digest[6] & 0x0F
    digest[8] = 0x80 | digest[8] & 0x3F
    return str(uuid.UUID(bytes=bytes(digest)))


def digest(name: str) -> str:
    """Return an artifact digest that belongs to a name."""
    return "sha256:" + hashlib.sha256(name.encode()).hexdigest()


class MemoryWorkspace:
    """Implements what the screens read of `governance.workspace.protocol.Workspace`."""

    def __init__(self, origin: str = ORIGIN) -> None:
        self.url = "memory:"
        self.origin = origin
        self.actor: str | None = None
        self.key = SigningKey.from_seed(origin, hashlib.sha256(origin.encode()).digest())
        self.now = BEGIN
        self.views: list[EntryView] = []
        self.levels: list[list[bytes]] = [[]]
        self.asked: list[str] = []
        self.damage: list[Failure] = []
        self.approval_rows: list[ApprovalView] = []
        self.before_step: Callable[[], None] = lambda: None
        self._frontier = tree.Frontier()
        self._bodies: list[tuple[bytes, bytes]] = []
        self._edges: list[Edge] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        return None

    def close(self) -> None:
        """Nothing to close."""

    # Writing -------------------------------------------------------------------------------------------------
    def write(
        self, kind: str, subject: str, body: Mapping[str, Any], actor: str, *, later: timedelta = timedelta(0)
    ) -> EntryView:
        """Append an entry `later` than the one before."""
        self.now += later
        seq = len(self.views)
        salt = hashlib.sha256(f"salt {seq}".encode()).digest()
        body_bytes = canonical.encode(dict(body))
        header = Header(
            actor=actor,
            body=commit_body(salt, body_bytes).hex(),
            id=identity(f"entry {seq}"),
            kind=kind,
            origin=self.origin,
            prev=self.views[-1].entry if seq else "0" * 64,
            seq=seq,
            subject=subject,
            time=self.now.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        )
        raw = header.to_bytes()
        leaf = entry_hash(raw)
        self._bodies.append((body_bytes, salt))
        self._add_leaf(leaf)
        self.views.append(
            EntryView(
                seq=seq, id=header.id, time=header.time, kind=kind, subject=subject, actor=actor, entry=leaf.hex(),
                prev=header.prev, origin=self.origin, commitment=header.body, header=raw.decode(),
                body=dict(body), salt=salt.hex(),
            )
        )  # fmt: skip
        self._edges += [
            Edge(source=link.source, target=link.target, relation=link.relation, seq=seq)
            for link in edges(kind, subject, body)
        ]
        return self.views[-1]

    def _add_leaf(self, leaf: bytes) -> None:
        self._frontier.append(leaf)
        level, hash_ = 0, leaf
        while True:
            if len(self.levels) == level:
                self.levels.append([])
            self.levels[level].append(hash_)
            if len(self.levels[level]) % 2:
                return
            hash_ = tree.node_hash(*self.levels[level][-2:])
            level += 1

    def _hash(self, level: int, index: int) -> bytes:
        return self.levels[level][index]

    # Reading -------------------------------------------------------------------------------------------------
    def checkpoint(self) -> CheckpointView:
        """Sign what there is now."""
        self.asked.append("checkpoint")
        made = Checkpoint(self.origin, len(self.views), self._frontier.root())
        return CheckpointView(
            origin=self.origin, size=made.size, root=made.root.hex(), text=sign(made, [self.key])
        )

    def verifier_keys(self) -> list[str]:
        """Return the ledger's key."""
        return [self.key.vkey]

    def entry(self, reference: str | int) -> EntryView:
        """Return an entry by seq, id or hash."""
        self.asked.append("entry")
        for view in [self.views[reference]] if isinstance(reference, int) else self.views:
            if reference in {view.seq, view.id, view.entry}:
                return view
        raise NotFound(f"There is no entry {reference}.")

    def entries(self, query: EntryQuery) -> list[EntryView]:
        """Answer a keyset query."""
        self.asked.append("entries")
        newest = query.newest_first or query.before is not None
        last = len(self.views) - 1 if query.before is None else min(query.before, len(self.views)) - 1
        first = 0 if query.after is None else query.after + 1
        order = range(last, first - 1, -1) if newest else range(first, last + 1)
        found: list[EntryView] = []
        for seq in order:
            view = self.views[seq]
            if _matches(query, view):
                found.append(view if query.bodies else view.model_copy(update={"body": None, "salt": None}))
                if len(found) == query.limit:
                    break
        return found

    def subject(self, subject: str) -> SubjectView:
        """Return a subject."""
        found = [view for view in self.views if view.subject == subject]
        if not found:
            raise NotFound(f"Nothing is known of {subject}.", remedy="govern log shows what there is.")
        kind = subject.partition(":")[0]
        return SubjectView(subject=subject, kind=kind, current=found[-1].body, entries=found)

    def subjects(
        self, kind: str | None = None, *, after: str | None = None, limit: int = 100
    ) -> list[SubjectSummary]:
        """Return a page of subjects by name."""
        self.asked.append("subjects")
        names = sorted(
            {view.subject for view in self.views if kind is None or view.subject.startswith(kind + ":")}
        )
        summaries = []
        for name in [one for one in names if after is None or one > after][:limit]:
            mine = self.subject(name).entries
            summaries.append(
                SubjectSummary(subject=name, first_seq=mine[0].seq, last_seq=mine[-1].seq, last_kind=mine[-1].kind,
                               last_time=mine[-1].time)
            )  # fmt: skip
        return summaries

    def lineage(self, subject: str, *, direction: str = "both", depth: int = 8) -> Lineage:
        """Walk the edges up and down."""
        self.asked.append("lineage")
        known = {view.subject: view for view in reversed(self.views)}
        if subject not in known and not any(subject in {edge.source, edge.target} for edge in self._edges):
            raise NotFound(
                f"Nothing is known of {subject}.", remedy="Did you mean model:mortgage-approval@2?"
            )
        found: dict[tuple[str, str, str], Edge] = {}
        truncated = False
        for up in (True, False):
            if direction not in {"both", "up" if up else "down"}:
                continue
            rim, seen = {subject}, {subject}
            for step in range(depth + 1):
                beyond = [edge for edge in self._edges if (edge.target if up else edge.source) in rim]
                if step == depth:
                    truncated = truncated or bool(beyond)
                    break
                found.update({(edge.source, edge.target, edge.relation): edge for edge in beyond})
                rim = {edge.source if up else edge.target for edge in beyond} - seen
                seen |= rim
        names = {subject} | {name for edge in found.values() for name in (edge.source, edge.target)}
        nodes = [
            Node(subject=name, kind=name.partition(":")[0], time=known[name].time, seq=known[name].seq)
            if name in known
            else Node(subject=name, kind=name.partition(":")[0], known=False)
            for name in sorted(names)
        ]
        return Lineage(subject=subject, nodes=nodes, edges=list(found.values()), truncated=truncated)

    def deployments(self, model: str | None = None) -> list[InProduction]:
        """Return what was deployed, newest first."""
        found = []
        replaced: set[str] = set()
        for view in reversed(self.views):
            body = view.body
            if view.kind not in {"deployment.made", "deployment.rolled-back"} or body is None:
                continue
            state = "replaced" if view.subject in replaced else "current"
            replaced.add(str(body.get("replaces")))
            decision = str(body["decision"])
            found.append(
                InProduction(
                    deployment=view.subject, model=str(body["model"]), target=str(body["target"]), since=view.time,
                    until=None, decision=decision, verdict="allow", approvals=[], approvers=["Alice", "Bob"],
                    why=str(body.get("reason") or "allowed by the gate, approved by Alice and Bob"), state=state,
                )
            )  # fmt: skip
        return [one for one in found if model is None or one.model == model]

    def alerts(self, *, open_only: bool = True) -> list[AlertView]:
        """Return alerts."""
        closed = {view.subject: view.time for view in self.views if view.kind == "alert.closed"}
        found = [
            AlertView(
                alert=view.subject, about=view.body["about"], severity=view.body["severity"],
                summary=view.body["summary"], evidence=view.body["evidence"], opened=view.time,
                closed=closed.get(view.subject), seq=view.seq,
            )
            for view in self.views
            if view.kind == "alert.opened" and view.body is not None
        ]  # fmt: skip
        return [one for one in found if not (open_only and one.closed)]

    def overview(self) -> Overview:
        """Return the first screen's facts."""
        self.asked.append("overview")
        checkpoint = self.checkpoint()
        counts: dict[str, int] = {}
        for subject in {view.subject for view in self.views[:5000]}:
            kind = subject.partition(":")[0]
            counts[kind] = counts.get(kind, 0) + 1
        decisions = [
            {"decision": one.decision, "about": one.about, "target": one.target, "verdict": one.verdict,
             "time": one.time, "seq": one.seq}
            for one in self.decisions(limit=8)
        ]  # fmt: skip
        return Overview(
            origin=self.origin, size=checkpoint.size, root=checkpoint.root,
            in_production=[one for one in self.deployments() if one.state == "current"],
            alerts=self.alerts(), decisions=decisions, counts=counts, last_entry=self.views[-1],
        )  # fmt: skip

    # Proofs --------------------------------------------------------------------------------------------------
    def prove(self, reference: str | int, *, withhold_body: bool = False) -> str:
        """Return the tlog-proof of an entry."""
        self.asked.append("prove")
        view = self.entry(reference)
        body, salt = self._bodies[view.seq]
        extra = proof.encode_extra(view.header.encode(), None if withhold_body else body, salt)
        path = tree.inclusion_path(view.seq, len(self.views), self._hash)
        return proof.encode(view.seq, extra, path, self.checkpoint().text)

    def consistency_proof(self, old: int, new: int) -> list[str]:
        """Return the consistency proof between two sizes."""
        return [node.hex() for node in tree.consistency_path(old, new, self._hash)]

    def verify(
        self,
        *,
        key: str | None = None,
        checkpoint: str | None = None,
        progress: Callable[[Progress], None] | None = None,
    ) -> Verification:
        """Pretend to verify, layer by layer."""
        size = len(self.views)
        for layer in ("entries", "bodies", "tiles", "checkpoints", "projections"):
            for done in range(0, size + 1, max(size // 4, 1)):
                self.before_step()
                if progress is not None:
                    progress(Progress(layer=layer, done=done, total=size))
        ok = not self.damage
        summary = (
            f"All {size:,} entries prove: nothing was altered, removed or inserted."
            if ok
            else f"The ledger does not prove: {len(self.damage)} kind(s) of damage."
        )
        return Verification(
            ok=ok, origin=self.origin, size=size, root=self._frontier.root().hex(),
            checked={"entries": size, "chain": size, "bodies": size, "tiles": 0, "checkpoints": size, "projections": 96},
            failures=self.damage, warnings=[] if checkpoint else ["truncation not excluded: no trusted checkpoint"],
            summary=summary, seconds=1.4,
        )  # fmt: skip

    # Gate ----------------------------------------------------------------------------------------------------
    def decision(self, decision: str) -> DecisionView:
        """Return a decision."""
        return self._decision(self.subject(decision).entries[-1])

    def _decision(self, view: EntryView) -> DecisionView:
        body = view.body or {}
        results = [RuleResult.model_validate(result) for result in body["results"]]
        against = [one.rule for one in results if str(one.result) not in {"pass", "warn", "waived"}]
        sentence = (
            f"{body['about'].partition(':')[2]} may go to {body['target']}: every rule that counts passed."
            if body["verdict"] == "allow"
            else f"{body['about'].partition(':')[2]} may not go to {body['target']}: {', '.join(against)} did not pass."
        )
        return DecisionView(
            decision=view.subject, seq=view.seq, entry=view.entry, time=view.time, about=body["about"],
            artifact=body["artifact"], target=body["target"], verdict=Verdict(body["verdict"]), sentence=sentence,
            results=results, policies=body["policies"], checks=body["checks"], checkpoint=body["checkpoint"],
            expires=body["expires"], receipt='{"envelope":{},"proof":""}',
        )  # fmt: skip

    def decisions(self, about: str | None = None, *, limit: int = 100) -> list[DecisionView]:
        """Return decisions, newest first."""
        self.asked.append("decisions")
        query = EntryQuery(kind="gate.decided", newest_first=True, limit=100_000)
        found = [self._decision(view) for view in self.entries(query)]
        return [one for one in found if about is None or one.about == about][:limit]

    def replay(self, decision: str) -> Replay:
        """Compute the same again."""
        view = self.decision(decision)
        return Replay(
            decision=decision, outcome="same", verdict=view.verdict, recorded=view.verdict, differences=[]
        )

    def approvals(self, about: str | None = None) -> list[ApprovalView]:
        """Return approvals."""
        return [one for one in self.approval_rows if about is None or one.about == about]


def another_key(origin: str = ORIGIN) -> MemoryWorkspace:
    """Return an empty ledger that bears a name and has a key of its own."""
    ledger = MemoryWorkspace(origin)
    ledger.key = SigningKey.from_seed(origin, hashlib.sha256(b"another key").digest())
    return ledger


def _matches(query: EntryQuery, view: EntryView) -> bool:
    return (
        _fits(query.kind, view.kind)
        and _fits(query.subject, view.subject)
        and _fits(query.actor, view.actor)
        and (query.since is None or view.time >= query.since)
        and (query.until is None or view.time < query.until)
    )


def _fits(wanted: str | None, value: str) -> bool:
    if wanted is None:
        return True
    return value.startswith(wanted[:-1]) if wanted.endswith("*") else value == wanted
