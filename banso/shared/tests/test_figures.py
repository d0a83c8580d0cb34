from __future__ import annotations

import pytest
from django.utils import translation

from banso.shared.figures import figure


@pytest.mark.parametrize(
    ("value", "places", "told"),
    [(66.67, 0, "67"), (1.96, 1, "2.0"), (1234567.891, 2, "1,234,567.89"), (-0.04, 1, "0.0"),
     (12, 0, "12"), (2**60, 0, "1,152,921,504,606,846,976"), (1e-9, 3, "0.000")],
)  # fmt: skip
def test_numbers_are_rounded_not_cut_off(value: float, places: int, told: str) -> None:
    for language in ("en", "ja"):
        with translation.override(language):
            assert figure(value, places) == told


def test_without_grouping() -> None:
    assert figure(1234.5, 1, grouped=False) == "1234.5"
