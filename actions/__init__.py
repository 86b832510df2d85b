"""What the guide can do, one small file each. Actions read the turn, ask `knowledge`, and reply."""
