"""The door through which an official account calls: deliveries as WeCom makes them, and a plainer proof of the address."""

from aiohttp import web
from typing_extensions import override

from bot.channels.wecom.callback import LONGEST_ECHO, CallbackDoor


class OfficialDoor(CallbackDoor):
    """See `CallbackDoor`. What comes without encryption has no signature of its text, and is refused."""

    @override
    async def prove(self, request: web.Request) -> web.Response:
        """The platform asks whether the address is ours: it signs without encrypting, and wants its word back as it is."""
        given = request.query.get
        echo = given("echostr", "").encode("utf-8", "replace")
        if not self._crypt.vouches_for(given("signature", ""), given("timestamp", ""), given("nonce", "")):
            raise self._forbidden("wrong_signature")
        self._must_be_fresh(given("timestamp", ""))
        if len(echo) > LONGEST_ECHO:
            raise self._forbidden("no_echo")
        return web.Response(body=echo, content_type="text/plain")
