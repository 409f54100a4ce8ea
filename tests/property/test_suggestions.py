"""Whatever accounts, rows and history a business has, suggestions keep their promises."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.accounts import LedgerAccount
from app.domain.assignables import Assignable, AssignState, Kind
from app.domain.bookkeeping.charts import Chart, fits
from app.domain.bookkeeping.facts import Facts, Past, learn
from app.domain.bookkeeping.rankings import rank, suggest
from app.domain.suggestions import Reason, Strength, Suggestion

IDS = [f"a{n}" for n in range(8)]
SUPPLIERS = ["", "Acme Dairy", "Stadtwerke", "Orange"]
TEXTS = st.one_of(
    st.sampled_from(
        [
            "Electricity January, 410 kWh",
            "Office rent",
            "Büromiete",
            "Frais bancaires",
            "Insurance",
            "Sales",
            "<script>alert(1)</script>",
            "x" * 5000,
            "🧾💶",
            "חשמל وكهرباء",
            "%s {0} ' OR 1=1 --",
            "",
        ]
    ),
    st.text(max_size=40),
)


@st.composite
def accounts(draw: st.DrawFn) -> list[LedgerAccount]:
    return [
        LedgerAccount(
            id=account_id,
            name=draw(TEXTS),
            nominal_code=None,
            type=draw(st.sampled_from(["Expense", "Income", "Asset", "Liability", "expense"])),
            subtype=draw(st.sampled_from([None, "Fixed Asset", "Current", "DirectCosts", "Bank"])),
            status=draw(st.sampled_from(["Active", "Active", "Active", "Archived"])),
            is_bank_account=draw(st.sampled_from([False, False, False, True])),
            currency=draw(st.sampled_from([None, "", "GBP", "EUR"])),
            description=draw(st.sampled_from([None, "Energy", "Rent of premises"])),
        )
        for account_id in draw(st.lists(st.sampled_from(IDS), unique=True))
    ]


@st.composite
def rows(draw: st.DrawFn) -> Assignable:
    kind = draw(st.sampled_from(list(Kind)))
    return Assignable(
        kind=kind,
        id="row",
        name=draw(TEXTS),
        description=draw(st.one_of(st.none(), TEXTS)),
        amount=draw(st.one_of(st.none(), st.integers(-(10**12), 10**12))),
        currency=draw(st.sampled_from([None, "GBP", "EUR", "gbp"])),
        account_id=None,
        wanted_id=None,
        state=AssignState.NEEDS,
        supplier=draw(st.sampled_from(SUPPLIERS)) if kind is Kind.BILLS else "",
    )


pasts = st.lists(st.builds(Past, name=TEXTS, account_id=st.sampled_from(IDS)), max_size=12)


@st.composite
def facts(draw: st.DrawFn) -> Facts:
    lines = draw(st.dictionaries(st.sampled_from(SUPPLIERS), pasts, max_size=3))
    by_name = st.dictionaries(TEXTS, st.sampled_from(IDS), max_size=2)
    return Facts(
        chart=Chart(draw(accounts()), draw(st.sampled_from([None, "GBP"]))),
        remembered=draw(st.dictionaries(st.sampled_from(SUPPLIERS), st.sampled_from(IDS), max_size=3)),
        of_supplier=lines,
        beside={supplier: [past.name for past in listed] for supplier, listed in lines.items()},
        learned=learn(draw(pasts)),
        products=draw(pasts),
        same_products=draw(by_name),
        default_id=draw(st.one_of(st.none(), st.sampled_from(IDS))),
    )


@settings(max_examples=60, deadline=None)
@given(row=rows(), facts=facts())
def test_only_accounts_that_may_be_chosen_for_the_row_are_suggested(row: Assignable, facts: Facts) -> None:
    for one in rank(row, facts, most=10):
        assert fits(facts.chart.accounts[one.account_id], row, facts.chart.base)


@settings(max_examples=40, deadline=None)
@given(row=rows(), facts=facts())
def test_a_remembered_choice_that_can_be_used_always_wins(row: Assignable, facts: Facts) -> None:
    account = facts.chart.accounts.get(facts.remembered.get(row.supplier, "") if row.supplier else "")
    if account is not None and fits(account, row, facts.chart.base):
        assert suggest(row, facts) == Suggestion(account.id, Strength.STRONG, Reason.REMEMBERED)


@settings(max_examples=40, deadline=None)
@given(row=rows(), facts=facts(), more=pasts)
def test_more_history_never_takes_a_remembered_choice_away(
    row: Assignable, facts: Facts, more: list[Past]
) -> None:
    before = suggest(row, facts)
    grown = {**facts.of_supplier, row.supplier: [*more, *facts.of_supplier.get(row.supplier, [])]}
    after = suggest(row, replace(facts, of_supplier=grown, learned=learn(more)))

    if before is not None and before.reason is Reason.REMEMBERED:
        assert after == before


@settings(max_examples=25, deadline=None)
@given(row=rows(), facts=facts())
def test_the_same_facts_always_give_the_same_answer(row: Assignable, facts: Facts) -> None:
    shuffled = replace(facts, chart=Chart(reversed(list(facts.chart.accounts.values())), facts.chart.base))

    assert rank(row, facts) == rank(row, facts) == rank(row, shuffled)


@settings(max_examples=25, deadline=None)
@given(row=rows(), facts=facts(), chosen=st.sampled_from(["", *IDS]), refused=st.booleans())
def test_nothing_is_suggested_for_a_row_that_a_person_decided(
    row: Assignable, facts: Facts, chosen: str, refused: bool
) -> None:
    decided = (
        replace(row, wanted_id=chosen, refused=refused),
        replace(row, account_id=chosen or "a1"),
        replace(row, editable=False),
        replace(row, sent=True),
    )

    assert [suggest(one, facts) for one in decided] == [None] * 4


@settings(max_examples=40, deadline=None)
@given(row=rows(), facts=facts())
def test_what_is_said_of_a_suggestion_is_complete_and_true(row: Assignable, facts: Facts) -> None:
    found = suggest(row, facts)
    if found is not None and found.reason is Reason.HABIT:
        assert found.used >= 3
        assert found.used / found.of >= 0.8
    if found is not None and found.reason is Reason.SIMILAR_WORDS:
        assert found.word
        assert len(found.word) <= 40
