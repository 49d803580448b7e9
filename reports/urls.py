"""Addresses of the reports room. The fixed words stand before the plan's short name; no plan can take them."""

from django.urls import path

from reports.views import archive, easy_read, exports, pages, verify, workflow

app_name = "reports"
ONE = "reports/<slug:slug>/<str:quarter>/"
urlpatterns = [
    path("reports/", pages.report_list, name="report-list"),
    path("reports/verify/", verify.report_verify, name="report-verify"),
    path("reports/files/", exports.export_list, name="export-list"),
    path("reports/files/<int:pk>/", exports.export_detail, name="export-detail"),
    path("reports/files/<int:pk>/progress/", exports.export_progress, name="export-progress"),
    path("reports/files/<int:pk>/download/", exports.export_download, name="export-download"),
    path("plans/<slug:slug>/archive/", archive.plan_archive, name="plan-archive"),
    path("plans/<slug:slug>/easy-read.pdf", easy_read.plan_easy_read_pdf, name="easy-read-pdf"),
    path("reports/<slug:slug>/compare/", verify.report_compare, name="report-compare"),
    path(ONE, pages.report_detail, name="report-detail"),
    path(f"{ONE}export.<str:format_key>", exports.report_export, name="report-export"),
    path(f"{ONE}sign-off/<int:initiative_id>/", workflow.report_sign_off, name="report-sign-off"),
    path(f"{ONE}correct/<slug:kind>/<int:row_id>/", workflow.report_correct, name="report-correct"),
    *(path(f"{ONE}{name}/", workflow.report_work, {"name": name}, name=f"report-{name}") for name in workflow.WORK),
]
