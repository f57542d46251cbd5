"""Settings of the benchmark: the product's own as served in production, over plain HTTP on the loopback."""

import os

os.environ["DEBUG"] = "1"  # only for what is read below: cookies and redirects that need no HTTPS

from dashboard.settings import *  # noqa: F403

DEBUG = False
SECURE_SSL_REDIRECT = False
WHITENOISE_USE_FINDERS = True
