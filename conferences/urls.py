"""The provider's entrance."""

from django.urls import path

from conferences.ingest.webhooks.view import telnyx

urlpatterns = [
    path("webhooks/telnyx/", telnyx, name="telnyx_webhook"),
    # As people type it into the portal; a redirect to the other would lose the body, or count as a failure.
    path("webhooks/telnyx", telnyx, name="telnyx_webhook_without_slash"),
]
