"""Addresses where people work on one initiative: its page, its updates, milestones and commitments."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
