"""The rules of attendance: plain data in, plain data out.

Nothing here touches the database, the settings or the clock; `now` is always an argument.

- `types`: what goes in and what comes out.
- `zones`: the one module that does arithmetic with time zones.
- `calendar`: what a date is: working, weekly off, holiday, half holiday.
- `windows`: which shift occurrence, and so which row, owns a punch.
- `judge`: one row and its verdict, with the steps that led there (`steps` lists them).
- `codes`: the halves of a day and the short code that names them.
- `sheet`: totals of a month.
- `schema`: the input of a verdict as JSON, so that an old one can be made again.
"""
