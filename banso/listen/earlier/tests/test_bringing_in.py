from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from banso.know.accounts.models import Account
from banso.know.accounts.tests.builders import an_account
from banso.know.people.models import Person
from banso.know.people.tests.builders import a_person
from banso.listen.earlier.jobs import carry_on
from banso.listen.earlier.meaning.guess import guessed
from banso.listen.earlier.models import Aside, State
from banso.listen.earlier.proposing import columns_for, propose
from banso.listen.earlier.running import seen_of
from banso.listen.earlier.tests.builders import (
    FORMS,
    a_draft,
    brought_in,
    checked,
    csv_of,
    reasons,
    sent_to,
    to_the_end,
    undone,
)
from banso.listen.earlier.writes.runs import ask_for_run, keep_columns
from banso.listen.surveys.models import Response, ResponseChoice, Survey, Wave
from banso.listen.surveys.reads import definition_of, handed_in
from banso.listen.surveys.tests.builders import a_wave
from banso.shared.journal.jobs import run_owed
from banso.shared.journal.models import Entry
from banso.shared.journal.writes import record

pytestmark = pytest.mark.django_db


@pytest.fixture
def people() -> dict[str, Person]:
    aoba = an_account(name="あおば製作所", external_id="A-aoba")
    midori = an_account(name="みどり食品", external_id="A-midori")
    return {
        name: a_person(account, name=name, email=f"{name}@example.jp")
        for name, account in (("aoki", aoba), ("baba", aoba), ("chiba", midori))
    }


def test_a_form_export_becomes_a_survey_with_a_wave(people: dict[str, Person]) -> None:
    run = brought_in(FORMS)
    assert (run.created, run.refused, run.aside, run.nameless) == (3, 0, 0, 0)
    survey = Survey.objects.get()
    assert survey.name == "2024年調査"
    wave = Wave.objects.get()
    assert (wave.opens_on, wave.closes_on) == (date(2024, 5, 10), date(2024, 5, 12))
    assert handed_in(wave).count() == 3
    first = Response.objects.get(person=people["aoki"])
    assert (first.leaf, first.satisfaction, first.intent, first.recommend) == ("above", 5, 5, 10)
    assert first.original["総合満足度"] == "満足"
    assert first.submitted_on == date(2024, 5, 10)
    kinds = ResponseChoice.objects.filter(response=first, meaning="trouble_kind")
    assert set(kinds.values_list("value", flat=True)) == {"operation", "performance"}
    second = Response.objects.get(person=people["baba"])
    assert (second.leaf, second.satisfaction) == ("no_trouble", 4)
    third = Response.objects.get(person=people["chiba"])
    assert (third.leaf, third.satisfaction) == ("not_consulted", 1)
    assert Entry.objects.filter(kind="survey.answers_kept", payload__wave=wave.pk).exists()


def test_the_questions_are_titled_as_the_columns_and_carry_their_meaning(
    people: dict[str, Person],
) -> None:
    brought_in(FORMS)
    definition = definition_of(Survey.objects.get().versions.get())
    carried = {one.meaning: one.title for one in definition.questions}
    assert carried["trouble"] == {"ja": "困りごとはありましたか"}
    assert {"satisfaction", "intent", "recommend", "answer", "comment"} <= set(carried)


@pytest.mark.parametrize("encoding", ["cp932", "utf-16", "utf-8-sig"])
def test_files_of_any_encoding_and_separator_come_in(
    people: dict[str, Person], encoding: str
) -> None:
    assert brought_in(FORMS.replace(",", "\t").encode(encoding)).created == 3


def test_bringing_a_corrected_file_in_again_changes_and_doubles_nothing(
    people: dict[str, Person],
) -> None:
    first = brought_in(FORMS)
    corrected = FORMS.replace("やや満足,4,8", "満足,5,9")
    run, mapping = a_draft(corrected)
    mapping = replace(mapping, survey=first.survey_id or 0, wave=first.wave_id or 0)
    mapping = replace(mapping, columns=columns_for(mapping, seen_of(run)))
    again = to_the_end(run, mapping)
    assert (again.created, again.changed, again.same) == (0, 1, 2)
    assert Response.objects.count() == 3
    assert Response.objects.get(person=people["baba"]).recommend == 9
    assert Wave.objects.count() == 1


def test_an_existing_survey_can_be_filled_and_a_hidden_answer_is_not_counted(
    people: dict[str, Person],
) -> None:
    wave = a_wave(name="今年")
    content = (
        "メール,回答日,trouble,consulted,answer,satisfaction,intent,recommend\n"
        "aoki@example.jp,2023-05-01,はい,はい,期待以上,満足,5,9\n"
        "baba@example.jp,2023-05-02,いいえ,,期待以上,やや不満,3,5\n"
    )
    run, mapping = a_draft(content, survey=wave.survey_id, wave_name="2023")
    run = to_the_end(
        run, replace(mapping, columns=guessed(seen_of(run), definition_of(wave.version)))
    )
    assert (run.created, run.noticed) == (2, 1)
    assert Survey.objects.count() == 1
    assert run.wave is not None
    assert run.wave.survey_id == wave.survey_id
    hidden = Response.objects.get(person=people["baba"])
    assert (hidden.leaf, "answer" in hidden.answers) == ("no_trouble", False)
    assert hidden.original["answer"] == "期待以上"
    assert "would not have asked" in reasons(run, "noticed")[3]


def test_unknown_customers_wait_and_come_in_when_they_are_known(people: dict[str, Person]) -> None:
    Account.objects.filter(name="みどり食品").delete()
    run = brought_in(FORMS.replace("chiba@example.jp", ""))
    assert (run.created, run.aside) == (2, 1)
    assert run.preview["unknown_account"] == {"みどり食品": 1}
    assert Response.objects.count() == 2
    midori = an_account(name="みどり食品", external_id="A-new")
    record("accounts.upserted", by=None, accounts=[midori.pk])
    run_owed()
    assert Response.objects.get(account=midori).leaf == "not_consulted"
    assert not Aside.objects.exists()


def test_an_unknown_person_counts_for_the_customer_and_is_kept_aside(
    people: dict[str, Person],
) -> None:
    run = brought_in(FORMS.replace("baba@example.jp", "dan@example.jp"))
    assert (run.created, run.nameless, run.aside) == (3, 1, 0)
    aside = Aside.objects.get()
    assert aside.people_texts == ["dan@example.jp"]
    assert aside.response is not None
    assert aside.response.account == Account.objects.get(name="あおば製作所")


def test_the_wave_and_its_survey_can_be_taken_out_again(people: dict[str, Person]) -> None:
    run = undone(brought_in(FORMS))
    assert run.state == "undone"
    assert not Response.objects.exists()
    assert not Survey.objects.exists()
    assert not ResponseChoice.objects.exists()
    again = to_the_end(run, propose("2024年調査.csv", seen_of(run))[0])
    assert again.created == 3


def test_a_survey_with_another_wave_stays_when_one_is_taken_out(people: dict[str, Person]) -> None:
    first = brought_in(FORMS)
    a_wave()
    Wave.objects.exclude(name="2024年調査").update(survey=first.survey)
    undone(first)
    assert Survey.objects.filter(name="2024年調査").exists()


def test_of_an_anonymous_survey_nothing_tells_who_it_was(people: dict[str, Person]) -> None:
    run = brought_in(FORMS, is_anonymous=True)
    assert run.created == 3
    for response in Response.objects.all():
        assert [response.account, response.person, response.submitted_at] == [None] * 3
        assert response.external_id == ""
        assert not {"会社名", "メールアドレス", "回答ID"} & set(response.original)
    assert not Aside.objects.exists()


def test_saved_columns_are_offered_for_the_next_file(people: dict[str, Person]) -> None:
    run, mapping = a_draft(FORMS)
    changed = sent_to(mapping, column_10="")
    keep_columns(by=None, mapping=changed, name="2024年調査.csv")
    again, kept = propose("2025年調査.csv", seen_of(run))
    assert kept is not None
    assert again.columns[10].goes == ""
    assert again.wave_name == "2025年調査"


def test_the_dry_run_writes_nothing(people: dict[str, Person]) -> None:
    run = checked(*a_draft(FORMS))
    assert (run.created, run.rows_total) == (3, 3)
    assert run.preview["leaves"] == {"above": 1, "no_trouble": 1, "not_consulted": 1}
    assert not Survey.objects.exists()
    assert not Response.objects.exists()


def test_people_are_found_by_name_at_their_customer() -> None:
    aoba = an_account(name="あおば製作所")
    other = an_account(name="みどり食品")
    here = a_person(aoba, name="山田 太郎")
    a_person(other, name="山田 太郎")
    header = ("会社名", "氏名", "回答日", "満足度")
    run = brought_in(csv_of(header, [("あおば製作所", "山田太郎", "2024-05-01", "4")]))
    assert run.nameless == 0
    assert Response.objects.get().person == here


def test_a_person_alone_stands_for_their_only_customer(people: dict[str, Person]) -> None:
    run = brought_in(csv_of(("email", "date", "NPS"), [("chiba@example.jp", "2024-05-01", "9")]))
    assert run.created == 1
    found = Response.objects.get()
    assert found.account is not None
    assert (found.account.name, found.recommend) == ("みどり食品", 9)


def test_the_queries_of_a_chunk_do_not_grow_with_its_rows() -> None:
    told = []
    for number in (5, 60):
        days = [f"2024/05/{n % 28 + 1:02}" for n in range(number)]
        rows = [(f"R{n}", day, f"会社{number}", n % 5 + 1) for n, day in enumerate(days)]
        content = csv_of(("回答ID", "回答日", "会社名", "総合満足度"), rows)
        an_account(name=f"会社{number}")
        run = checked(*a_draft(content, name=f"{number}.csv"))
        ask_for_run(by=None, run=run)
        with CaptureQueriesContext(connection) as queries:
            carry_on(run.pk, State.RUNNING)
        run.refresh_from_db()
        assert (run.state, run.created) == ("done", number)
        told.append(len(queries))
    assert told[1] - told[0] < 5
