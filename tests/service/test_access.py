"""Who may ask what: tokens, scopes, loopback."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from governance import instants
from governance.errors import NotPermitted
from governance.ledger.entry import Draft, new_id
from governance.service.server import serve
from governance.workspace.local import LocalWorkspace
from tests.service.conftest import Service
from tests.workspace.world import ALICE, served

NOTE = {"kind": "x.note", "subject": "system:credit", "body": {"a": 1}}


def test_without_any_token_loopback_acts_as_the_actor_it_was_started_for(service: Service) -> None:
    done = service.ask("POST", "/v1/entries", json=NOTE)
    assert done.status_code == 200
    assert service.admin.entry(done.json()["seq"]).actor == ALICE


def test_without_actor_and_token_loopback_reads_only(ledger: tuple[Path, LocalWorkspace]) -> None:
    path, admin = ledger
    with served(str(path)) as address:
        service = Service(address, path, admin)
        assert service.ask("GET", "/v1/overview").status_code == 200
        refused = service.ask("POST", "/v1/entries", json=NOTE)
        assert refused.status_code == 403
        assert "reading only" in refused.json()["detail"]


def test_once_a_token_was_issued_every_request_needs_one(service: Service) -> None:
    token = service.token("read", "append")
    for path in ("/v1/overview", "/v1/checkpoint", "/v1/entries"):
        refused = service.ask("GET", path)
        assert refused.status_code == 401
        assert refused.headers["www-authenticate"].startswith("Bearer")
        assert refused.json()["code"] == "not-authenticated"
        assert service.ask("GET", path, token=token).status_code == 200
    assert service.ask("GET", "/health").json() == {"status": "ok", "size": service.admin.checkpoint().size}


def test_wrong_malformed_revoked_and_foreign_tokens_are_refused_alike(service: Service) -> None:
    right = service.token("read")
    wrong = "gov_" + "A" * 43
    for token in (wrong, "nonsense", right + "x", right[:-1]):
        assert service.ask("GET", "/v1/overview", token=token).status_code == 401
    assert service.ask("GET", "/v1/overview", headers={"Authorization": f"Basic {right}"}).status_code == 401
    service.admin.revoke_token(service.admin.tokens()[0].token, reason="lost")
    assert service.ask("GET", "/v1/overview", token=right).status_code == 401


def test_an_expired_token_is_refused(service: Service) -> None:
    token = service.token("read")
    issued = next(entry for entry in service.admin._session.people.entries() if entry.kind == "token.issued")
    assert issued.body is not None
    later = "gov_" + "B" * 43
    from governance.identity.tokens import digest

    body = {**issued.body, "sha256": digest(later), "expires": "2026-01-01T00:00:00.000000Z"}
    service.admin._session.ledger.append(
        Draft(actor=ALICE, kind="token.issued", subject=f"token:{new_id()}", body=body, id=new_id())
    )
    assert service.ask("GET", "/v1/overview", token=token).status_code == 200
    assert service.ask("GET", "/v1/overview", token=later).status_code == 401
    assert instants.normal(str(body["expires"])) < instants.now()


def test_a_token_without_the_scope_is_refused_whatever_its_actor_may(service: Service) -> None:
    reading = service.token("read")
    for verb, path, content in (
        ("POST", "/v1/entries", NOTE),
        ("POST", "/v1/gate", {"subject": "model:a@1", "target": "production"}),
        ("POST", "/v1/deployments", {"model": "model:a@1", "target": "production"}),
        ("POST", "/v1/tokens", {"actor": ALICE, "scopes": ["administer"]}),
        ("POST", "/v1/policies", {"text": "pack: x"}),
        ("POST", "/v1/approvals", {"statement": {}, "signature": ""}),
    ):
        refused = service.ask(verb, path, token=reading, json=content)
        assert (refused.status_code, refused.json()["code"]) == (403, "not-permitted"), path
    writing = service.token("append")
    assert service.ask("GET", "/v1/overview", token=writing).status_code == 403
    assert service.ask("POST", "/v1/entries", token=writing, json=NOTE).status_code == 200


def test_the_tokens_actor_acts_and_needs_the_role_too(service: Service) -> None:
    service.admin.register_user("service:pipeline", [{"role": "auditor"}])
    token = service.token("read", "append", actor="service:pipeline")
    assert service.ask("POST", "/v1/entries", token=token, json=NOTE).status_code == 403
    service.admin.set_roles("service:pipeline", [{"role": "recorder"}])
    done = service.ask("POST", "/v1/entries", token=token, json=NOTE)
    assert service.admin.entry(done.json()["seq"]).actor == "service:pipeline"


def test_a_browser_is_not_the_way_in(service: Service) -> None:
    for headers in (
        {"Host": "evil.example"},
        {"Origin": "https://evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
    ):
        assert service.ask("POST", "/v1/entries", json=NOTE, headers=headers).status_code == 403
    plain = service.ask("POST", "/v1/entries", content=str(NOTE), headers={"Content-Type": "text/plain"})
    assert plain.status_code == 415
    form = service.ask("POST", "/v1/gate", content="{}", headers={"Content-Type": "text/plain"})
    assert form.status_code == 422


def test_serving_beyond_loopback_without_a_token_is_refused(ledger: tuple[Path, LocalWorkspace]) -> None:
    path, admin = ledger
    for host in ("0.0.0.0", "::", "192.0.2.1", "ledger.example"):
        with pytest.raises(NotPermitted, match=re.escape(host)):
            serve(str(path), host=host, port=0)
    issued = admin.issue_token(ALICE, ["read"])
    admin.revoke_token(issued.token, reason="test")
    with pytest.raises(NotPermitted):
        serve(str(path), host="0.0.0.0", port=0)


def test_beyond_loopback_a_token_is_always_asked_for(ledger: tuple[Path, LocalWorkspace]) -> None:
    path, admin = ledger
    with served(str(path), actor=ALICE, loopback=False) as address:
        assert Service(address, path, admin).ask("GET", "/v1/overview").status_code == 401
