"""Section 4.2.2: pre-training of Llama-3.2-1B."""

from theory.arithmetic import exact
from theory.claim import Claim
from theory.claims.numbers import DESIGN, Place, count, measure

SECTION = "4.2.2 Pre-training"
TEXT = Place(SECTION, "Section 4.2.2", "4.2.2")
KEY = Place(SECTION, "Section 4, key findings", "4")
TABLE_10 = Place(SECTION, "Table 10, last row", "T10.pretraining")

GREEDY, COSINE = measure("2.16"), measure("2.28")


def claims() -> tuple[Claim, ...]:
    """Every number of the pre-training run."""
    lower = 100 * (1 - GREEDY / COSINE)
    note = "The printed losses give 5.26%; losses that print as 2.16 and 2.28 give from 4.8 to 5.7%."
    return (
        TABLE_10.given("10", "1.0", "Lower loss at 10%, %"),
        TABLE_10.given("50", "3.0", "Lower loss at 50%, %"),
        TABLE_10.follows("100", "5.4", lower, "Lower loss at 100%, %", note),
        TABLE_10.follows("largest", "0.12", COSINE - GREEDY, "Largest loss delta, at the last step"),
        TABLE_10.holds(
            "at-step",
            count("1000"),
            "<=",
            count("1000"),
            "The largest delta, at step 1000, lies within the 1000 training steps",
        ),
        TEXT.follows("10", "1.0", measure("1.0").called("1.0 in Table 10"), "Lower loss at 10%, text, %"),
        TEXT.follows("50", "3.0", measure("3.0").called("3.0 in Table 10"), "Lower loss at 50%, text, %"),
        TEXT.follows("100", "5.4", lower, "Lower loss at 100%, text, %", note),
        KEY.follows("pretraining", "5.4", lower, "Lower final loss, key findings, %", note),
        TEXT.given("greedy", "2.16", "Final loss with GreedyLR"),
        TEXT.given("cosine", "2.28", "Final loss with Cosine"),
        TEXT.holds("accelerating", measure("1.0"), "<", measure("3.0"), "The advantage grows from 10% to 50%"),
        TEXT.holds("accelerating-on", measure("3.0"), "<", measure("5.4"), "The advantage grows from 50% to 100%"),
        TEXT.given("steps", "1000", "Steps", DESIGN),
        TEXT.given("warmup", "100", "Warmup steps", DESIGN),
        TEXT.holds("warmup-within", count("100"), "<=", count("1000"), "Warmup lies within the steps"),
        TEXT.given("accumulation", "32", "Gradient accumulation", DESIGN),
        TEXT.given("batch", "1", "Batch size", DESIGN),
        TEXT.given("factor", "0.95", "Factor F", DESIGN),
        TEXT.given("initial-rate", "0.0002", "Initial rate", DESIGN),
        TEXT.given("min-lr", "0.0000185", "min_lr", DESIGN),
        TEXT.holds(
            "min-below-initial", measure("0.0000185"), "<=", measure("0.0002"), "min_lr is below the initial rate"
        ),
        TEXT.holds(
            "size", exact(1000, "1000 million parameters"), ">", exact(500, "500 million"), "A large model: over 500M"
        ),
    )
