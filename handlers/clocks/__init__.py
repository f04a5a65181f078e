"""What happens to tickets by themselves: limits, working time, the ladder, and its auditor."""
