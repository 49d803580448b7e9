"""Addresses of the people room. Sign-in and password reset are open; one's own pages need no role; the rest does."""

from django.contrib.auth import views as auth
from django.contrib.auth.decorators import login_not_required
from django.urls import path

from people.views import audit_log, departments, invitations, people, sessions, sign_in

app_name = "people"
urlpatterns = [
    path("sign-in/", sign_in.SignIn.as_view(), name="sign-in"),
    path("sign-out/", sign_in.SignOut.as_view(), name="sign-out"),
    path("profile/", sign_in.profile, name="profile"),
    path("profile/sessions/left/", sessions.session_left, name="session-left"),
    path("profile/sessions/end/", sessions.sessions_end, name="sessions-end"),
    path("profile/sessions/<str:name>/end/", sessions.session_end, name="session-end"),
    path("profile/password/", sign_in.PasswordChange.as_view(), name="password-change"),
    path(
        "profile/password/done/",
        auth.PasswordChangeDoneView.as_view(template_name="people/password_change_done.html"),
        name="password-change-done",
    ),
    path("password-reset/", sign_in.PasswordReset.as_view(), name="password-reset"),
    path(
        "password-reset/sent/",
        login_not_required(auth.PasswordResetDoneView.as_view(template_name="people/password_reset_sent.html")),
        name="password-reset-sent",
    ),
    path("password-reset/<uidb64>/<token>/", sign_in.PasswordResetConfirm.as_view(), name="password-reset-confirm"),
    path(
        "password-reset/complete/",
        login_not_required(auth.PasswordResetCompleteView.as_view(template_name="people/password_reset_complete.html")),
        name="password-reset-complete",
    ),
    path("people/", people.person_list, name="person-list"),
    path("people/new/", people.person_create, name="person-create"),
    path("people/invite/", people.people_invite, name="people-invite"),
    path("people/invite-to-plan/", people.person_invite, name="person-invite"),
    path("people/departments/", departments.department_list_admin, name="department-list-admin"),
    path("people/departments/new/", departments.department_create, name="department-create"),
    path("people/departments/<int:pk>/edit/", departments.department_edit, name="department-edit"),
    path("people/audit-log/", audit_log.audit_log, name="audit-log"),
    path("people/unreached/", people.people_unreached, name="people-unreached"),
    path("people/<int:pk>/", people.person_detail, name="person-detail"),
    path("people/<int:pk>/edit/", people.person_edit, name="person-edit"),
    path("people/<int:pk>/sessions/end/", sessions.person_sessions_end, name="person-sessions-end"),
    path("people/<int:pk>/activity/", people.person_activity, name="person-activity"),
    path("people/<int:pk>/invitation/", invitations.invitation_send, name="invitation-send"),
    path("invitation/<str:token>/", invitations.invitation, name="invitation"),
    path("invitation/<str:token>/new-link/", invitations.invitation_new, name="invitation-new"),
    path("people/<int:pk>/roles/", people.role_grant, name="role-grant"),
    path("people/<int:pk>/roles/<int:grant_pk>/revoke/", people.role_revoke, name="role-revoke"),
]
