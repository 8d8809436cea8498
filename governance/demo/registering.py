"""Step 1: people and policy, the system, and the data once they are validated."""

from __future__ import annotations

from governance.demo import data
from governance.demo.cast import ADA, EVERYBODY, MARTA
from governance.demo.scene import DATA, Scene
from governance.demo.work import SYSTEM, Dataset, register_dataset
from governance.evidence import quality
from governance.lineage.records import SystemRegistered


def register(scene: Scene) -> None:
    """Step 1: the system, and the data once they are validated."""
    tell, cast = scene.tell, scene.cast
    tell.say(
        "A lender wants a model that recommends whether to approve a mortgage. Before anything is "
        "trained, the ledger learns what the system is for, who answers for it, and which data may be "
        "used."
    )
    tell.gloss(
        "An entry is one numbered record in the ledger. What is said below stands there, by whom and when."
    )
    cast.register()
    for text in scene.policies:
        policy = cast.as_(ADA).register_policy(text)
        tell.done(f"Policy {policy.policy.partition(':')[2]}: {policy.title}", f"entry {policy.seq}")
    people = ((person.name, person.part, ", ".join(person.roles)) for person in EVERYBODY)
    tell.table(("who", "what they do here", "roles"), list(people))
    system = SystemRegistered(
        title="Mortgage approval",
        purpose="Recommend to loan officers whether to approve an application for a home mortgage; "
        "a person decides.",
        owner=MARTA.actor,
        risk="high",
        materiality="tier 1",
        success_metrics=[
            {"metric": "roc_auc", "minimum": 0.75, "meaning": "ranks approvals above refusals"},
            {"metric": "impact_ratio", "minimum": 0.8, "meaning": "four-fifths between any two groups"},
        ],
        review_by="2027-12-31",
    )
    done = cast.as_(ADA).register_system(SYSTEM, system)
    tell.done(f"{SYSTEM} registered: high risk, owner {MARTA.name}, success measured", f"entry {done.seq}")
    _register_data(scene)


def _register_data(scene: Scene) -> None:
    tell, cast = scene.tell, scene.cast
    applications = scene.applications = data.load()
    delivered = quality.validate(
        applications.delivered, data.schema(applications.delivered), label=data.LABEL
    )
    tell.say(
        f"The data: {len(applications.delivered):,} mortgage applications of 1990, collected by the "
        "Federal Reserve Bank of Boston because the lending figures looked unequal (Munnell and others "
        "1996). As delivered they do not pass validation:"
    )
    for check in delivered.checks:
        if check.status == "fail":
            tell.refused(f"{check.message} {'; '.join(line.split(',')[0] for line in check.where)}")
    tell.gloss(
        "666, 999,999 and 1,000,000 are codes for 'not known'. They become missing values; the models "
        "fill them in."
    )
    whole, found = register_dataset(
        cast, f"{DATA}@1990", applications.cleaned, scene.folder.room("data") / "applications.csv",
        title="Boston mortgage applications, 1990",
    )  # fmt: skip
    missing = next(check for check in found.checks if check.name == "missing-values")
    tell.done(f"After cleaning, validation says '{found.status}': {missing.message}")
    body = cast.as_(ADA).subject(whole.subject).current or {}
    tell.done(
        f"{whole.subject} registered: {body['rows']:,} rows, {len(body['schema'])} columns, sensitive: "
        f"{', '.join(body['sensitive'])}; to be seen by "
        f"{', '.join(role.partition(':')[2] for role in body['access'])} only; licence: {body['licence']}",
        f"digest {whole.digest[:15]}…",
    )
    parts: dict[str, Dataset] = {}
    for name, rows, other in (("test", applications.test, None), ("train", applications.train, "test")):
        parts[name], found = register_dataset(
            cast, f"{DATA}-{name}@1990", rows, scene.folder.room("data") / f"{name}.csv",
            title=f"Boston mortgage applications, 1990: the {name} half", parents=[whole.subject],
            other=parts.get(other or ""),
        )  # fmt: skip
    scene.train, scene.test = parts["train"], parts["test"]
    tell.done(
        f"Split in halves, stratified by race and sex: {len(applications.train)} to train on, "
        f"{len(applications.test)} held out; {found.overlap_rows} rows stand in both"
    )
    rate = applications.cleaned.groupby("race")["approved"].mean()
    scene.figures["approval_by_race"] = {str(race): float(share) for race, share in rate.items()}
    tell.say(
        f"What happened in 1990: {rate['white']:.1%} of white applicants were approved and "
        f"{rate['black']:.1%} of Black applicants, {rate['black'] / rate['white']:.2f} times as often. A "
        "model learns from that."
    )
