"""The settings of logins, read once from the environment; `dashboard.settings` takes them all."""

from urllib.parse import urlsplit

from environs import Env, validate

env = Env()

AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "dashboard.login.passwords.breached.BreachedPasswordValidator"},
]
# Passwords taken elsewhere: a sorted list of SHA-1 hashes on disk, or the address of a service that is asked for a
# range of them, and learns five characters of a hash. Neither is there by default.
BREACHED_PASSWORDS_FILE = env.str("BREACHED_PASSWORDS_FILE", "")
BREACHED_PASSWORDS_RANGE_URL = env.str("BREACHED_PASSWORDS_RANGE_URL", "")
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "board"
LOGOUT_REDIRECT_URL = "account_login"
# Stored as Django's own, so that any of its versions reads them; computed where it delays no call. A hash of the second
# kind, from before, becomes one of the first at the next login.
PASSWORD_HASHERS = [
    "dashboard.login.passwords.hashing.PatientArgon2PasswordHasher",
    "dashboard.login.passwords.hashing.PatientPBKDF2PasswordHasher",
]

AXES_FAILURE_LIMIT = 8
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_TEMPLATE = "account/locked.html"
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False

# Lets monitoring read /readyz and /metrics without a login: sent as "Authorization: Bearer <token>".
METRICS_TOKEN = env.str("METRICS_TOKEN", "")
# Lets the center's own systems tell of their agents (POST /api/agents/sign-in/); empty: nobody may.
API_TOKEN = env.str("API_TOKEN", "")
# The * and # by which an agent asks for help, pressed one soon after another; empty: none do.
HELP_KEYS = env.str("HELP_KEYS", "", validate=validate.Regexp(r"^([*#]{2,4})?$"))

# Proxies of the center's own, whose X-Forwarded-For is believed: addresses or networks.
TRUSTED_PROXIES = env.list("TRUSTED_PROXIES", default=["127.0.0.1", "::1"])
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_SAMESITE = "Lax"

ACCOUNT_ADAPTER = "dashboard.login.adapter.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "dashboard.login.forms.LoginForm",
    "change_password": "dashboard.login.forms.ChangePasswordForm",
}
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PRESERVE_USERNAME_CASING = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
# Guesses of passwords are counted by axes, for a name from an address: by name alone a stranger could lock anybody out.
# What is counted here by name are codes of a second factor, which are asked for after the right password only.
ACCOUNT_RATE_LIMITS = {"login": "120/m/ip", "login_failed": "6/5m/key"} | {
    "forgotten": "10/h/ip",
    "forgotten_address": "3/h/key",
}

MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_ISSUER = "Earshot"
MFA_TOTP_TOLERANCE = 1
# Groups whose members need a second factor, by name; * is everybody.
SECOND_FACTOR_GROUPS: list[str] = env.list("SECOND_FACTOR_GROUPS", [])
# Before a barge the second factor, or without one the password, was asked for at most so many minutes ago; 0: ever.
BARGE_CONFIRMED_WITHIN = env.int("BARGE_CONFIRMED_WITHIN", 0)
# Sends a link to whoever forgot her password, smtp+tls://name:password@host:587; empty: nothing is sent.
_mail = env.dj_email_url("EMAIL_URL", "")
SENDS_MAIL = "EMAIL_BACKEND" in _mail
if SENDS_MAIL:
    vars().update(_mail)
EMAIL_TIMEOUT = 10  # seconds
DEFAULT_FROM_EMAIL = env.str("EMAIL_FROM", "")  # from whom it is
# After so many minutes without a request of one's own a login is over; 0: only after twelve hours.
LOGIN_IDLE_MINUTES = env.int("LOGIN_IDLE_MINUTES", 120)

# Single sign-on by OpenID Connect: the issuer's address, and how it knows us. Empty: there is none.
OIDC_SERVER_URL = env.str("OIDC_SERVER_URL", "")
OIDC_CLIENT_ID = env.str("OIDC_CLIENT_ID", "")
OIDC_CLIENT_SECRET = env.str("OIDC_CLIENT_SECRET", "")
OIDC_NAME = env.str("OIDC_NAME", "single sign-on")  # as it stands on the button
# Which claim has a person's groups, and which of ours each of theirs is: theirs=ours, comma-separated.
OIDC_GROUPS_CLAIM = env.str("OIDC_GROUPS_CLAIM", "groups")
OIDC_GROUPS: dict[str, str] = env.dict("OIDC_GROUPS", {})
# A form of ours leads there, which a page's policy must allow.
SIGN_ON_ORIGINS = ["{0.scheme}://{0.netloc}".format(urlsplit(OIDC_SERVER_URL))] if OIDC_SERVER_URL else []
SOCIALACCOUNT_ADAPTER = "dashboard.login.single_sign_on.SocialAccountAdapter"
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {
        "OAUTH_PKCE_ENABLED": True,
        "APPS": [
            {
                "provider_id": "sso",
                "name": OIDC_NAME,
                "client_id": OIDC_CLIENT_ID,
                "secret": OIDC_CLIENT_SECRET,
                "settings": {"server_url": OIDC_SERVER_URL},
            }
        ]
        if OIDC_SERVER_URL
        else [],
    }
}

# A right that somebody gives waits until another who may give rights confirms it.
RIGHTS_NEED_SECOND_PERSON = env.bool("RIGHTS_NEED_SECOND_PERSON", False)
# Nobody listens to a call before an administrator has confirmed, for its queue or team, how people are told of it.
LISTENING_NOTICE_REQUIRED = env.bool("LISTENING_NOTICE_REQUIRED", False)
