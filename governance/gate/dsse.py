"""DSSE envelopes (github.com/secure-systems-lab/dsse, protocol v1.0) signed with Ed25519.

The protocol lets an envelope carry further members, several signatures and keyids that nobody checks. Here
one envelope has one spelling, so that nothing in a receipt goes unlooked at:
1. its members are `payload`, `payloadType` and `signatures`, no others;
2. there is one signature, with the members `keyid` and `sig`;
3. base64 is standard, padded, and with its unused bits zero (RFC 4648 §3.5);
4. `keyid` is that of the trusted key by which the signature holds.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

from governance.errors import IntegrityError, InvalidInput

PAYLOAD_TYPE = "application/vnd.in-toto+json"


def pae(payload_type: str, payload: bytes) -> bytes:
    """Return the pre-authentication encoding: what is signed."""
    kind = payload_type.encode()
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def key_id(key: Ed25519PublicKey) -> str:
    """Return the hex SHA-256 of the key's SubjectPublicKeyInfo in DER."""
    return hashlib.sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest()


def read_key(pem: str) -> Ed25519PublicKey:
    """Return a receipt key from its PEM.

    Raises:
        InvalidInput: it is no Ed25519 public key.
    """
    try:
        key = load_pem_public_key(pem.encode())
    except ValueError:
        raise InvalidInput(
            "That is no public key in PEM.", remedy="It begins with -----BEGIN PUBLIC KEY-----."
        ) from None
    if not isinstance(key, Ed25519PublicKey):
        raise InvalidInput(
            "That is no Ed25519 key.", remedy="Give the ledger's receipt key (entry 0 names it)."
        )
    return key


def seal(payload: bytes, key: Ed25519PrivateKey, payload_type: str = PAYLOAD_TYPE) -> dict[str, Any]:
    """Return the envelope of a payload with one signature."""
    signature = key.sign(pae(payload_type, payload))
    return {
        "payload": base64.b64encode(payload).decode(),
        "payloadType": payload_type,
        "signatures": [{"keyid": key_id(key.public_key()), "sig": base64.b64encode(signature).decode()}],
    }


def unseal(envelope: Mapping[str, Any], keys: Iterable[Ed25519PublicKey]) -> bytes:
    """Return the payload if one of `keys` signed it.

    Raises:
        IntegrityError: no envelope by rules 1 to 4, another payload type, or no signature by a trusted key.
    """
    payload, kind, name, signature = _parts(envelope)
    if kind != PAYLOAD_TYPE:
        raise IntegrityError(
            f"The envelope holds '{kind}', not an in-toto statement.", remedy="Give a receipt."
        )
    key = {key_id(key): key for key in keys}.get(name)
    if key is None:
        raise IntegrityError(
            f"The receipt is signed by the key {name[:16]}…, which is not a trusted receipt key.",
            remedy="Give the receipt key that the ledger's entry 0 names.",
        )
    if not _verifies(key, signature, pae(kind, payload)):
        raise IntegrityError(
            "The receipt's signature does not hold: it was altered.",
            remedy="Ask the gate for the receipt again.",
        )
    return payload


def _parts(envelope: Mapping[str, Any]) -> tuple[bytes, str, str, bytes]:
    """Return payload, payload type, keyid and signature, after rules 1 to 3."""
    try:
        kind, (one,) = envelope["payloadType"], envelope["signatures"]
        payload, signature = _bytes(envelope["payload"]), _bytes(one["sig"])
        exact = (
            len(envelope) == 3 and len(one) == 2 and isinstance(kind, str) and isinstance(one["keyid"], str)
        )
    except (TypeError, KeyError, ValueError):
        exact = False
    if not exact:
        raise IntegrityError("That is no DSSE envelope.", remedy="Give the receipt file as it was written.")
    return payload, kind, one["keyid"], signature


def _bytes(text: str) -> bytes:
    data = base64.b64decode(text, validate=True)
    if base64.b64encode(data).decode() != text:
        raise ValueError("unused bits are set")
    return data


def _verifies(key: Ed25519PublicKey, signature: bytes, signed: bytes) -> bool:
    try:
        key.verify(signature, signed)
    except InvalidSignature:
        return False
    return True
