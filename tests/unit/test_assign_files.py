"""What a file of accounts is taken for when it says nothing itself."""

from __future__ import annotations

import pytest

from app.services import assign_files

HEAD = "Line ID,Bill number,Supplier,Line,Account code,Account name\r\n"


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("cp1252", "x,1,Laiterie,Crème fleurette 35 %\r\ny,2,Métro,Beurre été à la forêt"),
        ("cp1252", "x,1,Büro,Möbel für Straße"),
        ("cp1252", "x,1,O’Neill “Pub” – £5 €"),
        ("cp1250", "x,1,Zażółć,gęślą jaźń\r\ny,2,Łódź,Kraków"),
        ("cp1251", "x,1,Молоко,Хлеб белый"),
        ("mac_roman", "x,1,Laiterie,Crème fleurette 35 %\r\ny,2,Métro,Beurre été à la forêt"),
        ("cp850", "x,1,Büro,Möbel für Straße"),
    ],
)
def test_the_letters_say_which_encoding_it_was(encoding: str, text: str) -> None:
    assert assign_files._guess((HEAD + text).encode(encoding)) == encoding
