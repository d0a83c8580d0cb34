from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, lru_cache
from typing import Any, TypeVar

from django.db import connection, models
from django.db.models import Count, Q, QuerySet
from django.shortcuts import get_object_or_404

from banso.listen.invitations import rules
from banso.listen.invitations.audience import Audience
from banso.listen.invitations.models import Invitation, Mailing, OptOut, State
from banso.listen.invitations.rules import Candidate
from banso.listen.invitations.tokens import address_hash, hash_of
from banso.listen.surveys.definition import Definition
from banso.listen.surveys.models import Asked, Response, Survey, SurveyVersion, Wave
from banso.listen.surveys.reads import definition_of
from banso.shared import clock
from banso.shared.users.models import User
from banso.shared.users.reads import organisation

ON_A_PAGE = 50
M = TypeVar("M", bound=models.Model)
Converters = list[tuple[int, Callable[..., Any], Any]]


def today() -> date:
    """The organisation's day, whoever asks: a link ends at one moment for everybody."""
    return clock.today(organisation().time_zone)


def waves() -> QuerySet[Wave]:
    """The waves that were made here, the newest first; not those of files."""
    made = Mailing.objects.values("wave")
    return Wave.objects.filter(pk__in=made).select_related("survey", "by").order_by("-pk")


def survey_for(user: User, pk: int) -> Survey:
    """A survey that people can be asked, or a 404."""
    return get_object_or_404(Survey, pk=pk, archived_at=None)


def wave_for(user: User, pk: int) -> Wave:
    """One wave made here, or a 404; everybody who is signed in sees all."""
    return get_object_or_404(waves().select_related("version"), pk=pk)


def mailing_of(wave: Wave) -> Mailing:
    return Mailing.objects.get(wave=wave)


def open_waves() -> list[Wave]:
    """Those that were opened and not closed yet, whatever their days say."""
    return list(waves().filter(opened_at__isnull=False, closed_at=None))


def planned_already(wave: Wave) -> list[Candidate]:
    """Whom a planning that was interrupted has asked."""
    rows = Invitation.objects.filter(wave=wave).exclude(state=State.LEFT_OUT)
    told = rows.values_list("account_id", "person_id", "user_id", "email")
    return [Candidate(a, person_id=p, user_id=u, email=email) for a, p, u, email in told]


def standing_of(wave: Wave, day: date | None = None) -> str:
    return rules.standing(
        today=day or today(),
        opens_on=wave.opens_on,
        closes_on=wave.closes_on,
        is_opened=wave.opened_at is not None,
        is_closed=wave.closed_at is not None,
    )


def audience_of(wave: Wave, mailing: Mailing) -> Audience:
    return Audience(
        query=wave.audience,
        reader=wave.by,
        key_people_only=wave.key_people_only,
        throttle_days=wave.throttle_days,
        colleagues=mailing.colleagues,
        owners_answer=mailing.owners_answer,
        asks_colleagues=wave.survey.asked == Asked.COLLEAGUES,
        wave_id=wave.pk,
    )


@dataclass(frozen=True)
class Progress:
    """What became of a wave so far; ``public`` came by its public link."""

    planned: int
    sent: int
    failed: int
    left_out: int
    answered: int
    waiting: int
    public: int
    begun: int

    @property
    def rate(self) -> float | None:
        return self.answered / self.sent if self.sent else None


def progress_of(wave: Wave) -> Progress:
    """In two queries."""
    states = {state: Count("pk", filter=Q(state=state)) for state in State.values}
    counted = Invitation.objects.filter(wave=wave).aggregate(
        **states,
        answered=Count("pk", filter=Q(has_answered=True)),
        waiting=Count("pk", filter=Q(due__gt=0)),
    )
    public = Q(origin=Response.Origin.PUBLIC, submitted_on__isnull=False)
    answers = Response.objects.filter(wave=wave).aggregate(
        public=Count("pk", filter=public), begun=Count("pk", filter=Q(submitted_on=None))
    )
    return Progress(**counted, **answers)


def invitations_of(wave: Wave, state: str = "", reason: str = "") -> QuerySet[Invitation]:
    rows = Invitation.objects.filter(wave=wave).select_related("account", "person", "user")
    if state:
        rows = rows.filter(state=state)
    if reason:
        rows = rows.filter(reason=reason)
    return rows.order_by("pk")


def left_out_reasons(wave: Wave) -> list[tuple[str, int]]:
    """Why how many were left out, the most first."""
    rows = Invitation.objects.filter(wave=wave, state=State.LEFT_OUT).values_list("reason")
    return list(rows.annotate(n=Count("pk")).order_by("-n", "reason"))


@dataclass(frozen=True)
class Door:
    """What a link opens: a wave, and the invitation where the link is personal; ``secret`` finds
    the answers of somebody who came by the public link.
    """

    wave: Wave
    invitation: Invitation | None = None
    secret: str = ""
    adopts: bool = False
    """Answers of the same person that came another way are gone on with."""


def door_of(token: str) -> Door | None:
    """Whose link it is; None where it is nobody's."""
    if not rules.TOKEN.fullmatch(token):
        return None
    invitation = invitation_with(hash_of(token))
    if invitation is not None:
        wave = _one(Wave, "id", invitation.wave_id)
        return Door(_with_wording(wave), invitation) if wave else None
    wave = _one(Wave, "public_token", token)
    return Door(_with_wording(wave)) if wave else None


# Written out: hundreds of answers a second leave no time for making the same query anew each time.
def invitation_with(token_hash: str, *, held: bool = False) -> Invitation | None:
    """``held``: until the transaction ends, where the database can hold one row."""
    can_hold = held and connection.features.has_select_for_update
    return _one(Invitation, "token_hash", token_hash, " FOR UPDATE" if can_hold else "")


def _one(model: type[M], column: str, value: int | str, ending: str = "") -> M | None:
    """The row whose unique column has the value."""
    names, select, converters = _shape(model)
    with connection.cursor() as cursor:
        cursor.execute(f"{select} WHERE {column} = %s{ending}", [value])
        row = cursor.fetchone()
    if row is None:
        return None
    values = list(row)
    for place, convert, of in converters:
        values[place] = convert(values[place], of, connection)
    return model.from_db(connection.alias, names, values)


@cache
def _shape(model: type[models.Model]) -> tuple[list[str], str, Converters]:
    """Names of the columns, how they are read, and what Django makes of those that need it."""
    fields = model._meta.concrete_fields
    columns = [field.get_col(model._meta.db_table) for field in fields]
    converters = [
        (place, convert, column)
        for place, column in enumerate(columns)
        for convert in (
            *connection.ops.get_db_converters(column), *column.get_db_converters(connection),
        )
    ]  # fmt: skip
    quoted = ", ".join(f'"{field.column}"' for field in fields)
    select = f'SELECT {quoted} FROM "{model._meta.db_table}"'  # noqa: S608 - names of the model
    return [field.attname for field in fields], select, converters


def _with_wording(wave: Wave) -> Wave:
    wave.version = _wording(wave.version_id, wave.pk, wave.created_at)[0]
    return wave


def wording_of(wave: Wave) -> Definition:
    """What a wave asks."""
    return _wording(wave.version_id, wave.pk, wave.created_at)[1]


@lru_cache(maxsize=64)
def _wording(
    version_id: int, wave_id: int, created_at: datetime
) -> tuple[SurveyVersion, Definition]:
    """Kept, since the wording of a wave never changes; when it was made tells it from another of
    the same number.
    """
    version = SurveyVersion.objects.get(pk=version_id)
    return version, definition_of(version)


def response_behind(door: Door) -> Response | None:
    """What was saved or handed in through the link before."""
    if door.invitation is not None:
        return door.invitation.response
    if not door.secret:
        return None
    return Response.objects.filter(wave=door.wave, resume_hash=hash_of(door.secret)).first()


def is_opted_out(email: str) -> bool:
    return OptOut.objects.filter(address=address_hash(email)).exists()
