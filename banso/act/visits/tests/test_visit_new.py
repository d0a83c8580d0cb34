from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from banso.act.visits.models import Visit
from banso.act.visits.tests.builders import a_visit, an_answer
from banso.know.accounts.tests.builders import an_account
from banso.listen.surveys.tests.builders import SILENT, a_wave
from banso.shared.users.models import Team
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db
PAGE = reverse("visits:visit_new")


def test_a_visit_is_planned_with_questions_from_the_answers(client: Client) -> None:
    user = a_user(language="ja")
    client.force_login(user)
    wave = a_wave()
    account = an_answer(wave, an_account(owner=user), **SILENT).account
    assert account is not None
    asked = {"account": account.pk, "wave": wave.pk}
    text = client.get(PAGE, asked, headers={"accept-language": "ja"}).content.decode()
    assert "自社に合った使い方が分からない" in text
    assert "相談先が分からなかった" in text
    plan = {"planned_on": "2026-07-01", "goers": [user.pk], "questions": "いつ使いますか?"}
    client.post(f"{PAGE}?account={account.pk}", plan | {"wave": wave.pk})
    visit = Visit.objects.get()
    assert (visit.account, visit.wave, visit.questions) == (account, wave, "いつ使いますか?")
    assert visit.reasons == ["detractor", "not_consulted", "not_missed"]
    assert list(visit.goers.all()) == [user]


def test_planning_twice_keeps_one_visit(client: Client) -> None:
    client.force_login(a_user(role="manager"))
    wave = a_wave()
    account = an_answer(wave, **SILENT).account
    assert account is not None
    a_visit(account, wave)
    plan = {"planned_on": "2026-07-02", "questions": "", "wave": wave.pk}
    client.post(f"{PAGE}?account={account.pk}", plan)
    assert str(Visit.objects.get().planned_on) == "2026-07-02"


def test_without_a_customer_one_chooses_first_and_another_teams_is_not_ones_own(
    client: Client,
) -> None:
    client.force_login(a_user(role="csm", team=Team.objects.create(name="わたしたち")))
    theirs = an_account(owner=a_user(team=Team.objects.create(name="他のチーム")))
    assert client.get(PAGE).status_code == 302
    assert client.get(PAGE, {"account": theirs.pk}).status_code == 403
    assert client.get(PAGE, {"account": 10**8}).status_code == 404


def test_a_day_that_is_none_is_said(client: Client) -> None:
    client.force_login(a_user(role="manager"))
    account = an_account()
    answer = client.post(f"{PAGE}?account={account.pk}", {"planned_on": "yesterday"})
    assert answer.status_code == 400
    assert not Visit.objects.exists()
