"""The settings of a stage: the committed `zappa_settings.json`, with what only the account knows.

`${Name}` stands for the output `Name` of the stacks `muster-<stage>-base` and `-database`, and
`${Stage}` and `${Region}` for themselves. A list that holds one such word takes an output of
several, by commas. The package itself is built without any output: nothing of the account is in it.

`jobs_at_least_minutes` is ours, not Zappa's: where the database pauses when nobody uses it, jobs
that ran every minute would keep it awake (docs/deploy.md).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

TEMPLATE: Final = Path(__file__).resolve().parent.parent / "zappa_settings.json"
_WORD: Final = re.compile(r"\$\{(\w+)\}")
_RATE: Final = re.compile(r"rate\((\d+) minutes?\)")


class UnknownStage(LookupError):
    """The template has no such stage."""


class MissingOutput(LookupError):
    """The stack does not say what the settings need; the message names all of it."""


def read(file: Path) -> Any:
    """Return what a JSON file holds."""
    return json.loads(file.read_text("utf-8"))


def names() -> list[str]:
    """Return the stages there are, as the template orders them."""
    return list(read(TEMPLATE))


def settings(stage: str) -> dict[str, Any]:
    """Return the settings of one stage whole, its words unfilled: `{stage: {…}}`.

    Raises:
        UnknownStage: the template has no such stage.
    """
    template = read(TEMPLATE)
    if stage not in template:
        raise UnknownStage(f"There is no stage {stage}; there are {', '.join(template)}.")
    own = dict(template[stage])
    if parent := own.pop("extends", None):
        own = {**template[parent], **own}
    least = own.pop("jobs_at_least_minutes")
    own["events"] = [
        {**event, "expression": _at_least(event["expression"], least)} for event in own["events"]
    ]
    filled: dict[str, Any] = _filled({stage: own}, {"Stage": stage})
    return filled


def rendered(stage: str, outputs: Mapping[str, str], *, region: str) -> dict[str, Any]:
    """Return the settings of one stage with every word filled: what Zappa's commands take.

    Raises:
        UnknownStage: the template has no such stage.
        MissingOutput: a word has no output.
    """
    found = settings(stage)
    values = {**outputs, "Region": region}
    if missing := sorted(words(found) - values.keys()):
        raise MissingOutput(
            f"The stacks of {stage} have no output {', '.join(missing)}. Deploy them first "
            "(docs/deploy.md)."
        )
    filled: dict[str, Any] = _filled(found, values)
    return filled


def words(settings: Any) -> set[str]:
    """Return the words that settings leave to be filled."""
    return set(_WORD.findall(json.dumps(settings)))


def write(found: Mapping[str, Any], file: Path) -> None:
    """Write settings where Zappa looks for them."""
    file.write_text(json.dumps(found, indent=2) + "\n", "utf-8")


def _at_least(expression: str, minutes: int) -> str:
    """Return a schedule that is no closer than that."""
    match = _RATE.fullmatch(expression)
    if match is None or int(match[1]) >= minutes:
        return expression
    return f"rate({minutes} minutes)"


def _filled(value: Any, values: Mapping[str, str]) -> Any:
    match value:
        case dict():
            return {key: _filled(item, values) for key, item in value.items()}
        case [str(only)] if (match := _WORD.fullmatch(only)) and match[1] in values:
            return values[match[1]].split(",")
        case list():
            return [_filled(item, values) for item in value]
        case str():
            return _WORD.sub(lambda match: values.get(match[1], match[0]), value)
    return value
