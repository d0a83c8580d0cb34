"""The numbers given to the answers of two years say what the plain fields say."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from banso.know.accounts.tests.builders import an_account
from banso.know.people.models import Person
from banso.listen.surveys.meanings import LEAVES
from banso.listen.surveys.models import Response
from banso.listen.surveys.tests.builders import a_wave
from banso.measure.experience.answers import answers_of, version
from banso.measure.experience.cells import NOWHERE, rows_under
from banso.measure.experience.rules import ALL, BRANCHES
from banso.measure.experience.segments import UNKNOWN, Groups
from banso.measure.experience.tests.builders import an_answer
from banso.measure.experience.years import _codes, _last

pytestmark = pytest.mark.django_db


def test_people_of_both_years_are_found_as_by_their_pairs() -> None:
    earlier, later = a_wave(name="2025", opens_on=date(2025, 6, 1)), a_wave()
    accounts = [an_account(segment=name) for name in ("SMB", "SMB", "Enterprise")]
    for account in accounts:
        both = [an_answer(earlier, "above", account).pk, an_answer(later, "below", account).pk]
        Response.objects.filter(pk__in=both).update(
            person=Person.objects.create(name="P", external_id=str(account.pk))
        )
    an_answer(later, "at", accounts[0])
    asof = version(later)
    pair = [answers_of(wave, asof) for wave in (earlier, later)]
    codes = _codes(pair, later, asof)
    plain = [
        {(a, p) for a, p in zip(one.account.tolist(), one.person.tolist(), strict=True) if p > 0}
        for one in pair
    ]
    (ours, first), (theirs, second) = (_last(one.who) for one in codes)
    first, second = first[np.isin(ours, theirs)], second[np.isin(theirs, ours)]
    found = [
        list(zip(one.account[at].tolist(), one.person[at].tolist(), strict=True))
        for one, at in zip(pair, (first, second), strict=True)
    ]
    assert found[0] == found[1] == sorted(plain[0] & plain[1])
    numbers = {
        (account, code)
        for one, of_year in zip(pair, codes, strict=True)
        for account, code in zip(one.account.tolist(), of_year.account.tolist(), strict=True)
    }
    assert len(numbers) == len({a for a, _c in numbers}) == len({c for _a, c in numbers})


def test_of_one_who_answered_twice_the_last_counts() -> None:
    who, places = _last(np.array([3, -1, 0, 3, -1]))
    assert (who.tolist(), places.tolist()) == ([0, 3], [2, 3])
    assert [len(one) for one in _last(np.array([-1, -1]))] == [0, 0]


def test_groups_are_told_by_their_numbers_as_by_their_names() -> None:
    groups = Groups(np.array([2, 5, 9]), np.array(["b", "a", "b"], dtype=object))
    accounts = np.array([9, 5, 1, 2, 77])
    assert groups.at(accounts).tolist() == ["b", "a", UNKNOWN, "b", UNKNOWN]
    assert [groups.levels[at] for at in groups.coded(accounts)] == groups.at(accounts).tolist()


def test_the_leaves_of_a_branch_lie_side_by_side() -> None:
    leaves = [*LEAVES, "nowhere"]
    for key, branch in BRANCHES.items():
        mine = leaves if key == ALL else list(branch.leaves)
        assert leaves[rows_under(branch)] == mine
    assert len(leaves) == NOWHERE + 1
