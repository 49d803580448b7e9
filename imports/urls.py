"""Addresses of bringing a plan in and taking it out."""

from django.urls import path

from imports.views import downloads, steps, uploads

app_name = "imports"
urlpatterns = [
    path("plans/<slug:slug>/import/", uploads.import_start, name="import-start"),
    path("plans/<slug:slug>/import/template/", downloads.import_template, name="import-template"),
    path("plans/<slug:slug>/export/<str:format_key>/", downloads.plan_export, name="plan-export"),
    path("imports/<int:pk>/", steps.import_detail, name="import-detail"),
    path("imports/<int:pk>/progress/", steps.import_progress, name="import-progress"),
    path("imports/<int:pk>/columns/", steps.import_columns, name="import-columns"),
    path("imports/<int:pk>/columns/leave-out/", steps.import_leave_column, name="import-leave-column"),
    path("imports/<int:pk>/words/", steps.import_words, name="import-words"),
    path("imports/<int:pk>/rows/", steps.import_rows, name="import-rows"),
    path("imports/<int:pk>/rows/again/", steps.import_rows_again, name="import-rows-again"),
    path("imports/<int:pk>/apply/", steps.import_apply, name="import-apply"),
    path("imports/<int:pk>/problems/", downloads.import_problems, name="import-problems"),
    path("imports/<int:pk>/drop/", steps.import_drop, name="import-drop"),
]
