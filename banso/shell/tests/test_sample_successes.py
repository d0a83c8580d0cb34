from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from banso.know.accounts.models import Account
from banso.know.people.tests.builders import a_person
from banso.know.success.models import Definition, Version
from banso.shared.users.models import User
from banso.shared.users.tests.builders import a_user
from banso.shell.sample.company import COLLEAGUES, SOURCE, ZONE, Company, make_company
from banso.shell.sample.successes import define

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 4, 20, 3, tzinfo=UTC)


@pytest.fixture(scope="module")
def company() -> Company:
    return make_company(now=NOW, size=60)


@pytest.fixture
def there(company: Company) -> None:
    users: dict[str, User] = {
        one.email: a_user(email=one.email, name=one.name, role=one.role) for one in COLLEAGUES
    }
    for customer in company.customers:
        account = Account.objects.create(
            source=SOURCE, external_id=customer.key, name=customer.name,
            owner=users.get(customer.owner),
        )  # fmt: skip
        a_person(account, is_key=True)


@pytest.mark.usefixtures("there")
def test_about_a_third_of_the_customers_said_it_after_go_live(company: Company) -> None:
    define(company, now=NOW)
    own = Definition.objects.filter(account__isnull=False)
    assert 0.2 * 60 <= own.count() <= 0.45 * 60
    signed_up = {customer.key: customer.signed_up for customer in company.customers}
    for version in Version.objects.exclude(definition__account=None).select_related(
        "definition__account", "person"
    ):
        account = version.definition.account
        assert account is not None and version.person is not None
        assert signed_up[account.external_id] < version.said_on < NOW.date()
        assert version.at.astimezone(ZoneInfo(ZONE)).date() == version.said_on
    assert Version.objects.filter(number=2, because__gt="").exists()
    before = Definition.objects.count()
    define(company, now=NOW)
    assert Definition.objects.count() == before


@pytest.mark.usefixtures("there")
def test_two_shared_pictures_hold_and_one_was_given_up(company: Company) -> None:
    define(company, now=NOW)
    shared = Definition.objects.filter(account=None)
    assert shared.filter(ended_at=None).count() == 2
    assert shared.get(ended_at__isnull=False).ended_because
    assert sum(one.current.steps.count() for one in shared if one.current) == 9
