from __future__ import annotations

from django.urls import path

from banso.know.forgetting import views

app_name = "forgetting"
urlpatterns = [
    path("", views.forgotten_list, name="forgotten_list"),
    path("<int:pk>/", views.forgotten_person, name="forgotten_person"),
    path("<int:pk>/receipt.csv", views.forgotten_csv, name="forgotten_csv"),
    path("person/<int:person_pk>/", views.person_forget, name="person_forget"),
]
