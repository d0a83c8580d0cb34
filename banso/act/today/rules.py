"""Which customers are meant by "mine", and what the first sentence of Today says."""

from __future__ import annotations

HORIZONS = (30, 60, 90)
PAGE_SIZE = 25

NO_CUSTOMERS, NOT_LOOKED_AT, NONE_OF_YOURS, ALL_WELL = (
    "no_customers",
    "not_looked_at",
    "none_of_yours",
    "all_well",
)


def empty_reason(*, any_customers: bool, looked_at: bool, customers: int) -> str:
    """Why the list is empty, so that the page can teach the next step."""
    if not any_customers:
        return NO_CUSTOMERS
    if customers == 0:
        return NONE_OF_YOURS
    return ALL_WELL if looked_at else NOT_LOOKED_AT
