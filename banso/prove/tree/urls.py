from __future__ import annotations

from django.urls import path

from banso.prove.tree import views

app_name = "tree"
urlpatterns = [
    path("", views.tree_list, name="tree_list"),
    path("<int:pk>/", views.tree_detail, name="tree_detail"),
    path("<int:pk>/remove/", views.drop_tree, name="drop_tree"),
    path("nodes/<int:pk>/add/", views.hang_below, name="hang_below"),
    path("nodes/<int:pk>/change/", views.edit_node, name="edit_node"),
    path("nodes/<int:pk>/move/", views.shift_node, name="shift_node"),
    path("nodes/<int:pk>/remove/", views.drop_node, name="drop_node"),
]
