"""The provider's entrance."""

from django.urls import path

from conferences.webhooks import telnyx

urlpatterns = [path("webhooks/telnyx/", telnyx, name="telnyx_webhook")]
