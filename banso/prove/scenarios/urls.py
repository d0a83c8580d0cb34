from __future__ import annotations

from django.urls import path

from banso.prove.scenarios import views

app_name = "scenarios"
urlpatterns = [
    path("", views.what_if, name="what_if"),
    path("kept/", views.what_if_list, name="what_if_list"),
    path("kept/<int:pk>/", views.what_if_detail, name="what_if_detail"),
    path("kept/<int:pk>/remove/", views.what_if_remove, name="what_if_remove"),
]
