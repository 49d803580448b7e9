"""Addresses where people look over many: plan, focus area, list of initiatives, department."""

from django.urls import path

from initiatives.views import departments, lists, overview

# Abbreviations are free text ("L&I", "Mural Arts", even one with a slash), so they are matched as a path.
urlpatterns = [
    path("plan/", overview.current_plan, name="current-plan"),
    path("plans/", overview.plan_list, name="plan-list"),
    path("plans/<slug:slug>/", overview.plan_detail, name="plan-detail"),
    path("plans/<slug:slug>/goals/<str:number>/", overview.goal_detail, name="goal-detail"),
    path("initiatives/", lists.initiative_list, name="initiative-list"),
    path("initiatives/export.<str:format>", lists.initiative_list_export, name="initiative-list-export"),
    path("departments/", departments.department_list, name="department-list"),
    path(
        "departments/<path:abbreviation>/<str:part>.<str:format>",
        departments.department_export,
        name="department-export",
    ),
    path("departments/<path:abbreviation>/", departments.department_detail, name="department-detail"),
]
