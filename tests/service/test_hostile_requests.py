"""What a stranger, a browser or a broken client sends: refused in words, never a 500, nothing hidden."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient

from governance.service.app import create_app
from governance.workspace import NewEntry
from governance.workspace.local import LocalWorkspace
from tests.workspace.world import ALICE

JSON = {"Content-Type": "application/json"}
NDJSON = {"Content-Type": "application/x-ndjson"}
NOTE = '{"kind":"x.note","subject":"x:1","body":{}}'
SYSTEM = '{"subject":"system:q","body":{"purpose":"p","owner":"o","risk":"high","success_metrics":[]%s}}'
HALF = "\\ud800"
MANY, HUGE = "9" * 30, "9" * 5000


@pytest.fixture
def client(ledger: tuple[Path, LocalWorkspace]) -> Iterator[TestClient]:
    """The application in this process, for alice; what it fails at is answered, not raised."""
    app = create_app(str(ledger[0]), actor=ALICE)
    with TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False) as made:
        yield made


def refused(answer: httpx.Response, *status: int) -> dict[str, Any]:
    """Return the problem document of an answer that refuses."""
    assert answer.status_code in (status or (400, 403, 404, 409, 410, 413, 415, 422)), answer.text[:300]
    assert answer.headers["content-type"] == "application/problem+json"
    document: dict[str, Any] = json.loads(answer.content.decode())
    assert document["detail"]
    return document


def test_ndjson_that_fails_in_the_middle_tells_what_was_acknowledged(
    client: TestClient, ledger: tuple[Path, LocalWorkspace]
) -> None:
    size = ledger[1].checkpoint().size
    answer = client.post("/v1/entries", content=f'{NOTE}\n{{"{HALF}":1}}\n', headers=NDJSON)
    document = refused(answer, 422)
    assert document["line"] == 2
    assert [one["seq"] for one in document["acknowledged"]] == [size]
    assert ledger[1].checkpoint().size == size + 1


def test_even_a_failure_nobody_foresaw_tells_what_was_acknowledged(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    append = LocalWorkspace.append

    def broken(self: LocalWorkspace, entry: NewEntry) -> Any:
        if entry.subject == "x:2":
            raise RuntimeError("a secret of the house")
        return append(self, entry)

    monkeypatch.setattr(LocalWorkspace, "append", broken)
    lines = "\n".join([NOTE, NOTE, NOTE.replace("x:1", "x:2"), NOTE])
    document = refused(client.post("/v1/entries", content=lines, headers=NDJSON), 500)
    assert (document["line"], len(document["acknowledged"])) == (3, 2)
    assert "secret" not in str(document)
    assert "nothing" not in document["detail"]


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("/v1/gate", '{"subject":"model:HALF","target":"production"}'),
        ("/v1/gate", '{"subject":"model:a@1","target":"HALF"}'),
        ("/v1/gate", '{"HALF":1}'),
        ("/v1/systems", '{"subject":"system:HALF","body":{}}'),
        ("/v1/systems", SYSTEM % ',"HALF":1'),
        ("/v1/policies", '{"text":"a: HALF"}'),
        ("/v1/entries", '{"HALF":1}'),
        ("/v1/entries", '{"kind":"x.HALF","subject":"x:1","body":{}}'),
        ("/v1/entries/atomic", '[{"kind":"x.a","subject":"HALF","body":{}}]'),
        ("/v1/verify", '{"key":"a+HALF"}'),
        ("/v1/users", '{"actor":"user:HALF","roles":[]}'),
        ("/v1/approvals", '{"statement":{"HALF":1},"signature":"HALF"}'),
    ],
)
def test_half_a_surrogate_pair_is_refused_in_words_everywhere(
    client: TestClient, path: str, content: str
) -> None:
    refused(client.post(path, content=content.replace("HALF", HALF), headers=JSON), 422)


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("/v1/entries", '{"kind":"x.a","subject":"x:1","body":{"a":1,"a":2}}'),
        ("/v1/entries/atomic", '[{"kind":"x.a","subject":"x:1","body":{"a":1,"a":2}}]'),
        ("/v1/systems", SYSTEM % ',"note":1,"note":2'),
        ("/v1/systems", '{"subject":"system:a",' + (SYSTEM % "")[1:]),
        ("/v1/evidence", '{"about":"model:a@1","about":"model:b@1"}'),
        ("/v1/approvals", '{"statement":{"a":1,"a":2},"signature":""}'),
        ("/v1/gate", '{"subject":"model:a@1","subject":"model:b@1","target":"production"}'),
        ("/v1/tokens", '{"actor":"user:a","scopes":["read"],"scopes":["administer"]}'),
    ],
)
def test_a_member_that_stands_twice_is_refused_on_every_route(
    client: TestClient, ledger: tuple[Path, LocalWorkspace], path: str, content: str
) -> None:
    size = ledger[1].checkpoint().size
    for headers in (JSON, {"Content-Type": "Application/JSON; charset=utf-8"}):
        assert "twice" in refused(client.post(path, content=content, headers=headers), 422)["detail"]
    assert ledger[1].checkpoint().size == size


@pytest.mark.parametrize(
    "value",
    ["NaN", "Infinity", "-Infinity", "1e999", HUGE, "[" * 60_000 + "]" * 60_000, "[" * 500 + "]" * 500],
)
def test_numbers_and_depths_that_no_record_holds_are_refused(client: TestClient, value: str) -> None:
    entry = f'{{"kind":"x.a","subject":"x:1","body":{{"a":{value}}}}}'
    refused(client.post("/v1/entries", content=entry, headers=JSON), 422)
    refused(client.post("/v1/entries/atomic", content=f"[{entry}]", headers=JSON), 422)


@pytest.mark.parametrize(
    "media", ["application/vnd.ledger+json", "text/json", "application/json, text/plain"]
)
def test_json_by_another_name_does_not_pass_by_the_strict_reader(client: TestClient, media: str) -> None:
    twice = '[{"kind":"x.a","subject":"x:1","body":{"a":1,"a":2}}]'
    refused(client.post("/v1/entries/atomic", content=twice, headers={"Content-Type": media}))


@pytest.mark.parametrize(
    "path",
    [
        f"/v1/bodies/{HUGE}.json", f"/v1/bodies/{MANY}.json", "/v1/bodies/².json", "/v1/bodies/٣.json",
        f"/v1/bodies?start={MANY}&stop={MANY}", f"/v1/bodies?start={2**63}&stop={2**63}",
        f"/v1/consistency?old=1&new={MANY}", "/v1/consistency?old=-1&new=3",
        f"/v1/proofs/{MANY}", f"/v1/proofs/{HUGE}", f"/v1/entries/{HUGE}", "/v1/entries/²",
        f"/v1/tile/0/{MANY}", f"/v1/tile/{HUGE}/000", "/v1/tile/0/000.p/²",
        "/v1/entries?since=9999-12-31T23:59:59-23:59", "/v1/entries?until=0001-01-01T00:00:00%2B23:59",
        "/v1/as-of?time=0001-01-01T00:00:00%2B23:59",
        "/v1/decisions?limit=-1", "/v1/decisions?limit=0", f"/v1/decisions?limit={MANY}", "/v1/decisions?limit=1001",
        f"/v1/decisions?limit={HUGE}", f"/v1/entries?limit={MANY}", f"/v1/subjects?limit={MANY}",
        "/v1/lineage/system:a?depth=0", f"/v1/lineage/system:a?depth={MANY}",
        f"/v1/trace?prediction=prediction:0198c1de-7c3a-7d2e-9f10-3a5b6c7d8e9f%23{HUGE}",
        "/v1/subjects/%00", "/v1/decisions/%00", "/v1/decisions/x/replay", "/v1/decisions?about=%00",
    ],
)  # fmt: skip
def test_numbers_out_of_all_bounds_are_refused_in_words(client: TestClient, path: str) -> None:
    refused(client.get(path))


@pytest.mark.parametrize("subject", ["*", "s*", "system:*", "**", "%2A"])
def test_a_subject_with_a_star_is_not_the_whole_ledger(client: TestClient, subject: str) -> None:
    assert "many" in refused(client.get(f"/v1/subjects/{subject}"), 422)["detail"]


@pytest.mark.parametrize("path", ["/v1/ledger", "/health", "/docs", "/openapi.json"])
@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"}, {"Host": ""}, {"Host": "["}, {"Host": "evil@127.0.0.1"},
        {"Host": "127.0.0.1/x"}, {"Host": "127.0.0.1.evil.example"}, {"Origin": "http://["},
        {"Origin": "null"}, {"Origin": "http://evil.example"}, {"Origin": "http://127.0.0.1@evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
    ],
)  # fmt: skip
def test_what_names_another_host_or_site_is_refused_even_where_no_token_is_asked_for(
    client: TestClient, path: str, headers: dict[str, str]
) -> None:
    refused(client.get(path, headers=headers), 403)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1:8321", "localhost:8321", "[::1]:8321"])
def test_this_machine_by_any_of_its_names_may_ask(client: TestClient, host: str) -> None:
    for path in ("/v1/ledger", "/health", "/docs", "/openapi.json"):
        assert client.get(path, headers={"Host": host}).status_code == 200


def test_a_token_opens_health_under_another_name_a_wrong_one_does_not(
    client: TestClient, ledger: tuple[Path, LocalWorkspace]
) -> None:
    token = ledger[1].issue_token(ALICE, ["read"], days=1).secret
    there = {"Host": "ledger.bank.example"}
    assert client.get("/health", headers={**there, "Authorization": f"Bearer {token}"}).status_code == 200
    refused(client.get("/health", headers={**there, "Authorization": "Bearer gov_" + "A" * 43}), 401)
    refused(client.get("/health", headers=there), 403)


@pytest.mark.parametrize("length", [HUGE, MANY, "-1", "x", "1e3"])
def test_a_content_length_that_is_no_length_is_refused(client: TestClient, length: str) -> None:
    refused(client.get("/v1/ledger", headers={"Content-Length": length}), 413)


def test_two_verifications_run_at_once_a_third_is_told_to_come_later(client: TestClient) -> None:
    turnstile = client.app.state.verifications  # type: ignore[attr-defined]
    with turnstile.place(), turnstile.place():
        answer = client.post("/v1/verify", json={})
        assert refused(answer, 503)["code"] == "ledger-unusable"
        assert answer.headers["retry-after"]
        assert client.post("/v1/entries", content=NOTE, headers=JSON).status_code == 200
    assert client.post("/v1/verify", json={}).json()["ok"]


def test_a_place_is_given_back_when_a_verification_fails(client: TestClient) -> None:
    for _ in range(3):
        refused(client.post("/v1/verify", json={"key": "x"}), 422)
    assert client.post("/v1/verify", json={}).status_code == 200


def test_a_problem_names_no_more_findings_than_people_read(client: TestClient) -> None:
    document = refused(client.post("/v1/entries/atomic", json=[{}] * 1000), 422)
    assert len(document["findings"]) == 20
    assert "more" in document["detail"]
