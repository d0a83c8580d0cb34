from __future__ import annotations

from dataclasses import replace

import pytest

from banso.know.accounts.tests.builders import an_account
from banso.know.people.tests.builders import a_person
from banso.listen.earlier.proposing import columns_for
from banso.listen.earlier.running import seen_of
from banso.listen.earlier.tests.builders import a_draft, brought_in, checked, csv_of, reasons
from banso.listen.surveys.models import Response
from banso.listen.surveys.tests.builders import a_wave

pytestmark = pytest.mark.django_db
HEADER = ("ID", "会社名", "メール", "回答日", "満足度", "ご意見")


def row(number: int, **said: object) -> tuple[object, ...]:
    usual = {
        "id": f"R{number}", "company": "あおば製作所", "mail": f"m{number}@example.jp",
        "on": "2024-05-01", "score": "4", "text": "",
    }  # fmt: skip
    return tuple((usual | said).values())


@pytest.fixture(autouse=True)
def _somebody() -> None:
    account = an_account(name="あおば製作所")
    a_person(account, email="a@example.jp", external_id="P-a")


def refused_as(*rows: tuple[object, ...]) -> dict[int, str]:
    return reasons(checked(*a_draft(csv_of(HEADER, rows))))


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"on": ""}, "day of the answer is empty"),
        ({"on": "いつか"}, "is not a date"),
        ({"on": "2999-01-01"}, "lies in the future"),
        ({"on": "1850-01-01"}, "too far back"),
        ({"company": "", "mail": ""}, "Neither a customer nor a person"),
        ({"score": "", "text": ""}, "holds no answer"),
        ({"score": "11"}, "has no place on the scale yet"),
        ({"score": "最高"}, "has no place on the scale yet"),
        ({"text": "あ" * 20_000}, "20000 characters"),
        ({"text": "a" * 1_100_000}, "larger than"),
        ({"mail": "x" * 12_000}, "12000 characters"),
    ],
)
def test_a_bad_row_is_refused_in_a_clear_sentence(said: dict[str, str], reason: str) -> None:
    found = refused_as(*(row(n) for n in range(8)), row(8, **said))
    assert list(found) == [10], found
    assert reason in found[10]


def test_the_same_person_twice_keeps_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [row(1, mail="a@example.jp"), row(2, mail="P-a"), row(3, mail="A@example.jp")]
    found = refused_as(*rows)
    assert list(found) == [3, 4]
    assert "row 2" in found[3]
    monkeypatch.setattr("banso.listen.earlier.running.ROWS_AT_ONCE", 1)
    run = brought_in(csv_of(HEADER, rows))
    assert (run.created, run.refused) == (1, 2)


def test_the_same_id_twice_keeps_the_first() -> None:
    found = refused_as(*(row(n) for n in range(20)), row(0, mail="b@example.jp"))
    assert list(found) == [22]
    assert "row 2" in found[22]


def test_a_person_who_answered_that_wave_before_is_not_doubled() -> None:
    first = brought_in(csv_of(HEADER, [row(1, mail="a@example.jp")]))
    content = csv_of(HEADER, [row(9, mail="a@example.jp", score="2")])
    run, mapping = a_draft(content, survey=first.survey_id, wave=first.wave_id)
    run = checked(run, replace(mapping, columns=columns_for(mapping, seen_of(run))))
    assert "has an answer in this wave already" in reasons(run)[2]


def test_an_unknown_choice_of_an_existing_survey_is_asked_for() -> None:
    wave = a_wave()
    content = csv_of(("email", "date", "answer"), [("a@example.jp", "2024-05-01", "まあまあ")])
    run, mapping = a_draft(content, survey=wave.survey_id)
    run = checked(run, replace(mapping, columns=columns_for(mapping, seen_of(run))))
    assert "none of the known answers" in reasons(run)[2]


def test_values_that_come_late_are_asked_for_on_the_page_of_the_columns(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("banso.listen.earlier.running.ROWS_AT_ONCE", 3)
    monkeypatch.setattr("banso.listen.earlier.running.LOOKED_AT", 3)
    rows = [row(n, score="満足") for n in range(6)] + [row(7, score="がっかり")]
    run = checked(*a_draft(csv_of(HEADER, rows)))
    assert run.refused == 1
    seen = next(one for one in run.seen if one["name"] == "満足度")
    assert ["がっかり", 1] in seen["values"]


def test_a_formula_is_kept_as_text_and_never_run() -> None:
    brought_in(csv_of(HEADER, [row(1, text="=1+1")]))
    assert Response.objects.get().answers["comment"] == "=1+1"


def test_rows_of_a_broken_table_are_named_and_the_others_come_in() -> None:
    content = "会社名,回答日,満足度\nあおば製作所,2024-05-01,4\nあおば製作所,2024-05-01,4,9,9\n"
    run = brought_in(content)
    assert (run.created, run.refused) == (1, 1)
    assert "5 cells" in reasons(run)[3]
