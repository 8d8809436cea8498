"""Steps 2, 3 and 5: the naive model, its evaluation, and the corrected model."""

from __future__ import annotations

from governance.demo import data, models
from governance.demo.cast import EVA, TOMAS
from governance.demo.scene import Scene, ask, evaluate
from governance.demo.work import train_version


def train_naive(scene: Scene) -> None:
    """Step 2: the model that a naive team would make."""
    assert scene.train is not None  # noqa: S101 - step 1 made it
    scene.tell.say(
        f"{TOMAS.name} trains a logistic regression on everything in the table, race, sex and marital "
        "status among it. The run is recorded so that it can be repeated: data and code by digest, "
        "parameters, seed, packages, platform."
    )
    with scene.tell.working("training version 1"):
        version = scene.versions[1] = train_version(
            scene.cast,
            1,
            scene.train,
            "naive",
            scene.folder.room("models"),
            title="Everything in the table",
        )
    scene.tell.done(f"{version.run[:12]}… recorded; {version.subject} registered")
    scene.tell.gloss(
        "The artifact is the model's file; it is known by its digest, a fingerprint: "
        f"{version.artifact.digest[:19]}…"
    )


def evaluate_naive(scene: Scene) -> None:
    """Step 3: performance, fairness and explanations, by somebody else than the trainer."""
    scene.tell.say(
        f"{EVA.name} evaluates it on the held-out half. What a training pipeline says about itself is not "
        "taken; each result below is an entry that names her as its producer."
    )
    found = evaluate(scene, 1)
    tell = scene.tell
    tell.say(
        "What moves the score, on average over all held-out applicants? SHAP values say for each decision "
        "how far each fact moved it; together they add up to the score exactly."
    )
    top = [(data.LABELS[one.feature], one.mean_absolute) for one in found.explanation.importance[:7]]
    tell.bars("importance (log-odds)", top)
    adverse = [row for row in found.explanation.reasons if not row.outcome]
    because = [row for row in adverse if any(one.feature == "race" for one in row.reasons)]
    scene.figures["v1_refusals_by_race"] = len(because)
    tell.say(
        f"Reasons were computed for {len(adverse)} refusals. In {len(because)} of them race is among the "
        "four principal reasons. One of them, as the applicant would have to be told:"
    )
    shown = max(because or adverse, key=lambda row: row.score)
    for reason in shown.reasons:
        tell.refused(reason.text)
    tell.gloss(
        "A lender may not need the sentence about race at all: 12 CFR 1002.4(a), whatever the figures say."
    )


def correct(scene: Scene) -> None:
    """Step 5: a mitigated model, that needs no protected trait when scoring."""
    assert scene.train is not None  # noqa: S101 - step 1 made it
    tell = scene.tell
    tell.say(
        f"{TOMAS.name} trains version 2 with fairlearn's GridSearch: {models.GRID} candidates, each "
        "weighing the training rows differently, the best balance of accuracy and equal approval rates is "
        "kept. Race is used to weigh the training rows; when scoring, the model sees neither race nor sex "
        "nor marital status."
    )
    with tell.working("training version 2"):
        version = scene.versions[2] = train_version(
            scene.cast, 2, scene.train, "corrected", scene.folder.room("models"),
            title="Equal approval rates, no protected traits",
        )  # fmt: skip
    tell.done(
        f"{version.subject} registered",
        f"{len(version.features)} inputs, artifact {version.artifact.digest[:19]}…",
    )
    found = evaluate(scene, 2)
    joint = next(one for one in found.fairness.analyses if len(one.sensitive) == 2)
    small = [group for group in joint.groups if group.rows < found.fairness.minimum_rows]
    names = " and ".join(
        f"{group.rows} {group.values['race']} {group.values['sex']} applicants" for group in small
    )
    scene.figures["too_few"] = {" ".join(group.values.values()): group.rows for group in small}
    tell.say(
        f"Said aloud: by race and sex together the held-out half has only {names}. That is too few to "
        "judge. The policy takes 'unclear' as a warning here, and as a denial for race and for sex alone. "
        "The warning stays on every verdict."
    )
    before = (scene.figures["v1"]["accuracy"], scene.figures["v1"]["roc_auc"])
    after = (scene.figures["v2"]["accuracy"], scene.figures["v2"]["roc_auc"])
    tell.say(
        f"What it costs: agreement with the decisions of 1990 goes from {before[0]:.1%} to {after[0]:.1%}, "
        f"ranking from {before[1]:.3f} to {after[1]:.3f}. Agreeing with 1990 is not the same as being "
        "right."
    )
    ask(scene, 2, "v2 without approvals")
    tell.say("Nobody has approved it, so the answer is still no.")
