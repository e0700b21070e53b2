"""Who may do what: every address × method × role, against a table; and companies kept apart."""
