"""Parts of Slack's messages and forms (Block Kit), as plain dictionaries.

What people typed is escaped where a text is read as mrkdwn, so that no name notifies a channel.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

Block = dict[str, Any]
_MOST_OF_A_SECTION = 2900


def escaped(text: str) -> str:
    """Return words of people as Slack shows them and never reads them."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def link(url: str, words: str) -> str:
    """Return a link in a text of mrkdwn."""
    return f"<{url}|{escaped(words)}>"


def section(text: str, **more: Any) -> Block:
    """Return a paragraph; what is longer than Slack takes is cut."""
    shown = text if len(text) <= _MOST_OF_A_SECTION else f"{text[:_MOST_OF_A_SECTION]}…"
    return {"type": "section", "text": {"type": "mrkdwn", "text": shown}, **more}


def context(text: str) -> Block:
    """Return a small line."""
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": text[:_MOST_OF_A_SECTION]}]}


def plain(text: str, most: int = 75) -> Block:
    """Return words that are shown as they are, of a button or a label."""
    shown = text if len(text) <= most else f"{text[: most - 1]}…"
    return {"type": "plain_text", "text": shown}


def button(words: str, action: str, value: str, *, style: str = "") -> Block:
    """Return a button; `style` is primary, danger or none."""
    found = {"type": "button", "text": plain(words), "action_id": action, "value": value}
    return found | ({"style": style} if style else {})


def actions(*elements: Block) -> Block:
    """Return a row of buttons."""
    return {"type": "actions", "elements": list(elements)}


def options(pairs: Sequence[tuple[str, str]]) -> list[Block]:
    """Return the choices of a menu, of (value, words)."""
    return [{"text": plain(words), "value": value} for value, words in pairs]


def field(name: str, label: str, element: Block, *, is_optional: bool, is_live: bool) -> Block:
    """Return a field of a form; one that is live tells at once what was chosen."""
    return {
        "type": "input", "block_id": name, "label": plain(label, 2000), "optional": is_optional,
        "dispatch_action": is_live, "element": {**element, "action_id": name},
    }  # fmt: skip


def modal(*, callback: str, title: str, submit: str, close: str, blocks: list[Block],
          metadata: str = "") -> Block:  # fmt: skip
    """Return a form that opens above Slack's own page."""
    return {
        "type": "modal", "callback_id": callback, "private_metadata": metadata, "blocks": blocks,
        "title": plain(title, 24), "submit": plain(submit, 24), "close": plain(close, 24),
    }  # fmt: skip


def values_of(view: dict[str, Any]) -> dict[str, str]:
    """Return what a form holds, by the name of the field; what is empty is left out."""
    found: dict[str, str] = {}
    for name, elements in view.get("state", {}).get("values", {}).items():
        for element in elements.values():
            chosen = element.get("selected_option") or {}
            value = chosen.get("value") or element.get("selected_date") or element.get("value")
            if value:
                found[name] = str(value)
    return found
