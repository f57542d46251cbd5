"""The dashboard app: connects the hub to the domain's announcement."""

from django.apps import AppConfig


class DashboardConfig(AppConfig):
    name = "dashboard"

    def ready(self) -> None:
        from conferences.signals import feed_moved
        from dashboard.live.hub import hub

        feed_moved.connect(lambda **_: hub.nudge(), weak=False, dispatch_uid="hub")
