"""Notices and warnings: written, approved, expanded, sent once to every group, set right, and counted."""
