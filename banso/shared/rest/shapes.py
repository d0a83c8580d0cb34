"""Types that every resource uses: bounded text, money, pages."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any, Generic, TypeVar

from django.utils.translation import gettext_noop as _
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

from banso.shared.money import CURRENCIES

T = TypeVar("T")
WITHOUT_NUL = r"^[^\x00]*$"  # PostgreSQL keeps no NUL
MOST_ID = 2**63 - 1
Short = Annotated[str, Field(max_length=200, pattern=WITHOUT_NUL)]
Long = Annotated[str, Field(max_length=5000, pattern=WITHOUT_NUL)]
Id = Annotated[int, Field(ge=1, le=MOST_ID)]


def in_utc(moment: datetime) -> datetime:
    """The same moment without an offset: PostgreSQL refuses one of sixteen hours or more."""
    try:
        return moment.astimezone(UTC)
    except OverflowError:  # at the ends of the calendar
        early = moment.year < 5000
        return datetime.min.replace(tzinfo=UTC) if early else datetime.max.replace(tzinfo=UTC)


Moment = Annotated[AwareDatetime, AfterValidator(in_utc)]
OwnKey = Annotated[str, Field(max_length=60)]
OwnText = Annotated[str, Field(max_length=2000)]
OwnValues = Annotated[
    dict[OwnKey, OwnText | float | None],
    Field(description=_("The organisation's own fields by key; null where nothing is known.")),
]


class Given(BaseModel):
    """What a program sends; an unknown field is refused, not lost."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class Asked(BaseModel):
    """The query of a list."""

    model_config = ConfigDict(str_strip_whitespace=True)

    limit: int = Field(50, ge=1, le=200, description=_("Most items in the answer."))
    cursor: str = Field(
        "",
        max_length=1000,
        description=_("Where to go on: next_cursor of the answer before, with the same sort."),
    )


class Page(BaseModel, Generic[T]):
    items: list[T]
    next_cursor: str | None = Field(description=_("Send it as cursor to read on; null at the end."))


class Money(BaseModel):
    """An amount as decimal text, so that no digit is lost."""

    amount: str = Field(examples=["120000"])
    currency: str = Field(description=_("ISO 4217 code."), examples=["JPY"])


class Owner(BaseModel):
    id: int
    name: str
    email: str


def money(minor: int | None, currency: str) -> Money | None:
    """Minor units as decimal text; None where no amount is known."""
    if minor is None:
        return None
    return Money(amount=str(Decimal(minor).scaleb(-CURRENCIES.get(currency, 2))), currency=currency)


def owner(user: Any) -> Owner | None:
    return None if user is None else Owner(id=user.pk, name=user.name, email=user.email)


def own_values(custom: dict[str, Any]) -> dict[str, Any]:
    """Own fields as they are kept; what is neither text nor number is shown as text."""
    return {
        key: value if value is None or isinstance(value, str | int | float) else str(value)
        for key, value in custom.items()
    }
