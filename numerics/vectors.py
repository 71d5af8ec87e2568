"""Inner products and updates of short vectors, eight numbers at a time, in an order of additions that is fixed.

A compiler that may reorder a sum makes its last bits depend on the machine; one that may not adds one number at a time.
Here the order is written down, so that every machine gives the same bits:

    <a, x> = fold(s_0, ..., s_15),    s_k = sum of a_j x_j over j = k mod 16,

where fold adds the upper half of its arguments to the lower one, one by one, until a single number is left; products
are rounded before they are added.  Vectors lie at an offset in flat arrays of float64, padded with zeros
to a multiple of ``WIDTH``; the arrays are passed by address.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

WIDTH = 8
VECTOR = ir.VectorType(ir.DoubleType(), WIDTH)


def aligned(rows: int, columns: int) -> npt.NDArray[np.float64]:
    """Zeros of that shape that begin at a multiple of 64 bytes: a block of eight never straddles two cache lines."""
    room = np.zeros(rows * columns + WIDTH)
    skip = -room.ctypes.data % 64 // room.itemsize
    return room[skip : skip + rows * columns].reshape(rows, columns)


def padded(rows: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The rows, of shape (n, d), with columns of zeros up to the next multiple of ``WIDTH``; aligned."""
    n, d = rows.shape
    out = aligned(n, -(-d // WIDTH) * WIDTH)
    out[:, :d] = rows
    return out


def slow_dot(a: npt.NDArray[np.float64], x: npt.NDArray[np.float64]) -> float:
    """The inner product of two padded vectors in the order above, number by number."""
    s = [0.0] * (2 * WIDTH)
    for j, (u, v) in enumerate(zip(a.tolist(), x.tolist(), strict=True)):
        s[j % len(s)] += u * v
    while len(s) > 1:
        half = len(s) // 2
        s = [s[k] + s[half + k] for k in range(half)]
    return s[0]


def _dot(_: Any, a: Any, p: Any, x: Any, q: Any, n: Any) -> Any:
    """``dot(a, p, x, q, n)``: the inner product of a[p:p+n] and x[q:q+n]; a and x are addresses (``a.ctypes.data``)."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        left, right = _start(builder, args[0], args[1]), _start(builder, args[2], args[3])
        sums = [cgutils.alloca_once(builder, VECTOR) for _ in range(2)]  # two, so that one need not wait for the other
        for total in sums:
            builder.store(ir.Constant(VECTOR, [0.0] * WIDTH), total)

        def add(j: Any, total: Any) -> None:
            product = builder.fmul(_load(builder, left, j), _load(builder, right, j))
            builder.store(builder.fadd(builder.load(total), product), total)

        n, width = args[4], ir.Constant(args[4].type, WIDTH)
        odd = builder.and_(n, width)
        with _blocks(builder, builder.sub(n, odd), 2) as (j, _):
            add(j, sums[0])
            add(builder.add(j, width), sums[1])
        with builder.if_then(builder.icmp_signed("!=", odd, ir.Constant(n.type, 0))):
            add(builder.sub(n, width), sums[0])
        return _folded(builder, builder.fadd(*map(builder.load, sums)))

    return types.float64(*[types.intp] * 5), generate


def _subtract(_: Any, c: Any, s: Any, a: Any, p: Any, x: Any, q: Any, n: Any) -> Any:
    """``subtract(c, s, a, p, x, q, n)``: x[q:q+n] -= c * (s * a[p:p+n]), in place; a and x are addresses."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        outer, inner = _splat(builder, args[0]), _splat(builder, args[1])
        source, target = _start(builder, args[2], args[3]), _start(builder, args[4], args[5])
        with _blocks(builder, args[6]) as (j, _):
            change = builder.fmul(outer, builder.fmul(inner, _load(builder, source, j)))
            _store(builder, builder.fsub(_load(builder, target, j), change), target, j)
        return context.get_dummy_value()

    return types.void(types.float64, types.float64, *[types.intp] * 5), generate


def _step(_: Any, c: Any, s: Any, a: Any, p: Any, x: Any, q: Any, sums: Any, n: Any) -> Any:
    """``step(c, s, a, p, x, q, sums, n)``: sums[q:q+n] += x[q:q+n], then ``subtract(c, s, a, p, x, q, n)``, at once."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        outer, inner = _splat(builder, args[0]), _splat(builder, args[1])
        source, target, total = (_start(builder, args[k], args[j]) for k, j in ((2, 3), (4, 5), (6, 5)))
        with _blocks(builder, args[7]) as (j, _):
            before = _load(builder, target, j)
            change = builder.fmul(outer, builder.fmul(inner, _load(builder, source, j)))
            _store(builder, builder.fadd(_load(builder, total, j), before), total, j)
            _store(builder, builder.fsub(before, change), target, j)
        return context.get_dummy_value()

    return types.void(types.float64, types.float64, *[types.intp] * 6), generate


def _clear(_: Any, x: Any, n: Any) -> Any:
    """``clear(x, n)``: x[:n] = 0; x is an address."""

    def generate(context: Any, builder: Any, _: Any, args: Any) -> Any:
        target, zero = _start(builder, args[0], ir.Constant(args[1].type, 0)), ir.Constant(VECTOR, [0.0] * WIDTH)
        with _blocks(builder, args[1]) as (j, _):
            _store(builder, zero, target, j)
        return context.get_dummy_value()

    return types.void(types.intp, types.intp), generate


# As compiled code calls them; indices and addresses are integers.
dot: Callable[[int, int, int, int, int], float] = intrinsic(_dot)
subtract: Callable[[float, float, int, int, int, int, int], None] = intrinsic(_subtract)
step: Callable[[float, float, int, int, int, int, int, int], None] = intrinsic(_step)
clear: Callable[[int, int], None] = intrinsic(_clear)


def _start(builder: Any, address: Any, offset: Any) -> Any:
    return builder.gep(builder.inttoptr(address, ir.DoubleType().as_pointer()), [offset])


def _blocks(builder: Any, n: Any, together: int = 1) -> Any:
    return cgutils.for_range_slice(builder, ir.Constant(n.type, 0), n, ir.Constant(n.type, WIDTH * together))


def _load(builder: Any, start: Any, j: Any) -> Any:
    return builder.load(builder.bitcast(builder.gep(start, [j]), VECTOR.as_pointer()), align=8)


def _store(builder: Any, value: Any, start: Any, j: Any) -> None:
    builder.store(value, builder.bitcast(builder.gep(start, [j]), VECTOR.as_pointer()), align=8)


def _splat(builder: Any, value: Any) -> Any:
    first = builder.insert_element(ir.Constant(VECTOR, ir.Undefined), value, ir.Constant(ir.IntType(32), 0))
    return builder.shuffle_vector(first, ir.Constant(VECTOR, ir.Undefined), _lanes([0] * WIDTH))


def _lanes(which: list[int]) -> Any:
    return ir.Constant(ir.VectorType(ir.IntType(32), len(which)), which)


def _folded(builder: Any, s: Any) -> Any:
    half = WIDTH // 2
    while half:  # 8 -> 4 -> 2 -> 1: the upper half onto the lower one
        upper = builder.shuffle_vector(s, s, _lanes(list(range(half, 2 * half))))
        s = builder.fadd(builder.shuffle_vector(s, s, _lanes(list(range(half)))), upper)
        half //= 2
    return builder.extract_element(s, ir.Constant(ir.IntType(32), 0))
