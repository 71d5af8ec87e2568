"""References inside the paper, against its own headings and captions."""

from theory.arithmetic import exact, tally
from theory.claim import Claim
from theory.claims.numbers import Place

HERE = Place("Cross-references", "references inside the paper", "ref")

HEADINGS = "1 2 3 4 4.1 4.2 4.2.1 4.2.2 4.3 4.4 5 6 A.1 A.2 A.3 A.4 A.5 A.6 A.6.1 A.7".split()
CITED = (  # which section, where
    ("5.3", "after Theorem A.2"),
    ("5.3", "in A.7"),
    ("A.6", "in Section 4.4"),
    ("A.6.1", "in Section 4.4"),
    ("4.2.2", "in Section 5"),
    ("4.3", "in Section 5"),
    ("4.4", "in Section 5"),
)
STANDS = {  # what is cited for a subject, and where the subject stands
    "convergence": ("the convergence analysis, cited in Section 5 as Appendix A.3", "A.3", "A.1"),
    "detailed-3": ("the detailed algorithm, cited in Section 3 as Algorithm 1", "Algorithm 1", "Algorithm 2"),
    "detailed-A.7": ("the detailed algorithm, cited in A.7 as Algorithm 1", "Algorithm 1", "Algorithm 2"),
}
FIGURES = {  # by number, what the paper says it shows
    3: ("Gemma 7B in Table 10", "the sweep over F in Section 4.3"),
    4: ("Falcon 7B in Table 10", "median losses in Section 4.4"),
}


def claims() -> tuple[Claim, ...]:
    """The references that can be checked against the headings and captions of the text."""
    exists = (
        HERE.holds(
            f"{section}-{where.removeprefix('in ').replace(' ', '-')}",
            tally(f"headings are numbered {section}", [heading == section for heading in HEADINGS]),
            "=",
            exact(1),
            f"Section {section}, cited {where}, exists",
            "The sweep over F is Section 4.3; Section 5 has no subsections." if section == "5.3" else "",
        )
        for section, where in CITED
    )
    stands = (
        HERE.holds(
            name,
            tally(f"place is the one cited (it is {there})", [cited == there]),
            "=",
            exact(1),
            f"It stands where it is cited: {subject}",
        )
        for name, (subject, cited, there) in STANDS.items()
    )
    figures = (
        HERE.holds(
            f"figure-{number}",
            exact(len(subjects), f"{len(subjects)} subjects ({'; '.join(subjects)})"),
            "<=",
            exact(1),
            f"Figure {number} shows one thing wherever it is cited",
        )
        for number, subjects in FIGURES.items()
    )
    return (*exists, *stands, *figures)
