"""The only way to Monite: HTTP and JSON stop here.

Every method returns a value or raises a MoniteError. Lists come as pages of (object, raw JSON), read
while they are consumed. `with monite.hurried(3):` is for calls while a person waits, `with
monite.background():` for calls that let those go first; both hold for the thread that says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any, TypeVar

from app.domain.accounts import LedgerAccount, TaxRate
from app.domain.connections import Connection
from app.domain.documents import Counterpart, LineItem, MeasureUnit, Payable, Product, Receivable
from app.domain.entities import Entity
from app.domain.entity_defaults import EntityDefaults
from app.domain.errors import UnavailableError
from app.domain.provider_keys import PartnerSettings
from app.domain.sync_rules import SyncRules
from app.domain.synced_records import SyncedRecord
from app.monite import fields as f
from app.monite import manners, parsing, subscriptions
from app.monite.answers import Raw
from app.monite.transport import CallLog, Limiter, Transport
from app.monite.versions import Capabilities, capabilities_of

T = TypeVar("T")
Page = list[tuple[T, Raw]]


class Monite:
    """Calls Monite for one partner; safe to share between threads."""

    capabilities: Capabilities
    subscriptions: subscriptions.Subscriptions
    """Who is told what happens at Monite."""

    def __init__(
        self,
        base_url: str,
        client_id: str,
        client_secret: str,
        version: str,
        *,
        limiter: Limiter | None = None,
        log: CallLog | None = None,
    ) -> None:
        self.capabilities = capabilities_of(version)
        self._http = Transport(base_url, client_id, client_secret, version, limiter=limiter, log=log)
        path = self.capabilities.subscriptions_path
        self.subscriptions = subscriptions.Subscriptions(
            self._http, path, lambda: self._pages(path, None, {}, subscriptions.parse)
        )

    def close(self) -> None:
        """Give back the open connections."""
        self._http.close()

    def hurried(self, seconds: float) -> AbstractContextManager[None]:
        """All calls of this thread inside end within so many seconds, and are not tried again."""
        return manners.hurried(seconds)

    def background(self) -> AbstractContextManager[None]:
        """Calls of this thread inside let interactive ones go first."""
        return manners.background()

    # The partner

    def renew_token(self) -> float:
        """Ask for a new token, as proof of the credentials; how many seconds it lasts."""
        return self._http.renew_token()

    @property
    def clock_ahead(self) -> float | None:
        """By how many seconds Monite's clock goes before ours, as the newest token's answer told."""
        return self._http.clock_ahead

    def get_partner_settings(self) -> PartnerSettings:
        """What concerns accounting in the partner's settings; the provider's key may be among it."""
        return parsing.partner_settings(self._http.send("GET", "/settings"))

    def store_provider_key(self, provider: str, token: str) -> PartnerSettings:
        """Put the accounting provider's key in place; the settings as they then are. Safe to repeat."""
        body = {"accounting": {"provider": provider, "token": token}}
        return parsing.partner_settings(self._http.send("PATCH", "/settings", body=body, secret=token))

    # Entities and connections

    def list_entities(self) -> Iterator[Page[Entity]]:
        """Every entity of the partner."""
        return self._pages("/entities", None, {}, parsing.entity)

    def get_entity(self, entity_id: str) -> Entity:
        return parsing.entity(self._http.send("GET", f"/entities/{entity_id}"))

    def get_entity_currency(self, entity_id: str) -> str | None:
        """The currency that the entity's settings name; None when they name none."""
        settings = self._http.send("GET", f"/entities/{entity_id}/settings")
        return f.maybe_text(f.part(settings, "currency"), "default")

    def connection_page(self, entity_id: str) -> Page[Connection]:
        """All connections of the entity, ended ones too, each with its raw JSON."""
        answer = self._http.send("GET", "/accounting_connections", entity_id)
        return [(parsing.connection(raw), raw) for raw in _rows(answer)]

    def list_connections(self, entity_id: str) -> list[Connection]:
        """All connections of the entity, ended ones too; decide by their status."""
        return [connection for connection, _ in self.connection_page(entity_id)]

    def get_connection(self, entity_id: str, connection_id: str) -> Connection:
        return parsing.connection(
            self._http.send("GET", f"/accounting_connections/{connection_id}", entity_id)
        )

    def create_connection(self, entity_id: str, platform: str | None = None) -> Connection:
        """A new connection with the address at which a person finishes it.

        Not safe to repeat: list first. ConflictError or RefusedError when there is one already. The
        platform is only told to versions that take it.
        """
        body = {"platform": platform} if platform and self.capabilities.platform_in_body else None
        return parsing.connection(self._http.send("POST", "/accounting_connections", entity_id, body=body))

    def disconnect(self, entity_id: str, connection_id: str) -> Connection:
        """End a connection; safe to repeat."""
        path = f"/accounting_connections/{connection_id}/disconnect"
        return parsing.connection(self._http.send("POST", path, entity_id))

    def sync(self, entity_id: str, connection_id: str) -> None:
        """Start an import, which also sends; ConflictError when it is not connected."""
        self._http.send("POST", f"/accounting_connections/{connection_id}/sync", entity_id)

    def get_sync_rules(self, entity_id: str) -> SyncRules:
        """The push lists; NotFoundError where the version has none."""
        return parsing.sync_rules(self._http.send("GET", "/accounting_sync_rules", entity_id))

    def patch_sync_rules(self, entity_id: str, rules: SyncRules) -> SyncRules:
        """Put both lists in place and return them as Monite now has them."""
        body = {"push_statuses": {"payable": list(rules.payable), "receivable": list(rules.receivable)}}
        return parsing.sync_rules(self._http.send("PATCH", "/accounting_sync_rules", entity_id, body=body))

    def get_entity_defaults(self, entity_id: str) -> tuple[EntityDefaults, Raw]:
        """The default accounts, and the part of the settings that holds them; versions without have none."""
        return _defaults(self._http.send("GET", f"/entities/{entity_id}/settings"))

    def patch_entity_defaults(self, entity_id: str, accounting: Raw) -> tuple[EntityDefaults, Raw]:
        """Put this whole part of the settings in place and return it as Monite now has it.

        How deep Monite merges what is left out is not known, so nothing may be left out.
        """
        body = {"accounting": accounting}
        return _defaults(self._http.send("PATCH", f"/entities/{entity_id}/settings", body=body))

    # What the accounting system holds

    def ledger_accounts(self, entity_id: str) -> Iterator[Page[LedgerAccount]]:
        return self._pages("/ledger_accounts", entity_id, {}, parsing.ledger_account)

    def tax_rates(self, entity_id: str) -> Iterator[Page[TaxRate]]:
        return self._pages("/accounting_tax_rates", entity_id, {}, parsing.tax_rate)

    # What Monite holds

    def products(self, entity_id: str) -> Iterator[Page[Product]]:
        return self._pages("/products", entity_id, {}, parsing.product)

    def update_product(self, entity_id: str, product_id: str, *, ledger_account_id: str | None) -> Product:
        """Give a product its ledger account; safe to repeat."""
        body = {"ledger_account_id": ledger_account_id}
        return parsing.product(self._http.send("PATCH", f"/products/{product_id}", entity_id, body=body))

    def edit_product(
        self, entity_id: str, product_id: str, *, price: int, currency: str, measure_unit_id: str | None
    ) -> Product:
        """Give a product its price and, where one is named, its unit; safe to repeat."""
        body: dict[str, Any] = {"price": {"value": price, "currency": currency}}
        if measure_unit_id:
            body["measure_unit_id"] = measure_unit_id
        return parsing.product(self._http.send("PATCH", f"/products/{product_id}", entity_id, body=body))

    def measure_units(self, entity_id: str) -> Iterator[Page[MeasureUnit]]:
        """The units of products; Monite gives them all at once."""
        answer = self._http.send("GET", "/measure_units", entity_id)
        yield [(parsing.measure_unit(raw), raw) for raw in _rows(answer)]

    def create_measure_unit(self, entity_id: str, name: str) -> MeasureUnit:
        """A new unit. Not safe to repeat: list first."""
        return parsing.measure_unit(self._http.send("POST", "/measure_units", entity_id, body={"name": name}))

    def payables(self, entity_id: str, statuses: Sequence[str] | None = None) -> Iterator[Page[Payable]]:
        """Bills, newest first, of these statuses where given."""
        query: dict[str, Any] = {"sort": "created_at", "order": "desc"}
        if statuses:
            query["status__in"] = list(statuses)
        return self._pages("/payables", entity_id, query, parsing.payable)

    def get_payable(self, entity_id: str, payable_id: str) -> Payable:
        return parsing.payable(self._http.send("GET", f"/payables/{payable_id}", entity_id))

    def line_items(self, entity_id: str, payable_id: str) -> Iterator[Page[LineItem]]:
        return self._pages(f"/payables/{payable_id}/line_items", entity_id, {}, parsing.line_item)

    def update_line_item(
        self, entity_id: str, payable_id: str, line_id: str, *, ledger_account_id: str | None
    ) -> LineItem:
        """Give a line its ledger account; safe to repeat. ConflictError when the bill forbids edits."""
        path, body = f"/payables/{payable_id}/line_items/{line_id}", {"ledger_account_id": ledger_account_id}
        return parsing.line_item(self._http.send("PATCH", path, entity_id, body=body))

    def set_line_tax(
        self, entity_id: str, payable_id: str, line_id: str, *, tax_rate_id: str | None
    ) -> LineItem:
        """Name the accounting system's rate for a line, or let its number decide; safe to repeat.

        ConflictError when the bill forbids edits.
        """
        path, body = f"/payables/{payable_id}/line_items/{line_id}", {"accounting_tax_rate_id": tax_rate_id}
        return parsing.line_item(self._http.send("PATCH", path, entity_id, body=body))

    def receivables(self, entity_id: str) -> Iterator[Page[Receivable]]:
        """Invoices, newest first; quotes and credit notes are not synchronised."""
        query = {"type": "invoice", "sort": "created_at", "order": "desc"}
        return self._pages("/receivables", entity_id, query, parsing.receivable)

    def counterparts(self, entity_id: str) -> Iterator[Page[Counterpart]]:
        return self._pages("/counterparts", entity_id, {}, parsing.counterpart)

    # What happened between the two

    def synced_records(
        self,
        entity_id: str,
        object_type: str,
        *,
        object_ids: Sequence[str] | None = None,
        updated_since: datetime | None = None,
    ) -> Iterator[Page[SyncedRecord]]:
        """Records of one type, of these objects or changed since then where given, oldest change first."""
        query: dict[str, Any] = {"object_type": object_type, "sort": "updated_at", "order": "asc"}
        if object_ids is not None:
            query["object_id__in"] = list(object_ids)
        if updated_since is not None:
            query["updated_at__gte"] = updated_since.isoformat()
        return self._pages("/accounting_synced_records", entity_id, query, parsing.synced_record)

    def get_synced_record(self, entity_id: str, record_id: str) -> SyncedRecord:
        return parsing.synced_record(
            self._http.send("GET", f"/accounting_synced_records/{record_id}", entity_id)
        )

    def push_record(self, entity_id: str, record_id: str) -> SyncedRecord:
        """Push a record again; ConflictError while a push is under way or nothing is connected."""
        path = f"/accounting_synced_records/{record_id}/push"
        return parsing.synced_record(self._http.send("POST", path, entity_id))

    def _pages(
        self,
        path: str,
        entity_id: str | None,
        query: Mapping[str, Any],
        parse: Callable[[Raw], T],
    ) -> Iterator[Page[T]]:
        """Each page of a list. Some lists want `limit` and the filters again, the others ignore them."""
        asked: dict[str, Any] = {**query, "limit": self.capabilities.limit(path.rpartition("/")[2])}
        seen: set[str] = set()
        while True:
            answer = self._http.send("GET", path, entity_id, query=asked)
            yield [(parse(raw), raw) for raw in _rows(answer)]
            token = f.maybe_text(answer, "next_pagination_token")
            if token is None:
                return
            if token in seen:
                raise UnavailableError("Monite's list repeats a page, so it was not read to its end.")
            seen.add(token)
            asked["pagination_token"] = token


def _defaults(answer: Raw) -> tuple[EntityDefaults, Raw]:
    accounting = dict(f.part(answer, "accounting"))
    return parsing.entity_defaults(accounting), accounting


def _rows(answer: Raw) -> list[Raw]:
    if not isinstance(answer.get("data"), list):
        raise UnavailableError("Monite's answer lacks data.")
    return f.parts(answer, "data")
