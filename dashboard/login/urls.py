"""The addresses under /accounts/: those of django-allauth that are meant to be reached, and our own."""

from allauth.account import views as account
from django.urls import path

from dashboard.login import views
from dashboard.login.logout import AskingLogoutView

urlpatterns = [
    path("login/", account.login, name="account_login"),
    path("logout/", AskingLogoutView.as_view(), name="account_logout"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("", views.account, name="account"),
    path("password/change/", views.ChangePasswordView.as_view(), name="account_change_password"),
]
