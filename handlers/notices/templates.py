"""The library of templates, a community's own before the shipped ones, and what becomes of one at a place."""

from collections.abc import Mapping, Sequence

from handlers.moment import Moment
from handlers.notices.variables import values_at
from handlers.rules.templates import SHIPPED, Draft, filled, place_variables
from storage import templates
from storage.places import Place
from storage.templates import Template
from storage.types import PlaceId


async def library(moment: Moment, community: PlaceId) -> Sequence[Draft]:
    """Every template that the community can use, the shipped ones first."""
    own = {row.name: _draft(row) for row in await templates.of_community(moment.session, community)}
    return list({**SHIPPED, **own}.values())


async def template_called(moment: Moment, community: PlaceId, name: str) -> Draft | None:
    """The template of that name, or None."""
    own = await templates.called(moment.session, community, name)
    return _draft(own) if own is not None else SHIPPED.get(name)


async def rendered(moment: Moment, template: Draft, values: Mapping[str, str], place: Place) -> str:
    """The template's text for `place`; what nobody knows stays in braces."""
    text = filled(template.text, values)
    known = await values_at(moment, place_variables(text), [place.id])
    return filled(text, known[place.id])


def _draft(row: Template) -> Draft:
    return Draft(row.name, row.text, row.warning, row.asks_back)
