"""Addresses of the reports room."""

from django.urls import path

from reports.views import pages

app_name = "reports"
urlpatterns = [
    path("reports/", pages.report_list, name="report-list"),
    path("reports/<slug:slug>/<str:quarter>/", pages.report_detail, name="report-detail"),
    path("reports/<slug:slug>/<str:quarter>/export.<str:format_key>", pages.report_export, name="report-export"),
]
