from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from banso.listen.imports.meaning.dates import day_of, moment_of, order_of
from banso.listen.imports.meaning.rows import choice_value, months_before, outcome_value
from banso.listen.imports.meaning.values import (
    boolean_value,
    moment_value,
    money_value,
    number_value,
)
from banso.listen.imports.reading.faults import Fault

MARCH = date(2024, 3, 1)


@pytest.mark.parametrize(
    "text",
    [
        "2024-03-01", "2024/3/1", "2024.3.1", "20240301", "2024年3月1日", "２０２４／３／１",
        "R6.3.1", "R6/3/1", "令和6年3月1日", "令和６年３月１日", "45352", "3/1/2024", "3/1/24",
        "2024/3/1(金)", "1 Mar 2024", "March 1, 2024", "2024-03-01T10:00:00+09:00",
        "2024/03/01 9:05",
    ],
)  # fmt: skip
def test_a_day_in_every_way_it_is_written(text: str) -> None:
    assert day_of(text) == MARCH


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("令和元年5月1日", date(2019, 5, 1)),
        ("H31/4/30", date(2019, 4, 30)),
        ("平成元年1月8日", date(1989, 1, 8)),
        ("S64.1.7", date(1989, 1, 7)),
    ],
)
def test_years_of_the_eras(text: str, day: date) -> None:
    assert day_of(text) == day


@pytest.mark.parametrize("text", ["2024-02-30", "2024/13/1", "R6.13.1", "soon", "12", "H0.1.1"])
def test_what_is_no_day(text: str) -> None:
    assert day_of(text) is None


def test_the_whole_column_says_whether_the_month_is_first() -> None:
    assert order_of(["3/1/2024", "12/23/2023"]) == order_of(["12/23/2023"])
    assert order_of(["3/1/2024", "12/23/2023"]).order == "mdy"
    assert order_of(["3/1/2024", "23/12/2023"]).order == "dmy"
    unsettled = order_of(["3/1/2024", "4/5/2024"])
    assert not unsettled.settled
    assert unsettled.examples == ("3/1/2024", "4/5/2024")
    assert order_of(["2024-03-01", "R6.3.1"]).settled


def test_a_moment_without_a_zone_is_in_the_organisations() -> None:
    tokyo = ZoneInfo("Asia/Tokyo")
    nine = datetime(2024, 3, 1, 0, 30, tzinfo=UTC)
    for text in (
        "2024-03-01 09:30",
        "2024/3/1 9:30",
        "2024年3月1日 午前9時30分",
        "2024-03-01T00:30:00Z",
        "3/1/2024 9:30 AM",
    ):
        assert moment_of(text, "mdy", tokyo) == nine, text


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1,234", 1234), ("１２３", 123), ("(123)", -123), ("¥1,200", 1200),
        ("１，２００円", 1200), ("△5", -5), ("12万円", 120_000), ("1.5", 1.5),
        ("-3", -3), ("", None), ("N/A", None), ("30人", 30),
    ],
)  # fmt: skip
def test_numbers(text: str, number: Any) -> None:
    assert number_value(text) == number


def test_a_formula_is_told_apart_from_a_number() -> None:
    found = number_value("=A1*2")
    assert isinstance(found, Fault)
    assert found.code == "a_formula"


def test_money_keeps_the_currency_beside_it() -> None:
    money = money_value(frozenset({"JPY", "USD"}))
    assert money("¥1,200") == (Decimal(1200), "JPY")
    assert money("$1,200.50") == (Decimal("1200.50"), "USD")
    assert money("1200") == (Decimal(1200), "")
    assert money("XYZ 30").code == "unknown_currency"


@pytest.mark.parametrize("text", ["TRUE", "True", "yes", "はい", "有", "○", "1"])
def test_yes(text: str) -> None:
    assert boolean_value(text) is True


@pytest.mark.parametrize("text", ["FALSE", "False", "no", "いいえ", "無", "×", "0"])
def test_no(text: str) -> None:
    assert boolean_value(text) is False


def test_two_styles_of_yes_are_one_choice() -> None:
    assert choice_value("TRUE") == choice_value("True") == choice_value("Yes") == "yes"


def test_what_a_churn_column_says() -> None:
    assert [outcome_value(text) for text in ("TRUE", "解約", "更新", "FALSE", "")] == [
        "churned", "churned", "renewed", "", None,
    ]  # fmt: skip


def test_months_before_a_long_months_end() -> None:
    assert months_before(date(2024, 3, 31), 1) == date(2024, 2, 29)
    assert months_before(date(2024, 1, 15), 13) == date(2022, 12, 15)


@pytest.mark.parametrize("text", ["1712010112345", "1711929600000", "1711929600", "1704067200000"])
def test_an_epoch_is_never_read_as_a_day_of_long_ago(text: str) -> None:
    """1712010112345 is also ISO's 1712-01-01 23:45 in its shortest form."""
    seconds = int(text) / (1000 if len(text) == 13 else 1)
    assert moment_of(text, "mdy", UTC) == datetime.fromtimestamp(seconds, UTC)


def test_a_moment_of_1970_is_an_empty_one_that_was_written_as_zero() -> None:
    refused = moment_value("mdy", UTC)("1970-01-01 00:00:00")
    assert isinstance(refused, Fault) and refused.code == "date_out_of_range"
    assert moment_value("mdy", UTC)("1971-01-01 00:00:00") == datetime(1971, 1, 1, tzinfo=UTC)


def test_a_cell_of_blanks_costs_no_time() -> None:
    blanks = " " * 20_000
    assert day_of(f"2024-03-01x{blanks}y") is None
    assert moment_of(f"2024-03-01 10:00{blanks}y", "mdy", UTC) is None
    assert order_of([f"3/1/2024 {blanks}y"]).order == "mdy"
    assert isinstance(number_value(f"1{blanks}abcdefgh"), Fault)
    assert day_of(f"2024-03-01{blanks}") == MARCH
