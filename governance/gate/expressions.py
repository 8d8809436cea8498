"""CEL expressions in packs: `applies.when` and the check `cel`.

CEL (Common Expression Language, https://cel.dev) has no loops, no clock and no side effects; an expression
here is at most `MAX_LENGTH` characters with at most `MAX_COMPREHENSIONS` macros over lists, so its cost is
a polynomial of the facts' size at worst. The library besides stops an expression after a number of steps,
which is an error and so a deny. Macros are counted by their names before `(`, whatever white space and
comments stand between, in texts too: too many are found rather than too few. Expressions are compiled
against typed variables, so that an unknown name is found when the pack is read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from governance.errors import PolicyInvalid

MAX_LENGTH = 2000
MAX_COMPREHENSIONS = 4
_BETWEEN = r"(?:\s|//[^\n]*(?:\n|$))*"
_MACROS = re.compile(rf"\b(?:all|exists|exists_one|existsOne|filter|map){_BETWEEN}\(")

WHEN_VARIABLES = ("subject", "target", "artifact", "system", "model")
"""What `applies.when` may speak of."""
CHECK_VARIABLES = (
    *WHEN_VARIABLES, "time", "run", "evidence", "lineage", "approvals", "waivers", "alerts", "deployed",
)  # fmt: skip
"""What the check `cel` may speak of."""
_STRINGS = frozenset({"subject", "target", "artifact", "time"})
_LISTS = frozenset({"approvals", "waivers", "alerts"})


class ExpressionFailed(Exception):
    """An expression could not be evaluated over these facts.

    Attributes:
        absent: the reason is a member that the facts lack, such as evidence that nobody recorded.
    """

    def __init__(self, reason: str, *, absent: bool) -> None:
        super().__init__(reason)
        self.absent = absent


@dataclass(frozen=True)
class Expression:
    """A compiled expression that gives true or false."""

    text: str
    compiled: Any

    def evaluate(self, data: Mapping[str, Any]) -> bool:
        """Return what the expression says of `data`.

        Raises:
            ExpressionFailed: a member is absent, types do not fit, or the answer is neither true nor false.
        """
        try:
            value = self.compiled.eval(data=dict(data))
            kind, plain = value.type().name(), value.plain_value()
        except (RuntimeError, TypeError, ValueError) as error:
            raise ExpressionFailed(str(error), absent=False) from error
        if kind == "BOOL":
            return bool(plain)
        if kind == "ERROR":
            reason = str(plain)
            raise ExpressionFailed(_plain(reason), absent=reason.startswith("NOT_FOUND"))
        raise ExpressionFailed(f"it gave {plain!r}, which is neither true nor false", absent=False)


def compile_when(text: str) -> Expression:
    """Return the compiled `when:` of a pack.

    Raises:
        PolicyInvalid: it is too long, not CEL, not boolean, or names something unknown.
    """
    return _compile(text, WHEN_VARIABLES)


def compile_check(text: str) -> Expression:
    """Return the compiled expression of a `cel` check; raises as `compile_when`."""
    return _compile(text, CHECK_VARIABLES)


@lru_cache(maxsize=512)
def _compile(text: str, names: tuple[str, ...]) -> Expression:
    if len(text) > MAX_LENGTH:
        raise PolicyInvalid(
            f"The expression has {len(text)} characters; at most {MAX_LENGTH} are taken.",
            remedy="Split it into several rules.",
        )
    if len(_MACROS.findall(text)) > MAX_COMPREHENSIONS:
        raise PolicyInvalid(
            f"The expression walks lists more than {MAX_COMPREHENSIONS} times.",
            remedy="Split it into several rules.",
        )
    try:
        compiled = _environment(names).compile(text)
    except (RuntimeError, TypeError, ValueError) as error:
        raise PolicyInvalid(
            f"'{text}' is not a valid expression: {_plain(str(error))}.",
            remedy=f"It is CEL over {', '.join(names)}; https://cel.dev explains the language.",
        ) from None
    kind = compiled.return_type().name()
    if kind not in {"BOOL", "DYN"}:
        raise PolicyInvalid(
            f"'{text}' gives {kind.lower()}, not true or false.",
            remedy="Compare it with something: == or >=.",
        )
    return Expression(text, compiled)


@lru_cache(maxsize=4)
def _environment(names: tuple[str, ...]) -> Any:
    from cel_expr_python import cel

    objects = cel.Type.Map(cel.Type.STRING, cel.Type.DYN)

    def kind(name: str) -> Any:
        if name in _STRINGS:
            return cel.Type.STRING
        return cel.Type.List(objects) if name in _LISTS else objects

    return cel.NewEnv(variables={name: kind(name) for name in names})


def _plain(reason: str) -> str:
    """Reduce the library's report to its first sentence."""
    first = reason.split("\n", 1)[0].replace("INVALID_ARGUMENT: ", "").replace("NOT_FOUND: ", "")
    return (
        re.sub(r"^ERROR: <input>:(\d+):(\d+): ", r"at \1:\2: ", first)
        .replace(" (in container '')", "")
        .strip()
    )
