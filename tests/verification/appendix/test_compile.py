"""TeX accepts the appendix, on its own and inside another paper; the log is read for what a reader would see."""

import shutil

import pytest

from verification.appendix.compile import compiled, complaints
from verification.appendix.folder import put

NEEDS_TEX = pytest.mark.skipif(
    shutil.which("pdflatex") is None,
    reason="no pdflatex: apt-get install texlive-latex-base texlive-latex-recommended lmodern",
)
HOST = r"""\documentclass[a4paper]{article}
\usepackage{amsmath}
\usepackage[textwidth=16.8cm]{geometry}
\newcommand{\greedylrpath}{companion/}
\input{companion/preamble.tex}
\newtheorem{theorem}{Theorem}
\begin{document}
\section{Our result}\label{sec:result}
\begin{theorem}\label{thm:ours} One is one~\cite{ours}. \end{theorem}
See Theorem~\ref{thm:ours} and Theorem~\ref{greedylr:sharp-theorem}.
\appendix
\input{companion/appendix.tex}
\begin{thebibliography}{1}\bibitem{ours} Ours.\end{thebibliography}
\input{companion/references.tex}
\end{document}
"""
SMALL = "\\documentclass{article}\n\\begin{document}\n%s\n\\end{document}\n"


@pytest.fixture(scope="session")
def folder(files, tmp_path_factory):
    folder = tmp_path_factory.mktemp("paper") / "companion"
    put(folder, files)
    return folder


@pytest.mark.slow
@NEEDS_TEX
def test_the_appendix_compiles_on_its_own_without_a_complaint(folder):
    found = compiled(folder)
    assert found.complaints == ()
    assert 30 <= found.pages <= 75


@pytest.mark.slow
@NEEDS_TEX
def test_it_compiles_inside_another_paper(folder):
    (folder.parent / "main.tex").write_text(HOST)
    found = compiled(folder.parent)
    assert [line for line in found.complaints if not line.startswith("Overfull")] == []
    assert found.pages >= 30


WRONG = {
    r"See \ref{nowhere}.": "Reference `nowhere'",
    r"See \cite{nobody}.": "Citation `nobody'",
    r"\section{a}\label{x}\section{b}\label{x}": "Label `x' multiply defined",
    r"\noindent\rule{500pt}{1pt}": "Overfull",
    r"\nosuchcommand": "! Undefined control sequence",
}


@pytest.mark.slow
@NEEDS_TEX
@pytest.mark.parametrize("body", WRONG)
def test_what_a_reader_would_stumble_over_is_found(tmp_path, body):
    (tmp_path / "main.tex").write_text(SMALL % body)
    assert any(WRONG[body] in line for line in compiled(tmp_path).complaints)


@pytest.mark.slow
@NEEDS_TEX
def test_a_page_without_faults_has_no_complaints(tmp_path):
    (tmp_path / "main.tex").write_text(SMALL % "Fine.")
    assert compiled(tmp_path) == type(compiled(tmp_path))(1, ())


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("Overfull \\hbox (1.5pt too wide) in paragraph at lines 1--2", True),
        ("Overfull \\hbox (0.9pt too wide) in paragraph at lines 1--2", False),
        ("Overfull \\vbox (12.0pt too high) has occurred while \\output is active", True),
        ("Missing character: There is no x in font cmr10!", True),
        ("Underfull \\hbox (badness 10000) in paragraph at lines 1--2", False),
        ("LaTeX Warning: There were undefined references.", True),
        ("LaTeX Font Warning: Some font shapes were not available, defaults substituted.", False),
    ],
)
def test_the_log_is_read_line_by_line(line, found):
    assert list(complaints(f"before\n{line}\nafter\n")) == ([line] if found else [])
