"""What a subscribed bot can have done by its frames."""

from tests.platforms.wecom_bot_media import Media
from tests.platforms.wecom_bot_rules import ANSWERS, BAD_ARGUMENT, JSON, PUSHES, WELCOMES, Refused, check, check_card
from tests.platforms.wecom_bot_town import Town


class Commands:
    """The commands but `aibot_subscribe`, which is the connection's own."""

    def __init__(self, town: Town, media: Media) -> None:
        self._town = town
        self._media = media

    def obey(self, cmd: str, request: str, body: JSON) -> JSON:
        """The body of the acknowledgement."""
        match cmd:
            case "aibot_respond_msg":
                self._respond(request, body)
            case "aibot_respond_welcome_msg":
                pending = self._town.answered(request, "enter_chat")
                self._town.say(pending.conversation, body, check(body, WELCOMES))
            case "aibot_respond_update_msg":
                pending = self._town.answered(request, "template_card_event")
                check_card(body.get("template_card"))
                self._town.change(pending, body)
            case "aibot_send_msg":
                conversation = self._town.pushed_to(body)
                self._town.say(conversation, body, check(body, PUSHES))
            case "aibot_upload_media_init":
                return self._media.begin(body)
            case "aibot_upload_media_chunk":
                self._media.add(body)
            case "aibot_upload_media_finish":
                return self._media.finish(body)
            case "ping":
                pass
            case _:
                raise Refused(BAD_ARGUMENT, "no such command")
        return {}

    def _respond(self, request: str, body: JSON) -> None:
        pending, kind = self._town.answered(request, "message"), check(body, ANSWERS)
        if "stream" in body:
            self._town.stream(pending, body, kind)
        else:
            self._town.say(pending.conversation, body, kind, pending.message)
