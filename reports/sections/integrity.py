"""Section 12: the checkpoint, what verification found, and how to verify without us."""

from __future__ import annotations

from reportlab.platypus import CondPageBreak, Flowable, Paragraph

from reports.blocks import gap, note, text
from reports.document import Heading, Page
from reports.facts import DossierFacts
from reports.tables import Cell, facts_table, grid
from reports.typography import markup, styles
from reports.wording import MISSING, counted, moment, number


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
    story += [text(found), *(note(words) for words in _limits(facts)), facts_table(rows, page.width)]
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


def _limits(facts: DossierFacts) -> list[str]:
    """Return what a verification of this kind can't exclude, in words for who reads the file.

    The first two hold of every dossier, whoever made it: a key and a checkpoint that come with the file itself
    prove nothing about it. So they are the same where the maker had both at hand and where not.
    """
    return [
        ("Key not pinned: the verifier key printed here comes from the ledger itself. Somebody who forged the whole "
        "ledger would have printed a key of their own. Compare it with the key that reached you another way."),
        (f"Truncation not excluded: whether entries after #{facts.size - 1:,} were cut off before this dossier was made "
        "can't be told from it. Compare its checkpoint with a newer one that you or a witness kept."),
        *(
            f"Warning: {words[0].upper()}{words[1:].rstrip('.')}."
            for words in facts.checked.warnings
            if words
        ),
    ]  # fmt: skip


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
