"""The provider's sign-in pages over plain HTTP, walked by the names of their buttons."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

import requests
from bs4 import BeautifulSoup, Tag


@dataclass
class Provider:
    """One person at the provider; `left_for` is where they were sent when they left."""

    http: requests.Session
    address: str
    left_for: str | None = None
    page: BeautifulSoup = field(init=False)

    def __post_init__(self) -> None:
        self._arrive(self.http.get(self.address, allow_redirects=False, timeout=20))

    @property
    def heading(self) -> str:
        found = self.page.select_one("h1")
        assert found is not None
        return found.get_text(" ", strip=True)

    def press(self, name: str, choose: str | None = None) -> None:
        """Press the button whose name begins so, after choosing what has this label where given."""
        buttons = self.page.select("button, a.button")
        button = next((one for one in buttons if one.get_text(strip=True).startswith(name)), None)
        assert button is not None, f"no {name} under {self.heading}"
        if button.name == "a":
            there = urljoin(self.address, str(button["href"]))
            self._arrive(self.http.get(there, allow_redirects=False, timeout=20))
            return
        form = self._form_of(button)
        there = urljoin(self.address, str(form.get("action", "")))
        post = str(form.get("method", "get")).lower() == "post"
        values = self._values(form, choose)
        if not post:
            there = there.partition("?")[0]
        self._arrive(
            self.http.request(
                "POST" if post else "GET",
                there,
                data=values if post else None,
                params=None if post else values,
                allow_redirects=False,
                timeout=20,
            )
        )

    def _form_of(self, button: Tag) -> Tag:
        named = button.get("form")
        form = self.page.select_one(f"form#{named}") if named else button.find_parent("form")
        assert isinstance(form, Tag)
        return form

    def _values(self, form: Tag, choose: str | None) -> dict[str, str]:
        values = {
            str(i["name"]): str(i["value"]) for i in form.select("[type=hidden], [type=radio][checked]")
        }
        for label in form.select("label"):
            if choose is not None and label.get_text(" ", strip=True).startswith(choose):
                radio = label.select_one("[type=radio]")
                assert radio is not None
                values[str(radio["name"])] = str(radio["value"])
        return values

    def _arrive(self, answer: requests.Response) -> None:
        """Follow redirects as long as they stay at the provider."""
        while answer.is_redirect:
            there = urljoin(answer.url, answer.headers["Location"])
            if urlsplit(there).netloc != urlsplit(self.address).netloc:
                self.left_for = there
                return
            answer = self.http.get(there, allow_redirects=False, timeout=20)
        self.address, self.page = answer.url, BeautifulSoup(answer.text, "html.parser")
