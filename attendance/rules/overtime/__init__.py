"""Extra and missing minutes (rules 4).

- `types`: policies and their rules, and what comes of them.
- `steps`: the steps by which a figure is explained.
- `facts`: what of each date was worked, owed and off, by attendance date or split at midnight.
- `figures`: what each rule by itself makes of a date.
- `compute`: tolerances, several rules over the same minute, caps: the parts of each date.
- `standing`: what of a figure counts after decisions.
"""
