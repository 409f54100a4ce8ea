"""Monite's JSON as our nouns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.domain.accounts import LedgerAccount, TaxRate
from app.domain.connections import BusinessInfo, Connection, ConnectionStatus
from app.domain.documents import Counterpart, InvoiceLine, LineItem, MeasureUnit, Payable, Product, Receivable
from app.domain.entities import Entity
from app.domain.entity_defaults import EntityDefaults
from app.domain.provider_keys import PartnerSettings
from app.domain.sync_rules import USUAL, SyncRules
from app.domain.synced_records import SyncedRecord
from app.monite import fields as f
from app.monite.answers import error_text

Json = Mapping[str, Any]


def partner_settings(raw: Json) -> PartnerSettings:
    accounting = f.part(raw, "accounting")
    return PartnerSettings(
        api_version=f.maybe_text(raw, "api_version"),
        provider=f.maybe_text(accounting, "provider"),
        token=f.maybe_text(accounting, "token"),
    )


def entity(raw: Json) -> Entity:
    legal = f.maybe_text(f.part(raw, "organization"), "legal_name")
    person = f.part(raw, "individual")
    named = " ".join(filter(None, (f.maybe_text(person, "first_name"), f.maybe_text(person, "last_name"))))
    return Entity(
        id=f.text(raw, "id"),
        name=legal or named or f.maybe_text(raw, "email") or f.text(raw, "id"),
        country=f.maybe_text(f.part(raw, "address"), "country"),
        currency=f.maybe_text(raw, "currency"),
        email=f.maybe_text(raw, "email"),
        status=f.maybe_text(raw, "status") or "active",
    )


def connection(raw: Json) -> Connection:
    business = f.part(raw, "business_info")
    return Connection(
        id=f.text(raw, "id"),
        status=_connection_status(f.text(raw, "status")),
        platform=f.maybe_text(raw, "platform"),
        connection_url=f.maybe_text(raw, "connection_url"),
        last_pull=f.maybe_moment(raw, "last_pull"),
        created_at=f.moment(raw, "created_at"),
        updated_at=f.moment(raw, "updated_at"),
        business=_business(business) if business else None,
        errors=tuple(e for e in (error_text(item) for item in f.parts(raw, "errors")) if e),
    )


def _connection_status(text: str) -> ConnectionStatus:
    try:
        return ConnectionStatus(text)
    except ValueError:
        return ConnectionStatus.CHECKING


def _business(raw: Json) -> BusinessInfo:
    return BusinessInfo(
        name=f.maybe_text(raw, "name"),
        legal_name=f.maybe_text(raw, "legal_name"),
        base_currency=f.maybe_text(raw, "base_currency"),
        email=f.maybe_text(raw, "email"),
        country=f.maybe_text(raw, "country") or f.maybe_text(f.part(raw, "address"), "country"),
    )


def sync_rules(raw: Json) -> SyncRules:
    """The push lists. One that is left out is read as the usual one, so that nobody believes it empty."""
    lists = f.part(raw, "push_statuses")
    payable, receivable = f.texts(lists, "payable"), f.texts(lists, "receivable")
    return SyncRules(
        payable=USUAL.payable if payable is None else payable,
        receivable=USUAL.receivable if receivable is None else receivable,
    )


def entity_defaults(raw: Json) -> EntityDefaults:
    """From the accounting part of an entity's settings."""
    accounts, taxes = f.part(raw, "ledger_account_ids"), f.part(raw, "tax_ids")
    return EntityDefaults(
        products_account_id=f.maybe_text(accounts, "products"),
        payments_account_id=f.maybe_text(accounts, "payments"),
        deductions_tax_id=f.maybe_text(taxes, "deductions"),
    )


def ledger_account(raw: Json) -> LedgerAccount:
    return LedgerAccount(
        id=f.text(raw, "id"),
        name=f.text(raw, "name"),
        nominal_code=f.maybe_text(raw, "nominal_code"),
        type=f.text(raw, "type"),
        subtype=f.maybe_text(raw, "subtype"),
        status=f.text(raw, "status"),
        is_bank_account=f.flag(raw, "is_bank_account"),
        currency=f.maybe_text(raw, "currency"),
        description=f.maybe_text(raw, "description"),
    )


def tax_rate(raw: Json) -> TaxRate:
    total = f.maybe_whole(raw, "total_tax_rate")
    return TaxRate(
        id=f.text(raw, "id"),
        name=f.maybe_text(raw, "name"),
        code=f.maybe_text(raw, "code"),
        rate=f.maybe_whole(raw, "effective_tax_rate") if total is None else total,
        status=f.maybe_text(raw, "status"),
    )


def product(raw: Json) -> Product:
    price = f.part(raw, "price")
    return Product(
        id=f.text(raw, "id"),
        name=f.text(raw, "name"),
        type=f.maybe_text(raw, "type"),
        ledger_account_id=f.maybe_text(raw, "ledger_account_id"),
        price=f.maybe_whole(price, "value"),
        currency=f.maybe_text(price, "currency"),
        updated_at=f.moment(raw, "updated_at"),
        measure_unit_id=f.maybe_text(raw, "measure_unit_id"),
    )


def measure_unit(raw: Json) -> MeasureUnit:
    return MeasureUnit(
        id=f.text(raw, "id"), name=f.text(raw, "name"), description=f.maybe_text(raw, "description")
    )


def payable(raw: Json) -> Payable:
    return Payable(
        id=f.text(raw, "id"),
        status=f.text(raw, "status"),
        document_id=f.maybe_text(raw, "document_id"),
        counterpart_name=f.maybe_text(f.part(raw, "counterpart"), "name"),
        counterpart_id=f.maybe_text(raw, "counterpart_id"),
        currency=f.maybe_text(raw, "currency"),
        total_amount=f.maybe_whole(raw, "total_amount"),
        issued_at=f.maybe_day(raw, "issued_at"),
        due_date=f.maybe_day(raw, "due_date"),
        created_at=f.moment(raw, "created_at"),
        updated_at=f.moment(raw, "updated_at"),
        discount=f.maybe_whole(raw, "discount"),
    )


def line_item(raw: Json) -> LineItem:
    return LineItem(
        id=f.text(raw, "id"),
        payable_id=f.text(raw, "payable_id"),
        name=f.maybe_text(raw, "name"),
        description=f.maybe_text(raw, "description"),
        quantity=f.maybe_number(raw, "quantity"),
        subtotal=f.maybe_whole(raw, "subtotal"),
        total=f.maybe_whole(raw, "total"),
        tax=f.maybe_whole(raw, "tax"),
        ledger_account_id=f.maybe_text(raw, "ledger_account_id"),
        accounting_tax_rate_id=f.maybe_text(raw, "accounting_tax_rate_id"),
        unit_price=f.maybe_number(raw, "unit_price"),
        tax_amount=f.maybe_whole(raw, "tax_amount"),
    )


def receivable(raw: Json) -> Receivable:
    return Receivable(
        id=f.text(raw, "id"),
        type=f.text(raw, "type"),
        status=f.text(raw, "status"),
        document_id=f.maybe_text(raw, "document_id"),
        counterpart_name=f.maybe_text(raw, "counterpart_name"),
        counterpart_id=f.maybe_text(raw, "counterpart_id"),
        currency=f.maybe_text(raw, "currency"),
        total_amount=f.maybe_whole(raw, "total_amount"),
        issue_date=f.maybe_day(raw, "issue_date"),
        due_date=f.maybe_day(raw, "due_date"),
        has_whole_discount=bool(f.part(raw, "discount")),
        lines=tuple(_invoice_line(line) for line in f.parts(raw, "line_items")),
        created_at=f.moment(raw, "created_at"),
        updated_at=f.moment(raw, "updated_at"),
        deduction=f.maybe_whole(raw, "deduction_amount") or None,
    )


def _invoice_line(raw: Json) -> InvoiceLine:
    sold = f.part(raw, "product")
    return InvoiceLine(
        product_id=f.maybe_text(sold, "id"),
        name=f.maybe_text(sold, "name"),
        ledger_account_id=f.maybe_text(sold, "ledger_account_id"),
        is_inline=f.flag(sold, "is_inline"),
        quantity=f.maybe_number(raw, "quantity"),
        total=f.maybe_whole(raw, "total_before_vat"),
        tax=f.maybe_whole(f.part(sold, "vat_rate"), "value"),
        accounting_tax_rate_id=f.maybe_text(raw, "accounting_tax_rate_id")
        or f.maybe_text(sold, "accounting_tax_rate_id"),
        unit_price=f.maybe_number(f.part(sold, "price"), "value"),
        total_after=f.maybe_whole(raw, "total_after_vat"),
    )


def counterpart(raw: Json) -> Counterpart:
    kind = "individual" if f.text(raw, "type") == "individual" else "organization"
    inner = f.part(raw, kind)
    person = " ".join(filter(None, (f.maybe_text(inner, "first_name"), f.maybe_text(inner, "last_name"))))
    address = f.part(inner, "address")
    return Counterpart(
        id=f.text(raw, "id"),
        name=f.maybe_text(inner, "legal_name") or person,
        is_vendor=f.flag(inner, "is_vendor"),
        is_customer=f.flag(inner, "is_customer"),
        country=f.maybe_text(address, "country"),
        city=f.maybe_text(address, "city"),
        address=f.maybe_text(address, "line1"),
    )


def synced_record(raw: Json) -> SyncedRecord:
    return SyncedRecord(
        id=f.text(raw, "id"),
        object_type=f.text(raw, "object_type"),
        object_id=f.maybe_text(raw, "object_id"),
        sync_status=f.text(raw, "sync_status"),
        error_text=error_text(raw.get("errors")),
        platform=f.maybe_text(raw, "platform"),
        platform_object_id=f.maybe_text(raw, "platform_object_id"),
        provider=f.maybe_text(raw, "provider"),
        provider_object_id=f.maybe_text(raw, "provider_object_id"),
        last_pulled_at=f.maybe_moment(raw, "last_pulled_at"),
        object_updated_at=f.maybe_moment(raw, "object_updated_at"),
        created_at=f.moment(raw, "created_at"),
        updated_at=f.moment(raw, "updated_at"),
    )
