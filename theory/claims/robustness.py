"""Section 4.4 and Appendix A.6, Table 11: the robustness study, its sample and its median losses."""

from theory.arithmetic import exact, mean, tally, total
from theory.claim import Claim
from theory.claims.numbers import DESIGN, Place, count, measure

SECTION = "4.4 and A.6 Robustness"
TEXT = Place(SECTION, "Section 4.4", "4.4")
APPENDIX = Place(SECTION, "Appendix A.6", "A.6")
TABLE_11 = Place(SECTION, "Table 11", "T11")

RUNS, GREEDY_RUNS = count("8,100"), count("3241")
FAMILIES = {
    "Simple": "674",
    "Convolutional": "675",
    "ResNet": "675",
    "Attention": "675",
    "Multi-head": "675",
    "Vision": "675",
    "Deep": "675",
    "Wide": "675",
}
FUNCTIONS = ("Quadratic", "Rosenbrock", "Rastrigin", "Ackley")
NOISES = ("none", "Gaussian", "periodic spike", "random spike", "adversarial")
COMPLEXITY = (
    ("Simple.parameters-least", "1K", "Parameters of the simple networks, at least"),
    ("Simple.parameters-most", "10K", "Parameters of the simple networks, at most"),
    ("Simple.layers-least", "2", "Layers of the simple networks, at least"),
    ("Simple.layers-most", "3", "Layers of the simple networks, at most"),
    ("Convolutional.parameters-least", "50K", "Parameters of the convolutional networks, at least"),
    ("Convolutional.parameters-most", "100K", "Parameters of the convolutional networks, at most"),
    ("ResNet.layers-least", "18", "Layers of the ResNets, at least"),
    ("ResNet.layers-most", "50", "Layers of the ResNets, at most"),
    ("Deep.layers-least", "12", "Attention layers of the deep transformer, at least"),
)
MEDIANS = {"GreedyLR": "0.148", "Cosine": "0.232", "Restarts": "0.226", "Exponential": "0.249"}
BASELINES = ("Cosine", "Restarts", "Exponential")


def claims() -> tuple[Claim, ...]:
    """Every number of the robustness study."""
    return (*_sample(), *_design(), *_medians())


def _sample() -> tuple[Claim, ...]:
    neural = total([count(n) for n in FAMILIES.values()])
    rest = (RUNS - GREEDY_RUNS) / 3
    return (
        APPENDIX.given("runs", "8,100", "Training runs", DESIGN),
        TEXT.given("greedy", "3241", "Runs of GreedyLR", DESIGN),
        TEXT.follows(
            "baseline",
            "1620",
            rest,
            "Runs of each baseline, about",
            "Printed as approximate: 1620, 1620 and 1619, say; three times 1620 would make 8,101.",
        ),
        *(TABLE_11.given(name, n, f"Runs on {name}", DESIGN) for name, n in FAMILIES.items()),
        *(TABLE_11.given(name, text, title, DESIGN) for name, text, title in COMPLEXITY),
        TABLE_11.holds(
            "total",
            neural,
            "<=",
            RUNS,
            "The runs of Table 11 are among the 8,100",
            "They leave 2701 for the four functions; 8,100 over 12 architectures would be 675 each.",
        ),
        APPENDIX.holds(
            "combinations",
            count("108"),
            "=",
            count("12") * len(NOISES),
            "12 architectures and 5 noise types make 108 combinations",
            "108 is 12 * 9: nine conditions, or a clean one and two strengths of each of four perturbations.",
        ),
    )


def _design() -> tuple[Claim, ...]:
    neural, functions = len(FAMILIES), len(FUNCTIONS)
    return (
        TEXT.follows(
            "noise-types", "5", exact(len(NOISES), f"{len(NOISES)} listed, the clean one included"), "Noise types"
        ),
        APPENDIX.holds(
            "oscillatory",
            tally("noise types are oscillatory", ["oscillatory" in name for name in NOISES]),
            ">=",
            exact(1),
            "The noise types include oscillatory dynamics",
            "Two sentences mention an oscillatory noise; the five listed types have none.",
        ),
        TEXT.holds(
            "architectures-neural",
            total([count(n) for n in FAMILIES.values()]),
            "=",
            RUNS,
            "The 8,100 runs are on 12 neural architectures",
            "Table 11 has eight neural families with 5399 runs; the other four of the twelve are analytic functions.",
        ),
        APPENDIX.follows(
            "architectures",
            "12",
            exact(neural, f"{neural} neural families") + exact(functions, f"{functions} functions"),
            "Architectures, the analytic functions counted in",
        ),
        APPENDIX.follows("families", "8", exact(neural, f"{neural} rows of Table 11"), "Neural architecture families"),
        APPENDIX.follows("functions", "4", exact(functions, f"{functions} listed"), "Analytic functions"),
        TEXT.follows("schedulers", "4", exact(len(MEDIANS), f"{len(MEDIANS)} listed"), "Schedulers"),
        APPENDIX.given("steps", "200", "Steps per run", DESIGN),
        APPENDIX.given("spike-least", "50", "Steps between periodic spikes, at least", DESIGN),
        APPENDIX.given("spike-most", "100", "Steps between periodic spikes, at most", DESIGN),
        APPENDIX.given("spike-probability", "2", "Probability of a random spike per step, %", DESIGN),
    )


def _medians() -> tuple[Claim, ...]:
    greedy, restarts = (measure(MEDIANS[name]) for name in ("GreedyLR", "Restarts"))
    return (
        *(TEXT.given(f"median-{name}", text, f"Median final loss, {name}") for name, text in MEDIANS.items()),
        *(
            TEXT.holds(f"lowest-{name}", greedy, "<", measure(MEDIANS[name]), f"The lowest median: below {name}")
            for name in BASELINES
        ),
        TEXT.follows(
            "lower-than-best",
            "37",
            100 * (1 - greedy / restarts),
            "Lower than the best traditional scheduler, %",
            "The best is Restarts with 0.226.",
        ),
        TEXT.follows(
            "lower-than-mean",
            "37",
            100 * (1 - greedy / mean([measure(MEDIANS[name]) for name in BASELINES])),
            "The same 37%, read against the mean of the three traditional medians",
        ),
    )
