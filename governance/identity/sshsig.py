"""SSH signatures (SSHSIG): people sign with the key that they have, and stock `ssh-keygen -Y verify` agrees.

Format: OpenSSH PROTOCOL.sshsig. Signed is `"SSHSIG" ‖ namespace ‖ reserved ‖ hash algorithm ‖ H(message)`.
A signature is accepted only if
1. its armor, its fields and its lengths are exactly as the specification says, with nothing left over;
2. its namespace is the one demanded (else an approval could pass for a waiver, or a git tag for either);
3. it hashes with SHA-256 or SHA-512;
4. the key inside it is the key demanded: a signature by any other key proves nothing here;
5. that key made it, over this very message.

Example:
    >>> line = generate(Path("alice"), "user:alice")
    >>> verify(sign(Path("alice"), "approval@acme.example", b"yes"), "approval@acme.example", b"yes", line)
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import sshsig as library
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from governance.errors import Conflict, IntegrityError, InvalidInput, NotFound
from governance.identity.ssh_keys import ED25519, RSA, PublicKey
from governance.identity.ssh_wire import Fields, mpint, string

_MAGIC = b"SSHSIG"
_BEGIN, _END = "-----BEGIN SSH SIGNATURE-----", "-----END SSH SIGNATURE-----"
_HASHES = {"sha512": hashlib.sha512, "sha256": hashlib.sha256}
_LONGEST = 64 * 1024
_PATIENCE = 120
"""Seconds that a person has to touch a FIDO key or answer an agent's question."""


class SignatureInvalid(IntegrityError):  # noqa: N818 - named as the refusals in governance.errors
    """A signature that does not prove what it is shown for; the message says which rule it breaks."""

    code: ClassVar[str] = "signature-invalid"
    status: ClassVar[int] = 422


@dataclass(frozen=True, slots=True)
class Signature:
    """The fields of an SSHSIG blob."""

    key: PublicKey
    namespace: str
    hash_algorithm: str
    signature: bytes

    @classmethod
    def from_armored(cls, armored: str) -> Signature:
        """Return the fields of an armored signature.

        Raises:
            SignatureInvalid: it is not exactly in the specified form (rules 1 and 3).
        """
        try:
            fields = Fields(_dearmor(armored))
            _demand_version_1(fields)
            blob = fields.string()
            namespace, _reserved = fields.string().decode("utf-8"), fields.string()
            hash_algorithm, signature = fields.string().decode("ascii"), fields.string()
            fields.end()
            key = PublicKey(Fields(blob).string().decode("ascii"), blob)
            key.check()
        except InvalidInput as error:
            raise SignatureInvalid(error.message, remedy=error.remedy) from None
        except ValueError as error:
            raise SignatureInvalid(
                f"That is no SSH signature: {error}.",
                remedy=f"Give the whole text from '{_BEGIN}' to '{_END}', as ssh-keygen -Y sign writes it.",
            ) from None
        if hash_algorithm not in _HASHES:
            raise SignatureInvalid(
                f"The signature hashes with '{hash_algorithm}'; accepted are SHA-256 and SHA-512.",
                remedy="Sign again with: ssh-keygen -Y sign -O hashalg=sha512.",
            )
        return cls(key, namespace, hash_algorithm, signature)


def key_subject(public_key: str) -> str:
    """Return the subject of a public key line: `key:` and the SHA-256 of its blob in hex.

    Raises:
        InvalidInput: it is no public key, or of an algorithm that is not accepted.
    """
    return PublicKey.parse(public_key).subject


def signer(armored: str) -> str:
    """Return the subject of the key that an armored signature carries. It proves nothing yet; `verify` does.

    Raises:
        SignatureInvalid: it is no signature.
    """
    return Signature.from_armored(armored).key.subject


def verify(armored: str, namespace: str, message: bytes, public_key: str) -> None:
    """Demand that `public_key` signed `message` for `namespace`.

    Checked here, and for Ed25519 and RSA by the PyPI library `sshsig` as well: both must agree.

    Raises:
        SignatureInvalid: one of the module's rules is broken.
        InvalidInput: `public_key` is none.
    """
    found = Signature.from_armored(armored)
    expected = PublicKey.parse(public_key)
    if found.namespace != namespace:
        raise SignatureInvalid(
            f"The signature was made for '{found.namespace}', not for '{namespace}'.",
            remedy=f"Sign it for its purpose: ssh-keygen -Y sign -n {namespace} …",
        )
    if found.key != expected:
        raise SignatureInvalid(
            f"The signature was made with {found.key.subject}, not with {expected.subject}.",
            remedy="Sign with the key that is bound to you, or bind the other one first.",
        )
    if not _holds(found, armored, namespace, message):
        raise SignatureInvalid(
            "The signature does not belong to this text: one of them was altered after signing.",
            remedy="Sign exactly the bytes that were shown, without a newline at the end.",
        )


def sign(private_key: Path, namespace: str, message: bytes, *, passphrase: str | None = None) -> str:
    """Return the armored signature of `message` for `namespace`.

    Args:
        private_key: a key file (Ed25519, ECDSA, RSA); or a `.pub` file whose private half an agent holds, or
            a FIDO key file: these two sign through stock `ssh-keygen`.
        namespace: what the signature is for; not empty.
        message: the bytes to sign.
        passphrase: of a protected key file.

    Raises:
        NotFound: there is no such file, or `ssh-keygen` is needed and absent.
        InvalidInput: it is no private key, the passphrase is missing or wrong, or ssh-keygen refused.
    """
    if not namespace or not namespace.isascii():
        raise InvalidInput(
            f"'{namespace}' is no namespace.", remedy="Name what the signature is for: approval@HOST."
        )
    try:
        data = private_key.read_bytes()
    except OSError as error:
        raise NotFound(
            f"The key {private_key} can't be read: {error.strerror}.", remedy="Name the key file."
        ) from None
    if private_key.suffix == ".pub":
        return _by_stock_tool(private_key, namespace, message)
    try:
        key = _private(data, passphrase)
    except TypeError:
        raise InvalidInput(
            f"The key {private_key} is protected by a passphrase.",
            remedy=f"Add it to your agent (ssh-add {private_key}) and name {private_key}.pub instead.",
        ) from None
    except UnsupportedAlgorithm:
        return _by_stock_tool(private_key, namespace, message, passphrase)
    except ValueError:
        raise InvalidInput(
            f"{private_key} is no private key that can sign here, or the passphrase is wrong.",
            remedy="Name an OpenSSH key file: Ed25519, ECDSA or RSA.",
        ) from None
    public = PublicKey.parse(_public_line(key))
    signed = _raw_signature(key, public.algorithm, _to_sign(namespace, "sha512", message))
    blob = _MAGIC + (1).to_bytes(4, "big") + string(public.blob) + string(namespace.encode())
    return _armor(blob + string(b"") + string(b"sha512") + string(signed))


def generate(path: Path, comment: str = "") -> str:
    """Make an Ed25519 key pair in `path` (mode 0600) and `path.pub`; return the public key's line.

    Raises:
        Conflict: one of the files is there already; nothing is overwritten.
    """
    public_path = path.with_name(path.name + ".pub")
    key = ed25519.Ed25519PrivateKey.generate()
    line = f"{_public_line(key)} {' '.join(comment.split())}".strip()
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


def _holds(found: Signature, armored: str, namespace: str, message: bytes) -> bool:
    """Say whether the signature is over this message, by our reading and the library's alike.

    The library alone would accept altered inner lengths: it reads to the end of the data.
    """
    try:
        if not found.key.made(found.signature, _to_sign(namespace, found.hash_algorithm, message)):
            return False
    except ValueError as error:
        raise SignatureInvalid(f"The signature is malformed: {error}.", remedy="Sign again.") from None
    if found.key.algorithm not in {ED25519, RSA}:
        return True
    try:
        made_by = library.check_signature(message, armored, namespace)
    except (library.InvalidSignature, ValueError, AssertionError):
        return False
    return bool(made_by == library.PublicKey.from_openssh_str(found.key.line))


def _to_sign(namespace: str, hash_algorithm: str, message: bytes) -> bytes:
    digest = _HASHES[hash_algorithm](message).digest()
    return (
        _MAGIC + string(namespace.encode()) + string(b"") + string(hash_algorithm.encode()) + string(digest)
    )


_FileKey = ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


def _private(data: bytes, passphrase: str | None) -> _FileKey:
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
    if not isinstance(key, _FileKey):
        raise ValueError("neither Ed25519, ECDSA nor RSA")  # noqa: TRY004 - the file is at fault
    return key


def _openssh_head(data: bytes) -> tuple[bytes, bytes]:
    """Return cipher and key algorithm, which stand unencrypted in front (OpenSSH PROTOCOL.key)."""
    lines = data.decode("ascii").strip().splitlines()
    fields = Fields(base64.b64decode("".join(lines[1:-1])).removeprefix(b"openssh-key-v1\0"))
    cipher, _kdf, _options, _count = fields.string(), fields.string(), fields.string(), fields.uint32()
    return cipher, Fields(fields.string()).string()


def _public_line(key: _FileKey) -> str:
    return (
        key.public_key()
        .public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH)
        .decode("ascii")
    )


def _raw_signature(key: _FileKey, algorithm: str, data: bytes) -> bytes:
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


def _by_stock_tool(key: Path, namespace: str, message: bytes, passphrase: str | None = None) -> str:
    tool = shutil.which("ssh-keygen")
    if tool is None:
        raise NotFound(
            "This key signs through ssh-keygen, which is not installed.",
            remedy="Install OpenSSH's client tools.",
        )
    command = [tool, "-Y", "sign", "-f", str(key), "-n", namespace]
    try:
        with tempfile.TemporaryDirectory() as folder:
            done = subprocess.run(  # noqa: S603 - a fixed command, no shell
                command, input=message, capture_output=True, timeout=_PATIENCE, check=False,
                env=_answering(Path(folder), passphrase),
            )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise InvalidInput(
            f"{key} did not sign within {_PATIENCE} s.", remedy="Touch the key when it blinks."
        ) from None
    if done.returncode != 0:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        raise InvalidInput(
            f"ssh-keygen did not sign with {key}: {said[-1] if said else 'no reason given'}.",
            remedy="Is the private half in your agent (ssh-add -l), the FIDO key plugged in?",
        )
    return done.stdout.decode("ascii")


def _answering(folder: Path, passphrase: str | None) -> dict[str, str]:
    """Return the environment in which ssh-keygen gets the passphrase, by ssh(1) SSH_ASKPASS."""
    if passphrase is None:
        return dict(os.environ)
    script = folder / "askpass"
    script.write_text("#!/bin/sh\nprintf '%s\\n' \"$SSHSIG_PASSPHRASE\"\n", encoding="utf-8")
    script.chmod(0o700)
    asking = {"SSH_ASKPASS": str(script), "SSH_ASKPASS_REQUIRE": "force", "SSHSIG_PASSPHRASE": passphrase}
    return {**os.environ, **asking}


def _demand_version_1(fields: Fields) -> None:
    if fields.take(6) != _MAGIC or fields.uint32() != 1:
        raise ValueError("it is not SSHSIG version 1")


def _armor(blob: bytes) -> str:
    text = base64.b64encode(blob).decode()
    lines = [text[start : start + 70] for start in range(0, len(text), 70)]
    return "\n".join([_BEGIN, *lines, _END, ""])


def _dearmor(armored: str) -> bytes:
    lines = armored.strip().splitlines()
    if len(armored) > _LONGEST or len(lines) < 3 or lines[0] != _BEGIN or lines[-1] != _END:
        raise ValueError("its first or last line is missing")
    try:
        return base64.b64decode("".join(lines[1:-1]), validate=True)
    except binascii.Error as error:
        raise ValueError(str(error)) from None
