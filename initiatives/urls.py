"""Addresses of the initiatives room: where people look over many, then where they work on one."""

from django.urls import path

from initiatives.views import (
    commitments,
    departments,
    hand_over,
    initiatives,
    lists,
    milestones,
    overview,
    regrouping,
    status_updates,
    structure,
)

app_name = "initiatives"
# Abbreviations are free text ("L&I", "Mural Arts", even one with a slash), so they are matched as a path.
urlpatterns = [
    path("plan/", overview.current_plan, name="current-plan"),
    path("plans/", overview.plan_list, name="plan-list"),
    path("plans/<slug:slug>/", overview.plan_detail, name="plan-detail"),
    path("plans/<slug:slug>/why/", overview.plan_why, name="plan-why"),
    path("plans/<slug:slug>/goals/<str:number>/", overview.goal_detail, name="goal-detail"),
    path("plans/<slug:slug>/structure/", structure.plan_structure, name="plan-structure"),
    path("plans/<slug:slug>/structure/add/", structure.structure_add, name="structure-add"),
    path("plans/<slug:slug>/structure/numbers/", structure.structure_renumber, name="structure-renumber"),
    path("plans/<slug:slug>/structure/<str:kind>/<int:pk>/", structure.structure_row, name="structure-row"),
    path("plans/<slug:slug>/structure/<str:kind>/<int:pk>/name/", structure.structure_rename, name="structure-rename"),
    path("plans/<slug:slug>/structure/<str:kind>/<int:pk>/move/", structure.structure_move, name="structure-move"),
    path("plans/<slug:slug>/structure/<str:kind>/<int:pk>/split/", regrouping.structure_split, name="structure-split"),
    path("plans/<slug:slug>/structure/<str:kind>/<int:pk>/merge/", regrouping.structure_merge, name="structure-merge"),
    path(
        "plans/<slug:slug>/structure/<str:kind>/<int:pk>/retire/", regrouping.structure_retire, name="structure-retire"
    ),
    path(
        "plans/<slug:slug>/structure/<str:kind>/<int:pk>/restore/",
        regrouping.structure_restore,
        name="structure-restore",
    ),
    path("initiatives/", lists.initiative_list, name="initiative-list"),
    path("initiatives/export.<str:format>", lists.initiative_list_export, name="initiative-list-export"),
    path("departments/", departments.department_list, name="department-list"),
    path(
        "departments/<path:abbreviation>/<str:listing>.<str:format>",
        departments.department_export,
        name="department-export",
    ),
    path("departments/<path:abbreviation>/", departments.department_detail, name="department-detail"),
    path("initiatives/<int:pk>/", initiatives.initiative_detail, name="initiative-detail"),
    path("initiatives/<int:pk>/history/", initiatives.initiative_history, name="initiative-history"),
    path("initiatives/<int:pk>/edit/", initiatives.initiative_edit, name="initiative-edit"),
    path("initiatives/<int:pk>/override/", initiatives.initiative_override, name="initiative-override"),
    path("initiatives/<int:pk>/override/lift/", initiatives.initiative_override_lift, name="initiative-override-lift"),
    path("plans/<slug:slug>/initiatives/new/", initiatives.initiative_create, name="initiative-create"),
    path("plans/<slug:slug>/initiatives/<str:number>/", initiatives.initiative_by_number, name="initiative-by-number"),
    path("hand-over/", hand_over.initiative_hand_over, name="initiative-hand-over"),
    path("initiatives/<int:pk>/status-updates/new/", status_updates.status_update_create, name="status-update-create"),
    path(
        "initiatives/<int:pk>/status-updates/no-change/",
        status_updates.status_update_no_change,
        name="status-update-no-change",
    ),
    path("initiatives/<int:pk>/status-updates/draft/", status_updates.status_draft_save, name="status-draft-save"),
    path(
        "initiatives/<int:pk>/status-updates/draft/discard/",
        status_updates.status_draft_discard,
        name="status-draft-discard",
    ),
    path("status-updates/<int:pk>/correct/", status_updates.status_update_correct, name="status-update-correct"),
    path(
        "status-updates/<int:pk>/acknowledge/",
        status_updates.status_update_acknowledge,
        name="status-update-acknowledge",
    ),
    path("initiatives/<int:pk>/milestones/new/", milestones.milestone_create, name="milestone-create"),
    path("milestones/<int:pk>/edit/", milestones.milestone_edit, name="milestone-edit"),
    path("milestones/<int:pk>/complete/", milestones.milestone_complete, name="milestone-complete"),
    path("milestones/<int:pk>/reopen/", milestones.milestone_reopen, name="milestone-reopen"),
    path("milestones/<int:pk>/cancel/", milestones.milestone_cancel, name="milestone-cancel"),
    path("initiatives/<int:pk>/commitments/new/", commitments.commitment_create, name="commitment-create"),
    path("commitments/<int:pk>/accept/", commitments.commitment_accept, name="commitment-accept"),
    path("commitments/<int:pk>/decline/", commitments.commitment_decline, name="commitment-decline"),
    path("commitments/<int:pk>/offer/", commitments.commitment_offer, name="commitment-offer"),
    path("commitments/<int:pk>/agree/", commitments.commitment_agree, name="commitment-agree"),
    path("commitments/<int:pk>/ask-again/", commitments.commitment_ask_again, name="commitment-ask-again"),
    path("commitments/<int:pk>/deliver/", commitments.commitment_deliver, name="commitment-deliver"),
    path("commitments/<int:pk>/withdraw/", commitments.commitment_withdraw, name="commitment-withdraw"),
    path("commitments/<int:pk>/move/", commitments.commitment_move, name="commitment-move"),
]
