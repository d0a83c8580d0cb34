from __future__ import annotations

from django.urls import path

from banso.act.today import views

app_name = "today"
urlpatterns = [
    path("", views.today, name="today"),
    path("signals/<int:pk>/task/", views.make_task, name="make_task"),
    path("signals/<int:pk>/snooze/", views.snooze_signal, name="snooze_signal"),
    path("signals/<int:pk>/dismiss/", views.dismiss_signal, name="dismiss_signal"),
]
