from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from banso.listen.events.models import EventName


class EventNameForm(forms.ModelForm[EventName]):
    class Meta:
        model = EventName
        fields = ("label_ja", "label_en", "is_core")
        help_texts = {
            "is_core": _(
                "An action in which customers get what they came for. Metrics such as “days to the "
                "first core action” count it."
            )
        }
