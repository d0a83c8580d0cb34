"""A list of customers and dates as somebody uploaded it: what it means, and what it does not.

The file is not trusted: it is read as a table of text with the limits of imports, nothing in it is
run, and it is deleted once it is read.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from banso.listen.imports.meaning.dates import day_of, order_of
from banso.listen.imports.reading.faults import Fault, short, unreadable
from banso.listen.imports.reading.files import look, read
from banso.listen.imports.references import References

MOST_BYTES = 5_242_880
MOST_LINES = 100_000
GZIPPED = b"\x1f\x8b"
MOST_SHOWN = 200
EARLIEST = date(1990, 1, 1)
UNKNOWN, SEVERAL, NO_DATE, AHEAD, AGAIN, UNREADABLE = (
    "unknown", "several", "no_date", "ahead", "again", "unreadable",
)  # fmt: skip


@dataclass(frozen=True)
class Line:
    """One line as it stands in the file, with the number a spreadsheet gives it."""

    number: int
    customer: str
    day: str


@dataclass
class Recognised:
    """treated: first day by account id. unread: counts by reason; examples: lines by reason."""

    treated: dict[int, date] = field(default_factory=dict)
    lines: int = 0
    unread: dict[str, int] = field(default_factory=dict)
    examples: list[dict[str, object]] = field(default_factory=list)
    customer_column: str = ""
    date_column: str = ""
    order: str = ""
    order_settled: bool = True

    def leave(self, reason: str, line: Line) -> None:
        self.unread[reason] = self.unread.get(reason, 0) + 1
        if len(self.examples) < MOST_SHOWN:
            self.examples.append(
                {"reason": reason, "row": line.number, "customer": short(line.customer),
                 "day": short(line.day)}
            )  # fmt: skip


def read_list(blocks: Iterable[bytes], *, today: date, default_day: date | None) -> Recognised:
    """Who was treated when, from the bytes of a CSV, TSV or Excel file.

    default_day: the day for lines without one, where all were treated together. Raises Unreadable
    with what to do when the file is no table or too large.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "list"
        size = 0
        with path.open("xb") as file:
            for block in blocks:
                size += len(block)
                if size > MOST_BYTES:
                    raise unreadable("too_large", limit=MOST_BYTES // 1_048_576)
                file.write(block)
        return _recognised(path, today, default_day)


def _recognised(path: Path, today: date, default_day: date | None) -> Recognised:
    with path.open("rb") as file:
        if file.read(2) == GZIPPED:  # a list is small; what it would unpack to is not known
            raise unreadable("not_a_table")
    shape = look(path)
    found = Recognised()
    rows: list[tuple[int, Sequence[str]]] = []
    for chunk in read(path, shape, size=5000):
        for spoiled in chunk.spoiled:
            found.leave(UNREADABLE, Line(spoiled.number, " ".join(spoiled.cells), ""))
        rows += [(number, chunk.row(i)) for i, number in enumerate(chunk.numbers)]
        if len(rows) > MOST_LINES:
            raise unreadable("too_large", limit=MOST_BYTES // 1_048_576)
    found.lines = len(rows) + found.unread.get(UNREADABLE, 0)
    width = len(shape.header)
    columns = [[row[j] if j < len(row) else "" for _, row in rows] for j in range(width)]
    references = References("manual")
    named = _customer_column(columns, references)
    dated = _date_column(columns, named)
    found.customer_column = shape.header[named] if named is not None else ""
    found.date_column = shape.header[dated] if dated is not None else ""
    if named is None:
        return found
    order = order_of(columns[dated] if dated is not None else [])
    found.order, found.order_settled = order.order, order.settled
    blank = [""] * len(rows)
    days = columns[dated] if dated is not None else blank
    lines = [
        Line(number, customer.strip(), day.strip())
        for (number, _), customer, day in zip(rows, columns[named], days, strict=True)
    ]
    _take(found, lines, references, order.order, today, default_day)
    return found


def _take(
    found: Recognised,
    lines: Sequence[Line],
    references: References,
    order: str,
    today: date,
    default_day: date | None,
) -> None:
    meant = references.accounts({line.customer for line in lines if line.customer})
    for line in lines:
        account = meant.get(line.customer)
        if account is None or isinstance(account, Fault):
            several = isinstance(account, Fault) and account.code == "ambiguous_account"
            found.leave(SEVERAL if several else UNKNOWN, line)
            continue
        day = day_of(line.day, order) if line.day else default_day
        if day is None or day < EARLIEST:
            found.leave(NO_DATE, line)
        elif day > today:
            found.leave(AHEAD, line)
        else:
            if account in found.treated:
                found.leave(AGAIN, line)
            found.treated[account] = min(day, found.treated.get(account, day))


def _customer_column(columns: Sequence[Sequence[str]], references: References) -> int | None:
    """The column in which most texts name a customer; None when none does."""
    scores = []
    for values in columns:
        some = [text for text in dict.fromkeys(v.strip() for v in values[:500]) if text]
        meant = references.accounts(some) if some else {}
        known = sum(isinstance(account, int) for account in meant.values())
        scores.append(known / len(some) if some else 0.0)
    best = max(range(len(scores)), key=lambda j: scores[j], default=None)
    return best if best is not None and scores[best] > 0 else None


def _date_column(columns: Sequence[Sequence[str]], named: int | None) -> int | None:
    """The column, besides the customers', in which most texts are days."""
    scores = {}
    for place, values in enumerate(columns):
        some = [text for text in (v.strip() for v in values[:500]) if text]
        if place != named and some:
            scores[place] = sum(day_of(text) is not None or day_of(text, "dmy") is not None
                                for text in some) / len(some)  # fmt: skip
    best = max(scores, key=lambda j: scores[j], default=None)
    return best if best is not None and scores[best] >= 0.5 else None
