"""The channel, the understanding and the commands of Cartographer."""

from bot.blas import choose_kernel

choose_kernel()
