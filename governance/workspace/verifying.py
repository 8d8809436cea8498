"""Verification and static export: one verifier, over the database, an exported folder, or a service.

Whom to believe, in this order: the key that the caller gives; the key folder of this machine; entry 0
alone, with the warning that the key is not pinned. A given checkpoint is trusted: history must continue it.

Where the entries prove, what they say about the ledger itself is compared with it: each `gate.decided` names the size
and root that it rests on. The root must be the ledger's, and the checkpoint that was stored with it must be there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from governance.errors import InvalidInput
from governance.ledger.checkpoint import read_unverified
from governance.ledger.errors import NoteInvalid, ReadOnly
from governance.ledger.log import EntryFilter, Ledger
from governance.ledger.note import VerifierKey
from governance.ledger.reader import Reader
from governance.ledger.verification import Report, verify
from governance.ledger.verification_report import Failure as LedgerFailure
from governance.ledger.verification_report import Findings
from governance.lineage.comparison import Difference
from governance.lineage.reading import pages
from governance.workspace.session import Session
from governance.workspace.views import Failure, Progress, Verification

ProgressSink = Callable[[Progress], None]


def verify_ledger(
    session: Session, *, key: str | None, checkpoint: str | None, progress: ProgressSink | None
) -> Verification:
    """Verify a local ledger: everything on the format page, then the lineage tables against the entries."""
    ledger = session.ledger
    with ledger.reader() as reader:
        report = verify(
            reader,
            keys=_keys(key) or pinned(ledger),
            trusted_checkpoints=[*_trusted(checkpoint), *_committed(ledger)],
            progress=_layers(progress),
        )

    def advance(done: int, total: int) -> None:
        if progress is not None:
            progress(Progress(layer="projections", done=done, total=total))

    if not report.ok:
        # Where entries themselves do not prove, comparing an index or a verdict with them says nothing.
        return _view(report, ledger.origin, [], compared=False)
    differences = session.projection.verify(advance)
    failures = _compare_verdicts(ledger, report.size)
    return _view(
        replace(report, ok=not failures, failures=(*report.failures, *failures)),
        ledger.origin,
        differences,
        compared=True,
    )


def _compare_verdicts(ledger: Ledger, size: int) -> list[LedgerFailure]:
    """Compare the checkpoint that each verdict below `size` names with the one stored, or with the tree's root."""
    findings = Findings()
    for entry in pages(ledger, EntryFilter(kind="gate.decided", below=size)):
        named = (entry.body or {}).get("checkpoint")
        at, root = (named.get("size"), named.get("root")) if isinstance(named, dict) else (None, None)
        if type(at) is not int or not 0 < at <= entry.seq:
            continue  # no verdict of this software's; it replays as nothing
        stored = ledger.checkpoint(at)
        if stored is None:
            findings.add("checkpoint-missing", at, _GONE, place=f"checkpoint {at}", together=True)
        if root != (ledger.root(at) if stored is None else read_unverified(stored).root).hex():
            findings.add("history-rewritten", at, _OTHER, place=f"checkpoint {at}", together=True)
    return findings.failures


_GONE = "A verdict rests on the ledger at this size, but the checkpoint that was stored with it is gone."
_OTHER = "A verdict names another root of the ledger at this size than that of its entries."


def verify_reader(
    reader: Reader, *, key: str | None, checkpoint: str | None, progress: ProgressSink | None
) -> Verification:
    """Verify a ledger through any reader: a folder, a service."""
    report = verify(
        reader,
        keys=_keys(key),
        trusted_checkpoints=_trusted(checkpoint),
        progress=_layers(progress),
    )
    return _view(report, report.origin, [], compared=False)


def export_ledger(ledger: Ledger, folder: Path, *, bodies: bool) -> int:
    """Write the static export of a local ledger; return the number of entries."""
    with ledger.reader() as reader:
        return export_reader(reader, folder, bodies=bodies)


def export_reader(reader: Reader, folder: Path, *, bodies: bool) -> int:
    """Write the static export of what a reader gives; return the number of entries."""
    from governance.ledger import export

    return export.write_export(reader, folder, bodies=bodies)


def pinned(ledger: Ledger) -> list[str] | None:
    """Return the verifier key of this machine's key folder; None where there is none."""
    try:
        return [ledger.keys.ledger_key().vkey]
    except ReadOnly:
        return None


def _committed(ledger: Ledger) -> list[str]:
    """Return the writer's own last checkpoint: a database smaller than it was cut (`truncated`)."""
    text = ledger.keys.signer_checkpoint()
    return [] if text is None else [text]


def _keys(key: str | None) -> list[str] | None:
    if key is None:
        return None
    try:
        return [VerifierKey.parse(line.strip()).vkey for line in key.splitlines() if line.strip()]
    except NoteInvalid as error:
        raise InvalidInput(
            f"That is no verifier key: {error.message}",
            remedy="It looks like NAME+HASH+KEY; govern key prints it.",
        ) from None


def _trusted(checkpoint: str | None) -> Sequence[str]:
    if checkpoint is None:
        return ()
    try:
        read_unverified(checkpoint)
    except NoteInvalid as error:
        raise InvalidInput(
            f"That is no checkpoint: {error.message}",
            remedy="Give its whole text: three lines, a blank one, signatures.",
        ) from None
    return (checkpoint,)


def _layers(progress: ProgressSink | None) -> Callable[[str, int, int], None] | None:
    if progress is None:
        return None

    def advance(layer: str, done: int, total: int) -> None:
        progress(Progress(layer=layer, done=done, total=total))

    return advance


def _view(report: Report, origin: str, differences: Sequence[Difference], *, compared: bool) -> Verification:
    failures = [
        Failure(
            failure=one.class_,
            place=one.place,
            seq=one.seq,
            message=one.message,
            next_step=one.next_step,
            count=one.count,
        )
        for one in report.failures
    ]
    failures += [_difference(one) for one in differences]
    checked = dict(report.checked)
    if compared:
        checked["projections"] = report.size
    ok = report.ok and not differences
    return Verification(
        ok=ok,
        origin=origin,
        size=report.size,
        root=report.root,
        checked=checked,
        failures=failures,
        warnings=list(report.warnings),
        erased=report.erased,
        withheld=report.withheld,
        summary=_summary(ok, report.size, failures),
        seconds=report.seconds,
    )


def _difference(one: Difference) -> Failure:
    return Failure(
        failure=one.class_,
        place=one.place,
        seq=one.seq,
        message=one.message,
        next_step=one.next_step,
        count=one.count,
    )


def _summary(ok: bool, size: int, failures: Sequence[Failure]) -> str:  # noqa: FBT001 - two words of one sentence
    if ok:
        return f"All {size:,} entries prove: nothing was altered, removed or inserted."
    places = ", ".join(f"{one.failure} at {one.place}" for one in failures[:3])
    more = f" and {len(failures) - 3} more" if len(failures) > 3 else ""
    return f"The ledger does not prove: {places}{more}."
