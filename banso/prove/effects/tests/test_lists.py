from __future__ import annotations

import gzip
from datetime import date

import pytest

from banso.know.accounts.tests.builders import an_account
from banso.listen.imports.reading.faults import Unreadable
from banso.prove.effects.lists import MOST_BYTES, Recognised, read_list
from banso.prove.effects.tests.builders import TODAY

pytestmark = pytest.mark.django_db


def recognised(text: str | bytes, default_day: date | None = None) -> Recognised:
    given = text if isinstance(text, bytes) else text.encode()
    return read_list([given], today=TODAY, default_day=default_day)


def test_customers_and_days_are_found_whatever_the_columns_are_called() -> None:
    one, two = an_account(external_id="C-1", name="青葉"), an_account(external_id="C-2")
    found = recognised(
        "memo,取引先,実施日\nx,C-1,2026年3月1日\ny,青葉,2026/2/1\nz,C-2,2026-04-05\n"
    )
    assert found.treated == {one.pk: date(2026, 2, 1), two.pk: date(2026, 4, 5)}
    assert (found.customer_column, found.date_column) == ("取引先", "実施日")
    assert found.unread == {"again": 1}, "of two days the first counts, and it is said"


def test_what_is_not_recognised_is_told_line_by_line() -> None:
    an_account(external_id="C-1")
    an_account(external_id="X-1", name="同名")
    an_account(external_id="X-2", name="同名")
    found = recognised(
        "customer,day\nC-1,2026-01-05\nNobody,2026-01-05\n同名,2026-01-05\nC-1,soon\n"
        "C-1,2027-01-01\n"
    )
    assert found.unread == {"unknown": 1, "several": 1, "no_date": 1, "ahead": 1}
    assert {row["row"]: row["reason"] for row in found.examples} == {
        3: "unknown", 4: "several", 5: "no_date", 6: "ahead",
    }  # fmt: skip


def test_one_day_for_all_serves_where_the_list_has_none() -> None:
    account = an_account(external_id="C-1")
    found = recognised("customer\nC-1\n", default_day=date(2026, 5, 1))
    assert found.treated == {account.pk: date(2026, 5, 1)}
    assert recognised("customer\nC-1\n").unread == {"no_date": 1}


def test_days_that_can_be_read_in_two_ways_are_said_to_be() -> None:
    an_account(external_id="C-1")
    assert not recognised("customer,day\nC-1,3/4/2026\n").order_settled
    assert recognised("customer,day\nC-1,13/4/2026\n").order == "dmy"


@pytest.mark.parametrize(
    "bad",
    [
        b"",
        gzip.compress(b"customer,day\nC-1,2026-01-01\n", mtime=0),
        b"%PDF-1.7 x",
        b"\x89PNG\r\n",
        b"PK\x03\x04 not a workbook",
        b"\x1f\x8b\x08broken",
    ],
)
def test_what_is_no_table_is_refused(bad: bytes) -> None:
    with pytest.raises(Unreadable):
        recognised(bad)


def test_hostile_lists_are_text_and_nothing_else() -> None:
    account = an_account(external_id="C-1")
    found = recognised(
        'customer,day\n"=cmd|calc",2026-01-01\n<script>alert(1)</script>,2026-01-01\n'
        "C-1,2026-01-01\n" + "x" * 5000 + ",2026-01-01\n"
    )
    assert found.treated == {account.pk: date(2026, 1, 1)}
    assert all(len(str(row["customer"])) <= 80 for row in found.examples)
    assert recognised("customer,day\n\0C-1,2026-01-01\n").treated == {}
    nobody = recognised("a,b\n1,2\n")
    assert nobody.treated == {} and nobody.customer_column == ""


def test_a_list_that_is_too_large_is_refused_before_it_is_read() -> None:
    with pytest.raises(Unreadable):
        read_list([b"x" * 1_000_000] * (MOST_BYTES // 1_000_000 + 1), today=TODAY, default_day=None)
