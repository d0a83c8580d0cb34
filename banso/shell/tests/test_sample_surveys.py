from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from statistics import fmean

import pytest

from banso.know.accounts.models import Account
from banso.know.accounts.tests.builders import an_account
from banso.know.people.tests.builders import a_person
from banso.listen.invitations.models import Invitation
from banso.listen.surveys.catalog.experience import TEMPLATE
from banso.listen.surveys.checking import checked
from banso.listen.surveys.definition import faults, fingerprint
from banso.listen.surveys.meanings import (
    ABOVE,
    AS_EXPECTED,
    BELOW,
    NO_TROUBLE,
    NOT_CONSULTED,
    WAITING,
)
from banso.listen.surveys.models import Response, Survey, Wave
from banso.listen.surveys.reads import definition_of, handed_in
from banso.shared.users.tests.builders import a_user
from banso.shell.sample.asking import ask_customers, first_wording
from banso.shell.sample.company import SOURCE, Company, make_company
from banso.shell.sample.surveys import LEVEL, TRUTH, Voter, rates, share

NOW = datetime(2026, 6, 1, 3, tzinfo=UTC)


@pytest.fixture(scope="module")
def company() -> Company:
    return make_company(now=NOW)


@pytest.fixture(scope="module")
def voters(company: Company) -> list[Voter]:
    return [voter for asking in company.surveys for voter in asking.voters]


def given(voters: Iterable[Voter]) -> list[Voter]:
    return [voter for voter in voters if voter.handed_in_on is not None]


def mean(voters: Iterable[Voter], key: str) -> float:
    return fmean(voter.answers[key] for voter in voters)


def of_kind(voters: Iterable[Voter], kind: str, who: Callable[[Voter], bool]) -> float:
    """Share of all asked who had this kind of trouble."""
    return fmean(kind in voter.answers.get("trouble_kind", []) for voter in voters if who(voter))


def test_the_same_day_gives_the_same_answers(company: Company) -> None:
    assert make_company(now=NOW).surveys == company.surveys


def test_two_or_three_people_per_customer_are_asked_each_year(company: Company) -> None:
    asked = [len(asking.voters) for asking in company.surveys]
    assert asked == sorted(asked)
    assert asked[0] >= 100
    for asking in company.surveys:
        assert 2 <= len(asking.voters) / len({v.account_key for v in asking.voters}) <= 3.2
        assert len({v.person_key for v in asking.voters}) == len(asking.voters)
        days = [v.handed_in_on for v in asking.voters if v.handed_in_on]
        assert asking.opens_on <= min(days) <= max(days) <= asking.closes_on <= NOW.date()


def test_every_answer_is_one_that_the_survey_lets_in(company: Company) -> None:
    for asking in company.surveys:
        definition = TEMPLATE.definition if asking.year else first_wording()
        for voter in asking.voters:
            assert checked(definition, voter.answers, whole=True).faults == []


def test_the_first_year_lacks_one_question_and_the_others_stayed() -> None:
    before = {one.key: fingerprint(one) for one in first_wording().questions}
    after = {one.key: fingerprint(one) for one in TEMPLATE.definition.questions}
    assert faults(first_wording()) == []
    assert set(after) - set(before) == {"miss"}
    assert before.items() <= after.items()


def test_trouble_and_consulting_are_as_the_truth_says(company: Company) -> None:
    first, second, third = (asking.voters for asking in company.surveys)
    before = [*first, *second]
    everybody = [*before, *third]
    assert share(everybody, "consulted", "yes") == pytest.approx(TRUTH["consulted"], abs=0.04)
    for voters, key in ((before, "trouble_before_the_guide"), (third, "trouble_after_the_guide")):
        assert share(voters, "trouble", "yes") == pytest.approx(TRUTH[key], abs=0.06)


def test_operation_trouble_halves_once_the_guide_was_out(company: Company) -> None:
    first, second, third = (asking.voters for asking in company.surveys)
    before = of_kind([*first, *second], "operation", lambda _voter: True)
    after = of_kind(third, "operation", lambda _voter: True)
    assert before == pytest.approx(TRUTH["operation_before_the_guide"], abs=0.05)
    assert after == pytest.approx(TRUTH["operation_after_the_guide"], abs=0.05)
    assert rates(is_small=False, year=1)["defect"] == rates(is_small=False, year=2)["defect"]


def test_small_companies_do_not_know_how_best_to_use_it(voters: list[Voter]) -> None:
    small = of_kind(voters, "best_use", lambda voter: voter.is_small)
    others = of_kind(voters, "best_use", lambda voter: not voter.is_small)
    assert small == pytest.approx(TRUTH["best_use_small"], abs=0.06)
    assert others == pytest.approx(TRUTH["best_use_others"], abs=0.06)


@pytest.mark.parametrize("scale", ["intent", "recommend", "satisfaction"])
def test_an_answer_above_expectation_comes_before_no_trouble_at_all(
    voters: list[Voter], scale: str
) -> None:
    order = [ABOVE, NO_TROUBLE, AS_EXPECTED, NOT_CONSULTED, BELOW]
    means = [mean((v for v in voters if v.leaf == leaf), scale) for leaf in order]
    assert means == sorted(means, reverse=True)
    waiting = mean((v for v in voters if v.leaf == WAITING), scale)
    assert means[2] > waiting
    assert sorted(LEVEL, key=lambda leaf: -LEVEL[leaf])[:3] == order[:3]


def test_those_for_whom_it_goes_well_answer_more_often(company: Company) -> None:
    everybody = [voter for asking in company.surveys for voter in asking.voters]
    assert len(given(everybody)) / len(everybody) == pytest.approx(TRUTH["response_rate"], abs=0.04)
    for asking in company.surveys:
        assert 0.35 <= len(given(asking.voters)) / len(asking.voters) <= 0.6
    assert mean(given(everybody), "intent") > mean(everybody, "intent") + 0.05
    assert share(given(everybody), "consulted", "yes") > share(everybody, "consulted", "yes")
    small = [voter for voter in everybody if voter.is_small]
    others = [voter for voter in everybody if not voter.is_small]
    assert len(given(small)) / len(small) < len(given(others)) / len(others)


def test_who_leaves_within_a_year_intended_to_stay_less(company: Company) -> None:
    left = {customer.key: customer.left_on for customer in company.customers}
    going: list[Voter] = []
    staying: list[Voter] = []
    for asking in company.surveys[:2]:
        for voter in given(asking.voters):
            day = left[voter.account_key]
            leaves = day is not None and (day - asking.opens_on).days <= 365
            (going if leaves else staying).append(voter)
    assert len(going) >= 15
    assert mean(going, "intent") < mean(staying, "intent") - 0.4


def test_people_write_in_their_own_language(voters: list[Voter]) -> None:
    texts = [
        (voter.english, voter.answers["comment"]) for voter in voters if "comment" in voter.answers
    ]
    assert all(text.isascii() == english for english, text in texts)
    assert {english for english, _text in texts} == {True, False}
    assert len({text for _english, text in texts}) >= 60


@pytest.mark.django_db
def test_the_waves_stand_as_if_they_had_been_asked_with_banso() -> None:
    a_user(email="manager@example.jp", role="manager")
    company = make_company(now=NOW, size=30)
    for customer in company.customers:
        account = an_account(source=SOURCE, external_id=customer.key, name=customer.name)
        for contact in company.contacts[customer.key]:
            a_person(account, source=SOURCE, external_id=contact.key, name=contact.name)
    ask_customers(company, now=NOW)
    ask_customers(company, now=NOW)
    survey = Survey.objects.get()
    waves = list(Wave.objects.order_by("opens_on"))
    assert [wave.version.number for wave in waves] == [1, 2, 2]
    assert all(wave.opened_at and wave.closed_at and not wave.is_anonymous for wave in waves)
    assert survey.versions.filter(locked_at=None).count() == 0
    assert "miss" not in [one.key for one in definition_of(waves[0].version).questions]
    for wave, asking in zip(waves, company.surveys, strict=True):
        assert handed_in(wave).count() == len(given(asking.voters))
        asked = Invitation.objects.filter(wave=wave, state="sent")
        assert asked.count() == len(asking.voters)
        assert asked.filter(has_answered=True).count() == len(given(asking.voters))
        assert not asked.filter(due__gt=0).exists()
    newest = Response.objects.filter(wave=waves[2], leaf=ABOVE).first()
    assert newest is None or newest.miss is not None
    assert not Response.objects.filter(person=None).exists()
    assert Account.objects.count() == 30
