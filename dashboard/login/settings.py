"""The settings of logins, read once from the environment; `dashboard.settings` takes them all."""

from environs import Env

env = Env()

AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "board"
LOGOUT_REDIRECT_URL = "account_login"
# Stored as Django's own, so that any of its versions reads them; computed where it delays no call. A hash of the second
# kind, from before, becomes one of the first at the next login.
PASSWORD_HASHERS = [
    "dashboard.server.hashing.PatientArgon2PasswordHasher",
    "dashboard.server.hashing.PatientPBKDF2PasswordHasher",
]

AXES_FAILURE_LIMIT = 8
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_TEMPLATE = "account/locked.html"
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False

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
ACCOUNT_RATE_LIMITS = {"login": "120/m/ip", "login_failed": "6/5m/key"}

MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_ISSUER = "Earshot"
MFA_TOTP_TOLERANCE = 1
# Groups whose members need a second factor, by name; * is everybody.
SECOND_FACTOR_GROUPS: list[str] = env.list("SECOND_FACTOR_GROUPS", [])
# Before a barge the second factor, or without one the password, was asked for at most so many minutes ago; 0: ever.
BARGE_CONFIRMED_WITHIN = env.int("BARGE_CONFIRMED_WITHIN", 0)
# After so many minutes without a request of one's own a login is over; 0: only after twelve hours.
LOGIN_IDLE_MINUTES = env.int("LOGIN_IDLE_MINUTES", 120)
