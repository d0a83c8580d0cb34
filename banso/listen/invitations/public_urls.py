from __future__ import annotations

from django.urls import path

from banso.listen.invitations import public

app_name = "answering"
urlpatterns = [
    path("<str:token>/", public.answer_form, name="answer_form"),
    path("<str:token>/save/", public.answer_save, name="answer_save"),
    path("<str:token>/thanks/", public.answer_thanks, name="answer_thanks"),
    path("<str:token>/stop/", public.answer_stop, name="answer_stop"),
]
