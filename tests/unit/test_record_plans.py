"""The log's questions are answered from indexes: none of them reads every record or everything asked for."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlite_utils import Database

from app.domain.record_lists import LogFilter
from app.domain.synced_records import RecordState
from app.store import automatic_tries, batches, outbox, record_lists, record_notes, record_tries
from tests.log_samples import NOW

ATTENTION = LogFilter((RecordState.ATTENTION,))
QUESTIONS: dict[str, Callable[[Database], object]] = {
    "first page": lambda db: record_lists.page(db, "e1", ATTENTION),
    "all, a page further": lambda db: record_lists.page(db, "e1", LogFilter(), after="1~2025~x"),
    "of a type": lambda db: record_lists.page(db, "e1", LogFilter(object_type="bill")),
    "of a problem": lambda db: record_lists.page(db, "e1", LogFilter(problem="DOWN")),
    "handled elsewhere": lambda db: record_lists.page(db, "e1", LogFilter((RecordState.LEFT_OUT,))),
    "groups": lambda db: record_lists.problem_groups(db, "e1", ATTENTION),
    "groups of some days": lambda db: record_lists.problem_groups(
        db, "e1", LogFilter((RecordState.ATTENTION,), since=NOW)
    ),
    "counts": lambda db: record_lists.count(db, "e1", ATTENTION),
    "newer": lambda db: record_lists.newer_changes(db, "e1", ATTENTION, than="2025", shown=["1"]),
    "a review": lambda db: record_lists.briefs(db, "e1", ATTENTION, 10_000),
    "ticked ones": lambda db: record_lists.briefs_of(db, "e1", ["1", "2"]),
    "stranded": lambda db: record_lists.find_stranded(db, "e1"),
    "to be tried by themselves": lambda db: automatic_tries.entities_with_stopped(db, NOW),
    "those of an entity": lambda db: automatic_tries.find_stopped(db, "e1", NOW - timedelta(days=1)),
    "planned": automatic_tries.entities_with_planned,
    "planned of an entity": lambda db: automatic_tries.planned(db, "e1"),
    "next tries": lambda db: automatic_tries.next_at(db, ["1", "2"]),
    "asked for one record": lambda db: outbox.find_for_object(db, "1", "retry"),
    "not sent by a batch": lambda db: record_tries.unsent_in_batch(db, "b1", 200),
    "stopped batches": lambda db: batches.entities_that_stopped(db, "retry", NOW),
    "tries": lambda db: record_tries.find(db, "1"),
    "notes": lambda db: record_notes.find(db, "1"),
}


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_question_is_answered_from_an_index(db: Database, question: str) -> None:
    asked: list[str] = []
    db.conn.set_trace_callback(asked.append)
    QUESTIONS[question](db)
    db.conn.set_trace_callback(None)
    assert asked

    plans = [row["detail"] for sql in asked for row in db.query(f"EXPLAIN QUERY PLAN {sql}")]
    read_whole = [plan for plan in plans if plan.startswith("SCAN") and not _is_small(plan)]
    sorted_anew = [plan for plan in plans if "TEMP B-TREE FOR ORDER BY" in plan and "page" in question]

    assert read_whole == []
    assert sorted_anew == [], json.dumps(plans, indent=1)


def _is_small(plan: str) -> bool:
    """Lists that were handed over, parts of an answer, indexes that hold only what is asked for."""
    words = plan.split()
    return (
        words[1] in ("json_each", "CONSTANT")
        or words[1].startswith("(subquery")
        or any(name in plan for name in ("outbox_planned", "VIRTUAL TABLE"))
    )
