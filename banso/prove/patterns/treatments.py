"""Uses of a pattern as treatments, so that “Did it work?” can be asked of it."""

from __future__ import annotations

from datetime import date

from banso.prove.patterns.reads import first_uses, patterns


def choices() -> list[tuple[str, str]]:
    return [(str(pattern.pk), str(pattern)) for pattern in patterns()]


def treated(value: str) -> dict[int, date]:
    """The first day of use by account; none for a pattern that is gone."""
    found = patterns().filter(pk=int(value) if value.isdecimal() else 0).first()
    return first_uses(found) if found else {}
