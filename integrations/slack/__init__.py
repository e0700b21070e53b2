"""Slack in plain Python: what it sends is checked, what it is asked, how it is told things."""
