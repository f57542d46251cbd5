"""The audit page."""

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from conferences.models import AuditEntry


@permission_required("conferences.view_auditentry", raise_exception=True)
def audit(request: HttpRequest) -> HttpResponse:
    return render(request, "dashboard/audit.html", {"entries": AuditEntry.objects.all()[:200]})
