from __future__ import annotations

from collections.abc import Sequence

from django.core.exceptions import PermissionDenied
from django.db import transaction

from banso.listen.surveys.models import Survey, Wave
from banso.prove.contrasts.judging import Judged
from banso.prove.contrasts.models import Pair, Round, Verdict
from banso.prove.contrasts.rules import CONFIRMATORY, Side, next_step
from banso.prove.hypotheses.chain import FIRST, canonical, digest_of
from banso.prove.studies.gathering import code_version
from banso.shared import clock
from banso.shared.journal.writes import record
from banso.shared.users.models import User
from banso.shared.users.reads import organisation


@transaction.atomic
def register_pair(*, by: User, survey: Survey, name: str, one: Side, other: Side) -> Pair:
    """Write down two groups before looking; from now on they are compared in every asking."""
    if not by.may("define"):
        raise PermissionDenied
    Survey.objects.select_for_update().order_by("pk").first()  # one link at a time
    last = Pair.objects.select_for_update().order_by("-number").first()
    number, before = (last.number + 1, last.digest) if last else (1, FIRST)
    now = clock.now()
    moment = now.isoformat()
    content = canonical(
        {
            "survey": survey.pk, "name": name, "one": one.told(), "other": other.told(),
            "by": by.pk,
        }
    )  # fmt: skip
    digest = digest_of(number=number, before=before, moment=moment, kind=Pair.kind, content=content)
    pair = Pair.objects.create(
        survey=survey, name=name, one=one.told(), other=other.told(), by=by, registered_at=now,
        number=number, moment=moment, content=content, before=before, digest=digest,
    )  # fmt: skip
    record("pair.registered", by=by, pair=pair.pk, survey=survey.pk, name=name)
    return pair


@transaction.atomic
def retire_pair(*, by: User, pair: Pair) -> None:
    """Ask it no longer; what it said stays readable."""
    if not by.may("define"):
        raise PermissionDenied
    if pair.retired_at is None:
        pair.retired_at = clock.now()
        pair.save(update_fields=["retired_at"])
        record("pair.retired", by=by, pair=pair.pk)


@transaction.atomic
def keep_round(
    *, wave: Wave, state: str, n: int, accounts: int, is_final: bool, judged: Sequence[Judged]
) -> Round:
    """Keep what all pairs said. Of a wave that is still open the day's earlier round goes."""
    Wave.objects.select_for_update().get(pk=wave.pk)
    latest = Round.objects.filter(wave=wave).order_by("-at", "-pk").first()
    if latest is not None and latest.state == state and latest.is_final == is_final:
        return latest
    today = clock.today(organisation().time_zone)
    Round.objects.filter(wave=wave, on=today, is_final=False).delete()
    made = Round.objects.create(
        wave=wave, at=clock.now(), on=today, state=state, n=n, accounts=accounts,
        is_final=is_final, code_version=code_version(),
    )  # fmt: skip
    Verdict.objects.bulk_create(
        Verdict(
            round=made, pair_key=one.question.key, pair_id=one.question.pair, outcome=one.outcome,
            is_confirmatory=one.kind == CONFIRMATORY, said=one.said,
            step=next_step(one.question, one.said), figures=one.figures,
        )
        for one in judged
    )  # fmt: skip
    record("contrasts.judged", by=None, round=made.pk, wave=wave.pk, is_final=is_final)
    return made
