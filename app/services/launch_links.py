"""The partner's own product lets its people in: a link for one person, one business and one role."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from app.domain.errors import InputError, NotAllowedError, NotFoundError, NotThereError, RefusedError
from app.domain.events import LAUNCH_LINK_MADE
from app.domain.launch_links import LASTS, LaunchLink, wanted
from app.domain.people import Actor, Role
from app.domain.resources import CONNECTION
from app.domain.sessions import CameBy, Session
from app.services import failed_tries, sessions, tokens
from app.services.deps import Deps
from app.services.sessions import Browser, CameIn
from app.store import entities, events, launch_links, resources
from app.store.database import write

BACKEND = Actor("partner's backend", Role.SYSTEM)
WRONG_KEYS, WRONG_LINKS = 20, 30
PARTNER_WAITS = 10.0
KEPT = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class MadeLink:
    """A new link; its address is told this once."""

    url: str
    expires_at: datetime


def check_key(deps: Deps, key: str, address: str) -> None:
    """Let the partner's backend pass, and nobody else.

    Raises NotThereError while there is no key, NotAllowedError for a wrong one, TooManyTriesError for
    one of many wrong ones. The right one passes always: nobody may lock the partner's product out.
    """
    right = deps.settings.partner_key
    if not right:
        raise NotThereError("Launch links are off here: GANGWAY_PARTNER_KEY is not set.")
    if not tokens.same(key, right):
        failed_tries.take(deps, {failed_tries.by_address("partner-key", address): WRONG_KEYS})
        raise NotAllowedError("Send the partner's key: Authorization: Bearer …")


def make(deps: Deps, body: object) -> MadeLink:
    """A link for whom the body names.

    Raises InputError, NotThereError when Monite has no such entity, MoniteError when it can't be asked.
    """
    who = wanted(body)
    _know(deps, who.entity_id or "")
    token, now = tokens.new(), deps.clock()
    link = LaunchLink(uuid4().hex, who, created_at=now, expires_at=now + LASTS)
    with write(deps.db) as db:
        launch_links.drop_old(db, now - KEPT)
        launch_links.add(db, link, tokens.hashed(token))
        events.add(
            db,
            who.entity_id or "",
            now,
            LAUNCH_LINK_MADE,
            BACKEND,
            object_type="launch_link",
            object_id=link.id,
            became=who.role.value,
            note=who.name,
        )
    return MadeLink(f"{deps.settings.public_url}/launch/{token}", link.expires_at)


def find(deps: Deps, token: str, address: str) -> LaunchLink | None:
    """The link of this address, good or used up; None for one that never was.

    Raises TooManyTriesError for whoever guesses.
    """
    link = launch_links.by_token(deps.db, tokens.hashed(token))
    if link is None:
        failed_tries.take(deps, {failed_tries.by_address("launch", address): WRONG_LINKS})
    return link


def use(deps: Deps, link: LaunchLink, browser: Browser) -> CameIn | None:
    """Use the link up for a session; None when somebody was faster, or it is too old."""
    with write(deps.db) as db:
        if not launch_links.use(db, link.id, deps.clock()):
            return None
        came = sessions.come_in(deps, link.actor, CameBy.LAUNCH, browser)
        launch_links.set_session(db, link.id, came.session.id)
        return came


def led_to(link: LaunchLink, session: Session | None) -> bool:
    """Whether this link is the one that this browser came in by."""
    return session is not None and session.id == link.session_id


def _know(deps: Deps, entity_id: str) -> None:
    """Have the entity here; one that isn't known yet is asked of Monite."""
    known = entities.get(deps.db, entity_id)
    if known is None:
        try:
            with deps.monite.hurried(PARTNER_WAITS):
                known = deps.monite.get_entity(entity_id)
        except (NotFoundError, RefusedError):
            raise NotThereError("Monite has no such entity of this partner.") from None
        if known.id != entity_id:
            raise InputError("entity_id", "Monite answered with another entity.")
        with write(deps.db) as db:
            if entities.save(db, [(known, None)], deps.clock()):
                resources.want(db, entity_id, [CONNECTION], deps.clock(), interactive=True)
        deps.wake()
    if known.status == "deleted":
        raise NotThereError("This entity is deleted at Monite.")
