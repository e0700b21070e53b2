"""The Lambda package: built for its target, trimmed, compiled, and looked through before it leaves.

`python -m infrastructure.package STAGE` does all of it (`make package`).
"""
