"""Section 4.3: the sweep over F on Phi-2."""

from theory.arithmetic import exact, tally
from theory.claim import Claim
from theory.claims.numbers import DESIGN, Place, measure

SECTION = "4.3 Stability threshold"
TEXT = Place(SECTION, "Section 4.3", "4.3")

FACTORS = ("0.25", "0.50", "0.75", "0.99")
FINALS = ("7.78", "1.89", "1.92", "1.91")
INITIAL = measure("2.28")


def claims() -> tuple[Claim, ...]:
    """Every number of the sweep."""
    stable = [measure(loss) for loss in FINALS[1:]]
    spread = 100 * (stable[1] / stable[0] - 1)
    note = "The printed losses give 1.59%; losses that print so give from 1.06 to 2.12%."
    return (
        *(TEXT.given(f"loss-{f}", loss, f"Final loss at F = {f}") for f, loss in zip(FACTORS, FINALS, strict=True)),
        TEXT.given("initial", "2.28", "Initial loss"),
        TEXT.holds("diverged", measure("7.78"), ">", INITIAL, "At F = 0.25 the loss ends above its start"),
        TEXT.holds(
            "converged",
            tally("losses at F >= 0.5 below 2.28", [loss.value < INITIAL.value for loss in stable]),
            "=",
            exact(3, "3"),
            "Every F >= 0.5 ends below its start",
            "So the sweep places a threshold in (0.25, 0.5]; 0.5 is the upper end of what it allows.",
        ),
        *(
            TEXT.holds(f"within-{k}", spread, "<=", measure("1.5"), f"Within 1.5% ({where})", note)
            for k, where in enumerate(("Section 4, key findings", "Section 4.3", "Section 5"), 1)
        ),
        TEXT.given("steps", "250", "Steps", DESIGN),
        TEXT.given("seed", "42", "Seed", DESIGN),
        TEXT.given("rank", "8", "LoRA rank", DESIGN),
        TEXT.given("alpha", "16", "LoRA alpha", DESIGN),
        TEXT.given("dropout", "0.08", "LoRA dropout", DESIGN),
        TEXT.given("initial-rate", "0.0002", "Initial rate", DESIGN),
    )
