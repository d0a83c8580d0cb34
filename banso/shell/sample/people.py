"""The people at the sample's customers: some decide, some use (the events carry their user id)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from banso.shell.sample import names
from banso.shell.sample.customers import Customer
from banso.shell.sample.usage import User

PERSONALITIES = (
    "数字で話すと納得が早い",
    "現場の声を何より大切にする",
    "慎重だが、決めたら動きは速い",
    "新しいもの好きで、まず試してくれる",
    "結論から聞きたい",
    "社内の調整に長けている",
    "言葉は少ないが、約束は必ず守る",
    "前例を重んじる",
)
ENGLISH_PERSONALITIES = (
    "Wants numbers first",
    "Careful, then fast once decided",
    "Tries everything new",
    "Speaks for the shop floor",
)
CHANNELS = ("メール", "電話", "オンライン会議", "訪問")
ENGLISH_CHANNELS = ("E-mail", "Phone", "Video call")


@dataclass(frozen=True)
class Contact:
    key: str
    account_key: str
    name: str
    kana: str
    email: str
    phone: str
    department: str
    title: str
    product_role: str
    personality: str
    channel: str
    is_key: bool
    influence: str

    @property
    def addressed(self) -> str:
        """How a note calls them."""
        return f"{self.name.split()[0]}様" if self.kana else self.name


def make_contacts(
    rng: np.random.Generator, customers: list[Customer], users: dict[str, list[User]]
) -> dict[str, list[Contact]]:
    return {c.key: _of(rng, c, users[c.key]) for c in customers}


def _of(rng: np.random.Generator, customer: Customer, users: list[User]) -> list[Contact]:
    """Two to six people: first who decides (seldom a user), then the account's first users."""
    count = int(np.clip(2 + rng.poisson(0.6 + 0.5 * (customer.employees > 300)), 2, 6))
    posts = (
        names.ENGLISH_POSTS
        if customer.english
        else names.TRADE_POSTS.get(customer.industry, names.POSTS)
    )
    chosen = [
        0,
        *sorted(1 + rng.choice(len(posts) - 1, size=min(count, len(posts)) - 1, replace=False)),
    ]
    contacts = []
    for number, post_index in enumerate(chosen):
        department, title, influence = posts[post_index]
        user = users[number - 1] if 0 < number <= len(users) else None
        name, kana = _name(rng, english=customer.english)
        mailbox = f"p{customer.key[2:]}{number + 1}"
        contacts.append(
            Contact(
                key=user.key if user else f"P-{customer.key[2:]}-{number + 1:02d}",
                account_key=customer.key,
                name=name,
                kana=kana,
                email=f"{mailbox}@{customer.website.removeprefix('https://')}",
                phone=""
                if rng.random() < 0.4
                else f"0{rng.integers(3, 9)}-0000-{rng.integers(1000, 9999)}",
                department=department,
                title=title,
                product_role=user.role if user else "",
                personality=_now_and_then(
                    rng, ENGLISH_PERSONALITIES if customer.english else PERSONALITIES
                ),
                channel=_now_and_then(rng, ENGLISH_CHANNELS if customer.english else CHANNELS),
                is_key=influence == "decides"
                or (influence == "influences" and bool(rng.random() < 0.5)),
                influence=influence,
            )
        )
    return contacts


def _name(rng: np.random.Generator, *, english: bool) -> tuple[str, str]:
    if english:
        return f"{rng.choice(names.ENGLISH_GIVEN)} {rng.choice(names.ENGLISH_FAMILY)}", ""
    family, family_kana = names.FAMILY_NAMES[rng.integers(len(names.FAMILY_NAMES))]
    given, given_kana = names.GIVEN_NAMES[rng.integers(len(names.GIVEN_NAMES))]
    return f"{family} {given}", f"{family_kana} {given_kana}"


def _now_and_then(rng: np.random.Generator, choices: tuple[str, ...]) -> str:
    index = int(rng.integers(len(choices) * 2))
    return choices[index] if index < len(choices) else ""
