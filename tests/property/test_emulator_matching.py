"""Matching, whatever the names: a tie matches nobody, and nobody is matched by chance."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from app.emulator.rules.matching import FIELDS, Match, Named, Party, Tie, match_contact, match_products
from tests.emulator_factories import Practice

FEW = st.sampled_from(["A", "B", "a", ""])
PARTIES = st.lists(st.builds(Party, st.uuids().map(str), FEW, FEW, FEW, FEW), max_size=8)
NAMED = st.lists(st.builds(Named, st.uuids().map(str), FEW), max_size=8)
ONE = st.builds(Party, st.just("ours"), FEW, FEW, FEW, FEW)


@given(ONE, PARTIES)
def test_a_match_shares_every_field_up_to_the_deciding_one_and_nobody_else_does(
    ours: Party, contacts: list[Party]
) -> None:
    found = match_contact(ours, contacts)
    if not isinstance(found, Match):
        return
    used = []
    for field, value in FIELDS:
        used.append(value)
        if field == found.field:
            break
    same = [c for c in contacts if all(value(c) == value(ours) for value in used)]
    assert same == [found.party]


@given(ONE, PARTIES)
def test_whoever_is_there_twice_is_never_matched(ours: Party, contacts: list[Party]) -> None:
    twice = contacts + [Party(c.id + "-2", c.name, c.country, c.city, c.address) for c in contacts]

    assert not isinstance(match_contact(ours, twice), Match)


@given(ONE, PARTIES)
def test_there_is_no_answer_exactly_when_nobody_has_the_name(ours: Party, contacts: list[Party]) -> None:
    named = [contact for contact in contacts if contact.name == ours.name]

    assert (match_contact(ours, contacts) is None) == (not named)


@given(ONE, PARTIES)
def test_the_order_of_the_contacts_does_not_matter(ours: Party, contacts: list[Party]) -> None:
    found, again = match_contact(ours, contacts), match_contact(ours, contacts[::-1])

    if isinstance(found, Tie):
        assert isinstance(again, Tie)
        assert set(again.parties) == set(found.parties)
    else:
        assert again == found


@given(NAMED, NAMED)
def test_products_are_linked_one_to_one_and_only_by_names_that_are_used_once(
    products: list[Named], items: list[Named]
) -> None:
    found = match_products(products, items)

    for product, item in found.pairs:
        assert product.name == item.name
        assert [one.name for one in products].count(product.name) == 1
        assert [one.name for one in items].count(item.name) == 1


@given(NAMED, NAMED)
def test_every_item_is_linked_new_or_tied_and_never_two_of_them(
    products: list[Named], items: list[Named]
) -> None:
    found = match_products(products, items)
    linked = [item.id for _, item in found.pairs]
    tied_names = {one.name for one in found.tied_products} | {one.name for one in found.tied_items}
    new = [item.id for item in found.new_items]
    tied = [item.id for item in items if item.name in tied_names]

    assert sorted(linked + new + tied) == sorted(item.id for item in items)


@given(NAMED, NAMED)
def test_what_monite_knows_by_name_is_never_created_again(products: list[Named], items: list[Named]) -> None:
    known = {product.name for product in products}

    assert not [item for item in match_products(products, items).new_items if item.name in known]


SIDE = st.lists(st.sampled_from(["A", "B", "C", "a", "A ", "Ä"]), max_size=6)


@given(SIDE, SIDE, SIDE, SIDE, st.sampled_from(["xero", "quickbooks_online"]))
@settings(max_examples=60, deadline=None)
def test_a_second_pull_finds_nothing_that_the_first_one_left(
    counterparts: list[str], contacts: list[str], products: list[str], items: list[str], platform: str
) -> None:
    practice = Practice(platform=platform)
    for name in counterparts:
        practice.counterpart(name, customer=True)
    for name in products:
        practice.product(name)
    for number, name in enumerate(contacts):
        practice.contact(f"c-{number}", name, supplier=number % 2 == 0)
    for number, name in enumerate(items):
        practice.item(f"i-{number}", name)

    practice.connect()
    records, known = practice.records(), names(practice)
    practice.sync()
    practice.disconnect()
    practice.connect()

    assert (practice.records(), names(practice)) == (records, known)
    assert known["counterparts"] == sorted(counterparts)
    new = [name for name in items if items.count(name) == 1 and name not in products]
    assert known["products"] == sorted([*products, *new])
    practice.close()


def names(practice: Practice) -> dict[str, list[str]]:
    """The names that Monite has on each of its sides."""
    return {
        table: sorted(row["name"] for row in practice.db.query(f"SELECT name FROM {table}"))
        for table in ("counterparts", "products")
    }
