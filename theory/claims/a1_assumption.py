"""Assumption A.1: what the paper supposes of the problem."""

from theory.claim import Assumed, Claim

SECTION = "A.1 Convergence"


def claims() -> tuple[Claim, ...]:
    """The assumption on the components, and the setting of Theorem A.1."""
    return (
        Claim(
            id="assumption-A.1",
            title="Every f_i is L_max-smooth",
            section=SECTION,
            paper="Appendix A.1, Assumption A.1",
            latex=r"f_i(y) \le f_i(x) + \langle \nabla f_i(x), y - x \rangle + \tfrac{L}{2} \| y - x \|^2",
            evidence=(Assumed(),),
            rebuilt=(
                "the display: smoothness enters as the quadratic upper bound, which a Lipschitz gradient implies",
            ),
        ),
        Claim(
            id="setting-A.1",
            title="f is the mean of the f_i, convex, with a minimiser; rates lie in [min_lr, max_lr]",
            section=SECTION,
            paper="Appendix A.1, before and in Theorem A.1",
            latex=r"f = \tfrac{1}{n} \sum_i f_i,\quad 0 < \gamma_{\min} \le \gamma_t \le \gamma_{\max}",
            evidence=(Assumed(),),
            note="Convexity is supposed of f, not of the single f_i, and nothing bounds max_lr from above.",
        ),
    )
