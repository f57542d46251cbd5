"""Settings of the view that the product is compared with: no middleware, and one address."""

from tests.bench.settings import *  # noqa: F403
from tests.bench.settings import INSTALLED_APPS

MIDDLEWARE = []
ROOT_URLCONF = "tests.bench.bare"
INSTALLED_APPS = ["tests.bench.bare_apps.Accounts" if app == "allauth.account" else app for app in INSTALLED_APPS]
