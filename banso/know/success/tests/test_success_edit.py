from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from banso.know.accounts.tests.builders import an_account
from banso.know.people.models import Membership
from banso.know.people.tests.builders import a_person
from banso.know.success.models import Definition, Version
from banso.know.success.tests.builders import DAY, a_definition
from banso.measure.metrics.tests.builders import a_metric
from banso.shared import clock
from banso.shared.journal.models import Entry
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db
SAID: dict[str, Any] = {
    "words": "残業がなくなる",
    "said_by": "社長",
    "said_on": "2026-05-01",
    "seen": 1,
}


def address(definition: Definition) -> str:
    return reverse("success:success_edit", args=[definition.pk])


@pytest.fixture
def definition(client: Client) -> Definition:
    user = a_user(role="csm", name="佐藤", language="en")
    client.force_login(user)
    return a_definition(an_account(owner=user), by=user, steps=[("書く", ""), ("読む", "")])


def test_a_change_is_a_version_and_the_old_words_stay(
    client: Client, definition: Definition
) -> None:
    client.post(address(definition), SAID | {"because": "社長が代わった", "step_words": ["書く"]})
    page = client.get(reverse("success:success_detail", args=[definition.pk])).content.decode()
    for shown in (
        "残業がなくなる",
        "社長",
        "報告書を作る時間が半分になる",
        "工場長",
        "社長が代わった",
    ):
        assert shown in page
    assert "Version 1, written down by 佐藤" in page
    first, second = Version.objects.order_by("number")
    assert (first.said_on, second.said_on) == (DAY, date(2026, 5, 1))
    assert [step.words for step in first.steps.all()] == ["書く", "読む"]
    assert Entry.objects.filter(kind="success.changed").count() == 1


def test_saving_without_a_change_keeps_nothing(client: Client, definition: Definition) -> None:
    form = client.get(address(definition)).context["form"]
    client.post(address(definition), {
        "words": form.initial["words"], "said_by": "工場長", "said_on": "2026-04-01", "seen": 1,
        "step_words": ["書く", "読む", ""],
    })  # fmt: skip
    assert definition.versions.count() == 1
    assert not Entry.objects.filter(kind="success.changed").exists()


def test_the_second_of_two_is_told_and_nothing_is_lost(
    client: Client, definition: Definition
) -> None:
    other = Client()
    other.force_login(a_user(role="manager", name="先に保存した人"))
    other.post(address(definition), SAID | {"words": "先に保存した言葉"})
    answer = client.post(address(definition), SAID | {"words": "後から来た言葉"})
    page = answer.content.decode()
    assert answer.status_code == 400
    for shown in ("先に保存した人", "先に保存した言葉", "後から来た言葉"):
        assert shown in page
    assert definition.versions.count() == 2
    client.post(
        address(definition), SAID | {"words": "後から来た言葉", "seen": answer.context["seen"]}
    )
    words = list(definition.versions.values_list("words", flat=True))
    assert words == ["後から来た言葉", "先に保存した言葉", "報告書を作る時間が半分になる"]


def test_what_was_ended_meanwhile_is_not_changed(client: Client, definition: Definition) -> None:
    Definition.objects.update(ended_at=clock.now(), ended_because="契約が終わった")
    answer = client.post(address(definition), SAID)
    assert "Somebody ended it meanwhile" in answer.content.decode()
    assert "残業がなくなる" in answer.content.decode()
    assert definition.versions.count() == 1
    assert client.get(address(definition)).status_code == 302


def test_a_metric_that_was_retired_may_stay_with_its_step(client: Client) -> None:
    client.force_login(a_user(role="analyst", language="en"))
    a_metric("gone", name_en="Old metric", retired_at=clock.now())
    definition = a_definition(steps=[("書く", "gone")])
    page = client.get(address(definition)).content.decode()
    assert "Old metric (no longer in use)" in page
    client.post(address(definition), SAID | {"step_words": ["書く"], "step_metric": ["gone"]})
    assert definition.versions.count() == 2


def test_somebody_who_has_left_the_customer_still_said_it(client: Client) -> None:
    user = a_user(role="manager")
    client.force_login(user)
    account = an_account()
    person = a_person(account, name="転職 次郎")
    definition = a_definition(account, person=person, said_by="")
    Membership.objects.all().delete()
    assert "転職 次郎" in client.get(address(definition)).content.decode()
    said = SAID | {"said_by": "", "person": person.pk}
    assert client.post(address(definition), said).status_code == 302


def test_others_customers_are_not_changed(client: Client) -> None:
    definition = a_definition(an_account(owner=a_user()))
    client.force_login(a_user(role="csm"))
    assert client.get(address(definition)).status_code == 403
    assert client.post(address(definition), SAID).status_code == 403
    shared = a_definition()
    assert client.post(address(shared), SAID).status_code == 403
    assert Version.objects.count() == 2
