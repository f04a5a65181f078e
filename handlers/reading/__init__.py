"""What people type, as values: numbers, days, times, spans, rhythms. Pure."""
