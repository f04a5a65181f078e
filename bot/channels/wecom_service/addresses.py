"""The address of a chat: a resident talks to one of the company's service accounts, and answers must come from that."""


def chat_with(service: str, resident: str) -> str:
    """The chat of a resident (`external_userid`) with a service account (`open_kfid`)."""
    return f"{service}/{resident}"


def both_of(chat: str) -> tuple[str, str] | None:
    """The service account and the resident of a chat; None where it is no such address."""
    service, _, resident = chat.partition("/")
    return (service, resident) if service and resident else None
