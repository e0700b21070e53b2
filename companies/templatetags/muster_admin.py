"""Words of the admin, for its templates."""

from django import template

from companies import admin_words

register = template.Library()
register.filter("verb_words", admin_words.verb_words)
register.filter("actor_words", admin_words.actor_words)
register.filter("change_words", admin_words.change_words)


@register.filter
def as_list(value: object) -> list[object]:
    """Return a list of the one thing."""
    return [value]
