"""In which language, and by the clock of which place, a request is answered."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import patch_vary_headers

from conferences.models import ChosenReading
from dashboard.language.reading import read_in

GetResponse = Callable[[HttpRequest], HttpResponse]


def speak_as_the_browser_says(get_response: GetResponse) -> GetResponse:
    """Answer in the first language that the browser asks for and we have, by the contact center's clock."""

    def middleware(request: HttpRequest) -> HttpResponse:
        with read_in(translation.get_language_from_request(request), settings.TIME_ZONE):
            response = get_response(request)
        patch_vary_headers(response, ["Accept-Language"])
        return response

    return middleware


def speak_as_she_has_chosen(get_response: GetResponse) -> GetResponse:
    """Answer in the language and time zone that a user has chosen. The admin is in English alone, whole."""

    def middleware(request: HttpRequest) -> HttpResponse:
        chosen = ChosenReading.objects.filter(user=request.user.pk).first() if request.user.is_authenticated else None
        language = "en" if request.path.startswith("/admin/") else chosen.language if chosen else ""
        with read_in(language, chosen.time_zone if chosen else ""):
            return get_response(request)

    return middleware
