"""What Muster costs, measured in one run on PostgreSQL: `make bench` (see README.md)."""
