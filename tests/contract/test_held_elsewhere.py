"""A business whose sending was put on hold before this dashboard had a store: Monite's lists alone say so."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from app.domain.onboarding import Step, StepState
from app.domain.people import Actor, Role
from app.domain.resources import CONNECTION, ENTITIES, EVERYBODY, IMPORTED
from app.domain.sync_rules import USUAL
from app.services import frames, onboarding, refresh, rules
from app.services.deps import Deps
from tests.contract.gangways import open_deps
from tests.emulator_servers import Running, serve


@dataclass(frozen=True)
class Held:
    emulator: Running
    deps: Deps
    entity_id: str

    def step(self) -> StepState:
        home = onboarding.home(self.deps, self.entity_id, self.deps.clock() - timedelta(hours=1))
        return next(task.state for task in home.tasks if task.step is Step.RULES)

    def lists(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = self.emulator.client(self.entity_id).get("/accounting_sync_rules")[
            "push_statuses"
        ]
        return found


@pytest.fixture
def held(tmp_path: Path) -> Iterator[Held]:
    """Grauvelle: connected, imported and on hold, seen for the first time."""
    with serve(tmp_path / "emulator") as emulator, open_deps(emulator, tmp_path) as deps:
        entity_id = emulator.entity_id("Boulangerie Grauvelle")
        refresh.read_now(deps, EVERYBODY, ENTITIES)
        for resource in (CONNECTION, *IMPORTED, "sync_rules"):
            refresh.read_now(deps, entity_id, resource)
        owner = Actor("Dana Price", Role.OWNER, entity_id)
        yield Held(emulator, deps.acting_as(owner), entity_id)


def test_it_is_held_on_every_page_and_the_last_step_is_open(held: Held) -> None:
    frame = frames.get(held.deps, held.entity_id)

    assert frame is not None
    assert (frame.held, frame.nothing_is_sent, frame.banner) == (True, True, "held")
    assert held.step() is StepState.NOT_STARTED


def test_releasing_it_puts_the_usual_set_in_place(held: Held) -> None:
    rules.release(held.deps, held.entity_id)

    frame = frames.get(held.deps, held.entity_id)
    lists = held.lists()
    assert set(lists["payable"]) == set(USUAL.payable)
    assert set(lists["receivable"]) == set(USUAL.receivable)
    assert frame is not None
    assert (frame.held, frame.banner) == (False, "")
    assert held.step() is StepState.COMPLETED
