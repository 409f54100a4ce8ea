"""The dashboard's tables, changed only by adding a migration at the end of the module that it belongs to."""

# The order is that of the migrations.
from app.store.schema import first, daily_work  # noqa: F401, I001
from app.store.schema import people, shares, webhooks, carry_overs, partner_setup  # noqa: F401
from app.store.schema import import_mails  # noqa: F401
from app.store.schema.steps import migrations

__all__ = ["migrations"]
