"""What has been made so far in the story, and what several steps do."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from governance.demo import data
from governance.demo.batches import Batch
from governance.demo.cast import KENJI, MARTA, PIPELINE, Cast, Person
from governance.demo.folder import DemoFolder
from governance.demo.narration import Narrator
from governance.demo.work import Dataset, Evaluation, Version, evaluate_version
from governance.workspace.views import ApprovalView, DecisionView

TARGET = "production"
DATA = "dataset:boston-mortgages"


@dataclass(slots=True)
class Scene:
    """What has been made so far."""

    folder: DemoFolder
    tell: Narrator
    cast: Cast
    policies: list[str]
    """Texts of the packs that judge."""
    key: str
    """The ledger's verifier key, kept apart from the ledger."""
    receipt_key: str
    """The key that signs receipts (PEM), kept apart likewise."""
    applications: data.Applications | None = None
    train: Dataset | None = None
    test: Dataset | None = None
    versions: dict[int, Version] = field(default_factory=dict)
    evaluations: dict[int, Evaluation] = field(default_factory=dict)
    decisions: dict[str, DecisionView] = field(default_factory=dict)
    batches: list[Batch] = field(default_factory=list)
    figures: dict[str, Any] = field(default_factory=dict)
    """Numbers of the story, for programs and tests."""


def evaluate(scene: Scene, version: int, test: Dataset | None = None) -> Evaluation:
    """Have a version evaluated on held-out rows, and show the main figures."""
    where = test or scene.test
    assert where is not None  # noqa: S101 - step 1 made it
    with scene.tell.working(f"evaluating version {version}"):
        found = scene.evaluations[version] = evaluate_version(scene.cast, scene.versions[version], where)
    metrics = found.performance.metrics
    rows = []
    for name, words in (
        ("roc_auc", "ranking (area under the ROC curve; 0.5 is a coin, 1 is perfect)"),
        ("accuracy", "agrees with what was decided in 1990"),
        ("selection_rate", "share approved"),
    ):
        one = metrics[name]
        between = "" if one.low is None or one.high is None else f"{one.low:.3f} to {one.high:.3f}"
        rows.append((words, "" if one.value is None else f"{one.value:.3f}", between))
    scene.tell.table(("performance", "value", "95 % interval"), rows, right=(1, 2))
    for analysis in found.fairness.analyses:
        scene.tell.fairness(analysis)
    scene.tell.gloss(
        "compared: approval rate against that of the reference, the group approved most often (impact ratio)."
    )
    scene.tell.error_rates(found.fairness.analyses)
    seqs = ", ".join(map(str, found.seqs))
    scene.tell.done("Performance, fairness and explanations recorded as evidence", f"entries {seqs}")
    scene.figures[f"v{version}"] = {
        "roc_auc": metrics["roc_auc"].value,
        "accuracy": metrics["accuracy"].value,
        **{
            "_".join(analysis.sensitive): {
                " ".join(group.values.values()): group.impact_ratio.value
                for group in analysis.groups
                if group.impact_ratio is not None
            }
            for analysis in found.fairness.analyses
        },
    }
    return found


def ask(scene: Scene, version: int, moment: str) -> DecisionView:
    """Ask the gate as the release pipeline, and show the verdict; `moment` names it among the figures."""
    decision = scene.cast.as_(PIPELINE).ask_gate(scene.versions[version].subject, TARGET)
    scene.decisions[moment] = decision
    scene.figures[f"gate: {moment}"] = {
        "verdict": str(decision.verdict),
        "results": {f"{one.pack}/{one.rule}": str(one.result) for one in decision.results},
    }
    scene.tell.verdict(decision, brief=len(scene.decisions) > 1)
    return decision


def collect_approvals(scene: Scene, version: int) -> list[tuple[Person, ApprovalView]]:
    """Have owner and compliance officer approve a version with their keys."""
    given = []
    for person, meaning in (
        (MARTA, "I own this model, know its limits, and answer for its use"),
        (KENJI, "I reviewed the fairness evaluation, the joint warning included"),
    ):
        approval = scene.cast.approve(person, scene.versions[version].subject, TARGET, meaning)
        scene.tell.done(f'{person.name} signs: "{meaning}"', f"entry {approval.seq}")
        given.append((person, approval))
    return given
