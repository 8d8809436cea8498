"""Signatures with the keys that people have, checked by stock ssh-keygen both ways."""

import base64
import hashlib
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.errors import Conflict, GovernanceError, InvalidInput, NotFound
from governance.identity import sshsig
from governance.identity.ssh_wire import mpint, string

NAMESPACE = "approval@acme.example"
MESSAGE = '{"meaning":"I reviewed the fairness evaluation — für alle"}'.encode()
KINDS = {
    "ed25519": ["-t", "ed25519"],
    "ecdsa-256": ["-t", "ecdsa", "-b", "256"],
    "ecdsa-384": ["-t", "ecdsa", "-b", "384"],
    "ecdsa-521": ["-t", "ecdsa", "-b", "521"],
    "rsa": ["-t", "rsa", "-b", "2048"],
    "rsa-pem": ["-t", "rsa", "-b", "2048", "-m", "PEM"],
}


def keygen(
    *arguments: str, stdin: bytes = b"", environment: dict[str, str] | None = None
) -> subprocess.CompletedProcess[bytes]:
    tool = shutil.which("ssh-keygen")
    if tool is None:
        pytest.skip("needs ssh-keygen: signatures are compared with stock OpenSSH")
    return subprocess.run(
        [tool, *arguments], input=stdin, capture_output=True, timeout=30, check=False, env=environment
    )


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("keys")
    for name, arguments in KINDS.items():
        assert keygen("-q", *arguments, "-N", "", "-f", str(folder / name)).returncode == 0
    return {name: folder / name for name in KINDS}


def public(path: Path) -> str:
    return path.with_name(path.name + ".pub").read_text().strip()


def stock_accepts(
    folder: Path, line: str, armored: str, namespace: str = NAMESPACE, message: bytes = MESSAGE
) -> bool:
    (folder / "allowed").write_text(f"alice {line}\n")
    (folder / "signature").write_text(armored)
    done = keygen(
        "-Y", "verify", "-f", str(folder / "allowed"), "-I", "alice", "-n", namespace,
        "-s", str(folder / "signature"), stdin=message,
    )  # fmt: skip
    return done.returncode == 0


@pytest.mark.parametrize("kind", KINDS)
def test_stock_ssh_keygen_verifies_what_we_sign(kind: str, keys: dict[str, Path], tmp_path: Path) -> None:
    armored = sshsig.sign(keys[kind], NAMESPACE, MESSAGE)
    assert stock_accepts(tmp_path, public(keys[kind]), armored)
    assert not stock_accepts(tmp_path, public(keys[kind]), armored, message=MESSAGE + b"!")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("algorithm", ["sha512", "sha256"])
def test_we_verify_what_stock_ssh_keygen_signs(kind: str, algorithm: str, keys: dict[str, Path]) -> None:
    done = keygen(
        "-Y", "sign", "-O", f"hashalg={algorithm}", "-f", str(keys[kind]), "-n", NAMESPACE, stdin=MESSAGE
    )
    armored = done.stdout.decode()
    sshsig.verify(armored, NAMESPACE, MESSAGE, public(keys[kind]))
    assert sshsig.signer(armored) == sshsig.key_subject(public(keys[kind]))


@pytest.mark.parametrize("kind", KINDS)
def test_another_purpose_another_text_and_another_key_are_refused(kind: str, keys: dict[str, Path]) -> None:
    armored = sshsig.sign(keys[kind], NAMESPACE, MESSAGE)
    line = public(keys[kind])
    other = next(path for name, path in keys.items() if name != kind)
    with pytest.raises(
        sshsig.SignatureInvalid, match=r"was made for 'approval@acme\.example', not for 'waiver@"
    ):
        sshsig.verify(armored, "waiver@acme.example", MESSAGE, line)
    with pytest.raises(sshsig.SignatureInvalid, match="does not belong to this text"):
        sshsig.verify(armored, NAMESPACE, MESSAGE + b"\n", line)
    with pytest.raises(sshsig.SignatureInvalid, match="was made with key:"):
        sshsig.verify(armored, NAMESPACE, MESSAGE, public(other))


def test_a_signature_whose_inner_key_was_exchanged_is_refused(keys: dict[str, Path], tmp_path: Path) -> None:
    mine = sshsig.generate(tmp_path / "mallory")
    armored = sshsig.sign(keys["ed25519"], NAMESPACE, MESSAGE)
    theirs = base64.b64decode(public(keys["ed25519"]).split()[1])
    body = base64.b64decode("".join(armored.splitlines()[1:-1]))
    forged = sshsig._armor(body.replace(theirs, base64.b64decode(mine.split()[1])))
    with pytest.raises(sshsig.SignatureInvalid, match="does not belong"):
        sshsig.verify(forged, NAMESPACE, MESSAGE, mine)


@given(place=st.integers(0, 10_000), bit=st.integers(0, 7))
@settings(max_examples=150, deadline=None)
def test_no_flipped_bit_survives(place: int, bit: int, keys: dict[str, Path]) -> None:
    for kind in ("ed25519", "ecdsa-256"):
        armored = sshsig.sign(keys[kind], NAMESPACE, MESSAGE)
        body = bytearray(base64.b64decode("".join(armored.splitlines()[1:-1])))
        body[place % len(body)] ^= 1 << bit
        with pytest.raises(sshsig.SignatureInvalid):
            sshsig.verify(sshsig._armor(bytes(body)), NAMESPACE, MESSAGE, public(keys[kind]))


@given(st.one_of(st.text(max_size=200), st.binary(max_size=300).map(sshsig._armor)))
@settings(max_examples=200, deadline=None)
def test_whatever_is_given_as_a_signature_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(sshsig.SignatureInvalid) as caught:
        sshsig.signer(text)
    assert caught.value.message.endswith(".")


def test_a_weak_hash_is_refused(keys: dict[str, Path]) -> None:
    armored = sshsig.sign(keys["ed25519"], NAMESPACE, MESSAGE)
    body = base64.b64decode("".join(armored.splitlines()[1:-1]))
    weak = sshsig._armor(body.replace(string(b"sha512"), string(b"md5")))
    with pytest.raises(sshsig.SignatureInvalid, match="hashes with 'md5'"):
        sshsig.verify(weak, NAMESPACE, MESSAGE, public(keys["ed25519"]))


def test_a_short_rsa_key_and_a_certificate_are_no_keys_here(tmp_path: Path) -> None:
    assert keygen("-q", "-t", "rsa", "-b", "1024", "-N", "", "-f", str(tmp_path / "short")).returncode == 0
    with pytest.raises(InvalidInput, match="1024 bits is too short"):
        sshsig.key_subject(public(tmp_path / "short"))
    blob = string(b"ssh-ed25519-cert-v01@openssh.com") + string(b"x" * 32)
    with pytest.raises(InvalidInput, match="is not accepted"):
        sshsig.key_subject(f"ssh-ed25519-cert-v01@openssh.com {base64.b64encode(blob).decode()}")


@pytest.mark.parametrize(
    "line", ["", "ssh-ed25519", "ssh-ed25519 !!!!", "ssh-ed25519 AAAA", "ssh-rsa AAAAC3NzaC1lZDI1NTE5AAAA"]
)
def test_what_is_no_public_key_is_refused(line: str) -> None:
    with pytest.raises(InvalidInput, match="no SSH public key"):
        sshsig.key_subject(line)


def test_a_key_is_named_by_its_blob_not_by_its_comment(keys: dict[str, Path]) -> None:
    line = public(keys["ed25519"])
    blob = base64.b64decode(line.split()[1])
    assert sshsig.key_subject(line) == f"key:{hashlib.sha256(blob).hexdigest()}"
    assert sshsig.key_subject(" ".join(line.split()[:2]) + " somebody else") == sshsig.key_subject(line)


@pytest.mark.parametrize("form", [[], ["-m", "PEM", "-t", "ecdsa"]])
def test_a_protected_key_signs_with_its_passphrase_only(form: list[str], tmp_path: Path) -> None:
    path = tmp_path / "key"
    assert keygen("-q", *(form or ["-t", "ed25519"]), "-N", "open sesame", "-f", str(path)).returncode == 0
    sshsig.verify(
        sshsig.sign(path, NAMESPACE, MESSAGE, passphrase="open sesame"), NAMESPACE, MESSAGE, public(path)
    )
    with pytest.raises(InvalidInput, match="protected by a passphrase"):
        sshsig.sign(path, NAMESPACE, MESSAGE)
    with pytest.raises(InvalidInput, match=r"passphrase|did not sign"):
        sshsig.sign(path, NAMESPACE, MESSAGE, passphrase="wrong")


def test_a_key_in_an_agent_signs_by_its_pub_file(
    keys: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if shutil.which("ssh-agent") is None:
        pytest.skip("needs ssh-agent: the private half is to be there only")
    socket = tmp_path / "agent"
    agent = subprocess.Popen(["ssh-agent", "-D", "-a", str(socket)], stdout=subprocess.DEVNULL)
    try:
        for _ in range(100):
            if socket.exists():
                break
            subprocess.run(["sleep", "0.05"], check=True)
        monkeypatch.setenv("SSH_AUTH_SOCK", str(socket))
        subprocess.run(
            ["ssh-add", "-q", str(keys["ecdsa-256"])], check=True, env=os.environ, capture_output=True
        )
        alone = tmp_path / "alone.pub"
        alone.write_text(public(keys["ecdsa-256"]))
        sshsig.verify(sshsig.sign(alone, NAMESPACE, MESSAGE), NAMESPACE, MESSAGE, public(keys["ecdsa-256"]))
        alone.write_text(public(keys["rsa"]))
        with pytest.raises(InvalidInput, match="ssh-keygen did not sign"):
            sshsig.sign(alone, NAMESPACE, MESSAGE)
    finally:
        agent.terminate()
        agent.wait(10)


def authenticator(algorithm: bytes, *, present: bool = True) -> tuple[str, str]:
    """A FIDO authenticator in software: its public key line and its armored signature (PROTOCOL.u2f)."""
    application = string(b"ssh:")
    if algorithm.startswith(b"sk-ssh"):
        key = ed25519.Ed25519PrivateKey.generate()
        raw = key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
        blob = string(algorithm) + string(raw) + application
    else:
        curve = ec.generate_private_key(ec.SECP256R1())
        point = curve.public_key().public_bytes(
            serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
        )
        blob = string(algorithm) + string(b"nistp256") + string(point) + application
    details = bytes([1 if present else 0]) + (7).to_bytes(4, "big")
    inner = sshsig._to_sign(NAMESPACE, "sha512", MESSAGE)
    signed = hashlib.sha256(b"ssh:").digest() + details + hashlib.sha256(inner).digest()
    if algorithm.startswith(b"sk-ssh"):
        made = string(key.sign(signed))
    else:
        r, s = decode_dss_signature(curve.sign(signed, ec.ECDSA(SHA256())))
        made = string(mpint(r) + mpint(s))
    body = b"SSHSIG" + (1).to_bytes(4, "big") + string(blob) + string(NAMESPACE.encode()) + string(b"")
    armored = sshsig._armor(body + string(b"sha512") + string(string(algorithm) + made + details))
    return f"{algorithm.decode()} {base64.b64encode(blob).decode()}", armored


@pytest.mark.parametrize("algorithm", [b"sk-ssh-ed25519@openssh.com", b"sk-ecdsa-sha2-nistp256@openssh.com"])
def test_a_fido_signature_counts_as_stock_ssh_keygen_counts_it(algorithm: bytes, tmp_path: Path) -> None:
    line, armored = authenticator(algorithm)
    sshsig.verify(armored, NAMESPACE, MESSAGE, line)
    assert stock_accepts(tmp_path, line, armored)
    with pytest.raises(sshsig.SignatureInvalid, match="does not belong"):
        sshsig.verify(armored, NAMESPACE, MESSAGE + b"!", line)
    line, armored = authenticator(algorithm, present=False)
    with pytest.raises(sshsig.SignatureInvalid, match="person was present"):
        sshsig.verify(armored, NAMESPACE, MESSAGE, line)


def test_a_generated_key_is_private_and_never_overwrites(tmp_path: Path) -> None:
    line = sshsig.generate(tmp_path / "alice", "user:alice")
    assert line.endswith(" user:alice")
    assert (tmp_path / "alice").stat().st_mode & 0o777 == 0o600
    assert stock_accepts(tmp_path, line, sshsig.sign(tmp_path / "alice", NAMESPACE, MESSAGE))
    before = (tmp_path / "alice").read_bytes()
    with pytest.raises(Conflict):
        sshsig.generate(tmp_path / "alice")
    assert (tmp_path / "alice").read_bytes() == before


def test_what_can_not_sign_says_why(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("hello")
    for path, namespace, error in [
        (tmp_path / "absent", NAMESPACE, NotFound),
        (tmp_path / "text", NAMESPACE, InvalidInput),
        (tmp_path / "text", "", InvalidInput),
    ]:
        with pytest.raises(error) as caught:
            sshsig.sign(path, namespace, MESSAGE)
        assert isinstance(caught.value, GovernanceError)
        assert caught.value.remedy
