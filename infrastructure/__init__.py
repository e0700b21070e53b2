"""What Muster needs on AWS beside its code: its package, settings, and what stands around it."""
