"""The steps of overtime: every code that may appear, and the values that come with it.

Like those of a verdict (`attendance.rules.steps`): instants are wall time with the offset,
amounts whole minutes.

| code | when | values |
|---|---|---|
| `policy` | the policy and its version that the date is computed by | name |
| `by_hand` | HR set the day by hand: its punches count for nothing | – |
| `no_schedule` | no shift: nothing is owed, nothing exceeds it | rule |
| `open_pair` | an in without an out gives nothing | – |
| `breaks_kept` | breaks of the shift are not deducted on a day off | minutes |
| `before_start` | minutes before the start count for nothing | minutes, start |
| `split` | time after midnight counts on its own date | – |
| `target` | what was worked of the day beside its minutes | rule, worked, target |
| `week` | what was worked of the week up to its last settled day | rule, worked, target |
| `within` | minutes at a time that the rule takes | rule, minutes |
| `ignored` | extra that is not above the tolerance | rule, minutes, tolerance |
| `edge_ignored` | the same at the start or the end | rule, edge, minutes, tolerance |
| `edge_forgiven` | missing at the start or the end, not above it | rule, edge, minutes, tolerance |
| `forgiven` | missing that is not above the tolerance | rule, minutes, tolerance |
| `covered` | minutes that another rule has counted | rule, minutes |
| `capped` | minutes above the most of a day | rule, minutes, cap |
| `part` | the extra minutes of a rule | rule, minutes, rate, banked |
| `span` | when some of them were worked | rule, start, end, minutes |
| `short` | less was worked than owed, and the company does not count it | minutes |
| `missing` | the missing minutes | minutes |
| `nothing` | neither an extra nor a missing minute | – |
"""

from __future__ import annotations

REGISTRY: dict[str, tuple[str, ...]] = {
    "policy": ("name",),
    "by_hand": (),
    "no_schedule": ("rule",),
    "open_pair": (),
    "breaks_kept": ("minutes",),
    "before_start": ("minutes", "start"),
    "split": (),
    "target": ("rule", "worked", "target"),
    "week": ("rule", "worked", "target"),
    "within": ("rule", "minutes"),
    "ignored": ("rule", "minutes", "tolerance"),
    "edge_ignored": ("rule", "edge", "minutes", "tolerance"),
    "edge_forgiven": ("rule", "edge", "minutes", "tolerance"),
    "forgiven": ("rule", "minutes", "tolerance"),
    "covered": ("rule", "minutes"),
    "capped": ("rule", "minutes", "cap"),
    "part": ("rule", "minutes", "rate", "banked"),
    "span": ("rule", "start", "end", "minutes"),
    "short": ("minutes",),
    "missing": ("minutes",),
    "nothing": (),
}
