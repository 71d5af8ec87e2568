"""Sections 4.2 and 4.3 on language models that can be had without a network: what the runs kept here say."""

from theory.claim import Claim
from theory.claims.table_10 import STAGES

SECTION = "4.2 and 4.3, re-run here"
SWEEP = "re-runs Section 4.3 on other models and data"
AGAINST = "re-runs Section 4.2 on other models and data"
NOTE = (
    "SmolLM2-135M-Instruct, LoRA of the paper's rank, alpha and dropout, on generated questions with reasoning; a small"
    " Phi where the name ends in tiny. The paper gives no patience, smoothing or cap; here they are 10, 50 and as said."
)
PHI_2 = (
    "A model of Phi-2's dimensions, from random weights and 300 steps of pre-training, LoRA of the paper's rank, alpha"
    " and dropout, one run for each F: the paper's size of model, not its model."
)
FATE = (
    "A run fails if its held-out loss ends at least 5% above its start, at no number, or back at the start after it had"
    " been 10% below."
)


def claims() -> tuple[Claim, ...]:
    """Decided by measurements only."""
    return (
        _claim("low-factor", "Without a cap, F = 0.25 fails", SWEEP, r"F = 0.25", f"{NOTE} {FATE}"),
        _claim("high-factors", "Without a cap, no F >= 0.5 fails", SWEEP, r"F \ge 0.5", f"{NOTE} {FATE}"),
        _claim("threshold", "A run fails if and only if F < 0.5, whatever the cap", SWEEP, r"F < 0.5", NOTE),
        _claim("threshold-tiny", "The same on the small Phi", SWEEP, r"F < 0.5", NOTE),
        _claim("threshold-phi-2", "The same at Phi-2's dimensions, without a cap", SWEEP, r"F < 0.5", PHI_2),
        _claim(
            "peak",
            "A run fails if its rate reaches what no constant rate survives, and does not if it stays where none fails",
            SWEEP,
            r"\max_t \gamma_t",
            "A mechanism instead of a threshold of F: the limits were measured at constant rates, with other seeds.",
        ),
        _claim("peak-tiny", "The same on the small Phi", SWEEP, r"\max_t \gamma_t", NOTE),
        _claim("within", "Final losses for F >= 0.5 lie within 1.5% of each other", SWEEP, r"F \ge 0.5", NOTE),
        _claim("within-phi-2", "The same at Phi-2's dimensions", SWEEP, r"F \ge 0.5", PHI_2),
        _claim(
            "design",
            "Of F (1/4, 1/2), cap, patience, smoothing, comparison, F has the largest effect on the share of failures",
            SWEEP,
            r"F",
            "A full factorial design on the small Phi; the effects of pairs and on the loss are in the table.",
        ),
        *(
            _claim(
                f"shared-rate.{k + 1}",
                f"GreedyLR (F >= 0.5) is better than cosine from the same initial rate at {stage} of the steps",
                AGAINST,
                r"F \ge 0.5",
                NOTE,
            )
            for k, stage in enumerate(STAGES)
        ),
        _claim(
            "categories", "In the categories of Tables 5 to 7 GreedyLR is as good or better in most instances", AGAINST,
            r"F", NOTE,
        ),
        _claim(
            "constant", "From the same initial rate a constant rate is better than cosine", AGAINST,
            r"\gamma_t = \gamma_0",
            "Where it holds, an advantage over cosine at that rate says that the rate is low for it.",
        ),
        _claim("constant-tiny", "The same on the small Phi", AGAINST, r"\gamma_t = \gamma_0", NOTE),
        _claim(
            "against-constant",
            "From the same initial rate GreedyLR (F >= 0.5) is better than a constant rate",
            AGAINST,
            r"F \ge 0.5",
            NOTE,
        ),
        *(
            _claim(
                f"own-rate.{k + 1}",
                f"GreedyLR is better than cosine at {stage} of the steps, each from its own best initial rate",
                AGAINST,
                r"\gamma_0",
                "On the small Phi, ten seeds; the rates were chosen on three others by the loss at the end, inside a"
                " grid of ten: the interval is that of the runs, not of this choice.",
            )
            for k, stage in enumerate(STAGES)
        ),
        *(
            _claim(
                f"pretraining.{k + 1}",
                f"GreedyLR (F = 0.95) is better than cosine with warm-up at {stage} of the steps of a pre-training",
                AGAINST,
                r"F = 0.95",
                "A Llama of Llama-3.2-1B's dimensions from random weights, bytes of the standard library's source, a"
                " quarter of the paper's steps and an eighth of its tokens a step; both from 2e-4, min_lr 1.85e-5. At"
                " 10% the warm-up of cosine ends.",
            )
            for k, stage in enumerate(STAGES)
        ),
        *(
            _claim(
                f"pretraining-tiny{name}.{k + 1}",
                f"GreedyLR (F = 0.95{told}) is better than cosine with warm-up at {stage} of the steps of training a"
                " small Phi from nothing, each from its own best initial rate",
                AGAINST,
                r"F = 0.95",
                "From random weights, all parameters, bytes of the standard library's source, the paper's 1000 steps;"
                " its warm-up of 100 is read as that of the cosine schedule, or as that of the rule as well. At 10%"
                " that of cosine ends.",
            )
            for name, told in (("", ""), ("-warmup", ", warm-up of the rule 100"))
            for k, stage in enumerate(STAGES)
        ),
        _claim(
            "ranking", "Of nine schedules, each from its own best initial rate, a GreedyLR ends lowest", AGAINST,
            r"\gamma_0",
            "On the small Phi; the tuning says which GreedyLR and which other one are compared, and the medians of all"
            " stand beside them.",
        ),
        _claim(
            "width", "GreedyLR ends near its own lowest loss from more initial rates than cosine", AGAINST, r"\gamma_0",
            "On the small Phi, ten seeds. The tuning had suggested it; these runs have seeds of their own.",
        ),
    )  # fmt: skip


def _claim(name: str, title: str, paper: str, latex: str, note: str) -> Claim:
    return Claim(id=f"language.{name}", title=title, section=SECTION, paper=paper, latex=latex, note=note)
