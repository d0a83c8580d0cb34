"""A small company that has something for every operation of the API."""

from __future__ import annotations

from datetime import date, timedelta

from banso.act.signals.tests.builders import a_signal
from banso.act.tasks.tests.builders import a_task
from banso.act.visits.tests.builders import a_visit
from banso.know.accounts.models import Account
from banso.know.accounts.tests.builders import an_account
from banso.know.notes.models import Note
from banso.know.people.models import Membership, Person
from banso.know.subscriptions.models import Subscription
from banso.know.success.tests.builders import a_definition
from banso.listen.events.models import EventName
from banso.measure.health.tests.builders import a_model, a_score
from banso.measure.metrics.tests.builders import a_metric, a_summary, measures
from banso.shared import clock
from banso.shared.fields.writes import define_field
from banso.shared.users.tests.builders import a_user


def a_company() -> list[Account]:
    """Three customers; the first one has everything."""
    define_field(by=None, holder="account", key="rank", kind="choice", choices=["Gold", "Silver"])
    define_field(by=None, holder="account", key="score", kind="number")
    user = a_user(role="csm", name="佐藤 明", email="sato@example.jp")
    first = an_account(
        source="crm",
        external_id="C-1",
        name="青葉製作所",
        owner=user,
        mrr_minor=120_000,
        currency="JPY",
        next_renewal_on=clock.today() + timedelta(days=40),
        custom={"rank": "Gold", "score": 7},
        health=71,
    )
    others = [an_account(source="crm", external_id=f"C-{n}") for n in (2, 3)]
    person = Person.objects.create(source="crm", external_id="u-1", name="山田 花子")
    Membership.objects.create(person=person, account=first, is_key=True, influence="decides")
    Subscription.objects.create(
        account=first, source="crm", external_id="S-1", start=date(2026, 1, 1), mrr_minor=120_000
    )
    Note.objects.create(account=first, author=user, at=clock.now(), happened="相談", mood=1)
    a_summary(a_metric())
    measures(first, logins=9.0)
    model = a_model()
    parts = {"usage_28d": {"w": 2, "v": 3.0, "p": 40.0}, "contact_days": {"w": 1, "m": "no_value"}}
    a_score(first, model, as_of=clock.today(), score=40, parts=parts)
    a_signal(first)
    a_task(account=first, owner=user, due_on=clock.today())
    a_visit(first, by=user)
    a_definition(first, by=user, steps=[("日報を書く", "logins"), ("上長が読む", "")])
    EventName.objects.create(
        name="login",
        first_seen=clock.now(),
        last_seen=clock.now(),
        count=3,
        properties=[
            {"key": "plan", "numeric": False, "example": "秘密", "seen": 3, "type": "text"},
            {"key": "mail", "numeric": False, "example": "", "seen": 3, "hidden": True},
        ],
    )
    return [first, *others]
