"""Scenarios: people, shifts and punches in a file, judged by the rules without a database.

The form of a file is a public contract (docs/simulate.md). Like `rules`, nothing here touches the
database, the settings or the clock.

- `document`: the text as nodes that know their line.
- `problems`: what is wrong with a file, with line and place.
- `spot`: a value with its place, where a form reads it.
- `values`, `forms`: what a value may look like, and what holds values; each form tells its JSON
  Schema.
- `knobs`: forms of the rules' own records, made of their fields.
- `scenario`: the form of a whole scenario.
- `build`: the facts of a scenario as the rules want them.
- `answers`: what is asked, answered by the rules.
"""
