from __future__ import annotations

from django.urls import path

from banso.shared.fields import views

app_name = "fields"
urlpatterns = [
    path("", views.field_list, name="field_list"),
    path("add/", views.field_add, name="field_add"),
    path("<int:pk>/", views.field_edit, name="field_edit"),
]
