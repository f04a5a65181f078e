"""What the bot decides: features, and the pure rules and understanding beneath them. All of it is in `features`.

A folder a subject: `understanding` what was said, `tickets` their life, `corrections`, `crews` and `parties` who else has
a hand in them, `dispatch` whom to call, `clocks` what happens by itself, `duty` whose turn it is, `notices` and
`readbacks` what goes out and who has read it, `community` people, homes and groups. Beneath them lie `phrases` (all that
is ever said), `rules`, `reading` and `when` (pure); around them `router`, `context` and `moment`.

Nothing is imported here: understanding is used alone as well, and then nothing else need be there.
"""
