"""Reads of attendance; the first argument says whose."""
