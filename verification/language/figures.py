"""Draw the kept runs: ``python -m verification.language.figures``, into ``figures`` beside this file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from numerics.figures import save
from numerics.llm.figures import curves, finals, peaks, rates
from numerics.sweeps import store
from verification.language.experiments import prediction
from verification.language.kept import kept

FOLDER = Path(__file__).with_name("figures")
TITLE = "SmolLM2-135M on worked sums, LoRA r 8"


def figures() -> Mapping[str, Any]:
    """By name: SmolLM2's curves, final loss against F and the peak rate; the small Phi's against the initial rate."""
    found = [*kept("factors-smollm2").runs, *kept("caps-smollm2").runs]
    return {
        "smollm2-curves": curves(found, TITLE),
        "smollm2-final-loss": finals(found, TITLE),
        "smollm2-peaks": peaks(found, TITLE, prediction("smollm2")),
        "tiny-rates": rates(kept("rates-tiny").runs, "A small Phi on worked sums, LoRA r 8, ten seeds"),
    }


def main(folder: Path = FOLDER) -> None:
    """Write all of them, as PNG and SVG."""
    for name, figure in figures().items():
        for kind in ("png", "svg"):
            with store.replacing(store.directory(folder) / f"{name}.{kind}") as file:
                save(figure, file, kind)


if __name__ == "__main__":
    main()
