"""What tests of the frameworks share: the examples as modules, one thread, two processes."""

import importlib.util
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import torch

ROOT = Path(__file__).resolve().parents[1]
LEAVE = """
import os
sys.stdout.flush()
os._exit(0)  # gloo's threads may drop a tensor while the interpreter ends, which aborts the process
"""
LIGHTNING = [
    pytest.mark.filterwarnings("ignore:`isinstance\\(treespec, LeafSpec\\)` is deprecated"),
    pytest.mark.filterwarnings("ignore:The 'train_dataloader' does not have many workers"),
    pytest.mark.filterwarnings("ignore:Be aware that when using `ckpt_path`, callbacks"),
]


def of_lightning(test):
    """With the warnings ignored that Lightning gives about itself and its data."""
    for mark in LIGHTNING:
        test = mark(test)
    return test


def example(name):
    spec = importlib.util.spec_from_file_location(f"example_{name}", ROOT / "examples" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(autouse=True, scope="module")
def one_thread():
    """Threads that wait for each other on a busy machine cost tiny models a minute."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def world():
    """The environment in which accelerate finds two processes."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    return {
        **os.environ,
        "OMP_NUM_THREADS": "1",
        "WORLD_SIZE": "2",
        "MASTER_ADDR": "127.0.0.1",
        "MASTER_PORT": str(port),
    }


def both(program, *arguments):
    """The last lines that the two ranks print."""
    shared = world()
    command = [sys.executable, "-W", "ignore", "-c", program + LEAVE, *map(str, arguments)]
    ranks = [
        subprocess.Popen(
            command, stdout=subprocess.PIPE, text=True, env={**shared, "RANK": str(rank), "LOCAL_RANK": str(rank)}
        )
        for rank in (0, 1)
    ]
    outputs = [rank.communicate(timeout=300)[0] for rank in ranks]
    assert [rank.returncode for rank in ranks] == [0, 0]
    return [output.splitlines()[-1] for output in outputs]
