"""Mail: whether somebody who forgot her password is sent a link, and whether that would get away."""

from __future__ import annotations

from smtplib import SMTPException

from django.conf import settings
from django.contrib.auth.models import User
from django.core.mail import get_connection

from conferences.doctor.findings import Finding, ok, warning

_SUBJECT = "Mail"


def server() -> Finding:
    """Tell whether the mail server takes us in; it is asked for ten seconds at most, and nothing is sent."""
    if not settings.SENDS_MAIL:
        return ok(_SUBJECT, "None is sent (EMAIL_URL); who forgot a password is given a link by an administrator.")
    if not settings.DEFAULT_FROM_EMAIL:
        return warning(_SUBJECT, "EMAIL_FROM is missing: most servers take no mail from nobody.", "Set EMAIL_FROM.")
    try:
        with get_connection():
            pass
    except (OSError, SMTPException) as trouble:
        fix = "Mend EMAIL_URL, such as smtp+tls://name:password@mail.example:587."
        return warning(_SUBJECT, f"The mail server does not take us in: {type(trouble).__name__}.", fix)
    lacking = User.objects.filter(is_active=True, email="").count()
    if lacking:
        fix = "Enter their addresses in the admin, under Users."
        return warning(_SUBJECT, f"The server takes us in; {lacking} with a login have no address.", fix)
    return ok(_SUBJECT, "The server takes us in, and everybody with a login has an address.")
