"""SSH private keys in files: OpenSSH's format and PEM; Ed25519, ECDSA and RSA."""

from __future__ import annotations

import base64
import os
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from governance.errors import Conflict
from governance.identity.ssh_wire import Fields, mpint, string

FileKey = ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
"""Private keys that sign here, without another tool."""


def load(data: bytes, passphrase: str | None) -> FileKey:
    """Load a key file.

    Raises:
        TypeError: it is protected and no passphrase was given.
        UnsupportedAlgorithm: only stock ssh-keygen can sign with it (FIDO; protected by bcrypt).
        ValueError: it is no such key, or the passphrase is wrong.
    """
    password = passphrase.encode() if passphrase else None
    if not data.lstrip().startswith(b"-----BEGIN OPENSSH PRIVATE KEY-----"):
        key = serialization.load_pem_private_key(data, password)
    else:
        cipher, algorithm = _openssh_head(data)
        if algorithm.startswith(b"sk-"):
            raise UnsupportedAlgorithm("the private half is in a FIDO authenticator")
        if cipher != b"none" and password is None:
            raise TypeError("protected by a passphrase")
        key = serialization.load_ssh_private_key(data, password)
    if not isinstance(key, FileKey):
        raise ValueError("neither Ed25519, ECDSA nor RSA")  # noqa: TRY004 - the file is at fault
    return key


def _openssh_head(data: bytes) -> tuple[bytes, bytes]:
    """Return cipher and key algorithm, which stand unencrypted in front (OpenSSH PROTOCOL.key)."""
    lines = data.decode("ascii").strip().splitlines()
    fields = Fields(base64.b64decode("".join(lines[1:-1])).removeprefix(b"openssh-key-v1\0"))
    cipher, _kdf, _options, _count = fields.string(), fields.string(), fields.string(), fields.uint32()
    return cipher, Fields(fields.string()).string()


def public_line(key: FileKey) -> str:
    """Return the public half as one line."""
    return (
        key.public_key()
        .public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH)
        .decode("ascii")
    )


def raw_signature(key: FileKey, algorithm: str, data: bytes) -> bytes:
    """Return the SSH signature blob over `data` (RFC 8709 §6, RFC 5656 §3.1.2, RFC 8332 §3)."""
    match key:
        case ed25519.Ed25519PrivateKey():
            return string(algorithm.encode()) + string(key.sign(data))
        case rsa.RSAPrivateKey():
            return string(b"rsa-sha2-512") + string(key.sign(data, padding.PKCS1v15(), hashes.SHA512()))
        case _:
            size = key.curve.key_size
            chosen = hashes.SHA256() if size == 256 else hashes.SHA384() if size == 384 else hashes.SHA512()
            r, s = decode_dss_signature(key.sign(data, ec.ECDSA(chosen)))
            return string(algorithm.encode()) + string(mpint(r) + mpint(s))


def generate(path: Path, comment: str = "") -> str:
    """Make an Ed25519 key pair in `path` (mode 0600) and `path.pub`; return the public key's line.

    Raises:
        Conflict: one of the files is there already; nothing is overwritten.
    """
    public_path = path.with_name(path.name + ".pub")
    key = ed25519.Ed25519PrivateKey.generate()
    line = f"{public_line(key)} {' '.join(comment.split())}".strip()
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH, serialization.NoEncryption()
    )
    if public_path.exists():
        raise Conflict(f"{public_path} is there already.", remedy="Choose another name for the key.")
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise Conflict(f"{path} is there already.", remedy="Choose another name for the key.") from None
    with os.fdopen(handle, "wb") as file:
        file.write(private)
    public_path.write_text(line + "\n", encoding="utf-8")
    return line
