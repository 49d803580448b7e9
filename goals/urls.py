"""Addresses where a plan gets its shape. How it stands is shown by the initiatives room."""

from django.urls import path

from goals import views

app_name = "goals"
urlpatterns = [
    path("plans/new/", views.plan_create, name="plan-create"),
    path("plans/<slug:slug>/edit/", views.plan_edit, name="plan-edit"),
    path("plans/<slug:slug>/goals/new/", views.goal_create, name="goal-create"),
    path("plans/<slug:slug>/goals/<str:number>/edit/", views.goal_edit, name="goal-edit"),
    path("plans/<slug:slug>/goals/<str:number>/strategies/new/", views.strategy_create, name="strategy-create"),
    path("plans/<slug:slug>/priorities/new/", views.priority_create, name="priority-create"),
    path("plans/<slug:slug>/why/new/", views.evidence_create, name="evidence-create"),
    path("evidence/<int:pk>/edit/", views.evidence_edit, name="evidence-edit"),
    path("evidence/<int:pk>/retire/", views.evidence_retire, name="evidence-retire"),
    path("evidence/<int:pk>/restore/", views.evidence_restore, name="evidence-restore"),
    path("evidence/<int:pk>/move/<str:way>/", views.evidence_move, name="evidence-move"),
    path("strategies/<int:pk>/edit/", views.strategy_edit, name="strategy-edit"),
    path("priorities/<int:pk>/edit/", views.priority_edit, name="priority-edit"),
]
