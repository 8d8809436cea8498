"""Numbers, times, digests and words as reports print them."""

from __future__ import annotations

from collections.abc import Iterable

MISSING = "–"

METRIC_NAMES = {
    "roc_auc": "ROC AUC", "accuracy": "Accuracy", "balanced_accuracy": "Balanced accuracy", "precision": "Precision",
    "recall": "Recall", "f1": "F1", "brier": "Brier score", "log_loss": "Log loss",
    "selection_rate": "Selection rate",
}  # fmt: skip


def number(value: float | str | None, places: int = 3) -> str:
    """Return a number with fixed decimals and thousands separators; whole numbers without decimals.

    Example:
        >>> number(0.83125), number(1989), number(None)
        ('0.831', '1,989', '–')
    """
    if value is None:
        return MISSING
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}".replace("-", "−")
    if value != 0 and abs(value) < 10**-places / 2:
        return f"{value:.1e}".replace("-", "−")
    return f"{value:,.{places}f}".replace("-", "−")


def percent(value: float | None) -> str:
    """Return a share as percent with one decimal."""
    return MISSING if value is None else f"{100 * value:.1f} %"


def confidence(value: float | None) -> str:
    """Return a confidence level as a percent without needless decimals."""
    return MISSING if value is None else f"{100 * value:g} %"


def interval(low: float | None, high: float | None, places: int = 3) -> str:
    """Return an interval as `0.781 to 0.862`."""
    if low is None and high is None:
        return MISSING
    return f"{number(low, places)} to {number(high, places)}"


def moment(time: str | None) -> str:
    """Return an RFC 3339 instant to the second, with its zone: `2026-11-12 14:05:09 UTC`."""
    if not time:
        return MISSING
    return f"{time[:10]} {time[11:19]} UTC" if len(time) >= 19 else time


def day(time: str | None) -> str:
    """Return the date of an instant."""
    return time[:10] if time else MISSING


def span(start: str | None, end: str | None) -> str:
    """Return from when to when, to the second; what lies within one second is said to.

    Example:
        >>> span("2026-11-12T14:05:09.1Z", "2026-11-12T14:05:09.9Z")
        '2026-11-12 14:05:09 UTC, within a second'
    """
    if not start or not end:
        return moment(start or end)
    if start[:19] == end[:19]:
        return f"{moment(start)}, within a second"
    if start[:10] == end[:10]:
        return f"{start[:10]} {start[11:19]} to {end[11:19]} UTC"
    return f"{start[:10]} {start[11:19]} to {moment(end)}"


def short(digest: str | None) -> str:
    """Return a digest shortened to its ends, always with its scheme; the appendix has it whole.

    Example:
        >>> short("sha256:" + "ab" * 32), short("cd" * 32)
        ('sha256:abababab…abab', 'sha256:cdcdcdcd…cdcd')
    """
    if not digest:
        return MISSING
    scheme, _, rest = digest.rpartition(":")
    if len(rest) <= 16:
        return digest
    scheme = "sha256" if scheme in {"", "key"} and len(rest) == 64 else scheme
    return f"{scheme}{':' if scheme else ''}{rest[:8]}…{rest[-4:]}"


def short_subject(subject: str) -> str:
    """Return a subject with a UUID or key digest shortened: `run:0191f3c2…a1b2`."""
    kind, colon, rest = subject.partition(":")
    whole, hash_mark, row = rest.partition("#")
    if len(whole) == 36 and whole.count("-") == 4:
        # The ends of a UUIDv7 differ most: its start is a time that neighbours share.
        whole = f"{whole[:8]}…{whole[-6:]}"
    elif kind == "key":
        return short(subject)
    return f"{kind}{colon}{whole}{hash_mark}{row}"


def groups(values: dict[str, str | None]) -> str:
    """Return a group's values as one label: `black, female`.

    A value that says nothing without its feature keeps the feature's name: `sex unknown`, `married 1`.
    """
    return ", ".join(_in_group(name, value) for name, value in values.items())


def _in_group(name: str, value: str | None) -> str:
    said = "unknown" if value is None else str(value)
    feature = name.replace("_", " ")
    return f"{feature} {said}" if value is None or not any(one.isalpha() for one in said) else said


def listing(words: Iterable[str]) -> str:
    """Return words as prose: `a`, `a and b`, `a, b and c`."""
    items = list(words)
    if len(items) <= 1:
        return "".join(items)
    return f"{', '.join(items[:-1])} and {items[-1]}"


def counted(count: int, one: str, many: str | None = None) -> str:
    """Return a count with its noun: `1 rule`, `7 rules`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def metric_name(name: str) -> str:
    """Return a metric's name for people."""
    return METRIC_NAMES.get(name, name.replace("_", " ").capitalize())


def value_text(value: object) -> str:
    """Return any JSON value on one line, members sorted, for parameters and environments."""
    if isinstance(value, bool) or value is None:
        return {True: "yes", False: "no", None: MISSING}[value]
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, dict):
        return ", ".join(f"{key}: {value_text(value[key])}" for key in sorted(value)) or "none"
    if isinstance(value, (list, tuple)):
        return (
            ", ".join(f"[{value_text(one)}]" if isinstance(one, list) else value_text(one) for one in value)
            or "none"
        )
    return str(value)
