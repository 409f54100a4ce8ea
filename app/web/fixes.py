"""Putting right what stops a record: tax rates of bill lines, prices and units of products."""

from __future__ import annotations

import re
from typing import Any

from babel.numbers import is_currency
from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.domain.errors import InputError, NotThereError
from app.domain.fixes import Destination
from app.domain.people import Action
from app.domain.readiness import Condition
from app.domain.tax_rates import label
from app.services import fixes, frames, line_taxes, product_edits, records
from app.services.line_taxes import BillTaxes, Choice
from app.services.product_edits import Edit, ProductDetails
from app.services.records import OneRecord
from app.web import formats
from app.web.access import needs
from app.web.amounts import plain_amount, read_amount
from app.web.rendering import render
from app.web.requests import deps
from app.web.security import is_local_path

bp = Blueprint("fixes", __name__, url_prefix="/e/<entity_id>")
MOST = 9_007_199_254_740_991
"""The largest price that Monite takes, in minor units."""


def destination(record: OneRecord, condition: Condition | None = None) -> Destination:
    """Where a condition that a record fails is put right; without one, what stopped the record."""
    line = record.line
    back = url_for("records.show", entity_id=line.entity_id, record_id=line.id)
    if condition is None:
        return fixes.find(deps(), line, record.told.problem, back=back)
    search = condition.names[0] if condition.names and condition.code == "ACC_PRODUCT" else ""
    return fixes.find(deps(), line, condition.code, fix=condition.fix, search=search, back=back)


def came_from() -> str:
    """The record from which a person came to put something right; '' when they came another way."""
    back = _back()
    return back if re.match(r"/e/[^/]+/log/[^/]", back) else ""


@bp.get("/log/<record_id>/tax")
@needs(Action.SEE)
def record_taxes(entity_id: str, record_id: str) -> Response:
    """The tax rates of the bill that a record is about."""
    line = records.get(deps(), entity_id, record_id).line
    if line.object_type != "bill" or line.object_id is None:
        raise NotThereError(_("Only the lines of bills can be given another tax rate here."))
    back = url_for("records.show", entity_id=entity_id, record_id=record_id)
    where: dict[str, Any] = {"payable_id": line.object_id, "return": back}
    return redirect(url_for(".taxes", entity_id=entity_id, **where), code=302)


@bp.get("/bills/<payable_id>/tax")
@needs(Action.SEE)
def taxes(entity_id: str, payable_id: str) -> Response:
    """The lines of a bill with the tax rates to choose from."""
    line_taxes.freshen(deps(), entity_id)
    return _taxes(entity_id, line_taxes.get(deps(), entity_id, payable_id))


@bp.post("/bills/<payable_id>/tax")
@needs(Action.ASSIGN)
def save_taxes(entity_id: str, payable_id: str) -> Response:
    """Have the chosen rates put in place; back to where the person came from once they are."""
    found = line_taxes.get(deps(), entity_id, payable_id)
    choices = _choices(found)
    try:
        found = line_taxes.choose(deps(), entity_id, payable_id, choices)
    except InputError as error:
        return _taxes(entity_id, found, error=error, chosen=choices)
    if found.refused:
        return _taxes(entity_id, found, status=422)
    if found.saving:
        here: dict[str, Any] = {"payable_id": payable_id, "return": _back()}
        return redirect(url_for(".taxes", entity_id=entity_id, **here), code=303)
    flash(_("The tax rates of this bill are saved."), "ok")
    return redirect(_back() or url_for(".taxes", entity_id=entity_id, payable_id=payable_id), code=303)


@bp.get("/bills/<payable_id>/tax/state")
@needs(Action.SEE)
def tax_state(entity_id: str, payable_id: str) -> str:
    """Whether the choices are confirmed by now; asks again by itself until they are."""
    found = line_taxes.get(deps(), entity_id, payable_id)
    return render_template("fixes/_tax_state.html", entity_id=entity_id, found=found, swapped=True)


@bp.get("/products/check")
@needs(Action.SEE)
def check_products(entity_id: str) -> Response:
    """Products whose price or unit an import could only guess."""
    product_edits.freshen(deps(), entity_id)
    after = request.args.get("after", "")[:300]
    return render(
        "fixes/products.html",
        entity_id=entity_id,
        listed=product_edits.to_check(deps(), entity_id, after),
        count=product_edits.count_to_check(deps(), entity_id),
        here=request.full_path.rstrip("?"),
    )


@bp.get("/products/<product_id>")
@needs(Action.SEE)
def product(entity_id: str, product_id: str) -> Response:
    """A product's price and unit."""
    product_edits.freshen(deps(), entity_id)
    return _product(entity_id, product_edits.get(deps(), entity_id, product_id))


@bp.post("/products/<product_id>")
@needs(Action.ASSIGN)
def save_product(entity_id: str, product_id: str) -> Response:
    """Have the price and the unit put in place; back to where the person came from once they are."""
    found = product_edits.get(deps(), entity_id, product_id)
    try:
        found = _edit(entity_id, found)
    except InputError as error:
        return _product(entity_id, found, error=error)
    if found.refused:
        return _product(entity_id, found, status=422)
    if found.saving:
        here: dict[str, Any] = {"product_id": product_id, "return": _back()}
        return redirect(url_for(".product", entity_id=entity_id, **here), code=303)
    flash(_("%(name)s is saved.", name=found.product.name), "ok")
    return redirect(_back() or url_for(".product", entity_id=entity_id, product_id=product_id), code=303)


@bp.get("/products/<product_id>/state")
@needs(Action.SEE)
def product_state(entity_id: str, product_id: str) -> str:
    """Whether the edit is confirmed by now; asks again by itself until it is."""
    found = product_edits.get(deps(), entity_id, product_id)
    return render_template("fixes/_product_state.html", entity_id=entity_id, found=found, swapped=True)


def _taxes(
    entity_id: str,
    found: BillTaxes,
    *,
    error: InputError | None = None,
    chosen: dict[str, Choice] | None = None,
    status: int = 200,
) -> Response:
    return render(
        "fixes/taxes.html",
        status=422 if error else status,
        entity_id=entity_id,
        found=found,
        error=error,
        chosen={line_id: choice.rate_id for line_id, choice in (chosen or {}).items()},
        rate_label=label,
        back=_back(),
    )


def _choices(found: BillTaxes) -> dict[str, Choice]:
    """What the form says for each line; one rate for all goes to those that lack one and were left."""
    form, for_all = request.form, request.form.get("for-all", "")
    choices: dict[str, Choice] = {}
    for line in found.lines:
        name = f"rate-{line.line.id}"
        if name not in form:
            continue
        seen = form.get(f"seen-{line.line.id}", line.shown)
        left = form[name] == seen and line.lacks
        choices[line.line.id] = Choice(for_all if for_all and left else form[name], seen)
    return choices


def _product(
    entity_id: str, found: ProductDetails, *, error: InputError | None = None, status: int = 200
) -> Response:
    form = request.form if error else {}
    frame = frames.get(deps(), entity_id)
    currency = found.currency or (frame.currency if frame else None) or ""
    return render(
        "fixes/product.html",
        status=422 if error else status,
        entity_id=entity_id,
        found=found,
        error=error,
        price=form.get("price", plain_amount(found.price, currency)),
        currency=form.get("currency", currency),
        unit_id=form.get("unit", found.unit_id or ""),
        new_unit=form.get("new-unit", found.new_unit),
        back=_back(),
    )


def _edit(entity_id: str, found: ProductDetails) -> ProductDetails:
    currency = request.form.get("currency", "").strip().upper()
    if not is_currency(currency):
        raise InputError("currency", _("Write the currency with its three letters, as in EUR."))
    price = read_amount(request.form.get("price", ""), currency)
    if price is None or price > MOST:
        raise InputError("price", _("Write the price as a number, as in 12.50."))
    product, form = found.product, request.form
    unit_id, new_unit = form.get("unit", ""), " ".join(form.get("new-unit", "").split())
    names = {unit.id: unit.name for unit in found.units}
    wanted = Edit(
        price=price,
        currency=currency,
        unit_id=unit_id,
        new_unit=new_unit,
        seen=form.get("seen", ""),
        was=_words(product.price, product.currency, names.get(product.measure_unit_id or "")),
        becomes=_words(price, currency, new_unit or names.get(unit_id or product.measure_unit_id or "")),
    )
    return product_edits.edit(deps(), entity_id, product.id, wanted)


def _words(price: int | None, currency: str | None, unit: str | None) -> str:
    return " / ".join(part for part in (formats.money(price, currency), unit) if part)


def _back() -> str:
    back = request.values.get("return", "")
    return back if is_local_path(back) else ""
