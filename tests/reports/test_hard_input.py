"""Much, long and foreign input: nothing overflows, nothing is lost in silence."""

from __future__ import annotations

import time
from collections.abc import Callable

from reports.dossier import dossier_pdf
from reports.gather import gather
from tests.reports.story import RecordedLedger, group, mortgage

MODEL = "model:mortgage-approval@2"
Pages = Callable[[bytes], list[str]]


def _with(ledger: RecordedLedger, kind: str, **members: object) -> RecordedLedger:
    for at, one in enumerate(ledger.written):
        if one.kind == kind and one.body is not None:
            ledger.written[at] = one.model_copy(update={"body": {**one.body, **members}})
    return ledger


def test_a_thousand_batches_are_listed_within_seconds(pages_of: Pages) -> None:
    ledger = mortgage(batches=1000)
    began = time.monotonic()
    made = dossier_pdf(gather(ledger.as_workspace(), MODEL))
    assert time.monotonic() - began < 20
    read = pages_of(made)
    assert "1,000 batches" in " ".join(read)
    assert f"page {len(read)} of {len(read)}" in read[-1]


def test_sixty_groups_stand_in_charts_that_fit_their_pages(pages_of: Pages) -> None:
    many = [
        group({"race": f"group {at:02}"}, 60 - at // 2, 0.9, None if at == 0 else 0.95, 0.1)
        for at in range(60)
    ]
    ledger = mortgage(groups=many)
    text = " ".join(pages_of(dossier_pdf(gather(ledger.as_workspace(), MODEL))))
    for at in range(60):
        assert f"group {at:02}" in text


def test_very_long_names_and_texts_do_not_overflow(pages_of: Pages) -> None:
    long = "x" * 3000
    ledger = _with(mortgage(), "system.registered", purpose="word " * 2500, title=long)
    _with(ledger, "run.recorded", parameters={long: long, "list": list(range(1500))})
    _with(
        ledger, "model.registered", title="Long " * 200, features=[f"{long[:200]}_{at}" for at in range(100)]
    )
    ledger.verdicts = [
        one.model_copy(
            update={
                "sentence": "A sentence that will not end " * 60,
                "results": [
                    rule.model_copy(update={"message": long, "would_change": "word " * 900})
                    for rule in one.results
                ],
            }
        )
        for one in ledger.verdicts
    ]
    assert len(pages_of(dossier_pdf(gather(ledger.as_workspace(), MODEL)))) > 20


def test_markup_and_other_scripts_in_names_are_text(pages_of: Pages) -> None:
    title = "<b>bold & <font size=90>big</para> Ипотека Υποθήκη იპოთეკა"
    ledger = _with(mortgage(), "system.registered", title=title, purpose="a < b && c > d – größer ≥ 0,8")
    text = " ".join(pages_of(dossier_pdf(gather(ledger.as_workspace(), MODEL))))
    assert title in text
    assert "a < b && c > d – größer ≥ 0,8" in text


def test_control_characters_are_dropped_and_unknown_ones_named() -> None:
    from reports.typography import markup, plain

    assert plain("a\x00b\u200bc") == "abc"
    assert plain("tab\tand\nline") == "tab and line"
    assert plain("\U000f0000 中") == "[U+F0000] [U+4E2D]"
    assert markup("<&>") == "&lt;&amp;&gt;"
