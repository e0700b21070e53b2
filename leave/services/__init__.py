"""Verbs of leave; the doors import the module that they need."""
