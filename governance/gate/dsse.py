"""DSSE envelopes (github.com/secure-systems-lab/dsse, protocol v1.0) signed with Ed25519."""

from __future__ import annotations

import base64
import binascii
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
    """Return the payload if at least one of `keys` signed it.

    Raises:
        IntegrityError: no envelope, another payload type, or no signature by a trusted key.
    """
    try:
        payload = base64.b64decode(envelope["payload"], validate=True)
        kind, signatures = envelope["payloadType"], envelope["signatures"]
        found = [
            (str(one.get("keyid", "")), base64.b64decode(one["sig"], validate=True)) for one in signatures
        ]
    except (KeyError, TypeError, AttributeError, ValueError, binascii.Error):
        raise IntegrityError(
            "That is no DSSE envelope.", remedy="Give the receipt file as it was written."
        ) from None
    if kind != PAYLOAD_TYPE:
        raise IntegrityError(
            f"The envelope holds '{kind}', not an in-toto statement.", remedy="Give a receipt."
        )
    trusted = list(keys)
    signed = pae(kind, payload)
    if any(_verifies(key, signature, signed) for _, signature in found for key in trusted):
        return payload
    known = {key_id(key) for key in trusted}
    strangers = sorted({name for name, _ in found} - known)
    if strangers:
        raise IntegrityError(
            f"The receipt is signed by the key {strangers[0][:16]}…, which is not a trusted receipt key.",
            remedy="Give the receipt key that the ledger's entry 0 names.",
        )
    raise IntegrityError(
        "The receipt's signature does not hold: it was altered.", remedy="Ask the gate for the receipt again."
    )


def _verifies(key: Ed25519PublicKey, signature: bytes, signed: bytes) -> bool:
    try:
        key.verify(signature, signed)
    except InvalidSignature:
        return False
    return True
