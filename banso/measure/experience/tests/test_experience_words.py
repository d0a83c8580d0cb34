"""What do customers write about?"""

from __future__ import annotations

import pytest
from django.test import Client

from banso.know.accounts.tests.builders import an_account
from banso.know.people.tests.builders import a_person
from banso.listen.surveys.models import Wave
from banso.listen.surveys.tests.builders import a_wave
from banso.measure.experience.tests.builders import an_answer
from banso.measure.experience.tests.test_experience_result import said, signed_in
from banso.measure.experience.tokens import masked, singular, terms
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db
PAGE = "/experience/words/"
SLOW = ("画面の表示が遅くて困っています", "集計画面の表示が遅いです", "検索すると表示がとても遅い")
KIND = ("サポートの回答が丁寧でした", "丁寧な回答で助かりました", "サポートが親切で回答も早い")


def written(wave: Wave, **fields: object) -> None:
    for number in range(15):
        an_answer(wave, "below", comment=SLOW[number % 3], **fields)  # type: ignore[arg-type]
        an_answer(wave, "above", comment=KIND[number % 3], **fields)  # type: ignore[arg-type]


def test_themes_show_their_words_and_answers(client: Client) -> None:
    written(a_wave())
    page = said(signed_in(client), PAGE)
    assert "15 customers" in page and "遅い" in page and "丁寧" in page
    assert SLOW[0] in page and "What is written at one branch more" in page
    theme = said(client, f"{PAGE}?theme=0")
    assert theme.count("です") + theme.count("した") + theme.count("い") > 15
    assert (SLOW[1] in theme) != (KIND[1] in theme)


def test_names_are_masked(client: Client) -> None:
    wave = a_wave()
    account = an_account()
    a_person(account, name="小笠原 みちる")
    a_user(role="csm", name="Emily Rowe")
    text = "みちるさんと田中さんに、Emily Roweから090-1234-5678かa@b.jpへ連絡がありました"
    an_answer(wave, "above", account, comment=text)
    page = said(signed_in(client), PAGE)
    for name in ("みちる", "田中", "Rowe", "090-1234", "a@b.jp"):
        assert name not in page
    assert "[name]さん" in page and "連絡がありました" in page
    csv = b"".join(client.get(f"{PAGE}?format=csv")).decode()
    assert "田中" not in csv and "[name]" in csv


def test_few_texts_stand_as_they_are(client: Client) -> None:
    wave = a_wave()
    an_answer(wave, "above", comment="<script>alert(1)</script> Thank you")
    html = signed_in(client).get(PAGE).content.decode()
    assert "Too few texts to group" in html and "&lt;script&gt;alert(1)" in html


def test_anonymous_texts_name_no_customer(client: Client) -> None:
    wave = a_wave(is_anonymous=True)
    for number in range(30):
        an_answer(wave, "below" if number % 2 else "above", comment=(SLOW + KIND)[number % 6])
    html = signed_in(client).get(PAGE).content.decode()
    assert SLOW[0] in html and "/customers/" not in html.split('id="main"')[1]


def test_english_is_grouped_too(client: Client) -> None:
    wave = a_wave()
    for number in range(24):
        text = ("The reports are slow to load", "Support answers quickly and kindly")[number % 2]
        an_answer(wave, "above", comment=text)
    page = said(signed_in(client), PAGE)
    assert "reports" in page and "support" in page and "12 customers" in page


def test_words_keep_what_tells() -> None:
    shown = [word for _key, word in terms("操作方法が分からないので、山本さんに聞きました。")]
    assert shown == ["操作", "方法", "分からない", "聞く"]
    assert [key for key, _word in terms("We could not find the categories of our reports")] == [
        "find", "category", "report",
    ]  # fmt: skip
    assert [singular(w) for w in ("classes", "bus", "boss", "queries", "shoes")] == [
        "classe", "bus", "boss", "query", "shoe",
    ]  # fmt: skip
    assert masked("Ask Rowan about rows", ["Rowan"], "_") == "Ask _ about rows"
