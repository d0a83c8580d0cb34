from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from banso.shared.search_text import SearchTextField


class Person(models.Model):
    """Someone at one account or several. ``external_id`` is the user id that usage events carry."""

    source = models.CharField(_("Source"), max_length=40, default="manual")
    external_id = models.CharField(_("External id"), max_length=200)
    name = models.CharField(_("Name"), max_length=200)
    name_kana = models.CharField(_("Reading of the name"), max_length=200, blank=True)
    email = models.EmailField(_("E-mail"), blank=True)
    phone = models.CharField(_("Telephone"), max_length=40, blank=True)
    department = models.CharField(_("Department"), max_length=100, blank=True)
    title = models.CharField(_("Title"), max_length=100, blank=True)
    product_role = models.CharField(_("Role in the product"), max_length=60, blank=True)
    personality = models.TextField(_("Personality"), blank=True)
    channel = models.CharField(_("Preferred channel"), max_length=60, blank=True)
    custom = models.JSONField(default=dict, blank=True)
    search_text = SearchTextField(of=("name", "name_kana", "email", "external_id"))
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "external_id"], name="person_of_a_source")
        ]
        indexes = [
            models.Index(fields=["name", "id"], name="person_by_name"),
            models.Index(fields=["name_kana", "id"], name="person_by_name_kana"),
            models.Index(fields=["external_id"], name="person_by_external_id"),
            models.Index(fields=["search_text"], name="person_by_search_text"),
        ]

    def __str__(self) -> str:
        return self.name


class Influence(models.TextChoices):
    DECIDES = "decides", _("Decides")
    INFLUENCES = "influences", _("Influences")
    USES = "uses", _("Uses")


class Membership(models.Model):
    """A person's place at an account; a key person decides or influences."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="memberships")
    account = models.ForeignKey("accounts.Account", models.CASCADE, related_name="+")
    is_key = models.BooleanField(_("Key person"), default=False)
    influence = models.CharField(
        _("Influence"), max_length=12, choices=Influence.choices, blank=True
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "person"], name="one_membership")]
        indexes = [
            models.Index(
                fields=["person"], condition=models.Q(is_key=True), name="membership_of_key_person"
            )
        ]

    def __str__(self) -> str:
        return f"{self.person} — {self.account}"
