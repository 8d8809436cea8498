"""Steps 8 to 10: one applicant asks why; an attack is found; the dossier is written."""

from __future__ import annotations

import subprocess
import sys

from governance.demo import attack as attacking
from governance.demo.cast import ADA, KENJI, PIPELINE
from governance.demo.scene import Scene
from governance.evidence.explanations import reasons_of
from governance.lineage.results import FairnessAnalysis
from governance.workspace import open_workspace
from governance.workspace.offline import check_file


def trace(scene: Scene) -> None:
    """Step 8: one applicant's prediction back to everything behind it, with a proof for that person."""
    tell, batch = scene.tell, scene.batches[0]
    place, row = next((i, row) for i, row in enumerate(batch.rows) if not row[2] and row[3] == "black")
    tell.say(
        f"An applicant (application {row[0]}, refused in the first batch with a score of {row[1]:.3f}) "
        "asks why, and whether the record was made up afterwards. From the sealed row back to its origins:"
    )
    path = scene.cast.as_(KENJI).trace(f"prediction:{batch.subject[6:]}#{place}")
    tell.table(
        ("", "what", "entry"),
        [(step.title, step.text, "" if step.seq is None else str(step.seq)) for step in path.steps],
    )
    scene.figures["trace"] = [step.title for step in path.steps]
    for gap in path.gaps:
        tell.refused(gap)
    reasons = reasons_of(scene.evaluations[2].explanation, place)
    if reasons:
        tell.say(
            "The principal reasons, as computed before anybody asked: "
            + "; ".join(r.text for r in reasons)
            + "."
        )
    proof = scene.cast.as_(PIPELINE).prove_row(batch.subject, iter(batch.rows), place, disclose=[0])
    file = scene.folder.path / f"proof-application-{row[0]}.json"
    file.write_text(proof, encoding="utf-8")
    checked = check_file(file.read_text(encoding="utf-8"), key=scene.key)
    tell.done(f"Proof written, race and sex withheld: {file}")
    tell.done(f"Checked offline, without the ledger: {checked.summary}")
    scene.figures["row_proof"] = checked.summary


def attack(scene: Scene) -> None:
    """Step 9: verify everything; alter one byte in a copy; verify that."""
    tell, ledger = scene.tell, scene.folder.ledger
    report = scene.cast.as_(ADA).verify(key=scene.key)
    tell.done(report.summary)
    tell.gloss(
        "Every record against its fingerprint, the chain, the tree over all of them, every signed checkpoint."
    )
    seq = scene.evaluations[1].seqs[1]
    copy = attacking.copy_of(ledger, scene.folder.room("attacked"))
    altered = attacking.alter_one_byte(copy, _lies(scene.evaluations[1].fairness.analyses[0]))
    tell.say(
        "Now somebody with full access to the database makes version 1 look fairer. In a copy of the "
        f"file, at byte {altered.offset:,}, one digit changes behind the software's back: {altered.before} "
        f"becomes {altered.after} (how many of a group were approved, in entry {seq}). Verified again:"
    )
    with open_workspace(str(copy)) as workspace:
        found = workspace.verify(key=scene.key)
    for failure in found.failures:
        tell.refused(f"{failure.failure} at {failure.place}: {failure.message} {failure.next_step}")
    scene.figures["attack"] = [(failure.failure, failure.place) for failure in found.failures]
    tell.say(found.summary)
    tell.done(f"The ledger itself is untouched; the altered copy is {copy}")


def _lies(analysis: FairnessAnalysis) -> list[attacking.Lie]:
    """Return changes of one digit that make a group look better treated, the worst treated group's first."""
    lies = []
    for group in sorted(analysis.groups, key=lambda one: one.selected / one.rows):
        digits = str(group.selected)
        better = ("9" if digits[0] == "9" else str(int(digits[0]) + 1)) + digits[1:]
        if better != digits:
            before = f'"rows":{group.rows},"selected":{digits}'
            lies.append(attacking.Lie(before, f'"rows":{group.rows},"selected":{better}'))
    return lies


def report(scene: Scene) -> None:
    """Step 10: the dossier for whoever asks."""
    pdf = scene.folder.path / "dossier-version-2.pdf"
    command = [sys.executable, "-m", "governance", "--ledger", str(scene.folder.ledger)]
    command += ["report", "dossier", scene.versions[2].subject, "-o", str(pdf)]
    with scene.tell.working("writing the dossier"):
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - ourselves
    if done.returncode == 0 and pdf.is_file():
        scene.tell.done(
            f"The dossier of version 2 for an auditor: {pdf}", f"{pdf.stat().st_size / 1024:,.0f} KiB"
        )
        scene.figures["dossier"] = str(pdf)
    else:
        scene.tell.refused(f"The dossier could not be written: {(done.stderr or done.stdout).strip()}")
