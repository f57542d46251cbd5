"""The addresses under /accounts/: those of django-allauth that are meant to be reached, and our own."""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as keys
from allauth.socialaccount import views as social
from allauth.socialaccount.providers.openid_connect import views as oidc
from django.urls import path
from django.views.generic import RedirectView

from conferences.logins import links
from dashboard.login import views
from dashboard.login.logout import AskingLogoutView
from dashboard.login.passwords.forgotten import ChooseView, ForgottenView

to_account = RedirectView.as_view(pattern_name="account")

urlpatterns = [
    path("", views.account, name="account"),
    path("login/", views.OwnLoginView.as_view(), name="account_login"),
    path("logout/", AskingLogoutView.as_view(), name="account_logout"),
    path("logins/<int:pk>/end/", views.end_login, name="account_end_login"),
    path("reading/", views.reading, name="account_reading"),
    path("stay/", views.stay, name="account_stay"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("password/change/", views.ChangePasswordView.as_view(), name="account_change_password"),
    path("password/forgotten/", ForgottenView.as_view(), name="account_forgotten"),
    path(
        "password/forgotten/<uidb64>/<token>/",
        ChooseView.as_view(token_generator=links.BY_MAIL),
        name=links.BY_MAIL.view,
    ),
    path(
        "password/first/<uidb64>/<token>/", ChooseView.as_view(token_generator=links.BY_HAND), name=links.BY_HAND.view
    ),
    path("oidc/<slug:provider_id>/login/", oidc.login, name="openid_connect_login"),
    path("oidc/<slug:provider_id>/login/callback/", oidc.callback, name="openid_connect_callback"),
    path("3rdparty/", to_account, name="socialaccount_connections"),
    path("3rdparty/signup/", views.no_account, name="socialaccount_signup"),
    path("3rdparty/login/cancelled/", social.login_cancelled, name="socialaccount_login_cancelled"),
    path("3rdparty/login/error/", social.login_error, name="socialaccount_login_error"),
    path("2fa/", to_account, name="mfa_index"),
    path("2fa/authenticate/", mfa.authenticate, name="mfa_authenticate"),
    path("2fa/reauthenticate/", mfa.reauthenticate, name="mfa_reauthenticate"),
    path("2fa/totp/activate/", totp.activate_totp, name="mfa_activate_totp"),
    path("2fa/totp/deactivate/", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path("2fa/recovery-codes/", codes.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("2fa/recovery-codes/generate/", codes.generate_recovery_codes, name="mfa_generate_recovery_codes"),
    path("2fa/webauthn/", to_account, name="mfa_list_webauthn"),
    path("2fa/webauthn/add/", keys.add_webauthn, name="mfa_add_webauthn"),
    path("2fa/webauthn/login/", keys.login_webauthn, name="mfa_login_webauthn"),
    path("2fa/webauthn/reauthenticate/", keys.reauthenticate_webauthn, name="mfa_reauthenticate_webauthn"),
    path("2fa/webauthn/keys/<int:pk>/remove/", keys.remove_webauthn, name="mfa_remove_webauthn"),
    path("2fa/webauthn/keys/<int:pk>/edit/", keys.edit_webauthn, name="mfa_edit_webauthn"),
]
