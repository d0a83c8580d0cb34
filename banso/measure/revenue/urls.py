from __future__ import annotations

from django.urls import path

from banso.measure.revenue import views

app_name = "revenue"
urlpatterns = [
    path("", views.revenue_overview, name="revenue_overview"),
    path("retention/", views.revenue_retention, name="revenue_retention"),
    path("customers/", views.revenue_customers, name="revenue_customers"),
    path("renewals/", views.revenue_renewals, name="revenue_renewals"),
]
