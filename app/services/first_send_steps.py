"""Carries the one record that goes first through: one status is let out, the record sent, all held again.

Each step is taken once, in a transaction that also says that it was taken, and the next one waits for
the other side's word. Whoever comes by goes on: the person's request, the worker, or both.
"""

from __future__ import annotations

from datetime import timedelta

from app.domain.errors import InputError, MoniteError
from app.domain.first_sends import KIND_OF, FirstSend, Phase, Result
from app.domain.outbox import Intent, OutboxState
from app.domain.sync_rules import SyncRules
from app.services import outbox, retries, rules, sightings, sync_now
from app.services.deliveries import first_sends as opening
from app.services.deliveries import retries as pushes
from app.services.deliveries import rules as rule_saves
from app.services.deliveries import syncs
from app.services.deps import Deps
from app.store import connections, first_sends, holds, record_lists, revisions
from app.store import outbox as outbox_rows
from app.store.database import write

PERSON_WAITS = 3.0
"""Seconds for which anybody waits for one answer."""
LOOK_EVERY = timedelta(seconds=2)
OVERLAP = timedelta(minutes=2)
"""Monite's clock may differ from ours."""
PATIENCE = timedelta(minutes=15)
"""What has not begun by then is not waited for: everything is put back on hold."""
HOLD_AGAIN_AFTER = timedelta(seconds=30)
FOR_THE_OTHERS = timedelta(minutes=15)
"""How long those that go with it may take before everything is put back on hold."""


def narrow(send: FirstSend) -> SyncRules:
    """The push lists that let out the one status and nothing else."""
    bills = KIND_OF[send.object_type] == "payable"
    return SyncRules((send.status,), ()) if bills else SyncRules((), (send.status,))


def intent(send: FirstSend) -> Intent:
    """Ask for those lists, in place of whatever else waits to be asked of the rules."""
    lists = narrow(send)
    body = {"payable": list(lists.payable), "receivable": list(lists.receivable)}
    return Intent(opening.ACTION, "sync_rules", send.entity_id, body=body, key=f"rules:{send.entity_id}")


def follow_all(deps: Deps) -> int:
    """Go on with all that are under way; says how many went on. For the worker."""
    found = first_sends.find_running(deps.db)
    return sum(follow(deps, send.entity_id) is not send.phase for send in found)


def follow(deps: Deps, entity_id: str) -> Phase:
    """Go as far as the other side's words allow; the phase in which that leaves it."""
    send = first_sends.find(deps.db, entity_id)
    while send is not None and send.running:
        _STEPS[send.phase](deps.acting_as(send.started_by), send)
        before, send = send.phase, first_sends.find(deps.db, entity_id)
        if send is None or send.phase is before:
            break
    return send.phase if send else Phase.NONE


def _wait_for_the_lists(deps: Deps, send: FirstSend) -> None:
    """The outbox asks for the lists; an intent that nobody has any more was taken back by a person."""
    if not outbox_rows.find_open(deps.db, send.entity_id, opening.ACTION):
        _move(deps, send, Phase.CLOSING, Result.STOPPED)


def _ask(deps: Deps, send: FirstSend) -> None:
    """Have the record pushed alone where there is one, else ask for a sync."""
    with write(deps.db):
        if not first_sends.move(deps.db, send.entity_id, Phase.OPEN, Phase.SENDING):
            return
        ids = _push(deps, send) or _sync(deps, send)
        first_sends.asked(deps.db, send.entity_id, deps.clock())
        if not ids:
            first_sends.move(deps.db, send.entity_id, Phase.SENDING, Phase.CLOSING, Result.STOPPED)
        revisions.bump(deps.db, send.entity_id)
    outbox.deliver_now(deps, ids)


def _push(deps: Deps, send: FirstSend) -> list[int]:
    line = record_lists.get(deps.db, send.entity_id, send.record_id) if send.record_id else None
    return retries.queue(deps, send.entity_id, [line], None) if line and line.stopped else []


def _sync(deps: Deps, send: FirstSend) -> list[int]:
    try:
        connection = sync_now.connected(deps, send.entity_id)
    except InputError:
        return []
    return [sync_now.queue(deps, send.entity_id, connection)]


def _look(deps: Deps, send: FirstSend) -> None:
    """Look what became of the record, and then of those that go with it."""
    now = deps.clock()
    if send.looked_at is None or now - send.looked_at >= _pause(send):
        _read(deps, send)
        send = first_sends.find(deps.db, send.entity_id) or send
    if send.settled_at is not None:
        _wait_for_the_others(deps, send)
        return
    found = first_sends.record_of(deps.db, send.entity_id, send.object_type, send.object_id)
    result = _result(deps, send, found)
    if result is not None:
        with write(deps.db):
            first_sends.settle(deps.db, send.entity_id, result, found["id"] if found else None, now)
            revisions.bump(deps.db, send.entity_id)
    elif now - (send.asked_at or now) > PATIENCE and not (found and found["state"] == "waiting"):
        _move(deps, send, Phase.CLOSING, Result.STOPPED)


def _wait_for_the_others(deps: Deps, send: FirstSend) -> None:
    """To hold everything while they are on their way would stop them."""
    settled_at = send.settled_at or deps.clock()
    seen = send.looked_at is not None and send.looked_at > settled_at
    others = first_sends.on_their_way(deps.db, send.entity_id, send.object_type, send.status)
    if (seen and not others) or deps.clock() - settled_at > FOR_THE_OTHERS:
        _move(deps, send, Phase.CLOSING)


def _pause(send: FirstSend) -> timedelta:
    """Many that go with it are several pages to read, so those are read less often."""
    return LOOK_EVERY * (1 + send.company // 100 if send.settled_at else 1)


def _read(deps: Deps, send: FirstSend) -> None:
    """Ask Monite for the record of this one document and, once it is settled, for those that went with it.

    What it says goes where everything seen goes. Without an answer, the others have not been looked at.
    """
    since = (send.asked_at or send.settled_at) if send.settled_at else None
    now, pages = deps.clock(), []
    try:
        with deps.monite.hurried(PERSON_WAITS):
            answer = deps.monite.synced_records(
                send.entity_id,
                send.object_type,
                object_ids=None if since else [send.object_id],
                updated_since=since - OVERLAP if since else None,
            )
            pages = list(answer)
    except MoniteError:
        if since is not None:
            return
    with write(deps.db):
        first_sends.looked(deps.db, send.entity_id, now)
        for page in pages:
            if sightings.records(deps.db, send.entity_id, page, now):
                revisions.bump(deps.db, send.entity_id)


def _result(deps: Deps, send: FirstSend, found: dict[str, str] | None) -> Result | None:
    """What became of it; None while it is under way, or has not begun."""
    if found is None:
        return Result.REFUSED if _sync_was_refused(deps, send) else None
    queued = outbox_rows.find_for_object(deps.db, found["id"], pushes.ACTION)[:1]
    if found["state"] == "waiting" or any(row.open for row in queued):
        return None
    return Result.SENT if found["sync_status"] == "done" else Result.FAILED


def _sync_was_refused(deps: Deps, send: FirstSend) -> bool:
    connection = connections.current(deps.db, send.entity_id)
    rows = outbox_rows.find_for_object(deps.db, connection.id, syncs.ACTION) if connection else []
    asked_at = send.asked_at or deps.clock()
    return bool(rows) and rows[0].state is OutboxState.REFUSED and rows[0].created_at >= asked_at


def _close(deps: Deps, send: FirstSend) -> None:
    """Put everything back on hold, until Monite's own lists read back empty."""
    held = holds.find(deps.db, send.entity_id)
    if held is None or held.confirmed_at is not None:
        _move(deps, send, Phase.CLOSED)
    elif not _asked_lately(deps, send):
        rules.hold(deps, send.entity_id, held.reason)
        still = holds.find(deps.db, send.entity_id)
        if still is None or still.confirmed_at is not None:
            _move(deps, send, Phase.CLOSED)


def _asked_lately(deps: Deps, send: FirstSend) -> bool:
    """Whether the empty lists are still to be sent, or were a moment ago without being there afterwards."""
    rows = outbox_rows.find_for_object(deps.db, send.entity_id, rule_saves.ACTION)[:1]
    return any(
        row.open or deps.clock() - row.created_at < HOLD_AGAIN_AFTER for row in rows if row.body["hold"]
    )


def _move(deps: Deps, send: FirstSend, becomes: Phase, result: Result = Result.UNKNOWN) -> None:
    with write(deps.db):
        first_sends.move(deps.db, send.entity_id, send.phase, becomes, result)
        revisions.bump(deps.db, send.entity_id)


_STEPS = {
    Phase.OPENING: _wait_for_the_lists,
    Phase.OPEN: _ask,
    Phase.SENDING: _look,
    Phase.CLOSING: _close,
}
