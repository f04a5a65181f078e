"""The language model that may be asked for a second opinion."""


def used_up(tokens: int) -> str:
    """To the admin alone, once a month."""
    return (
        f"这个月问大模型的额度（{tokens:,} 个词元）用完了，下个月 1 号自己恢复。"
        "这之前照旧登记、照旧叫人，只是拿不准的话由我自己判断。要加额度，请管机器的人改 model.monthly_tokens。"
    )
