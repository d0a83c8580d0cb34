from __future__ import annotations

from datetime import date

from banso.know.accounts.models import Account
from banso.know.accounts.tests.builders import an_account
from banso.know.people.models import Person
from banso.know.people.tests.builders import a_person
from banso.listen.earlier.tests.builders import brought_in, csv_of
from banso.listen.surveys.models import Response
from banso.listen.surveys.tests.builders import CALM, PLEASED, a_response, a_wave

HEADER = ("会社名", "メール", "回答日", "総合満足度", "継続意向", "ご意見")


def told_twice() -> tuple[Account, Person]:
    """A customer whose one person answered an earlier survey by file and ours with a link."""
    account = an_account(name="あおば製作所")
    person = a_person(account, name="山田 太郎", email="yamada@example.jp", external_id="U-77")
    rows = [("あおば製作所", "yamada@example.jp", "2023-05-01", "やや満足", "7", "山田です。良い"),
            ("あおば製作所", "", "2023-05-02", "不満", "1", "山田さんが辞めたら困る")]  # fmt: skip
    brought_in(csv_of(HEADER, rows), name="旧調査.csv", source="紙のアンケート")
    wave = a_wave(name="2025年", opens_on=date(2025, 5, 1))
    answers = PLEASED | {"comment": "山田太郎まで連絡を yamada@example.jp"}
    a_response(wave, answers, account=account, person=person, submitted_on=date(2025, 5, 2))
    return account, person


def an_anonymous_answer() -> Response:
    wave = a_wave(name="匿名", is_anonymous=True)
    return a_response(wave, CALM | {"comment": "山田さんに感謝"})
