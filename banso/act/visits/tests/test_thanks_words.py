from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from banso.act.visits.mailing import words_of
from banso.act.visits.tests.builders import an_answer
from banso.listen.surveys.tests.builders import a_wave
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db
PAGE = reverse("visits:thanks_words")


def test_the_mail_of_a_wave_is_written_in_both_languages(client: Client) -> None:
    client.force_login(a_user())
    wave = a_wave()
    an_answer(wave)
    text = client.get(PAGE, {"wave": wave.pk}).content.decode()
    assert "アンケートへのご回答のお礼" in text
    words = {"subject_ja": "御礼", "body_ja": "{name}様", "subject_en": "Thanks", "body_en": "Hi"}
    client.post(PAGE, words | {"wave": wave.pk})
    assert words_of(wave)["ja"] == {"subject": "御礼", "body": "{name}様"}


def test_an_empty_mail_is_refused_and_a_viewer_may_not(client: Client) -> None:
    wave = a_wave()
    an_answer(wave)
    client.force_login(a_user())
    assert client.post(PAGE, {"wave": wave.pk, "subject_ja": ""}).status_code == 400
    client.force_login(a_user(role="viewer"))
    assert client.get(PAGE).status_code == 403
