from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from banso.listen.invitations import rules


class State(models.TextChoices):
    PLANNED = "planned", _("Planned")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Could not be sent")
    LEFT_OUT = "left_out", _("Left out")


class Reason(models.TextChoices):
    """Why somebody is left out, or why a mail could not be sent."""

    NO_PERSON = rules.NO_PERSON, _("No person is known at this customer")
    NO_KEY_PERSON = rules.NO_KEY_PERSON, _("No key person is known at this customer")
    FORGOTTEN = rules.FORGOTTEN, _("Was forgotten")
    NO_EMAIL = rules.NO_EMAIL, _("Has no e-mail address")
    OPTED_OUT = rules.OPTED_OUT, _("Does not want to be asked")
    DUPLICATE = rules.DUPLICATE, _("Is asked already, at another customer or under another name")
    ASKED = rules.ASKED, _("Was asked a short time ago")
    IN_FILE = rules.IN_FILE, _("Answered a short time ago, in a survey brought in by file")
    REFUSED = "refused", _("The mail server refused the address")
    NOT_TAKEN = "not_taken", _("The mail server did not take the mail, several times")
    BAD_ADDRESS = "bad_address", _("The address cannot be used")


class Mailing(models.Model):
    """How the invitations of a wave are made and sent; one for each wave of this app.

    ``link_root``: the address at which the wave was opened, with which its links begin.
    """

    wave = models.OneToOneField("surveys.Wave", models.CASCADE, related_name="+")
    colleagues = models.JSONField(default=list)
    """Users who are asked about every customer of the audience; of a survey of colleagues."""
    owners_answer = models.BooleanField(default=False)
    """Each customer's owner is asked about it."""
    sends_mail = models.BooleanField(default=True)
    link_root = models.CharField(max_length=200, blank=True)
    planned_up_to = models.BigIntegerField(default=0)
    """The customers up to this id have been planned: where planning goes on after a kill."""
    planned_at = models.DateTimeField(null=True)
    """When everybody of the audience had been planned or left out."""
    trouble = models.CharField(max_length=300, blank=True)
    """What the mail server said when nothing could be sent at all; "" when it works."""
    trouble_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)

    def __str__(self) -> str:
        return f"mailing of {self.wave_id}"


class Invitation(models.Model):
    """One asked, by mail and personal link; ``user`` where a colleague is asked about ``account``.

    ``due``: the number of the mail that waits to be sent, 1 for the invitation and one more for
    each reminder; 0 when none does. ``claimed_at`` stands while it is being sent. In an anonymous
    wave ``response`` is cut when the answer is handed in, and ``has_answered`` is all that stays.
    """

    wave = models.ForeignKey("surveys.Wave", models.CASCADE, related_name="+")
    account = models.ForeignKey("accounts.Account", models.CASCADE, null=True, related_name="+")
    person = models.ForeignKey("people.Person", models.SET_NULL, null=True, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    email = models.EmailField(blank=True)
    language = models.CharField(max_length=8, blank=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.PLANNED)
    reason = models.CharField(max_length=16, choices=Reason.choices, blank=True)
    detail = models.CharField(max_length=300, blank=True)
    """What the mail server said about this address."""
    nonce = models.CharField(max_length=32)
    token_hash = models.CharField(max_length=64, null=True, unique=True)
    """SHA-256 of the token, which itself is nowhere; null until the first mail goes out."""
    due = models.PositiveSmallIntegerField(default=0)
    due_from = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    claimed_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    reminders = models.PositiveSmallIntegerField(default=0)
    reminded_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    has_answered = models.BooleanField(default=False)
    response = models.OneToOneField(
        "surveys.Response", models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["wave", "person", "account"],
                condition=Q(person__isnull=False),
                name="one_invitation_per_person",
            ),
            models.UniqueConstraint(
                fields=["wave", "user", "account"],
                condition=Q(user__isnull=False),
                name="one_invitation_per_colleague",
            ),
        ]
        indexes = [
            models.Index(fields=["wave", "state"], name="invitation_of_wave"),
            models.Index(
                fields=["wave", "due_from", "id"],
                condition=Q(due__gt=0),
                name="invitation_that_is_due",
            ),
            models.Index(fields=["person", "sent_at"], name="invitation_of_person"),
            models.Index(fields=["email", "sent_at"], name="invitation_by_email"),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"


class OptOut(models.Model):
    """An address that does not want to be asked; kept as a keyed hash, so that it outlasts a
    forgetting without naming anybody.
    """

    address = models.CharField(max_length=64, unique=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"#{self.pk}"


class SpentSecret(models.Model):
    """The secret of a public answer to an anonymous wave that was handed in: the same form sent
    again is not a second answer.
    """

    secret_hash = models.CharField(max_length=64, primary_key=True)
    wave = models.ForeignKey("surveys.Wave", models.CASCADE, related_name="+")

    def __str__(self) -> str:
        return self.secret_hash[:8]
