"""Received messages as people look at them, and how each channel is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain.webhooks import CODAT, Arrival, Channel, Outcome, Topic, Webhook
from app.domain.webhooks.silences import quiet_since
from app.services import secrets
from app.services.deps import Deps
from app.services.webhooks.receiving import SECRETS
from app.services.webhooks.subscriptions import address_of
from app.store import connections, entities, webhooks
from app.store.secrets import KeptSecret

SHOWN = 50


@dataclass(frozen=True, slots=True)
class ChannelState:
    """One way in: its address, what it is known by, and when something last came."""

    channel: Channel
    address: str
    secret: KeptSecret | None
    last: Mapping[Topic, Arrival]
    """The newest message of each kind; a kind that never came is not there."""
    refused: Webhook | None
    """The newest message that was refused, as far as one is kept."""

    @property
    def last_at(self) -> datetime | None:
        """When anything last came that wasn't a test."""
        return max((one.at for topic, one in self.last.items() if topic is not Topic.TEST), default=None)


@dataclass(frozen=True, slots=True)
class Silence:
    """Codat says nothing, though businesses are connected."""

    since: datetime
    connected: int


@dataclass(frozen=True, slots=True)
class Listed:
    """Some of the messages, the newest first, with the names of those they are about."""

    messages: Sequence[Webhook]
    names: Mapping[str, str]
    older: int | None
    """The id before which the list goes on."""


def channels(deps: Deps) -> list[ChannelState]:
    """How each way in is set up, and when something last came through it."""
    last = webhooks.arrivals(deps.db)
    return [
        ChannelState(
            channel,
            address_of(deps.settings, channel),
            secrets.known(deps, SECRETS[channel]),
            {topic: last[channel, topic] for topic in Topic if (channel, topic) in last},
            webhooks.last_refused(deps.db, channel),
        )
        for channel in Channel
    ]


def silence(deps: Deps, known: Sequence[ChannelState]) -> Silence | None:
    """Whether Codat is silent where it should speak; None while all is well."""
    codat = [one for one in known if one.channel in CODAT]
    connected = connections.count_connected(deps.db)
    since = quiet_since(
        [one.last_at for one in codat if one.last_at],
        [one.secret.kept_at for one in codat if one.secret],
        connected,
        now=deps.clock(),
        interval=timedelta(minutes=deps.settings.sync_interval_minutes),
    )
    return Silence(since, connected) if since else None


def find(
    deps: Deps, channel: Channel | None = None, outcome: Outcome | None = None, before: int | None = None
) -> Listed:
    """The newest messages, of one channel and with one outcome where given."""
    found = webhooks.find(deps.db, channel=channel, outcome=outcome, before_id=before, limit=SHOWN + 1)
    shown = found[:SHOWN]
    named = {one.entity_id for one in shown if one.entity_id}
    return Listed(shown, entities.names(deps.db, sorted(named)), shown[-1].id if len(found) > SHOWN else None)
