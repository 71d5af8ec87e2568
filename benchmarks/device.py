"""What a wait for every loss costs on an accelerator: ``python benchmarks/device.py``.

Training steps a second of a small network under fused AdamW, the rule on the processor (``GreedyLR``, which needs the
loss as a number) beside the rule on the device (``DeviceRule``), each with training steps launched one operation at a
time and replayed as a CUDA graph; in turn, medians of the rounds with their range.  The rates of every variant are held
against the rule, replayed over the losses that the variant saw, bit for bit; compiled ones are rounded another way.
Then what a step of large matrices can reach at most here: a product of two bf16 matrices.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from greedylr import GreedyLR, Rule
from greedylr.device import DeviceRule, DeviceState

ROUNDS, STEPS, SEED = 7, 500, 20251214
RATE, WIDTH, BATCH = 1e-3, 256, 64
RULE = Rule(factor=0.9, comparison="best", patience=2, min_lr=1e-5, max_lr=1e-2)


Follow = Callable[[DeviceState, Tensor, Tensor], None]


def follow(state: DeviceState, loss: Tensor, rate: Tensor) -> None:
    """Write the state after the loss over the state, and its rate where the optimizer reads it."""
    for old, new in zip(state, DeviceRule(RULE).advance(state, loss), strict=True):
        old.copy_(new)
    rate.copy_(state.rate)


@dataclass
class Training:
    """A network, its data and its optimizer on the device; ``step`` is one step, which leaves its loss in ``loss``."""

    graph: bool
    follow: Follow | None = None

    def __post_init__(self) -> None:
        """Make everything that a step needs; warm up, and capture the step where it is replayed."""
        torch.manual_seed(SEED)
        layers = [nn.Linear(64, WIDTH), nn.ReLU(), nn.Linear(WIDTH, WIDTH), nn.ReLU(), nn.Linear(WIDTH, 1)]
        self.model = nn.Sequential(*layers).cuda()
        self.x = torch.randn(BATCH, 64, device="cuda")
        self.y = self.x.square().sum(1, keepdim=True)
        self.rate = torch.tensor(RATE, device="cuda")
        self.optimizer = torch.optim.AdamW(self.model.parameters(), lr=self.rate, fused=True, capturable=True)
        self.state = DeviceRule(RULE).start(RATE, device="cuda")
        self.loss = torch.zeros((), device="cuda")
        side = torch.cuda.Stream()
        side.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(side):
            for _ in range(3):
                self._train()
        torch.cuda.current_stream().wait_stream(side)
        if self.graph:
            self.captured = torch.cuda.CUDAGraph()
            with torch.cuda.graph(self.captured):
                self._train()

    def _train(self) -> None:
        self.optimizer.zero_grad(set_to_none=False)
        loss = (self.model(self.x) - self.y).square().mean()
        loss.backward()  # type: ignore[no-untyped-call]
        self.optimizer.step()
        self.loss.copy_(loss.detach())
        if self.follow is not None:
            self.follow(self.state, self.loss, self.rate)

    def step(self) -> None:
        """One step."""
        if self.graph:
            self.captured.replay()
        else:
            self._train()


def no_rule(training: Training) -> Iterator[None]:
    """Constant rate, the loss never read: what training costs by itself."""
    while True:
        training.step()
        yield


def on_processor(training: Training) -> Iterator[None]:
    """The scheduler on the processor waits for every loss."""
    scheduler = GreedyLR(
        training.optimizer, factor=0.9, patience=2, threshold=0.0, min_lr=1e-5, max_lr=1e-2, reset_start=0
    )  # fmt: skip
    while True:
        training.step()
        scheduler.step(training.loss.item())
        yield


VARIANTS: dict[str, Callable[[], Iterator[None]]] = {
    "no rule": lambda: no_rule(Training(graph=False)),
    "GreedyLR, loss.item()": lambda: on_processor(Training(graph=False)),
    "DeviceRule": lambda: no_rule(Training(graph=False, follow=follow)),
    "DeviceRule, compiled": lambda: no_rule(Training(graph=False, follow=torch.compile(follow))),
    "graph, no rule": lambda: no_rule(Training(graph=True)),
    "graph, GreedyLR, loss.item()": lambda: on_processor(Training(graph=True)),
    "graph with DeviceRule": lambda: no_rule(Training(graph=True, follow=follow)),
    "graph with DeviceRule, compiled": lambda: no_rule(Training(graph=True, follow=torch.compile(follow))),
}


def steps_per_second(steps: Iterator[None]) -> float:
    """Of so many steps, the device waited for at both ends."""
    torch.cuda.synchronize()
    start = time.perf_counter()
    for _ in range(STEPS):
        next(steps)
    torch.cuda.synchronize()
    return STEPS / (time.perf_counter() - start)


def rates_agree(*, graph: bool, compiled: bool) -> bool:
    """Whether the device's rates are those of the rule on the losses that it saw, and the optimizer's those rounded."""
    training = Training(graph=graph, follow=torch.compile(follow) if compiled else follow)
    for old, new in zip(training.state, DeviceRule(RULE).start(RATE, device="cuda"), strict=True):
        old.copy_(new)
    state, right, moved = RULE.start(RATE), True, False
    for _ in range(300):
        training.step()
        state = RULE.step(state, training.loss.item())
        rounded = torch.tensor(state.rate, dtype=torch.float64).float().item()
        right &= training.state.rate.item() == state.rate and training.rate.item() == rounded
        moved |= state.rate != RATE
    return right and moved


def matrix_peak() -> float:
    """Operations a second of a product of random bf16 matrices of 8192 rows and columns, the median of ten."""
    a, b = (torch.randn(8192, 8192, device="cuda", dtype=torch.bfloat16) for _ in range(2))
    times = []
    for _ in range(13):
        start, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
        start.record()
        _ = a @ b
        end.record()
        torch.cuda.synchronize()
        times.append(start.elapsed_time(end) / 1000)
    return 2 * 8192**3 / statistics.median(times[3:])


def main(arguments: list[str]) -> int:
    """Print the table, or with --json the data.

    The exit status is 1 where rates that were not compiled differ from the rule's, 2 without an accelerator.
    """
    if not torch.cuda.is_available():
        sys.stderr.write("benchmarks/device.py needs a CUDA device, and torch finds none.\n")
        return 2
    agree = {
        ("graph" if graph else "eager") + (", compiled" if compiled else ""): rates_agree(
            graph=graph, compiled=compiled
        )
        for graph in (False, True)
        for compiled in (False, True)
    }
    running = {name: make() for name, make in VARIANTS.items()}
    for steps in running.values():
        steps_per_second(steps)
    found: dict[str, list[float]] = {name: [] for name in running}
    for _ in range(ROUNDS):
        for name, steps in running.items():
            found[name].append(steps_per_second(steps))
    waiting = {name: "graph, GreedyLR, loss.item()" if "graph" in name else "GreedyLR, loss.item()" for name in found}
    ratios = {
        name: [a / b for a, b in zip(values, found[waiting[name]], strict=True)] for name, values in found.items()
    }
    data = {
        "card": torch.cuda.get_device_name(), "torch": torch.__version__, "steps": STEPS, "rounds": ROUNDS,
        "rates_are_the_rules": agree, "steps_per_second": found, "matrix_operations_per_second": matrix_peak(),
    }  # fmt: skip
    if "--json" in arguments:
        sys.stdout.write(json.dumps(data, indent=1) + "\n")
        return 0 if agree["eager"] and agree["graph"] else 1
    print(f"{data['card']}, torch {data['torch']}; rates are the rule's bit for bit: {agree}")
    for name, values in found.items():
        times = statistics.median(ratios[name])
        low, high = min(ratios[name]), max(ratios[name])
        print(f"{name:32s} {statistics.median(values):7.0f} steps/s, {times:.2f} x waiting [{low:.2f}, {high:.2f}]")
    print(f"a product of bf16 matrices: {data['matrix_operations_per_second'] / 1e12:.0f} TFLOP/s")
    return 0 if agree["eager"] and agree["graph"] else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
