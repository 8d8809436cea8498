"""The log over HTTP: tlog-tiles paths, caching, concurrent writers, the OpenAPI page, start and stop."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from governance.errors import LedgerUnusable
from governance.ledger.checkpoint import open_checkpoint
from governance.ledger.entry import entry_hash
from governance.ledger.note import VerifierKey
from governance.ledger.tiles import decode_entry_bundle, entries_path, tile_path
from governance.service.server import serve
from governance.workspace import NewEntry
from governance.workspace.local import LocalWorkspace
from governance.workspace.remote import RemoteWorkspace
from tests.service.conftest import Service
from tests.workspace.world import ALICE


def test_checkpoint_tiles_and_bundles_are_served_as_tlog_tiles_says(service: Service) -> None:
    for number in range(5):
        service.admin.append(NewEntry(kind="x.note", subject=f"x:{number}", body={"n": number}))
    text = service.ask("GET", "/v1/checkpoint")
    assert text.headers["content-type"].startswith("text/plain")
    assert text.headers["cache-control"] == "no-store"
    keys = [VerifierKey.parse(key) for key in service.admin.verifier_keys()]
    size = open_checkpoint(text.text, service.admin.origin, keys).size
    tile = service.ask("GET", f"/v1/{tile_path(0, 0, size)}")
    bundle = service.ask("GET", f"/v1/{entries_path(0, size)}")
    assert tile.headers["content-type"] == bundle.headers["content-type"] == "application/octet-stream"
    assert "immutable" in tile.headers["cache-control"]
    assert b"".join(entry_hash(header) for header in decode_entry_bundle(bundle.content)) == tile.content
    body = service.ask("GET", "/v1/bodies/1.json").json()
    assert set(body) == {"body", "salt"}


def test_concurrent_clients_lose_nothing_and_fork_nothing(service: Service) -> None:
    token = service.token("read", "append")

    def write(number: int) -> list[int]:
        with RemoteWorkspace.open(service.address, token=token) as client:
            note = {"kind": "x.note", "body": {"n": number}}
            return [client.append(NewEntry(subject=f"x:{number}", **note)).seq for _ in range(6)]

    with ThreadPoolExecutor(6) as threads:
        seqs = [seq for some in threads.map(write, range(6)) for seq in some]
    assert len(set(seqs)) == 36
    with RemoteWorkspace.open(service.address, token=token) as client:
        assert client.verify(key=service.admin.verifier_keys()[0]).ok


def test_one_version_is_registered_by_one_of_many_at_once(service: Service) -> None:
    token = service.token("append")
    start = threading.Barrier(5)

    def register(number: int) -> int:
        start.wait()
        body = {"purpose": f"purpose {number}", "owner": ALICE, "risk": "high", "success_metrics": []}
        content = {"subject": "system:credit", "body": body}
        return service.ask("POST", "/v1/systems", token=token, json=content).status_code

    with ThreadPoolExecutor(5) as threads:
        assert sorted(threads.map(register, range(5))) == [200, 409, 409, 409, 409]


def test_the_openapi_page_needs_nobody_else(service: Service) -> None:
    page = service.ask("GET", "/docs")
    assert page.status_code == 200
    assert not re.findall(r"<script|https?://(?!127\.0\.0\.1)", page.text)
    document = service.ask("GET", "/openapi.json").json()
    for path in ("/v1/entries", "/v1/gate", "/v1/checkpoint", "/v1/verify", "/v1/lineage/{subject}"):
        assert path in document["paths"]
        assert path in page.text


def test_every_route_but_health_names_its_security(service: Service) -> None:
    document = service.ask("GET", "/openapi.json").json()
    for path, operations in document["paths"].items():
        for operation in operations.values():
            assert ("security" in operation) == (path != "/health"), path
            assert list(operation["responses"]["default"]["content"]) == ["application/problem+json"], path
    assert "HTTPValidationError" not in str(document)


def test_a_port_in_use_is_a_clear_sentence(service: Service, ledger: tuple[Path, LocalWorkspace]) -> None:
    port = urlsplit(service.address).port
    assert port is not None
    with pytest.raises(LedgerUnusable, match=str(port)):
        serve(str(ledger[0]), port=port)


def test_an_interrupt_stops_the_service_cleanly(ledger: tuple[Path, LocalWorkspace]) -> None:
    path, admin = ledger
    code = (
        "import sys; from governance.service.server import serve;"
        "serve(sys.argv[1], port=0, actor=sys.argv[2], announce=lambda url: print(url, flush=True))"
    )
    command = [sys.executable, "-c", code, str(path), ALICE]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        note = {"kind": "x.note", "subject": "x:1", "body": {}}
        done = None
        for _ in range(50):
            try:
                done = httpx.post(f"{address}/v1/entries", json=note, timeout=10).json()
                break
            except httpx.TransportError:
                continue
        assert done is not None
        process.send_signal(signal.SIGINT)
        process.wait(15)
    finally:
        process.kill()
    assert admin.entry(done["seq"]).entry == done["entry"]
    assert admin.verify().ok
