"""The dashboard for a WSGI server: ours, or one of your own that runs several processes.

granian --interface wsgi --factory --workers 2 --port 5000 app.wsgi:create
"""

from __future__ import annotations

import atexit
from contextlib import ExitStack

from flask import Flask

from app.config import Settings, load_settings
from app.factory import create_app
from app.jobs.bells import Bell
from app.services.clients import open_monite


def create(settings: Settings | None = None) -> Flask:
    """The dashboard of these settings, or of the environment's; its client lasts as long as the process.

    Raises SettingsError, in words, when the settings cannot work.
    """
    settings = settings or load_settings()
    until_the_end = ExitStack()
    atexit.register(until_the_end.close)
    monite = until_the_end.enter_context(open_monite(settings))
    return create_app(settings, monite=monite, wake=Bell(settings).ring)
