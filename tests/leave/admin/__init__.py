"""HR's admin pages of leave."""
