"""A password that was forgotten, or chosen for the first time: by a link that is good once, and tells nothing."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.contrib.sessions.models import Session
from django.core import mail
from django.test import Client

from conferences.doctor.mail import server
from conferences.models import AuditDetail, AuditEntry
from dashboard.login.passwords.forgotten import POST
from tests.support.story import PASSWORD, browser

FORGOTTEN = "/accounts/password/forgotten/"
ANOTHER = "four words of no sense together"
NEW = {"new_password1": ANOTHER, "new_password2": ANOTHER}


@pytest.fixture
def mailing(transactional_db, settings, marta: User) -> User:
    """Mail can be sent, and Marta has an address."""
    settings.SENDS_MAIL, settings.DEFAULT_FROM_EMAIL = True, "earshot@example.com"
    User.objects.filter(pk=marta.pk).update(email="marta@example.com")
    return marta


def ask(address: str, client: Client | None = None):
    answer = (client or Client()).post(FORGOTTEN, {"email": address})
    POST.submit(int).result()  # what was posted before it has gone
    return answer


def link_of(text: str) -> str:
    return re.findall(r"http://testserver(/accounts/password/\w+/[\w-]+/[\w-]+/)", text)[-1]


def choose(link: str, client: Client | None = None, **changes):
    client = client or Client()
    page = client.get(link, follow=True)
    return client.post(page.redirect_chain[-1][0] if page.redirect_chain else link, NEW | changes)


def lets_in(password: str) -> Client | None:
    client = Client()
    client.post("/accounts/login/", {"username": "marta", "password": password})
    return client if client.get("/").status_code == 200 else None


def test_a_mailed_link_is_good_once_and_ends_logins(mailing: User):
    here, elsewhere = browser(mailing), browser(mailing)
    assert "Forgot your password?" in Client().get("/accounts/login/").content.decode()
    assert "on its way" in ask("Marta@Example.com").content.decode()
    (letter,) = mail.outbox
    assert (letter.to, letter.from_email, "marta" in letter.body) == (
        ["marta@example.com"],
        "earshot@example.com",
        True,
    )
    link = link_of(letter.body)
    assert b"too common" in choose(link, new_password1="password1234", new_password2="password1234").content
    done = choose(link, here)
    assert (done.headers["Location"], "Log in with the new one" in here.get("/accounts/login/").content.decode()) == (
        "/accounts/login/", True,
    )  # fmt: skip
    assert [one.get("/").status_code for one in (here, elsewhere)] == [302, 302]
    assert (lets_in(PASSWORD), lets_in(ANOTHER) is None) == (None, False)
    assert "good no more" in Client().get(link).content.decode()
    assert choose(link, new_password1="a", new_password2="a").status_code == 200
    told = {(one.action, one.subject, one.actor_name) for one in AuditEntry.objects.order_by("seq")}
    assert {("mail_link", "login", "Somebody"), ("change", "user", "Marta Gil")} <= told


def test_nobody_learns_whether_there_is_an_account(mailing: User, settings):
    User.objects.create_user("gone", email="gone@example.com", password=PASSWORD, is_active=False)
    User.objects.create_user("signs_on", email="signs.on@example.com")  # without a password of its own
    pages = [
        re.sub(r'value="[^"]*"', "", ask(one).content.decode())
        for one in ("marta@example.com", "nobody@example.com", "gone@example.com", "signs.on@example.com")
    ]
    assert (len({*pages}), [one.to for one in mail.outbox]) == (1, [["marta@example.com"]])


def test_the_letter_is_in_her_language(mailing: User):
    Client().post(FORGOTTEN, {"email": "marta@example.com"}, headers={"Accept-Language": "de"})
    POST.submit(int).result()
    assert "Passwort von marta" in mail.outbox[0].body


def test_mail_is_bounded_for_each_address_and_client(mailing: User):
    answers = [ask("marta@example.com") for _ in range(5)]
    assert ([one.status_code for one in answers], len(mail.outbox)) == ([200] * 5, 3)
    assert [ask(f"other{i}@example.com").status_code for i in range(6)] == [200] * 5 + [429]


def test_a_link_does_not_pass_the_second_factor_by(mailing: User):
    TOTP.activate(mailing, generate_totp_secret())
    ask("marta@example.com")
    choose(link_of(mail.outbox[0].body))
    assert lets_in(ANOTHER) is None


def test_an_old_link_is_good_no_more(mailing: User, clock):
    ask("marta@example.com")
    link = link_of(mail.outbox[0].body)
    assert Client().get(link).status_code == 302
    first = link.replace("forgotten", "first")
    given, another = Client().get(first).content.decode(), 'href="/accounts/password/forgotten/"'
    assert ("good no more" in given, another in given) == (True, False)  # one kind opens nothing as the other
    clock.shift(timedelta(hours=1, seconds=1))
    mailed = Client().get(link).content.decode()
    assert ("good no more" in mailed, another in mailed) == (True, True)


def test_without_a_mail_server_nothing_is_offered(marta: User):
    assert "Forgot" not in Client().get("/accounts/login/").content.decode()
    assert [Client().get(FORGOTTEN).status_code, ask("marta@example.com").status_code] == [404, 404]
    assert (server().level, "None is sent" in server().message) == (0, True)


def test_the_doctor_asks_the_mail_server(mailing: User, settings):
    User.objects.create_user("rosa")
    assert "1 with a login have no address" in server().message
    settings.EMAIL_BACKEND, settings.EMAIL_HOST, settings.EMAIL_PORT = (
        "django.core.mail.backends.smtp.EmailBackend",
        "127.0.0.1",
        9,
    )
    assert "does not take us in: ConnectionRefusedError" in server().message


def test_an_administrators_link_is_good_once(cleo: User, marta: User):
    admin = browser(cleo)
    chosen = {"action": "give_links", "_selected_action": [str(marta.pk)]}
    page = admin.post("/admin/auth/user/", chosen).content.decode()
    link = link_of(page)
    sessions = [one.get_decoded() for one in Session.objects.all()]
    assert link.split("/")[-2] not in f"{[*AuditDetail.objects.values()]}{[*LogEntry.objects.values()]}{sessions}"
    assert choose(link).headers["Location"] == "/accounts/login/"
    assert (lets_in(PASSWORD), lets_in(ANOTHER) is None) == (None, False)
    assert "good no more" in Client().get(link).content.decode()
    (entry,) = AuditEntry.objects.filter(action="give_link")
    assert (entry.actor, entry.subject_id) == (cleo, str(marta.pk))
    assert link not in admin.get("/admin/").content.decode()


def test_nobody_gets_a_link_to_an_account_above_hers(cleo: User, marta: User):
    clerk = User.objects.create_user("clerk", password=PASSWORD, is_staff=True)
    clerk.user_permissions.set(Permission.objects.filter(codename__in=["change_user", "view_user"]))
    chosen = {"action": "give_links", "_selected_action": [str(marta.pk), str(cleo.pk)]}
    page = browser(clerk).post("/admin/auth/user/", chosen).content.decode()
    assert (page.count("/accounts/password/first/"), "cleo" in page) == (1, False)
