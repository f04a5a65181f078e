"""What is said of the address of somebody's calendar."""


def address(link: str, *, had_one: bool) -> str:
    """The address, to its owner alone."""
    old = "原来那个地址从现在起作废了。" if had_one else ""
    return (
        f"这是您自己的值班日历，请别转给别人：\n{link}\n"
        "怎么用：苹果手机在“设置—日历—账户—添加已订阅的日历”里贴上；别的手机在日历里找“通过网址订阅”。"
        f"以后换了班，日历会跟着变。{old}不想要了，发“停用日历”。"
    )


def no_pages() -> str:
    """Where nobody outside can open our pages."""
    return "这里的网页从外面还打不开，日历订阅不了。请社区管理员在配置文件里写上 public_url。"


def only_alone() -> str:
    """When it is asked for in a group, and the asker cannot be written to alone."""
    return "这个地址只能给您一个人。请点我的头像，单独给我发“我的日历”。"


def had_none() -> str:
    """When there is nothing to be stopped."""
    return "您本来就没有日历地址。想要的话发“我的日历”。"


def stopped() -> str:
    """After 停用日历."""
    return "日历地址作废了，订阅过的手机不会再更新。再想要，发“我的日历”会给一个新的。"
