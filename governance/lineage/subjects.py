"""Subjects: what an entry is about, written `KIND:NAME`, `KIND:NAME@VERSION` or `KIND:ID`.

Examples:
    >>> Subject.parse("model:credit-scorer@3").version
    '3'
    >>> str(Subject.deployment("credit-scorer", "production", 4))
    'deployment:credit-scorer/production@4'
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from governance.errors import InvalidInput

NAME = r"[a-z0-9][a-z0-9._-]{0,127}"
VERSION = r"[A-Za-z0-9._+-]{1,64}"
UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
ACTOR_ID = r"[A-Za-z0-9][A-Za-z0-9._-]{0,119}"

_SHAPES: dict[str, str] = {
    "ledger": r"[!-~]{1,255}",
    "entry": r"0|[1-9][0-9]{0,15}",
    "user": ACTOR_ID,
    "service": ACTOR_ID,
    "key": r"[0-9a-f]{64}",
    "token": UUID,
    "system": NAME,
    "dataset": f"{NAME}@{VERSION}",
    "run": UUID,
    "model": f"{NAME}@{VERSION}",
    "evidence": UUID,
    "policy": f"{NAME}@{VERSION}",
    "decision": UUID,
    "approval": UUID,
    "waiver": UUID,
    "deployment": f"{NAME}/{NAME}@[1-9][0-9]{{0,15}}",
    "batch": UUID,
    "prediction": f"{UUID}#(?:0|[1-9][0-9]{{0,15}})",
    "alert": UUID,
    "finding": UUID,
}
_PATTERNS = {kind: re.compile(shape) for kind, shape in _SHAPES.items()}
_EXAMPLES = {
    "dataset": "dataset:hmda-boston@1990",
    "model": "model:credit-scorer@3",
    "deployment": "deployment:credit-scorer/production@1",
    "system": "system:credit",
    "user": "user:alice",
    "service": "service:evaluator",
    "policy": "policy:credit-high-risk@1.0.0",
    "prediction": "prediction:0198c1de-7c3a-7d2e-9f10-3a5b6c7d8e9f#17",
    "key": "key: and the 64 hex digits that govern user list --json shows",
    "entry": "entry:17",
    "ledger": "ledger:acme.example/credit",
}
_UUID_EXAMPLE = "0198c1de-7c3a-7d2e-9f10-3a5b6c7d8e9f"
SUBJECT_KINDS = tuple(_SHAPES)


@dataclass(frozen=True, slots=True, order=True)
class Subject:
    """One subject: its kind and everything after the colon."""

    kind: str
    rest: str

    @classmethod
    def parse(cls, text: str) -> Subject:
        """Return the subject that `text` names.

        Raises:
            InvalidInput: the kind is unknown or the rest has not the form of its kind.
        """
        kind, colon, rest = text.partition(":")
        pattern = _PATTERNS.get(kind) if colon else None
        if pattern is None:
            raise InvalidInput(
                f"'{text}' is not a subject.",
                remedy=f"Write KIND:NAME@VERSION with one of the kinds {', '.join(SUBJECT_KINDS)}.",
            )
        if pattern.fullmatch(rest) is None:
            example = _EXAMPLES.get(kind, f"{kind}:{_UUID_EXAMPLE}")
            article = "an" if kind[0] in "aeo" else "a"
            raise InvalidInput(f"'{text}' is not {article} {kind} subject.", remedy=f"An example: {example}.")
        return cls(kind, rest)

    @classmethod
    def deployment(cls, model_name: str, target: str, number: int) -> Subject:
        """Return the subject of the `number`-th deployment (from 1) of a model name to a target."""
        return cls.parse(f"deployment:{model_name}/{target}@{number}")

    @property
    def name(self) -> str:
        """The part before `@` (for a prediction: its batch)."""
        return self.rest.split("#")[0].rsplit("@", 1)[0]

    @property
    def version(self) -> str | None:
        """The part after `@`, if this kind has versions."""
        name, at, version = self.rest.rpartition("@")
        return version if at and name else None

    def __str__(self) -> str:
        return f"{self.kind}:{self.rest}"
