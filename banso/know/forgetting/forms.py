from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from banso.shared.lake.models import Forgetting

EVERYWHERE, HERE = "everywhere", "here"


class ForgetForm(forms.Form):
    """What is to be forgotten; nothing is, until the last box is ticked."""

    mode = forms.ChoiceField(
        label=_("What happens to the events"),
        widget=forms.RadioSelect,
        initial=Forgetting.Mode.ERASE,
        choices=[
            (Forgetting.Mode.ERASE, _("Erase them: counts of past weeks become smaller")),
            (
                Forgetting.Mode.PSEUDONYMISE,
                _("Give them a random id that nobody can trace back: counts stay"),
            ),
        ],
    )
    scope = forms.ChoiceField(
        label=_("Which events"),
        widget=forms.RadioSelect,
        initial=EVERYWHERE,
        choices=[
            (EVERYWHERE, _("All with this id")),
            (HERE, _("Only those at the customers where this person stands")),
        ],
    )
    reference = forms.CharField(
        label=_("Reference"),
        required=False,
        max_length=100,
        help_text=_("Such as the number of the request. Do not write the name."),
    )
    sure = forms.BooleanField(label=_("I know that this cannot be undone."))


class CheckForm(forms.Form):
    """The id to look for once more; it is not kept."""

    user_key = forms.CharField(label=_("Id in the events"), max_length=200)
