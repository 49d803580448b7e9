"""Addresses where people look over many: plan, focus area, list of initiatives, department."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
