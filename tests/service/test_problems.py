"""Every error is a problem document (RFC 9457) with the words that the command line prints."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from tests.service.conftest import Service

NOTE = {"kind": "x.note", "subject": "system:credit", "body": {"a": 1}}
NDJSON = {"Content-Type": "application/x-ndjson"}


@pytest.mark.parametrize(
    ("verb", "path", "content", "status", "code"),
    [
        ("GET", "/nothing", None, 404, "not-found"),
        ("GET", "/v1/nothing", None, 404, "not-found"),
        ("DELETE", "/v1/entries", None, 405, "method-not-allowed"),
        ("GET", "/v1/entries?limit=many", None, 422, "invalid-input"),
        ("GET", "/v1/entries?limit=0", None, 422, "invalid-input"),
        ("POST", "/v1/gate", {"subject": "model:a@1"}, 422, "invalid-input"),
        ("POST", "/v1/gate", {"subject": "model:a@1", "target": "production"}, 404, "not-found"),
        ("POST", "/v1/entries", {**NOTE, "kind": "gate.decided"}, 422, "invalid-input"),
        ("POST", "/v1/entries", {**NOTE, "extra": 1}, 422, "invalid-input"),
        ("POST", "/v1/policies", {"text": "pack: ["}, 422, "policy-invalid"),
        ("GET", "/v1/subjects/model:a@1", None, 404, "not-found"),
        ("GET", "/v1/entries/999", None, 404, "not-found"),
        ("GET", "/v1/tile/0/000", None, 404, "not-found"),
        ("GET", "/v1/tile/0/zzz", None, 404, "not-found"),
        ("GET", "/v1/tile/entries/005", None, 404, "not-found"),
        ("GET", "/v1/bodies/99.json", None, 404, "not-found"),
        ("GET", "/v1/bodies/x", None, 404, "not-found"),
        ("GET", "/v1/consistency?old=5&new=2", None, 422, "invalid-input"),
    ],
)
def test_refusals_are_problem_documents(
    service: Service, verb: str, path: str, content: object, status: int, code: str
) -> None:
    answer = service.ask(verb, path, json=content)
    document = answer.json()
    assert (answer.status_code, document["code"], document["status"]) == (status, code, status)
    assert answer.headers["content-type"] == "application/problem+json"
    assert document["type"] == f"urn:ml-governance:problem:{code}"
    assert document["detail"].endswith((".", "?", ":"))
    assert document["title"]


def test_a_failure_of_the_service_is_a_problem_without_internals(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    from governance.workspace.local import LocalWorkspace

    def broken(_self: object) -> None:
        raise RuntimeError("a secret of the house")

    monkeypatch.setattr(LocalWorkspace, "overview", broken)
    answer = service.ask("GET", "/v1/overview")
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert "secret" not in answer.text
    assert "deny" in answer.json()["remedy"]


def test_ndjson_stops_at_the_first_bad_line_and_keeps_what_was_acknowledged(service: Service) -> None:
    size = service.admin.checkpoint().size
    lines = [json.dumps(NOTE), "", json.dumps(NOTE), '{"kind": "gate.decided"', json.dumps(NOTE)]
    answer = service.ask("POST", "/v1/entries", content="\n".join(lines), headers=NDJSON)
    document = answer.json()
    assert (answer.status_code, document["line"]) == (422, 4)
    assert document["detail"].startswith("Line 4:")
    assert [one["seq"] for one in document["acknowledged"]] == [size, size + 1]
    assert service.admin.checkpoint().size == size + 2


def test_sound_ndjson_is_acknowledged_line_by_line(service: Service) -> None:
    answer = service.ask("POST", "/v1/entries", content=f"{json.dumps(NOTE)}\n" * 3, headers=NDJSON)
    assert answer.headers["content-type"].startswith("application/x-ndjson")
    done = [json.loads(line) for line in answer.text.splitlines()]
    assert len(done) == 3
    assert service.admin.entry(done[2]["seq"]).entry == done[2]["entry"]


@pytest.mark.parametrize(
    "text",
    ['{"kind":"x.a","kind":"x.b","subject":"x:1","body":{}}', "[" * 20000, "\xff", "null", '{"kind":1}'],
)
def test_what_is_no_entry_is_refused_in_a_sentence(service: Service, text: str) -> None:
    answer = service.ask(
        "POST", "/v1/entries", content=text.encode("latin-1"), headers={"Content-Type": "application/json"}
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-input")


def test_a_body_that_is_too_large_is_refused_by_its_length_and_while_it_streams(service: Service) -> None:
    large = b'{"x": "' + b"a" * 200_000 + b'"}'

    def pieces() -> Iterator[bytes]:
        for start in range(0, len(large), 10_000):
            yield large[start : start + 10_000]

    headers = {"Content-Type": "application/json"}
    for path in ("/v1/entries", "/v1/gate"):
        for content in (large, pieces()):
            answer = service.ask("POST", path, content=content, headers=headers)
            assert answer.status_code == 413
            assert answer.headers["content-type"] == "application/problem+json"
    assert service.ask("GET", "/health").status_code == 200
