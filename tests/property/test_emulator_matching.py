"""Matching, whatever the names: a tie matches nobody, and nobody is matched by chance."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.emulator.rules.matching import FIELDS, Match, Named, Party, Tie, match_contact, match_products

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
