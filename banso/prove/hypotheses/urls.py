from __future__ import annotations

from django.urls import path

from banso.prove.hypotheses import views

app_name = "hypotheses"
urlpatterns = [
    path("", views.hypothesis_list, name="hypothesis_list"),
    path("new/", views.write_hypothesis, name="write_hypothesis"),
    path("ahead/", views.look_ahead, name="look_ahead"),
    path("check/", views.check_now, name="check_now"),
    path("ledger/", views.ledger, name="ledger"),
    path("outcomes/", views.own_outcomes, name="own_outcomes"),
    path("outcomes/<int:pk>/retire/", views.drop_outcome, name="drop_outcome"),
    path("<int:pk>/", views.hypothesis_detail, name="hypothesis_detail"),
    path("<int:pk>/plan/", views.change_plan, name="change_plan"),
    path("<int:pk>/retire/", views.retire_hypothesis, name="retire_hypothesis"),
]
