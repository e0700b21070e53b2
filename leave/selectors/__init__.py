"""Reads of leave; the first argument says whose."""
