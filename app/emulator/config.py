"""What the emulator is told from outside, read once."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class EmulatorSettings:
    """Where the emulator keeps its file, how fast it works, and where Finish and Cancel lead."""

    database: Path
    port: int = 5001
    instant: bool = False
    redirect_url: str | None = None
    rate_limit: int = 30
    """Requests a second for one client id, as Monite documents."""
    sends_anywhere: bool = False
    """Whether webhooks go to other machines too; otherwise nothing leaves this one."""
    token_lifetime: int = 1800
    """Seconds until an access token expires."""

    @property
    def base_url(self) -> str:
        """The address at which a browser on this machine reaches the emulator."""
        return f"http://127.0.0.1:{self.port}"


def load_settings(environ: Mapping[str, str] = os.environ) -> EmulatorSettings:
    """Settings from the environment; raises ValueError when one of them cannot be read."""
    speed = environ.get("EMULATOR_SPEED", "human")
    if speed not in ("human", "instant"):
        raise ValueError(f"EMULATOR_SPEED is {speed!r}; it is either human or instant")
    listeners = environ.get("EMULATOR_LISTENERS", "here")
    if listeners not in ("here", "anywhere"):
        raise ValueError(f"EMULATOR_LISTENERS is {listeners!r}; it is either here or anywhere")
    redirect_url = environ.get("EMULATOR_REDIRECT_URL") or None
    if redirect_url and "{" in urlsplit(redirect_url).netloc:
        raise ValueError("EMULATOR_REDIRECT_URL has a placeholder in its host; it can have them after that")
    return EmulatorSettings(
        database=Path(environ.get("GANGWAY_INSTANCE", "instance")) / "emulator.sqlite3",
        port=int(environ.get("GANGWAY_EMULATOR_PORT", "5001")),
        instant=speed == "instant",
        redirect_url=redirect_url,
        sends_anywhere=listeners == "anywhere",
        rate_limit=int(environ.get("EMULATOR_RATE_LIMIT", "30")),
        token_lifetime=int(environ.get("EMULATOR_TOKEN_LIFETIME_SECONDS", "1800")),
    )
