"""The ten steps that `govern demo` tells, in order; each leaves in the scene what the next ones need."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from governance.demo.deciding import approve, refuse
from governance.demo.defending import attack, report, trace
from governance.demo.operating import operate
from governance.demo.registering import register
from governance.demo.scene import Scene
from governance.demo.versions import correct, evaluate_naive, train_naive

STEPS: tuple[tuple[str, Callable[[Scene], None]], ...] = (
    ("Registering the system and its data", register),
    ("A naive model", train_naive),
    ("Evaluating it", evaluate_naive),
    ("Asking the gate: may it go to production?", refuse),
    ("A corrected model", correct),
    ("Two people approve", approve),
    ("In production: sealed batches, drift, a new version, a roll-back", operate),
    ("One applicant asks why", trace),
    ("Verifying, and an attack", attack),
    ("The dossier", report),
)


def tell_all(scene: Scene) -> Iterator[tuple[int, float]]:
    """Tell all steps, and give after each its number and its seconds."""
    for place, (title, step) in enumerate(STEPS, start=1):
        scene.tell.step(place, title)
        began = time.monotonic()
        step(scene)
        yield place, time.monotonic() - began
