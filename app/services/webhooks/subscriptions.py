"""Having Monite tell us of connections: asked for once, and put right where somebody changed it."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import gettext as _

from app.config import Settings
from app.domain.errors import InputError, UnavailableError
from app.domain.webhooks import PATHS, Channel, Note
from app.domain.webhooks.subscriptions import OBJECT_TYPE, Subscription, at_address
from app.services import secrets
from app.services.deps import Deps
from app.store import events, webhooks
from app.store.database import write

SUBSCRIBED = "webhooks_subscribed"
PATIENCE = 10.0
MADE, RENEWED, MENDED, UNCHANGED = "made", "renewed", "mended", "unchanged"


@dataclass(frozen=True, slots=True)
class Subscribed:
    """Our subscription, and what was done to it: made, renewed (its secret), mended, or unchanged."""

    id: str
    address: str
    did: str


def address_of(settings: Settings, channel: Channel) -> str:
    """Where a channel's messages are to be posted."""
    return f"{settings.public_url}{PATHS[channel]}"


def subscribe(deps: Deps, *, afresh: bool = False) -> Subscribed:
    """See to it that Monite tells us of connections, and that we know the secret it signs with.

    `afresh` gives the subscription a new secret in any case. Raises InputError when Monite could not
    reach us, and a MoniteError when it does not answer or refuses.
    """
    address = address_of(deps.settings, Channel.MONITE)
    if not deps.settings.practice and not address.startswith("https://"):
        raise InputError(
            "public_url",
            _("Monite posts to public https addresses only. Set GANGWAY_PUBLIC_URL to yours."),
        )
    with deps.monite.hurried(PATIENCE):
        ours = at_address(deps.monite.subscriptions.find(), address)
        if not ours:
            return _keep(deps, deps.monite.subscriptions.create(OBJECT_TYPE, address), MADE)
        for other in ours[1:]:
            # It would sign with another secret than ours.
            if other.enabled:
                deps.monite.subscriptions.disable(other.id)
        return _put_right(deps, ours[0], afresh or not _knows_secret(deps))


def _put_right(deps: Deps, found: Subscription, renew: bool) -> Subscribed:
    did = UNCHANGED
    if not found.tells_all:
        deps.monite.subscriptions.tell_all(found.id)
        did = MENDED
    if not found.enabled:
        deps.monite.subscriptions.enable(found.id)
        did = MENDED
    if renew:
        return _keep(deps, deps.monite.subscriptions.renew_secret(found.id), RENEWED)
    return _told(deps, found, did)


def _keep(deps: Deps, given: Subscription, did: str) -> Subscribed:
    if not given.secret:
        raise UnavailableError("Monite's answer holds no secret.")
    secrets.keep(deps, secrets.MONITE_WEBHOOKS, given.secret)
    return _told(deps, given, did)


def _told(deps: Deps, subscription: Subscription, did: str) -> Subscribed:
    if did != UNCHANGED:
        with write(deps.db) as db:
            events.add(
                db,
                "",
                deps.clock(),
                SUBSCRIBED,
                deps.actor,
                object_type="webhook_subscription",
                object_id=subscription.id,
                became=did,
                note=subscription.url,
            )
    return Subscribed(subscription.id, subscription.url, did)


def _knows_secret(deps: Deps) -> bool:
    """Whether we have a secret, and nothing says that it is another one than Monite's."""
    kept = secrets.known(deps, secrets.MONITE_WEBHOOKS)
    if kept is None:
        return False
    try:
        secrets.reveal(deps, secrets.MONITE_WEBHOOKS)
    except InputError:
        return False
    refused = webhooks.last_refused(deps.db, Channel.MONITE)
    if refused is None or refused.note is not Note.WRONG or refused.received_at < kept.kept_at:
        return True
    heard = [one.at for (channel, _), one in webhooks.arrivals(deps.db).items() if channel is Channel.MONITE]
    return max(heard, default=kept.kept_at) > refused.received_at
