"""Matters that several parties settle, and those that a department outside has."""
