"""What the bot can take: measured here, asserted nowhere."""
