"""Steps 4 and 6: the gate refuses; two people approve, the trainer may not, and the gate allows."""

from __future__ import annotations

from governance.demo.cast import TOMAS
from governance.demo.scene import TARGET, Scene, ask, collect_approvals
from governance.errors import NotPermitted
from governance.workspace.offline import check_file


def refuse(scene: Scene) -> None:
    """Step 4: the gate says no, and why."""
    scene.tell.say(
        "The release pipeline asks the gate whether version 1 may go to production. The gate computes "
        "nothing new: it reads the ledger, applies the registered policy, enters its verdict, and only "
        "then answers."
    )
    ask(scene, 1, "v1")
    scene.tell.gloss(
        "'unclear' means: the numbers can't settle it at the demanded confidence. Where a rule says so, "
        "that denies: not knowing is no reason to let a model through."
    )


def approve(scene: Scene) -> None:
    """Step 6: two people approve, the trainer may not, and the gate allows."""
    tell, cast, subject = scene.tell, scene.cast, scene.versions[2].subject
    tell.say(
        "Approvals are statements about one artifact for one target, signed with a person's own SSH key. "
        "First, the trainer tries to approve his own model:"
    )
    try:
        cast.approve(TOMAS, subject, TARGET, "I trained it, it is fine")
    except NotPermitted as refusal:
        tell.refused(refusal.message)
        scene.figures["trainer_refused"] = refusal.message
    given = collect_approvals(scene, 2)
    agrees = [cast.stock_tool_agrees(person, one) for person, one in given]
    scene.figures["ssh_keygen_agrees"] = agrees
    if None not in agrees:
        verdict = "accepts both signatures" if all(agrees) else "does NOT accept the signatures"
        tell.done(f"Stock ssh-keygen -Y verify {verdict}: nobody has to believe our software about them")
    decision = ask(scene, 2, "v2")
    if decision.receipt is not None:
        receipt = scene.folder.path / "receipt-version-2.json"
        receipt.write_text(decision.receipt, encoding="utf-8")
        checked = check_file(
            decision.receipt,
            key=scene.key,
            receipt_key=scene.receipt_key,
            artifact=scene.versions[2].path,
            target=TARGET,
        )
        scene.figures["receipt"] = checked.summary
        tell.done(f"The receipt of this verdict is a file: {receipt}")
        tell.done(f"Checked as a deployer does, offline: {checked.summary}")
