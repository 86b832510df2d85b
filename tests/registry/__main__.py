"""`python -m tests.registry --port N`: the replaying registry by itself, for offline demos."""

from __future__ import annotations

import argparse
import threading

from tests.registry import ReplayRegistry

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8089)
    with ReplayRegistry(port=parser.parse_args().port) as registry:
        print(f"Recorded registry data at {registry.url}", flush=True)
        threading.Event().wait()
