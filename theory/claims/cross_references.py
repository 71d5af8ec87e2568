"""References inside the paper, against its own table of contents."""

from theory.arithmetic import exact
from theory.claim import Claim
from theory.claims.numbers import Place

SUBSECTIONS = {"4": 4, "5": 0}  # 4.1 to 4.4; the limitations have none
FIGURES = {
    2: ("Phi-2 on simpleCoT in Table 10", "Gemma 7B in Section 4.2.1"),
    3: ("Gemma 7B in Table 10", "the sweep over F in Section 4.3"),
    4: ("Falcon 7B in Table 10", "median losses in Section 4.4"),
}
HERE = Place("Cross-references", "Appendix A", "ref")


def claims() -> tuple[Claim, ...]:
    """The references that can be checked against the sections and captions of the text."""
    none = exact(SUBSECTIONS["5"], "0 subsections of Section 5")
    note = "Section 5 states limitations and has no subsections; the sweep is Section 4.3."
    return (
        HERE.holds("5.3-after-A.2", exact(3, "3"), "<=", none, "Section 5.3, cited after Theorem A.2, exists", note),
        HERE.holds("5.3-in-A.7", exact(3, "3"), "<=", none, "Section 5.3, cited in A.7, exists", note),
        HERE.holds(
            "4.4-in-5", exact(4, "4"), "<=", exact(SUBSECTIONS["4"], "4 subsections of Section 4"), "Section 4.4 exists"
        ),
        HERE.holds(
            "4.3-in-5", exact(3, "3"), "<=", exact(SUBSECTIONS["4"], "4 subsections of Section 4"), "Section 4.3 exists"
        ),
        *(
            HERE.holds(
                f"figure-{number}",
                exact(len(subjects), f"{len(subjects)} subjects ({'; '.join(subjects)})"),
                "<=",
                exact(1),
                f"Figure {number} is the same figure wherever it is cited",
            )
            for number, subjects in FIGURES.items()
        ),
        HERE.holds(
            "algorithm-in-A.7",
            exact(1, "Algorithm 1, cited in A.7 for patience, cooldown and the rest"),
            "=",
            exact(2, "Algorithm 2, which has them"),
            "The practical features are in the algorithm that A.7 cites",
            "A.3 prints Algorithm 1 without them; A.4 prints the detailed one.",
        ),
    )
