"""What a dossier says, and that it says it the same way every time."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader
from pypdf.generic import DictionaryObject

from governance.errors import InvalidInput, NotFound
from reports.dossier import dossier_pdf
from reports.gather import gather
from tests.reports.story import RecordedLedger, empty_model, evidence_body, mortgage, performance, uuid

MODEL = "model:mortgage-approval@2"
Pages = Callable[[bytes], list[str]]


def test_the_same_checkpoint_gives_the_same_bytes(pdf: bytes) -> None:
    again = dossier_pdf(gather(mortgage().as_workspace(), MODEL))
    assert again == pdf


def test_a_later_entry_gives_another_checkpoint_and_other_bytes(pdf: bytes) -> None:
    later = mortgage()
    later.write("x.note", "system:other", {"words": "hello"})
    assert dossier_pdf(gather(later.as_workspace(), MODEL)) != pdf


def test_an_entry_that_arrives_while_the_ledger_is_read_is_left_out_or_read_whole() -> None:
    class Growing(RecordedLedger):
        grown = 0

        def decisions(self, about: str | None = None, *, limit: int = 100) -> list[Any]:
            found = super().decisions(about, limit=limit)
            if self.grown < 2:
                self.grown += 1
                self.write(
                    "evidence.recorded",
                    f"evidence:{uuid('late' + str(self.grown))}",
                    evidence_body(MODEL, "performance", performance(0.5)),
                )
            return found

    growing = Growing()
    growing.__dict__.update(mortgage().__dict__)
    facts = gather(growing.as_workspace(), MODEL)
    assert facts.size == len(growing.written)
    assert all(entry.seq < facts.size for entry in facts.entries)


def test_nothing_of_the_clock_or_of_this_machine_is_in_the_file(pdf: bytes) -> None:
    information = PdfReader(BytesIO(pdf)).metadata
    assert information is not None
    assert str(information["/CreationDate"]).startswith("D:2000")


def test_the_cover_states_the_verdict_in_one_sentence(pages: list[str]) -> None:
    assert (
        "mortgage-approval@2 may go to production: all four rules let it through, one of them with a warning."
        in pages[0]
    )


def test_every_page_names_the_checkpoint_and_counts_itself(pages: list[str], ledger: RecordedLedger) -> None:
    checkpoint = ledger.checkpoint()
    for number, text in enumerate(pages, start=1):
        assert f"checkpoint {checkpoint.size:,} · sha256:{checkpoint.root[:8]}…{checkpoint.root[-4:]}" in text
        assert f"page {number} of {len(pages)}" in text


def test_the_figures_are_those_of_the_entries(pages: list[str]) -> None:
    text = " ".join(pages)
    for figure in ("0.831", "0.790 to 0.868", "0.942", "1,989", "873", "0.087", "0.655 – 1.079"):
        assert figure in text
    assert "threshold 0.80" in text


def test_small_groups_and_rows_left_out_are_named(pages: list[str]) -> None:
    text = " ".join(pages)
    assert "Too small to judge (fewer than 30 rows): Black, female (24) and Hispanic, female (13)." in text
    assert "Left out of every group: race unknown, 7 rows (the value is not recorded)." in text


def test_each_rule_says_what_would_change_it_and_which_entry_it_rests_on(pages: list[str]) -> None:
    text = " ".join(pages)
    assert "About 210 Black women in the test data would settle it at this ratio." in text
    assert re.search(r"Evidence #\d+ evidence:", text)
    assert "house fair-lending-1" in text
    assert "not yet in force" in text  # the AI Act's clause applies from December 2027


def test_approvals_name_signer_role_key_meaning_and_time(pages: list[str]) -> None:
    text = " ".join(pages)
    for words in ("Carol Lindström", "compliance", "I reviewed the fairness evaluation", "● valid"):
        assert words in text


def test_an_approval_is_shown_as_it_stood_at_the_checkpoint_whatever_the_clock_says(
    ledger: RecordedLedger,
) -> None:
    facts = gather(ledger.as_workspace(), MODEL)
    assert {one.state for one in facts.approvals} == {"valid"}
    late = mortgage()
    late.signed = [one.model_copy(update={"state": "expired"}) for one in late.signed]
    assert {one.state for one in gather(late.as_workspace(), MODEL).approvals} == {"valid"}


def test_monitoring_tells_of_drift_alerts_and_their_closing(pages: list[str]) -> None:
    text = " ".join(pages)
    assert "Three columns moved: loan_to_value most." in text
    assert "Retrained as version 3." in text
    assert "1,610 predictions" in text


def test_changes_since_the_last_version_name_what_was_dropped(pages: list[str]) -> None:
    assert "without race" in " ".join(pages)


def test_hashes_stand_in_full_in_the_appendix(pages: list[str], ledger: RecordedLedger) -> None:
    text = " ".join(pages)
    facts = gather(ledger.as_workspace(), MODEL)
    assert facts.entries
    for entry in facts.entries:
        assert entry.entry in text


def test_all_fonts_are_embedded(pdf: bytes) -> None:
    fonts = list(_fonts(pdf))
    assert fonts
    for font in fonts:
        assert "FiraGO" in str(font["/BaseFont"])
        assert "/FontFile2" in font["/FontDescriptor"].get_object()


def _fonts(pdf: bytes) -> Iterator[DictionaryObject]:
    reader = PdfReader(BytesIO(pdf))
    for page in reader.pages:
        for font in page["/Resources"].get_object().get("/Font", {}).get_object().values():
            yield font.get_object()


def test_figures_are_tabular() -> None:
    from reports.typography import BOLD, REGULAR, width

    for font in (REGULAR, BOLD):
        assert len({round(width(digit, font, 100), 3) for digit in "0123456789"}) == 1


def test_bookmarks_and_contents_lead_to_the_sections(pdf: bytes, pages: list[str]) -> None:
    reader = PdfReader(BytesIO(pdf))
    outline = {
        str(one.title): reader.get_destination_page_number(one)
        for one in reader.outline
        if not isinstance(one, list)
    }
    assert len([title for title in outline if title[0].isdigit()]) == 13
    for title, number in outline.items():
        words = " ".join(title.split())
        assert words in pages[number or 0]
        assert f"{(number or 0) + 1} {words}" in pages[1]
    assert reader.pages[1]["/Annots"]


def test_language_and_title_are_set(pdf: bytes) -> None:
    reader = PdfReader(BytesIO(pdf))
    assert str(reader.trailer["/Root"]["/Lang"]) == "en"
    assert reader.metadata is not None
    assert reader.metadata.title == "Model dossier: mortgage-approval@2"


def test_letter_paper_is_letter() -> None:
    made = dossier_pdf(gather(mortgage().as_workspace(), MODEL), paper="letter")
    box = PdfReader(BytesIO(made)).pages[0].mediabox
    assert (float(box.width), float(box.height)) == (612.0, 792.0)


def test_other_paper_is_refused(ledger: RecordedLedger) -> None:
    with pytest.raises(InvalidInput, match="paper 'a3'"):
        dossier_pdf(gather(ledger.as_workspace(), MODEL), paper="a3")


def test_a_model_that_nothing_ever_happened_to_gets_a_dossier_that_says_so(pages_of: Pages) -> None:
    text = " ".join(pages_of(dossier_pdf(gather(empty_model().as_workspace(), "lonely@1"))))
    for words in (
        "the gate was never asked, so nothing permits its use",
        "No performance evaluation of model:lonely@1 is recorded.",
        "No fairness evaluation of model:lonely@1 is recorded.",
        "No explanation of model:lonely@1 is recorded.",
        "Nobody has approved model:lonely@1.",
        "model:lonely@1 was never deployed.",
        "The run that made this model is not in the ledger.",
        "is the first version of its name",
        "No verdict names a control.",
    ):
        assert words in text


def test_an_erased_body_is_shown_as_erased_and_keeps_its_hash(pages_of: Pages) -> None:
    erased = mortgage()
    gone = [at for at, one in enumerate(erased.written) if one.kind in {"run.recorded", "evidence.recorded"}]
    for at in gone:
        erased.written[at] = erased.written[at].model_copy(update={"body": None, "body_state": "erased"})
    text = " ".join(pages_of(dossier_pdf(gather(erased.as_workspace(), MODEL))))
    assert "was erased (the ledger keeps its hash)" in text
    assert erased.written[gone[-1]].entry in text


def test_a_ledger_that_does_not_verify_is_said_on_the_cover(pages_of: Pages) -> None:
    from governance.workspace.views import Failure

    broken = mortgage()
    broken.failures = [
        Failure(
            failure="body-altered", place="entry 25", message="The body is not what the header commits to."
        )
    ]
    read = pages_of(dossier_pdf(gather(broken.as_workspace(), MODEL)))
    assert "does not verify" in read[0]
    assert "body-altered" in " ".join(read)


def test_an_unknown_model_is_refused(ledger: RecordedLedger) -> None:
    with pytest.raises(NotFound):
        gather(ledger.as_workspace(), "nobody@1")
    with pytest.raises(NotFound, match="no model"):
        gather(ledger.as_workspace(), "system:mortgage")


def test_waivers_are_listed_with_their_reason_control_and_end(pages_of: Pages) -> None:
    waived = mortgage()
    given = waived.signed[0]
    statement = {
        "type": "waiver/v1",
        "rule": "four-fifths-joint",
        "reason": "Too few rows this year.",
        "compensating_control": "A person reviews every refusal.",
    }
    seq = waived.write(
        "waiver.granted", f"waiver:{uuid('waiver')}", {"statement": statement, "signature": "…"}, "user:carol"
    )
    waived.signed.append(
        given.model_copy(
            update={
                "approval": waived.written[seq].subject, "seq": seq, "kind": "waiver", "statement": statement,
                "meaning": "Too few rows this year.", "state": "revoked", "why_not": "Revoked by user:carol.",
            }
        )
    )  # fmt: skip
    text = " ".join(pages_of(dossier_pdf(gather(waived.as_workspace(), MODEL))))
    for words in (
        "four-fifths-joint",
        "Too few rows this year.",
        "A person reviews every refusal.",
        "● revoked. Revoked by",
    ):
        assert words in text


def test_a_verdict_that_has_expired_by_the_checkpoint_is_said_to_have(pages_of: Pages) -> None:
    old = mortgage()
    old.verdicts = [one.model_copy(update={"expires": "2026-01-01T08:00:00.000000Z"}) for one in old.verdicts]
    assert (
        "This verdict expired on 2026-01-01." in pages_of(dossier_pdf(gather(old.as_workspace(), MODEL)))[0]
    )


def test_the_cover_is_titled_by_name_and_version_and_attributes_the_trainers_words(pages: list[str]) -> None:
    assert "mortgage-approval, version 2 “Without protected traits”, as its trainer calls it" in pages[0]


def test_rules_say_what_they_asked_and_why_they_only_warn(pages: list[str]) -> None:
    text = " ".join(pages)
    assert "value 0.942, threshold at least 0.8, at 95 % confidence" in text
    assert "Found unclear; the rule says when_unclear: warn" in text
    assert (
        "rule four-fifths-joint of pack credit-high-risk Finding" in text
    )  # no 'severity: deny' beside a warning


def test_both_kinds_of_limits_are_labelled_and_explained_once(pages: list[str]) -> None:
    text = " ".join(pages)
    assert "One-sided 95 % bounds" in text
    assert "two-sided 95 % interval" in text
    assert text.count("Two kinds of limits stand in this dossier.") == 1


def _warning(monkeypatch: pytest.MonkeyPatch, *warnings: str) -> None:
    plain = RecordedLedger.verify

    def warned(self: RecordedLedger, **options: object) -> Any:
        return plain(self, **options).model_copy(update={"warnings": list(warnings)})

    monkeypatch.setattr(RecordedLedger, "verify", warned)


def test_what_verification_cannot_exclude_is_said_whoever_made_the_dossier(
    pages: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from governance.ledger.verification_report import NOT_EXCLUDED, UNPINNED

    text = " ".join(pages)
    assert "Key not pinned:" in text
    assert "Truncation not excluded:" in text
    pinned = gather(mortgage().as_workspace(), MODEL)
    _warning(monkeypatch, UNPINNED, NOT_EXCLUDED)
    assert gather(mortgage().as_workspace(), MODEL) == pinned


def test_other_warnings_of_a_verification_are_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    from reportlab.platypus import Paragraph

    from reports.document import Page
    from reports.sections.integrity import integrity

    _warning(monkeypatch, "the ledger's key was replaced at entry 9, without the old key's signature")
    story = integrity(gather(mortgage().as_workspace(), MODEL), Page())
    said = [one.getPlainText() for one in story if isinstance(one, Paragraph)]
    assert "Warning: The ledger's key was replaced at entry 9, without the old key's signature." in said
