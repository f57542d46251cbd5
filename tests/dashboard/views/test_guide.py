"""The demo's guide: for those who may whisper, in the demo, and nowhere else."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission, User

from tests.support.story import browser

GUIDE = 'id="guide"'


@pytest.mark.parametrize("is_demo", [True, False])
def test_a_guide_is_shown_in_the_demo_only(marta: User, ben: User, settings, is_demo):
    settings.DEMO = is_demo
    ben.user_permissions.remove(Permission.objects.get(codename="whisper_conference"))
    pages = [browser(one).get("/").content.decode() for one in (marta, ben)]
    assert [GUIDE in page for page in pages] == [is_demo, False]
