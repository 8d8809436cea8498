"""SSH public keys as people give them (`ssh-ed25519 AAAA… comment`), and whether a key made a signature.

1. A key is named by the SHA-256 of its blob, never by its comment.
2. Ed25519 (RFC 8709), ECDSA on the NIST curves (RFC 5656), RSA of at least 2,048 bits with SHA-2 (RFC
   8332), and the FIDO forms of the first two (OpenSSH PROTOCOL.u2f). DSA, SHA-1 and certificates are
   refused.
3. A FIDO signature counts only if the authenticator says that a person was present.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from governance.errors import InvalidInput
from governance.identity.ssh_wire import Fields

ED25519 = "ssh-ed25519"
RSA = "ssh-rsa"
SK_ED25519 = "sk-ssh-ed25519@openssh.com"
SK_ECDSA = "sk-ecdsa-sha2-nistp256@openssh.com"
_CURVES: dict[str, tuple[ec.EllipticCurve, hashes.HashAlgorithm]] = {
    "nistp256": (ec.SECP256R1(), hashes.SHA256()),
    "nistp384": (ec.SECP384R1(), hashes.SHA384()),
    "nistp521": (ec.SECP521R1(), hashes.SHA512()),
}
_RSA_HASHES: dict[str, hashes.HashAlgorithm] = {
    "rsa-sha2-512": hashes.SHA512(),
    "rsa-sha2-256": hashes.SHA256(),
}
_RSA_MINIMUM = 2048
_USER_PRESENT = 0x01


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A public key: its algorithm and its blob (RFC 4253 §6.6)."""

    algorithm: str
    blob: bytes

    @classmethod
    def parse(cls, line: str) -> PublicKey:
        """Return the key on one line of a `.pub` file.

        Raises:
            InvalidInput: it is no public key, or of an algorithm that is not accepted.
        """
        parts = line.strip().split(maxsplit=2)
        if "\n" in line.strip() or len(parts) < 2:
            raise _no_key("it is not one line 'ALGORITHM BASE64 comment'")
        try:
            blob = base64.b64decode(parts[1], validate=True)
            algorithm = Fields(blob).string().decode("ascii")
        except (binascii.Error, ValueError) as error:
            raise _no_key(str(error)) from None
        if algorithm != parts[0]:
            raise _no_key(f"it says {parts[0]} outside and {algorithm} inside")
        key = cls(algorithm, blob)
        key.check()
        return key

    @property
    def subject(self) -> str:
        """The key's subject: `key:` and the SHA-256 of the blob in hex."""
        return f"key:{hashlib.sha256(self.blob).hexdigest()}"

    @property
    def line(self) -> str:
        """The key as one line, without a comment."""
        return f"{self.algorithm} {base64.b64encode(self.blob).decode()}"

    def check(self) -> None:
        """Demand a key that can verify.

        Raises:
            InvalidInput: the algorithm is not accepted or the numbers are no key.
        """
        try:
            _load(self)
        except ValueError as error:
            raise _no_key(str(error)) from None

    def made(self, signature: bytes, data: bytes) -> bool:
        """Say whether this key made the SSH `signature` blob over `data`.

        Raises:
            ValueError: the signature is not in the form of this key's algorithm.
        """
        fields = Fields(signature)
        algorithm, raw = fields.string().decode("ascii", "replace"), fields.string()
        key, application = _load(self)
        if application is not None:
            flags, counter = fields.take(1), fields.take(4)
            data = hashlib.sha256(application).digest() + flags + counter + hashlib.sha256(data).digest()
            if not flags[0] & _USER_PRESENT:
                raise ValueError("the authenticator does not say that a person was present")
        fields.end()
        if algorithm not in (_RSA_HASHES if self.algorithm == RSA else {self.algorithm}):
            raise ValueError(f"signature algorithm {algorithm} does not fit a key of {self.algorithm}")
        try:
            match key:
                case ed25519.Ed25519PublicKey():
                    key.verify(raw, data)
                case rsa.RSAPublicKey():
                    key.verify(raw, data, padding.PKCS1v15(), _RSA_HASHES[algorithm])
                case ec.EllipticCurvePublicKey():
                    numbers = Fields(raw)
                    pair = encode_dss_signature(numbers.mpint(), numbers.mpint())
                    numbers.end()
                    key.verify(pair, data, ec.ECDSA(_hash_of(key.curve)))
        except InvalidSignature:
            return False
        return True


_Loaded = ed25519.Ed25519PublicKey | rsa.RSAPublicKey | ec.EllipticCurvePublicKey


def _load(key: PublicKey) -> tuple[_Loaded, bytes | None]:
    """Return the key's numbers, and the FIDO application where there is one."""
    fields = Fields(key.blob)
    fields.string()
    application: bytes | None = None
    loaded: _Loaded
    if key.algorithm in {ED25519, SK_ED25519}:
        loaded = ed25519.Ed25519PublicKey.from_public_bytes(fields.string())
    elif key.algorithm == RSA:
        exponent, modulus = fields.mpint(), fields.mpint()
        if modulus.bit_length() < _RSA_MINIMUM:
            raise ValueError(
                f"an RSA key of {modulus.bit_length()} bits is too short (at least {_RSA_MINIMUM})"
            )
        loaded = rsa.RSAPublicNumbers(exponent, modulus).public_key()
    elif key.algorithm == SK_ECDSA or key.algorithm in {f"ecdsa-sha2-{name}" for name in _CURVES}:
        name = fields.string().decode("ascii", "replace")
        if not key.algorithm.removesuffix("@openssh.com").endswith(name) or name not in _CURVES:
            raise ValueError(f"curve {name} does not fit {key.algorithm}")
        loaded = ec.EllipticCurvePublicKey.from_encoded_point(_CURVES[name][0], fields.string())
    else:
        raise ValueError(f"algorithm {key.algorithm} is not accepted")
    if key.algorithm in {SK_ED25519, SK_ECDSA}:
        application = fields.string()
    fields.end()
    return loaded, application


def _hash_of(curve: ec.EllipticCurve) -> hashes.HashAlgorithm:
    return next(chosen for known, chosen in _CURVES.values() if known.name == curve.name)


def _no_key(why: str) -> InvalidInput:
    return InvalidInput(
        f"That is no SSH public key that can sign here: {why}.",
        remedy="Give the line of a .pub file: Ed25519, ECDSA, RSA (2,048 bits or more), or their FIDO forms.",
    )
