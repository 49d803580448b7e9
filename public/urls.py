"""Addresses of the public room. The fixed words stand before the plan's short name."""

from django.urls import path

from public import views

app_name = "public"
urlpatterns = [
    path("public/", views.report_list, name="report-list"),
    path("public/verify/", views.report_verify, name="report-verify"),
    path("public/<slug:slug>/compare/", views.report_compare, name="report-compare"),
    path("public/<slug:slug>/<str:quarter>/", views.report_detail, name="report-detail"),
    path("public/<slug:slug>/<str:quarter>/export.<str:format_key>", views.report_export, name="report-export"),
]
