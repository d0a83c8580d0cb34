"""Each fault is told at its row, in the reader's language, and the other rows come in."""

from __future__ import annotations

from datetime import date

import pytest
from django.utils import translation

from banso.know.accounts.models import Account
from banso.know.accounts.tests.builders import an_account
from banso.know.people.models import Membership, Person
from banso.know.subscriptions.models import Subscription
from banso.listen.imports.reading.faults import Unreadable
from banso.listen.imports.sentences import sentence
from banso.listen.imports.tests.builders import (
    a_guess,
    an_upload,
    checked,
    counts,
    imported,
    reasons,
)
from banso.listen.imports.writes import keep_upload
from banso.shared import clock
from banso.shared.journal.jobs import run_owed
from banso.shared.lake.models import Batch
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


def test_wrong_cells_refuse_their_rows_only() -> None:
    run = imported(
        "account_id,account_name,employees,signup_date\n"
        "A,Aoba,12,2024-03-01\n"
        "B,Beni,many,2024-03-01\n"
        "C,Cobalt,5,someday\n"
        ",Dan,5,2024-03-01\n"
        "E,Ebi,5,R6.3.1\n",
        kind="accounts",
    )
    assert counts(run) == (2, 0, 0, 3)
    assert set(Account.objects.values_list("external_id", flat=True)) == {"A", "E"}
    said = reasons(run)
    assert said[3] == "employees: “many” is not a number. Write digits only."
    assert "signup_date: “someday” is not a date." in said[4]
    assert said[5] == "Id is empty. Fill it in and import the row again."


def test_the_sentence_is_in_the_readers_language() -> None:
    run = checked(an_upload("契約ID,顧客ID,契約開始日\nS1,Z,2024/3/1\n"))
    with translation.override("ja"):
        assert reasons(run) == {
            2: "顧客ID: 顧客「Z」が登録されていません。先に顧客を取り込むか、IDを直してください。"
        }


def test_a_duplicate_id_keeps_the_first_row() -> None:
    run = imported("account_id,account_name\nA,Aoba\nB,Beni\nA,Again\n")
    assert counts(run) == (2, 0, 0, 1)
    assert reasons(run)[4].startswith("The same id stands in row 2")
    assert Account.objects.get(external_id="A").name == "Aoba"


def test_faults_of_subscriptions() -> None:
    an_account(source="file", external_id="A")
    run = imported(
        "subscription_id,account_id,start_date,end_date,mrr,currency,churn_flag\n"
        "S1,A,2024-01-01,2024-12-31,100,JPY,TRUE\n"
        "S2,A,2024-05-01,2024-01-31,100,JPY,FALSE\n"
        "S3,A,2024-01-01,,100,XYZ,FALSE\n"
        "S4,Z,2024-01-01,,100,JPY,FALSE\n"
        "S5,A,2024-01-01,,100,JPY,TRUE\n"
        "S6,A,,,100,JPY,FALSE\n"
    )
    said = reasons(run)
    assert said[3].startswith("The end 2024-01-31 is before the start 2024-05-01.")
    assert said[4].startswith("currency: “XYZ” is not a currency we know.")
    assert "There is no customer “Z”. Import the customers first, or correct the id." in said[5]
    assert said[7].startswith("Start is empty.")
    assert "says churned but has no end" in reasons(run, "noticed")[6]
    kept = Subscription.objects.order_by("external_id").values_list("external_id", "outcome")
    assert list(kept) == [("S1", "churned"), ("S5", "")]


def test_a_row_that_contradicts_what_is_stored_spoils_itself_only() -> None:
    an_account(source="file", external_id="A")
    head = "subscription_id,account_id,start_date,end_date\n"
    imported(head + "S1,A,2024-01-01,2024-06-30\nS2,A,2024-01-01,2024-06-30\n")
    run = imported(head + "S1,A,2024-08-01,\nS2,A,2024-02-01,\nS3,A,2024-02-01,\n")
    assert counts(run) == (1, 1, 0, 1)
    assert list(reasons(run)) == [2]


def test_faults_of_events_and_events_of_unknown_accounts() -> None:
    an_account(source="file", external_id="A")
    with clock.held_at(date(2024, 6, 1)):
        run = imported(
            "event_id,account_id,timestamp,event\n"
            "1,A,2024-05-01 10:00,login\n"
            "2,A,2024-06-05 10:00,login\n"
            "3,A,,login\n"
            "4,NEW,2024-05-02 10:00,login\n"
            "1,A,2024-05-03 10:00,login\n"
            "6,A,2024-05-03 10:00,\n"
        )
    assert (run.created, run.refused, run.unclaimed) == (2, 4, 1)
    said = reasons(run)
    assert said[3].startswith("timestamp: The time 2024-06-05 10:00 lies in the future.")
    assert said[4].startswith("Date and time is empty.")
    assert said[6].startswith("The same id stands in row 2")
    assert said[7].startswith("name is empty.") or "is empty" in said[7]
    assert run.preview["unknown_keys"] == {"NEW": 1}
    assert sum(Batch.objects.values_list("rows", flat=True)) == 2


def test_a_formula_is_text_in_a_name_and_refused_in_a_number() -> None:
    run = imported(
        "account_id,account_name,employees\nA,=cmd|' /C calc'!A0,1\nB,Beni,=1+1\n", kind="accounts"
    )
    assert Account.objects.get().name == "=cmd|' /C calc'!A0"
    assert reasons(run, "noticed")[2].startswith(
        "account_name: “=cmd|' /C calc'!A0” looks like a formula. It is kept as text"
    )
    assert "is a formula; formulas are not worked out" in reasons(run)[3]
    lines = run.refused_path.read_text("utf-8-sig").splitlines()
    assert lines[0] == "Row,account_id,account_name,employees,Reason"
    assert lines[1].startswith("3,B,Beni,'=1+1,")


def test_a_missing_column_is_asked_for() -> None:
    from banso.listen.imports.meaning.mappings import problems

    found = problems(a_guess(an_upload("account_id,plan\nA,Pro\n"), "subscriptions"))
    assert [sentence(one) for one in found] == [
        "No column goes to Start. Choose the column that holds it, or add it to the file."
    ]


def test_a_file_that_is_too_large_is_refused_and_not_kept() -> None:
    from banso.listen.imports.models import Upload, folder

    with pytest.raises(Unreadable) as raised:
        keep_upload(by=None, name="f.csv", blocks=[b"x" * (2 << 20)], most_bytes=1 << 20)
    assert "larger than 1 MB" in sentence(raised.value.fault)
    assert not Upload.objects.exists()
    assert not list(folder().iterdir())


def test_people_stand_at_accounts_found_by_id_name_or_mail() -> None:
    by_id = an_account(
        source="file", external_id="A", name="Aoba", website="https://www.aoba.example.jp/"
    )
    run = imported(
        "user_id,会社名,氏名,メール\nU1,Aoba,佐藤,s@x.jp\nU2,A,鈴木,t@x.jp\nU3,Nobody,田中,u@x.jp\nU4,A,高橋,broken\n",
        kind="people",
    )
    assert counts(run) == (2, 0, 0, 2)
    assert "Nobody" in reasons(run)[4]
    assert "broken" in reasons(run)[5]
    assert set(Membership.objects.values_list("account_id", flat=True)) == {by_id.pk}
    imported("name,email\n山田,y@aoba.example.jp\n")
    assert Membership.objects.filter(person__email="y@aoba.example.jp", account=by_id).exists()
    assert Person.objects.count() == 3


def test_owners_and_parents() -> None:
    owner = a_user(name="佐藤 舞", email="mai@example.jp")
    run = imported(
        "account_id,account_name,owner,parent\n"
        "A,Aoba,佐藤舞,B\nB,Beni,mai@example.jp,\nC,Cobalt,Nobody,Z\n"
    )
    assert counts(run) == (3, 0, 0, 0)
    accounts = {account.external_id: account for account in Account.objects.all()}
    assert accounts["A"].owner_id == accounts["B"].owner_id == owner.pk
    assert accounts["A"].parent_id == accounts["B"].pk
    assert accounts["C"].owner_id is None
    assert "“Nobody” is no user" in reasons(run, "noticed")[4]
    assert counts(imported("account_id,account_name,owner,parent\nA,Aoba,佐藤舞,B\n")) == (
        0,
        0,
        1,
        0,
    )


@pytest.mark.parametrize("escape", ["\\u0000", "\\ud800"])
def test_a_json_escape_that_nothing_can_hold_stops_nothing(escape: str) -> None:
    lines = [
        '{"account_id": "A", "account_name": "Ao' + escape + 'ba", "flavour": "x' + escape + '"}',
        '{"account_id": "B", "account_name": "Beni", "flavour": "y"}',
        '{"account_id": "C", "account_name": "Cobalt", "flavour": "y"}',
        '{"account_id": "D", "account_name": "Dan", "flavour": "y", "a' + escape + 'b": "y"}',
    ]
    run = imported("\n".join(lines), kind="accounts")
    assert {"B", "C"} <= set(Account.objects.values_list("external_id", flat=True))
    assert run.refused == (2 if escape == "\\ud800" else 0)


def test_a_nul_in_a_bad_cell_is_told_like_any_other() -> None:
    rows = "".join(f"A{n},Aoba,5\n" for n in range(900))  # beyond what the encoding is told by
    run = imported(f"account_id,account_name,employees\n{rows}B,Be\0ni,ma\0ny\n", kind="accounts")
    assert counts(run) == (900, 0, 0, 1)
    assert "many" in reasons(run)[902]


def test_a_customer_of_thousands_of_years_spoils_its_row_only() -> None:
    run = imported(
        "customer_id,customer_name,tenure,churn,contract\n"
        "A,Aoba,99999,No,annual\nB,Beni,3,Yes,annual\nC,Cobalt,4,No,monthly\n",
        kind="wide",
    )
    assert (run.created, run.refused) == (2, 1)
    assert "99999" in reasons(run)[2]


def test_events_that_came_before_are_the_same_and_not_sent_again() -> None:
    an_account(external_id="A")
    file = "event_id,account_id,event,timestamp\n1,A,login,2024-03-01\n2,A,login,2024-03-02\n"
    assert counts(imported(file, kind="events")) == (2, 0, 0, 0)
    run_owed()
    again = imported(file + "3,A,login,2024-03-03\n", kind="events")
    assert counts(again) == (1, 0, 2, 0)
    assert Batch.objects.get().rows == 1
