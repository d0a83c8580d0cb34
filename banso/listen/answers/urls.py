from __future__ import annotations

from django.urls import path

from banso.listen.answers import views

app_name = "answers"
urlpatterns = [
    path("customer/<int:pk>/", views.customer_answers, name="customer_answers"),
    path("person/<int:pk>/", views.person_answers, name="person_answers"),
    path(
        "person/<int:pk>/answers.<str:form>", views.person_answers_file, name="person_answers_file"
    ),
    path("person/<int:pk>/erase/", views.erase_person_answers, name="erase_person_answers"),
]
