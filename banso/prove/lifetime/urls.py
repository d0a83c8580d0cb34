from __future__ import annotations

from django.urls import path

from banso.prove.lifetime import views

app_name = "lifetime"
urlpatterns = [
    path("", views.survival, name="survival"),
    path("factors/", views.staying_factors, name="staying_factors"),
    path("first/", views.first_time, name="first_time"),
    path("first/customers/", views.first_time_customers, name="first_time_customers"),
    path("value/", views.lifetime_value, name="lifetime_value"),
    path("customers/", views.lifetime_customers, name="lifetime_customers"),
]
