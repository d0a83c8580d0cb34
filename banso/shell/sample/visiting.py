"""What the sample company did after last year's survey, and what it plans after this year's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import translation

from banso.act.tasks.writes import complete_task
from banso.act.visits.models import Finding, Thanks, Visit
from banso.act.visits.pages import suggested
from banso.act.visits.reads import candidates
from banso.act.visits.writes import add_finding, hold_visit, plan_visit, thank
from banso.know.accounts.models import Account
from banso.listen.surveys.models import Wave
from banso.shared import clock
from banso.shared.users.models import User

DAYS = timedelta(days=1)


@dataclass(frozen=True)
class Brought:
    """What one visit found, and what followed from it: kind, text, what it is about."""

    found: str
    kind: str
    text: str
    meaning: str = ""
    value: str = ""
    done_after: int | None = None
    """Days until its task was done; None for one that is still open, and for a learning."""


LAST_YEAR = (
    Brought(
        "日報の書き方を、先輩が紙に書いて机に貼っていた。画面の案内は見ていない。",
        "action", "最初の日報の書き方を手順ガイドにして配る", "trouble_kind", "operation", 60,
    ),
    Brought(
        "夜勤の班長だけが入力し、日勤は見るだけ。権限の設定方法が分からなかったとのこと。",
        "action", "権限の設定手順を、手順ガイドに加える", "trouble_kind", "operation", 85,
    ),
    Brought(
        "写真の添付に毎回つまずき、メールで送っている。",
        "action", "写真の添付を手順ガイドの動画で見せる", "trouble_kind", "operation", 120,
    ),
    Brought(
        "相談窓口の番号を知っている人がいなかった。分からないことは社内で聞いて回っている。",
        "action", "相談窓口を、画面の右上にいつも表示する", "leaf", "not_consulted", 150,
    ),
    Brought(
        "月次の集計を、手作業で表計算ソフトに写している。毎月半日かかる。",
        "request", "月次の集計を、表計算ソフトの形で書き出したい", "trouble_kind", "missing",
    ),
    Brought(
        "問い合わせへの最初の返事が翌々日だった。返事の中身には満足している。",
        "action", "問い合わせには、当日中に最初の返事をする", "leaf", "below", 40,
    ),
    Brought(
        "朝礼で前日の日報を全員で読み合わせている。書く人が増えたきっかけになった。",
        "learning", "朝礼での読み合わせが、書く人を増やすきっかけになっている",
    ),
    Brought(
        "担当者が先回りして使い方の例を送ったことが、とても喜ばれていた。",
        "learning", "困る前に使い方の例を送ると、期待以上と受け取られる", "leaf", "above",
    ),
)  # fmt: skip
PLANNED_NOW = 3


def visit_customers(*, now: datetime) -> None:
    """Thanks, visits and findings after the last two waves; done once."""
    if Visit.objects.exists():
        return
    manager = User.objects.get(email="manager@example.jp")
    waves = list(Wave.objects.order_by("opens_on"))
    if len(waves) < 2 or any(wave.closes_on is None for wave in waves):
        return
    with translation.override("ja"):
        _last_year(waves[-2], manager)
        _this_year(waves[-1], manager, now)


def _this_year(wave: Wave, manager: User, now: datetime) -> None:
    with clock.held_at(now), transaction.atomic():
        for candidate in candidates(wave, Q())[:PLANNED_NOW]:
            account = Account.objects.get(pk=candidate.account_id)
            plan_visit(
                by=account.owner or manager, account=account, wave=wave,
                reasons=candidate.reasons, planned_on=clock.today() + 6 * DAYS,
                goers=[account.owner or manager],
                questions=suggested(account, wave, candidate.reasons),
            )  # fmt: skip


def _last_year(wave: Wave, manager: User) -> None:
    closed = wave.closed_at or clock.now()
    with clock.held_at(closed + 2 * DAYS):
        thank(by=manager, wave=wave, means=Thanks.Means.PERSON)
    chosen = candidates(wave, Q())[: len(LAST_YEAR)]
    for number, (candidate, brought) in enumerate(zip(chosen, LAST_YEAR, strict=False)):
        account = Account.objects.select_related("owner").get(pk=candidate.account_id)
        by = account.owner or manager
        day = closed + (14 + 6 * number) * DAYS
        with clock.held_at(day), transaction.atomic():
            visit = plan_visit(
                by=by, account=account, wave=wave, reasons=candidate.reasons,
                planned_on=clock.today(), goers=[by],
                questions=suggested(account, wave, candidate.reasons),
            )  # fmt: skip
            hold_visit(by=by, visit=visit, held_on=clock.today(), found=brought.found, usage={})
            finding = _finding(visit, brought, by)
        if brought.done_after and finding.task:
            with clock.held_at(day + brought.done_after * DAYS):
                complete_task(by=by, task=finding.task)


def _finding(visit: Visit, brought: Brought, by: User) -> Finding:
    learnt = brought.kind == Finding.Kind.LEARNING
    return add_finding(
        by=by, visit=visit, kind=brought.kind, text=brought.text, meaning=brought.meaning,
        value=brought.value, owner=None if learnt else by,
        due_on=None if learnt else clock.today() + (brought.done_after or 400) * DAYS,
    )  # fmt: skip
