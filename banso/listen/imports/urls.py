from __future__ import annotations

from django.urls import path

from banso.listen.imports import views

app_name = "imports"
urlpatterns = [
    path("", views.import_list, name="import_list"),
    path("upload/", views.import_upload, name="import_upload"),
    path("sample/<slug:kind>.csv", views.import_sample, name="import_sample"),
    path("<int:pk>/columns/", views.import_mapping, name="import_mapping"),
    path("<int:pk>/check/", views.import_check, name="import_check"),
    path("<int:pk>/", views.import_run, name="import_run"),
    path("<int:pk>/cancel/", views.import_cancel, name="import_cancel"),
    path("<int:pk>/refused.csv", views.import_refused, name="import_refused"),
]
