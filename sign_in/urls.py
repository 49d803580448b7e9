"""Addresses of signing in beyond e-mail and password. Their names are those that django-allauth asks for."""

from django.contrib.auth.decorators import login_not_required
from django.urls import path
from django.views.generic import RedirectView

from sign_in.views import confirm, factors, groups, leaving, passkeys, providers

urlpatterns = [
    # Where the library sends somebody who has to sign in (again); the page itself is in the people room.
    path(
        "sign-in/again/",
        login_not_required(RedirectView.as_view(pattern_name="people:sign-in", query_string=True)),
        name="account_login",
    ),
    path("sign-in/confirm/", confirm.Confirm.as_view(), name="account_reauthenticate"),
    path("sign-in/second-step/", factors.SecondStep.as_view(), name="mfa_authenticate"),
    path("profile/second-step/", factors.index, name="mfa_index"),
    path("profile/second-step/app/", factors.app_add, name="mfa_activate_totp"),
    path("profile/second-step/app/remove/", factors.app_remove, name="mfa_deactivate_totp"),
    path("profile/second-step/codes/", factors.codes, name="mfa_view_recovery_codes"),
    path("profile/second-step/codes/file/", factors.codes_file, name="mfa_download_recovery_codes"),
    path("profile/second-step/codes/renew/", factors.codes_renew, name="mfa_generate_recovery_codes"),
    path("profile/second-step/passkey/", passkeys.passkey_add, name="mfa_add_webauthn"),
    path("profile/second-step/passkey/<int:pk>/", passkeys.passkey_rename, name="mfa_edit_webauthn"),
    path("profile/second-step/passkey/<int:pk>/remove/", passkeys.passkey_remove, name="mfa_remove_webauthn"),
    path("sign-in/passkey/", passkeys.passkey_sign_in, name="mfa_login_webauthn"),
    path("people/<int:pk>/second-step/take-off/", factors.take_off, name="factors-take-off"),
    path("sign-in/oidc/<slug:provider_id>/", providers.oidc_login, name="openid_connect_login"),
    path("sign-in/oidc/<slug:provider_id>/callback/", providers.oidc_callback, name="openid_connect_callback"),
    path("sign-in/oidc/<slug:provider_id>/logout/", leaving.oidc_logout, name="openid_connect_logout"),
    path("sign-in/saml/<slug:organization_slug>/", providers.saml_login, name="saml_login"),
    path("sign-in/saml/<slug:organization_slug>/acs/", providers.saml_acs, name="saml_acs"),
    path("sign-in/saml/<slug:organization_slug>/acs/finish/", providers.saml_finish, name="saml_finish_acs"),
    path("sign-in/saml/<slug:organization_slug>/sls/", providers.saml_logout, name="saml_sls"),
    path("sign-in/saml/<slug:organization_slug>/metadata/", providers.saml_metadata, name="saml_metadata"),
    path("people/sign-in/", groups.overview, name="sign-in-groups"),
    path("people/sign-in/groups/new/", groups.group_add, name="sign-in-group-add"),
    path("people/sign-in/groups/<int:pk>/remove/", groups.group_remove, name="sign-in-group-remove"),
]
