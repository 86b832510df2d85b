"""The numerical libraries use the processor that is there."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from bot.processor import kernel_for, prepare

AVX2 = {"sse2", "avx", "avx2", "fma"}
AVX512 = AVX2 | {"avx512f", "avx512dq", "avx512bw", "avx512vl", "avx512cd"}


@pytest.mark.parametrize(
    ("flags", "kernel"),
    [
        (AVX512, "SkylakeX"),
        (AVX512 - {"avx512vl"}, "Haswell"),
        (AVX2, "Haswell"),
        ({"sse2"}, None),
        (set(), None),
    ],
)
def test_a_kernel_is_never_wider_than_the_processor(flags: set[str], kernel: str | None) -> None:
    assert kernel_for(flags) == kernel


def test_what_is_set_already_stays() -> None:
    chosen = {
        "OPENBLAS_CORETYPE": "Prescott",
        "OPENBLAS_NUM_THREADS": "3",
        "OMP_WAIT_POLICY": "active",
        "GOMP_SPINCOUNT": "100",
    }
    environment = dict(chosen)
    prepare(environment)
    assert environment == chosen


def test_threads_look_for_work_only_briefly_before_they_sleep() -> None:
    environment: dict[str, str] = {}
    prepare(environment)
    assert environment["OMP_WAIT_POLICY"] == "passive"
    assert int(environment["GOMP_SPINCOUNT"]) < 10_000


def test_a_message_is_understood_with_one_thread() -> None:
    show = (
        "import bot, numpy, threadpoolctl\n"
        "used = [lib['num_threads'] for lib in threadpoolctl.threadpool_info()]\n"
        "assert used == [1], used"
    )
    environment = {k: v for k, v in os.environ.items() if k != "OPENBLAS_NUM_THREADS"}
    subprocess.run([sys.executable, "-c", show], check=True, env=environment)


def test_our_processes_compute_as_wide_as_the_processor_can() -> None:
    show = (
        "import bot, numpy, threadpoolctl, os\n"
        "wanted = os.environ.get('OPENBLAS_CORETYPE')\n"
        "used = {lib.get('architecture') for lib in threadpoolctl.threadpool_info()}\n"
        "assert wanted is None or wanted in used, (wanted, used)"
    )
    subprocess.run([sys.executable, "-c", show], check=True)
