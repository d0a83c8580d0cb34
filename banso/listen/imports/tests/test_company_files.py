"""The files of real companies, from the guess to the records."""

from __future__ import annotations

from datetime import date

import pytest

from banso.know.accounts.models import Account
from banso.know.subscriptions.models import Subscription
from banso.know.subscriptions.reads import decision_rows
from banso.listen.imports.guessing import propose
from banso.listen.imports.models import ImportRun
from banso.listen.imports.tests.builders import (
    a_shared_upload,
    an_upload,
    counts,
    imported,
    needs_shared,
    reasons,
)
from banso.shared import clock
from banso.shared.fields.models import FieldDefinition
from banso.shared.lake.reads import query
from banso.shared.lake.writes import claim, compact

pytestmark = pytest.mark.django_db


def raven(name: str, **options: str) -> ImportRun:
    return imported(a_shared_upload(f"ravenstack/ravenstack_{name}.csv"), currency="USD", **options)


@needs_shared
def test_ravenstack_comes_in_and_a_second_time_changes_nothing() -> None:
    assert counts(raven("accounts")) == (500, 0, 0, 0)
    assert counts(raven("subscriptions")) == (5000, 0, 0, 0)
    assert counts(raven("accounts")) == (0, 0, 500, 0)
    assert counts(raven("subscriptions")) == (0, 0, 5000, 0)
    left = Subscription.objects.get(external_id="S-8cec59")
    assert (left.start, left.end, left.outcome) == (
        date(2023, 12, 23),
        date(2024, 4, 12),
        "churned",
    )
    assert (left.term_months, left.mrr_minor, left.currency) == (1, 278_600, "USD")
    assert Subscription.objects.filter(outcome="churned").count() == 486
    known = dict(FieldDefinition.objects.filter(holder="account").values_list("key", "known_when"))
    assert known["churn_flag"] == "outcome"
    assert known["plan_tier"] == "start"
    assert set(Account.objects.values_list("custom__churn_flag", flat=True)) == {"yes", "no"}


@needs_shared
def test_ravenstack_usage_finds_its_accounts_by_subscription() -> None:
    usage = raven("feature_usage")
    assert (usage.created, usage.refused, usage.unclaimed) == (24_979, 21, 24_979)
    assert all("The same id stands in row" in said for said in reasons(usage).values())
    churns = raven("churn_events", event_name="churned")
    assert (churns.created, churns.unclaimed) == (600, 600)
    raven("accounts")
    raven("subscriptions")
    compact()
    claim()
    found = query("SELECT COUNT(*) AS n, COUNT(account_id) AS known FROM events").to_pylist()
    assert found == [{"n": 25_579, "known": 25_579}]
    again = raven("feature_usage")
    assert (again.created, again.same, again.unclaimed) == (0, 24_979, 0)
    compact()
    assert query("SELECT COUNT(*) AS n FROM events").to_pylist() == [{"n": 25_579}]


@needs_shared
def test_telco_is_one_wide_file_with_a_decision_at_the_snapshot() -> None:
    upload = a_shared_upload("telco/Telco-Customer-Churn.csv")
    run = imported(upload, snapshot_on="2024-06-30")
    assert (run.kind, counts(run)) == ("wide", (7043, 0, 0, 0))
    head = b"".join(upload.path.read_bytes().splitlines(keepends=True)[:201])
    assert counts(imported(head, snapshot_on="2024-06-30")) == (0, 0, 200, 0)
    term = Subscription.objects.get(external_id="5575-GNVDE-snapshot")
    assert (term.start, term.end, term.term_months) == (date(2021, 8, 30), date(2024, 6, 30), 12)
    assert (term.outcome, term.observed_from) == ("renewed", date(2024, 5, 30))
    assert Account.objects.get(external_id="5575-GNVDE").custom["contract"] == "One year"
    known = dict(FieldDefinition.objects.filter(holder="account").values_list("key", "known_when"))
    assert (known["contract"], known["total_charges"], known["gender"]) == (
        "start",
        "outcome",
        "changes",
    )
    rows = decision_rows(data_cut=date(2024, 6, 30)).table.to_pylist()
    assert sum(row["not_renewed"] for row in rows) / len(rows) == pytest.approx(0.2654, abs=0.04)


@needs_shared
@pytest.mark.parametrize("name", ["DSC-retention-data", "2-segment-retention", "retention-example"])
def test_a_summary_has_no_customers(name: str) -> None:
    assert propose(a_shared_upload(f"fader_hardie/{name}.csv")).mapping is None


def test_a_japanese_file_of_cp932_with_eras_and_full_width_digits() -> None:
    imported("顧客ID,会社名\nC-1,あおば製作所\n".encode("cp932"))
    with clock.held_at(date(2024, 6, 1)):
        imported(
            (
                "契約番号,顧客名,契約開始日,契約満了日,プラン,契約期間,月額,更新結果\n"
                "１,あおば製作所,R5.4.1,令和6年3月31日,標準,年間,１２０，０００円,更新\n"
            ).encode("cp932")
        )
    term = Subscription.objects.get()
    assert (term.start, term.end, term.term_months) == (date(2023, 4, 1), date(2024, 3, 31), 12)
    assert (term.mrr_minor, term.currency, term.outcome) == (120_000, "JPY", "renewed")
    account = Account.objects.get()
    assert (account.mrr_minor, account.next_renewal_on) == (120_000, date(2025, 3, 31))


def test_changed_rows_are_shown_with_old_and_new() -> None:
    imported("account_id,account_name,industry\nA,Aoba,Retail\nB,Beni,Retail\n")
    run = imported("account_id,account_name,industry\nA,Aoba,Finance\nB,Beni,\n")
    assert counts(run) == (0, 1, 1, 0)
    assert run.preview["changed"][0]["changes"] == [["industry", "Retail", "Finance"]]


def test_a_saved_mapping_is_found_by_the_same_columns_in_another_order() -> None:
    from dataclasses import replace

    from banso.listen.imports.writes import keep_mapping

    first = propose(an_upload("account_id,account_name,x\nA,Aoba,1\n")).mapping
    assert first is not None
    columns = tuple(
        replace(c, target="industry", key="") if c.name == "x" else c for c in first.columns
    )
    mapping = replace(first, columns=columns)
    keep_mapping(by=None, mapping=mapping, header=["account_id", "account_name", "x"], name="CRM")
    again = propose(an_upload("x,account_id,account_name\n1,A,Aoba\n"))
    assert again.kept is not None
    assert again.mapping is not None
    assert [column.target for column in again.mapping.columns] == [
        "industry",
        "external_id",
        "name",
    ]
