"""Who provides a connection, and where its sign-in pages are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from app.emulator.rules.versions import VERSIONS, LinkStyle, Version


def provider(version: Version, stored: str | None) -> str | None:
    """The provider of a connection asked for in this version, or None where it lacks its key.

    `stored` is the provider whose key the partner settings hold. Railz got its keys by other ways.
    """
    if version.link_style == "codat" and stored is None:
        return None
    return "codat" if stored == "codat" and version.link_style != "railz" else "railz"


def platform_required(version: Version, stored: str | None) -> bool:
    """Whether the accounting system must be named when a connection is created."""
    return version.platform_in_body == "required" and stored == "codat"


def style(connection: Mapping[str, Any]) -> LinkStyle:
    """What the connection's address and pages look like; they stay so whoever asks, in any version."""
    made = VERSIONS[connection["api_version"]].link_style
    return "railz" if made == "codat" and connection["provider"] != "codat" else made


def path(connection: Mapping[str, Any]) -> str:
    """The path of the connection's sign-in pages."""
    link = str(connection["provider_connection_id"])
    if style(connection) == "railz":
        return f"/ste-{link}"
    if style(connection) == "opaque":
        return f"/link/{UUID(link).hex}"
    return f"/companies/{connection['company_id']}/connections/{link}/start"
