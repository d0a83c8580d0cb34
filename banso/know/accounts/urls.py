from __future__ import annotations

from django.urls import path

from banso.know.accounts import views

app_name = "accounts"
urlpatterns = [
    path("", views.account_list, name="account_list"),
    path("count/", views.account_count, name="account_count"),
    path("columns/", views.column_choices, name="column_choices"),
    path("filter-row/", views.filter_row, name="filter_row"),
    path("export/", views.account_export, name="account_export"),
    path("bulk-change/", views.account_bulk_change, name="account_bulk_change"),
    path("views/save/", views.view_save, name="view_save"),
    path("views/<int:pk>/delete/", views.view_delete, name="view_delete"),
    path("options/", views.account_options, name="account_options"),
    path("add/", views.account_add, name="account_add"),
    path("<int:pk>/", views.account_detail, name="account_detail"),
    path("<int:pk>/edit/", views.account_edit, name="account_edit"),
    path("<int:pk>/environment/", views.environment_edit, name="environment_edit"),
]
