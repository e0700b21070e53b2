"""System checks of attendance."""
