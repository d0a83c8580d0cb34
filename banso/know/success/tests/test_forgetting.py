"""Who said it can be forgotten."""

from __future__ import annotations

import pytest

from banso.know.accounts.tests.builders import an_account
from banso.know.forgetting.reads import touched
from banso.know.forgetting.writes import _nobody, forget_person
from banso.know.people.tests.builders import a_person
from banso.know.success.models import Version
from banso.know.success.tests.builders import a_definition
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("mode", ["erase", "pseudonymise"])
def test_the_name_goes_and_the_words_stay(mode: str) -> None:
    account = an_account()
    person = a_person(account, name="消える 太郎", email="taro@example.jp")
    a_definition(account, person=person, said_by="")
    a_definition(said_by="消える 太郎と工場長", words="消える 太郎の言う成功")
    other = a_definition(an_account(), said_by="別の人")
    receipt = forget_person(
        by=a_user(role="administrator"), person=person, mode=mode, everywhere=True
    )
    forgotten = {version.who for version in Version.objects.exclude(definition=other)}
    assert forgotten == {_nobody()}
    assert other.current is not None and other.current.who == "別の人"
    assert not Version.objects.filter(said_by__contains="消える").exists()
    assert all("消える" not in version.who for version in Version.objects.all())
    rows = {what: (count, how) for what, count, how in touched(receipt)}
    assert rows["Who said what success is"][0] == 2
    assert rows["Definitions of success whose text has the name"][0] == 1
