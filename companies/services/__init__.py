"""The verbs of companies: keyword-only, atomic, `by=` the actor."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from companies.services.addresses import address_block, address_clear
from companies.services.delegations import delegation_add, delegation_end
from companies.services.email_changes import (
    change_is_open,
    email_change_ask,
    email_change_confirm,
    email_change_stop,
)
from companies.services.exports import EXPORTS_AN_HOUR, report_export
from companies.services.invitations import (
    CARD_GOOD_FOR,
    invitation_answer,
    invitation_print,
    invitation_use,
)
from companies.services.notices import notices_choose
from companies.services.own_data import OWN_DATA_AN_HOUR, own_data_export
from companies.services.own_sign_in import sign_in_changed
from companies.services.passwords import (
    password_change,
    password_confirm,
    password_reset_request,
    password_set,
)
from companies.services.people import employee_invite
from companies.services.pins import pin_clear, pin_matches, pin_set
from companies.services.pool import pool_admit, pool_sign_in
from companies.services.records import records_ask, records_decide, records_take
from companies.services.report_exports import export_ask
from companies.services.sessions import (
    employee_sign_out,
    session_begin,
    session_end,
    session_moved,
    session_seen,
    sessions_end,
)
from companies.services.sign_in import Caller, sign_in_by_codes, sign_in_try, sign_in_worked
from companies.services.sign_in_resets import (
    RESET_LASTS,
    sign_in_reset_ask,
    sign_in_reset_confirm,
    sign_in_reset_refuse,
)
from companies.services.support import (
    support_ask,
    support_decide,
    support_end,
    support_give,
    support_look,
)

if TYPE_CHECKING:
    from companies.services.applications import (
        application_answer,
        application_confirm,
        application_forget,
        application_send,
        application_withdraw,
    )
    from companies.services.auditors import (
        auditor_answer,
        auditor_invite,
        auditor_take_back,
    )
    from companies.services.careers import careers_page_set, opening_close, opening_publish
    from companies.services.careers_files import application_file_look
    from companies.services.deciding import (
        application_ask,
        application_hire,
        application_move,
        application_reject,
    )
    from companies.services.domains import domain_ask, domain_confirm, domain_remove
    from companies.services.internships import (
        internship_add,
        internship_complete,
        internship_extend,
        internship_hand_over,
        internship_remind,
        internship_shorten,
        internship_void,
    )
    from companies.services.joining import (
        join_answer,
        join_approve,
        join_ask,
        join_ask_back,
        join_confirm,
        join_refuse,
    )
    from companies.services.leaving import employee_leave
    from companies.services.logos import logo_remove, logo_set
    from companies.services.places import office_weekly_off_set, public_holidays_add, shift_add
    from companies.services.platform import company_create, operator_create
    from companies.services.report_schedules import (
        Wanted,
        schedule_save,
        schedule_switch,
        scheduled_report_make,
        scheduled_report_pass,
    )
    from companies.services.slack_deliveries import (
        slack_dm_noted,
        slack_done,
        slack_messages_update,
        slack_messages_want,
        slack_post_want,
        slack_posted,
        slack_snooze,
        slack_take,
        slack_update_want,
    )
    from companies.services.slack_identities import (
        slack_link_ask,
        slack_link_confirm,
        slack_link_of,
        slack_link_remove,
    )
    from companies.services.slack_workspaces import (
        slack_client,
        slack_configure,
        slack_connect,
        slack_disconnect,
        slack_lost,
        slack_refused,
    )
    from companies.services.visitor_questions import (
        visitor_answer,
        visitor_ask,
        visitor_forget,
        visitor_publish,
        visitor_unpublish,
    )

__all__ = [
    "Wanted",
    "schedule_save",
    "schedule_switch",
    "scheduled_report_make",
    "scheduled_report_pass",
    "CARD_GOOD_FOR",
    "Caller",
    "EXPORTS_AN_HOUR",
    "OWN_DATA_AN_HOUR",
    "RESET_LASTS",
    "address_block",
    "address_clear",
    "application_answer",
    "application_ask",
    "application_confirm",
    "application_file_look",
    "application_forget",
    "application_hire",
    "application_move",
    "application_reject",
    "application_send",
    "application_withdraw",
    "auditor_answer",
    "auditor_invite",
    "auditor_take_back",
    "careers_page_set",
    "opening_close",
    "opening_publish",
    "visitor_answer",
    "visitor_ask",
    "visitor_forget",
    "visitor_publish",
    "visitor_unpublish",
    "employee_leave",
    "join_answer",
    "join_approve",
    "join_ask",
    "join_ask_back",
    "join_confirm",
    "join_refuse",
    "logo_remove",
    "logo_set",
    "change_is_open",
    "company_create",
    "delegation_add",
    "delegation_end",
    "domain_ask",
    "domain_confirm",
    "domain_remove",
    "email_change_ask",
    "email_change_confirm",
    "email_change_stop",
    "employee_invite",
    "employee_sign_out",
    "export_ask",
    "internship_add",
    "internship_complete",
    "internship_extend",
    "internship_hand_over",
    "internship_remind",
    "internship_shorten",
    "internship_void",
    "invitation_answer",
    "invitation_print",
    "invitation_use",
    "notices_choose",
    "office_weekly_off_set",
    "operator_create",
    "own_data_export",
    "password_change",
    "password_confirm",
    "password_reset_request",
    "password_set",
    "pin_clear",
    "pin_matches",
    "pin_set",
    "pool_admit",
    "pool_sign_in",
    "public_holidays_add",
    "records_ask",
    "records_decide",
    "records_take",
    "report_export",
    "session_begin",
    "session_end",
    "session_moved",
    "session_seen",
    "sessions_end",
    "shift_add",
    "sign_in_by_codes",
    "sign_in_changed",
    "sign_in_reset_ask",
    "sign_in_reset_confirm",
    "sign_in_reset_refuse",
    "sign_in_try",
    "sign_in_worked",
    "slack_client",
    "slack_configure",
    "slack_connect",
    "slack_disconnect",
    "slack_dm_noted",
    "slack_done",
    "slack_link_ask",
    "slack_link_confirm",
    "slack_link_of",
    "slack_link_remove",
    "slack_lost",
    "slack_messages_update",
    "slack_messages_want",
    "slack_post_want",
    "slack_posted",
    "slack_refused",
    "slack_snooze",
    "slack_take",
    "slack_update_want",
    "support_ask",
    "support_decide",
    "support_end",
    "support_give",
    "support_look",
]

# No page before the first needs these (a cold start on Lambda): found when they are asked for.
_LATE = {
    "office_weekly_off_set": "places",
    "public_holidays_add": "places",
    "shift_add": "places",
    "company_create": "platform",
    "operator_create": "platform",
    "Wanted": "report_schedules",
    "schedule_save": "report_schedules",
    "schedule_switch": "report_schedules",
    "scheduled_report_make": "report_schedules",
    "scheduled_report_pass": "report_schedules",
    "domain_ask": "domains",
    "domain_confirm": "domains",
    "domain_remove": "domains",
    "application_answer": "applications",
    "application_confirm": "applications",
    "application_forget": "applications",
    "application_send": "applications",
    "application_withdraw": "applications",
    "auditor_answer": "auditors",
    "auditor_invite": "auditors",
    "auditor_take_back": "auditors",
    "careers_page_set": "careers",
    "opening_close": "careers",
    "opening_publish": "careers",
    "application_file_look": "careers_files",
    "application_ask": "deciding",
    "application_hire": "deciding",
    "application_move": "deciding",
    "application_reject": "deciding",
    "visitor_answer": "visitor_questions",
    "visitor_ask": "visitor_questions",
    "visitor_forget": "visitor_questions",
    "visitor_publish": "visitor_questions",
    "visitor_unpublish": "visitor_questions",
    "internship_add": "internships",
    "internship_complete": "internships",
    "internship_extend": "internships",
    "internship_hand_over": "internships",
    "internship_remind": "internships",
    "internship_shorten": "internships",
    "internship_void": "internships",
    "join_answer": "joining",
    "join_approve": "joining",
    "join_ask": "joining",
    "join_ask_back": "joining",
    "join_confirm": "joining",
    "join_refuse": "joining",
    "employee_leave": "leaving",
    "logo_remove": "logos",
    "logo_set": "logos",
    "slack_dm_noted": "slack_deliveries",
    "slack_done": "slack_deliveries",
    "slack_messages_update": "slack_deliveries",
    "slack_messages_want": "slack_deliveries",
    "slack_post_want": "slack_deliveries",
    "slack_posted": "slack_deliveries",
    "slack_snooze": "slack_deliveries",
    "slack_take": "slack_deliveries",
    "slack_update_want": "slack_deliveries",
    "slack_link_ask": "slack_identities",
    "slack_link_confirm": "slack_identities",
    "slack_link_of": "slack_identities",
    "slack_link_remove": "slack_identities",
    "slack_client": "slack_workspaces",
    "slack_configure": "slack_workspaces",
    "slack_connect": "slack_workspaces",
    "slack_disconnect": "slack_workspaces",
    "slack_lost": "slack_workspaces",
    "slack_refused": "slack_workspaces",
}

if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        if name not in _LATE:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(import_module(f"{__name__}.{_LATE[name]}"), name)
