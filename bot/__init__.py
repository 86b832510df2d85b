"""The channel, the understanding and the commands of Cartographer."""

from bot.processor import prepare

prepare()
