"""Checks by name, from the entry-point group `governance.checks`; built-in ones too.

A decision names each check's distribution, its version and a digest of its source, so that a replay can say
whether it ran the same code. The digest is the SHA-256 over the sorted lines `PATH SHA256` of all Python
files of the check's package (line ends normalised), so that it is the same from a wheel, an editable install
and a checkout.
"""

from __future__ import annotations

import difflib
import hashlib
import importlib.util
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import metadata
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from governance.errors import PolicyInvalid
from governance.gate.packs import Pack, Rule
from governance.gate.protocol import Check, Parameters

GROUP = "governance.checks"
GATE = "gate"
"""The name under which the gate's own code stands among the checks of a decision."""


@dataclass(frozen=True, slots=True)
class CheckIdentity:
    """Which code a check is, as entered in `gate.decided.checks`."""

    name: str
    distribution: str
    version: str
    digest: str

    def as_json(self) -> dict[str, str]:
        """Return the members as recorded."""
        return {
            "name": self.name,
            "distribution": self.distribution,
            "version": self.version,
            "digest": self.digest,
        }


class Registry(Mapping[str, Check]):
    """Checks by name, loaded when first asked for."""

    def __init__(
        self, entries: Mapping[str, metadata.EntryPoint], checks: Mapping[str, Check] | None = None
    ) -> None:
        self._entries = dict(entries)
        self._checks: dict[str, Check] = dict(checks or {})

    @classmethod
    def of(cls, checks: Iterable[Check]) -> Registry:
        """Return a registry of given checks alone."""
        return cls({}, {check.name: check for check in checks})

    def __getitem__(self, name: str) -> Check:
        """Return a check.

        Raises:
            PolicyInvalid: there is no such check (near names in the remedy), or its code can't be loaded.
        """
        if name in self._checks:
            return self._checks[name]
        entry = self._entries.get(name)
        if entry is None:
            raise PolicyInvalid(f"There is no check '{name}'.", remedy=self._near(name))
        self._checks[name] = _loaded(entry)
        return self._checks[name]

    def __iter__(self) -> Iterator[str]:
        return iter(sorted({*self._entries, *self._checks}))

    def __len__(self) -> int:
        return len({*self._entries, *self._checks})

    def __contains__(self, name: object) -> bool:
        return name in self._entries or name in self._checks

    def bind(self, rule: Rule) -> tuple[Check, Parameters]:
        """Return the check of a rule with its typed parameters.

        Raises:
            PolicyInvalid: unknown check or bad parameters, without the line (see `validate`).
        """
        found = self[rule.check]
        try:
            return found, found.parameters.model_validate(rule.with_)
        except ValidationError as error:
            findings = error.errors(include_url=False, include_context=False, include_input=False)
            where = ".".join(str(part) for part in findings[0]["loc"])
            message = findings[0]["msg"].removeprefix("Value error, ")
            takes = ", ".join(field.alias or name for name, field in found.parameters.model_fields.items())
            raise PolicyInvalid(
                f"'{where or rule.check}': {message}.",
                remedy=f"The check {rule.check} takes: {takes or 'nothing'}.",
            ) from None

    def validate(self, pack: Pack) -> None:
        """Look at every rule's check and parameters.

        Raises:
            PolicyInvalid: the first that is not sound, with its line.
        """
        for index, rule in enumerate(pack.rules):
            try:
                self.bind(rule)
            except PolicyInvalid as error:
                known = rule.check in self
                line = pack.line("rules", index, "with") if known else pack.line("rules", index, "check")
                raise PolicyInvalid(
                    f"Line {line}: rule '{rule.id}': {error.message}", remedy=error.remedy
                ) from None

    def _near(self, name: str) -> str:
        near = difflib.get_close_matches(name, list(self), n=3, cutoff=0.4)
        if near:
            return f"Did you mean {', '.join(near)}?"
        return (
            f"There are: {', '.join(self)}."
            if len(self)
            else "No check is installed: reinstall ml-governance."
        )


@lru_cache(maxsize=1)
def installed() -> Registry:
    """Return the checks of all installed distributions.

    Raises:
        PolicyInvalid: two distributions offer different checks under one name.
    """
    entries: dict[str, metadata.EntryPoint] = {}
    for entry in metadata.entry_points(group=GROUP):
        other = entries.setdefault(entry.name, entry)
        if other.value != entry.value:
            raise PolicyInvalid(
                f"Two checks are called '{entry.name}': {other.value} and {entry.value}.",
                remedy="Uninstall one of the two distributions, or rename its check.",
            )
    return Registry(entries)


def identity(check: Check) -> CheckIdentity:
    """Return which code a check is."""
    top = check.module.partition(".")[0]
    distribution, version = _distribution(top)
    return CheckIdentity(
        check.name, distribution, version, _source_digest(check.module.rpartition(".")[0] or top)
    )


def gate_identity() -> CheckIdentity:
    """Return which code the gate itself is: it composes the results of checks into the verdict."""
    distribution, version = _distribution("governance")
    return CheckIdentity(GATE, distribution, version, _source_digest("governance.gate"))


@lru_cache(maxsize=64)
def _distribution(package: str) -> tuple[str, str]:
    names = sorted(set(metadata.packages_distributions().get(package, [])))
    if not names and package in {"governance", "policies"}:
        names = ["ml-governance"]  # an editable install lists no packages
    try:
        return (names[0], metadata.version(names[0])) if names else ("", "")
    except metadata.PackageNotFoundError:
        return names[0], ""


@lru_cache(maxsize=64)
def _source_digest(package: str) -> str:
    found = importlib.util.find_spec(package)
    if found is None:
        return ""
    if found.submodule_search_locations:
        roots = [Path(place) for place in found.submodule_search_locations]
        files = sorted(
            (path.relative_to(root).as_posix(), path) for root in roots for path in root.rglob("*.py")
        )
    else:
        files = [(Path(found.origin).name, Path(found.origin))] if found.origin else []
    lines = [f"{name} {hashlib.sha256(_normalised(path)).hexdigest()}\n" for name, path in files]
    return "sha256:" + hashlib.sha256("".join(lines).encode()).hexdigest()


def _normalised(path: Path) -> bytes:
    return path.read_bytes().replace(b"\r\n", b"\n")


def _loaded(entry: metadata.EntryPoint) -> Check:
    try:
        loaded: Any = entry.load()
    except Exception as error:
        raise PolicyInvalid(
            f"The check '{entry.name}' can't be loaded from {entry.value}: {error}.",
            remedy="Reinstall the distribution that offers it.",
        ) from error
    if not callable(loaded) or not isinstance(getattr(loaded, "parameters", None), type):
        raise PolicyInvalid(
            f"{entry.value} is no check.",
            remedy="Make it with governance.gate.protocol.check(NAME, PARAMETERS).",
        )
    check: Check = loaded
    return check
