"""Work for the tests of sweeps, in a module of its own so that processes and clusters can import it."""

import os
import time
from pathlib import Path

import numpy as np

from numerics.sweeps.sweep import Sweep, Task


def walk(arguments):
    """A random walk told by its seed: one row of ends, and a curve."""
    steps = np.random.default_rng(arguments["seed"]).normal(size=arguments["steps"])
    path = np.cumsum(steps) * arguments.get("scale", 1.0)
    note_down(arguments)
    return {
        "runs": {"seed": [arguments["seed"]], "last": path[-1:], "name": [f"walk {arguments['seed']}"]},
        "curves": {"seed": np.full(len(path), arguments["seed"]), "step": np.arange(len(path)), "x": path},
    }


def note_down(arguments):
    """Leave one character per computation of a task in ``traces``."""
    if traces := arguments.get("traces"):
        with open(Path(traces) / str(arguments["seed"]), "a") as file:
            file.write("x")


def held_walk(arguments):
    """The same walk; those with a seed in ``held`` tell their process, then wait for a file."""
    if arguments["seed"] in arguments["held"]:
        gate = Path(arguments["gate"])
        (gate / f"{arguments['seed']}.{os.getpid()}").touch()
        wait_for((gate / "open").exists)
    return walk(arguments)


def failing(arguments):
    """A walk, but for seed 3."""
    if arguments["seed"] == 3:
        raise ZeroDivisionError("no luck\nwith 3")
    return walk(arguments)


def dying(arguments):
    """A walk, but seed 3 takes its process down."""
    if arguments["seed"] == 3:
        os._exit(7)
    return walk(arguments)


def wait_for(condition, seconds=60):
    """Return once ``condition`` holds."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError(f"waited {seconds} s")
        time.sleep(0.02)


def sweep_of(count=6, work=walk, steps=5, configuration=None, **more):
    """A sweep of ``count`` walks."""
    tasks = [Task(f"walk-{seed}", {"seed": seed, "steps": steps, **more}) for seed in range(count)]
    return Sweep({"steps": steps, "seeds": list(range(count)), **(configuration or {})}, tasks, work)
