"""Pages for people: the provider's sign-in pages and the presenter's page."""

from __future__ import annotations

from flask import Blueprint

from app.emulator.pages import desk, link
from app.emulator.pages.guard import guard, harden

bp = Blueprint("pages", __name__)
bp.before_request(guard)
bp.after_request(harden)
bp.register_blueprint(link.bp)
bp.register_blueprint(desk.bp)
