"""Tasks for several people, and the pool from which whoever has time takes one."""
