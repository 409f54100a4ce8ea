"""The words of bookkeeping, and what they say about lines and accounts in three languages."""

from __future__ import annotations

from typing import Any

import pytest

from app.domain.accounts import LedgerAccount
from app.domain.assignables import Assignable, AssignState, Kind
from app.domain.bookkeeping.charts import Chart, fits
from app.domain.bookkeeping.facts import Facts, Past, learn
from app.domain.bookkeeping.rankings import rank, suggest
from app.domain.bookkeeping.texts import alike, fold, key, stems
from app.domain.bookkeeping.vocabularies import languages, read_words, vocabulary
from app.domain.suggestions import Reason, Strength, Suggestion

WRITTEN = read_words()
LANGUAGES = {"en", "de", "fr"}


def account(name: str, type_: str = "Expense", **changes: Any) -> LedgerAccount:
    values: dict[str, Any] = {
        "id": name,
        "name": name,
        "nominal_code": None,
        "type": type_,
        "subtype": None,
        "status": "Active",
        "is_bank_account": False,
    }
    return LedgerAccount(**(values | changes))


def line(name: str, supplier: str = "Somebody Ltd", **changes: Any) -> Assignable:
    values: dict[str, Any] = {
        "kind": Kind.BILLS,
        "id": "row",
        "name": name,
        "description": None,
        "amount": 12_000,
        "currency": "GBP",
        "account_id": None,
        "wanted_id": None,
        "state": AssignState.NEEDS,
        "supplier": supplier,
    }
    return Assignable(**(values | changes))


def first(row: Assignable, *names: str, **facts: Any) -> str:
    chart = Chart([account(name) for name in names])
    found = rank(row, Facts(chart=chart, **facts))
    return found[0].account_id if found else ""


def test_every_kind_is_written_in_the_same_shape() -> None:
    for name, entry in WRITTEN.items():
        assert set(entry) <= {"accounts", "lines", "suppliers", "near", "side", "asset"}, name
        assert set(entry["accounts"]) == LANGUAGES, name
        assert set(entry["lines"]) == LANGUAGES, name
        assert entry.get("side", "income") == "income", name


def test_what_stands_in_for_a_kind_is_a_kind_of_the_same_side() -> None:
    kinds = vocabulary().kinds
    for kind in kinds.values():
        assert kind.name not in kind.near
        assert len(set(kind.near)) == len(kind.near)
        assert all(kinds[other].income is kind.income for other in kind.near), kind.name


def test_no_list_says_a_thing_twice_or_holds_an_empty_word() -> None:
    for name, entry in WRITTEN.items():
        lists = [*entry["accounts"].values(), *entry["lines"].values(), entry.get("suppliers", "")]
        for listed in filter(None, lists):
            words = [word.strip().removesuffix("?") for word in listed.split(",")]
            assert all(words), name
            assert len(set(words)) == len(words), (name, [word for word in words if words.count(word) > 1])


@pytest.mark.parametrize(
    ("text", "same"),
    [("Électricité", "electricite"), ("BÜRO", "buro"), ("Straße", "strasse"), ("cœur", "coeur")],
)
def test_case_and_accents_do_not_matter(text: str, same: str) -> None:
    assert fold(text) == same


@pytest.mark.parametrize(
    ("one", "many"),
    [
        ("battery", "batteries"),
        ("licence", "licences"),
        ("Versicherung", "Versicherungen"),
        ("local", "locaux"),
    ],
)
def test_singular_and_plural_meet(one: str, many: str) -> None:
    assert stems(one) == stems(many)


def test_months_and_numbers_do_not_make_another_line() -> None:
    assert alike(key("Electricity March 2026, 410 kWh"), key("Electricity April 2026, 388 kWh")) == 1


@pytest.mark.parametrize(
    ("text", "supplier", "right", "others"),
    [
        ("Hallenmiete Mai", "Gewerbehof", "Miete", ("Porto", "Reinigung", "Bürobedarf")),
        ("Loyer bureaux avril", "SCI du Port", "Locations immobilières", ("Frais postaux", "Honoraires")),
        ("Monthly invoice", "Vodafone", "Telephone & Internet", ("Rent", "Insurance", "Travel")),
        ("Year-end accounts", "Finch LLP", "Accountancy fees", ("Legal expenses", "Bank Fees", "Rent")),
        ("Diesel 52 l", "Shell", "Laufende Kfz-Betriebskosten", ("Kfz-Versicherungen", "Heizung")),
        ("Kfz-Versicherung Sprinter", "HUK", "Kfz-Versicherungen", ("Versicherungen", "Kfz-Reparaturen")),
        ("Prime annuelle multirisque", "AXA", "Primes d'assurance", ("Services bancaires", "Honoraires")),
        ("Skip hire, 6 yd", "Leeds Skips", "Waste removal", ("Plant hire", "Cleaning", "General Expenses")),
    ],
)
def test_words_find_the_account_by_its_name_in_any_chart(
    text: str, supplier: str, right: str, others: tuple[str, ...]
) -> None:
    assert first(line(text, supplier), *others, right) == right


def test_a_chart_without_the_very_account_gets_the_next_best() -> None:
    assert first(line("Web hosting, yearly"), "Rent", "Computer & Software", "Wages") == "Computer & Software"


def test_the_description_of_an_account_counts_when_its_name_says_nothing() -> None:
    chart = Chart([account("Konto A"), account("Konto B", description="Rent of premises")])

    assert rank(line("Office rent"), Facts(chart=chart))[0].account_id == "Konto B"


def test_a_low_price_speaks_for_a_cost_and_a_high_one_for_an_asset() -> None:
    chart = Chart([account("Computer equipment", "Asset", subtype="Fixed"), account("Computer expenses")])

    dear, cheap = (rank(line("Laptop", amount=pence), Facts(chart=chart))[0] for pence in (180_000, 6_000))

    assert (dear.account_id, cheap.account_id) == ("Computer equipment", "Computer expenses")


def test_accounts_for_entries_by_hand_are_not_suggested_by_their_words() -> None:
    chart = Chart([account("Less Accumulated Depreciation on Computer Equipment", "Asset", subtype="Fixed")])

    assert rank(line("Computer equipment"), Facts(chart=chart)) == []


def test_what_other_lines_of_the_supplier_say_helps_one_that_says_nothing() -> None:
    beside = {"Somebody Ltd": ["Electricity 410 kWh", "Standing charge", "Position 3"]}

    assert first(line("Position 3"), "Rent", "Electricity", "Travel", beside=beside) == "Electricity"


def test_words_of_earlier_lines_of_anybody_count() -> None:
    learned = learn([Past("Gubbins, blue", "Konto B"), Past("Gubbins, red", "Konto B")])

    assert first(line("Gubbins, green"), "Konto A", "Konto B", "Konto C", learned=learned) == "Konto B"


def test_one_earlier_line_of_the_same_name_is_enough_to_be_named() -> None:
    past = {"Somebody Ltd": [Past("Widget service March", "Konto B")]}
    chart = Chart([account("Konto A"), account("Konto B")])

    found = suggest(line("Widget service April"), Facts(chart=chart, of_supplier=past))

    assert found == Suggestion("Konto B", Strength.STRONG, Reason.SIMILAR_WORDS, word="widget service")


def test_the_same_line_outweighs_what_the_supplier_has_otherwise() -> None:
    past = [Past("Parcels", "Konto A")] * 5 + [Past("Storage", "Konto B")]
    chart = Chart([account("Konto A"), account("Konto B")])

    ranked = rank(line("Storage"), Facts(chart=chart, of_supplier={"Somebody Ltd": past}))

    assert [one.account_id for one in ranked] == ["Konto B", "Konto A"]


def test_nothing_is_shown_when_no_word_speaks() -> None:
    chart = Chart([account("Purchases"), account("General Expenses")])

    assert suggest(line("Zzyzx 7", "Qwfp"), Facts(chart=chart)) is None


@pytest.mark.parametrize(("currency", "usable"), [(None, True), ("GBP", True), ("EUR", False), ("", True)])
def test_an_account_in_another_currency_does_not_fit(currency: str | None, usable: bool) -> None:
    assert fits(account("Rent", currency=currency), line("Rent")) is usable


def test_an_account_in_the_currency_of_the_books_takes_every_currency() -> None:
    euros, pounds = account("Rent", currency="EUR"), account("Travel", currency="GBP")

    assert fits(pounds, line("Rent", currency="USD"), "GBP")
    assert not fits(euros, line("Rent", currency="USD"), "GBP")


@pytest.mark.parametrize(
    ("texts", "spoken"),
    [
        (["Electricity supply", "Office cleaning and printer paper", "Van insurance, brake pads"], {"en"}),
        (["Stromabschlag", "Büroreinigung", "Winterreifen und Ölwechsel", "Steuerberatung", "Porto"], {"de"}),
        (
            ["Loyer bureaux", "Électricité et gaz naturel", "Nettoyage vitres, ramettes papier", "Timbres"],
            {"fr"},
        ),
        (["Zzyzx"], set()),
    ],
)
def test_a_language_is_told_by_its_words(texts: list[str], spoken: set[str]) -> None:
    assert languages(texts * 3) == spoken
