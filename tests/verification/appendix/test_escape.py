"""Text means itself in LaTeX, and what has no letter there is refused."""

import pytest

from verification.appendix.escape import SPECIAL, code, escaped, typewriter


@pytest.mark.parametrize("sign", ["\\", "{", "}", "$", "&", "#", "%", "_", "^", "~"])
def test_a_sign_that_tex_reads_otherwise_is_never_left_alone(sign):
    assert escaped(f"a{sign}b") == f"a{SPECIAL[sign]}b"
    assert SPECIAL[sign] != sign


def test_every_character_is_escaped_once():
    assert escaped("\\{") == r"\textbackslash{}\{"
    assert escaped("100% of _x_ & more") == r"100\% of \_x\_ \& more"


def test_a_character_outside_ascii_is_refused_with_the_remedy():
    with pytest.raises(ValueError, match="'γ' in 'the rate γ' is not ASCII: spell it in LaTeX"):
        escaped("the rate γ")


def test_names_of_programs_may_break_after_their_signs():
    assert code("a.b_c") == r"\texttt{a.\allowbreak{}b\_\allowbreak{}c}"


def test_signs_of_a_program_do_not_run_together():
    assert typewriter("--x -> y'") == r"-{}-x -\textgreater{} y\textquotesingle{}"
