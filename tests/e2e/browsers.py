"""Finds the browser for the journeys, or installs one; `python -m tests.e2e.browsers` says which."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "microsoft-edge",
    "msedge",
    "chrome",
)
PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
)
HELP = """There is no browser for the journeys. Any one of these gives one:
  .venv/bin/playwright install chromium
  apt-get install chromium                      (Debian and Ubuntu, as root)
  GANGWAY_BROWSER=/path/to/chrome make test"""


class NoBrowserError(LookupError):
    """There is no Chromium or Chrome here; the message says how to get one."""


def find() -> str | None:
    """The path of a Chromium or Chrome; None when Playwright's own is installed. Raises NoBrowserError."""
    told = os.environ.get("GANGWAY_BROWSER")
    if told:
        if not Path(told).exists():
            raise NoBrowserError(f"GANGWAY_BROWSER is {told}, and there is nothing.")
        return told
    if _own().exists():
        return None
    on_path = (shutil.which(name) for name in NAMES)
    there = (place for place in PLACES if Path(place).exists())
    found = next((path for path in (*on_path, *there) if path), None)
    if found is None:
        raise NoBrowserError(HELP)
    return found


def install() -> None:
    """Install Debian's Chromium where that can be done without asking; otherwise do nothing."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0 or shutil.which("apt-get") is None:
        return
    print("No browser found; installing Debian's chromium for the journeys …", flush=True)  # noqa: T201
    environ = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (
        ["apt-get", "update", "-q"],
        ["apt-get", "install", "-y", "-q", "--no-install-recommends", "chromium"],
    ):
        subprocess.run(command, env=environ, check=False, stdout=subprocess.DEVNULL)


def _own() -> Path:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        return Path(playwright.chromium.executable_path)


def main() -> int:
    """Make sure that there is a browser; 1, with what to do, when there is none."""
    try:
        find()
    except NoBrowserError:
        install()
    try:
        find()
    except NoBrowserError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
