from __future__ import annotations

from app.emulator.rules.matching import Match, Named, Party, Tie, match_contact, match_products


def contact(key: str, country: str = "DE", city: str = "Berlin", address: str = "Hauptstr. 1") -> Party:
    return Party(key, "Kohl AG", country, city, address)


OURS = contact("ours")


def test_a_name_that_one_contact_has_is_enough() -> None:
    elsewhere = contact("a", country="AT", city="Wien")

    assert match_contact(OURS, [elsewhere, Party("b", "Other")]) == Match(elsewhere, "name")


def test_the_country_decides_between_two_of_one_name() -> None:
    assert match_contact(OURS, [contact("a", country="AT"), contact("b")]) == Match(contact("b"), "country")


def test_the_city_decides_after_the_country() -> None:
    assert match_contact(OURS, [contact("a", city="Bonn"), contact("b")]) == Match(contact("b"), "city")


def test_the_address_decides_last() -> None:
    found = match_contact(OURS, [contact("a", address="Hauptstr. 2"), contact("b")])

    assert found == Match(contact("b"), "address")


def test_two_that_agree_in_everything_are_a_tie() -> None:
    assert match_contact(OURS, [contact("a"), contact("b")]) == Tie((contact("a"), contact("b")))


def test_two_of_the_name_in_other_countries_are_a_tie() -> None:
    abroad = (contact("a", country="AT"), contact("b", country="CH"))

    assert match_contact(OURS, abroad) == Tie(abroad)


def test_case_and_spelling_count() -> None:
    assert match_contact(OURS, [Party("a", "KOHL AG"), Party("b", "Kohl A.G.")]) is None


def test_a_product_is_matched_by_its_name_alone() -> None:
    tea, item = Named("p", "Tea"), Named("i", "Tea")

    assert match_products([tea], [item]).pairs == ((tea, item),)


def test_an_item_that_only_the_books_have_is_new() -> None:
    assert match_products([], [Named("i", "Tea")]).new_items == (Named("i", "Tea"),)


def test_a_name_used_twice_at_monite_links_nobody() -> None:
    twice = [Named("p", "Tea"), Named("q", "Tea")]

    found = match_products(twice, [Named("i", "Tea")])

    assert (found.pairs, found.tied_products) == ((), tuple(twice))


def test_a_name_used_twice_in_the_books_links_nobody_and_creates_nothing() -> None:
    items = [Named("i", "Tea"), Named("j", "Tea")]

    with_product, without = match_products([Named("p", "Tea")], items), match_products([], items)

    assert (with_product.pairs, with_product.tied_products) == ((), (Named("p", "Tea"),))
    assert (without.new_items, without.tied_items) == ((), tuple(items))


def test_two_products_of_one_name_are_no_tie_without_an_item() -> None:
    assert match_products([Named("p", "Tea"), Named("q", "Tea")], []).tied_products == ()
