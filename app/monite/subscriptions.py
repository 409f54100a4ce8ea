"""Monite's webhook subscriptions, whose paths are not the same in every version."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from app.domain.webhooks.subscriptions import Subscription
from app.monite import fields as f
from app.monite.answers import Raw
from app.monite.transport import Transport

Pages = Callable[[], Iterator[list[tuple[Subscription, Raw]]]]


class Subscriptions:
    """The partner's subscriptions; every method raises a MoniteError when Monite doesn't do it."""

    def __init__(self, http: Transport, path: str, pages: Pages) -> None:
        self._http, self._path, self._pages = http, path, pages

    def find(self) -> list[Subscription]:
        """All of them, without their secrets."""
        return [one for page in self._pages() for one, _ in page]

    def create(self, object_type: str, url: str) -> Subscription:
        """A new one for every event of this type, with its secret. Not safe to repeat: list first."""
        body = {"object_type": object_type, "url": url, "event_types": []}
        return parse(self._http.send("POST", self._path, body=body))

    def enable(self, subscription_id: str) -> Subscription:
        """Have it told of what happens from now on; safe to repeat."""
        return parse(self._http.send("POST", f"{self._path}/{subscription_id}/enable"))

    def disable(self, subscription_id: str) -> Subscription:
        """Have it told nothing more; safe to repeat."""
        return parse(self._http.send("POST", f"{self._path}/{subscription_id}/disable"))

    def tell_all(self, subscription_id: str) -> Subscription:
        """Have it told of every event of its type; safe to repeat."""
        return parse(self._http.send("PATCH", f"{self._path}/{subscription_id}", body={"event_types": []}))

    def renew_secret(self, subscription_id: str) -> Subscription:
        """Give it a new secret, which is in the answer; the old one signs nothing more."""
        return parse(self._http.send("POST", f"{self._path}/{subscription_id}/regenerate_secret"))


def parse(raw: Raw) -> Subscription:
    """A subscription from Monite's JSON."""
    return Subscription(
        id=f.text(raw, "id"),
        object_type=f.text(raw, "object_type"),
        url=f.text(raw, "url"),
        event_types=f.texts(raw, "event_types") or (),
        enabled=f.maybe_text(raw, "status") != "disabled",
        secret=f.maybe_text(raw, "secret"),
    )
