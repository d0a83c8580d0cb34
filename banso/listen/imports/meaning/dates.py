"""Dates as people write them: ISO, 2024/3/1, 3/1/2024, 2024年3月1日, R6.3.1, 20240301, Excel's day
numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from unicodedata import normalize

MONTH_FIRST, DAY_FIRST = "mdy", "dmy"

ERAS: dict[str, tuple[int, date]] = {
    # the year before the era's first, and its first day
    "R": (2018, date(2019, 5, 1)),
    "H": (1988, date(1989, 1, 8)),
    "S": (1925, date(1926, 12, 25)),
    "T": (1911, date(1912, 7, 30)),
    "M": (1867, date(1868, 1, 25)),
}
_ERA_WORDS = {
    "令和": "R",
    "平成": "H",
    "昭和": "S",
    "大正": "T",
    "明治": "M",
    "令": "R",
    "平": "H",
    "昭": "S",
}
_WORDS = "|".join(_ERA_WORDS)
_EXCEL_DAY_ZERO = date(1899, 12, 30)
EXCEL_DAYS = range(18_264, 73_051)  # 1950-01-01 to 2099-12-31

_ERA = re.compile(
    rf"({_WORDS}|[RHSTMrhstm])\s*(元|\d{{1,2}})\s*[./年-]\s*(\d{{1,2}})\s*[./月-]\s*(\d{{1,2}})日?$"
)
_YEAR_FIRST = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})日?$")
_YEAR_LAST = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4}|\d{2})$")
_COMPACT = re.compile(r"(19\d\d|20\d\d)(\d\d)(\d\d)$")
_SERIAL = re.compile(r"(\d{5})(\.\d+)?$")
_NAMED = re.compile(r"(?:(\d{1,2})[ -])?([A-Za-z]{3,9})\.?[ -](?:(\d{1,2}),? )?(\d{4})$")
_MONTHS = {
    name: place
    for place, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), start=1)
}
_CLOCK = re.compile(
    r"[T\s]+(午前|午後)?\s*(\d{1,2})(?::|時)(\d{2})(?:分?$|(?::|分)(\d{2})(?:[.,](\d{1,9}))?秒?)?"
    r"\s*([AaPp][Mm])?\s*(Z|UTC|GMT|JST|[+-]\d{2}:?\d{2})?$"
)
LONGEST = 80
"""Characters of a text that may be a date: the patterns take long over thousands of blanks."""
_WEEKDAY = re.compile(r"\s*\((?:[月火水木金土日]|[A-Za-z]{3})\)")


@dataclass(frozen=True)
class DateOrder:
    """How 3/1/2024 is meant in a column, and whether the column itself settles it."""

    order: str
    settled: bool
    examples: tuple[str, ...] = ()


def day_of(text: str, order: str = MONTH_FIRST) -> date | None:
    """The day a text names, or None when it names none."""
    text = text.strip()
    if len(text) > LONGEST:
        return None
    try:
        return date.fromisoformat(text) if len(text) == 10 else _day_of(_plain(text), order)
    except ValueError:
        pass
    try:
        return _day_of(_plain(text), order)
    except (ValueError, OverflowError):
        return None


def _plain(text: str) -> str:
    return _WEEKDAY.sub("", normalize("NFKC", text)).strip()


def _day_of(text: str, order: str) -> date | None:
    if found := _YEAR_FIRST.match(text):
        return date(*map(int, found.groups()))
    if found := _YEAR_LAST.match(text):
        first, second, year = map(int, found.groups())
        month, day = (first, second) if order != DAY_FIRST else (second, first)
        return date(_full_year(year), month, day)
    if found := _ERA.match(text):
        return _in_era(*found.groups())
    if found := _COMPACT.match(text):
        return date(*map(int, found.groups()))
    if (found := _SERIAL.match(text)) and int(found[1]) in EXCEL_DAYS:
        return _EXCEL_DAY_ZERO + timedelta(days=int(found[1]))
    if found := _NAMED.match(text):
        month = _MONTHS.get(found[2][:3].lower(), 0)
        return date(int(found[4]), month, int(found[1] or found[3] or 0))
    moment = _moment_of(text, order, UTC) if _CLOCK.search(text) else None
    return moment.date() if moment else None


def _full_year(year: int) -> int:
    if year >= 100:
        return year
    return year + (2000 if year < 70 else 1900)


def _in_era(era: str, year: str, month: str, day: str) -> date:
    before, first = ERAS[_ERA_WORDS.get(era, era.upper())]
    found = date(before + (1 if year == "元" else int(year)), int(month), int(day))
    if found < first.replace(day=1, month=1):
        raise ValueError("before the era began")
    return found


def moment_of(text: str, order: str, zone: tzinfo) -> datetime | None:
    """The moment a text names; a text without a zone is in ``zone``, one without a time is its
    midnight.
    """
    text = text.strip()
    if len(text) > LONGEST:
        return None
    # before ISO, which reads 1712010112345 as 23:45 on a day of the year 1712
    if moment := _epoch(text):
        return moment
    try:
        found = datetime.fromisoformat(text)
        return found if found.tzinfo else found.replace(tzinfo=zone)
    except ValueError:
        pass
    try:
        plain = _plain(text)
        return _epoch(plain) or _moment_of(plain, order, zone)
    except (ValueError, OverflowError):
        return None


def _epoch(text: str) -> datetime | None:
    """Seconds or milliseconds since 1970, as event exports write them."""
    if not re.fullmatch(r"1\d{9}(\d{3})?(\.\d+)?", text):
        return None
    number = float(text)
    return datetime.fromtimestamp(number / 1000 if number > 1e11 else number, tz=UTC)


def _moment_of(text: str, order: str, zone: tzinfo) -> datetime | None:
    clock = _CLOCK.search(text)
    if clock is None:
        day = _day_of(text, order)
        if day is None:
            return None
        found = _SERIAL.match(text)
        seconds = round(float(found[2] or 0) * 86_400) if found else 0
        return datetime.combine(day, time(), tzinfo=zone) + timedelta(seconds=seconds)
    day = _day_of(text[: clock.start()].strip(), order)
    if day is None:
        return None
    noon, hour, minute, second, part, half, offset = clock.groups()
    hours = int(hour)
    if noon == "午後" or (half or "").lower() == "pm":
        hours += 12 if hours < 12 else 0
    elif (noon == "午前" or half) and hours == 12:
        hours = 0
    micros = int((part or "0")[:6].ljust(6, "0"))
    at = time(hours, int(minute), int(second or 0), micros)
    return datetime.combine(day, at, tzinfo=_zone_of(offset, zone))


def _zone_of(offset: str | None, zone: tzinfo) -> tzinfo:
    if not offset:
        return zone
    if offset in ("Z", "UTC", "GMT"):
        return UTC
    if offset == "JST":
        offset = "+09:00"
    written = offset if ":" in offset else f"{offset[:3]}:{offset[3:]}"
    found = datetime.fromisoformat(f"2000-01-01T00:00:00{written}").tzinfo
    return found or zone


def order_of(texts: Iterable[str]) -> DateOrder:
    """Whether the month or the day stands first in 3/1/2024, decided from all values together."""
    month_first = day_first = 0
    open_examples: list[str] = []
    dotted = False
    for text in texts:
        found = _YEAR_LAST.match(_plain(text.strip()[:LONGEST]).split(" ")[0])
        if not found:
            continue
        first, second = int(found[1]), int(found[2])
        dotted = dotted or "." in text
        if first > 12 >= second:
            day_first += 1
        elif second > 12 >= first:
            month_first += 1
        elif first != second and len(open_examples) < 3:
            open_examples.append(text.strip())
    if month_first or day_first:
        order = DAY_FIRST if day_first > month_first else MONTH_FIRST
        return DateOrder(order, not (month_first and day_first))
    return DateOrder(DAY_FIRST if dotted else MONTH_FIRST, not open_examples, tuple(open_examples))
