"""Step 7: deployment, sealed batches, drift, a retrained version, a roll-back."""

from __future__ import annotations

from typing import Any

import pandas as pd

from governance.demo import data, models
from governance.demo.batches import COLUMNS, GROUPS, Batch, score_batch
from governance.demo.cast import EVA, KENJI, PIPELINE
from governance.demo.scene import DATA, TARGET, Scene, ask, collect_approvals, evaluate
from governance.demo.work import MODEL_NAME, register_dataset, train_version
from governance.evidence import drift
from governance.evidence.records import evidence
from governance.instants import now
from governance.lineage.records import AlertOpened


def operate(scene: Scene) -> None:
    """Step 7: deployment, sealed batches, drift, a retrained version, and a roll-back."""
    assert scene.test is not None  # noqa: S101 - step 1 made it
    tell, release = scene.tell, scene.cast.as_(PIPELINE)
    deployed = release.deploy(scene.versions[2].subject, TARGET)
    tell.done(f"{deployed.deployment} runs {deployed.model}", "allowed by the verdict above")
    ordinary = scene.test.rows
    first = _seal(scene, ordinary, deployed.deployment, "First batch")
    tell.gloss(
        "Sealed: one entry commits to all rows, each can be proved later, none stands in the ledger. Race "
        "and sex are a part of their own, so that a row can be proved without them."
    )
    quiet = _drift(scene, ordinary, deployed.deployment, first)
    tell.done(f"First batch against the training data: {quiet[0].summary}")
    moved = data.downturn(ordinary)
    tell.say(
        "Then the demo makes up a downturn (this is not in the data): incomes a fifth lower, debt "
        "payments a quarter heavier, savings halved, unemployment up 2.5 points."
    )
    later = _seal(scene, moved, deployed.deployment, "Later batch")
    found, entry = _drift(scene, moved, deployed.deployment, later)
    tell.refused(f"Later batch: {found.summary}")
    scene.figures["drift"] = {one.feature: one.value for one in found.features if one.drifted}
    alert = AlertOpened(about=deployed.deployment, evidence=entry, severity="critical", summary=found.summary)
    opened = scene.cast.as_(EVA).open_alert(alert)
    tell.done("An alert stands open until somebody closes it with a reason", f"entry {opened.seq}")
    _retrain(scene, moved)
    third = release.deploy(scene.versions[3].subject, TARGET)
    tell.done(f"{third.deployment} runs {third.model}, in place of {deployed.deployment}")
    closed = release.close_alert(
        opened.subject, f"Version 3 was trained on such applicants and deployed as {third.deployment}."
    )
    tell.done("The alert is closed, with that as its reason", f"entry {closed.seq}")
    reason = "The downturn that version 3 was trained for has ended."
    back = release.roll_back(MODEL_NAME, TARGET, reason=reason)
    tell.done(f"Rolled back: {back.deployment} runs {back.model} again", f"reason on record: {reason}")
    _in_production(scene)


def _in_production(scene: Scene) -> None:
    """Show what stood in production when, and why what stands there now does."""
    standing = scene.cast.as_(KENJI).deployments(MODEL_NAME)
    rows = [
        (one.deployment.rpartition("/")[2], one.model.rpartition(":")[2], one.since[11:19], one.state)
        for one in standing
    ]
    scene.figures["deployments"] = [(one.deployment, one.model, one.state) for one in standing]
    scene.tell.say("What stood in production, and why, can be asked for any instant (govern as-of):")
    scene.tell.table(("deployment", "model", "since (UTC)", "now"), rows)
    for one in standing:
        if one.state == "current":
            scene.tell.say(one.why)


def _seal(scene: Scene, rows: pd.DataFrame, deployment: str, name: str) -> Batch:
    start = now()
    scored = score_batch(rows, scene.versions[2].score(rows), models.THRESHOLD)
    sealed = scene.cast.as_(PIPELINE).seal_batch(
        deployment,
        COLUMNS,
        iter(scored),
        groups=GROUPS,
        start=start,
        end=now(),
    )
    batch = Batch(name, sealed.batch, scored)
    scene.batches.append(batch)
    scene.tell.done(f"{name}: {sealed.count} predictions sealed as one entry", f"entry {sealed.seq}")
    return batch


def _drift(scene: Scene, rows: pd.DataFrame, deployment: str, batch: Batch) -> tuple[Any, str]:
    assert scene.train is not None  # noqa: S101 - step 1 made it
    reference = scene.train
    found = drift.compare(reference.rows[data.FEATURES], rows[data.FEATURES], batches=[batch.subject])
    body = evidence(
        found,
        about=deployment,
        inputs=[reference.used_as("reference"), batch.reference],
        producer=EVA.actor,
        parameters={"threshold": drift.THRESHOLD, "alpha": 0.05},
    )
    return found, scene.cast.as_(EVA).record_evidence(body).subject


def _retrain(scene: Scene, moved: pd.DataFrame) -> None:
    assert scene.applications is not None and scene.test is not None  # noqa: PT018, S101 - step 1 made them
    cast, tell = scene.cast, scene.tell
    tell.say("Version 3 is trained on the training half together with the same applicants in the downturn.")
    tested, _ = register_dataset(
        cast, f"{DATA}-test@downturn", moved, scene.folder.room("data") / "test-downturn.csv",
        title="The test half in the demo's downturn", parents=[scene.test.subject],
    )  # fmt: skip
    both = pd.concat([scene.applications.train, data.downturn(scene.applications.train)], ignore_index=True)
    train, _ = register_dataset(
        cast, f"{DATA}-train@downturn", both, scene.folder.room("data") / "train-downturn.csv",
        title="The training half, as it was and in the demo's downturn", parents=[f"{DATA}-train@1990"],
        other=tested,
    )  # fmt: skip
    with tell.working("training version 3"):
        scene.versions[3] = train_version(
            cast,
            3,
            train,
            "corrected",
            scene.folder.room("models"),
            title="Retrained for the downturn",
        )
    evaluate(scene, 3, tested)
    tell.say("A new artifact voids every approval of the old one: both people look, and sign again.")
    collect_approvals(scene, 3)
    ask(scene, 3, "v3")
