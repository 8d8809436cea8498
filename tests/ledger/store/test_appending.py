"""What an acknowledged append promises."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from store_builders import ANN, BOB, note

from governance.ledger.checkpoint import open_checkpoint, read_unverified
from governance.ledger.entry import Draft, new_id
from governance.ledger.errors import IdConflict, IdErased, InvalidEntry, SizeChanged
from governance.ledger.log import Ledger
from governance.ledger.note import VerifierKey
from governance.ledger.proof import verify as verify_proof
from governance.ledger.tree import verify_consistency
from governance.ledger.verification import verify


def vkeys(ledger: Ledger) -> list[str]:
    return list(ledger.entry(0).body["keys"])


def test_what_is_acknowledged_stands_under_a_signed_checkpoint(ledger: Ledger) -> None:
    done = ledger.append(note())
    text = ledger.checkpoint()
    signed = open_checkpoint(text, ledger.origin, [VerifierKey.parse(key) for key in vkeys(ledger)])
    assert signed.size == done.seq + 1 == ledger.size()
    assert ledger.keys.signer_checkpoint() == text
    assert verify_proof(ledger.prove(done.seq), vkeys(ledger)).header.id == done.id


def test_the_first_entry_says_what_the_ledger_is(ledger: Ledger) -> None:
    first = ledger.entry(0)
    assert (first.kind, first.subject) == ("ledger.created", f"ledger:{ledger.origin}")
    assert first.body["origin"] == ledger.origin
    assert first.body["format"] == 1
    assert first.body["keys"] == [ledger.keys.ledger_key().vkey]
    assert first.body["receipt_keys"][0].startswith("-----BEGIN PUBLIC KEY-----")


def test_a_thousand_entries_in_odd_groups_verify_as_a_whole(ledger: Ledger) -> None:
    size = 1
    for count in (1, 2, 3, 250, 1, 255, 256, 257, 40):
        ledger.append_many([note(place) for place in range(count)])
        size += count
    with ledger.reader() as reader:
        report = verify(reader, keys=vkeys(ledger), trusted_checkpoints=[ledger.checkpoint(2)])
    assert report.failures == ()
    assert (report.ok, report.size) == (True, size)


def test_every_checkpoint_continues_every_earlier_one(ledger: Ledger) -> None:
    for count in (5, 300, 1, 700):
        ledger.append_many([note(place) for place in range(count)])
    sizes = [1, 6, 306, 307, 1007]
    roots = {size: read_unverified(ledger.checkpoint(size)).root for size in sizes}
    for old in sizes:
        for new in sizes:
            if old <= new:
                verify_consistency(old, new, roots[old], roots[new], ledger.consistency_path(old, new))


def test_a_group_is_entered_whole_or_not_at_all(ledger: Ledger) -> None:
    with pytest.raises(InvalidEntry, match="actor"):
        ledger.append_many([note(), note(actor="user with spaces")])
    taken = ledger.append(note(id=new_id()))
    with pytest.raises(IdConflict):
        ledger.append_many([note("first"), note("other content", id=taken.id)])
    assert ledger.size() == 2


def test_a_repeated_append_gives_the_first_entry(ledger: Ledger) -> None:
    draft = note(id=new_id())
    first = ledger.append(draft)
    ledger.append(note("in between"))
    assert ledger.append(draft) == first
    assert ledger.append_many([draft, draft]) == [first, first]
    assert ledger.size() == 3


def test_a_repetition_inside_one_group_is_entered_once(ledger: Ledger) -> None:
    draft = note(id=new_id())
    one, other = ledger.append_many([draft, draft])
    assert one == other
    assert ledger.size() == 2
    with pytest.raises(IdConflict, match="other content"):
        ledger.append_many([note("x", id=(twice := new_id())), note("y", id=twice)])
    assert ledger.size() == 2


@pytest.mark.parametrize(
    "other",
    [
        {"text": "changed"},
        {"text": "a note", "subject": "system:fraud"},
        {"text": "a note", "kind": "x.other"},
    ],
)
def test_an_id_with_other_content_is_refused(ledger: Ledger, other: dict[str, str]) -> None:
    first = ledger.append(note(id=new_id()))
    with pytest.raises(IdConflict, match=f"Entry {first.seq} has the id"):
        ledger.append(note(other.pop("text"), id=first.id, **other))


def test_another_actors_id_is_refused_without_revealing_the_entry(ledger: Ledger) -> None:
    first = ledger.append(note(id=new_id(), subject="system:secret-project"))
    with pytest.raises(IdConflict) as refused:
        ledger.append(note(id=first.id, actor=BOB, subject="system:secret-project"))
    words = refused.value.message + refused.value.remedy
    assert "secret" not in words
    assert str(first.seq) not in words.replace(first.id, "")


def test_an_id_whose_body_was_erased_is_refused(ledger: Ledger) -> None:
    draft = note(id=new_id())
    first = ledger.append(draft)
    ledger.append(Draft(ANN, "body.erased", f"entry:{first.seq}", {"seq": first.seq, "reason": "asked for"}))
    with ledger.database.write() as connection:
        connection.exec_driver_sql(f"DELETE FROM body WHERE seq = {first.seq}")
    with pytest.raises(IdErased):
        ledger.append(draft)
    assert ledger.entry(first.seq).erased


def test_an_expected_size_that_changed_is_refused(ledger: Ledger) -> None:
    assert ledger.append(note(), expect_size=1).seq == 1
    with pytest.raises(SizeChanged, match="2 entries now, not 1"):
        ledger.append(note(), expect_size=1)
    assert ledger.size() == 2


def test_a_repetition_after_an_unknown_outcome_needs_no_size(ledger: Ledger) -> None:
    draft = note(id=new_id())
    first = ledger.append(draft, expect_size=1)
    assert ledger.append(draft, expect_size=1) == first


def test_threads_that_append_at_once_all_get_their_own_place(ledger: Ledger) -> None:
    start = threading.Barrier(8)

    def work(number: int) -> list[int]:
        start.wait()
        return [ledger.append(note(f"{number}/{turn}")).seq for turn in range(25)]

    with ThreadPoolExecutor(8) as pool:
        places = [place for some in pool.map(work, range(8)) for place in some]
    assert sorted(places) == list(range(1, 201))
    with ledger.reader() as reader:
        assert verify(reader, keys=vkeys(ledger)).ok


def test_of_callers_committed_together_only_the_wrong_one_is_refused(ledger: Ledger) -> None:
    taken = ledger.append(note(id=new_id()))
    start = threading.Barrier(6)

    def work(number: int) -> object:
        start.wait()
        try:
            return ledger.append(note("else", id=taken.id) if number == 3 else note(number)).seq
        except IdConflict as refused:
            return refused

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(work, range(6)))
    assert isinstance(answers[3], IdConflict)
    assert sorted(one for one in answers if isinstance(one, int)) == [2, 3, 4, 5, 6]


def test_two_openings_of_one_ledger_go_on_from_each_other(ledger: Ledger, place: Path) -> None:
    with Ledger.open(str(place)) as other:
        for turn in range(6):
            ledger.append_many([note(turn)] * 100)
            other.append_many([note(turn)] * 57)
        assert ledger.size() == other.size() == 1 + 6 * 157
    with ledger.reader() as reader:
        assert verify(reader, keys=vkeys(ledger)).ok


def test_bodies_come_back_as_they_were_given(ledger: Ledger) -> None:
    body = {"größe": 1.5, "b": [1, None, True, "é"], "a": {"nested": {}}}
    done = ledger.append(Draft(ANN, "x.thing", "system:a", body))
    assert ledger.entry(done.seq).body == json.loads(json.dumps(body))
    assert ledger.entry(done.seq, body=False).body is None
