"""Signing through stock `ssh-keygen`: keys in an agent, FIDO keys, files protected in OpenSSH's own way."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from governance.errors import InvalidInput, NotFound

_PATIENCE = 120
"""Seconds that a person has to touch a FIDO key or answer an agent's question."""


def sign_by_stock_tool(key: Path, namespace: str, message: bytes, passphrase: str | None = None) -> str:
    """Return the armored signature that `ssh-keygen -Y sign` makes.

    Raises:
        NotFound: ssh-keygen is not installed.
        InvalidInput: it refused, or nobody answered in time.
    """
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
