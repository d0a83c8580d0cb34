from __future__ import annotations

from django.urls import path

from banso.know.notes import views

app_name = "notes"
urlpatterns = [
    path("of/<int:account_pk>/", views.timeline, name="timeline"),
    path("of/<int:account_pk>/add/", views.note_add, name="note_add"),
]
