"""Sections 4.1 and 4.4 on small models that train on a desk: what the runs kept here say."""

from theory.claim import Claim

NOISE = "4.4 and A.6, re-run here"
OPTIMIZERS = "4.1, re-run here"
PAPER_NOISE = "re-runs Section 4.4 and A.6, in small"
PAPER_OPTIMIZERS = "re-runs Section 4.1, in small"
FIXED = {"cosine": "cosine", "restarts": "cosine with warm restarts", "exponential-0.95": "exponential decay by 0.95"}
FELT = {
    "kick": "a kick to the parameters at half time",
    "labels": "permuted labels on 5% of the steps",
    "scaled-gradients": "tenfold gradients on 2% of the steps",
    "noisy-gradients": "noise in every gradient",
}
RULES = {
    "best-1": "the best loss, patience 1",
    "best-10": "the best loss, patience 10",
    "previous-1": "the previous loss, patience 1",
    "previous-10": "the previous loss, patience 10",
    "test": "a rank test of blocks of ten losses",
}
BASELINES = {
    "linear": "linear decay",
    "cosine": "cosine",
    "polynomial": "polynomial decay",
    "constant-warmup": "a constant rate with warm-up",
}
JUDGED = {
    "cosine": "cosine",
    "cosine-warmup": "cosine with warm-up",
    "linear": "linear decay",
    "constant": "a constant rate",
    "warmup-stable-decay": "warm-up, constant, decay",
}
SMALL = (
    "Twelve problems: eight neural families on data of scikit-learn (1,058 to 9,930 parameters) and four functions of"
    " ten variables. F = 0.9, rates between a tenth and ten times the first; best loss and patience 10 unless said."
)
TEST = (
    "A ratio is the mean over problems of each one's mean log-ratio with its 95% bootstrap interval over problems,"
    " p that of a signed-rank test over problems with Holm's correction; n of n counts problems."
)
RATES = f"Every schedule took its best of six rates by the held-out loss, on seeds of its own. {TEST}"
MANY = (
    "Ten neural problems (385 to 9,930 parameters) and six functions with Adam, AdamW, SGD with momentum, Adagrad and"
    " Adafactor; at 1,000 steps twelve of them, with Adam and SGD. F = 0.9, rates from a tenth to ten times the first."
)
GRID = f"Every schedule took its best of seven rates by the held-out loss, on two seeds of its own. {TEST}"


def claims() -> tuple[Claim, ...]:
    """Decided by measurements only."""
    return (*_noise(), *_optimizers())


def _noise() -> tuple[Claim, ...]:
    return (
        _n("blind", "Noise in the reported loss perturbs training under every schedule", "All sixteen problems."),
        _n("medians", "The median final loss over all 8,100 runs is lowest for GreedyLR", f"{SMALL} {RATES}"),
        *(_n(f"clean.{k}", f"Without noise GreedyLR ends below {v}", f"{SMALL} {RATES}") for k, v in FIXED.items()),
        *(
            _n(f"noisy.{k}", f"With noise in the reported loss GreedyLR ends below {v}", f"{SMALL} {RATES}")
            for k, v in FIXED.items()
        ),
        *(
            _n(f"shared.{k}", f"From one rate for all, without noise, GreedyLR ends below {v}", f"{SMALL} {TEST}")
            for k, v in FIXED.items()
        ),
        *(
            _n(
                f"cost.{k}",
                f"Noise in the reported loss costs a rule that compares with {v} at most 5%",
                f"{SMALL} {TEST}",
            )
            for k, v in RULES.items()
        ),
        *(_n(k, f"With {v} GreedyLR ends below cosine", f"{SMALL} {RATES}") for k, v in FELT.items()),
        _n(
            "recovery-ratio",
            "Largest over final loss is larger for GreedyLR than for cosine",
            f"Nothing is perturbed in these runs: the ratio says how far the loss fell. {TEST}",
        ),
        _n("recovery-steps", "After a kick GreedyLR is back sooner than cosine", f"{SMALL} {RATES}"),
        _n("spread", "The 90% quantile of GreedyLR's final loss lies below the others' medians", f"{SMALL} {RATES}"),
    )


def _optimizers() -> tuple[Claim, ...]:
    papers = f"{MANY} Here patience 10 and a window of 50 losses, as in the paper. {TEST}"
    return (
        _o("categories", "GreedyLR is as good or better in more than 86% of all instances, from one rate", papers),
        *(_o(f"same-rate.{k}", f"From one rate for all GreedyLR ends below {v}", papers) for k, v in BASELINES.items()),
        *(
            _o(
                f"own-rate-{steps}.{k}",
                f"After {steps} steps, each from its own best rate, GreedyLR is below {v}",
                f"{MANY} {GRID}",
            )
            for steps in (200, 1000)
            for k, v in JUDGED.items()
        ),
        *(
            _o(f"ranking-{steps}", f"After {steps} steps from own best rates a GreedyLR ranks lowest", f"{MANY} {GRID}")
            for steps in (200, 1000)
        ),
        *(
            _o(f"width-{steps}", f"GreedyLR bears more initial rates than cosine, at {steps} steps", MANY)
            for steps in (200, 1000)
        ),
    )


def _n(name: str, title: str, note: str) -> Claim:
    return Claim(
        id=f"schedulers.{name}", title=title, section=NOISE, paper=PAPER_NOISE, latex=r"\ell_t + \eta_t", note=note
    )


def _o(name: str, title: str, note: str) -> Claim:
    return Claim(
        id=f"schedulers.{name}", title=title, section=OPTIMIZERS, paper=PAPER_OPTIMIZERS, latex=r"\gamma_0", note=note
    )
