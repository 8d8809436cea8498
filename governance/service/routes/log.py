"""`/v1`: the log as C2SP tlog-tiles, bodies, proofs, verification.

Prefix URL of the log is `…/v1`: `checkpoint`, `tile/<L>/<N>[.p/<W>]`, `tile/entries/<N>[.p/<W>]`, and, as
in a static export, `bodies/<seq>.json`. Tiles never change and say so; the checkpoint must not be cached.
"""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, Response
from pydantic import BaseModel

from governance.errors import NotFound
from governance.service.access import Reader
from governance.service.bodies import StrictRoute
from governance.service.limits import Place, Turnstile
from governance.workspace.views import Verification

router = APIRouter(tags=["log"], route_class=StrictRoute)
_FOR_EVER = {"Cache-Control": "private, max-age=31536000, immutable"}
_NEVER = {"Cache-Control": "no-store"}
MAX_BODIES = 256
_MOST_DIGITS = 19


class Trusted(BaseModel):
    """What the caller trusts: a verifier key, an older checkpoint."""

    key: str | None = None
    checkpoint: str | None = None


class LedgerFacts(BaseModel):
    """Which ledger this is, its verifier keys, and who is asking."""

    origin: str
    keys: list[str]
    actor: str | None


@router.get("/ledger")
def ledger(workspace: Reader) -> LedgerFacts:
    """Return the ledger's origin and verifier keys; pin the keys by another way than this."""
    return LedgerFacts(origin=workspace.origin, keys=workspace.verifier_keys(), actor=workspace.actor)


@router.get("/checkpoint", response_class=PlainTextResponse)
def checkpoint(workspace: Reader) -> Response:
    """Return the newest checkpoint (C2SP tlog-checkpoint)."""
    return PlainTextResponse(workspace.checkpoint().text, headers=_NEVER)


@router.get("/tile/{path:path}", response_class=Response)
def tile(path: str, workspace: Reader) -> Response:
    """Return a tile or an entry bundle (C2SP tlog-tiles)."""
    data = workspace.tile_file(f"tile/{path}")
    return Response(data, media_type="application/octet-stream", headers=_FOR_EVER)


@router.get("/bodies/{name}")
def body(name: str, workspace: Reader) -> Response:
    """Return `bodies/<seq>.json`: body and salt of one entry; 404 where it was erased."""
    seq = name.removesuffix(".json")
    if seq == name or len(seq) > _MOST_DIGITS or not (seq.isascii() and seq.isdecimal()):
        raise NotFound(f"There is no bodies/{name}.", remedy="Ask for bodies/<seq>.json.")
    found = workspace.body_files(int(seq), int(seq) + 1).get(int(seq))
    if found is None:
        raise NotFound(f"Entry {seq} has no body any more.", remedy="It was erased; see govern show.")
    return Response(found, media_type="application/json", headers=_NEVER)


@router.get("/bodies")
def bodies(workspace: Reader, start: Place, stop: Place) -> Response:
    """Return the bodies of entries `start` to `stop` (exclusive, 256 at most) as NDJSON."""
    files = workspace.body_files(start, min(stop, start + MAX_BODIES))
    lines = [b'{"file":%b,"seq":%d}\n' % (file, seq) for seq, file in files.items()]
    return Response(b"".join(lines), media_type="application/x-ndjson", headers=_NEVER)


@router.get("/proofs/{reference}", response_class=PlainTextResponse)
def prove(reference: str, workspace: Reader, *, withhold_body: bool = False) -> str:
    """Return the proof of one entry (C2SP tlog-proof@v1)."""
    return workspace.prove(reference, withhold_body=withhold_body)


@router.get("/consistency")
def consistency(old: Place, new: Place, workspace: Reader) -> dict[str, list[str]]:
    """Return the RFC 6962 consistency proof between two sizes, hashes in hex."""
    return {"proof": workspace.consistency_proof(old, new)}


@router.post("/verify")
def verify(trusted: Trusted, request: Request, workspace: Reader) -> Verification:
    """Verify the whole ledger where it lies; whoever does not believe this service verifies it elsewhere.

    Two verifications at a time: another one is answered 503 at once, so that readers can't keep writers out.
    """
    turnstile: Turnstile = request.app.state.verifications
    with turnstile.place():
        return workspace.verify(key=trusted.key, checkpoint=trusted.checkpoint)
