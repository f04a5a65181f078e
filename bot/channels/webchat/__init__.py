"""The web chat: a group-chat page of our own, for pilots, training and the demo."""

from bot.channels.webchat.channel import Webchat, WebchatConfig
from bot.channels.webchat.door import Door, Person, Said, Tab, alone_with, person_alone

__all__ = ["Door", "Person", "Said", "Tab", "Webchat", "WebchatConfig", "alone_with", "person_alone"]
