"""What the sample company's customers call success, and what they have in common."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
from django.db import transaction

from banso.know.accounts.models import Account
from banso.know.people.models import Membership
from banso.know.success.models import Definition
from banso.know.success.rules import StepSaid
from banso.know.success.writes import define_success, end_success, redefine_success
from banso.shared import clock
from banso.shared.users.models import User
from banso.shell.sample.company import SOURCE, Company
from banso.shell.sample.customers import Customer
from banso.shell.sample.surroundings import WISHED

SEED = 23
SHARE, REWORDED = 0.55, 0.2
FIRST_ASKED_AFTER, LAST_ASKED_BEFORE = 45, 20
DAYS = timedelta(days=1)


@dataclass(frozen=True)
class Picture:
    """Words and (step, metric) that lead there."""

    words: str
    steps: tuple[tuple[str, str], ...]


FIRST = ("最初の日報が上長に共有される", "days_to_first_value")
WRITING = ("班の人が自分で書いている", "active_editor_28d")
WEEKLY = ("毎週途切れずに使われている", "weeks_of_use_in_a_row")
MORNING = ("本社が毎朝ダッシュボードを見る", "count_dashboard_viewed_28d")
PHOTOS = ("写真を添えて記録する", "count_photo_attached_28d")
TALK = ("コメントで話し合っている", "count_comment_added_28d")
APPROVED = ("承認が画面で済む", "count_approval_done_28d")
OWN_FORMS = ("点検の項目がひな形になっている", "count_template_edited_28d")
BY_WISH = dict(
    zip(
        WISHED,
        (
            (
                Picture(
                    "月末の集計に丸2日かかっています。全拠点の日報がその日のうちに見えて、"
                    "集計そのものが要らなくなったら成功です。",
                    (FIRST, ("全拠点の班長が書いている", "active_editor_28d"), MORNING,
                     ("月末の集計をやめる", "")),
                ),
                Picture(
                    "拠点ごとに電話で状況を聞くのをやめたい。朝一番に全部の現場が見えること。",
                    (("全拠点が毎日共有する", "count_report_shared_28d"), MORNING),
                ),
            ),
            (
                Picture(
                    "同じ手直しを繰り返しているのが悔しい。不良が出たとき、"
                    "その場で原因をたどれるようになりたい。",
                    (("不良の写真が日報に付く", "count_photo_attached_28d"),
                     ("原因がコメントで話し合われる", "count_comment_added_28d"),
                     ("同じ手直しが半分になる", "")),
                ),
                Picture(
                    "クレームの電話を受けてから記録を探すのではなく、その場で答えられること。",
                    (PHOTOS, WEEKLY, ("当日中に回答できる", "")),
                ),
            ),
            (
                Picture(
                    "監査の前の1か月、書類づくりに追われるのをやめたい。"
                    "ふだんの記録をそのまま見せて済めば、導入した甲斐があります。",
                    (FIRST, OWN_FORMS, APPROVED, ("監査を紙なしで受ける", "")),
                ),
                Picture(
                    "「記録はありますか」と聞かれて慌てないこと。それが一番の安心です。",
                    (WRITING, PHOTOS, APPROVED),
                ),
            ),
        ),
        strict=True,
    )
)  # fmt: skip
JAPANESE = (
    Picture(
        "夜勤の申し送りが朝礼に間に合い、聞いていないという言葉がなくなること。",
        (FIRST, WRITING, ("朝礼で前日の日報を見る", "count_dashboard_viewed_28d")),
    ),
    Picture(
        "班長が机に向かう時間を30分減らして、その分、現場を見て回れるようにしたい。",
        (WRITING, WEEKLY, ("班長の残業が月5時間減る", "")),
    ),
    Picture(
        "若い人が書いたことにベテランが答え、技が残っていく。そうなれば続ける価値があります。",
        (("編集する人が増える", "editor_share_28d"),
         ("コメントで教え合っている", "count_comment_added_28d")),
    ),
    Picture("まず紙をやめられれば十分です。その先は使いながら考えます。", ()),
    Picture(
        "社長が現場に来なくても、現場のことで話が通じるようになってほしい。",
        (FIRST, ("社長が毎週見る", "count_dashboard_viewed_28d"), TALK),
    ),
    Picture(
        "ヒヤリとしたことが、怒られる心配なく、その日のうちに上がってくる職場にしたい。",
        (WRITING, TALK, ("ヒヤリハットの報告が月20件を超える", "")),
    ),
    Picture(
        "書いても誰も見ない日報をなくしたい。書いたら必ず返事が来る。それだけで変わると思います。",
        (FIRST, TALK, WEEKLY),
    ),
    Picture(
        "担当が休んでも現場が止まらないこと。段取りが、その人の頭の中だけにあるのが怖いんです。",
        (OWN_FORMS, ("段取りを知る人が2人以上いる", "")),
    ),
    Picture(
        "元請けに出す書類を、毎日の記録からそのまま作れるようにしたい。",
        (PHOTOS, ("記録をそのまま提出する", "")),
    ),
    Picture(
        "事務所に戻ってからの入力をなくし、全員が定時に帰れること。",
        (WRITING, WEEKLY, ("残業がなくなる", "")),
    ),
)  # fmt: skip
ENGLISH = (
    Picture(
        "I want to open one page at eight in the morning and know what happened on every line.",
        (("Every line shares a report", "count_report_shared_28d"),
         ("The plant manager looks at it daily", "count_dashboard_viewed_28d")),
    ),
    Picture(
        "Our auditors should get what they ask for in an hour, not in a week.",
        (("Photos are attached where it matters", "count_photo_attached_28d"),
         ("Approvals happen on screen", "count_approval_done_28d"),
         ("An audit without paper", "")),
    ),
    Picture(
        "Shift leaders stop writing the same thing twice.",
        (("Shift leaders write their own reports", "active_editor_28d"),),
    ),
    Picture(
        "When a customer complains, I can show what we did that day before the call is over.",
        (("Photos of each batch", "count_photo_attached_28d"),
         ("Reports every week without a gap", "weeks_of_use_in_a_row")),
    ),
    Picture(
        "New people ask in the report and get an answer the same day. Nobody quits in month one.",
        (("Questions are answered in comments", "count_comment_added_28d"),
         ("Fewer leave in the first month", "")),
    ),
    Picture("We drop the spreadsheet. Then we see.", ()),
)  # fmt: skip
REWORDING = "その後の打ち合わせで、言い方が具体的になった"
REWORDING_EN = "Said more precisely at a later meeting"
LATER = "\nできれば次の決算までに。"
LATER_EN = "\nBefore the next fiscal year, if possible."

INTERVIEWED = "導入後の顧客12社への聞き取り"
ROOTED = Picture(
    "日報が現場に根づき、その日のうちに全拠点の様子が分かる。集計のための残業がない。",
    (FIRST, WRITING, ("上長がその日のうちに承認する", "count_approval_done_28d"), WEEKLY),
)
PROVEN = Picture(
    "写真の付いたふだんの記録がそのまま証跡になり、監査や取引先の確認に慌てない。",
    (("写真を添えて記録する", "count_photo_attached_28d"),
     ("自社の点検項目がひな形になっている", "count_template_edited_28d"),
     ("是正のやり取りがコメントに残る", "count_comment_added_28d"),
     ("監査を紙なしで受ける", "")),
)  # fmt: skip
PAPERLESS = Picture("紙の日報がなくなる。", (FIRST,))
NOT_ENOUGH = "紙がなくなっても仕事が変わらない顧客があった。成功の手前の段階だったため"


@transaction.atomic
def define(company: Company, *, now: datetime) -> None:
    """Shared pictures and the own words of about a third of the customers, each on its day;
    together or not at all.
    """
    if Definition.objects.exists():
        return
    _define_shared(now)
    draw = np.random.default_rng(SEED)
    accounts = {
        account.external_id: account
        for account in Account.objects.filter(source=SOURCE).select_related("owner")
    }
    for customer in sorted(company.customers, key=lambda customer: customer.key):
        chance, again, place, when = draw.random(4)
        if customer.left_on is None and chance < SHARE and customer.key in accounts:
            wished = company.environments.get(customer.key, {}).get("success_wished", "")
            picture = _picture(customer, wished, place)
            _ask(accounts[customer.key], customer, picture, now, when, again < REWORDED)


def _picture(customer: Customer, wished: str, place: float) -> Picture:
    """What it wishes for stands with its environment already, for those who were asked."""
    offered: tuple[Picture, ...] = ENGLISH if customer.english else JAPANESE
    if wished:
        offered = BY_WISH[wished]
    return offered[int(place * len(offered))]


def _ask(
    account: Account,
    customer: Customer,
    picture: Picture,
    now: datetime,
    when: float,
    is_reworded: bool,
) -> None:
    """After go-live, and for some once more; the key person answers."""
    first, last = (
        customer.signed_up + FIRST_ASKED_AFTER * DAYS,
        now.date() - LAST_ASKED_BEFORE * DAYS,
    )
    places = Membership.objects.filter(account=account).select_related("person")
    place = places.order_by("-is_key", "pk").first()
    if place is None or first >= last or account.owner is None:
        return
    asked_on = first + int(when * (last - first).days * 0.7) * DAYS
    said: dict[str, Any] = {"person": place.person, "said_by": "", "steps": _steps(picture)}
    with clock.held_at(_evening(asked_on, now)):
        definition = define_success(
            by=account.owner, account=account, words=picture.words, said_on=asked_on, **said
        )
    if is_reworded:
        again_on = asked_on + (last - asked_on) // 2
        later, because = (LATER_EN, REWORDING_EN) if customer.english else (LATER, REWORDING)
        with clock.held_at(_evening(again_on, now)):
            redefine_success(
                by=account.owner, definition=definition, seen=1, words=picture.words + later,
                said_on=again_on, because=because, **said,
            )  # fmt: skip


def _steps(picture: Picture) -> list[StepSaid]:
    return [StepSaid(words, metric) for words, metric in picture.steps]


def _evening(day: date, now: datetime) -> datetime:
    return datetime.combine(day, datetime.min.time(), now.tzinfo) + timedelta(hours=9)


def _define_shared(now: datetime) -> None:
    """The first picture turned out to be a step; what came after it is said in more words."""
    manager = User.objects.get(email="manager@example.jp")

    def written(picture: Picture, days_ago: int, said_by: str) -> Definition:
        moment = now - days_ago * DAYS
        with clock.held_at(moment):
            return define_success(
                by=manager, account=None, words=picture.words, person=None, said_by=said_by,
                said_on=moment.date() - 7 * DAYS, steps=_steps(picture),
            )  # fmt: skip

    paperless = written(PAPERLESS, 640, "立ち上げ時の社内の話し合い")
    rooted = written(Picture(ROOTED.words, ROOTED.steps[:3]), 380, INTERVIEWED)
    written(PROVEN, 150, "品質保証の担当者6人への聞き取り")
    with clock.held_at(now - 370 * DAYS):
        end_success(by=manager, definition=paperless, because=NOT_ENOUGH)
    with clock.held_at(now - 90 * DAYS):
        redefine_success(
            by=manager, definition=rooted, seen=1, words=ROOTED.words, person=None,
            said_by=INTERVIEWED, said_on=(now - 97 * DAYS).date(), steps=_steps(ROOTED),
            because="承認が続かない顧客が多く、習慣になるところまでを段階に加えた",
        )  # fmt: skip
