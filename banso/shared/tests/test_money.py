from __future__ import annotations

from decimal import Decimal

import pytest

from banso.shared.money import shown, to_minor


@pytest.mark.parametrize(
    ("minor", "currency", "text"),
    [
        (120000, "JPY", "¥120,000"),
        (120050, "USD", "$1,200.50"),
        (-500, "EUR", "-€5.00"),
        (1200000, "KWD", "1,200.000 KWD"),
        (None, "JPY", ""),
        (0, "JPY", "¥0"),
    ],
)
def test_money_as_people_write_it(minor: int | None, currency: str, text: str) -> None:
    assert shown(minor, currency) == text


def test_minor_units_follow_the_currency() -> None:
    assert [to_minor(Decimal("12.345"), c) for c in ("JPY", "USD", "KWD")] == [12, 1235, 12345]
    with pytest.raises(KeyError):
        to_minor(Decimal(1), "XXQ")
