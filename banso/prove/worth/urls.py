from __future__ import annotations

from django.urls import path

from banso.prove.worth import views

app_name = "worth"
urlpatterns = [
    path("", views.worth, name="worth"),
    path("customers/", views.worth_customers, name="worth_customers"),
    path("scenarios/", views.scenario_list, name="scenario_list"),
    path("scenarios/<int:pk>/", views.scenario_detail, name="scenario_detail"),
    path("scenarios/<int:pk>/again/", views.scenario_again, name="scenario_again"),
    path("scenarios/<int:pk>/remove/", views.scenario_remove, name="scenario_remove"),
]
