"""Whom a text in a file means: an account by id, subscription id or name; a user by e-mail or
name.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from unicodedata import normalize

from banso.know.accounts.models import Account
from banso.know.subscriptions.models import Subscription
from banso.listen.imports.reading.faults import Fault, fault
from banso.shared.lake.registry import resolve
from banso.shared.upserts.writes import slices
from banso.shared.users.models import User

KEPT = 200_000


class References:
    """Looks texts up in bulk and remembers a bounded number of answers for the next chunk."""

    def __init__(self, source: str) -> None:
        self.source = source
        self._accounts: dict[str, int | Fault] = {}
        self._event_keys: dict[str, str | None] = {}

    def accounts(self, texts: Iterable[str]) -> dict[str, int | Fault]:
        """The account each text means, or why none is meant."""
        wanted = set(texts)
        if len(self._accounts) > KEPT:
            self._accounts.clear()
        missing = [text for text in wanted if text not in self._accounts]
        for finder in (self._by_id, self._by_subscription, self._by_name):
            found = finder(missing)
            self._accounts.update(found)
            missing = [text for text in missing if text not in found]
        self._accounts.update({text: fault("unknown_account", text=text) for text in missing})
        return {text: self._accounts[text] for text in wanted}

    def _by_id(self, texts: Sequence[str]) -> dict[str, int | Fault]:
        found: dict[str, list[tuple[str, int]]] = defaultdict(list)
        for some in slices(texts):
            rows = Account.objects.filter(external_id__in=some)
            for pk, source, external_id in rows.values_list("pk", "source", "external_id"):
                found[external_id].append((source, pk))
        return {text: self._one(text, rows) for text, rows in found.items()}

    def _one(self, text: str, rows: list[tuple[str, int]]) -> int | Fault:
        own = [pk for source, pk in rows if source == self.source]
        if own or len(rows) == 1:
            return own[0] if own else rows[0][1]
        return fault("ambiguous_account", text=text)

    def _by_subscription(self, texts: Sequence[str]) -> dict[str, int | Fault]:
        found: dict[str, int | Fault] = {}
        for some in slices(texts):
            rows = Subscription.objects.filter(external_id__in=some).order_by("-pk")
            found.update(rows.values_list("external_id", "account_id"))
        return found

    def _by_name(self, texts: Sequence[str]) -> dict[str, int | Fault]:
        found: dict[str, list[tuple[str, int]]] = defaultdict(list)
        for some in slices(texts):
            rows = Account.objects.filter(name__in=some)
            for pk, source, name in rows.values_list("pk", "source", "name"):
                found[name].append((source, pk))
        named: dict[str, int | Fault] = {}
        for name, bearers in found.items():
            own = [pk for source, pk in bearers if source == self.source]
            own = own or [pk for _, pk in bearers]
            named[name] = own[0] if len(own) == 1 else fault("ambiguous_account", text=name)
        return named

    def forget(self, text: str) -> None:
        """Ask again the next time: the account may come later in the file."""
        self._accounts.pop(text, None)

    def event_keys(self, texts: Sequence[str]) -> list[str | None]:
        """The key under which the lake finds each account, None when there is none yet."""
        kept = self._event_keys
        if len(kept) > KEPT:
            kept.clear()
        missing = [text for text in texts if text not in kept]
        if missing:
            known = resolve(missing)
            kept.update({text: text for text in known})
            missing = [text for text in missing if text not in known]
            named = {text: pk for text, pk in self._by_name(missing).items() if isinstance(pk, int)}
            ids = dict(self._external_ids(list(named.values())))
            kept.update({text: ids.get(named.get(text, 0)) for text in missing})
        return [kept[text] for text in texts]

    def _external_ids(self, pks: Sequence[int]) -> Iterator[tuple[int, str]]:
        for some in slices(pks):
            yield from Account.objects.filter(pk__in=some).values_list("pk", "external_id")

    @cached_property
    def _users(self) -> dict[str, int]:
        found: dict[str, int] = {}
        for pk, email, name in User.objects.filter(is_active=True).values_list(
            "pk", "email", "name"
        ):
            found.setdefault(_plain(name), pk)
            found[_plain(email)] = pk
        return found

    def owner(self, text: str) -> int | None:
        return self._users.get(_plain(text))

    @cached_property
    def _domains(self) -> dict[str, int]:
        """Accounts by the domain of their website; one that several share means nobody."""
        found: dict[str, int] = {}
        shared = set()
        for pk, website in (
            Account.objects.exclude(website="").values_list("pk", "website").iterator()
        ):
            domain = _domain(website)
            if found.setdefault(domain, pk) != pk:
                shared.add(domain)
        return {domain: pk for domain, pk in found.items() if domain not in shared}

    def account_of_email(self, email: str) -> int | None:
        return self._domains.get(email.rpartition("@")[2].lower())


def _plain(text: str) -> str:
    return "".join(normalize("NFKC", text).lower().split())


def _domain(website: str) -> str:
    bare = website.lower().split("://")[-1].split("/")[0].split("@")[-1]
    return bare.removeprefix("www.")
