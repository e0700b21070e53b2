"""What is wrong with a scenario: all of it at once, each with its line and its place."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing to mend; `place` is like `people.maya.joined_on`, empty for the whole file."""

    line: int
    place: str
    text: str

    def __str__(self) -> str:
        return (
            f"{self.line}: {self.place}: {self.text}" if self.place else f"{self.line}: {self.text}"
        )


@dataclass(slots=True)
class Problems:
    """Collects problems, and the places of what is reserved but not built."""

    found: list[Problem] = field(default_factory=list)
    unsupported: list[str] = field(default_factory=list)

    def add(self, line: int, place: str, text: str) -> None:
        """Tell a problem; once is enough, though it may be met for each person anew."""
        problem = Problem(line, place, text)
        if problem not in self.found:
            self.found.append(problem)


class WrongScenario(ValueError):
    """A file that is no scenario; `problems` are in the order of its lines."""

    def __init__(self, problems: Problems) -> None:
        super().__init__("wrong scenario")
        self.problems = sorted(problems.found)


class UnsupportedScenario(ValueError):
    """A scenario that uses what is reserved, but not built yet."""

    def __init__(self, problems: Problems) -> None:
        super().__init__("unsupported scenario")
        self.places = problems.unsupported
