"""`govern` driven in this process, as a shell would drive it, and a small ledger with one of everything."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from governance.cli import running
from governance.cli.main import app


@dataclass(frozen=True)
class Done:
    """How a command ended and what it said."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass
class Shell:
    """Runs commands on one ledger, in one folder."""

    monkeypatch: pytest.MonkeyPatch
    read: Callable[[], tuple[str, str]]
    ledger: str
    folder: Path
    options: list[str] = field(default_factory=list)

    def __call__(self, *words: object, stdin: bytes = b"", actor: str | None = None) -> Done:
        given = [
            *(["--ledger", self.ledger] if self.ledger else []),
            *self.options,
            *(["--actor", actor] if actor else []),
        ]
        with self.monkeypatch.context() as patch:
            patch.chdir(self.folder)
            patch.setattr(sys, "argv", ["govern", *given, *map(str, words)])
            patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8"))
            self.read()
            with pytest.raises(SystemExit) as ended:
                running.run(app)
        out, err = self.read()
        assert "Traceback" not in out + err
        return Done(int(ended.value.code or 0), out, err)

    def refuses(self, *words: object, code: int = 2, **options: Any) -> str:
        """Run a command that must be refused; return what it says: a sentence and a remedy, nothing on stdout."""
        done = self(*words, **options)
        assert done.code == code, done
        assert done.out == ""
        assert done.err.startswith("error: "), done.err
        sentence, remedy = done.err.removeprefix("error: ").rstrip().split("\n", 1)
        assert sentence.endswith((".", "?", ")")), sentence
        assert len(remedy) > 5
        return done.err

    def misused(self, *words: object) -> str:
        """Run a command with wrong words; return what it says: usage, the way to the help, what is wrong."""
        done = self(*words)
        assert done.code == 2, done
        assert "Usage: govern" in done.err
        assert "for help" in done.err
        return done.err
