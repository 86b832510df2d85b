"""The channel, the understanding and the commands of Cartographer."""
