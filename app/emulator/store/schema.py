"""The emulator's tables, changed only by adding a migration.

Three groups: what Monite holds (with an `entity_id`), what the accounting system holds (with an
`organisation_id`, names prefixed `book_`), and the emulator's own affairs. Objects of Monite's API
keep their full body as JSON in `body`, in the shape of version 2024-01-31, beside the columns that
lists and rules need; times are ISO 8601 in UTC with microseconds, of the virtual clock.
"""

from __future__ import annotations

from sqlite_utils import Database, Migrations

from app.sqlite import run_script

migrations = Migrations("emulator")

FIRST = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
-- keys: scenario, client_id, client_secret, clock_offset_seconds, partner_settings (JSON), switches (JSON)
CREATE TABLE tokens (
    token TEXT PRIMARY KEY, grant_type TEXT NOT NULL, entity_user_id TEXT,
    expires_at TEXT NOT NULL, revoked INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE TABLE faults (
    id INTEGER PRIMARY KEY, kind TEXT NOT NULL, entity_id TEXT, remaining INTEGER,
    options TEXT NOT NULL DEFAULT '{}', created_at TEXT NOT NULL) STRICT;

CREATE TABLE entities (
    id TEXT PRIMARY KEY, key TEXT NOT NULL, name TEXT NOT NULL, country TEXT NOT NULL, currency TEXT NOT NULL,
    body TEXT NOT NULL, created_at TEXT NOT NULL, updated_at TEXT NOT NULL) STRICT;
CREATE TABLE measure_units (
    id TEXT PRIMARY KEY, entity_id TEXT NOT NULL REFERENCES entities, name TEXT NOT NULL,
    description TEXT, created_at TEXT NOT NULL, updated_at TEXT NOT NULL) STRICT;
CREATE TABLE counterparts (
    id TEXT PRIMARY KEY, entity_id TEXT NOT NULL REFERENCES entities, type TEXT NOT NULL, name TEXT NOT NULL,
    is_vendor INTEGER NOT NULL, is_customer INTEGER NOT NULL,
    body TEXT NOT NULL, created_at TEXT NOT NULL, updated_at TEXT NOT NULL) STRICT;
CREATE INDEX counterparts_by_entity ON counterparts (entity_id, created_at, id);
CREATE TABLE counterpart_addresses (
    id TEXT PRIMARY KEY, counterpart_id TEXT NOT NULL REFERENCES counterparts ON DELETE CASCADE,
    country TEXT NOT NULL, city TEXT, postal_code TEXT, state TEXT, line1 TEXT, line2 TEXT) STRICT;
CREATE INDEX addresses_by_counterpart ON counterpart_addresses (counterpart_id);
CREATE TABLE products (
    id TEXT PRIMARY KEY, entity_id TEXT NOT NULL REFERENCES entities, name TEXT NOT NULL, type TEXT NOT NULL,
    ledger_account_id TEXT, price INTEGER, currency TEXT, measure_unit_id TEXT,
    body TEXT NOT NULL, created_at TEXT NOT NULL, updated_at TEXT NOT NULL) STRICT;
CREATE INDEX products_by_entity ON products (entity_id, created_at, id);
CREATE TABLE payables (
    id TEXT PRIMARY KEY, entity_id TEXT NOT NULL REFERENCES entities, status TEXT NOT NULL, document_id TEXT,
    counterpart_id TEXT, counterpart_name TEXT, currency TEXT, total_amount INTEGER,
    issued_at TEXT, due_date TEXT, body TEXT NOT NULL, created_at TEXT NOT NULL, updated_at TEXT NOT NULL) STRICT;
CREATE INDEX payables_by_entity ON payables (entity_id, created_at, id);
CREATE INDEX payables_by_status ON payables (entity_id, status, created_at, id);
CREATE TABLE payable_line_items (
    id TEXT PRIMARY KEY, entity_id TEXT NOT NULL, payable_id TEXT NOT NULL REFERENCES payables ON DELETE CASCADE,
    position INTEGER NOT NULL, ledger_account_id TEXT, accounting_tax_rate_id TEXT, tax INTEGER,
    body TEXT NOT NULL, created_at TEXT NOT NULL, updated_at TEXT NOT NULL) STRICT;
CREATE INDEX line_items_by_payable ON payable_line_items (payable_id, created_at, id);
CREATE TABLE receivables (
    id TEXT PRIMARY KEY, entity_id TEXT NOT NULL REFERENCES entities, type TEXT NOT NULL, status TEXT NOT NULL,
    document_id TEXT, counterpart_id TEXT, counterpart_name TEXT, currency TEXT, total_amount INTEGER,
    issue_date TEXT, due_date TEXT, body TEXT NOT NULL, created_at TEXT NOT NULL, updated_at TEXT NOT NULL) STRICT;
CREATE INDEX receivables_by_entity ON receivables (entity_id, created_at, id);
-- body.line_items[].product holds only {"id"} for a catalogue product (resolved live) and all fields for an inline one

CREATE TABLE connections (
    id TEXT PRIMARY KEY, entity_id TEXT NOT NULL REFERENCES entities, status TEXT NOT NULL,
    platform TEXT, provider TEXT NOT NULL, company_id TEXT NOT NULL, provider_connection_id TEXT NOT NULL UNIQUE,
    organisation_id TEXT, linked_at TEXT, last_pull TEXT NOT NULL, first_pull_done INTEGER NOT NULL DEFAULT 0,
    next_sync_at TEXT, errors TEXT, created_at TEXT NOT NULL, updated_at TEXT NOT NULL) STRICT;
CREATE INDEX connections_by_entity ON connections (entity_id, created_at, id);
CREATE UNIQUE INDEX one_active_connection ON connections (entity_id) WHERE status <> 'disconnected';
CREATE TABLE sync_rules (entity_id TEXT PRIMARY KEY REFERENCES entities, payable TEXT NOT NULL, receivable TEXT NOT NULL) STRICT;
CREATE TABLE ledger_accounts (
    id TEXT PRIMARY KEY, entity_id TEXT NOT NULL REFERENCES entities, organisation_id TEXT NOT NULL,
    platform_account_id TEXT NOT NULL, name TEXT NOT NULL, nominal_code TEXT, type TEXT NOT NULL, subtype TEXT,
    status TEXT NOT NULL, is_bank_account INTEGER NOT NULL, currency TEXT, current_balance INTEGER, description TEXT,
    created_at TEXT NOT NULL, UNIQUE (entity_id, organisation_id, platform_account_id)) STRICT;
CREATE TABLE accounting_tax_rates (
    id TEXT PRIMARY KEY, entity_id TEXT NOT NULL REFERENCES entities, organisation_id TEXT NOT NULL,
    platform_tax_rate_id TEXT NOT NULL, name TEXT, code TEXT, status TEXT,
    effective_tax_rate INTEGER, total_tax_rate INTEGER, components TEXT NOT NULL,
    created_at TEXT NOT NULL, UNIQUE (entity_id, organisation_id, platform_tax_rate_id)) STRICT;
CREATE TABLE synced_records (
    id TEXT PRIMARY KEY, entity_id TEXT NOT NULL REFERENCES entities, organisation_id TEXT NOT NULL,
    object_type TEXT NOT NULL, object_id TEXT, sync_status TEXT NOT NULL, errors TEXT,
    platform TEXT, platform_object_id TEXT, platform_updated_at TEXT,
    provider TEXT, provider_object_id TEXT, provider_updated_at TEXT,
    object_updated_at TEXT, last_pulled_at TEXT NOT NULL, created_at TEXT NOT NULL, updated_at TEXT NOT NULL,
    UNIQUE (entity_id, organisation_id, object_type, object_id)) STRICT;
CREATE INDEX synced_records_by_created ON synced_records (entity_id, object_type, created_at, id);
CREATE INDEX synced_records_by_updated ON synced_records (entity_id, object_type, updated_at, id);
-- a synced record is also the link between both sides: platform_object_id is set once they are matched or written
CREATE TABLE jobs (
    id INTEGER PRIMARY KEY, kind TEXT NOT NULL, connection_id TEXT NOT NULL REFERENCES connections,
    record_id TEXT, step TEXT, due_at TEXT NOT NULL, created_at TEXT NOT NULL) STRICT;
CREATE INDEX jobs_by_due ON jobs (due_at, id);
-- kinds: pull (step = ledger_accounts, tax_rates, counterparts, products, in that order), push (record_id), sync

CREATE TABLE organisations (
    id TEXT PRIMARY KEY, entity_id TEXT NOT NULL REFERENCES entities, platform TEXT NOT NULL, is_own INTEGER NOT NULL,
    name TEXT NOT NULL, legal_name TEXT NOT NULL, email TEXT, country TEXT NOT NULL, base_currency TEXT NOT NULL,
    lock_date TEXT, subscription TEXT NOT NULL DEFAULT 'active', UNIQUE (entity_id, platform, name)) STRICT;
-- an entity sees four on the sign-in pages: its own and a wrong one, on xero and on quickbooks_online
CREATE TABLE book_accounts (
    id TEXT NOT NULL, organisation_id TEXT NOT NULL REFERENCES organisations, code TEXT, name TEXT NOT NULL,
    type TEXT NOT NULL, subtype TEXT, status TEXT NOT NULL, is_bank_account INTEGER NOT NULL,
    selectable INTEGER NOT NULL, currency TEXT, description TEXT, PRIMARY KEY (organisation_id, id)) STRICT;
CREATE TABLE book_tax_rates (
    id TEXT NOT NULL, organisation_id TEXT NOT NULL REFERENCES organisations, name TEXT NOT NULL, code TEXT,
    rate INTEGER NOT NULL, components TEXT NOT NULL, status TEXT NOT NULL,
    on_purchases INTEGER NOT NULL, on_sales INTEGER NOT NULL, PRIMARY KEY (organisation_id, id)) STRICT;
CREATE TABLE book_currencies (
    organisation_id TEXT NOT NULL REFERENCES organisations, currency TEXT NOT NULL,
    PRIMARY KEY (organisation_id, currency)) STRICT;
CREATE TABLE book_contacts (
    id TEXT NOT NULL, organisation_id TEXT NOT NULL REFERENCES organisations, name TEXT NOT NULL,
    is_supplier INTEGER NOT NULL, is_customer INTEGER NOT NULL, country TEXT, city TEXT, address TEXT,
    status TEXT NOT NULL, PRIMARY KEY (organisation_id, id)) STRICT;
CREATE INDEX book_contacts_by_name ON book_contacts (organisation_id, name);
CREATE TABLE book_items (
    id TEXT NOT NULL, organisation_id TEXT NOT NULL REFERENCES organisations, name TEXT NOT NULL, code TEXT,
    unit_price INTEGER, account_id TEXT, status TEXT NOT NULL, PRIMARY KEY (organisation_id, id)) STRICT;
CREATE TABLE book_documents (
    id TEXT NOT NULL, organisation_id TEXT NOT NULL REFERENCES organisations, kind TEXT NOT NULL, number TEXT,
    contact_id TEXT NOT NULL, date TEXT NOT NULL, due_date TEXT, currency TEXT NOT NULL, total INTEGER NOT NULL,
    status TEXT NOT NULL, source TEXT NOT NULL, created_at TEXT NOT NULL, updated_at TEXT NOT NULL,
    PRIMARY KEY (organisation_id, id)) STRICT;
CREATE INDEX book_documents_by_number ON book_documents (organisation_id, kind, number);
-- kind: bill or invoice. status: open, partially_paid, paid, void. source: books (was there before) or monite (written by a push)
CREATE TABLE book_lines (
    organisation_id TEXT NOT NULL, document_id TEXT NOT NULL, position INTEGER NOT NULL, description TEXT,
    quantity REAL NOT NULL, unit_amount INTEGER NOT NULL, discount_amount INTEGER NOT NULL DEFAULT 0,
    amount INTEGER NOT NULL, tax_amount INTEGER NOT NULL, account_id TEXT, tax_rate_id TEXT,
    PRIMARY KEY (organisation_id, document_id, position),
    FOREIGN KEY (organisation_id, document_id) REFERENCES book_documents ON DELETE CASCADE) STRICT;
"""


@migrations()
def first_tables(db: Database) -> None:
    run_script(db, FIRST)


SECOND = """
-- Who an entity's people are, and what their role lets them do.
CREATE TABLE roles (
    id TEXT PRIMARY KEY, entity_id TEXT NOT NULL REFERENCES entities, name TEXT NOT NULL,
    permissions TEXT NOT NULL, status TEXT NOT NULL DEFAULT 'active',
    created_at TEXT NOT NULL, updated_at TEXT NOT NULL) STRICT;
CREATE INDEX roles_by_entity ON roles (entity_id, created_at, id);
CREATE TABLE entity_users (
    id TEXT PRIMARY KEY, entity_id TEXT NOT NULL REFERENCES entities, login TEXT NOT NULL,
    role_id TEXT NOT NULL REFERENCES roles, status TEXT NOT NULL DEFAULT 'active', body TEXT NOT NULL,
    created_at TEXT NOT NULL, updated_at TEXT NOT NULL) STRICT;
CREATE INDEX entity_users_by_entity ON entity_users (entity_id, created_at, id);
CREATE UNIQUE INDEX one_user_per_login ON entity_users (entity_id, login) WHERE status <> 'deleted';

-- settings: what was set for the entity itself, over the defaults (JSON)
ALTER TABLE entities ADD COLUMN settings TEXT NOT NULL DEFAULT '{}';
-- api_version: the version in which the connection was asked for, which decides what its address looks like
ALTER TABLE connections ADD COLUMN api_version TEXT NOT NULL DEFAULT '2024-01-31';

-- What happened, for those who subscribe to it; kept for three months.
CREATE TABLE events (
    id TEXT PRIMARY KEY, entity_id TEXT NOT NULL REFERENCES entities, object_type TEXT NOT NULL,
    event TEXT NOT NULL, object_id TEXT NOT NULL, api_version TEXT NOT NULL,
    created_at TEXT NOT NULL, updated_at TEXT NOT NULL) STRICT;
CREATE INDEX events_by_entity ON events (entity_id, created_at, id);
CREATE TABLE webhook_subscriptions (
    id TEXT PRIMARY KEY, object_type TEXT NOT NULL, event_types TEXT NOT NULL, url TEXT NOT NULL,
    secret TEXT NOT NULL, status TEXT NOT NULL DEFAULT 'enabled',
    created_at TEXT NOT NULL, updated_at TEXT NOT NULL) STRICT;
CREATE TABLE webhook_deliveries (
    id TEXT PRIMARY KEY, entity_id TEXT NOT NULL REFERENCES entities, event_id TEXT NOT NULL REFERENCES events,
    subscription_id TEXT NOT NULL, object_type TEXT NOT NULL, event TEXT NOT NULL, url TEXT NOT NULL,
    requests_made_count INTEGER NOT NULL DEFAULT 0, response TEXT NOT NULL DEFAULT '',
    response_status_code INTEGER, was_successful INTEGER NOT NULL DEFAULT 0,
    created_at TEXT NOT NULL, updated_at TEXT NOT NULL) STRICT;
CREATE INDEX webhook_deliveries_by_entity ON webhook_deliveries (entity_id, created_at, id);
CREATE INDEX webhook_deliveries_by_event ON webhook_deliveries (event_id);

-- Messages on their way to listeners, Monite's and Codat's alike; a row goes once it is delivered or given up.
-- channel: monite, codat_rules or codat_events, which decides headers, signature and when it is tried again
-- reference: the row of webhook_deliveries, or of codat_consumers
-- An id is never used again, for a message that is on the line may have been withdrawn meanwhile.
CREATE TABLE outgoing (
    id INTEGER PRIMARY KEY AUTOINCREMENT, channel TEXT NOT NULL, message_id TEXT NOT NULL, entity_id TEXT, reference TEXT,
    url TEXT NOT NULL, secret TEXT, body TEXT NOT NULL, attempts INTEGER NOT NULL DEFAULT 0,
    held INTEGER NOT NULL DEFAULT 0, due_at TEXT NOT NULL, first_due_at TEXT NOT NULL) STRICT;
CREATE INDEX outgoing_by_due ON outgoing (due_at, id);
CREATE INDEX outgoing_by_url ON outgoing (url, due_at, id);
CREATE INDEX outgoing_held ON outgoing (url) WHERE held;
-- held: kept back by a fault until the next message to the same address has gone

-- Codat's side: who listens, what was read, what was written.
CREATE TABLE codat_consumers (
    id TEXT PRIMARY KEY, style TEXT NOT NULL, url TEXT NOT NULL, secret TEXT,
    types TEXT NOT NULL DEFAULT '[]', failing_since TEXT, disabled_at TEXT, created_at TEXT NOT NULL) STRICT;
-- style: rules (the three rules of the guide, unsigned) or events (signed); types: [] = all
CREATE TABLE codat_datasets (
    id TEXT PRIMARY KEY, connection_id TEXT NOT NULL REFERENCES connections, data_type TEXT NOT NULL,
    status TEXT NOT NULL, status_description TEXT, error_message TEXT, fingerprint TEXT,
    records_modified INTEGER NOT NULL DEFAULT 0, requested TEXT NOT NULL, completed TEXT) STRICT;
-- fingerprint: of what was read, so that the next read can tell whether anything has changed
CREATE INDEX codat_datasets_by_connection ON codat_datasets (connection_id, data_type, requested);
CREATE TABLE codat_push_operations (
    key TEXT PRIMARY KEY, connection_id TEXT NOT NULL REFERENCES connections, record_id TEXT,
    data_type TEXT NOT NULL, type TEXT NOT NULL, status TEXT NOT NULL, status_code INTEGER NOT NULL,
    platform_object_id TEXT, error_message TEXT, validation TEXT NOT NULL DEFAULT '[]',
    requested TEXT NOT NULL, completed TEXT) STRICT;
CREATE INDEX codat_push_operations_by_connection ON codat_push_operations (connection_id, completed);
CREATE INDEX codat_push_operations_open ON codat_push_operations (connection_id, record_id) WHERE completed IS NULL;
CREATE TABLE codat_errors (
    id INTEGER PRIMARY KEY, connection_id TEXT NOT NULL REFERENCES connections, status_code TEXT NOT NULL,
    status_text TEXT NOT NULL, message TEXT NOT NULL, at TEXT NOT NULL, resolved_at TEXT) STRICT;

-- The organisation beside its lock date: the lock of the year, plan (full or smallest), what the person who
-- connected may do (full or reading), and whether numbers may repeat in QuickBooks (refused or allowed).
ALTER TABLE organisations ADD COLUMN year_end_lock_date TEXT;
ALTER TABLE organisations ADD COLUMN plan TEXT NOT NULL DEFAULT 'full';
ALTER TABLE organisations ADD COLUMN user_rights TEXT NOT NULL DEFAULT 'full';
ALTER TABLE organisations ADD COLUMN repeated_numbers TEXT NOT NULL DEFAULT 'refused';
-- currency: the one that a vendor or customer of QuickBooks has, null until its first document
ALTER TABLE book_contacts ADD COLUMN currency TEXT;
CREATE INDEX book_contacts_in_any_case ON book_contacts (organisation_id, name COLLATE NOCASE);
ALTER TABLE book_documents ADD COLUMN amount_paid INTEGER NOT NULL DEFAULT 0;
CREATE INDEX book_items_by_name ON book_items (organisation_id, name);
CREATE INDEX products_by_name ON products (entity_id, name);
CREATE INDEX book_documents_by_entry ON book_documents (organisation_id, kind, created_at);
ALTER TABLE book_lines ADD COLUMN item_id TEXT;

-- Payments of invoices: as Monite knows of them, and as the books hold them once they were pushed.
CREATE TABLE payment_records (
    id TEXT PRIMARY KEY, entity_id TEXT NOT NULL REFERENCES entities, receivable_id TEXT NOT NULL,
    amount INTEGER NOT NULL, currency TEXT NOT NULL, paid_at TEXT NOT NULL,
    created_at TEXT NOT NULL, updated_at TEXT NOT NULL) STRICT;
CREATE INDEX payment_records_by_receivable ON payment_records (receivable_id);
CREATE TABLE book_payments (
    id TEXT NOT NULL, organisation_id TEXT NOT NULL REFERENCES organisations, document_id TEXT NOT NULL,
    account_id TEXT NOT NULL, date TEXT NOT NULL, currency TEXT NOT NULL, amount INTEGER NOT NULL,
    created_at TEXT NOT NULL, PRIMARY KEY (organisation_id, id),
    FOREIGN KEY (organisation_id, document_id) REFERENCES book_documents ON DELETE CASCADE) STRICT;
CREATE INDEX book_payments_by_document ON book_payments (organisation_id, document_id);
CREATE INDEX codat_errors_by_connection ON codat_errors (connection_id, id);
CREATE INDEX connections_by_company ON connections (company_id, created_at, id);
"""


@migrations()
def people_events_and_codat(db: Database) -> None:
    run_script(db, SECOND)
