"""What the bot decides: features, and the pure rules and understanding beneath them. All of it is in `features`.

Nothing is imported here: understanding is used alone as well, and then nothing else need be there.
"""
