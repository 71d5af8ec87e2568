"""Table 10: eight fine-tuning runs, with their loss deltas at three stages."""

from dataclasses import dataclass

from theory.arithmetic import Term
from theory.claim import Claim
from theory.claims.numbers import DESIGN, Place, count, measure

SECTION = "4.2.1 Large models, fine-tuning"
TABLE_10 = Place(SECTION, "Table 10", "T10")


@dataclass(frozen=True)
class Row:
    """A row of Table 10: deltas in % at 10, 50 and 100% of the steps, positive where GreedyLR is better."""

    name: str
    dataset: str
    steps: str
    rank: str
    alpha: str
    deltas: tuple[str, str, str]
    largest: str
    at_step: str


ROWS = (
    Row("phi2-simpleCoT", "simpleCoT", "190", "16", "32", ("1", "0.5", "1.6"), "0.03", "188"),
    Row("gemma-sql", "sql-create-context", "451", "128", "256", ("47", "0.7", "1.5"), "17.04", "18"),
    Row("falcon-French", "French-Alpaca", "416", "128", "256", ("12", "3", "3"), "0.12", "6"),
    Row("falcon-sql", "sql-create-context", "459", "128", "256", ("4", "0.7", "0.2"), "0.07", "18"),
    Row("gemma-French", "French-Alpaca", "488", "128", "256", ("21", "-9", "-28"), "17.21", "13"),
    Row("phi2-xP3mt", "xP3mt-code", "846", "16", "32", ("-0.2", "-2.1", "-2.3"), "0.34", "50"),
    Row("falcon-simpleCoT-r32", "simpleCoT", "190", "32", "64", ("1.4", "1.4", "4"), "0.72", "174"),
    Row("falcon-simpleCoT-r16", "simpleCoT", "190", "16", "32", ("1.1", "1.8", "5.1"), "0.09", "192"),
)
STAGES = ("10%", "50%", "100%")
DELTAS = tuple(delta for row in ROWS for delta in row.deltas)


def values(stage: int | None = None) -> list[Term]:
    """The deltas of one stage, or all 24."""
    return [measure(row.deltas[k]) for row in ROWS for k in range(3) if stage in (None, k)]


def claims() -> tuple[Claim, ...]:
    """Every cell of the table."""
    result: list[Claim] = []
    for row in ROWS:
        for stage, delta in zip(STAGES, row.deltas, strict=True):
            result.append(TABLE_10.given(f"{row.name}.{stage[:-1]}", delta, f"{row.name}, delta at {stage}, %"))
        result += (
            TABLE_10.given(f"{row.name}.steps", row.steps, f"{row.name}, training steps", DESIGN),
            TABLE_10.given(f"{row.name}.rank", row.rank, f"{row.name}, LoRA rank", DESIGN),
            TABLE_10.given(f"{row.name}.alpha", row.alpha, f"{row.name}, LoRA alpha", DESIGN),
            TABLE_10.given(f"{row.name}.largest", row.largest, f"{row.name}, largest loss delta"),
            TABLE_10.holds(
                f"{row.name}.at-step",
                count(row.at_step),
                "<=",
                count(row.steps),
                f"{row.name}: the largest delta, at step {row.at_step}, lies within the {row.steps} training steps",
            ),
        )
    return tuple(result)
