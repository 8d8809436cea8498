"""The people of the story, each acting as themselves, with SSH keys made for the demo."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from governance.identity import sshsig
from governance.ledger.canonical import encode
from governance.workspace import Workspace
from governance.workspace.views import ApprovalView

_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in the story. The actor is an opaque id; the name stands in an erasable profile."""

    actor: str
    name: str
    part: str
    roles: tuple[str, ...]
    signs: bool = False


ADA = Person("user:p01", "Ada Lindqvist", "keeps the ledger (administrator)", ("administrator",))
TOMAS = Person("user:p02", "Tomás Rey", "trains the models", ("recorder", "trainer", "approver"), signs=True)
EVA = Person("user:p03", "Eva Brandt", "evaluates them, independently of Tomás", ("evaluator",))
MARTA = Person("user:p04", "Marta Oyelaran", "owns the model", ("approver", "model-owner"), signs=True)
KENJI = Person("user:p05", "Kenji Sato", "compliance officer", ("approver", "compliance"), signs=True)
PIPELINE = Person(
    "service:release", "the release pipeline", "asks the gate and deploys", ("deployer", "operator")
)
EVERYBODY = (ADA, TOMAS, EVA, MARTA, KENJI, PIPELINE)


@dataclass(slots=True)
class Cast:
    """Workspaces by person, and where their keys lie."""

    workspace: Workspace
    keys: Path
    _acting: dict[str, Workspace] = field(default_factory=dict)
    _public: dict[str, str] = field(default_factory=dict)

    def register(self) -> None:
        """Register everybody but the administrator, who is there already, and bind their keys."""
        self.keys.mkdir(parents=True, exist_ok=True)
        self.keys.chmod(0o700)
        for person in EVERYBODY:
            if person is not ADA:
                roles: list[dict[str, Any]] = [{"role": role} for role in person.roles]
                named = person.name if person.actor.startswith("user:") else None
                self.workspace.register_user(person.actor, roles, name=named)
            if person.signs:
                line = sshsig.generate(self._private(person), person.actor)
                self.workspace.bind_key(person.actor, line)
                self._public[person.actor] = line

    def as_(self, person: Person) -> Workspace:
        """Return the ledger as this person uses it."""
        if person.actor not in self._acting:
            self._acting[person.actor] = self.workspace.acting_as(person.actor)
        return self._acting[person.actor]

    def _private(self, person: Person) -> Path:
        return self.keys / f"{person.actor.partition(':')[2]}.key"

    def approve(self, person: Person, model: str, target: str, meaning: str) -> ApprovalView:
        """Sign and hand in an approval, as `govern approve` does.

        Raises:
            NotPermitted: the approval of this person can't count.
        """
        workspace = self.as_(person)
        statement = workspace.approval_statement(model, target, meaning=meaning)
        signature = sshsig.sign(self._private(person), _namespace(statement), encode(statement))
        return workspace.approve(statement, signature)

    def stock_tool_agrees(self, person: Person, approval: ApprovalView) -> bool | None:
        """Say whether `ssh-keygen -Y verify` accepts a signature; None where there is no ssh-keygen."""
        tool = shutil.which("ssh-keygen")
        if tool is None:
            return None
        signers, signature = self.keys / "allowed_signers", self.keys / f"{approval.approval[9:]}.sig"
        lines = (f"{actor} {' '.join(line.split()[:2])}\n" for actor, line in self._public.items())
        signers.write_text("".join(lines), encoding="utf-8")
        signature.write_text(approval.signature, encoding="utf-8")
        command = [tool, "-Y", "verify", "-f", str(signers), "-I", person.actor]
        command += ["-n", _namespace(approval.statement), "-s", str(signature)]
        done = subprocess.run(  # noqa: S603 - the stock tool, arguments are ours
            command, input=encode(approval.statement), capture_output=True, timeout=_SECONDS, check=False
        )
        return done.returncode == 0


def _namespace(statement: dict[str, Any]) -> str:
    return f"approval@{str(statement['origin']).partition('/')[0]}"
