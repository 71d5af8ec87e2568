"""Quadratic growth: the linear rate that the proof of Theorem A.1 aims at, down to a noise floor."""

from theory.claim import Claim, KernelProof, RocqTheorem
from theory.claims.a1_repaired import DISTANCE, START, X_T
from theory.claims.sgd_progress import SECTION
from theory.claims.sgd_sharp import ROOM, above_floor, noise_at_cap
from theory.kernel import Conclude, Fact, Induct, Mean, Norm, Proof, Square
from theory.notation import HI, LO, MU, PATHS, SIGMA2, STEP, X_STAR, contraction, g_i
from theory.tactics import add, at, expect, mul, rational, scale

LINEAR = Fact(LO * MU * ROOM * (contraction(STEP) * START - DISTANCE) + HI**2 * SIGMA2)


def step() -> Proof:
    """(1 - L max_lr) [(1 - min_lr mu) E |x_t - x*|^2 - E |x_{t+1} - x*|^2] + max_lr^2 sigma* >= 0."""
    slope = mul(rational(2), "max_lr<1/L", above_floor(), at("x* optimal", x=X_T))
    growth = mul(rational(2), "max_lr<1/L", "min_lr>0", at("quadratic growth", x=X_T))
    averaged = Mean(PATHS, add(at("sharp.step", x=X_T), slope, growth, noise_at_cap()))
    return add(averaged, scale(-ROOM, "sgd"))


def factor() -> Proof:
    """1 - min_lr mu >= 0: (1 - L max_lr) + L (max_lr - min_lr) + min_lr (L - mu)."""
    between = add("gamma<=max_lr", "min_lr<=gamma")
    return add("max_lr<1/L", mul("L>0", between), mul("min_lr>0", "mu<=L"))


def linear() -> Proof:
    """Induction on t with the factor q = 1 - min_lr mu; 1 - q = min_lr mu pays for the noise of one more step."""
    noise = mul(Square(HI), add(expect(Norm(g_i(X_STAR))), "sigma2"))
    base = add(noise, scale(LO * MU * ROOM * START, "q^0"))
    onward = add(mul("min_lr>0", "mu>0", step()), scale(LO * MU * ROOM * START, "q^(t+1)"))
    return Conclude(LINEAR, Induct(STEP, LINEAR.poly, base, factor(), onward))


def claims() -> tuple[Claim, ...]:
    """The linear rate."""
    return (
        Claim(
            id="strongly-convex.theorem",
            title="A linear rate to a noise floor under quadratic growth, max_lr < 1/L",
            section=SECTION,
            paper="repairs the recursion of P7 in the proof of Theorem A.3",
            latex=r"\mathbb{E} \| x_T - x^* \|^2 \le (1 - \gamma_{\min} \mu)^T \| x_0 - x^* \|^2"
            r" + \tfrac{\gamma_{\max}^2 \sigma_f^*}{\gamma_{\min} \mu (1 - L \gamma_{\max})}",
            evidence=(
                KernelProof(LINEAR, linear),
                RocqTheorem("StronglyConvex.linear_rate", "the same for SGD on n samples"),
                RocqTheorem(
                    "StronglyConvex.constant_rate_linear",
                    "at one rate gamma <= 1/(2L) it gives the handbook's floor, 2 gamma sigma* / mu",
                ),
            ),
            uses=("sharp.step",),
            repairs="A.1.P7",
        ),
    )
