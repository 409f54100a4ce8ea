"""Links for the person who holds the login: made here, opened there, watched by both sides.

The provider's own sign-in address may work once only and ends within a day, so it is never given to
anybody. What is shared is an address of ours; a press of its button makes the sign-in address.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from flask_babel import gettext as _

from app.domain.attempts import Arrival
from app.domain.connections import ConnectionStatus, organisation_word, system_name
from app.domain.errors import GangwayError, InputError, NotThereError
from app.domain.people import Actor, Role
from app.domain.share_links import (
    LASTS,
    LONGEST_NAME,
    MADE,
    OPENED,
    REPLACED,
    WITHDRAWN,
    LinkState,
    ShareLink,
)
from app.services import attempts, caps, tokens
from app.services import secrets as sealing
from app.services.attempts import Leaving, Standing
from app.services.connections import disconnect
from app.services.deps import Deps
from app.store import attempts as starts
from app.store import connections, events, frames, revisions, share_links
from app.store.database import write

SOMEBODY = Actor("Somebody", Role.INVITED)
AFRESH = (Arrival.LINK_USED, Arrival.FAILED, Arrival.NOT_CONFIRMED)
"""After which a new sign-in address is made instead of the old one being opened again."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A link as the people who sent it see it."""

    link: ShareLink
    state: LinkState
    token: str | None
    """What its address ends with; None when the key that sealed it is gone."""

    @property
    def system(self) -> str:
        return system_name(self.link.platform)


@dataclass(frozen=True, slots=True)
class Received:
    """A link as whoever opened it sees it: a name, a system, and how far they are."""

    link: ShareLink
    state: LinkState
    business: str
    mine: bool
    """Whether it was used in this very browser."""
    standing: Standing | None
    """How the way stands that began in this browser, once they have come back from it."""

    @property
    def system(self) -> str:
        return system_name(self.link.platform)

    @property
    def word(self) -> str:
        return organisation_word(self.link.platform)

    @property
    def view(self) -> str:
        """What to show: the form, thanks, why there is nothing to do, or how far the way back is."""
        if self.state is LinkState.FINISHED:
            return "thanks" if self.mine else "used"
        if self.state is LinkState.OVERTAKEN:
            return self.state.value
        if self.standing is not None:
            return f"back_{self.standing.arrival.value}"
        if self.state is LinkState.UNDER_WAY:
            return "form" if self.mine else "used"
        return "form" if self.state.works else self.state.value

    @property
    def waits(self) -> bool:
        """Whether the answer may still come by itself."""
        return (
            self.standing is not None
            and self.view == f"back_{self.standing.arrival.value}"
            and (self.standing.arrival.open)
        )


def make(deps: Deps, entity_id: str, platform: str | None) -> ShareLink:
    """A new link in place of the one that there was.

    Raises InputError for a choice that cannot be used, when something is connected already, and when the
    partner can't add another organisation of that system.
    """
    platform = platform if deps.monite.capabilities.platform_in_body else None
    attempts.check_choice(deps, platform)
    standing = connections.current(deps.db, entity_id)
    if standing is not None and standing.status is ConnectionStatus.CONNECTED:
        raise InputError("connection", "An accounting system is connected already.")
    caps.check(deps, entity_id, platform)
    now, token = deps.clock(), tokens.new()
    link = ShareLink(
        id=str(uuid4()),
        entity_id=entity_id,
        platform=platform,
        sealed=sealing.seal(deps.settings, token),
        created_at=now,
        created_by=deps.actor.name,
        created_role=deps.actor.role,
        expires_at=now + LASTS,
    )
    with write(deps.db) as db:
        before = share_links.newest(db, entity_id)
        ended = before is not None and before.state(now).works and _end(deps, before, now, replaced=True)
        share_links.add(db, link, tokens.hashed(token))
        _tell(deps, link, MADE, now, became=platform)
    if before is not None and ended:
        _call_back(deps, before)
    return link


def find(deps: Deps, entity_id: str) -> Sent | None:
    """The newest link, while somebody can still go on with it."""
    link = share_links.newest(deps.db, entity_id)
    return _sent(deps, link) if link is not None and link.state(deps.clock()).works else None


def get(deps: Deps, entity_id: str, link_id: str) -> Sent:
    """The link with what became of it; raises NotThereError."""
    link = share_links.get(deps.db, link_id)
    if link is None or link.entity_id != entity_id:
        raise NotThereError("There is no such link here.")
    return _sent(deps, link)


def withdraw(deps: Deps, entity_id: str, link_id: str) -> Sent:
    """End the link, and the way of whoever has set out with it; one that has ended already stays as it is."""
    sent = get(deps, entity_id, link_id)
    with write(deps.db):
        ended = _end(deps, sent.link, deps.clock())
    if ended:
        _call_back(deps, sent.link)
    return get(deps, entity_id, link_id)


def receive(deps: Deps, token: str, browser: str, *, opens: bool = False, asks: bool = False) -> Received:
    """The link that somebody holds; raises NotThereError for what is none.

    `opens` when a person looks at it, and no scanner; `asks` to read the connection at Monite first.
    """
    link = _of_token(deps, token)
    if opens and link.state(deps.clock()) is LinkState.NEW and deps.actor.entity_id != link.entity_id:
        link = _opened(deps, link)
    mine = _is(link.browser_hash, browser)
    standing = _standing(deps, link, asks=asks) if mine else None
    link = share_links.get(deps.db, link.id) or link
    stored = frames.find(deps.db, link.entity_id)
    if stored is None:
        raise NotThereError("There is no such business here.")
    return Received(link, link.state(deps.clock()), stored.name, mine, standing)


def go(deps: Deps, token: str, browser: str, name: str) -> Leaving:
    """Set out for the accounting system with the link, as the person of this name.

    Raises InputError for a name that can't be used, and under "link" when the link can't be used here
    any more; a MoniteError when nothing could be started, and the link is as free as before.
    """
    found = receive(deps, token, browser)
    name = _plain(name)
    if not 1 <= len(name) <= LONGEST_NAME:
        raise InputError("name", "Enter your name, with at most 60 characters.")
    link = found.link
    afresh = found.standing is not None and found.standing.arrival in AFRESH
    with write(deps.db) as db:
        if not share_links.claim(db, link.id, deps.clock(), name, tokens.hashed(browser)):
            raise InputError("link", "This link can't be used any more.")
        revisions.bump(db, link.entity_id)
    invited = deps.acting_as(Actor(name, Role.INVITED, link.entity_id))
    try:
        return attempts.start(invited, link.entity_id, link.platform, afresh=afresh, share_id=link.id)
    except GangwayError:
        with write(deps.db) as db:
            share_links.release(db, link.id)
            revisions.bump(db, link.entity_id)
        raise


def way_back(deps: Deps, share_id: str) -> str | None:
    """The token of the link with which somebody set out who has come back; None when it can't be read."""
    link = share_links.get(deps.db, share_id)
    return _token(deps, link) if link else None


def _standing(deps: Deps, link: ShareLink, *, asks: bool) -> Standing | None:
    """How the way back stands for whoever used the link; None before they have come back."""
    start = starts.of_share(deps.db, link.id)
    if start is None or start.returned_at is None or link.finished_at is not None:
        return None
    standing = (attempts.look if asks else attempts.standing)(deps, link.entity_id)
    newest = standing.attempt is not None and standing.attempt.id == start.id
    return standing if newest or standing.arrival is Arrival.CONNECTED else None


def _opened(deps: Deps, link: ShareLink) -> ShareLink:
    now = deps.clock()
    with write(deps.db) as db:
        if share_links.opened(db, link.id, now):
            _tell(deps.acting_as(SOMEBODY), link, OPENED, now)
    return share_links.get(deps.db, link.id) or link


def _end(deps: Deps, link: ShareLink, now: datetime, *, replaced: bool = False) -> bool:
    ended = share_links.withdraw(deps.db, link.id, now, deps.actor.name, replaced=replaced)
    if ended:
        _tell(deps, link, REPLACED if replaced else WITHDRAWN, now)
    return ended


def _call_back(deps: Deps, link: ShareLink) -> None:
    """End the sign-in address that was made with the link: who has it could still connect with it.

    A connection whose access was withdrawn stays, for it carries the history.
    """
    start, there = starts.of_share(deps.db, link.id), connections.current(deps.db, link.entity_id)
    newest = starts.newest(deps.db, link.entity_id)
    theirs = start is not None and newest is not None and newest.id == start.id
    if theirs and there is not None and there.status is ConnectionStatus.PENDING_AUTH:
        disconnect(deps, link.entity_id, note=_("the link for it was withdrawn"))


def _tell(deps: Deps, link: ShareLink, kind: str, now: datetime, *, became: str | None = None) -> None:
    events.add(
        deps.db,
        link.entity_id,
        now,
        kind,
        deps.actor,
        object_type="share_link",
        object_id=link.id,
        became=became,
    )
    revisions.bump(deps.db, link.entity_id)


def _sent(deps: Deps, link: ShareLink) -> Sent:
    return Sent(link, link.state(deps.clock()), _token(deps, link))


def _token(deps: Deps, link: ShareLink) -> str | None:
    try:
        return sealing.unseal(deps.settings, link.sealed)
    except InputError:
        return None


def _of_token(deps: Deps, token: str) -> ShareLink:
    link = share_links.of_token(deps.db, tokens.hashed(token)) if token else None
    if link is None:
        raise NotThereError("There is no such link.")
    return link


def _is(kept: str | None, browser: str) -> bool:
    return bool(kept and browser) and hmac.compare_digest(kept or "", tokens.hashed(browser))


def _plain(name: str) -> str:
    """A name on one line, without signs that can't be seen."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in name).split())
