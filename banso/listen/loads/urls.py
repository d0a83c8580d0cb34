from __future__ import annotations

from django.urls import path

from banso.listen.loads import views

app_name = "loads"
urlpatterns = [
    path("", views.load_list, name="load_list"),
    path("new/", views.load_new, name="load_new"),
    path("<int:pk>/columns/", views.load_mapping, name="load_mapping"),
    path("<int:pk>/", views.load_run, name="load_run"),
    path("<int:pk>/refused.<slug:form>", views.load_refused, name="load_refused"),
]
