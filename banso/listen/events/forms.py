from __future__ import annotations

from typing import Any

from django import forms
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from banso.listen.events.models import EventName, Feature
from banso.listen.events.refusals import LONGEST_RAW


class EventNameForm(forms.ModelForm[EventName]):
    class Meta:
        model = EventName
        fields = ("label_ja", "label_en", "feature", "is_core")
        help_texts = {
            "is_core": _(
                "An action in which customers get what they came for. Metrics such as “days to the "
                "first core action” count it."
            ),
            "feature": _("The part of the product that the event belongs to."),
        }


class FeatureForm(forms.ModelForm[Feature]):
    class Meta:
        model = Feature
        fields = ("name_ja", "name_en", "key")
        help_texts = {
            "key": _("How metrics and the API call it; made from the English name when left empty.")
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["key"].required = False

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not cleaned.get("name_ja") and not cleaned.get("name_en"):
            raise forms.ValidationError(_("Give the feature a name."))
        if not cleaned.get("key") and "key" not in self.errors:
            cleaned["key"] = self._free_key(cleaned.get("name_en", ""))
        return cleaned

    def _free_key(self, name: str) -> str:
        wanted = slugify(name)[:50] or "feature"
        taken = set(Feature.objects.exclude(pk=self.instance.pk).values_list("key", flat=True))
        numbers = (f"{wanted}-{n}" for n in range(2, len(taken) + 3))
        return next(key for key in (wanted, *numbers) if key not in taken)


class CorrectionForm(forms.Form):
    raw = forms.CharField(
        label=_("The event as it was sent"),
        max_length=LONGEST_RAW,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 14, "spellcheck": "false", "autocomplete": "off"}),
    )
