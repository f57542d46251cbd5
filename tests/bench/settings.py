"""Settings of the benchmark: the product's own as served in production, over plain HTTP on the loopback."""

import os
from pathlib import Path

os.environ["DEBUG"] = "1"  # only for what is read below: cookies and redirects that need no HTTPS

from dashboard.settings import *  # noqa: F403

DEBUG = False
SECURE_SSL_REDIRECT = False
# Collected, as in production: what is edited in the tree while a run goes on does not reach it half-way.
STATIC_ROOT = Path(os.environ["BENCH_HOME"]) / "static"
WHITENOISE_USE_FINDERS = False
if os.environ.get("BENCH_DEAF"):
    CHANNEL_LAYERS = {"default": {"BACKEND": "tests.bench.deaf.DeafLayer"}}
