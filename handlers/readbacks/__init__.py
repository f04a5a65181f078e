"""Who has read a notice: answers by household, reminders, visits, posters."""
