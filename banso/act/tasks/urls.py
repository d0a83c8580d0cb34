from __future__ import annotations

from django.urls import path

from banso.act.tasks import views

app_name = "tasks"
urlpatterns = [
    path("", views.task_list, name="task_list"),
    path("new/", views.task_create, name="task_create"),
    path("<int:pk>/", views.task_edit, name="task_edit"),
    path("<int:pk>/done/", views.task_done, name="task_done"),
]
