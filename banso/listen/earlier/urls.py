from __future__ import annotations

from django.urls import path

from banso.listen.earlier import views

app_name = "earlier"
urlpatterns = [
    path("", views.earlier_list, name="earlier_list"),
    path("upload/", views.earlier_upload, name="earlier_upload"),
    path("unknown/", views.earlier_unknown, name="earlier_unknown"),
    path("<int:pk>/columns/", views.earlier_columns, name="earlier_columns"),
    path("<int:pk>/check/", views.earlier_check, name="earlier_check"),
    path("<int:pk>/", views.earlier_run, name="earlier_run"),
    path("<int:pk>/cancel/", views.earlier_cancel, name="earlier_cancel"),
    path("<int:pk>/undo/", views.earlier_undo, name="earlier_undo"),
    path("<int:pk>/refused.csv", views.earlier_refused, name="earlier_refused"),
]
