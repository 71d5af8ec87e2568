"""The kernel's tests notice every small wrong change to the kernel."""

import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.slow
@pytest.mark.parametrize("module", ["polynomial", "gram", "kernel"])
def test_every_mutant_of_the_trusted_base_is_killed(module):
    script = Path(__file__).parent / "mutants.py"
    result = subprocess.run([sys.executable, str(script), module], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
