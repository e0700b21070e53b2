"""Addresses of the front door itself."""

from django.contrib.auth.decorators import login_not_required
from django.urls import path, re_path
from django.views.decorators.csrf import csrf_exempt

from companies.routes import View, on_demand
from portal import (
    cognito_views,
    delegation_views,
    former_views,
    inbox_views,
    invitation_views,
    looks_views,
    sign_in_views,
    views,
)
from portal import security_views as security

app_name = "portal"


def _signed_door(name: str) -> View:
    """Return a view that a signature guards, and neither a sign-in nor a token of a form."""
    return csrf_exempt(login_not_required(on_demand(name)))


urlpatterns = [
    path("me/", views.me, name="me"),
    path("me/data", views.own_data, name="own-data"),
    path("inbox/", inbox_views.inbox, name="inbox"),
    path("inbox/decide", inbox_views.decide, name="inbox-decide"),
    path("inbox/take-back", inbox_views.take_back, name="inbox-take-back"),
    path("me/looks/", looks_views.looks, name="looks"),
    path("me/notices/", on_demand("portal.notice_views.notice_choices"), name="notices"),
    path("team/roll/", on_demand("portal.report_views.roll"), name="roll"),
    path("reports/", on_demand("portal.report_views.reports"), name="reports"),
    path(
        "reports/exports/<uuid:public_id>/", on_demand("portal.report_views.export"), name="export"
    ),
    path(
        "reports/exports/<uuid:public_id>/file",
        on_demand("portal.report_views.export_file"),
        name="export-file",
    ),
    path(
        "reports/closing/<str:month>/evidence",
        on_demand("portal.closing_views.evidence_pack"),
        name="closing-evidence",
    ),
    path("reports/closing/", on_demand("portal.closing_views.months"), name="closing"),
    path(
        "reports/closing/<str:month>/",
        on_demand("portal.closing_views.month"),
        name="closing-month",
    ),
    path(
        "reports/closing/<str:month>/review",
        on_demand("portal.closing_views.review"),
        name="closing-review",
    ),
    path(
        "reports/closing/<str:month>/lock",
        on_demand("portal.closing_views.lock"),
        name="closing-lock",
    ),
    path(
        "reports/closing/<str:month>/payroll",
        on_demand("portal.closing_views.payroll_file"),
        name="closing-payroll",
    ),
    path(
        "reports/payable-days/<str:month>/<uuid:public_id>/",
        on_demand("portal.closing_views.payable_why"),
        name="payable-why",
    ),
    path("reports/<slug:slug>/", on_demand("portal.report_views.report"), name="report"),
    path(
        "reports/<slug:slug>/file", on_demand("portal.report_views.report_file"), name="report-file"
    ),
    path("companies/", views.choose_company, name="choose-company"),
    path("password-reset/", views.password_reset, name="password-reset"),
    path("set-password/<uuid:public_id>/<str:token>/", views.set_password, name="set-password"),
    # Coming in by codes.
    path("sign-in/code/", sign_in_views.sign_in_code, name="sign-in-code"),
    path("sign-in/phone/", sign_in_views.phone, name="phone"),
    path("sign-in/phone/forget", sign_in_views.phone_forget, name="phone-forget"),
    path("sign-in/phone/<uuid:public_id>/", sign_in_views.phone_person, name="phone-person"),
    path("sign-in/pool/", cognito_views.pool_sign_in, name="pool-sign-in"),
    path("sign-in/pool/callback/", cognito_views.pool_callback, name="pool-callback"),
    path("me/again/pool/", cognito_views.pool_again, name="pool-again"),
    path("i/<slug:token>/", invitation_views.welcome, name="welcome"),
    path("invitations/", invitation_views.invitations, name="invitations"),
    path(
        "invitations/<uuid:public_id>/",
        invitation_views.invitation_answer,
        name="invitation-answer",
    ),
    path("me/pin/", sign_in_views.pin, name="pin"),
    path("team/delegation/", delegation_views.delegation, name="delegation"),
    path(
        "team/delegation/<uuid:public_id>/end",
        delegation_views.delegation_end,
        name="delegation-end",
    ),
    # Anybody checks a certificate by its code.
    path(
        "certificate/",
        login_not_required(on_demand("portal.certificate_views.check")),
        name="certificate-check",
    ),
    path(
        "certificate/<str:code>/",
        login_not_required(on_demand("portal.certificate_views.certificate")),
        name="certificate",
    ),
    path("former/", former_views.former, name="former"),
    path("former/<uuid:public_id>/ask", former_views.records_ask, name="records-ask"),
    path("former/<uuid:public_id>/records", former_views.records_take, name="records-take"),
    path("me/security/", security.security, name="security"),
    path("me/security/password/", security.password, name="security-password"),
    path("me/security/email/", security.email, name="security-email"),
    path("me/security/sessions/", security.end_others, name="security-end-others"),
    path("me/security/sessions/<uuid:public_id>/", security.end_one, name="security-end-session"),
    path("email-change/<str:token>/", security.email_change, name="email-change"),
    path("email-change/<str:token>/stop/", security.email_change_stop, name="email-change-stop"),
    path("setup/", on_demand("portal.setup_views.setup"), name="setup"),
    # Slack: HR's page, whose account is whose, and the doors at which Slack itself knocks.
    path("slack/", on_demand("portal.slack_views.slack"), name="slack"),
    path("slack/connect", on_demand("portal.slack_views.connect"), name="slack-connect"),
    path("slack/oauth", on_demand("portal.slack_views.oauth"), name="slack-oauth"),
    path("slack/disconnect", on_demand("portal.slack_views.disconnect"), name="slack-disconnect"),
    path("slack/me/<str:token>/", on_demand("portal.slack_views.link"), name="slack-link"),
    path(
        "slack/accounts/<uuid:public_id>/remove",
        on_demand("portal.slack_views.unlink"),
        name="slack-unlink",
    ),
    *(
        path(f"slack/{name}", _signed_door(f"portal.slack_doors.{name}"), name=f"slack-{name}")
        for name in ("commands", "interactions", "events")
    ),
    # A company asks to join, and follows what becomes of it.
    path("join/", login_not_required(on_demand("portal.joining_views.join")), name="join"),
    path(
        "join/sent/",
        login_not_required(on_demand("portal.joining_views.join_sent")),
        name="join-sent",
    ),
    path(
        "join/<str:token>/",
        login_not_required(on_demand("portal.joining_views.join_request")),
        name="join-request",
    ),
    # A company's openings, for everybody. A signed token has a colon, which no company's code has.
    re_path(
        r"^careers/application/(?P<token>[^/:]+:[^/]+)/$",
        login_not_required(on_demand("portal.application_views.application")),
        name="application",
    ),
    path(
        "careers/files/<uuid:public_id>",
        on_demand("portal.careers_views.application_file"),
        name="application-file",
    ),
    path(
        "careers/<slug:code>/",
        login_not_required(on_demand("portal.careers_views.careers")),
        name="careers",
    ),
    path(
        "careers/<slug:code>/sent/",
        login_not_required(on_demand("portal.careers_views.sent")),
        name="careers-sent",
    ),
    path(
        "careers/<slug:code>/asked/",
        login_not_required(on_demand("portal.careers_views.asked")),
        name="careers-asked",
    ),
    path(
        "careers/<slug:code>/jobs/<uuid:public_id>/",
        login_not_required(on_demand("portal.careers_views.opening")),
        name="careers-opening",
    ),
    path(
        "careers/<slug:code>/jobs/<uuid:public_id>/apply/",
        login_not_required(on_demand("portal.careers_views.apply")),
        name="careers-apply",
    ),
    path("logo/<slug:version>.png", on_demand("portal.logo_views.logo"), name="logo"),
    path("styleguide/", views.Styleguide.as_view(), name="styleguide"),
    path("demo/mail/", views.dev_mail, name="dev-mail"),
    path("healthz", views.healthz, name="healthz"),
    path("favicon.ico", views.favicon, name="favicon"),
]
