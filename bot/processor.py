"""Let the numerical libraries use the processor well. Of use only before they are loaded.

NumPy 1.26, the last that Rasa 3.6 runs with, brings OpenBLAS 0.3.23. Where that does not know a
processor (Intel's server models since Emerald Rapids), it computes with the instructions of 2004:
a matrix product takes five times as long, and so does understanding a message. It takes the name of
a kernel from the environment.

OpenMP's threads (scikit-learn's and the e5 encoder's are the same) spin between two pieces of work.
On a machine that has other work, one that spins holds up the one it waits for: single messages took
8 seconds. Told to be passive, they sleep at once, and a message, which is a hundred pieces of work,
waits a hundred times for them to wake: on two idle cores 47 ms for 25. So they spin for some 50
microseconds, as long as the next piece takes to come, and then sleep. (On a busy core that costs a
quarter: 49 ms for 40.) OpenBLAS's own threads can't be told, and understanding a message is
hundreds of small products: it has one thread, unless a training gives it more.
"""

from __future__ import annotations

import os
import platform
from collections.abc import MutableMapping
from pathlib import Path

#: Kernels of OpenBLAS with the processor flags that they need, the widest first.
_KERNELS = {
    "SkylakeX": {"avx512f", "avx512dq", "avx512bw", "avx512vl", "avx512cd", "fma", "avx2"},
    "Haswell": {"avx2", "fma"},
}

#: How often a thread of GNU's OpenMP looks for work before it sleeps.
_SPINS = "2000"


def prepare(environment: MutableMapping[str, str] = os.environ) -> None:
    """Set what is not set already; the kernel only where the processor can be read."""
    environment.setdefault("OMP_WAIT_POLICY", "passive")
    environment.setdefault("GOMP_SPINCOUNT", _SPINS)
    environment.setdefault("OPENBLAS_NUM_THREADS", "1")
    kernel = kernel_for(_flags())
    if kernel:
        environment.setdefault("OPENBLAS_CORETYPE", kernel)


def kernel_for(flags: set[str]) -> str | None:
    """The widest kernel that a processor with these flags can run; None leaves it to OpenBLAS."""
    return next((name for name, needed in _KERNELS.items() if needed <= flags), None)


def _flags() -> set[str]:
    """The flags of the processor; none where it is not x86 or the system does not tell."""
    if platform.machine() not in {"x86_64", "AMD64"}:
        return set()
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return set()
    return next((set(line.split()) for line in lines if line.startswith("flags")), set())
