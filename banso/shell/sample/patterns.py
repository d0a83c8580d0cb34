"""What the sample company's best colleagues do, written down, and who took it up since."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from banso.know.accounts.models import Account
from banso.prove.hypotheses.models import Hypothesis
from banso.prove.patterns.evidence import finding_choices
from banso.prove.patterns.models import Pattern, Use
from banso.prove.patterns.writes import link_pattern, mark_used, rewrite_pattern, write_pattern
from banso.shared import clock
from banso.shared.users.models import User

SEED = 11


@dataclass(frozen=True)
class Taking:
    """Who took it up, how many days ago, and with how many customers since."""

    person: str
    days_ago: int
    customers: int


@dataclass(frozen=True)
class Known:
    name: str
    occasion: str
    in_whom: str
    steps: tuple[str, ...]
    owner: str
    days_ago: int
    takings: tuple[Taking, ...] = ()
    content: str = ""
    filter_name: str = ""
    query: str = ""
    hypothesis: str = ""
    metric: str = ""


PATTERNS = (
    Known(
        name="最初の日報を、その場で一緒に書く",
        occasion="onboarding",
        in_whom="導入したばかりで、まだ日報が共有されていない顧客。"
        "2週間たっても共有がなければ始めどき。",
        steps=(
            "現場の責任者と30分の打ち合わせを取る。",
            "画面を共有し、昨日の出来事を題材に日報を1件書く。",
            "その場で上長に共有し、返事をもらうところまで見届ける。",
        ),
        content="案内メールの文面:「最初の1件を、15分でご一緒に作りませんか」\n"
        "https://example.jp/first-report",
        owner="aoi@example.jp",
        days_ago=400,
        takings=(
            Taking("aoi@example.jp", 390, 14),
            Taking("sho@example.jp", 240, 9),
            Taking("emily@example.jp", 110, 5),
        ),
        filter_name="導入期の顧客",
        query="stage=onboarding",
        hypothesis="最初の日報共有まで30日以内の顧客は更新しやすい",
        metric="days_to_first_value",
    ),
    Known(
        name="書く人を3人に増やす",
        occasion="adoption",
        in_whom="一人だけが書いていて、ほかの人は読むだけの顧客。",
        steps=(
            "書いている人に、続いている理由を聞く。",
            "同じ職場の2人を紹介してもらい、書き方の会を開く。",
            "1か月後に、書いた人の数を一緒に見る。",
        ),
        owner="sho@example.jp",
        days_ago=200,
        takings=(Taking("sho@example.jp", 190, 6), Taking("aoi@example.jp", 60, 3)),
        filter_name="活用期でスコアが低い顧客",
        query="stage=adoption&health.max=69",
        hypothesis="編集する人の割合が高いほど更新しやすい",
    ),
    Known(
        name="更新の90日前に、成果を一緒に振り返る",
        occasion="renewal",
        in_whom="更新まで90日を切った顧客。",
        steps=(
            "契約時に聞いた「成功」を読み返す。",
            "届いたもの、届かなかったものを1枚にまとめる。",
            "先方の責任者に見せ、次の1年の目標を書いてもらう。",
        ),
        owner="manager@example.jp",
        days_ago=90,
        takings=(Taking("emily@example.jp", 70, 4),),
        filter_name="更新が90日以内",
        query="next_renewal=90&next_renewal.how=next",
    ),
)


def describe(*, now: datetime) -> None:
    """Write the patterns down and mark their uses, each on its day; run again, it goes on."""
    draw = np.random.default_rng(SEED)
    for known in PATTERNS:
        pattern = Pattern.objects.filter(current__name=known.name).first() or _write(known, now)
        for taking in known.takings:
            _take_up(pattern, taking, now, draw)
    _reword(now)


def _numbered(steps: tuple[str, ...]) -> str:
    return "\n".join(f"{number}. {step}" for number, step in enumerate(steps, 1))


def _write(known: Known, now: datetime) -> Pattern:
    owner = User.objects.get(email=known.owner)
    with clock.held_at(now - timedelta(days=known.days_ago)):
        pattern = write_pattern(
            by=owner, owner=owner, name=known.name, occasion=known.occasion,
            in_whom=known.in_whom, what_to_do=_numbered(known.steps), content=known.content,
            filter_name=known.filter_name, query=known.query,
        )  # fmt: skip
    hypothesis = Hypothesis.objects.filter(statement=known.hypothesis).first()
    with clock.held_at(now - timedelta(days=30)):
        if hypothesis is not None:
            link_pattern(
                by=owner, pattern=pattern, source="hypotheses", reference=str(hypothesis.pk)
            )
        for reference, _label in finding_choices():
            if known.metric and reference.startswith(f"metric.{known.metric}:"):
                link_pattern(by=owner, pattern=pattern, source="findings", reference=reference)
    return pattern


def _take_up(pattern: Pattern, taking: Taking, now: datetime, draw: np.random.Generator) -> None:
    person = User.objects.get(email=taking.person)
    begun = (now - timedelta(days=taking.days_ago)).date()
    there = Account.objects.filter(owner=person, signed_up_on__lte=begun).order_by("pk")
    theirs = list(there)
    chosen = draw.permutation(len(theirs))[: taking.customers]
    days = np.sort(draw.integers(1, taking.days_ago, len(chosen)))[::-1]
    if Use.objects.filter(pattern=pattern, by=person).exists():
        return
    for place, days_ago in zip(chosen.tolist(), days.tolist(), strict=True):
        moment = now - timedelta(days=days_ago)
        with clock.held_at(moment):
            mark_used(by=person, pattern=pattern, account=theirs[place], used_on=moment.date())


def _reword(now: datetime) -> None:
    """The first pattern got better once a second colleague had tried it."""
    pattern = Pattern.objects.filter(current__name=PATTERNS[0].name).select_related("current").get()
    version = pattern.current
    if version is None or version.number > 1:
        return
    names = ("name", "occasion", "in_whom", "content", "filter_name", "query")
    words = {name: getattr(version, name) for name in names}
    with clock.held_at(now - timedelta(days=220)):
        rewrite_pattern(
            by=User.objects.get(email="sho@example.jp"), pattern=pattern, seen=version.number,
            owner=pattern.owner, because="返事が来るところまで見ると、2件目が続きやすいため",
            what_to_do=version.what_to_do + "\n4. 翌週、2件目が書かれたかを一緒に確かめる。",
            **words,
        )  # fmt: skip
