"""What outlives a crash: one file per noun, its tables and then its questions. All of them are named in `tables`."""
