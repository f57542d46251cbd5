"""Every HTTP address."""

from django.contrib import admin
from django.urls import include, path

from dashboard.views import agents, calls, history, saved_views, supervisions, unassigned
from dashboard.views.api import directory, systems
from dashboard.views.audit import export, reports
from dashboard.views.audit.page import audit
from dashboard.views.monitoring import health
from dashboard.views.monitoring.policy_reports import csp_report
from dashboard.views.preferences import alerts, keys
from dashboard.views.supervisions import handing_over, helping
from dashboard.wallboard.views import wallboard

urlpatterns = [
    path("", calls.board, name="board"),
    path("boards/<int:pk>/", calls.board_of, name="board_of"),
    path("views/", saved_views.save, name="save_view"),
    path("views/<int:pk>/", saved_views.change, name="change_view"),
    path("keys/", keys.keys, name="keys"),
    path("alerts/", alerts.alerts, name="alerts"),
    path("alerts/raise/", alerts.raise_alert, name="raise_alert"),
    path("agents/", agents.agents, name="agents"),
    path("agents/<int:pk>/follow/", agents.follow, name="follow"),
    path("agents/unfollow/", agents.unfollow, name="unfollow"),
    path("history/", history.history, name="history"),
    path("unassigned/", unassigned.unassigned, name="unassigned"),
    path("feed/", calls.feed, name="feed"),
    path("conferences/<uuid:pk>/", calls.conference, name="conference"),
    path("conferences/<uuid:pk>/supervise/", calls.supervise, name="supervise"),
    path("conferences/<uuid:pk>/recheck/", calls.recheck, name="recheck"),
    path("conferences/<uuid:pk>/hearing/", calls.hearing, name="hearing"),
    path("conferences/<uuid:pk>/moment/", history.moment, name="moment"),
    path("conferences/<uuid:pk>/timeline/", history.timeline, name="timeline"),
    path("conferences/<uuid:pk>/hop/", supervisions.hop, name="hop"),
    path("conferences/<uuid:pk>/sensitive/", supervisions.sensitive_section, name="sensitive"),
    path("supervisions/<uuid:pk>/change/", supervisions.change, name="change"),
    path("supervisions/<uuid:pk>/leave/", supervisions.leave, name="leave"),
    path("supervisions/<uuid:pk>/stay/", supervisions.stay, name="stay"),
    path("supervisions/<uuid:pk>/lift/", supervisions.lift, name="lift"),
    path("supervisions/<uuid:pk>/end/", supervisions.end, name="end"),
    path("supervisions/<uuid:pk>/hand-over/", handing_over.hand_over, name="hand_over"),
    path("hand-overs/<uuid:pk>/", handing_over.take_over, name="take_over"),
    path("supervisions/<uuid:pk>/dismiss/", supervisions.dismiss, name="dismiss"),
    path("help/<uuid:pk>/answer/", helping.answer, name="answer_help"),
    path("help/<uuid:pk>/close/", helping.close, name="close_help"),
    path("accounts/", include("dashboard.login.urls")),
    path("audit/", audit, name="audit"),
    path("audit/export/", export.export, name="export_audit"),
    path("wallboard/<slug:slug>/", wallboard, name="wallboard"),
    path("reports/", reports.reports, name="reports"),
    path("reports/agents/<int:pk>/", reports.of_agent, name="report_of_agent"),
    path("reports/supervisors/<int:pk>/", reports.of_supervisor, name="report_of_supervisor"),
    path("reports/mine/", reports.mine, name="report_of_mine"),
    path("api/agents/sign-in/", systems.agents_sign_in, name="agents_sign_in"),
    path("api/directory/credentials/", directory.credentials, name="api_credentials"),
    path("api/directory/sign-in/", systems.agents_sign_in, name="api_sign_in"),
    path("api/directory/wrap-up/", directory.wrap_up, name="api_wrap_up"),
    path("api/directory/live/", directory.live, name="api_live"),
    path("api/directory/openapi.json", directory.description, name="api_description"),
    path("api/sensitive/", systems.sensitive_section, name="api_sensitive"),
    path("api/help/", systems.help_wanted, name="api_help"),
    path("admin/", admin.site.urls),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
    path("csp-reports/", csp_report, name="csp_report"),
    path("", include("conferences.urls")),
]
