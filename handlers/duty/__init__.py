"""Who is on duty: rosters, rotations, swaps, leave, own hours, handover, and the rota looked at weeks ahead."""
