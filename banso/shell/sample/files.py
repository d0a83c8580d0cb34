"""The sample's records as the CSV files that a company would export from its own systems."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as arrow_csv

from banso.listen.imports.meaning.kinds import ACCOUNTS, PEOPLE, SUBSCRIPTIONS
from banso.listen.imports.meaning.kinds import EVENTS as EVENT_LOG
from banso.shell.sample.company import Company
from banso.shell.sample.usage import CREATED, EVENTS, PHOTO, ROLES, Usage

UNKNOWN_ACCOUNT = "TRIAL-07"
# column -> key and kind of the organisation's own field it fills
OWN_FIELDS = {"導入のきっかけ": ("purchase_motive", "choice"), "拠点数": ("sites", "number")}


def write_files(company: Company, folder: Path) -> dict[str, Path]:
    """Write one file for each kind of record, in the order in which they are imported."""
    folder.mkdir(parents=True, exist_ok=True)
    files = {
        kind: folder / name
        for kind, name in (
            (ACCOUNTS, "顧客一覧.csv"),
            (PEOPLE, "担当者一覧.csv"),
            (SUBSCRIPTIONS, "契約一覧.csv"),
            (EVENT_LOG, "usage_events.csv"),
        )
    }
    _write(files[ACCOUNTS], ACCOUNT_COLUMNS, _account_rows(company))
    _write(files[PEOPLE], PERSON_COLUMNS, _person_rows(company))
    _write(files[SUBSCRIPTIONS], SUBSCRIPTION_COLUMNS, _subscription_rows(company))
    arrow_csv.write_csv(_event_table(company.usage), files[EVENT_LOG])
    return files


def _write(path: Path, header: Iterable[str], rows: Iterable[Iterable[object]]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)


ACCOUNT_COLUMNS = (
    "顧客ID",
    "顧客名",
    "フリガナ",
    "業種",
    "国",
    "セグメント",
    "タッチモデル",
    "ステージ",
    "従業員数",
    "Webサイト",
    "利用開始日",
    "親会社ID",
    "担当CSM",
    "導入のきっかけ",
    "拠点数",
)


def _account_rows(company: Company) -> Iterable[Iterable[object]]:
    for c in company.customers:
        yield (
            c.key,
            c.name,
            c.kana,
            c.industry,
            c.country,
            c.segment,
            c.touch_model,
            c.stage,
            c.employees,
            c.website,
            c.signed_up.isoformat(),
            c.parent_key,
            c.owner,
            c.motive,
            c.sites,
        )


PERSON_COLUMNS = (
    "担当者ID",
    "顧客ID",
    "氏名",
    "フリガナ",
    "メールアドレス",
    "電話番号",
    "部署",
    "役職",
    "権限",
    "人柄",
    "連絡手段",
    "キーマン",
    "影響力",
)


def _person_rows(company: Company) -> Iterable[Iterable[object]]:
    for contacts in company.contacts.values():
        for p in contacts:
            yield (
                p.key,
                p.account_key,
                p.name,
                p.kana,
                p.email,
                p.phone,
                p.department,
                p.title,
                p.product_role,
                p.personality,
                p.channel,
                "はい" if p.is_key else "いいえ",
                p.influence,
            )


SUBSCRIPTION_COLUMNS = (
    "契約ID",
    "顧客ID",
    "プラン",
    "開始日",
    "終了日",
    "契約月数",
    "MRR",
    "通貨",
    "席数",
    "結果",
    "解約通知日",
)


def _subscription_rows(company: Company) -> Iterable[Iterable[object]]:
    for t in company.terms:
        yield (
            t.key,
            t.account_key,
            t.plan,
            t.start.isoformat(),
            t.end.isoformat() if t.end else "",
            t.months,
            t.mrr if t.currency == "USD" else int(t.mrr),
            t.currency,
            t.seats,
            t.outcome,
            t.notice_on.isoformat() if t.notice_on else "",
        )


def _event_table(usage: Usage) -> pa.Table:
    """One row per event, with two properties; a few are of an account that is not imported."""
    count = len(usage.second)
    account = pa.array(usage.account_keys).take(pa.array(usage.account))
    stray = np.zeros(count, dtype=bool)
    stray[max(0, count - 400) :: 12] = True
    amount = pa.array(usage.amount)
    return pa.table(
        {
            "event_id": pc.binary_join_element_wise(
                "e", pc.utf8_lpad(pa.array(np.arange(count)).cast(pa.string()), 7, "0"), ""
            ),
            "account_id": pc.if_else(pa.array(stray), UNKNOWN_ACCOUNT, account),
            "user_id": pa.array(usage.user_keys).take(pa.array(usage.user)),
            "role": pa.array(ROLES).take(pa.array(usage.role)),
            "event": pa.array(EVENTS).take(pa.array(usage.event)),
            "time": pc.strftime(
                pa.array(usage.second).cast(pa.timestamp("s", "UTC")), "%Y-%m-%dT%H:%M:%SZ"
            ),
            "photos": pc.if_else(pa.array(usage.event == PHOTO), amount, None),
            "minutes": pc.if_else(pa.array(usage.event == CREATED), amount, None),
        }
    )
