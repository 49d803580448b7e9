"""Addresses under /api/. Apart from planapp/api.py: DRF's settings import that one before the apps are ready."""

from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView

from goals.api import GoalViewSet, PlanViewSet, StrategyViewSet
from initiatives.api import CommentViewSet, CommitmentViewSet, InitiativeViewSet, MilestoneViewSet, StatusUpdateViewSet
from people.api import DepartmentViewSet, PersonViewSet
from planapp.api import Router
from planapp.views import api_docs

router = Router()
router.register("plans", PlanViewSet, "plan")
router.register("goals", GoalViewSet, "goal")
router.register("strategies", StrategyViewSet, "strategy")
router.register("initiatives", InitiativeViewSet, "initiative")
router.register("milestones", MilestoneViewSet, "milestone")
router.register("status-updates", StatusUpdateViewSet, "status-update")
router.register("comments", CommentViewSet, "comment")
router.register("commitments", CommitmentViewSet, "commitment")
router.register("departments", DepartmentViewSet, "department")
router.register("people", PersonViewSet, "person")

urlpatterns = [
    path("v1/", include((router.urls, "api"))),
    path("schema/", SpectacularAPIView.as_view(), name="api-schema"),
    path("docs/", api_docs, name="api-docs"),
]
