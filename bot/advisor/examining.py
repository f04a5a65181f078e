"""Whether the endpoint would answer: it is asked for its models, and for a word where ours is not among them."""

from typing import Final

from bot.advisor.config import ModelConfig
from bot.advisor.endpoint import Endpoint, Unanswered
from bot.finding import Finding, missing, ready

_ASKED: Final = {"doubtful": "只问拿不准的消息", "all": "每条消息都问"}
_KEY_WRONG: Final = ("AuthenticationError", "PermissionDeniedError")


async def examined(config: ModelConfig) -> Finding:
    """What the endpoint says. Being out of reach is a finding, not an error."""
    endpoint = Endpoint(config)
    try:
        known = await endpoint.knows_us()
    except Unanswered as error:
        if str(error) in _KEY_WRONG:
            return missing("大模型不认这个密钥。请核对 model.key（或环境变量 GUANJIA_MODEL_KEY）。")
        return missing("大模型连不上，暂时由自己判断。请核对 model.base_url，看看网络通不通、Ollama 开着没有。")
    finally:
        await endpoint.close()
    if not known:
        return missing(f"大模型的接口不认识 {config.name}。请核对 model.name。")
    return ready(f"大模型 {config.name} 连得上，{_ASKED[config.mode]}。")
