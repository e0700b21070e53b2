"""System checks of companies."""
