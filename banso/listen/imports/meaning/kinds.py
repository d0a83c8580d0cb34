"""What a file can be about, and the places its columns can go to, with the headers that usually mean them."""

# ruff: noqa: E501 - lists of words

from __future__ import annotations

from dataclasses import dataclass

ACCOUNTS, PEOPLE, SUBSCRIPTIONS, EVENTS, WIDE = (
    "accounts",
    "people",
    "subscriptions",
    "events",
    "wide",
)
KINDS = (ACCOUNTS, PEOPLE, SUBSCRIPTIONS, EVENTS, WIDE)
HOLDERS = {ACCOUNTS: "account", WIDE: "account", PEOPLE: "person", SUBSCRIPTIONS: "subscription"}
CUSTOM, PROP, SKIP = "custom", "prop", ""


@dataclass(frozen=True)
class Target:
    """A field of ours. ``form`` says how cells are read; ``synonyms`` are headers, as ``plain_header`` makes them."""

    key: str
    form: str
    synonyms: tuple[str, ...]
    limit: int = 200


def _t(key: str, form: str, synonyms: str, limit: int = 200) -> Target:
    return Target(key, form, tuple(word.strip() for word in synonyms.split(",")), limit)


_ACCOUNT_ID = (
    "account id, customer id, client id, company id, organization id, organisation id, org id, tenant id, "
    "workspace id, account code, customer code, customer number, account number, 顧客id, 顧客コード, 顧客番号, "
    "会社id, 企業id, 企業コード, 取引先id, 取引先コード, お客様番号, お客様id, 得意先コード, 契約者id, テナントid"
)
_ACCOUNT_NAME = (
    "account name, customer name, company name, client name, account, customer, company, organization, "
    "organisation, organization name, organisation name, client, 顧客名, 顧客, 会社名, 企業名, 会社, 企業, 取引先, "
    "取引先名, お客様名, 得意先名, 得意先, 法人名, 団体名, 貴社名"
)
_ID = "id, external id, code, コード, 番号, rownames"
_PLAN = "plan, plan name, plan tier, tier, product, edition, プラン, プラン名, 契約プラン, 商品, 商品名, 製品名"
_SEATS = "seats, seat count, licenses, licences, users, 席数, シート数, ライセンス数, id数, アカウント数, 利用者数"
_MRR = (
    "mrr, mrr amount, monthly charges, monthly charge, monthly fee, monthly amount, monthly recurring revenue, "
    "monthly price, 月額, 月額料金, 月額費用, 月次売上, 月額金額, 月額利用料"
)
_ARR = "arr, arr amount, annual amount, annual fee, annual recurring revenue, acv, 年額, 年間契約額, 年額料金, 年間金額"
_TERM = (
    "contract, contract term, term, term months, billing frequency, billing cycle, billing period, "
    "contract length, contract type, 契約期間, 契約月数, 契約形態, 請求周期, 請求サイクル, 更新周期, 契約期間 ヶ月"
)
_CURRENCY = "currency, currency code, 通貨, 通貨コード"
_CHURN = "churn, churned, churn flag, is churned, outcome, status, 解約, 解約フラグ, 解約済, 結果, 更新結果, 契約状態"
_START = (
    "start, start date, started on, contract start, contract start date, subscription start, begin date, "
    "effective date, 開始日, 契約開始日, 契約開始, 利用開始日, 契約日, 開始"
)
_OWNER = (
    "owner, account owner, csm, customer success manager, account manager, owner email, csm email, 担当, 担当csm, "
    "担当者名 自社, 自社担当, 自社担当者, 当社担当, 営業担当, cs担当, 社内担当"
)

_ACCOUNT = (
    _t("external_id", "id", f"{_ACCOUNT_ID}, {_ID}"),
    _t("name", "text", f"{_ACCOUNT_NAME}, name, 名前, 名称"),
    _t(
        "name_kana",
        "text",
        "kana, name kana, フリガナ, ふりがな, カナ, 顧客名カナ, 会社名カナ, 会社名フリガナ, 読み",
    ),
    _t("industry", "text", "industry, sector, vertical, 業種, 業界, 産業", 100),
    _t("country", "text", "country, country code, nation, 国, 国名, 国コード", 60),
    _t(
        "segment", "text", "segment, customer segment, tier segment, セグメント, 区分, 顧客区分", 60
    ),
    _t("touch_model", "touch_model", "touch model, touch, タッチモデル, タッチ"),
    _t("stage", "stage", "stage, lifecycle stage, ステージ, 導入段階, フェーズ"),
    _t(
        "employees",
        "count",
        "employees, employee count, number of employees, headcount, 従業員数, 社員数, 従業員規模",
    ),
    _t(
        "website",
        "text",
        "website, url, web site, domain, homepage, webサイト, ホームページ, ドメイン",
    ),
    _t(
        "signed_up_on",
        "date",
        "signup date, sign up date, signed up on, signed up, signup, created at, created on, created date, "
        "registration date, customer since, joined, 登録日, 申込日, 契約開始日, 利用開始日, 導入日, 作成日, 取引開始日",
    ),
    _t("owner", "text", _OWNER),
    _t(
        "parent",
        "id",
        "parent, parent id, parent account, parent company, parent account id, 親会社, 親会社id, 親会社コード",
    ),
)
_SUBSCRIPTION = (
    _t("plan", "text", _PLAN, 100),
    _t("term_months", "term", _TERM),
    _t("mrr", "money", _MRR),
    _t("arr", "money", _ARR),
    _t("currency", "currency", _CURRENCY),
    _t("seats", "count", _SEATS),
)
_REFERENCE = _t(
    "account",
    "id",
    f"{_ACCOUNT_ID}, {_ACCOUNT_NAME}, subscription id, contract id, 契約id, 契約番号",
)

TARGETS: dict[str, tuple[Target, ...]] = {
    ACCOUNTS: _ACCOUNT,
    PEOPLE: (
        _t(
            "external_id",
            "id",
            "person id, contact id, user id, member id, employee id, 担当者id, ユーザーid, 利用者id, 連絡先id, "
            f"メンバーid, {_ID}",
        ),
        _REFERENCE,
        _t(
            "name",
            "text",
            "name, full name, contact name, person name, contact, 氏名, 名前, 担当者, 担当者名, お名前, 姓名",
        ),
        _t("name_kana", "text", "kana, name kana, フリガナ, ふりがな, 氏名カナ, カナ, 読み"),
        _t(
            "email",
            "email",
            "email, e mail, mail, email address, mail address, メール, メールアドレス, eメール, e メール",
        ),
        _t(
            "phone",
            "text",
            "phone, telephone, tel, phone number, mobile, 電話, 電話番号, 携帯, 携帯電話",
            40,
        ),
        _t(
            "department",
            "text",
            "department, dept, division, section, 部署, 部署名, 部門, 所属",
            100,
        ),
        _t("title", "text", "title, job title, position, 役職, 肩書, 肩書き, 職位", 100),
        _t(
            "product_role",
            "text",
            "role, product role, user role, permission, 役割, 権限, ロール, 利用権限",
            60,
        ),
        _t(
            "is_key",
            "boolean",
            "key person, is key, key, decision maker, キーマン, キーパーソン, 決裁者",
        ),
        _t("influence", "influence", "influence, 影響力, 関与"),
        _t("channel", "text", "channel, preferred channel, 連絡手段, 希望連絡手段", 60),
        _t("personality", "text", "personality, character, 人柄, 性格", 5_000),
    ),
    SUBSCRIPTIONS: (
        _t(
            "external_id",
            "id",
            "subscription id, contract id, contract number, contract no, subscription, 契約id, 契約番号, 契約no, "
            f"契約コード, サブスクリプションid, {_ID}",
        ),
        _REFERENCE,
        _t("start", "date", _START),
        _t(
            "end",
            "date",
            "end, end date, ended on, contract end, contract end date, expiry date, expiration date, renewal date, "
            "next renewal, 終了日, 契約終了日, 満了日, 契約満了日, 更新日, 次回更新日, 契約更新日",
        ),
        *_SUBSCRIPTION,
        _t("is_trial", "boolean", "is trial, trial, トライアル, 試用, お試し"),
        _t("outcome", "outcome", _CHURN),
        _t(
            "cancelled_on",
            "date",
            "cancelled on, canceled on, cancel date, cancellation date, notice date, 解約申出日, 解約日, 解約通知日",
        ),
    ),
    EVENTS: (
        _REFERENCE,
        _t(
            "time",
            "moment",
            "time, timestamp, event time, occurred at, occurred on, created at, date, datetime, event date, usage date, "
            "ts, churn date, logged at, received at, at, 日時, 発生日時, 利用日時, 日付, 利用日, 発生日, イベント日時, 操作日時, 実施日",
        ),
        _t(
            "name",
            "text",
            "event, event name, event type, name, action, feature, feature name, activity, イベント, イベント名, 操作, "
            "操作名, 機能, 機能名, アクション, 行動",
        ),
        _t(
            "event_id",
            "id",
            f"event id, usage id, message id, insert id, uuid, log id, churn event id, イベントid, ログid, {_ID}",
        ),
        _t(
            "user_key",
            "id",
            "user id, user, person id, member id, user email, distinct id, email, ユーザーid, ユーザー, 利用者id, 利用者",
        ),
        _t("role", "text", "role, user role, 役割, 権限, ロール", 60),
    ),
    WIDE: (
        *_ACCOUNT,
        _t(
            "tenure_months",
            "count",
            "tenure, tenure months, months, months active, 利用月数, 継続月数, 契約月数, 在籍月数",
        ),
        _t("start", "date", _START),
        _t("outcome", "outcome", _CHURN),
        *_SUBSCRIPTION,
    ),
}
REQUIRED: dict[str, tuple[tuple[str, ...], ...]] = {
    # of each group one must be there
    ACCOUNTS: (("external_id", "name"),),
    PEOPLE: (("name", "email", "external_id"),),
    SUBSCRIPTIONS: (("account",), ("start",)),
    EVENTS: (("account",), ("time",), ("name",)),
    WIDE: (("external_id", "name"), ("tenure_months", "start"), ("outcome",)),
}


def target_of(kind: str, key: str) -> Target | None:
    return next((target for target in TARGETS[kind] if target.key == key), None)
