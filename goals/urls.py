"""Addresses of the goals room."""

from django.urls import URLPattern

app_name = "goals"
urlpatterns: list[URLPattern] = []
