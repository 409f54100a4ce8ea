"""The dashboard's tables, changed only by adding a migration at the end of the newest module."""

from app.store.schema import first, daily_work  # noqa: F401, I001 - the order is that of the migrations
from app.store.schema.steps import migrations

__all__ = ["migrations"]
