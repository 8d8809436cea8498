"""What a training run was made from: the walk from a model upstream, read from entries."""

from __future__ import annotations

from governance.gate.protocol import Recorded
from governance.gate.sources import Source
from governance.lineage.records import DatasetRegistered, ModelRegistered, RunRecorded

_MOST_UPSTREAM = 2000
"""Upstream subjects that are walked at most; a graph beyond it is reported as a gap."""


class Upstream:
    """What a run was made from, walked breadth first."""

    def __init__(self) -> None:
        self.datasets: list[Recorded[DatasetRegistered]] = []
        self.training: list[str] = []
        self.models: list[str] = []
        self.runs: list[Recorded[RunRecorded]] = []
        self.subjects: list[str] = []
        self.writers: list[str] = []
        """Who registered the models upstream."""
        self.gaps: list[str] = []
        self.unknown_run = False
        """Whether a run upstream can't be read, so that nobody knows who wrote it."""


def walk_upstream(source: Source, run: Recorded[RunRecorded] | None) -> Upstream:
    """Return what `run` was made from; nothing is known of a run that can't be read."""
    up = Upstream()
    if run is None:
        up.unknown_run = True
        return up
    up.training = [r.subject for r in run.body.inputs if r.subject and r.subject.startswith("dataset:")]
    up.runs.append(run)
    waiting = [r.subject for r in run.body.inputs if r.subject]
    while waiting and len(up.subjects) < _MOST_UPSTREAM:
        subject = waiting.pop(0)
        if subject in up.subjects:
            continue
        up.subjects.append(subject)
        waiting.extend(_step(source, subject, up))
    if waiting:
        up.gaps.append(f"more than {_MOST_UPSTREAM} upstream subjects")
        up.unknown_run = True
    up.datasets.sort(key=lambda dataset: dataset.seq)
    return up


def _step(source: Source, subject: str, up: Upstream) -> list[str]:
    """Read one upstream subject; return what lies upstream of it."""
    match subject.partition(":")[0]:
        case "dataset":
            dataset = source.typed(source.first("dataset.registered", subject), DatasetRegistered)
            if dataset is not None:
                up.datasets.append(dataset)
                return list(dataset.body.derived_from)
        case "model":
            model = source.typed(source.first("model.registered", subject), ModelRegistered)
            if model is not None:
                up.models.append(subject)
                up.writers.append(model.actor)
                return [model.body.run]
        case "run":
            run = source.typed(source.first("run.recorded", subject), RunRecorded)
            if run is not None:
                up.runs.append(run)
                return [r.subject for r in run.body.inputs if r.subject]
        case _:
            return []
    up.gaps.append(subject)
    up.unknown_run = up.unknown_run or not subject.startswith("dataset:")
    return []
