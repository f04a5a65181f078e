"""…"""

from typing import Final

from handlers.router import Router

router: Final = Router()
