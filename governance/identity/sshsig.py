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
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import sshsig as library
from cryptography.exceptions import UnsupportedAlgorithm

from governance.errors import IntegrityError, InvalidInput, NotFound
from governance.identity.ssh_keys import ED25519, RSA, PublicKey
from governance.identity.ssh_private import generate, load, public_line, raw_signature
from governance.identity.ssh_stock import sign_by_stock_tool
from governance.identity.ssh_wire import Fields, string

__all__ = ["Signature", "SignatureInvalid", "generate", "key_subject", "sign", "signer", "verify"]

_MAGIC = b"SSHSIG"
_BEGIN, _END = "-----BEGIN SSH SIGNATURE-----", "-----END SSH SIGNATURE-----"
_HASHES = {"sha512": hashlib.sha512, "sha256": hashlib.sha256}
_LONGEST = 64 * 1024


class SignatureInvalid(IntegrityError):
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


class PassphraseNeeded(InvalidInput):
    """The key file is protected and no passphrase was given; whoever can ask for it may try again."""


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
        PassphraseNeeded: the key is protected and no passphrase was given.
        InvalidInput: it is no private key, the passphrase is wrong, or ssh-keygen refused.
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
        return sign_by_stock_tool(private_key, namespace, message)
    try:
        key = load(data, passphrase)
    except TypeError:
        raise PassphraseNeeded(
            f"The key {private_key} is protected by a passphrase.",
            remedy=f"Add it to your agent (ssh-add {private_key}) and name {private_key}.pub instead.",
        ) from None
    except UnsupportedAlgorithm:
        return sign_by_stock_tool(private_key, namespace, message, passphrase)
    except ValueError:
        raise InvalidInput(
            f"{private_key} is no private key that can sign here, or the passphrase is wrong.",
            remedy="Name an OpenSSH key file: Ed25519, ECDSA or RSA.",
        ) from None
    public = PublicKey.parse(public_line(key))
    signed = raw_signature(key, public.algorithm, _to_sign(namespace, "sha512", message))
    blob = _MAGIC + (1).to_bytes(4, "big") + string(public.blob) + string(namespace.encode())
    return _armor(blob + string(b"") + string(b"sha512") + string(signed))


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
