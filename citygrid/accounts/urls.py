"""Addresses of this room."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from citygrid.accounts.web import own_sessions, own_tokens, password, second_factor, signing_in

urlpatterns: list[URLPattern | URLResolver] = [
    path("login/", signing_in.sign_in, name="login"),
    path("login/code/", signing_in.second_step, name="login_code"),
    path("logout/", signing_in.sign_out, name="logout"),
    path("account/password/", password.change_password, name="password_change"),
    path("account/sessions/", own_sessions.show, name="sessions"),
    path("account/sessions/end-others/", own_sessions.end_others, name="sessions_end_others"),
    path("account/sessions/<int:session_id>/end/", own_sessions.end, name="session_end"),
    path("account/tokens/", own_tokens.show, name="tokens"),
    path("account/tokens/<int:token_id>/revoke/", own_tokens.revoke, name="token_revoke"),
    path("account/second-factor/", second_factor.show, name="second_factor"),
    path("account/second-factor/begin/", second_factor.begin, name="second_factor_begin"),
    path("account/second-factor/image/", second_factor.image, name="second_factor_image"),
    path("account/second-factor/confirm/", second_factor.confirm, name="second_factor_confirm"),
    path("account/second-factor/recovery-codes/", second_factor.recovery_codes, name="second_factor_codes"),
    path("account/second-factor/off/", second_factor.switch_off, name="second_factor_off"),
]
