"""Who the sample's customers are, and the traits that decide what they use and if they stay."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from banso.shell.sample import names

HISTORY_DAYS = 1000
LATE_SIGN_UPS = 0.22

MOTIVES = (
    "紙の日報をなくしたい",
    "現場の見える化",
    "品質監査への対応",
    "多拠点の情報共有",
    "本社からの指示",
    "明確な成功像なし",
)
CLEAR_MOTIVES = 4


@dataclass(frozen=True)
class Traits:
    """What nobody sees: the sample's truth. All but ``size`` are standard normal."""

    size: float
    early: float
    broad: float
    lively: float
    chatty: float
    visual: float


@dataclass
class Customer:
    key: str
    name: str
    kana: str
    english: bool
    industry: str
    country: str
    employees: int
    sites: int
    motive: str
    days: int
    signed_up: date
    owner: str
    website: str
    traits: Traits
    parent_key: str = ""
    left_on: date | None = None
    first_value_days: int | None = None

    @property
    def segment(self) -> str:
        if self.employees >= 1000:
            return "エンタープライズ"
        return "ミドル" if self.employees >= 150 else "スモール"

    @property
    def stage(self) -> str:
        if self.left_on:
            return "left"
        return "onboarding" if self.first_value_days is None or self.days < 60 else "adoption"

    @property
    def touch_model(self) -> str:
        if self.employees >= 1000:
            return "high"
        if self.employees >= 150:
            return "mid"
        return "low" if self.employees >= 40 else "tech"


def make_customers(
    rng: np.random.Generator, *, count: int, today: date, owners: list[str]
) -> list[Customer]:
    """``count`` customers, a fifth of them with English names, signed up over the last years."""
    made: list[Customer] = []
    taken: set[str] = set()
    for number in range(1, count + 1):
        customer = _customer(rng, number, today, owners)
        while customer.name in taken:
            customer = _customer(rng, number, today, owners)
        taken.add(customer.name)
        made.append(customer)
    _make_children(rng, made)
    return made


def _customer(rng: np.random.Generator, number: int, today: date, owners: list[str]) -> Customer:
    english = bool(rng.random() < 0.2)
    trade = names.TRADES[rng.choice(len(names.TRADES), p=[t.weight for t in names.TRADES])]
    name, kana = _english_name(rng, trade) if english else _japanese_name(rng, trade)
    size = float(rng.normal())
    employees = max(6, round(math.exp(5.0 + 1.25 * size)))
    motive = MOTIVES[rng.choice(len(MOTIVES), p=[0.26, 0.2, 0.17, 0.13, 0.12, 0.12])]
    clear = 0.25 if MOTIVES.index(motive) < CLEAR_MOTIVES else -0.6
    early, broad, lively, chatty, visual = (float(x) for x in rng.normal(size=5))
    customer = Customer(
        key=f"C-{number:04d}",
        name=name,
        kana=kana,
        english=english,
        industry=trade.industry,
        country=str(rng.choice(names.COUNTRIES)) if english else names.HOME_COUNTRY,
        employees=employees,
        sites=max(1, round(employees / 140 * math.exp(rng.normal(0, 0.4)))),
        motive=motive,
        days=(days := _days_since_sign_up(rng)),
        signed_up=today - timedelta(days=days),
        owner="",
        website=f"https://c{number:04d}.example.{'com' if english else 'jp'}",
        traits=Traits(size, 0.95 * early + clear, broad, lively, chatty, visual),
    )
    customer.owner = _owner(rng, customer, owners)
    customer.first_value_days = _first_value_days(rng, customer.traits)
    return customer


def _days_since_sign_up(rng: np.random.Generator) -> int:
    if rng.random() < LATE_SIGN_UPS:
        return int(rng.integers(6, 365))
    return int(rng.integers(365, HISTORY_DAYS))


def _first_value_days(rng: np.random.Generator, traits: Traits) -> int | None:
    """Days until the first shared report; slow starters may never get there."""
    if rng.random() < 1 / (1 + math.exp(2.6 + 1.6 * traits.early)):
        return None
    return max(1, round(math.exp(3.3 - 0.85 * traits.early + rng.normal(0, 0.25))))


def _owner(rng: np.random.Generator, customer: Customer, owners: list[str]) -> str:
    """Large customers go to the first owners; one in eight of the smallest has nobody yet."""
    if customer.touch_model == "tech" and rng.random() < 0.12:
        return ""
    lead = 0.5 if customer.employees >= 150 else 0.2
    weights = [lead, *([(1 - lead) / (len(owners) - 1)] * (len(owners) - 1))]
    return str(owners[rng.choice(len(owners), p=weights)])


def _japanese_name(rng: np.random.Generator, trade: names.Trade) -> tuple[str, str]:
    prefix, reading = names.PREFIXES[rng.integers(len(names.PREFIXES))]
    suffix, suffix_reading = trade.suffixes[rng.integers(len(trade.suffixes))]
    return str(rng.choice(trade.legal)).format(prefix + suffix), reading + suffix_reading


def _english_name(rng: np.random.Generator, trade: names.Trade) -> tuple[str, str]:
    prefix = rng.choice(names.ENGLISH_PREFIXES)
    ending = rng.choice(("", " Ltd", " Inc.", " Pte. Ltd."))
    return f"{prefix} {rng.choice(trade.english)}{ending}", ""


def _make_children(rng: np.random.Generator, customers: list[Customer]) -> None:
    """Some customers are a site of a larger one and carry its name."""
    local = [c for c in customers if not c.english and c.industry != "医療・介護"]
    parents = [c for c in local if c.employees >= 600]
    children = [c for c in local if 30 <= c.employees < 400]
    chosen = rng.choice(len(children), size=min(len(parents), len(children) // 10), replace=False)
    for parent, index in zip(parents, chosen, strict=False):
        child, site = children[index], int(rng.integers(len(names.SITES)))
        child.name = f"{parent.name} {names.SITES[site]}"
        child.kana = f"{parent.kana} {names.SITE_READINGS[site]}"
        child.parent_key, child.industry = parent.key, parent.industry
        child.owner = parent.owner
