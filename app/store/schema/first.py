"""The dashboard's tables, changed only by adding a migration.

Three groups: the mirror of what Monite holds (each row keeps the raw JSON and `seen_at`), the outbox
of what people asked for and Monite has not confirmed, and what is ours alone. Times are ISO 8601 in
UTC with microseconds; money is in minor units beside its currency.
"""

from __future__ import annotations

from sqlite_utils import Database

from app.sqlite import run_script
from app.store.schema.steps import migrations

MIRROR = """
CREATE TABLE entities (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, country TEXT, currency TEXT, email TEXT, status TEXT NOT NULL,
    raw TEXT NOT NULL, seen_at TEXT NOT NULL) STRICT;
CREATE INDEX entities_by_name ON entities (name COLLATE NOCASE, id);

CREATE TABLE connections (
    id TEXT PRIMARY KEY, entity_id TEXT NOT NULL, status TEXT NOT NULL, platform TEXT, connection_url TEXT,
    last_pull TEXT, errors TEXT NOT NULL DEFAULT '[]', business TEXT, created_at TEXT NOT NULL, updated_at TEXT NOT NULL,
    raw TEXT NOT NULL, seen_at TEXT NOT NULL,
    -- ours: last_pull as it stood before any import, when we first saw it connected, and when a person
    -- said that it is the right organisation
    first_stamp TEXT, first_connected_at TEXT, confirmed_at TEXT, confirmed_by TEXT) STRICT;
CREATE INDEX connections_by_entity ON connections (entity_id, created_at DESC, id DESC);

CREATE TABLE ledger_accounts (
    id TEXT PRIMARY KEY, entity_id TEXT NOT NULL, name TEXT NOT NULL, nominal_code TEXT, type TEXT NOT NULL, subtype TEXT,
    status TEXT NOT NULL, is_bank_account INTEGER NOT NULL, currency TEXT, description TEXT,
    gone INTEGER NOT NULL DEFAULT 0, raw TEXT NOT NULL, seen_at TEXT NOT NULL,
    offered INTEGER GENERATED ALWAYS AS (lower(status) = 'active' AND is_bank_account = 0 AND gone = 0) STORED,
    search TEXT GENERATED ALWAYS AS (lower(coalesce(nominal_code, '') || ' ' || name || ' ' || type)) STORED) STRICT;
CREATE INDEX ledger_accounts_by_entity ON ledger_accounts (entity_id, offered, nominal_code, name);

CREATE TABLE tax_rates (
    id TEXT PRIMARY KEY, entity_id TEXT NOT NULL, name TEXT, code TEXT, rate INTEGER, status TEXT,
    gone INTEGER NOT NULL DEFAULT 0, raw TEXT NOT NULL, seen_at TEXT NOT NULL) STRICT;
CREATE INDEX tax_rates_by_entity ON tax_rates (entity_id, rate);

-- assign_state: needs (no account), saving (chosen here, not confirmed), assigned (confirmed), locked (can't be edited)
CREATE TABLE products (
    id TEXT PRIMARY KEY, entity_id TEXT NOT NULL, name TEXT NOT NULL, type TEXT, price INTEGER, currency TEXT,
    ledger_account_id TEXT, wanted_account_id TEXT, save_state TEXT NOT NULL DEFAULT '', save_error TEXT,
    gone INTEGER NOT NULL DEFAULT 0, created_at TEXT, updated_at TEXT NOT NULL, raw TEXT NOT NULL, seen_at TEXT NOT NULL,
    assign_state TEXT GENERATED ALWAYS AS (CASE
        WHEN wanted_account_id IS NOT NULL AND save_state = 'saving' THEN 'saving'
        WHEN ledger_account_id IS NOT NULL THEN 'assigned' ELSE 'needs' END) STORED) STRICT;
CREATE INDEX products_by_name ON products (entity_id, gone, name, id);
CREATE INDEX products_by_state ON products (entity_id, gone, assign_state, name, id);

CREATE TABLE payables (
    id TEXT PRIMARY KEY, entity_id TEXT NOT NULL, status TEXT NOT NULL, document_id TEXT,
    counterpart_id TEXT, counterpart_name TEXT, currency TEXT, total_amount INTEGER, issued_at TEXT, due_date TEXT,
    lines_for TEXT, line_count INTEGER, gone INTEGER NOT NULL DEFAULT 0,
    created_at TEXT NOT NULL, updated_at TEXT NOT NULL, raw TEXT NOT NULL, seen_at TEXT NOT NULL,
    -- lines_for is the updated_at for which the line items were read; anything else means they are due
    lines_due INTEGER GENERATED ALWAYS AS (gone = 0 AND lines_for IS NOT updated_at AND status IN
        ('new', 'approve_in_progress', 'waiting_to_be_paid', 'partially_paid', 'paid')) STORED) STRICT;
CREATE INDEX payables_by_status ON payables (entity_id, gone, status, created_at DESC, id DESC);
CREATE INDEX payables_by_lines_due ON payables (entity_id, created_at DESC, id DESC) WHERE lines_due = 1;

CREATE TABLE payable_lines (
    id TEXT PRIMARY KEY, entity_id TEXT NOT NULL, payable_id TEXT NOT NULL, position INTEGER NOT NULL,
    name TEXT, description TEXT, quantity REAL, subtotal INTEGER, total INTEGER, tax INTEGER, accounting_tax_rate_id TEXT,
    ledger_account_id TEXT, wanted_account_id TEXT, save_state TEXT NOT NULL DEFAULT '', save_error TEXT,
    -- copied from the bill, so that a list needs one table
    supplier TEXT NOT NULL DEFAULT '', document_id TEXT, payable_status TEXT NOT NULL, currency TEXT, issued_at TEXT,
    editable INTEGER NOT NULL, raw TEXT NOT NULL, seen_at TEXT NOT NULL,
    assign_state TEXT GENERATED ALWAYS AS (CASE
        WHEN wanted_account_id IS NOT NULL AND save_state = 'saving' THEN 'saving'
        WHEN ledger_account_id IS NOT NULL THEN 'assigned'
        WHEN editable = 0 THEN 'locked' ELSE 'needs' END) STORED,
    search TEXT GENERATED ALWAYS AS (lower(coalesce(name, '') || ' ' || coalesce(description, '') || ' ' || supplier
        || ' ' || coalesce(document_id, ''))) STORED) STRICT;
CREATE INDEX lines_by_supplier ON payable_lines (entity_id, supplier, issued_at DESC, payable_id, id);
CREATE INDEX lines_by_state ON payable_lines (entity_id, assign_state, supplier, issued_at DESC, payable_id, id);
CREATE INDEX lines_by_payable ON payable_lines (payable_id, position);

CREATE TABLE receivables (
    id TEXT PRIMARY KEY, entity_id TEXT NOT NULL, type TEXT NOT NULL, status TEXT NOT NULL, document_id TEXT,
    counterpart_id TEXT, counterpart_name TEXT, currency TEXT, total_amount INTEGER, issue_date TEXT, due_date TEXT,
    has_whole_discount INTEGER NOT NULL, lines TEXT NOT NULL, gone INTEGER NOT NULL DEFAULT 0,
    created_at TEXT NOT NULL, updated_at TEXT NOT NULL, raw TEXT NOT NULL, seen_at TEXT NOT NULL) STRICT;
CREATE INDEX receivables_by_status ON receivables (entity_id, gone, type, status, created_at DESC, id DESC);

CREATE TABLE counterparts (
    id TEXT PRIMARY KEY, entity_id TEXT NOT NULL, name TEXT NOT NULL, is_vendor INTEGER NOT NULL, is_customer INTEGER NOT NULL,
    country TEXT, city TEXT, address TEXT, gone INTEGER NOT NULL DEFAULT 0, raw TEXT NOT NULL, seen_at TEXT NOT NULL) STRICT;
CREATE INDEX counterparts_by_name ON counterparts (entity_id, gone, name, id);

-- as last read from Monite, and since when a person has released sending with them
CREATE TABLE sync_rules (
    entity_id TEXT PRIMARY KEY, payable TEXT NOT NULL, receivable TEXT NOT NULL, seen_at TEXT NOT NULL) STRICT;

CREATE TABLE synced_records (
    rowid INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, entity_id TEXT NOT NULL, object_type TEXT NOT NULL, object_id TEXT,
    sync_status TEXT NOT NULL, state TEXT NOT NULL, problem TEXT NOT NULL DEFAULT '', error_text TEXT,
    title TEXT NOT NULL DEFAULT '', party TEXT NOT NULL DEFAULT '', amount INTEGER, currency TEXT NOT NULL DEFAULT '',
    object_status TEXT, platform TEXT, platform_object_id TEXT, provider TEXT, provider_object_id TEXT,
    last_pulled_at TEXT, object_updated_at TEXT, created_at TEXT NOT NULL, updated_at TEXT NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0, raw TEXT NOT NULL, seen_at TEXT NOT NULL,
    urgency INTEGER GENERATED ALWAYS AS (CASE state WHEN 'attention' THEN 0 ELSE 1 END) STORED) STRICT;
CREATE INDEX records_by_urgency ON synced_records (entity_id, urgency, updated_at DESC, id DESC);
CREATE INDEX records_by_state ON synced_records (entity_id, state, updated_at DESC, id DESC);
CREATE INDEX records_by_type ON synced_records (entity_id, object_type, urgency, updated_at DESC, id DESC);
CREATE INDEX records_by_type_state ON synced_records (entity_id, object_type, state, updated_at DESC, id DESC);
CREATE INDEX records_by_problem ON synced_records (entity_id, problem, updated_at DESC, id DESC) WHERE problem <> '';
CREATE INDEX records_by_object ON synced_records (object_id);
CREATE VIRTUAL TABLE record_search USING fts5 (
    entity_id, title, party, error_text, content='synced_records', content_rowid='rowid', tokenize='trigram', detail='full');

CREATE TABLE resources (
    entity_id TEXT NOT NULL, resource TEXT NOT NULL, state TEXT NOT NULL DEFAULT 'never', as_of TEXT, error TEXT,
    done INTEGER, total INTEGER, started_at TEXT, requested_at TEXT, interactive INTEGER NOT NULL DEFAULT 0,
    next_due TEXT, lease_until TEXT, failures INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (entity_id, resource)) STRICT;
CREATE INDEX resources_by_due ON resources (next_due);
-- state: never, running, ok, error. entity_id is '' for the list of entities itself
"""

OURS = """
CREATE TABLE outbox (
    id INTEGER PRIMARY KEY, entity_id TEXT NOT NULL, batch_id TEXT, action TEXT NOT NULL,
    object_type TEXT NOT NULL, object_id TEXT NOT NULL, parent_id TEXT, body TEXT NOT NULL DEFAULT '{}', key TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'queued', attempts INTEGER NOT NULL DEFAULT 0, not_before TEXT NOT NULL, lease_until TEXT,
    last_error TEXT, error_status INTEGER, actor_name TEXT NOT NULL, actor_role TEXT NOT NULL,
    created_at TEXT NOT NULL, finished_at TEXT) STRICT;
-- state: queued, running (leased), done, refused (kept in words), superseded (a newer intent of the same key), stopped
CREATE INDEX outbox_open ON outbox (not_before, id) WHERE state IN ('queued', 'running');
CREATE INDEX outbox_by_key ON outbox (key) WHERE state IN ('queued', 'running');
CREATE INDEX outbox_by_batch ON outbox (batch_id, state) WHERE batch_id IS NOT NULL;
CREATE INDEX outbox_by_object ON outbox (object_id, id);

CREATE TABLE batches (
    id TEXT PRIMARY KEY, entity_id TEXT NOT NULL, kind TEXT NOT NULL, form_key TEXT NOT NULL UNIQUE, total INTEGER NOT NULL,
    details TEXT NOT NULL DEFAULT '{}', actor_name TEXT NOT NULL, actor_role TEXT NOT NULL,
    created_at TEXT NOT NULL, stop_requested_at TEXT, finished_at TEXT) STRICT;
CREATE INDEX batches_by_entity ON batches (entity_id, created_at DESC);

CREATE TABLE record_tries (
    id INTEGER PRIMARY KEY, entity_id TEXT NOT NULL, record_id TEXT NOT NULL, outbox_id INTEGER UNIQUE, batch_id TEXT,
    at TEXT NOT NULL, actor_name TEXT NOT NULL, actor_role TEXT NOT NULL,
    result TEXT NOT NULL, problem TEXT NOT NULL DEFAULT '', message TEXT, finished_at TEXT) STRICT;
-- result: waiting, sent, failed, unknown (no answer in time)
CREATE INDEX tries_by_record ON record_tries (record_id, id DESC);
CREATE INDEX tries_by_batch ON record_tries (batch_id, result) WHERE batch_id IS NOT NULL;
CREATE TABLE watched_records (
    record_id TEXT PRIMARY KEY, entity_id TEXT NOT NULL, object_type TEXT NOT NULL,
    next_look_at TEXT NOT NULL, looks INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE INDEX watched_by_due ON watched_records (next_look_at);

-- one row while sending is on hold: the lists that will be put in place when a person releases it
CREATE TABLE holds (
    entity_id TEXT PRIMARY KEY, payable TEXT NOT NULL, receivable TEXT NOT NULL, reason TEXT NOT NULL,
    held_at TEXT NOT NULL, held_by TEXT NOT NULL, confirmed_at TEXT) STRICT;
CREATE TABLE rule_saves (
    entity_id TEXT PRIMARY KEY, saved_at TEXT NOT NULL, saved_by TEXT NOT NULL, confirmed_at TEXT) STRICT;

CREATE TABLE attempts (
    id TEXT PRIMARY KEY, entity_id TEXT NOT NULL, connection_id TEXT, platform TEXT, browser TEXT NOT NULL,
    started_by TEXT NOT NULL, started_at TEXT NOT NULL, returned_at TEXT, provider_status TEXT, provider_message TEXT,
    outcome TEXT, ended_at TEXT) STRICT;
CREATE INDEX attempts_by_entity ON attempts (entity_id, started_at DESC);
CREATE INDEX attempts_by_browser ON attempts (browser);

-- every change and every observation worth telling: the audit trail, and the connection's history
CREATE TABLE events (
    id INTEGER PRIMARY KEY, entity_id TEXT NOT NULL, at TEXT NOT NULL, kind TEXT NOT NULL,
    actor_name TEXT NOT NULL, actor_role TEXT NOT NULL, object_type TEXT, object_id TEXT,
    was TEXT, became TEXT, note TEXT) STRICT;
CREATE INDEX events_by_entity ON events (entity_id, id DESC);
CREATE INDEX events_by_kind ON events (entity_id, kind, id DESC);

CREATE TABLE record_counts (
    entity_id TEXT NOT NULL, object_type TEXT NOT NULL, state TEXT NOT NULL, problem TEXT NOT NULL, currency TEXT NOT NULL,
    n INTEGER NOT NULL, amount INTEGER NOT NULL, PRIMARY KEY (entity_id, object_type, state, problem, currency)) STRICT;
CREATE TABLE assign_counts (
    entity_id TEXT NOT NULL, kind TEXT NOT NULL, state TEXT NOT NULL, n INTEGER NOT NULL,
    PRIMARY KEY (entity_id, kind, state)) STRICT;
-- kind: products or bills
CREATE TABLE revisions (entity_id TEXT PRIMARY KEY, n INTEGER NOT NULL) STRICT;
CREATE TABLE preferences (
    person TEXT NOT NULL, entity_id TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL,
    PRIMARY KEY (person, entity_id, key)) STRICT;
CREATE TABLE rate_bucket (id INTEGER PRIMARY KEY CHECK (id = 1), free_at REAL NOT NULL) STRICT;
CREATE TABLE heartbeats (name TEXT PRIMARY KEY, at TEXT NOT NULL, pid INTEGER NOT NULL) STRICT;
CREATE TABLE api_calls (
    id INTEGER PRIMARY KEY, at TEXT NOT NULL, entity_id TEXT, method TEXT NOT NULL, path TEXT NOT NULL,
    status INTEGER, milliseconds INTEGER NOT NULL, request_id TEXT, error TEXT) STRICT;
CREATE INDEX api_calls_by_entity ON api_calls (entity_id, id DESC);
"""

COUNT_RECORD = """
    INSERT INTO record_counts (entity_id, object_type, state, problem, currency, n, amount)
    VALUES ({row}.entity_id, {row}.object_type, {row}.state, {row}.problem, {row}.currency, {sign}1, {sign}coalesce({row}.amount, 0))
    ON CONFLICT DO UPDATE SET n = n + excluded.n, amount = amount + excluded.amount;
"""
INDEX_RECORD = """
    INSERT INTO record_search (rowid, entity_id, title, party, error_text)
    VALUES (new.rowid, new.entity_id, new.title, new.party, new.error_text);
"""
UNINDEX_RECORD = """
    INSERT INTO record_search (record_search, rowid, entity_id, title, party, error_text)
    VALUES ('delete', old.rowid, old.entity_id, old.title, old.party, old.error_text);
"""
COUNT_ASSIGN = """
    INSERT INTO assign_counts (entity_id, kind, state, n) SELECT {row}.entity_id, '{kind}', {row}.assign_state, {sign}1 {where}
    ON CONFLICT DO UPDATE SET n = n + excluded.n;
"""


def _triggers() -> str:
    counted = "entity_id, object_type, state, problem, currency, amount"
    plus, minus = COUNT_RECORD.format(row="new", sign=""), COUNT_RECORD.format(row="old", sign="-")
    script = f"""
CREATE TRIGGER record_added AFTER INSERT ON synced_records BEGIN {plus} {INDEX_RECORD} END;
CREATE TRIGGER record_removed AFTER DELETE ON synced_records BEGIN {minus} {UNINDEX_RECORD} END;
CREATE TRIGGER record_counted AFTER UPDATE OF {counted} ON synced_records
    WHEN old.state IS NOT new.state OR old.problem IS NOT new.problem OR old.amount IS NOT new.amount
      OR old.currency IS NOT new.currency OR old.object_type IS NOT new.object_type BEGIN {minus} {plus} END;
CREATE TRIGGER record_indexed AFTER UPDATE OF title, party, error_text ON synced_records
    WHEN old.title IS NOT new.title OR old.party IS NOT new.party OR old.error_text IS NOT new.error_text
    BEGIN {UNINDEX_RECORD} {INDEX_RECORD} END;
"""
    for table, kind, here in (
        ("products", "products", "WHERE {row}.gone = 0"),
        ("payable_lines", "bills", "WHERE true"),
    ):
        add = COUNT_ASSIGN.format(row="new", kind=kind, sign="", where=here.format(row="new"))
        take = COUNT_ASSIGN.format(row="old", kind=kind, sign="-", where=here.format(row="old"))
        script += f"""
CREATE TRIGGER {table}_added AFTER INSERT ON {table} BEGIN {add} END;
CREATE TRIGGER {table}_removed AFTER DELETE ON {table} BEGIN {take} END;
CREATE TRIGGER {table}_changed AFTER UPDATE ON {table} BEGIN {take} {add} END;
"""
    return script


@migrations()
def first_tables(db: Database) -> None:
    run_script(db, MIRROR)
    run_script(db, OURS)
    run_script(db, _triggers())


@migrations()
def parts_of_a_batch(db: Database) -> None:
    """An event that is one of many of a bulk change names its batch; the batch is told by an event of its own."""
    run_script(
        db,
        """
        ALTER TABLE events ADD COLUMN batch_id TEXT;
        CREATE INDEX events_told ON events (entity_id, id DESC) WHERE batch_id IS NULL;
        """,
    )


@migrations()
def stopped_batches(db: Database) -> None:
    """The worker looks after batches that a person stopped, without reading all others."""
    run_script(
        db,
        "CREATE INDEX batches_stopped ON batches (stop_requested_at) WHERE stop_requested_at IS NOT NULL;",
    )
