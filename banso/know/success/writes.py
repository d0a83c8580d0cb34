from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from banso.know.accounts.models import Account
from banso.know.forgetting.registry import Identity, Trace
from banso.know.people.models import Person
from banso.know.success.models import Definition, Step, Version
from banso.know.success.reads import may_write_for
from banso.know.success.rules import StepSaid
from banso.shared import clock
from banso.shared.journal.writes import record
from banso.shared.users.models import User
from banso.shared.users.reads import organisation


class AlreadyDefined(Exception):
    """The customer has a definition that holds: that one is to be changed."""


class ChangedMeanwhile(Exception):
    """Somebody else changed or ended it since the writer began."""


@transaction.atomic
def define_success(
    *,
    by: User | None,
    account: Account | None,
    words: str,
    person: Person | None,
    said_by: str,
    said_on: date,
    steps: Sequence[StepSaid],
) -> Definition:
    """Keep what a customer calls success, or (without one) all ours; programs have no ``by``."""
    _must_may(by, account)
    if account is not None:
        Account.objects.select_for_update(of=("self",)).get(pk=account.pk)
        if Definition.objects.filter(account=account, ended_at=None).exists():
            raise AlreadyDefined
    definition = Definition.objects.create(account=account, by=by, created_at=clock.now())
    version = Version(words=words, person=person, said_by=said_by, said_on=said_on)
    _keep(definition, 1, by, version, steps)
    record(
        "success.defined",
        by=by,
        account_id=account.pk if account else None,
        definition=definition.pk,
    )
    return definition


@transaction.atomic
def redefine_success(
    *,
    by: User | None,
    definition: Definition,
    seen: int | None,
    words: str,
    person: Person | None,
    said_by: str,
    said_on: date,
    steps: Sequence[StepSaid],
    because: str = "",
) -> Definition:
    """Another version beside the earlier ones; ``seen`` is the one that the writer began with.

    Where nothing differs nothing is kept.
    """
    _must_may(by, definition.account)
    definition = Definition.objects.select_for_update().get(pk=definition.pk)
    before = definition.current
    if before is None or definition.ended_at or seen not in (None, before.number):
        raise ChangedMeanwhile
    version = Version(words=words, person=person, said_by=said_by, said_on=said_on, because=because)
    if _says(before) == _as_said(version, steps):
        return definition
    _keep(definition, before.number + 1, by, version, steps)
    record(
        "success.changed",
        by=by,
        account_id=definition.account_id,
        definition=definition.pk,
        version=before.number + 1,
    )
    return definition


def _as_said(version: Version, steps: Sequence[StepSaid]) -> tuple[object, ...]:
    who = version.person_id or version.said_by
    return version.words, who, version.said_on, list(steps)


def _says(version: Version) -> tuple[object, ...]:
    return _as_said(version, [StepSaid(step.words, step.metric) for step in version.steps.all()])


def _keep(
    definition: Definition,
    number: int,
    by: User | None,
    version: Version,
    steps: Sequence[StepSaid],
) -> None:
    version.definition, version.number, version.by, version.at = definition, number, by, clock.now()
    version.save(force_insert=True)
    Step.objects.bulk_create(
        Step(version=version, position=place, words=step.words, metric=step.metric)
        for place, step in enumerate(steps)
    )
    definition.current = version
    definition.save(update_fields=["current"])


@transaction.atomic
def end_success(*, by: User | None, definition: Definition, because: str) -> Definition:
    """It no longer holds, and why; its words stay readable."""
    _must_may(by, definition.account)
    definition = Definition.objects.select_for_update().get(pk=definition.pk)
    if definition.ended_at is not None:
        raise ChangedMeanwhile
    definition.ended_at, definition.ended_by = clock.now(), by
    definition.ended_because = because
    definition.save(update_fields=["ended_at", "ended_by", "ended_because"])
    record("success.ended", by=by, account_id=definition.account_id, definition=definition.pk)
    return definition


def _must_may(by: User | None, account: Account | None) -> None:
    if by is not None and not may_write_for(by, account):
        raise PermissionDenied


def forget(identity: Identity) -> list[Trace]:
    """Who said it leaves; the texts that people wrote stay, and are counted."""
    said, named, ended = Q(person=identity.person_id), Q(pk__in=[]), Q(pk__in=[])
    for word in filter(None, (identity.name, identity.email)):
        said |= Q(said_by__contains=word)
        named |= Q(words__contains=word) | Q(because__contains=word)
        named |= Q(steps__words__contains=word)
        ended |= Q(ended_because__contains=word)
    with translation.override(organisation().language):
        changed = Version.objects.filter(said).update(said_by=_("Forgotten person"))
    left = Version.objects.filter(named).distinct().count()
    left += Definition.objects.filter(ended).count()
    return [
        Trace(gettext_noop("Who said what success is"), changed, "changed"),
        Trace(gettext_noop("Definitions of success whose text has the name"), left, "left"),
    ]
