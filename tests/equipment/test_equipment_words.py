"""Schedules in words, and the channels that hear of results."""

import pytest

from equipment.channels import chat_of, checked_channel
from equipment.cron_words import in_words
from nexus.errors import ConfigurationError


@pytest.mark.parametrize(
    ("cron", "english", "chinese"),
    [
        ("30 3 * * *", "every day at 03:30", "每天 03:30"),
        ("* * * * *", "every minute", "每分钟"),
        ("*/15 * * * *", "every 15 minutes", "每 15 分钟"),
        ("7 * * * *", "every hour at :07", "每小时 07 分"),
        ("0 */6 * * *", "every 6 hours at :00", "每 6 小时，00 分"),
        ("0 9 * * 1-5", "on weekdays at 09:00", "工作日 09:00"),
        ("0 9 * * mon-fri", "on weekdays at 09:00", "工作日 09:00"),
        ("30 4 * * 0", "on Sundays at 04:30", "周日 04:30"),
        ("30 4 * * 7", "on Sundays at 04:30", "周日 04:30"),
        ("5 4 * * MON,3", "on Mondays and Wednesdays at 04:05", "周一、周三 04:05"),
        (
            "5 4 * * 1,3,5",
            "on Mondays, Wednesdays and Fridays at 04:05",
            "周一、周三、周五 04:05",
        ),
        ("0 0 31 * *", "on day 31 of every month at 00:00", "每月 31 日 00:00"),
    ],
)
def test_a_common_schedule_is_a_short_phrase(cron: str, english: str, chinese: str) -> None:
    assert in_words(cron) == (english, chinese)


@pytest.mark.parametrize(
    "cron",
    [
        *(
            "*/7 * * * *",
            "0 0 1 1 *",
            "0 0 1 * 1",
            "0 9-17 * * *",
            "0,30 * * * *",
            "0 9 * * 1#2",
            "0 0 L * *",
        ),
        *("", "x", "* * * * * *", "*/0 * * * *", "*/60 * * * *", "60 * * * *", "0 24 * * *", "0 0 32 * *"),
        *("0 0 * * 8", "0 0 * * ,", "²  3 * * *", "٣ 3 * * *", "*/15 * 1 * *", "* 3 * * *"),
    ],
)
def test_of_any_other_nothing_is_said(cron: str) -> None:
    assert in_words(cron) is None


@pytest.mark.parametrize(
    ("channel", "chat"), [("telegram", None), ("telegram:7", 7), ("telegram:-100123", -100123)]
)
def test_telegram_is_a_channel_for_everybody_or_one_chat(channel: str, chat: int | None) -> None:
    assert checked_channel(channel) == channel
    assert chat_of(channel) == chat


@pytest.mark.parametrize(
    "channel", ["", "pigeon", "telegram:", "telegram:0", "telegram:x", "telegram:1\n", "telegram:" + "9" * 19]
)
def test_what_is_no_channel_is_refused(channel: str) -> None:
    with pytest.raises(ConfigurationError, match="is no channel: write telegram"):
        checked_channel(channel)
    with pytest.raises(ValueError, match=r"(?s)^.*$"):
        chat_of(channel)


def test_no_channel_is_fine() -> None:
    assert checked_channel(None) is None
