"""The story that the screens are tested on: a mortgage system, three models, a refusal, a correction, drift."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from governance.workspace.views import ApprovalView
from tests.tui.evaluations import MODELS, TEST, evaluate, record_evidence
from tests.tui.memory import MemoryWorkspace, digest, identity

SYSTEM = "system:mortgage-approval"
DATASET = "dataset:hmda-boston@1990"
TRAIN = "dataset:hmda-boston-train@1990"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def mortgage_story(ledger: MemoryWorkspace | None = None) -> MemoryWorkspace:
    """Return the ledger after the whole story, told into a new one unless one is given."""
    ledger = ledger or MemoryWorkspace()
    _people(ledger)
    _data(ledger)
    _model(ledger, 1, {"C": 1.0, "features": 18, "uses_race": True}, auc=0.831)
    evaluate(ledger, 1, black=0.742, joint=0.711)
    _decide(ledger, 1, "deny", fairness=("fail", 0.742), approved=False)
    _model(ledger, 2, {"C": 1.0, "features": 17, "mitigation": "GridSearch"}, auc=0.822)
    evaluate(ledger, 2, black=0.901, joint=0.853)
    _decide(ledger, 2, "deny", fairness=("pass", 0.901), approved=False)
    _approve(ledger, 2, "user:alice", "Alice Sanders", "I reviewed the fairness evaluation")
    _approve(ledger, 2, "user:bob", "Bob Ito", "I accept the residual risk")
    decision = _decide(ledger, 2, "allow", fairness=("pass", 0.901), approved=True)
    first = _deploy(ledger, 2, 1, decision)
    for number in range(4):
        _batch(ledger, 2, first, number)
    _drift(ledger, first, drifted=False)
    for number in range(4, 9):
        _batch(ledger, 2, first, number)
    alert = _drift(ledger, first, drifted=True)
    _model(ledger, 3, {"C": 0.5, "features": 17, "mitigation": "GridSearch"}, auc=0.826)
    evaluate(ledger, 3, black=0.893, joint=0.866)
    _approve(ledger, 3, "user:alice", "Alice Sanders", "I reviewed the fairness evaluation")
    _approve(ledger, 3, "user:bob", "Bob Ito", "I accept the residual risk")
    decision = _decide(ledger, 3, "allow", fairness=("pass", 0.893), approved=True)
    second = _deploy(ledger, 3, 2, decision, replaces=first)
    _batch(ledger, 3, second, 9)
    ledger.write("alert.closed", alert, {"reason": "retrained as version 3"}, "user:carol", later=DAY)
    _drift(ledger, second, drifted=True, severity="warning")
    return ledger


def _people(ledger: MemoryWorkspace) -> None:
    ledger.write(
        "ledger.created",
        f"ledger:{ledger.origin}",
        {"format": 1, "origin": ledger.origin, "keys": [ledger.key.vkey], "admins": []},
        "user:carol",
    )
    for actor, role in (
        ("user:alice", "compliance"),
        ("user:bob", "model-owner"),
        ("service:trainer", "trainer"),
        ("service:evaluator", "evaluator"),
    ):
        ledger.write("user.registered", actor, {"roles": [{"role": role}]}, "user:carol", later=HOUR)
    ledger.write("user.profile", "user:alice", {"name": "Alice Sanders"}, "user:carol")


def _data(ledger: MemoryWorkspace) -> None:
    ledger.write(
        "system.registered",
        SYSTEM,
        {
            "title": "Mortgage approval",
            "purpose": "Recommends approval or refusal of home mortgage applications to a loan officer.",
            "owner": "user:bob",
            "risk": "high",
            "success_metrics": [{"name": "roc_auc", "minimum": 0.75}],
            "review_by": "2026-09-01",
        },
        "user:bob",
        later=DAY,
    )
    schema = [{"name": name, "type": "float64"} for name in ("apr", "hrat", "obrat", "unem", "approve")]
    for subject, rows, parents in ((DATASET, 1989, []), (TRAIN, 995, [DATASET]), (TEST, 994, [DATASET])):
        ledger.write(
            "dataset.registered",
            subject,
            {
                "digest": digest(subject),
                "files": [],
                "schema": schema,
                "rows": rows,
                "label": "approve",
                "sensitive": ["race", "sex"],
                "licence": "public (Federal Reserve Bank of Boston)",
                "derived_from": parents,
            },
            "user:bob",
            later=HOUR,
        )
    result = {
        "rows": 1989,
        "columns": [],
        "duplicates": 0,
        "overlap_rows": 0,
        "status": "pass",
        "checks": [
            {
                "name": "missing-values",
                "status": "pass",
                "found": 0,
                "message": "no missing values in used columns",
            },
            {"name": "duplicate-rows", "status": "pass", "found": 0, "message": "no row stands there twice"},
            {"name": "overlap", "status": "pass", "found": 0, "message": "train and test share no row"},
        ],
    }
    record_evidence(ledger, DATASET, "data-quality", result, "quality")


def _run_of(version: int) -> str:
    return f"run:{identity(f'run {version}')}"


def _model(ledger: MemoryWorkspace, version: int, parameters: dict[str, Any], *, auc: float) -> None:
    model = MODELS[version - 1]
    ledger.write(
        "run.recorded",
        _run_of(version),
        {
            "inputs": [{"subject": TRAIN, "digest": digest(TRAIN), "role": "train"}],
            "outputs": [{"subject": model, "digest": digest(model)}],
            "code": {"commit": "9e1c2f" + "0" * 34, "digest": digest("code")},
            "parameters": parameters,
            "seed": 7,
            "environment": {"python": "3.11.9", "platform": "linux", "packages": {"scikit-learn": "1.7.2"}},
            "metrics": {"roc_auc": auc},
            "started": "2026-03-04T09:00:00Z",
            "ended": "2026-03-04T09:00:12Z",
        },
        "service:trainer",
        later=DAY,
    )
    ledger.write(
        "model.registered",
        model,
        {
            "artifact": {"digest": digest(model), "format": "skops", "bytes": 20480},
            "run": _run_of(version),
            "system": SYSTEM,
            "title": "Logistic regression on application data",
        },
        "service:trainer",
        later=timedelta(seconds=4),
    )


def _rule(rule: str, check: str, result: str, message: str, **more: Any) -> dict[str, Any]:
    return {
        "pack": "credit-high-risk",
        "rule": rule,
        "check": check,
        "result": result,
        "finding": result,
        "severity": "deny",
        "message": message,
        **more,
    }


def _decide(
    ledger: MemoryWorkspace, version: int, verdict: str, *, fairness: tuple[str, float], approved: bool
) -> str:
    model = MODELS[version - 1]
    seq = next(
        view.seq for view in reversed(ledger.views) if view.body and view.body.get("family") == "fairness"
    )
    evidence = [{"seq": seq, "entry": ledger.views[seq].entry, "subject": ledger.views[seq].subject}]
    result, ratio = fairness
    word = {"pass": "is at least", "fail": "is below"}[result]
    rules = [
        _rule(
            "auc",
            "performance.minimum",
            "pass",
            "ROC AUC 0.826 is at least 0.75 with 95 % confidence.",
            value=0.826,
            threshold=0.75,
            confidence=0.95,
            evidence=[
                {
                    **evidence[0],
                    "seq": seq - 1,
                    "subject": ledger.views[seq - 1].subject,
                    "entry": ledger.views[seq - 1].entry,
                }
            ],
        ),
        _rule(
            "four-fifths",
            "fairness.impact_ratio",
            result,
            f"The impact ratio of Black applicants {word} 0.8.",
            value=ratio,
            threshold=0.8,
            confidence=0.95,
            evidence=evidence,
            controls=[
                {
                    "id": "house fair-lending-1",
                    "jurisdiction": "house",
                    "in_force_from": "2026-01-01",
                    "source": "by analogy to 29 CFR 1607.4(D)",
                }
            ],
            would_change=""
            if result == "pass"
            else "an impact ratio whose interval lies above 0.8 for every group",
            findings=[
                {
                    "label": "race=black",
                    "result": result,
                    "value": ratio,
                    "low": round(ratio - 0.05, 3),
                    "high": round(ratio + 0.03, 3),
                    "rows": 98,
                },
                {
                    "label": "race=hispanic",
                    "result": "pass",
                    "value": 0.912,
                    "low": 0.831,
                    "high": 0.98,
                    "rows": 56,
                },
            ],
        ),
        {
            **_rule(
                "four-fifths-joint",
                "fairness.impact_ratio",
                "warn",
                "Race and sex together: one group is too small to judge.",
                threshold=0.8,
                confidence=0.95,
                evidence=evidence,
                findings=[
                    {"label": "race=black, sex=female", "result": "unclear", "rows": 22, "rows_needed": 160}
                ],
                would_change="about 160 Black women in the test half instead of 22",
            ),
            "finding": "unclear",
            "severity": "warn",
        },
        _rule(
            "two-people",
            "approvals.quorum",
            "pass" if approved else "missing",
            "A compliance officer and the model owner approved."
            if approved
            else "Two approvals are needed, none is there.",
            value=2.0 if approved else 0.0,
            threshold=2.0,
            would_change=""
            if approved
            else "approvals by one compliance and one model-owner, neither the trainer",
        ),
    ]
    subject = f"decision:{identity(f'decision {len(ledger.views)}')}"
    ledger.write(
        "gate.decided",
        subject,
        {
            "about": model,
            "artifact": digest(model),
            "target": "production",
            "time": "2026-03-05T10:00:00Z",
            "policies": [
                {"pack": "credit-high-risk", "version": "1.0.0", "digest": digest("pack"), "entry": "0" * 64}
            ],
            "checks": [
                {"name": name, "distribution": "ml-governance", "version": "0.1.0", "digest": digest(name)}
                for name in ("approvals.quorum", "fairness.impact_ratio", "performance.minimum")
            ],
            "checkpoint": {"size": len(ledger.views), "root": ledger.checkpoint().root},
            "verdict": verdict,
            "results": rules,
            "expires": "2026-06-30T10:00:00Z",
        },
        "service:pipeline",
        later=HOUR,
    )
    return subject


def _approve(ledger: MemoryWorkspace, version: int, actor: str, name: str, meaning: str) -> None:
    model = MODELS[version - 1]
    subject = f"approval:{identity(f'approval {version} {actor}')}"
    statement = {
        "type": "approval/v1",
        "subject": model,
        "artifact": digest(model),
        "target": "production",
        "meaning": meaning,
    }
    view = ledger.write(
        "approval.given",
        subject,
        {"statement": statement, "signature": "-----BEGIN SSH SIGNATURE-----"},
        actor,
        later=HOUR,
    )
    ledger.approval_rows.append(
        ApprovalView(
            approval=subject,
            seq=view.seq,
            about=model,
            artifact=digest(model),
            target="production",
            actor=actor,
            name=name,
            key="key:" + digest(actor)[7:],
            meaning=meaning,
            time=view.time,
            expires="2026-06-30T10:00:00Z",
            state="valid",
            statement=statement,
            signature="",
        )
    )


def _deploy(
    ledger: MemoryWorkspace, version: int, number: int, decision: str, replaces: str | None = None
) -> str:
    model = MODELS[version - 1]
    subject = f"deployment:mortgage-approval/production@{number}"
    body = {"model": model, "artifact": digest(model), "target": "production", "decision": decision}
    ledger.write(
        "deployment.made",
        subject,
        body | ({"replaces": replaces} if replaces else {}),
        "service:pipeline",
        later=HOUR,
    )
    return subject


def _batch(ledger: MemoryWorkspace, version: int, deployment: str, number: int) -> None:
    ledger.write(
        "batch.sealed",
        f"batch:{identity(f'batch {number}')}",
        {
            "deployment": deployment,
            "model": MODELS[version - 1],
            "root": digest(f"batch {number}")[7:],
            "count": 12_480 + 31 * number,
            "schema": [{"name": "score", "type": "float64"}],
            "groups": [["score"]],
            "from": "2026-03-10T00:00:00Z",
            "to": "2026-03-11T00:00:00Z",
        },
        "service:pipeline",
        later=DAY,
    )


def _drift(ledger: MemoryWorkspace, deployment: str, *, drifted: bool, severity: str = "critical") -> str:
    value = 0.31 if drifted else 0.04
    result = {
        "rows": 12_480,
        "reference_rows": 994,
        "drifted": drifted,
        "summary": "obrat moved (PSI 0.31 > 0.20)." if drifted else "No feature moved beyond its limit.",
        "features": [
            {"feature": "obrat", "statistic": "psi", "value": value, "threshold": 0.2, "drifted": drifted},
            {"feature": "unem", "statistic": "psi", "value": 0.05, "threshold": 0.2, "drifted": False},
        ],
    }
    evidence = record_evidence(ledger, deployment, "drift", result, f"drift {len(ledger.views)}")
    alert = f"alert:{identity(f'alert {len(ledger.views)}')}"
    if drifted:
        ledger.write(
            "alert.opened",
            alert,
            {
                "about": deployment,
                "evidence": evidence.subject,
                "severity": severity,
                "summary": "Other-obligations ratio drifted: PSI 0.31",
            },
            "service:monitor",
            later=timedelta(minutes=2),
        )
    return alert
