from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from banso.know.accounts.models import Account
from banso.know.accounts.tests.builders import an_account
from banso.know.people.tests.builders import a_person
from banso.know.success.models import Definition
from banso.know.success.tests.builders import a_definition
from banso.measure.metrics.tests.builders import a_metric
from banso.shared import clock
from banso.shared.journal.models import Entry
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db
URL = reverse("success:success_new")
SAID: dict[str, Any] = {
    "words": "検査の待ち時間がなくなる",
    "said_by": "院長",
    "said_on": "2026-04-01",
}


@pytest.fixture
def account(client: Client) -> Account:
    user = a_user(role="csm", language="en")
    client.force_login(user)
    return an_account(owner=user)


def post(client: Client, account: Account | None, **said: Any) -> Any:
    address = f"{URL}?customer={account.pk}" if account else URL
    return client.post(address, SAID | said)


def test_a_customers_words_are_kept_with_who_and_when(client: Client, account: Account) -> None:
    a_metric("first_report", name_en="First report")
    person = a_person(account, name="山田 花子", is_key=True)
    response = post(
        client, account, person=person.pk, said_by="",
        step_words=["日報を書く", "", "上長が毎日読む"], step_metric=["first_report", "", ""],
    )  # fmt: skip
    definition = Definition.objects.get(account=account)
    assert response["Location"] == reverse("success:success_detail", args=[definition.pk])
    page = client.get(response["Location"]).content.decode()
    for shown in ("検査の待ち時間がなくなる", "山田 花子", "First report", "Not measured yet"):
        assert shown in page
    assert page.index("日報を書く") < page.index("上長が毎日読む")
    (entry,) = Entry.objects.filter(kind__startswith="success.")
    assert (entry.kind, entry.account_id) == ("success.defined", account.pk)
    assert "山田" not in str(entry.payload), "the journal keeps no names"


def test_one_for_all_customers_is_written_by_who_defines(client: Client) -> None:
    client.force_login(a_user(role="analyst", language="en"))
    assert "several customers" in client.get(URL).content.decode()
    assert post(client, None).status_code == 302
    assert Definition.objects.get().account is None
    client.force_login(a_user(role="csm"))
    assert client.get(URL).status_code == 403
    assert post(client, None).status_code == 403


def test_who_may_not_change_the_customer_writes_nothing(client: Client) -> None:
    account = an_account(owner=a_user())
    client.force_login(a_user(role="csm"))
    assert client.get(f"{URL}?customer={account.pk}").status_code == 403
    assert post(client, account).status_code == 403
    assert not Definition.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "english", "japanese"),
    [
        (
            {"words": " "},
            "Write down what is called success, in their words.",
            "何を成功と呼ぶかを、お客様の言葉で書いてください。",
        ),
        (
            {"said_on": (clock.today() + timedelta(days=2)).isoformat()},
            "This day has not come yet",
            "まだ来ていない日です",
        ),
        ({"said_on": ""}, "Say on which day it was said.", "いつ聞いたかを入力してください。"),
        ({"said_by": ""}, "Say who said it", "誰の言葉かを"),
        ({"words": "長" * 10_000}, "at most 4000 characters", "4000"),
        (
            {"step_words": [""], "step_metric": ["visits"]},
            "Say what the customer can do or has at this step.",
            "この段階で顧客が何をできるか",
        ),
        (
            {"step_words": ["x"], "step_metric": ["nonsense"]},
            "No metric in use has the key “nonsense”",
            "「nonsense」というキーの指標は",
        ),
        ({"step_words": ["x" * 301], "step_metric": [""]}, "at most 300 characters", "300"),
        ({"step_words": ["x\x00y"], "step_metric": [""]}, "Null characters", "何か文字を入力"),
        ({"step_words": ["x"] * 30}, "At most 20 steps", "段階は20までです"),
    ],
)
def test_what_is_wrong_is_said_in_words(
    client: Client, account: Account, wrong: dict[str, Any], english: str, japanese: str
) -> None:
    a_metric("visits")
    response = post(client, account, **wrong)
    assert response.status_code == 400
    assert english in response.content.decode()
    assert not Definition.objects.exists()
    client.force_login(a_user(role="manager", language="ja"))
    assert japanese in post(client, account, **wrong).content.decode()


def test_a_person_of_another_customer_did_not_say_it(client: Client, account: Account) -> None:
    stranger = a_person(an_account())
    response = post(client, account, person=stranger.pk, said_by="")
    assert "This person does not stand at this customer." in response.content.decode()
    both = post(client, account, person=a_person(account).pk)
    assert "not both" in both.content.decode()
    assert not Definition.objects.exists()


def test_hostile_words_are_shown_and_not_run(client: Client, account: Account) -> None:
    bad = "<script>alert(1)</script>{{ 7|add:1 }}"
    response = post(client, account, words=bad, said_by=bad[:60], step_words=[bad])
    for address in (response["Location"], reverse("success:success_list"),
                    f"/customers/{account.pk}/"):  # fmt: skip
        page = client.get(address).content.decode()
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(1)" in page


@pytest.mark.parametrize(
    ("do", "order"),
    [
        ("up-1", ["b", "a", "c"]),
        ("down-1", ["a", "c", "b"]),
        ("drop-0", ["b", "c"]),
        ("more", ["a", "b", "c", ""]),
        ("up-0", ["a", "b", "c"]),
        ("up-99", ["a", "b", "c"]),
        ("<x>-1", ["a", "b", "c"]),
    ],
)
def test_steps_are_arranged_without_a_script(
    client: Client, account: Account, do: str, order: list[str]
) -> None:
    response = post(client, account, words="", do=do, step_words=["a", "b", "c"])
    assert response.status_code == 200, "nothing is judged while rows are moved"
    assert [row.said.words for row in response.context["form"].steps] == order
    assert "院長" in response.content.decode(), "what was written is still there"
    assert not Definition.objects.exists()


def test_the_second_of_two_who_write_at_once_is_told(client: Client, account: Account) -> None:
    assert client.get(f"{URL}?customer={account.pk}").status_code == 200
    first = a_definition(account, by=a_user(role="manager", name="先の人"))
    page = post(client, account)
    assert page.status_code == 400
    assert "先の人" in page.content.decode() and SAID["words"] in page.content.decode()
    assert Definition.objects.get() == first
    opened = client.get(f"{URL}?customer={account.pk}")
    assert opened["Location"] == reverse("success:success_edit", args=[first.pk])
