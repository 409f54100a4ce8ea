"""Links for the person who holds the login of the accounting system: how long they work, and for whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from app.domain.people import PARTNER_ROLES, Role

LASTS = timedelta(days=3)
LONGEST_NAME = 60
MADE, OPENED, FINISHED = "link_made", "link_opened", "link_finished"
WITHDRAWN, REPLACED = "link_withdrawn", "link_replaced"
HISTORY = (MADE, OPENED, FINISHED, WITHDRAWN, REPLACED)
"""What the history tells of a link."""


class LinkState(StrEnum):
    """Where a link stands."""

    NEW = "new"
    OPENED = "opened"
    UNDER_WAY = "under_way"
    """Somebody gave their name and went on to the accounting system."""
    FINISHED = "finished"
    OVERTAKEN = "overtaken"
    """The business was connected another way."""
    REPLACED = "replaced"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"

    @property
    def works(self) -> bool:
        """Whether somebody can still go on with it."""
        return self in (LinkState.NEW, LinkState.OPENED, LinkState.UNDER_WAY)


@dataclass(frozen=True, slots=True)
class ShareLink:
    """A link and what became of it; the token itself is only ever kept sealed."""

    id: str
    entity_id: str
    platform: str | None
    sealed: str
    created_at: datetime
    created_by: str
    created_role: Role
    expires_at: datetime
    opened_at: datetime | None = None
    used_at: datetime | None = None
    used_by: str | None = None
    browser_hash: str | None = None
    finished_at: datetime | None = None
    overtaken_at: datetime | None = None
    withdrawn_at: datetime | None = None
    withdrawn_by: str | None = None
    replaced_at: datetime | None = None

    @property
    def by_partner(self) -> bool:
        """Whether one of the partner's people made it, and nobody of the business."""
        return self.created_role in PARTNER_ROLES

    def state(self, now: datetime) -> LinkState:
        """What is true of it; what was finished stays finished, whatever happened afterwards."""
        ends = (
            (self.finished_at, LinkState.FINISHED),
            (self.overtaken_at, LinkState.OVERTAKEN),
            (self.replaced_at, LinkState.REPLACED),
            (self.withdrawn_at, LinkState.WITHDRAWN),
        )
        ended = next((state for at, state in ends if at is not None), None)
        if ended is not None:
            return ended
        if now >= self.expires_at:
            return LinkState.EXPIRED
        if self.used_at is not None:
            return LinkState.UNDER_WAY
        return LinkState.OPENED if self.opened_at is not None else LinkState.NEW
