"""Every HTTP address."""

from django.contrib import admin
from django.contrib.auth.views import LoginView
from django.urls import include, path

from dashboard import agent_views, api, audit_views, health, unassigned_views, views
from dashboard.accounts import AskingLogoutView

urlpatterns = [
    path("", views.board, name="board"),
    path("agents/", agent_views.agents, name="agents"),
    path("unassigned/", unassigned_views.unassigned, name="unassigned"),
    path("feed/", views.feed, name="feed"),
    path("conferences/<uuid:pk>/", views.conference, name="conference"),
    path("conferences/<uuid:pk>/supervise/", views.supervise, name="supervise"),
    path("conferences/<uuid:pk>/recheck/", views.recheck, name="recheck"),
    path("conferences/<uuid:pk>/hearing/", views.hearing, name="hearing"),
    path("supervisions/<uuid:pk>/change/", views.change, name="change"),
    path("supervisions/<uuid:pk>/leave/", views.leave, name="leave"),
    path("supervisions/<uuid:pk>/stay/", views.stay, name="stay"),
    path("supervisions/<uuid:pk>/lift/", views.lift, name="lift"),
    path("supervisions/<uuid:pk>/end/", views.end, name="end"),
    path("supervisions/<uuid:pk>/dismiss/", views.dismiss, name="dismiss"),
    path("accounts/login/", LoginView.as_view(redirect_authenticated_user=True), name="login"),
    path("accounts/logout/", AskingLogoutView.as_view(), name="logout"),
    path("audit/", audit_views.audit, name="audit"),
    path("api/agents/sign-in/", api.agents_sign_in, name="agents_sign_in"),
    path("admin/", admin.site.urls),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
    path("", include("conferences.urls")),
]
