"""Whatever a person changes is written down: each route that may change something says how it is told."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from sqlite_utils import Database

from app.store import events
from app.store.database import write
from tests.log_samples import NOW, add_bill, add_books, add_record
from tests.web.conftest import Enter

ROOT = Path(__file__).parents[2]
TOLD: dict[str, tuple[str, ...]] = {
    "accounts.apply": ("accounts_assigned", "choice_remembered", "default_changed"),
    "accounts.forget": ("choice_forgotten",),
    "accounts.save_default": ("default_changed", "default_refused"),
    "accounts.settle": ("account_change_seen",),
    "acting.start": ("acting_started",),
    "acting.stop": ("acting_stopped",),
    "assign.forget": ("assign_dropped",),
    "assign.save": ("account_assigned", "assign_refused"),
    "assign.undo": ("account_assigned", "assign_refused"),
    "assign_bulk.choose": ("accounts_assigned",),
    "assign_bulk.save": ("accounts_assigned",),
    "assign_bulk.stop": ("assigning_stopped",),
    "assign_bulk.undo": ("accounts_assigned",),
    "assign_bulk.use": ("accounts_assigned",),
    "assign_changes.remember": ("choice_remembered", "choice_not_remembered"),
    "assign_files.apply": ("accounts_assigned",),
    "connect.answer": ("organisation_confirmed", "disconnected"),
    "connect.start": ("connect_started",),
    "imports.put_notice_away": ("import_notice_read",),
    "imports.tell_by_mail": ("import_mail_asked", "import_mail_dropped"),
    "partner_setup.keep_secret": ("webhook_secret_kept", "webhook_secret_forgotten"),
    "partner_setup.mark": ("setup_step_marked", "setup_step_unmarked"),
    "partner_setup.store_key": ("provider_key_stored",),
    "partner_setup.send_test": ("webhooks_tested",),
    "partner_setup.subscribe": ("webhooks_subscribed",),
    "invitations.go": ("connect_started",),
    "launch.go_on": ("came_in",),
    "launch.make": ("launch_link_made",),
    "partner_webhooks.handle_again": ("webhook_handled_again",),
    "people.add": ("user_added",),
    "people.disable": ("user_disabled",),
    "people.enable": ("user_enabled",),
    "people.end_session": ("session_ended",),
    "people.set_password": ("user_password_set",),
    "people.set_role": ("user_role_changed",),
    "reconnect.answer": ("reconnect_checked", "organisation_accepted", "organisation_refused"),
    "sessions.end": ("session_ended",),
    "sessions.end_others": ("session_ended",),
    "sessions.set_password": ("user_password_set", "came_in"),
    "shares.make": ("link_made", "link_replaced"),
    "shares.withdraw": ("link_withdrawn",),
    "sign_in.sign_in": ("came_in", "sign_in_locked"),
    "sign_in.sign_out": ("went_out",),
    "connections.disconnect": ("disconnected", "disconnect_refused"),
    "first_send.right": ("first_send_right", "rules_saved"),
    "first_send.skip": ("first_send_skipped",),
    "first_send.start": ("first_send_started",),
    "first_send.stop": ("sending_held", "hold_refused"),
    "first_send.wrong": ("first_send_wrong",),
    "fixes.save_product": ("product_edited", "product_refused"),
    "fixes.save_taxes": ("tax_rate_set", "tax_rate_refused"),
    "imports.again": ("import_started", "import_refused"),
    "record_marks.mark": ("handled_elsewhere",),
    "record_marks.mark_one": ("handled_elsewhere",),
    "record_marks.note": ("note_left",),
    "record_marks.take_back": ("handled_taken_back",),
    "records.retry": ("retried",),
    "records.start": ("records_retried",),
    "records.stop": ("retrying_stopped",),
    "rules.closing_date": ("closing_date_changed",),
    "rules.hold": ("sending_held", "hold_refused"),
    "rules.resume": ("sending_resumed",),
    "rules.save": ("rules_saved",),
    "rules.send_now": ("import_started", "import_refused"),
}
"""How what each of these routes changes is told."""
QUIET = {
    "assign_files.upload": "keeps a file to look at; nothing of the business changes until it is applied",
    "chooser.enter": "practice on this machine: whoever comes in there has shown nobody who they are",
    "chooser.set_theme": "light or dark, for this browser",
    "first_send.check": "what was ticked so far; it is told once the person says right or wrong",
    "home.steps": "the list of steps folded, for this browser",
    "imports.update": "reads Monite again; nothing changes there or here",
    "log.update": "reads Monite again; nothing changes there or here",
    "ready.update": "reads Monite again; nothing changes there or here",
    "record_marks.check": "reads one record again; nothing changes there or here",
    "partner_setup.check": "asks Monite how things stand; the result stands on its line with the time",
    "partner_setup.check_all": "asks Monite how things stand; the result stands on each line with the time",
    "webhooks.receive": "a program's message, listed with its signature on the page of webhooks",
}
"""Why these write nothing down."""
KINDS = sorted({kind for kinds in TOLD.values() for kind in kinds})


def test_each_route_that_may_change_something_says_how_it_is_told(app: Flask) -> None:
    changing = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if (rule.methods or set()) & {"POST", "PUT", "PATCH", "DELETE"}
    }

    assert changing - TOLD.keys() - QUIET.keys() == set(), "say in TOLD or QUIET how it is told"
    assert (TOLD.keys() | QUIET.keys()) - changing == set()
    assert TOLD.keys() & QUIET.keys() == set()


def test_each_kind_is_written_down_somewhere_and_has_words() -> None:
    sources = (path for path in (ROOT / "app").rglob("*.py") if path.name != "audits.py")
    code = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    words = (ROOT / "templates/macros/events.html").read_text(encoding="utf-8")

    assert [kind for kind in KINDS if f'"{kind}"' not in code] == []
    told_as_another = {"accounts_assigned": "account_assigned", "records_retried": "retried"}
    assert [kind for kind in KINDS if f'"{told_as_another.get(kind, kind)}"' not in words] == []


@pytest.mark.parametrize(
    ("path", "form", "kind"),
    [
        ("/log/1042/handled", {"why": "by_hand"}, "handled_elsewhere"),
        ("/log/1042/notes", {"note": "Called them", "text": "Called them"}, "note_left"),
        ("/assign/bills/b1-line-0", {"account_id": "account-310", "seen": ""}, "account_assigned"),
        ("/assign/bills/b2-line-0/forget", {}, "assign_dropped"),
        ("/accounts/account-404/ok", {"seen": "99"}, "account_change_seen"),
    ],
)
def test_what_support_does_for_them_stands_there_with_name_and_reason(
    enter: Enter, store: Database, path: str, form: dict[str, str], kind: str
) -> None:
    with write(store):
        add_books(store)
        add_bill(store, "b1", {"ledger_account_id": None})
        add_bill(store, "b2", {"save_state": "refused", "wanted_account_id": "account-404"})
        add_record(store, "1042", object_id="b1")
        store.execute("UPDATE ledger_accounts SET status = 'Active' WHERE id = 'account-404'")
        store.execute("UPDATE ledger_accounts SET status = 'Archived' WHERE id = 'account-404'")
    browser = enter("support", "")
    browser.post("/support/e/e1/act", data={"reason": "They asked in ticket 4711"})

    browser.post(f"/e/e1{path}", data=form)

    [event] = events.find(store, "e1", kinds=[kind])
    assert (event.actor.name, event.actor.role.value) == ("Alex Lind", "support")
    assert event.actor.reason == "They asked in ticket 4711"
    assert event.at == NOW
