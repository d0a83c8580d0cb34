"""What the processes that serve for tests are prepared with and asked for, by a verb."""

from __future__ import annotations

import json
import os
import sys

import django

ANSWERS = 2000


def prepare() -> None:
    """An empty installation with an open wave; says the tokens of its personal links, and the
    public one.
    """
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    from banso.know.accounts.models import Account
    from banso.listen.invitations.models import Invitation, State
    from banso.listen.invitations.tests.builders import an_open_wave
    from banso.listen.invitations.tokens import hash_of, new_nonce, token_of

    wave = an_open_wave(has_public_link=True, mailing={"sends_mail": False})
    account = Account.objects.create(external_id="A", name="A")
    made = Invitation.objects.bulk_create(
        (
            Invitation(wave=wave, account=account, nonce=new_nonce(), state=State.SENT)
            for _ in range(ANSWERS)
        ),
        batch_size=500,
    )
    for one in made:
        one.token_hash = hash_of(token_of(one))
    Invitation.objects.bulk_update(made, ["token_hash"], batch_size=400)
    json.dump([[token_of(one) for one in made], wave.public_token], sys.stdout)


def report() -> None:
    """The free texts of the answers that are there, and of the journal how many it tells of."""
    from banso.listen.invitations.models import Invitation
    from banso.listen.surveys.models import Response
    from banso.shared.journal.models import Entry

    kept = Response.objects.filter(submitted_on__isnull=False)
    told = {
        "texts": [answers["comment"] for answers in kept.values_list("answers", flat=True)],
        "entries": Entry.objects.filter(kind="survey.answered").count(),
        "tied": Invitation.objects.filter(has_answered=True, response__isnull=False).count(),
    }
    json.dump(told, sys.stdout)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "banso.shell.settings")
    django.setup()
    {"prepare": prepare, "report": report}[sys.argv[1]]()
