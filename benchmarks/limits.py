"""The machine's limits, measured with the engine's own operations: flops, bytes, and the arithmetic of its step."""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import njit, types
from numba.core import cgutils
from numba.extending import intrinsic

from numerics.vectors import VECTOR, WIDTH, dot, subtract

CHAINS = 16  # independent multiply-then-adds: two units of latency 4 + 4 are kept busy


@intrinsic
def chains(_: Any, rounds: Any) -> Any:
    """``chains(rounds)``: s <- s/2 + 1 on ``CHAINS`` independent blocks of eight; the first numbers' sum."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        half, one = (ir.Constant(VECTOR, [v] * WIDTH) for v in (0.5, 1.0))
        states = [cgutils.alloca_once(builder, VECTOR) for _ in range(CHAINS)]
        for k, s in enumerate(states):
            builder.store(ir.Constant(VECTOR, [float(k)] * WIDTH), s)
        with cgutils.for_range(builder, args[0]):
            for s in states:
                builder.store(builder.fadd(builder.fmul(builder.load(s), half), one), s)
        total = builder.load(states[0])
        for s in states[1:]:
            total = builder.fadd(total, builder.load(s))
        return builder.extract_element(total, ir.Constant(ir.IntType(32), 0))

    return types.float64(types.intp), generate


@njit(nogil=True)
def peak(rounds: int) -> float:
    """Multiplications and additions in registers, rounded one by one like the engine's."""
    return chains(rounds)


@njit(nogil=True)
def stream(source: int, target: int, n: int, times: int) -> None:
    """The stream triad x -= c a, with the engine's own update."""
    for _ in range(times):
        subtract(1e-9, 1.0, source, 0, target, 0, n)


@njit(nogil=True)
def arithmetic(rows: int, targets: Any, which: Any, x: int, sums: int, runs: int, width: int) -> None:
    """A step's three passes over vectors and nothing else: no loss, no rule, no checks."""
    for i in which:
        for k in range(runs):
            r = dot(rows, i * width, x, k * width, width) - targets[i]
            subtract(-1.0, 1.0, x, k * width, sums, k * width, width)
            subtract(1e-4, r, rows, i * width, x, k * width, width)
