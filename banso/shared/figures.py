"""Numbers as their reader writes them."""

from __future__ import annotations

from django.utils.formats import number_format


def figure(value: float, places: int = 0, *, grouped: bool = True) -> str:
    """The number rounded to so many places; ``number_format`` alone would cut the rest off."""
    rounded = value if isinstance(value, int) else round(value, places) + 0.0  # no minus zero
    told = number_format(rounded, decimal_pos=places, use_l10n=True, force_grouping=grouped)
    return str(told)
