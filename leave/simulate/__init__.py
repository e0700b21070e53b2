"""What a scenario says and asks of leave: types, plans, allocations, requests (docs/simulate.md).

It adds to the form of `attendance.simulate`, and like that touches no database, no settings and no
clock.

- `form`: the keys and questions, and what may stand under them.
- `people`: what a date is to somebody, as it was known on another.
- `types`, `plans`: types with their versions, and who is on which plan from when.
- `accounts`: one person's books of one type, run in the order of time.
- `requests`: requests and their steps; `entered`: what HR enters; `history`: all of it, in order.
- `answers`, `figures`: what is asked.
- `part`: all of it as one part of a scenario.
"""
