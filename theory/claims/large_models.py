"""Section 4.2.1, Tables 4 to 7: fine-tuning of large models, from Table 10."""

from fractions import Fraction

from theory.arithmetic import Printed, Term, exact, mean, tally
from theory.claim import Claim
from theory.claims.numbers import DESIGN, Place, count, measure
from theory.claims.table_10 import DELTAS, ROWS, SECTION, STAGES, values

TEXT = Place(SECTION, "Section 4.2.1", "4.2")
KEY = Place(SECTION, "Section 4, key findings", "4")
CONCLUSION = Place(SECTION, "Section 6", "6")
LIMITS = Place(SECTION, "Section 5", "5")
TABLE_4 = Place(SECTION, "Table 4", "T4")
TABLE_5 = Place(SECTION, "Table 5", "T5")
TABLE_6 = Place(SECTION, "Table 6", "T6")
TABLE_7 = Place(SECTION, "Table 7", "T7")


MODELS = ("Phi-2", "Falcon 7B", "Gemma 7B")
DATASETS = ("simpleCoT", "sql-create-context", "French-Alpaca")

YES, YES_STAR, NO, NO_STAR, SUM = (count(n) for n in ("15", "4", "4", "1", "24"))


def claims() -> tuple[Claim, ...]:
    """Every number of the fine-tuning experiments."""
    return (*_table_5(), *_table_6(), *_table_7(), *_text(), *_design())


def _table_5() -> tuple[Claim, ...]:
    numbers = [Printed(d).value for d in DELTAS]
    finals = [Printed(row.deltas[2]).value for row in ROWS]
    note = "Starred: a difference below 1%."
    return (
        TABLE_5.follows("yes", "15", tally("deltas >= 1%", [d >= 1 for d in numbers]), "Clearly better", note),
        TABLE_5.follows("yes-star", "4", tally("deltas in (0, 1%)", [0 < d < 1 for d in numbers]), "Better", note),
        TABLE_5.follows("no", "4", tally("deltas <= -1%", [d <= -1 for d in numbers]), "Clearly worse", note),
        TABLE_5.follows("no-star", "1", tally("deltas in (-1%, 0)", [-1 < d < 0 for d in numbers]), "Worse", note),
        TABLE_5.follows("sum", "24", YES + YES_STAR + NO + NO_STAR, "Sum of the instances"),
        TABLE_5.holds("runs", 8 * exact(3, "3 stages"), "=", SUM, "Eight runs at three stages make 24 instances"),
        TABLE_5.follows(
            "finals",
            "6",
            tally("final deltas within 1%", [abs(d) <= 1 for d in finals]),
            "Final differences within 1%",
            "6 of the 8 final deltas are better; 1 is within 1%.",
        ),
    )


def _table_6() -> tuple[Claim, ...]:
    return (
        TABLE_6.follows(
            "as-good-or-better", "83.33", 100 * ((YES + YES_STAR + NO_STAR) / SUM), "Overall as good or better, %"
        ),
        TABLE_6.follows("better", "79.16", 100 * ((YES + YES_STAR) / SUM), "Overall better, %"),
        TABLE_6.follows("worse", "16.66", 100 * (NO / SUM), "Overall worse, %"),
        TABLE_6.follows("as-good", "20.83", 100 * ((YES_STAR + NO_STAR) / SUM), "Overall as good, %"),
        TABLE_6.follows("clearly-better", "62.5", 100 * (YES / SUM), "Clearly better, %"),
        TABLE_6.holds(
            "parts",
            measure("20.83") + measure("62.5"),
            "=",
            measure("83.33"),
            "As good plus clearly better is as good or better",
        ),
        TABLE_6.holds(
            "complement",
            measure("83.33") + measure("16.66"),
            "=",
            exact(100),
            "As good or better and worse make 100%",
            "Both are truncated.",
        ),
        TABLE_6.follows("average-benefit", "2.89", mean(values()), "Average benefit over the 24 deltas of Table 10, %"),
        TABLE_6.follows("max-benefit", "47", BEST, "Maximum benefit in Table 10, %"),
        TABLE_6.follows("max-deficit", "28", 0 - WORST, "Maximum deficit in Table 10, %"),
    )


BEST, WORST = measure(max(DELTAS, key=lambda d: Printed(d).value)), measure(min(DELTAS, key=lambda d: Printed(d).value))


def _better(stage: int) -> Term:
    return tally(f"deltas at {STAGES[stage]} > 0", [Printed(row.deltas[stage]).value > 0 for row in ROWS])


def _table_7() -> tuple[Claim, ...]:
    note = "These are shares of better runs; Table 3 has shares of runs as good or better."
    printed = ("87.5", "75", "75")
    return (
        *(
            TABLE_7.follows(f"stage-{k + 1}", text, 100 * (_better(k) / 8), f"Better at {STAGES[k]}, %", note)
            for k, text in enumerate(printed)
        ),
        TABLE_7.follows(
            "average",
            "79.16",
            mean([measure(text).exactly() for text in printed]),
            "The average of the stages is the overall share of better instances in Table 6, %",
        ),
    )


def _text() -> tuple[Claim, ...]:
    early = _better(0)
    throughout = tally("rows better at all three stages", [min(map(_value, row.deltas)) > 0 for row in ROWS])
    as_good_later = [_value(d) > -1 for row in ROWS for d in row.deltas[1:]]
    means = [mean(values(k)) for k in range(3)]
    eight = exact(8, "8 rows")
    listed = [
        [row for row in ROWS if row.dataset == data and row.name.startswith(model)]
        for model in ("phi2", "falcon", "gemma")
        for data in DATASETS
    ]
    pairs = [rows for rows in listed if rows]
    return (
        KEY.follows(
            "large-share", "83.33", 100 * ((YES + YES_STAR + NO_STAR) / SUM), "As good or better, key findings, %"
        ),
        KEY.follows(
            "large-early",
            "47",
            max(values(0), key=lambda t: t.value),
            "Gains in early training up to the largest delta at 10%, %",
        ),
        TEXT.follows(
            "as-good-or-better", "83.33", 100 * ((YES + YES_STAR + NO_STAR) / SUM), "As good or better, text, %"
        ),
        TEXT.follows("clearly-better", "62.5", 100 * (YES / SUM), "Clearly better, text, %"),
        TEXT.follows("max-benefit", "47", BEST, "Maximum benefit, text, %"),
        TEXT.follows("max-deficit", "28", 0 - WORST, "Maximum deficit, text, %"),
        TEXT.holds("net", mean(values()), ">", exact(0), "A net positive benefit"),
        TEXT.holds("all-early", early, "=", eight, "Better in all experiments in the first 10%, read over Table 10"),
        TEXT.holds(
            "all-early-pairs",
            tally("pairs of Table 4", [all(_value(r.deltas[0]) > 0 for r in rows) for rows in pairs]),
            "=",
            exact(len(pairs), f"{len(pairs)} pairs"),
            "Better in all experiments in the first 10%, read over the pairs of model and data set of Table 4",
        ),
        TEXT.holds(
            "throughout",
            exact(5) / 6,
            "=",
            throughout / eight,
            "Better in 5 of 6 experiments throughout, read over Table 10",
        ),
        TEXT.holds(
            "throughout-pairs",
            exact(5) / 6,
            "=",
            tally("pairs of Table 4", [all(min(map(_value, r.deltas)) > 0 for r in rows) for rows in pairs])
            / len(pairs),
            "Better in 5 of 6 experiments throughout, read over the pairs of model and data set of Table 4",
            "It leaves out xP3mt-code and counts Falcon on simpleCoT, run with two ranks, once.",
        ),
        TEXT.holds(
            "later",
            tally("later deltas above -1%", as_good_later),
            "=",
            exact(16, "16 later deltas"),
            "As good or better in the later stages, read for every run",
            "Two runs end clearly worse at both later stages.",
        ),
        TEXT.holds(
            "later-most",
            tally("later deltas above -1%", as_good_later),
            ">",
            exact(8, "8, half of the 16"),
            "As good or better in the later stages, read for most runs",
        ),
        *(
            TEXT.holds(
                f"stage-share-{k + 1}",
                100 * (_better(k) / 8),
                ">",
                exact(50),
                f"Good improvement in each stage: {STAGES[k]}, read as the share of better runs",
            )
            for k in range(3)
        ),
        *(
            TEXT.holds(
                f"stage-mean-{k + 1}",
                means[k],
                ">",
                exact(0),
                f"Good improvement in each stage: {STAGES[k]}, read as the mean delta",
            )
            for k in range(3)
        ),
        TEXT.holds("early-most", means[0], ">", means[1], "The uplift is largest early: 10% against 50%"),
        TEXT.holds("early-more", means[0], ">", means[2], "The uplift is largest early: 10% against 100%"),
        CONCLUSION.holds(
            "consistently",
            (YES + YES_STAR) / SUM,
            ">",
            exact(1) / 2,
            "Consistently better than Cosine on language models, read as in most instances",
            "19 of 24; read as in every instance it does not hold.",
        ),
        LIMITS.follows(
            "large-as-good", "83", 100 * ((YES + YES_STAR + NO_STAR) / SUM), "As good or better, limitations, %"
        ),
        LIMITS.follows("large-clearly", "62.5", 100 * (YES / SUM), "Clearly better, limitations, %"),
    )


def _value(text: str) -> Fraction:
    return Printed(text).value


def _design() -> tuple[Claim, ...]:
    used = {row.dataset for row in ROWS}
    return (
        TEXT.follows("experiments", "8", exact(len(ROWS), f"{len(ROWS)} fine-tuning rows of Table 10"), "Experiments"),
        TEXT.follows("models", "3", exact(len(MODELS), f"{len(MODELS)} listed in Table 4"), "Model architectures"),
        TEXT.given("size-least", "500", "Parameters of a large model, millions, above", DESIGN),
        TEXT.given("size-most", "7", "Parameters of a large model, billions, up to", DESIGN),
        TEXT.given("phi-2", "2", "Parameters of Phi-2, billions", "the model's card, which is not part of the paper"),
        TEXT.given("falcon", "7", "Parameters of Falcon, billions", "the model's card, which is not part of the paper"),
        TEXT.given("gemma", "7", "Parameters of Gemma, billions", "the model's card, which is not part of the paper"),
        TABLE_4.holds(
            "datasets",
            exact(len(DATASETS), f"{len(DATASETS)} data sets in Table 4"),
            "=",
            exact(len(used), f"{len(used)} in Table 10"),
            "The data sets used are the three of Table 4",
            "Table 10 has xP3mt-code besides.",
        ),
        TEXT.given("insignificant", "1", "Loss difference called insignificant, %", DESIGN),
        TEXT.given("french-alpaca", "55", "Instructions in French-Alpaca, thousands", "the data set's card"),
    )
