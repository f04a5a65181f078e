"""Warnings that other systems start: signed requests over HTTP, and files in a watched folder."""
