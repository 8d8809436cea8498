"""Section 12 and the appendices: the checkpoint, what verification found, controls, entries and digests."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from reportlab.platypus import CondPageBreak, Flowable, Paragraph

from governance.gate.verdict import RuleResult
from reports.blocks import entry_key, gap, lead, note, nothing, text
from reports.document import Heading, Page
from reports.facts import DossierFacts
from reports.tables import Cell, Column, PlainRows, facts_table, grid, result_cell
from reports.typography import markup, styles
from reports.wording import MISSING, counted, moment, number, short_subject


def integrity(facts: DossierFacts, page: Page) -> list[Flowable]:
    """Return what the dossier rests on and how to check it without us."""
    checked = facts.checked
    story: list[Flowable] = [Heading("12\u00a0\u00a0Integrity", 0, "integrity")]
    found = (
        "The whole ledger was verified when this dossier was made, and everything proved."
        if checked.ok
        else f"The ledger does not verify: {counted(len(checked.failures), 'kind of failure')} listed beneath. "
        "Nothing in this dossier should be relied on before they are explained."
    )
    layers = "; ".join(f"{layer} {count:,}" for layer, count in checked.layers)
    rows: list[tuple[str, Cell | str]] = [
        ("Ledger", facts.origin),
        ("Size", f"{facts.size:,} entries"),
        ("Root", facts.root),
        ("Last entry", moment(facts.as_of)),
        ("Verified", layers or MISSING),
        ("Bodies erased", number(checked.erased)),
        ("Bodies withheld", number(checked.withheld)),
        ("Entries quoted here", number(len(facts.entries))),
        ("Verifier key", Cell("<br/>".join(markup(key) for key in facts.keys) or MISSING, trusted=True)),
    ]
    story += [text(found), facts_table(rows, page.width)]
    if checked.failures:
        width = page.width
        failures: list[list[Cell | str]] = [
            [Cell(failure, bold=True), place, message] for failure, place, message in checked.failures[:50]
        ]
        story += [
            Heading("Failures", 1, "failures"),
            grid(
                ["Class", "Place", "What it means"],
                failures,
                [width * 0.22, width * 0.26, width * 0.52],
                small=True,
            ),
        ]
        left = len(checked.failures) - 50
        if left > 0:
            story.append(note(f"{counted(left, 'failure')} more; govern verify lists them all."))
    return [*story, *_signed(facts), *_how(facts, page)]


def _signed(facts: DossierFacts) -> list[Flowable]:
    lines = "<br/>".join(markup(line) for line in facts.checkpoint.rstrip("\n").split("\n"))
    return [
        CondPageBreak(130),
        Heading("The signed checkpoint", 1, "checkpoint"),
        Paragraph(lines, styles().cell_small),
        gap(6),
    ]


def _how(facts: DossierFacts, page: Page) -> list[Flowable]:
    steps = (
        ("The whole ledger", "govern --ledger LEDGER verify --key KEY"),
        ("An export of it, offline", "govern verify --folder EXPORT --key KEY"),
        (
            "One entry",
            "govern prove NUMBER -o entry.tlog-proof; then, offline, govern check entry.tlog-proof --key KEY",
        ),
        ("A verdict", "govern replay DECISION evaluates it again from the ledger as it stood then"),
        ("An approval", "ssh-keygen -Y verify, with the statement and the signature of its entry"),
        (
            "This file",
            f"govern report dossier {facts.model} -o again.pdf, at the same checkpoint, gives the same bytes",
        ),
    )
    return [
        CondPageBreak(200),
        Heading("How to verify", 1, "how-to-verify"),
        facts_table([(what, Cell(how)) for what, how in steps], page.width),
        note(
            "KEY is the verifier key above; it must reach you by another way than this file. The checkpoint is a C2SP "
            "tlog-checkpoint and proofs are C2SP tlog-proofs, so software by others checks them too."
        ),
    ]


def controls(facts: DossierFacts, page: Page) -> list[Flowable]:
    """Return every control that a rule of the newest verdict names, with the rule's result."""
    story: list[Flowable] = [Heading("13\u00a0\u00a0Control matrix", 0, "controls")]
    pairs = sorted(_pairs(facts), key=lambda pair: (str(pair[0].get("id")), pair[1].rule))
    if not pairs:
        return story + nothing("No verdict names a control.")
    width = page.width
    rows: list[list[Cell | str]] = [
        [
            Cell(str(control.get("id", MISSING)), bold=True), str(control.get("jurisdiction") or MISSING),
            _in_force(control, facts.as_of), one.rule, result_cell(one.result.value),
            str(control.get("source") or MISSING),
        ]
        for control, one in pairs
    ]  # fmt: skip
    bare = sorted({one.rule for one in _results(facts) if not one.controls})
    return [
        *story,
        lead("Which clause each rule answers for, the dates between which it applies, and what the rule found."),
        grid(
            ["Control", "Jurisdiction", "In force", "Rule", "Result", "Source"], rows,
            [width * share for share in (0.2, 0.12, 0.2, 0.16, 0.12, 0.2)], small=True,
        ),
        *([note(f"Rules that name no control: {', '.join(bare)}.")] if bare else []),
    ]  # fmt: skip


def _results(facts: DossierFacts) -> list[RuleResult]:
    return list(facts.decision.results) if facts.decision else []


def _pairs(facts: DossierFacts) -> Iterator[tuple[dict[str, Any], RuleResult]]:
    for one in _results(facts):
        for control in one.controls:
            yield control, one


def _in_force(control: dict[str, Any], as_of: str) -> str:
    start, end = str(control.get("in_force_from") or ""), str(control.get("in_force_to") or "")
    if not start and not end:
        return "no dates stated"
    if start and start[:10] > as_of[:10]:
        return f"from {start}: not yet in force"
    if end and end[:10] <= as_of[:10]:
        return f"ended {end}"
    return f"since {start}" + (f", until {end}" if end else "") if start else f"until {end}"


def entries(facts: DossierFacts, page: Page) -> list[Flowable]:
    """Return the appendix of quoted entries, in ledger order, each with its hash."""
    width = page.width
    columns = (
        Column("Entry", 0, width * 0.07, "right"),
        Column("Time (UTC)", width * 0.09, width * 0.17),
        Column("Kind", width * 0.27, width * 0.16),
        Column("Subject", width * 0.44, width * 0.3),
        Column("By", width * 0.76, width * 0.24),
    )
    rows = [
        (
            f"#{one.seq:,}", moment(one.time).removesuffix(" UTC"), one.kind, short_subject(one.subject), one.actor,
        )
        for one in facts.entries
    ]  # fmt: skip
    hashes = (Column("Entry", 0, width * 0.07, "right"), Column("Entry hash (SHA-256)", width * 0.09, width * 0.6),
              Column("Body", width * 0.78, width * 0.2))  # fmt: skip
    return [
        Heading("Appendix A: entries quoted", 0, "entries"),
        lead("Every entry that this dossier rests on, in ledger order."),
        PlainRows(columns, rows, [entry_key(one.seq) for one in facts.entries]),
        gap(14),
        CondPageBreak(120),
        Heading("Entry hashes", 1, "entry-hashes"),
        PlainRows(hashes, [(f"#{one.seq:,}", one.entry, one.body_state) for one in facts.entries]),
    ]


def digests(facts: DossierFacts, page: Page) -> list[Flowable]:
    """Return the appendix of digests and subjects that the text shortens, in full."""
    names: dict[str, str] = {}
    hashes = {entry.entry for entry in facts.entries}
    for entry in facts.entries:
        for path, value in _strings(entry.body or {}):
            if _is_digest(value) and value not in hashes:
                names.setdefault(value, f"#{entry.seq:,} {path}")
        if short_subject(entry.subject) != entry.subject:
            names.setdefault(entry.subject, f"#{entry.seq:,} subject")
    width = page.width
    columns = (Column("In full", 0, width * 0.68), Column("Where first named", width * 0.7, width * 0.3))
    rows = [(value, names[value]) for value in sorted(names)]
    if not rows:
        return []
    return [
        Heading("Appendix B: digests and identifiers in full", 0, "digests"),
        lead("What the text shortens to its ends; entry hashes stand in Appendix A."),
        PlainRows(columns, rows),
    ]


_MEMBERS_SKIPPED = frozenset({"signature", "text", "statement", "result"})


def _strings(value: object, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for key in sorted(value):
            if key not in _MEMBERS_SKIPPED:
                yield from _strings(value[key], f"{path}.{key}" if path else str(key))
    elif isinstance(value, list):
        for one in value:
            yield from _strings(one, path)


def _is_digest(value: str) -> bool:
    rest = value.removeprefix("sha256:")
    return len(rest) == 64 and all(character in "0123456789abcdef" for character in rest)
