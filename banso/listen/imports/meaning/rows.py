"""Rows of customers, people and subscriptions: cells read by the mapping, faults kept at their
row.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from unicodedata import normalize

from banso.listen.imports.meaning import guess, kinds
from banso.listen.imports.meaning.kinds import CUSTOM, PEOPLE, SUBSCRIPTIONS, WIDE
from banso.listen.imports.meaning.mappings import Column, Mapping, plain_header
from banso.listen.imports.meaning.values import (
    NOTHING,
    Parse,
    boolean_value,
    currency_value,
    date_value,
    is_nothing,
    money_value,
    number_value,
    one_of,
    parsed,
    plain,
    text_value,
    whole_number,
)
from banso.listen.imports.reading.faults import Fault, fault
from banso.listen.imports.reading.shapes import Chunk

Row = dict[str, Any]
MOST = 2_147_483_647
MOST_MONTHS = 1_200


@dataclass
class Refusal:
    number: int
    cells: list[str]
    faults: list[Fault]


@dataclass
class Converted:
    """The good rows with their numbers, the refused ones with their reasons, and what should be
    told.
    """

    rows: list[Row] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    places: list[int] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    notices: list[tuple[int, Fault]] = field(default_factory=list)


@dataclass(frozen=True)
class Money:
    """How amounts become minor units; given by the caller, who knows the currencies."""

    currencies: frozenset[str]
    to_minor: Callable[[Decimal, str], int]


def parser(column: Column, mapping: Mapping, money: Money) -> Parse:
    """How the cells of a column are read."""
    if column.target == CUSTOM:
        return own_parser(column)
    target = kinds.target_of(mapping.kind, column.target)
    form = target.form if target else "text"
    limit = target.limit if target else 200
    simple: dict[str, Parse] = {
        "date": date_value(column.order),
        "count": whole_number(MOST),
        "money": money_value(money.currencies),
        "currency": currency_value(money.currencies),
        "boolean": boolean_value,
        "outcome": outcome_value,
        "term": term_value(mapping.terms),
        "email": email_value,
        "touch_model": one_of(guess.TOUCH_WORDS, "high, mid, low, tech"),
        "stage": one_of(guess.STAGE_WORDS, "onboarding, adoption, left"),
        "influence": one_of(guess.INFLUENCE_WORDS, "decides, influences, uses"),
    }
    return simple.get(form) or text_value(limit)


def own_parser(column: Column) -> Parse:
    if column.kind == "number":
        return number_value
    if column.kind == "date":
        read = date_value(column.order)

        def iso(text: str) -> str | Fault | None:
            found = read(text)
            return found.isoformat() if isinstance(found, date) else found

        return iso
    return choice_value if column.kind == "choice" else text_value(2_000)


def choice_value(text: str) -> str | Fault | None:
    """Yes and no in whatever style become one style, so that TRUE and True are the same choice."""
    found = text.strip()
    if len(found) > 100:
        return fault("text_too_long", limit=100, length=len(found))
    if found.lower() in ("true", "yes"):
        return "yes"
    if found.lower() in ("false", "no"):
        return "no"
    return found or None


def email_value(text: str) -> str | Fault | None:
    found = normalize("NFKC", text).strip()
    if not found or found.lower() in NOTHING:
        return None
    local, at, domain = found.partition("@")
    if not (local and at and "." in domain) or " " in found or len(found) > 254:
        return fault("not_an_email", text=text)
    return found


def outcome_value(text: str) -> str | Fault | None:
    """churned, renewed, or empty when it only says "not churned (yet)"."""
    word = guess.OUTCOME_WORDS.get(plain(text))
    if word:
        return word
    if is_nothing(text):
        return None
    found = boolean_value(text)
    if isinstance(found, Fault):
        return fault("not_an_outcome", text=text)
    return "churned" if found else ""


def term_value(terms: dict[str, int]) -> Parse:
    def parse(text: str) -> int | Fault | None:
        if is_nothing(text):
            return None
        months = terms.get(text.strip()) or guess.TERM_WORDS.get(plain_header(text))
        if months:
            return months
        found = number_value(text)
        if isinstance(found, (int, float)) and 1 <= found <= 120 and found == int(found):
            return int(found)
        return fault("not_a_term", text=text)

    return parse


def convert(chunk: Chunk, mapping: Mapping, money: Money, duplicates: dict[int, int]) -> Converted:
    """Read a chunk's cells; a row with any fault is refused as a whole, the others go on."""
    names, values, kept, faults = _cells(chunk, mapping, money)
    for place, number in enumerate(chunk.numbers):
        if number in duplicates:
            faults.setdefault(place, []).append(fault("duplicate_id", first=duplicates[number]))
    finish = {PEOPLE: _person, SUBSCRIPTIONS: _subscription, WIDE: _wide}.get(
        mapping.kind, _account
    )
    formulas = _formulas(chunk, mapping)
    result = Converted()
    result.refused = [Refusal(s.number, s.cells, [s.fault]) for s in chunk.spoiled]
    lines = zip(*values, strict=True) if values else ([] for _ in chunk.numbers)
    for place, line in enumerate(lines):
        if place in faults:
            result.refused.append(Refusal(chunk.numbers[place], chunk.row(place), faults[place]))
            continue
        row: Row = {n: v for n, v in zip(names, line, strict=True) if v is not None}
        if kept:
            row["custom"] = {key: own[place] for key, own in kept if own[place] is not None}
        wrong = finish(row, mapping, money)
        if wrong and wrong.code in _NOTICES:
            result.notices.append((chunk.numbers[place], wrong))
            wrong = None
        if wrong:
            result.refused.append(Refusal(chunk.numbers[place], chunk.row(place), [wrong]))
        else:
            result.rows.append(row)
            result.numbers.append(chunk.numbers[place])
            result.places.append(place)
            if place in formulas:
                result.notices.append((chunk.numbers[place], formulas[place]))
    return result


_NOTICES = frozenset({"churned_without_end"})
Columns = tuple[list[str], list[list[Any]], list[tuple[str, list[Any]]], dict[int, list[Fault]]]


def _cells(chunk: Chunk, mapping: Mapping, money: Money) -> Columns:
    """Values by target, values of own fields by key, and the faults by place in the chunk."""
    names: list[str] = []
    values: list[list[Any]] = []
    kept: list[tuple[str, list[Any]]] = []
    faults: dict[int, list[Fault]] = {}
    for place, column in enumerate(mapping.columns):
        if not column.target or place >= len(chunk.columns):
            continue
        found, wrong = parsed(chunk.columns[place], parser(column, mapping, money))
        for at, why in wrong.items():
            faults.setdefault(at, []).append(why.at(column.name))
        if column.target == CUSTOM:
            kept.append((column.key, found))
            continue
        names.append(column.target)
        values.append(found)
        if column.key:
            kept.append((column.key, parsed(chunk.columns[place], choice_value)[0]))
    return names, values, kept, faults


def _formulas(chunk: Chunk, mapping: Mapping) -> dict[int, Fault]:
    """Cells that a spreadsheet would compute, by place: kept as the text they are, and told."""
    found: dict[int, Fault] = {}
    for place, column in enumerate(mapping.columns):
        if column.target and place < len(chunk.columns):
            for at, text in enumerate(chunk.columns[place]):
                if text and text[0] in "=＝" and at not in found:
                    found[at] = fault("formula_kept", text=text).at(column.name)
    return found


def _missing(target: str) -> Fault:
    return fault("cell_missing", targets=target)


def _identify(row: Row, mapping: Mapping) -> Fault | None:
    if "external_id" not in row:
        if mapping.place_of("external_id") is not None or "name" not in row:
            return _missing(
                "external_id" if mapping.place_of("external_id") is not None else "name"
            )
        row["external_id"] = normalize("NFKC", row["name"]).strip()[:200]
    return None


def _account(row: Row, mapping: Mapping, money: Money) -> Fault | None:
    return _identify(row, mapping)


def _person(row: Row, mapping: Mapping, money: Money) -> Fault | None:
    if "external_id" not in row:
        if mapping.place_of("external_id") is not None:
            return _missing("external_id")
        if "email" in row:
            row["external_id"] = row["email"].lower()
        elif "name" in row:
            row["external_id"] = f"{row.get('account', '')}:{row['name']}"[:200]
        else:
            return _missing("name")
    if "account" not in row and mapping.place_of("account") is not None:
        return _missing("account")
    return None


def _amounts(row: Row, mapping: Mapping, money: Money) -> Fault | None:
    monthly, yearly = row.pop("mrr", None), row.pop("arr", None)
    if monthly is None and yearly is not None:
        monthly = (yearly[0] / 12, yearly[1])
    if monthly is None:
        return None
    amount, beside = monthly
    if amount < 0:
        return fault("negative_amount", amount=amount)
    code = row.get("currency") or beside or mapping.currency
    row["mrr_minor"], row["currency"] = money.to_minor(amount, code), code
    return None


def _subscription(row: Row, mapping: Mapping, money: Money) -> Fault | None:
    for needed in ("account", "start"):
        if needed not in row:
            return _missing(needed)
    if "external_id" not in row:
        if mapping.place_of("external_id") is not None:
            return _missing("external_id")
        row["external_id"] = f"{row['account']}:{row['start'].isoformat()}"[:200]
    end = row.get("end")
    if end and end < row["start"]:
        return fault("end_before_start", start=row["start"], end=end)
    if row.get("term_months", 1) < 1:
        return fault("not_a_term", text=row["term_months"])
    if end and mapping.place_of("term_months") is None:
        months = months_between(row["start"], end)
        if months and (row.get("outcome") != "churned" or months % 12 == 0):
            row["term_months"] = months
    wrong = _amounts(row, mapping, money)
    if not wrong and row.get("outcome") == "churned" and end is None:
        del row["outcome"]
        return fault("churned_without_end")
    return wrong


def _wide(row: Row, mapping: Mapping, money: Money) -> Fault | None:
    """One row is a customer and the last month of its contract, as it stood on the day of the
    file.
    """
    wrong = _identify(row, mapping)
    if wrong:
        return wrong
    snapshot = date.fromisoformat(mapping.snapshot_on)
    start = row.pop("start", None)
    months = row.pop("tenure_months", None)
    if start is None and months is None:
        return _missing("tenure_months")
    if months and months > MOST_MONTHS:
        return fault("not_a_whole_number", text=months, most=MOST_MONTHS)
    start = start or months_before(snapshot, months or 0)
    if start > snapshot:
        return fault("start_after_snapshot", start=start, snapshot=snapshot)
    outcome = row.pop("outcome", None)
    if outcome is None:
        return _missing("outcome")
    term: Row = {
        name: row.pop(name)
        for name in ("plan", "term_months", "seats", "mrr", "arr", "currency")
        if name in row
    }
    wrong = _amounts(term, mapping, money)
    row.setdefault("signed_up_on", start)
    row["subscription"] = {
        **term,
        "external_id": f"{row['external_id'][:190]}-snapshot",
        "start": start,
        "end": snapshot,
        "outcome": outcome or "renewed",
        "observed_from": months_before(snapshot, 1),
    }
    return wrong


def months_between(start: date, end: date) -> int | None:
    """How many whole months a term spans, its last day named or the day after; None in between."""
    months = round(((end - start).days + 1) / 30.4375)
    if months < 1:
        return None
    due = months_before(start, -months)
    return months if abs((due - end).days) <= 3 else None


def months_before(day: date, months: int) -> date:
    """The same day of the month so many months earlier, or that month's last day."""
    whole = day.year * 12 + day.month - 1 - months
    year, month = divmod(whole, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, last)
        except ValueError:
            continue
    raise ValueError(f"{months} months before {day} is no date")
