"""What the staff or a reporter sets right, why something was understood as it was, and what is learned from it."""
