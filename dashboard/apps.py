"""The dashboard app: connects the hub to the domain's announcement, and logins to theirs."""

from django.apps import AppConfig


class DashboardConfig(AppConfig):
    name = "dashboard"

    def ready(self) -> None:
        from conferences.signals import feed_moved
        from dashboard.live.hub import hub
        from dashboard.login import begun

        feed_moved.connect(lambda **_: hub.nudge(), weak=False, dispatch_uid="hub")
        begun.connect()
