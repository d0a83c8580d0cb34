from __future__ import annotations

from datetime import date
from typing import Any

from banso.act.visits.models import Visit
from banso.act.visits.writes import plan_visit
from banso.know.accounts.models import Account
from banso.know.accounts.tests.builders import an_account
from banso.know.people.tests.builders import a_person
from banso.listen.surveys.models import Response, Wave
from banso.listen.surveys.tests.builders import CALM, a_response
from banso.shared.users.models import User
from banso.shared.users.tests.builders import a_user

DAY = date(2026, 6, 15)


def an_answer(wave: Wave, account: Account | None = None, /, **answers: Any) -> Response:
    """Of a person with an e-mail address at a customer; calm unless told otherwise."""
    account = account or an_account()
    person = answers.pop("person", None) or a_person(account, email=f"a{account.pk}@example.jp")
    language = answers.pop("language", "ja")
    return a_response(wave, CALM | answers, account=account, person=person, language=language)


def a_visit(account: Account, wave: Wave | None = None, by: User | None = None) -> Visit:
    return plan_visit(
        by=by or a_user(role="manager"), account=account, wave=wave, reasons=["detractor"],
        planned_on=DAY, goers=[], questions="何に困りましたか?\nどうしましたか?",
    )  # fmt: skip
