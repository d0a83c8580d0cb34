from __future__ import annotations

from django.urls import path

from banso.measure.experience import views

app_name = "experience"
urlpatterns = [
    path("", views.experience_result, name="experience_result"),
    path("branch/", views.branch_customers, name="branch_customers"),
    path("by/", views.experience_by, name="experience_by"),
    path("who-answered/", views.who_answered, name="who_answered"),
    path("years/", views.experience_years, name="experience_years"),
    path("words/", views.experience_words, name="experience_words"),
]
