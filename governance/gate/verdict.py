"""Verdicts, results of rules, and their JSON form in `gate.decided`."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict


class Verdict(StrEnum):
    """What the gate answers."""

    ALLOW = "allow"
    DENY = "deny"


class Result(StrEnum):
    """What one rule says. Only `pass`, `warn` and `waived` let a promotion through."""

    PASS = "pass"  # noqa: S105 - a result, not a secret
    FAIL = "fail"
    UNCLEAR = "unclear"
    WARN = "warn"
    WAIVED = "waived"
    MISSING = "missing"
    ERROR = "error"


class EvidenceReference(BaseModel):
    """The entry that a result rests on."""

    model_config = ConfigDict(frozen=True)

    seq: int
    entry: str
    """Entry hash, hex."""
    subject: str


class Finding(BaseModel):
    """One line beneath a rule: a group, a metric, a missing approval."""

    model_config = ConfigDict(frozen=True)

    label: str
    result: Result
    value: float | None = None
    low: float | None = None
    high: float | None = None
    rows: int | None = None
    rows_needed: int | None = None
    """How many rows would settle an `unclear` finding."""
    message: str = ""


class RuleResult(BaseModel):
    """What one rule said, as entered in `gate.decided.results` (members that are None are left out).

    `finding` is what the check found; `result` is what counts after severity (`warn` rules), `when_unclear`
    and waivers. `would_change` says what would turn the result.
    """

    model_config = ConfigDict(frozen=True)

    pack: str
    rule: str
    check: str
    result: Result
    finding: Result
    severity: str
    value: float | str | None = None
    threshold: float | str | None = None
    confidence: float | None = None
    message: str
    would_change: str = ""
    findings: list[Finding] = []
    evidence: list[EvidenceReference] = []
    controls: list[dict[str, Any]] = []
    """`{"id", "jurisdiction", "applies_to", "in_force_from", "in_force_to", "text_date", "source"}`."""
    waiver: str | None = None
