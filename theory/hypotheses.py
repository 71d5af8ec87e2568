"""Every hypothesis that a proof may cite, under its name: what the paper states, what is a definition, what it does
not state.

A hypothesis is a fact for all values of its variables: the points x, y, v and the sample i.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction

from theory.gram import Index, mean, square
from theory.kernel import Fact, Rel
from theory.notation import (
    ALPHA,
    BEST_CUT,
    BETA,
    CURB,
    CUT_RATE,
    FACTOR,
    GAMMA,
    GAMMA_I,
    HI,
    INV_GAP,
    INV_HI,
    INV_L,
    LO,
    MU,
    PATHS,
    RAISED_RATE,
    SAMPLE,
    SIGMA2,
    STEP,
    TIME,
    X_BAR,
    X_HAT,
    X_STAR,
    L,
    V,
    X,
    Y,
    contraction,
    f,
    f_i,
    g,
    g_i,
    gap,
    iterate,
    power,
)
from theory.polynomial import Poly


class Standing(Enum):
    """Where a hypothesis comes from."""

    PAPER = "stated by the paper"
    DEFINITION = "a definition"
    EXTRA = "not stated by the paper"
    STEP = "a step of the paper that does not hold in general"


WEIGHTED = GAMMA * f(iterate(STEP))
UNESTABLISHED = (Standing.EXTRA, Standing.STEP)  # a proof that needs one of these is conditional


@dataclass(frozen=True)
class Hypothesis:
    """A named fact, in words and for the kernel."""

    says: str
    standing: Standing
    fact: Fact


def hypotheses() -> Mapping[str, Hypothesis]:
    """The table, by name."""
    return {**_paper(), **_definitions(), **_extra()}


def _paper() -> dict[str, Hypothesis]:
    def paper(says: str, fact: Fact) -> Hypothesis:
        return Hypothesis(says, Standing.PAPER, fact)

    bound = f_i(X) + g_i(X) @ (Y - X) + Fraction(1, 2) * L * square(Y - X) - f_i(Y)
    return {
        "smooth components": paper("each f_i is L-smooth (Assumption A.1): its quadratic upper bound", Fact(bound)),
        "L>0": paper("the smoothness constant is positive", Fact(L, Rel.GT)),
        "convex": paper("f is convex", Fact(f(Y) - f(X) - g(X) @ (Y - X))),
        "x* stationary": paper("x* minimises f: its gradient vanishes", Fact(g(X_STAR) @ V, Rel.EQ)),
        "x* optimal": paper("x* minimises f: no value is smaller", Fact(f(X) - f(X_STAR))),
        "min_lr>0": paper("rates are positive", Fact(LO, Rel.GT)),
        "min_lr<=gamma": paper("rates are at least min_lr", Fact(GAMMA_I - LO)),
        "gamma<=max_lr": paper("rates are at most max_lr", Fact(HI - GAMMA_I)),
    }


def _definitions() -> dict[str, Hypothesis]:
    def definition(says: str, poly: Fact) -> Hypothesis:
        return Hypothesis(says, Standing.DEFINITION, poly)

    return {
        "f is the mean": definition("f = E_i f_i", Fact(f(X) - mean(SAMPLE, f_i(X)), Rel.EQ)),
        "grad f is the mean": definition(
            "grad f = E_i grad f_i, paired with any v", Fact(g(X) @ V - mean(SAMPLE, g_i(X) @ V), Rel.EQ)
        ),
        "sigma2": definition(
            "sigma2 = E_i |grad f_i(x*)|^2, at the minimiser x*",
            Fact(SIGMA2 - mean(SAMPLE, square(g_i(X_STAR))), Rel.EQ),
        ),
        "1/L": definition("the number 1/L", Fact(L * INV_L - 1, Rel.EQ)),
        "1/max_lr": definition("the number 1/max_lr", Fact(HI * INV_HI - 1, Rel.EQ)),
        "c<=1": definition("c = min(1, 2 - L max_lr) is at most 1", Fact(1 - CURB)),
        "c<=2-L max_lr": definition("c = min(1, 2 - L max_lr) is at most 2 - L max_lr", Fact(2 - L * HI - CURB)),
        "xbar": definition(
            "xbar_T is the average of x_0, ..., x_{T-1}, on every path",
            Fact(X_BAR @ V - mean(TIME, iterate(STEP) @ V), Rel.EQ),
        ),
        "xhat": definition(
            "xhat_T is the average of x_0, ..., x_{T-1} weighted by the rates, on every path",
            Fact(mean(TIME, GAMMA) * (X_HAT @ V) - mean(TIME, GAMMA * (iterate(STEP) @ V)), Rel.EQ),
        ),
        "sgd": definition(
            "x_{t+1} = x_t - gamma_t grad f_i(x_t) for a fresh sample i: the expected distance of x_{t+1}",
            Fact(_sgd(), Rel.EQ),
        ),
        "means commute": definition(
            "finite means commute: over paths, and over steps",
            Fact(mean(PATHS, mean(TIME, f(iterate(STEP)))) - mean(TIME, mean(PATHS, f(iterate(STEP)))), Rel.EQ),
        ),
        "weighted means commute": definition(
            "finite means commute, the losses weighted by the rates",
            Fact(mean(PATHS, mean(TIME, WEIGHTED)) - mean(TIME, mean(PATHS, WEIGHTED)), Rel.EQ),
        ),
        "mean rates commute": definition(
            "finite means of the rates commute",
            Fact(mean(PATHS, mean(TIME, GAMMA)) - mean(TIME, mean(PATHS, GAMMA)), Rel.EQ),
        ),
        "cut": definition(
            "the rate after a loss that did not improve is F gamma", Fact(CUT_RATE - FACTOR * GAMMA, Rel.EQ)
        ),
        "raised": definition(
            "the rate after a loss that improved is gamma / F", Fact(FACTOR * RAISED_RATE - GAMMA, Rel.EQ)
        ),
        "F0": definition("the factor F0 = 1/(gamma L)", Fact(BEST_CUT * GAMMA * L - 1, Rel.EQ)),
        "alpha^(t+1)": definition("alpha^(t+1) = alpha alpha^t", Fact(power(STEP + 1) - ALPHA * power(STEP), Rel.EQ)),
        "alpha^0": definition("alpha^0 = 1", Fact(power(Index("")) - 1, Rel.EQ)),
        "q^(t+1)": definition(
            "q^(t+1) = q q^t for q = 1 - min_lr mu",
            Fact(contraction(STEP + 1) - (1 - LO * MU) * contraction(STEP), Rel.EQ),
        ),
        "q^0": definition("q^0 = 1", Fact(contraction(Index("")) - 1, Rel.EQ)),
        "1/(1-alpha)": definition(
            "the number 1/(1 - alpha), alpha not being 1", Fact(INV_GAP * (1 - ALPHA) - 1, Rel.EQ)
        ),
    }


def _sgd() -> Poly:
    after = iterate(STEP) - GAMMA_I * g_i(iterate(STEP))
    return mean(PATHS, square(iterate(STEP + 1) - X_STAR)) - mean(PATHS, mean(SAMPLE, square(after - X_STAR)))


def _extra() -> dict[str, Hypothesis]:
    def extra(says: str, fact: Fact) -> Hypothesis:
        return Hypothesis(says, Standing.EXTRA, fact)

    return {
        "convex components": extra("each f_i is convex", Fact(f_i(Y) - f_i(X) - g_i(X) @ (Y - X))),
        "predictable rate": extra("the rate is fixed before the sample is drawn", Fact(GAMMA_I - GAMMA, Rel.EQ)),
        "max_lr<1/(2L)": extra("max_lr is below 1/(2L)", Fact(1 - 2 * L * HI, Rel.GT)),
        "max_lr<=2/L": extra("max_lr is at most 2/L", Fact(2 - L * HI)),
        "max_lr<1/L": extra("max_lr is below 1/L", Fact(1 - L * HI, Rel.GT)),
        "max_lr<2/L": extra("max_lr is below 2/L: c = min(1, 2 - L max_lr) is positive", Fact(CURB, Rel.GT)),
        "interpolation": extra("x* minimises every f_i: sigma* = 0", Fact(g_i(X_STAR) @ V, Rel.EQ)),
        "full batch": extra(
            "every step goes along the full gradient: x_{t+1} = x_t - gamma_t grad f(x_t)",
            Fact((iterate(STEP + 1) - iterate(STEP) + GAMMA_I * g(iterate(STEP))) @ V, Rel.EQ),
        ),
        "quadratic growth": extra(
            "f(x) - f* >= (mu/2) |x - x*|^2, as for mu-strongly convex f",
            Fact(f(X) - f(X_STAR) - Fraction(1, 2) * MU * square(X - X_STAR)),
        ),
        "mu>0": extra("mu is positive", Fact(MU, Rel.GT)),
        "mu<=L": extra("mu is at most L, as growth and smoothness imply unless x* is the only point", Fact(L - MU)),
        "gradient dominance": extra(
            "|grad f|^2 >= 2 mu (f - f*), as for mu-strongly convex f", Fact(square(g(X)) - 2 * MU * (f(X) - f(X_STAR)))
        ),
        "recursion": Hypothesis(
            "a_{t+1} <= alpha a_t + beta, the recursion of step P7",
            Standing.STEP,
            Fact(ALPHA * gap(STEP) + BETA - gap(STEP + 1)),
        ),
        "alpha>=0": extra("alpha is nonnegative", Fact(ALPHA)),
        "alpha<1": extra("alpha is below 1", Fact(1 - ALPHA, Rel.GT)),
        "beta>=0": extra("beta is nonnegative", Fact(BETA)),
        "a>=0": Hypothesis("suboptimality is nonnegative", Standing.PAPER, Fact(gap(STEP))),
    }
