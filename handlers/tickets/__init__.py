"""A ticket's life: reported, accepted, in progress, done, rated, verified; and who hears of it."""
