"""Policy packs: YAML files that say which promotions they judge and by which rules.

A pack is named by its version and, in every decision, by the SHA-256 of its UTF-8 text: a verdict can be
computed again from exactly the text that it was made under. `PackFile` is the format; `json_schema()` gives
editors the same.
"""

from __future__ import annotations

import hashlib
import importlib.resources
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from governance.errors import PolicyInvalid
from governance.gate.expressions import compile_when
from governance.gate.yaml_lines import Lines, Place, line_of, read

Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]{0,127}$")]
Version = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._+-]{1,64}$")]
Sentence = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class Part(BaseModel):
    """Root of all parts of a pack: unknown names are refused, so that a typing error never drops a rule."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, allow_inf_nan=False)


class Control(Part):
    """A clause of a law, standard or house rule, with its dates. Nothing here is legal advice.

    `in_force_from` and `in_force_to` bound when the clause binds; `text_date` is the date of the text that
    was read.
    """

    title: Sentence
    jurisdiction: Sentence
    applies_to: Sentence
    in_force_from: date
    in_force_to: date | None = None
    text_date: date
    source: Sentence

    def in_force(self, day: date) -> bool:
        """Say whether the clause binds on `day`."""
        return self.in_force_from <= day and (self.in_force_to is None or day < self.in_force_to)


class Applies(Part):
    """Which promotions a pack judges: by target and by a CEL condition over system and model."""

    targets: Annotated[list[Name], Field(min_length=1)]
    when: str = "true"


class Producer(Part):
    """Whose evidence a rule takes."""

    role: Name
    """Role that the producer held when the evidence was entered."""
    independent: bool = True
    """The training run's writer does not count, whatever roles it holds."""


class Rule(Part):
    """One demand: a check with its parameters, and what follows from its result."""

    id: Name
    title: str = ""
    check: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_.-]{0,127}$")]
    with_: dict[str, Any] = Field(default_factory=dict, alias="with")
    severity: Literal["deny", "warn"] = "deny"
    when_unclear: Literal["deny", "warn"] = "deny"
    producer: Producer | None = None
    controls: list[str] = []
    waivable_by: list[Name] = []


class Example(Part):
    """A test case that a pack carries: what is `given` beyond a sound promotion, and what must come of it.

    `given` is explained in `governance.gate.examples`; `expect` names the verdict and any rules' results.
    """

    name: Sentence
    target: Name
    given: dict[str, Any] = {}
    verdict: Literal["allow", "deny", "not applicable"]
    results: dict[str, str] = {}


class PackFile(Part):
    """A pack as it is written."""

    pack: Name
    version: Version
    title: Sentence
    description: str = ""
    notice: str = ""
    """What readers must know, such as that this is no legal advice."""
    applies: Applies
    valid_days: Annotated[int, Field(ge=1, le=366)] = 30
    """For how long an allow may be acted upon."""
    controls: dict[str, Control] = {}
    rules: Annotated[list[Rule], Field(min_length=1)]
    tests: list[Example] = []

    @model_validator(mode="after")
    def _ids_are_unique(self) -> PackFile:
        seen: set[str] = set()
        for rule in self.rules:
            if rule.id in seen:
                raise ValueError(f"the rule '{rule.id}' stands twice")
            seen.add(rule.id)
        return self


class Pack(PackFile):
    """A pack with its exact text.

    Attributes:
        digest: `sha256:` over the UTF-8 text.
        text: the text, verbatim.
        lines: where everything stands in it.
    """

    digest: str
    text: Annotated[str, Field(exclude=True, repr=False)]
    lines: Annotated[dict[Place, int], Field(exclude=True, repr=False)]

    @property
    def subject(self) -> str:
        """`policy:PACK@VERSION`."""
        return f"policy:{self.pack}@{self.version}"

    def line(self, *place: str | int) -> int:
        """Return the line (from 1) at which a place stands, or the nearest place around it."""
        return line_of(place, self.lines)


@dataclass(frozen=True, slots=True)
class UnreadablePack:
    """A registered pack whose text can't be used."""

    subject: str
    digest: str
    reason: str


def digest_of(text: str) -> str:
    """Return `sha256:` and the SHA-256 of the UTF-8 text, in hex."""
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def parse(text: str) -> Pack:
    """Return the pack that `text` holds. Its checks are `Registry.validate`'s business.

    Raises:
        PolicyInvalid: not YAML, a name missing, unknown or mistyped, or `when:` not CEL; names the line.
    """
    value, lines = read(text)
    if not isinstance(value, dict):
        raise PolicyInvalid(
            "Line 1: a pack is a mapping of names to values.", remedy="It begins with 'pack: NAME'."
        )
    try:
        file = PackFile.model_validate(value)
    except ValidationError as error:
        raise _explained(error, lines, value) from None
    try:
        compile_when(file.applies.when)
    except PolicyInvalid as error:
        line = line_of(("applies", "when"), lines)
        raise PolicyInvalid(f"Line {line}: applies.when: {error.message}", remedy=error.remedy) from None
    members = {name: getattr(file, name) for name in PackFile.model_fields}
    return Pack.model_construct(**members, digest=digest_of(text), text=text, lines=lines)


def parse_recorded(text: str, digest: str) -> Pack:
    """Return a registered pack after comparing its text with its recorded digest.

    Raises:
        PolicyInvalid: the text has another digest, or `parse` refuses it.
    """
    if digest_of(text) != digest:
        raise PolicyInvalid(
            f"A registered pack's text has digest {digest_of(text)}, but {digest} was recorded.",
            remedy="Verify the ledger: govern verify.",
        )
    return parse(text)


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of a pack file, for editors."""
    schema = PackFile.model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def shipped() -> dict[str, str]:
    """Return the texts of the packs that ship with this distribution, by pack name."""
    folder = importlib.resources.files("policies") / "packs"
    texts = [item.read_text("utf-8") for item in folder.iterdir() if item.name.endswith((".yaml", ".yml"))]
    return {parse(text).pack: text for text in sorted(texts)}


def _explained(error: ValidationError, lines: Lines, value: dict[str, Any]) -> PolicyInvalid:
    findings = error.errors(include_url=False, include_context=False, include_input=False)
    # A name that nobody knows explains the one that is then missing, so it is told first.
    first = min(findings, key=lambda f: (f["type"] != "extra_forbidden", line_of(_place(f["loc"]), lines)))
    place = _place(first["loc"])
    message = first["msg"].removeprefix("Value error, ")
    remedy = "See the JSON Schema: govern policy explain shows a sound pack."
    if first["type"] == "extra_forbidden":
        message = "is no name that stands here"
        remedy = f"Names that may stand here: {', '.join(_names_at(place))}."
    if first["type"] == "missing":
        message = "is missing"
    where = ".".join(str(part) for part in place) or f"the pack '{value.get('pack', '')}'"
    more = f" ({len(findings) - 1} more)" if len(findings) > 1 else ""
    return PolicyInvalid(f"Line {line_of(place, lines)}: {where}: {message}{more}.", remedy=remedy)


def _place(location: Sequence[str | int]) -> Place:
    return tuple(location)


def _names_at(place: Place) -> list[str]:
    """Return the names that the mapping around `place` takes."""
    parts: dict[str, type[Part]] = {
        "applies": Applies, "rules": Rule, "tests": Example, "controls": Control, "producer": Producer,
    }  # fmt: skip
    around = [part for part in place[:-1] if part in parts]
    model = parts[str(around[-1])] if around else PackFile
    return sorted(field.alias or name for name, field in model.model_fields.items())


def version_order(
    version: str,
) -> tuple[tuple[tuple[int, int, str], ...], int, tuple[tuple[int, int, str], ...]]:
    """Return what sorts versions as people read them: 1.9.0, 1.10.0-rc.1, 1.10.0.

    Source: Semantic Versioning 2.0.0, clause 11 (build metadata after `+` left out), widened to any text:
    parts that are no numbers sort before numbers, as text.
    """
    release, _, before = version.partition("+")[0].partition("-")
    return _parts(release), 0 if before else 1, _parts(before)


def _parts(text: str) -> tuple[tuple[int, int, str], ...]:
    parts = [(1, int(one), "") if one.isdecimal() else (0, 0, one) for one in text.split(".") if one]
    while parts and parts[-1] == (1, 0, ""):  # 1.0 and 1.0.0 are one version
        parts.pop()
    return tuple(parts)
