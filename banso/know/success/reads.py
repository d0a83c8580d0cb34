from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet
from django.shortcuts import get_object_or_404

from banso.know.accounts.filters import found_by_text
from banso.know.accounts.models import Account, Environment, Stage
from banso.know.accounts.reads import account_for, environment_of, may_change
from banso.know.people.models import Membership, Person
from banso.know.success.models import Definition, Step, Version
from banso.know.success.slots import step_measures
from banso.shared.users.models import User
from banso.shared.users.rules import may

MINE, TEAM, NOBODY = "mine", "team", "nobody"
WITH, WITHOUT, ENDED = "with", "without", "ended"


def may_write_for(user: User, account: Account | None) -> bool:
    """A customer's own: who may change the customer. The shared ones: who defines what is used."""
    return may(user.role, "define") if account is None else may_change(user, account)


def definitions() -> QuerySet[Definition]:
    """Those with words, with what a list shows of them."""
    steps = Prefetch("current__steps", Step.objects.order_by("position"))
    found = Definition.objects.filter(current__isnull=False)
    found = found.select_related("current__person", "current__by", "account__owner")
    return found.prefetch_related(steps)


def definition_for(user: User, pk: int) -> Definition:
    """One definition, or a 404: who may not see the customer sees none of it."""
    definition = get_object_or_404(definitions().select_related("ended_by"), pk=pk)
    if definition.account_id is not None:
        account_for(user, definition.account_id)
    return definition


def definition_by_id(pk: int) -> Definition:
    """One definition for a program whose key may read them, or a 404."""
    return get_object_or_404(definitions(), pk=pk)


def definition_of(account: Account) -> Definition | None:
    """The one that holds for a customer whom the reader may see."""
    return definitions().filter(account=account, ended_at=None).first()


def ended_of(account: Account | None) -> list[Definition]:
    """Those of a customer (of nobody: the shared ones) that no longer hold, the latest first."""
    return list(definitions().filter(account=account, ended_at__isnull=False).order_by("-ended_at"))


def shared_definitions() -> list[Definition]:
    """What success looks like for our customers, in the order in which it was written down."""
    return list(definitions().filter(account=None, ended_at=None).order_by("pk"))


def layers_of(account: Account | None) -> list[tuple[str, str]]:
    """The success a customer imagines, what its environment allows, and the realistic ideal, as
    (label, text); empty where nothing of it is known.
    """
    if account is None:
        return []
    environment = environment_of(account)
    labels = {field.name: str(field.verbose_name) for field in Environment._meta.fields}
    names = ("success_wished", "success_allowed", "success_realistic")
    layers = [(labels[name], getattr(environment, name)) for name in names]
    return layers if any(text for _label, text in layers) else []


def versions_of(definition: Definition) -> list[Version]:
    found = definition.versions.select_related("person", "by").prefetch_related("steps")
    return list(found.order_by("-number"))


def definitions_asked(
    *, account_id: int | None, shared: bool | None, state: str
) -> QuerySet[Definition]:
    """For a program whose key may read them."""
    found = definitions()
    if account_id is not None:
        found = found.filter(account=account_id)
    if shared is not None:
        found = found.filter(account__isnull=shared)
    if state != "all":
        found = found.filter(ended_at__isnull=state == "open")
    return found


def owned_by(user: User, owner: str) -> Q:
    """Customers of an owner: "mine", "team", "nobody", a user's number, or everybody's."""
    if owner == MINE:
        return Q(owner=user)
    if owner == TEAM:
        return Q(owner__team=user.team_id) if user.team_id else Q(owner=user)
    if owner == NOBODY:
        return Q(owner=None)
    return Q(owner=int(owner)) if owner.isascii() and owner.isdigit() and len(owner) < 10 else Q()


def customers_asked(user: User, *, q: str, owner: str) -> QuerySet[Account]:
    """Customers who have not left and meet the conditions."""
    found = Account.objects.filter(owned_by(user, owner)).exclude(stage=Stage.LEFT)
    return found_by_text(found, q) if q else found


def _holds() -> Exists:
    return Exists(Definition.objects.filter(account=OuterRef("pk"), ended_at=None))


def customers_without(customers: QuerySet[Account]) -> QuerySet[Account]:
    return customers.filter(~_holds()).select_related("owner").order_by("name", "pk")


def definitions_of(customers: QuerySet[Account]) -> QuerySet[Definition]:
    """What holds for them, by the customer's name."""
    found = definitions().filter(ended_at=None, account__in=customers.order_by().values("pk"))
    return found.order_by("account__name", "pk")


def counted(customers: QuerySet[Account]) -> tuple[int, int]:
    """How many of them there are, and how many of them have a definition that holds."""
    counts = customers.order_by().aggregate(all=Count("pk"), have=Count("pk", filter=Q(_holds())))
    return counts["all"], counts["have"]


@dataclass(frozen=True)
class Observed:
    """How a step is measured: title and page, or that its metric is gone, or not at all."""

    step: Step
    title: str = ""
    page: str = ""
    is_retired: bool = False

    @property
    def is_measured(self) -> bool:
        return bool(self.page)


class Observing:
    """What observes the steps of a page: asked once, and only where some step names a metric."""

    def __init__(self, versions: Iterable[Version | None]) -> None:
        keys = {step.metric for v in versions if v for step in v.steps.all() if step.metric}
        fillings = step_measures.values() if keys else []
        self.titles = {
            key: (title, m.page) for m in fillings for key, title in m.choices() if key in keys
        }
        gone = keys - self.titles.keys()
        self.retired = {
            key: title for m in (fillings if gone else []) for key, title in m.retired().items()
        }

    def of(self, version: Version | None) -> list[Observed]:
        return [self._of(step) for step in version.steps.all()] if version else []

    def _of(self, step: Step) -> Observed:
        if not step.metric:
            return Observed(step)
        if found := self.titles.get(step.metric):
            return Observed(step, *found)
        return Observed(step, self.retired.get(step.metric, step.metric), is_retired=True)


def people_to_choose(account: Account, kept: int | None) -> QuerySet[Person]:
    """Who may have said it: the people of the account, key persons first, and who stands there now
    even if that person has left.
    """
    places = Membership.objects.filter(account=account, person=OuterRef("pk"))
    found = Person.objects.filter(Q(Exists(places)) | Q(pk=kept))
    return found.order_by(Exists(places.filter(is_key=True)).desc(), "name", "pk")


def metric_choices() -> list[tuple[str, str]]:
    """What may observe a step: (key, title in the reader's language)."""
    return [choice for m in step_measures.values() for choice in m.choices()]


def retired_titles(keys: Sequence[str]) -> dict[str, str]:
    """Titles of what no longer observes anything; the key where none is known."""
    known = {key: t for m in step_measures.values() for key, t in m.retired().items()}
    return {key: known.get(key, key) for key in keys}


def where_defined() -> str:
    """The url name of the page where a metric is defined; empty where nothing measures."""
    return next((m.define for m in step_measures.values()), "")
