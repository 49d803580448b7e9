"""Addresses of the people room."""

from django.contrib.auth import views as auth
from django.contrib.auth.decorators import login_not_required
from django.urls import path, reverse_lazy

from people import forms, views

app_name = "people"
urlpatterns = [
    path("sign-in/", views.SignIn.as_view(), name="sign-in"),
    path("sign-out/", auth.LogoutView.as_view(http_method_names=["post"]), name="sign-out"),
    path("profile/", views.profile, name="profile"),
    path(
        "profile/password/",
        auth.PasswordChangeView.as_view(
            template_name="people/password_change.html", success_url=reverse_lazy("people:password-change-done")
        ),
        name="password-change",
    ),
    path(
        "profile/password/done/",
        auth.PasswordChangeDoneView.as_view(template_name="people/password_change_done.html"),
        name="password-change-done",
    ),
    path(
        "password-reset/",
        login_not_required(
            auth.PasswordResetView.as_view(
                template_name="people/password_reset.html",
                email_template_name="people/email/password_reset.txt",
                subject_template_name="people/email/password_reset_subject.txt",
                form_class=forms.ResetForm,
                success_url=reverse_lazy("people:password-reset-sent"),
            )
        ),
        name="password-reset",
    ),
    path(
        "password-reset/sent/",
        login_not_required(auth.PasswordResetDoneView.as_view(template_name="people/password_reset_sent.html")),
        name="password-reset-sent",
    ),
    path(
        "password-reset/<uidb64>/<token>/",
        login_not_required(
            auth.PasswordResetConfirmView.as_view(
                template_name="people/password_reset_confirm.html",
                success_url=reverse_lazy("people:password-reset-complete"),
            )
        ),
        name="password-reset-confirm",
    ),
    path(
        "password-reset/complete/",
        login_not_required(auth.PasswordResetCompleteView.as_view(template_name="people/password_reset_complete.html")),
        name="password-reset-complete",
    ),
    path("people/", views.person_list, name="person-list"),
    path("people/new/", views.person_create, name="person-create"),
    path("people/departments/", views.department_list_admin, name="department-list-admin"),
    path("people/departments/new/", views.department_create, name="department-create"),
    path("people/departments/<int:pk>/edit/", views.department_edit, name="department-edit"),
    path("people/audit-log/", views.audit_log, name="audit-log"),
    path("people/<int:pk>/", views.person_detail, name="person-detail"),
    path("people/<int:pk>/edit/", views.person_edit, name="person-edit"),
    path("people/<int:pk>/roles/", views.role_grant, name="role-grant"),
    path("people/<int:pk>/roles/<int:grant_pk>/revoke/", views.role_revoke, name="role-revoke"),
]
