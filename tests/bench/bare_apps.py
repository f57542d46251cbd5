"""The accounts' application for a server without pages."""

from allauth.account.apps import AccountConfig


class Accounts(AccountConfig):  # type: ignore[misc]
    """Does without the middleware on which the package's own insists."""

    def ready(self) -> None:
        pass
