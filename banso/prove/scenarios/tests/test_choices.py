from __future__ import annotations

import pytest

from banso.know.accounts.models import Account
from banso.measure.experience.answers import version
from banso.measure.experience.segments import segment_fields
from banso.prove.scenarios.choices import COLUMNS, asked_where, group_names, wheres
from banso.prove.scenarios.rules import Asked
from banso.prove.scenarios.tests.builders import a_company
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


def test_the_groups_of_a_column_are_those_of_its_customers() -> None:
    wave = a_company(40, answers=60)
    Account.objects.filter(name__endswith="1").update(owner=a_user(), industry="製造", country="JP")
    asof, fields = version(wave), segment_fields(wave.opens_on)
    for key in COLUMNS:
        plain = sorted(set(fields[key].groups(asof).names.tolist()) - {""})
        assert group_names(fields[key], wave, asof) == plain, key


def test_only_a_group_that_can_be_chosen_is_asked_about() -> None:
    wave = a_company(40, answers=60)
    asof = version(wave)
    for _label, rows in wheres(wave)[1:]:
        for where, _name in rows:
            assert asked_where({"where": where}, wave, asof) == Asked(wave.pk, *where.split("|", 1))
    assert asked_where({}, wave, asof) == Asked(wave.pk)
    for other in ("segment|ない", "segment|", "ない|SMB", "segment", "currency|JPY", "|"):
        assert asked_where({"where": other}, wave, asof) is None
