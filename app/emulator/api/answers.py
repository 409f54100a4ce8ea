"""How answers look: pages of lists, and refusals in the four shapes that Monite documents."""

from __future__ import annotations

import sqlite3
from typing import Any

from flask import Flask, Response, g, jsonify, make_response, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound, RequestEntityTooLarge

from app.emulator.deps import database
from app.emulator.errors import (
    ApiError,
    ForbiddenError,
    InvalidError,
    NotBuiltError,
    NotFoundError,
    TooManyRequestsError,
)
from app.emulator.rules import wordings
from app.emulator.store import entities
from app.emulator.store.pages import Page

# Resources of Monite's API beside the ones served here: they exist there, and are not built here.
ELSEWHERE = frozenset(
    (
        "accounting", "accounting_connections", "accounting_sync_rules", "accounting_synced_records",
        "accounting_tax_rates", "analytics", "approval_policies", "approval_requests", "auth",
        "bank_accounts", "batch_payments", "comments", "counterparts", "credit_notes", "custom_vat_rates",
        "data_exports", "delivery_notes", "document_templates", "e_invoicing_connections",
        "einvoice_search", "einvoicing_connections", "entities", "entity_users", "events", "files",
        "financing_applications", "financing_invoices", "financing_offers", "financing_tokens",
        "frontend", "internal", "ledger_accounts", "mail_templates", "mailbox_domains", "mailboxes",
        "measure_units", "ocr_tasks", "onboarding_documents", "onboarding_links",
        "onboarding_requirements", "overdue_reminders", "payable_credit_notes", "payable_purchase_orders",
        "payables", "payables_credit_notes", "payment_accounts", "payment_intents", "payment_links",
        "payment_methods", "payment_records", "payment_reminders", "payment_terms", "payout_accounts",
        "persons", "product_vat_ids", "products", "projects", "receipts", "receivables", "recurrences",
        "roles", "settings", "tags", "text_templates", "transactions", "vat_rates", "webhook_deliveries",
        "webhook_settings", "webhook_subscriptions", "webhooks", "workflows",
    )
)  # fmt: skip
# Method, resource and depth of path: operations of Monite's on paths that are served here otherwise.
LACKING = frozenset(
    {
        ("DELETE", "payables", 2),
        ("POST", "receivables", 1),
        ("PATCH", "receivables", 2),
        ("DELETE", "receivables", 2),
    }
)
# Words that stand in Monite's paths where an id could stand: operations of their own.
NAMED = frozenset(
    {
        ("entities", "me"),
        ("entity_users", "me"),
        ("entity_users", "my_entity"),
        ("payables", "analytics"),
        ("payables", "upload_from_file"),
        ("payables", "validations"),
        ("payables", "variables"),
        ("receivables", "required_fields"),
        ("receivables", "search"),
        ("receivables", "variables"),
    }
)
PREFIX = "/v1/"


def page(found: Page) -> Response:
    """A page of a cursor list with the tokens of its neighbours."""
    tokens = {"next_pagination_token": found.next_token, "prev_pagination_token": found.prev_token}
    return jsonify({"data": found.rows, **tokens})


def html(status: int, title: str) -> Response:
    """An answer that is not JSON, as a gateway in front of Monite would give it (shape D)."""
    body = f"<html><head><title>{title}</title></head><body><center><h1>{title}</h1></center></body></html>"
    return Response(body, status=status, mimetype="text/html")


def refusal(error: ApiError) -> Response:
    """The refusal's body in the shape of its status, A, B or C."""
    response = jsonify(_body(error))
    response.status_code = error.status
    response.headers.update(error.headers)
    return response


def names_operation() -> bool:
    """Whether the path has a word of Monite's where an id could stand."""
    return tuple(_parts()[:2]) in NAMED


def init_app(app: Flask) -> None:
    """Answer every refusal in Monite's shapes; other paths keep Flask's own pages."""
    app.register_error_handler(ApiError, refusal)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(sqlite3.IntegrityError, _gone)


def _http_error(error: HTTPException) -> Response:
    if not request.path.startswith(PREFIX):
        return make_response(error.get_response(request.environ))
    if isinstance(error, RequestEntityTooLarge):
        return make_response(jsonify({"message": "Request size limit exceeded"}), 413)
    if _is_lacking(error):
        return refusal(NotBuiltError())
    names = {404: "Not found", 405: "Method Not Allowed", 500: "Internal Server Error"}
    code = error.code or 500
    return make_response(jsonify({"error": {"message": names.get(code, error.name)}}), code)


def _gone(error: sqlite3.IntegrityError) -> Response:
    """What a write refers to can go after it was looked up, by another request or a reset."""
    if error.sqlite_errorcode != sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY:
        raise error
    stays = entities.exists(database(), str(g.get("entity_id")))
    return refusal(NotFoundError() if stays else ForbiddenError())


def _is_lacking(error: HTTPException) -> bool:
    """Whether Monite serves what this emulator has no route for."""
    parts = _parts()
    if isinstance(error, MethodNotAllowed):
        return names_operation() or (request.method, parts[0], len(parts)) in LACKING
    return isinstance(error, NotFound) and parts[0] in ELSEWHERE and "" not in parts


def _parts() -> list[str]:
    return request.path.removeprefix(PREFIX).split("/")


def _body(error: ApiError) -> dict[str, Any]:
    if isinstance(error, InvalidError):
        text, type_ = _worded(error)
        return {"detail": [{"loc": error.loc, "msg": text, "type": type_}]}
    if isinstance(error, TooManyRequestsError):
        return {"message": error.message}
    kind = {"type": error.type} if error.type else {}
    return {"error": {**kind, "message": error.message}}


def _worded(error: InvalidError) -> tuple[str, str]:
    """The refusal in the words of the service that the request went to."""
    if request.path.removeprefix(PREFIX).split("/")[0] not in wordings.NEWER_SERVICES:
        return error.message, str(error.type)
    natural = error.__cause__ if isinstance(error.__cause__, InvalidError) else error
    return wordings.newer(natural.message, str(natural.type))
