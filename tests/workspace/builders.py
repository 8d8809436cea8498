"""Sound bodies for tests, each a few words long where nothing else matters."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from governance.gate import statements
from governance.identity import sshsig
from governance.lineage.records import (
    DatasetRegistered,
    EvidenceRecorded,
    ModelRegistered,
    RunRecorded,
    SystemRegistered,
)
from governance.workspace import Workspace

TIME = "2026-01-05T10:00:00.000000Z"


def digest(text: str) -> str:
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def a_system(purpose: str = "Decide on mortgages", risk: str = "high") -> SystemRegistered:
    return SystemRegistered(
        purpose=purpose, owner="user:alice", risk=risk, success_metrics=[{"name": "roc_auc", "minimum": 0.7}]
    )


def a_dataset(content: str = "loans") -> DatasetRegistered:
    return DatasetRegistered.model_validate(
        {
            "digest": digest(content),
            "files": [{"name": "loans.csv", "digest": digest(content), "bytes": 100, "rows": 10}],
            "schema": [{"name": "income", "type": "float64"}, {"name": "approved", "type": "int64"}],
            "rows": 10,
            "label": "approved",
            "sensitive": ["race"],
        }
    )


def a_run(dataset: str = "dataset:loans@1", content: str = "loans", output: str = "model-1") -> RunRecorded:
    return RunRecorded.model_validate(
        {
            "inputs": [{"subject": dataset, "digest": digest(content), "role": "train"}],
            "outputs": [{"digest": digest(output)}],
            "code": {"digest": digest("train.py")},
            "parameters": {"C": 1.0},
            "seed": 7,
            "environment": {"python": "3.11", "platform": "linux", "packages": {}},
            "metrics": {"roc_auc": 0.8},
            "started": TIME,
            "ended": TIME,
        }
    )


def a_model(run: str, system: str = "system:credit", output: str = "model-1") -> ModelRegistered:
    return ModelRegistered.model_validate(
        {"artifact": {"digest": digest(output), "format": "skops"}, "run": run, "system": system}
    )


def evidence_about(subject: str, producer: str, family: str = "house-review") -> EvidenceRecorded:
    return EvidenceRecorded.model_validate(
        {
            "about": subject,
            "family": family,
            "inputs": [],
            "method": {"name": "reading", "source": "house rule 1"},
            "parameters": {},
            "result": {"read": True},
            "how": {"mode": "by hand"},
            "producer": producer,
        }
    )


PACK = """\
pack: house
version: 1.0.0
title: Two people look at it
applies:
  targets: [staging, production]
rules:
  - id: two-people
    check: approvals.quorum
    with: {roles: {model-owner: 1, compliance: 1}, distinct: true, not: [trainer], max_age_days: 30}
"""


def a_trained_model(
    workspace: Workspace, version: str = "1", *, dataset: str = "loans", output: str | None = None
) -> str:
    """Register everything behind `model:scorer@VERSION` and return its subject."""
    workspace.register_system("system:credit", a_system())
    workspace.register_dataset(f"dataset:{dataset}@1", a_dataset(dataset))
    made = output or f"model-{version}"
    run = workspace.record_run(a_run(f"dataset:{dataset}@1", dataset, made)).subject
    model = f"model:scorer@{version}"
    workspace.register_model(model, a_model(run, output=made))
    return model


def sign(key: Path, statement: dict[str, Any]) -> str:
    """Sign a statement as `ssh-keygen -Y sign` does."""
    return sshsig.sign(key, statements.namespace(statement), statements.message(statement))
