"""Links by which a person chooses her password: good once, for a while, and kept nowhere.

Once one is opened, the session of that browser has it until it is used, as with Django's own."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.contrib.auth.models import User
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import base36_to_int, urlsafe_base64_encode


class Links(PasswordResetTokenGenerator):
    """Signed, and no longer good once the password is another, somebody has logged in with it, or the time is over."""

    def __init__(self, view: str, lifetime: timedelta) -> None:
        super().__init__()
        self.key_salt = f"earshot {view}"  # a link of one kind opens nothing as one of the other
        self.view, self.lifetime = view, lifetime

    def check_token(self, user: User | None, token: str | None) -> bool:
        """Return whether this is a link of hers that is still good; one that is cut or made up is not."""
        if user is None or not user.is_active or not super().check_token(user, token):
            return False
        made = base36_to_int(str(token).partition("-")[0])
        return self._num_seconds(self._now()) - made <= self.lifetime.total_seconds()

    def path_for(self, user: User) -> str:
        """Make a link for her, from the host's name on."""
        key = urlsafe_base64_encode(force_bytes(user.pk))
        return reverse(self.view, kwargs={"uidb64": key, "token": self.make_token(user)})

    def good_until(self) -> datetime:
        """Return until when one that is made now is good."""
        return datetime.now().astimezone() + self.lifetime


BY_MAIL: Final = Links("account_choose_forgotten", timedelta(hours=1))
BY_HAND: Final = Links("account_choose_first", timedelta(days=3))  # at most settings.PASSWORD_RESET_TIMEOUT
