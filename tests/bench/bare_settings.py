"""Settings of the view that the product is compared with: no middleware, and one address."""

from tests.bench.settings import *  # noqa: F403

MIDDLEWARE = []
ROOT_URLCONF = "tests.bench.bare"
