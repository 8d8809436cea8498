"""A real ledger with a model, its run, its data, its evidence and its people, written without the façade."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from governance.gate import examples, statements
from governance.gate.decision import Judgement, decide
from governance.gate.facts import assemble, directory_at
from governance.gate.in_use import PacksInUse, packs_in_use
from governance.gate.protocol import Facts
from governance.gate.registry import installed
from governance.gate.verdicts import decided_body
from governance.identity import sshsig
from governance.ledger.checkpoint import read_unverified
from governance.ledger.entry import Draft, new_id
from governance.ledger.log import Acknowledged, Ledger
from governance.lineage.projection import Projection

ORIGIN = "acme.example/credit"
MODEL, SYSTEM, DATASET = "model:scorer@1", "system:credit", "dataset:loans@1"
ARTIFACT, DATA = "sha256:" + "a" * 64, "sha256:" + "d" * 64
TRAINER, EVALUATOR, ADMIN = "user:tom", "service:evaluator", "user:ada"


@dataclass
class Room:
    """The ledger, its index, and the keys of its people."""

    ledger: Ledger
    projection: Projection
    folder: Path
    keys: dict[str, Path] = field(default_factory=dict)
    run: str = "run:" + new_id()

    def enter(self, actor: str, kind: str, subject: str, body: dict[str, Any]) -> Acknowledged:
        return self.ledger.append(Draft(actor=actor, kind=kind, subject=subject, body=body))

    def person(self, actor: str, *roles: str) -> str:
        """Register somebody, with a key where they are a person; return the key's subject."""
        granted = {"roles": [{"role": role} for role in roles]}
        self.enter(ADMIN, "user.registered", actor, granted)
        if actor.startswith("service:"):
            return ""
        path = self.folder / actor.replace(":", "-")
        line = sshsig.generate(path, actor)
        self.keys[actor] = path
        self.enter(ADMIN, "key.bound", sshsig.key_subject(line), {"user": actor, "ssh_key": line})
        return sshsig.key_subject(line)

    def statement(self, target: str = "production", **changed: Any) -> dict[str, Any]:
        time = self.now()
        members = {
            "origin": ORIGIN, "subject": MODEL, "artifact": ARTIFACT, "target": target, "meaning": "I reviewed it",
            "policies": self.policies(), "evidence": [], "time": time, "expires": "2099-01-01T00:00:00Z",
        }  # fmt: skip
        return statements.approval(**{**members, **changed})

    def policies(self) -> list[str]:
        """Return the digests that a statement names: of the packs in use."""
        return [pack.digest for pack in packs_in_use(self.ledger, self.ledger.size()).packs]

    def sign(self, actor: str, statement: dict[str, Any]) -> str:
        return sshsig.sign(self.keys[actor], statements.namespace(statement), statements.message(statement))

    def approve(self, actor: str, statement: dict[str, Any] | None = None, signature: str = "") -> str:
        """Enter an approval as it is, past every rule of the façade; return its subject."""
        said = statement or self.statement()
        signed = {"statement": said, "signature": signature or self.sign(actor, said)}
        subject = f"approval:{new_id()}"
        self.enter(actor, "approval.given", subject, signed)
        return subject

    def now(self) -> str:
        return self.ledger.entry(self.ledger.size() - 1).header.time

    def facts(self, target: str = "production", size: int | None = None, time: str | None = None) -> Facts:
        at = self.ledger.size() if size is None else size
        directory = directory_at(self.ledger, at)
        return assemble(self.ledger, self.projection, directory, MODEL, target, at, time or self.now())

    def root_at(self, size: int) -> str:
        text = self.ledger.checkpoint(size)
        assert text is not None
        return read_unverified(text).root.hex()

    def judge(self, target: str = "production") -> tuple[Facts, Judgement, PacksInUse]:
        facts = self.facts(target)
        used = packs_in_use(self.ledger, facts.size)
        return facts, decide(facts, used.packs, installed(), facts.time, unreadable=used.unreadable), used

    def ask(self, target: str = "production") -> tuple[str, dict[str, Any]]:
        """Enter a verdict; return its subject and body."""
        facts, judgement, used = self.judge(target)
        body = decided_body(judgement, facts, root=self.root_at(facts.size), policy_entries=used.entries)
        decision = f"decision:{new_id()}"
        self.enter(ADMIN, "gate.decided", decision, body)
        return decision, body


def furnished(folder: Path) -> Room:
    """Return a ledger in which a sound model waits for its approvals."""
    ledger = Ledger.create(
        f"sqlite:///{folder}/ledger.db", actor=ADMIN, origin=ORIGIN, created={"admins": [{"actor": ADMIN}]}
    )
    room = Room(ledger, Projection(ledger), folder)
    room.person(TRAINER, "recorder", "trainer", "approver", "model-owner")
    room.person(EVALUATOR, "evaluator")
    room.person("user:bob", "approver", "model-owner")
    room.person("user:carol", "approver", "compliance")
    sound = examples.facts("production")
    assert sound.system is not None
    assert sound.run is not None
    room.enter(ADMIN, "system.registered", SYSTEM, _plain(sound.system.body))
    room.enter(ADMIN, "dataset.registered", DATASET, _plain(sound.datasets[0].body))
    run = _plain(sound.run.body) | {"inputs": [{"subject": DATASET, "digest": DATA, "role": "train"}]}
    room.enter(TRAINER, "run.recorded", room.run, run)
    model = _plain(sound.model.body) | {"run": room.run, "system": SYSTEM}
    room.enter(TRAINER, "model.registered", MODEL, model)
    for evidence in sound.evidence:
        about = MODEL if evidence.about == examples.SUBJECT else DATASET
        room.enter(
            EVALUATOR,
            "evidence.recorded",
            f"evidence:{new_id()}",
            _evidence(about, evidence.family, evidence.result),
        )
    return room


def reopened(folder: Path, run: str) -> Room:
    """Return the room in a copied folder."""
    ledger = Ledger.open(f"sqlite:///{folder}/ledger.db")
    keys = {one.stem.replace("-", ":", 1): one.with_suffix("") for one in folder.glob("user-*.pub")}
    return Room(ledger, Projection(ledger), folder, keys, run)


def _evidence(about: str, family: str, result: Any) -> dict[str, Any]:
    return {
        "about": about,
        "family": family,
        "inputs": [],
        "method": {"name": "test", "source": "test"},
        "parameters": {},
        "result": result.model_dump(mode="json", by_alias=True),
        "how": {},
        "producer": EVALUATOR,
    }


def _plain(body: Any) -> dict[str, Any]:
    plain: dict[str, Any] = body.model_dump(mode="json", by_alias=True, exclude_none=True)
    return plain
