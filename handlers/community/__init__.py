"""People, homes and groups: who somebody is, which group belongs to which place, what is kept of anybody."""
