"""Whom a ticket is called out to, why him, and how it goes from one to another."""
