"""The tables and indexes for assigning, deciding and repairing, in the order in which they came."""

from __future__ import annotations

from sqlite_utils import Database

from app.sqlite import run_script
from app.store.schema.steps import migrations

DAILY_WORK = """
-- what a person answered to "from now on?": the account for a supplier's lines, or that it is not to be asked again
CREATE TABLE remembered_choices (
    entity_id TEXT NOT NULL, supplier TEXT NOT NULL, account_id TEXT NOT NULL, answer TEXT NOT NULL CHECK (answer IN ('yes', 'no')),
    actor_name TEXT NOT NULL, actor_role TEXT NOT NULL, at TEXT NOT NULL, PRIMARY KEY (entity_id, supplier)) STRICT;

-- what became of an account after it was first seen: archived, restored, renamed, recoded, gone, back
CREATE TABLE account_changes (
    id INTEGER PRIMARY KEY, entity_id TEXT NOT NULL, account_id TEXT NOT NULL, at TEXT NOT NULL, kind TEXT NOT NULL,
    was TEXT, became TEXT, settled_at TEXT, settled_by TEXT) STRICT;
CREATE INDEX account_changes_open ON account_changes (entity_id, id DESC) WHERE settled_at IS NULL;
CREATE INDEX products_by_account ON products (entity_id, ledger_account_id) WHERE ledger_account_id IS NOT NULL AND gone = 0;
CREATE INDEX lines_by_account ON payable_lines (entity_id, ledger_account_id) WHERE ledger_account_id IS NOT NULL;

-- an entity's default accounts as last read from Monite, where the API version has them
CREATE TABLE entity_defaults (
    entity_id TEXT PRIMARY KEY, products_account_id TEXT, payments_account_id TEXT, deductions_tax_id TEXT,
    raw TEXT NOT NULL, seen_at TEXT NOT NULL) STRICT;
CREATE TABLE measure_units (
    id TEXT PRIMARY KEY, entity_id TEXT NOT NULL, name TEXT NOT NULL, description TEXT,
    gone INTEGER NOT NULL DEFAULT 0, raw TEXT NOT NULL, seen_at TEXT NOT NULL) STRICT;
CREATE INDEX measure_units_by_name ON measure_units (entity_id, gone, name);
ALTER TABLE products ADD COLUMN measure_unit_id TEXT;

-- why a person handles a record elsewhere ('' while it is to be sent), and how often it was tried by itself since it stopped
ALTER TABLE synced_records ADD COLUMN handled TEXT NOT NULL DEFAULT '';
ALTER TABLE synced_records ADD COLUMN automatic_tries INTEGER NOT NULL DEFAULT 0;
CREATE INDEX records_unrecognised ON synced_records (error_text, entity_id) WHERE problem = 'UNKNOWN';
CREATE TABLE record_notes (
    id INTEGER PRIMARY KEY, entity_id TEXT NOT NULL, record_id TEXT NOT NULL, at TEXT NOT NULL,
    actor_name TEXT NOT NULL, actor_role TEXT NOT NULL, text TEXT NOT NULL) STRICT;
CREATE INDEX notes_by_record ON record_notes (record_id, id DESC);

-- the date up to which an entity's books are closed, as a person told us: it warns, and holds nothing back
CREATE TABLE closing_dates (
    entity_id TEXT PRIMARY KEY, closed_up_to TEXT NOT NULL, actor_name TEXT NOT NULL, at TEXT NOT NULL) STRICT;

-- the one record that a person sends first, alone or with as few as the rules allow
CREATE TABLE first_sends (
    entity_id TEXT PRIMARY KEY, object_type TEXT NOT NULL, object_id TEXT NOT NULL, status TEXT NOT NULL,
    record_id TEXT, company INTEGER NOT NULL, phase TEXT NOT NULL, result TEXT NOT NULL DEFAULT '',
    started_at TEXT, started_by TEXT NOT NULL, started_role TEXT NOT NULL, asked_at TEXT, looked_at TEXT,
    settled_at TEXT, checked TEXT NOT NULL DEFAULT '[]', outcome TEXT NOT NULL DEFAULT '', ended_at TEXT, ended_by TEXT) STRICT;
CREATE INDEX first_sends_open ON first_sends (entity_id) WHERE phase NOT IN ('none', 'closed');
-- status: the one whose documents may go meanwhile; company: how many more there were of it at the start
-- phase: none (skipped), opening, open, sending, closing, closed; result: sent, failed, stopped, refused; outcome: right, wrong, skipped

-- a file of accounts that was read and not applied yet; its report is what applying it would change
CREATE TABLE account_files (
    id TEXT PRIMARY KEY, entity_id TEXT NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL, report TEXT NOT NULL,
    actor_name TEXT NOT NULL, created_at TEXT NOT NULL, applied_at TEXT, batch_id TEXT) STRICT;
CREATE INDEX account_files_by_entity ON account_files (entity_id, created_at DESC);
"""


def _account_watchers() -> str:
    """Accounts are told about wherever they are changed, so that no reader can forget it.

    A change is as old as the read that came upon it; a row's own `seen_at` is still that of the read before.
    """
    told = (
        ("status", "lower(old.status) = 'active' AND lower(new.status) <> 'active'", "'archived'", "status"),
        ("status", "lower(old.status) <> 'active' AND lower(new.status) = 'active'", "'restored'", "status"),
        ("name", "old.name IS NOT new.name", "'renamed'", "name"),
        ("nominal_code", "old.nominal_code IS NOT new.nominal_code", "'recoded'", "nominal_code"),
        ("gone", "old.gone IS NOT new.gone", "CASE new.gone WHEN 1 THEN 'gone' ELSE 'back' END", "name"),
    )
    return "".join(
        f"""
CREATE TRIGGER account_watched_{n} AFTER UPDATE OF {column} ON ledger_accounts WHEN {happened} BEGIN
    INSERT INTO account_changes (entity_id, account_id, at, kind, was, became)
    VALUES (new.entity_id, new.id, coalesce((SELECT started_at FROM resources
        WHERE entity_id = new.entity_id AND resource = 'ledger_accounts'), new.seen_at), {kind}, old.{shown}, new.{shown});
END;
"""
        for n, (column, happened, kind, shown) in enumerate(told)
    )


@migrations()
def daily_work(db: Database) -> None:
    """What assigning, deciding and repairing keep beside the mirror."""
    run_script(db, DAILY_WORK)
    run_script(db, _account_watchers())


@migrations()
def many_at_once(db: Database) -> None:
    """What a change of an account was done by, and indexes that keep fifty thousand at once quick."""
    run_script(
        db,
        """
        -- of an assignment: the suggestion that was used, the batch that it tells of, the change that it takes back
        ALTER TABLE events ADD COLUMN details TEXT;
        CREATE INDEX events_by_object ON events (object_id, id) WHERE object_id IS NOT NULL;
        CREATE INDEX events_by_batch ON events (batch_id, id) WHERE batch_id IS NOT NULL;
        CREATE INDEX events_of_accounts ON events (entity_id, object_type, id DESC)
            WHERE batch_id IS NULL AND kind IN ('account_assigned', 'accounts_assigned');
        CREATE INDEX outbox_alone ON outbox (not_before, id) WHERE batch_id IS NULL AND state IN ('queued', 'running');
        CREATE INDEX outbox_leased ON outbox (lease_until) WHERE state = 'running';
        """,
    )


@migrations()
def lists_that_hold_what_is_searched(db: Database) -> None:
    """The text that is searched stands in the indexes of the lists, so a search reads no rows but those it shows."""
    run_script(
        db,
        """
        DROP INDEX lines_by_supplier;
        DROP INDEX lines_by_state;
        CREATE INDEX lines_by_supplier ON payable_lines (entity_id, supplier, issued_at DESC, payable_id, id, search);
        CREATE INDEX lines_by_state ON payable_lines
            (entity_id, assign_state, supplier, issued_at DESC, payable_id, id, search);
        """,
    )


@migrations()
def account_problems(db: Database) -> None:
    """What stops bills for their accounts, lines or rates is found without reading every line."""
    run_script(
        db,
        """
        CREATE INDEX account_changes_by_account ON account_changes (entity_id, account_id, id DESC);
        CREATE INDEX lines_open_by_account ON payable_lines
            (entity_id, ledger_account_id, currency, assign_state, payable_id, seen_at)
            WHERE ledger_account_id IS NOT NULL AND editable = 1;
        CREATE INDEX lines_without_tax ON payable_lines (entity_id, payable_id)
            WHERE tax IS NULL AND accounting_tax_rate_id IS NULL AND editable = 1;
        CREATE INDEX payables_without_lines ON payables (entity_id, created_at DESC, id DESC)
            WHERE line_count = 0 AND gone = 0;
        """,
    )


@migrations()
def documents_by_day(db: Database) -> None:
    """The handover sheet reads the documents of a period."""
    run_script(
        db,
        """
        CREATE INDEX payables_by_day ON payables (entity_id, coalesce(issued_at, substr(created_at, 1, 10)));
        CREATE INDEX receivables_by_day ON receivables (entity_id, coalesce(issue_date, substr(created_at, 1, 10)));
        """,
    )


@migrations()
def catalogue_readings(db: Database) -> None:
    """With which state of the catalogue the stored texts were read, and how far reading them anew has come."""
    run_script(
        db,
        """
        CREATE TABLE catalogue_readings (
            id INTEGER PRIMARY KEY CHECK (id = 1), fingerprint TEXT NOT NULL, read_up_to INTEGER NOT NULL) STRICT;
        """,
    )


@migrations()
def what_sending_needs(db: Database) -> None:
    """What the accounting systems look at in amounts and numbers, so that a refusal can be foretold."""
    run_script(
        db,
        """
        ALTER TABLE payables ADD COLUMN discount INTEGER;
        ALTER TABLE payable_lines ADD COLUMN unit_price REAL;
        ALTER TABLE payable_lines ADD COLUMN tax_amount INTEGER;
        ALTER TABLE receivables ADD COLUMN deduction INTEGER;
        UPDATE payables SET discount = raw ->> 'discount' WHERE json_type(raw, '$.discount') = 'integer';
        UPDATE payable_lines SET tax_amount = raw ->> 'tax_amount' WHERE json_type(raw, '$.tax_amount') = 'integer';
        UPDATE payable_lines SET unit_price = raw ->> 'unit_price'
            WHERE json_type(raw, '$.unit_price') IN ('integer', 'real');
        UPDATE receivables SET deduction = nullif(raw ->> 'deduction_amount', 0)
            WHERE json_type(raw, '$.deduction_amount') = 'integer';
        CREATE INDEX payables_by_number ON payables (entity_id, document_id) WHERE document_id IS NOT NULL;
        CREATE INDEX receivables_by_number ON receivables (entity_id, document_id) WHERE document_id IS NOT NULL;
        """,
    )


@migrations()
def trying_again(db: Database) -> None:
    """Which records may be tried by themselves, and which are going to be, is found without reading others."""
    run_script(
        db,
        """
        CREATE INDEX records_to_try ON synced_records (problem, entity_id, updated_at)
            WHERE state = 'attention' AND automatic_tries < 3;
        CREATE INDEX outbox_planned ON outbox (entity_id, object_id)
            WHERE state = 'queued' AND action = 'retry' AND actor_role = 'system';
        CREATE INDEX records_handled ON synced_records (entity_id, updated_at DESC, id DESC) WHERE handled <> '';
        """,
    )


@migrations()
def stopped_batches_at_last(db: Database) -> None:
    """The index over stopped batches, for stores whose migration passed it over."""
    run_script(
        db,
        """
        CREATE INDEX IF NOT EXISTS batches_stopped ON batches (stop_requested_at)
            WHERE stop_requested_at IS NOT NULL;
        """,
    )


@migrations()
def recent_batches(db: Database) -> None:
    """The worker asks each second for the bulk changes of the last days, without reading all others."""
    run_script(db, "CREATE INDEX batches_by_day ON batches (kind, created_at);")
