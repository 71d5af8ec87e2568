"""A worst case as Rocq reads it: a lemma for every pattern of answers, and the theorem about the rule itself.

``theory/rocq/GradientRuns.v`` says what a certificate proves, and how the runs of the rule split.  Here its numbers are
written down: the rates of the pattern, the multipliers, and the slack matrix as a sum of squares, all rounded
(``rocq_numbers.py``).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from greedylr.rule import Rule
from theory.worst_case.certificate import Upper
from theory.worst_case.explore import Comparison, Trial, explore
from theory.worst_case.greedy import GreedyDescent
from theory.worst_case.problem import problem
from theory.worst_case.unknown import exact
from verification.worst_case.rocq_numbers import Square, rounded

Pattern = tuple[bool, ...]


@dataclass(frozen=True)
class Run:
    """A run of the rule with one pattern of answers, and its certificate."""

    pattern: Pattern
    rates: tuple[Fraction, ...]
    comparisons: tuple[Comparison, ...]  # of the loss of step 1, 2, ... with the loss that the rule remembers
    upper: Upper
    squares: tuple[Square, ...]

    @property
    def lemma(self) -> str:
        """Its name: U where the loss went down and the rate up, D elsewhere."""
        return "leaf_" + "".join("DU"[below] for below in self.pattern)

    @property
    def answers(self) -> list[tuple[int, int]]:
        """The answers that the problem has as conditions, in its order."""
        return [_order(c) for c in self.comparisons if c.free]


def document(name: str, method: GreedyDescent, certificates: Mapping[Pattern, Upper]) -> str:
    """The text of a file whose theorem ``worst_case`` is the bound for the rule, the largest of the certificates'.

    Raises ``ValueError`` for a method that is not written down here, or a pattern without a certificate, and
    ``UncertifiedError`` for a certificate that is wrong.
    """
    _supported(method)
    trials = {trial.pattern: (trial, measure) for trial, measure in explore(method, rests=True)}
    if missing := [pattern for pattern in trials if pattern not in certificates]:
        raise ValueError(
            f"{len(missing)} of {len(trials)} patterns have no certificate, {missing[0]!r} first: add them."
        )
    bound = max(certificates[pattern].bound for pattern in trials)
    runs = []
    for pattern, (trial, measure) in trials.items():
        upper, found = rounded(problem(trial, measure), certificates[pattern], bound)
        runs.append(Run(pattern, _rates(trial), tuple(trial.comparisons), upper, tuple(found)))
    return "\n".join([_head(name, method), *(_leaf(run, bound) for run in runs), _theorem(method, runs, bound)])


def _supported(method: GreedyDescent) -> None:
    rule = method.rule
    plain = Rule(factor=rule.factor, comparison=rule.comparison, order="same", min_lr=rule.min_lr, max_lr=rule.max_lr)
    if rule != plain:
        raise ValueError(
            f"Rocq is told of factor, comparison, min_lr and max_lr in the order 'same' only, got {rule!r}:"
            " leave the other options at their defaults."
        )
    if method.measure != "last" or method.smoothness != 1 or method.convexity:
        raise ValueError(
            f"Rocq is told of the last iterate on convex 1-smooth functions only, got the measure {method.measure!r},"
            f" smoothness {method.smoothness} and convexity {method.convexity}."
        )


def _rates(trial: Trial) -> tuple[Fraction, ...]:
    """The rates of the steps, read off the points."""
    samples = trial.functions[0].samples[1:]
    rates = [(a.position - b.position).multiple_of(a.gradient) for a, b in pairwise(samples)]
    return tuple(exact(rate) for rate in rates)


def _order(comparison: Comparison) -> tuple[int, int]:
    """The steps of the lower and of the higher loss."""
    (a, c), (b, _) = comparison.difference
    return (a, b) if c > 0 else (b, a)


def _head(name: str, method: GreedyDescent) -> str:
    rule = method.rule
    return f"""(** {name}: the worst case of GreedyLR on full batches, by certificates.

    Written by verification/worst_case/rocq_export.py: F = {exact(rule.factor)}, comparing with the {rule.comparison}
    loss, gamma_0 = {exact(method.rate)}, rates in [{rule.min_lr}, {rule.max_lr}], T = {method.steps}. *)

From Coq Require Import QArith Reals Lra List.
From GreedyLR Require Import InnerProduct Functions Rule GramReflect GradientRuns.
Import ListNotations.
Open Scope R_scope.
"""


def _leaf(run: Run, bound: Fraction) -> str:
    T = len(run.rates)
    steps = "\n".join(f"  let x{t + 1} := x{t} +v - ({_real(rate)}) *v g x{t} in" for t, rate in enumerate(run.rates))
    premises = "".join(f"  f x{low} <= f x{high} ->\n" for low, high in run.answers)
    named = [f"A{k}" for k in range(len(run.answers))]
    holds = "|\n     ".join([*(f"exact (Rplus_le_compat_r (- f xs) _ _ {a})" for a in named), "apply Forall_nil"])
    pairs = [f"({_q(c)}, ({i}, {j})%nat)" for (i, j), c in sorted(run.upper.pairs[0].items()) if c]
    answers = zip(run.upper.conditions[1:], run.answers, strict=True)
    given = [f"({_q(c)}, ({low}, {high})%nat)" for c, (low, high) in answers]
    lines = [f"({_q(d)}, [{'; '.join(_q(c) for c in l)}])" for d, l in run.squares]
    return f"""Lemma {run.lemma} (V : space) (f : V -> R) (g : V -> V) (xs x0 : V) :
  convex f g -> smooth f g 1 -> g xs = zero ->
{steps}
{premises}  f x{T} - f xs <= {_real(bound)} * norm2 (x0 -v xs).
Proof.
  intros convexity smoothness minimum {" ".join([*(f"x{t}" for t in range(1, T + 1)), *named])}.
  refine (certified_last f g xs convexity smoothness minimum
    [{"; ".join(_q(r) for r in run.rates)}]%Q [{"; ".join(_real(r) for r in run.rates)}]
    ({_q(bound)}) ({_real(bound)})
    {_list(pairs)}%Q
    {_list(given)}%Q
    {_list(lines)}%Q
    x0 _ _ _ _).
  - vm_cast_no_check (eq_refl true).
  - fractions.
  - fractions.
  - repeat apply Forall_cons;
    [{holds}].
Qed.
"""


def _theorem(method: GreedyDescent, runs: Sequence[Run], bound: Fraction) -> str:
    rule, rates = method.rule, [rate for run in runs for rate in run.rates]
    premises = {}  # of the variables that the theorem is for all of
    lo, hi, past = _atom(exact(rule.min_lr)), "hi", "None"
    if not rule.min_lr:
        lo, premises["lo"] = "lo", f"lo <= {_real(min(rates))}"
    if math.isinf(rule.max_lr):
        premises["hi"] = f"{_real(max(rates))} <= hi"
    else:
        hi = _atom(exact(rule.max_lr))
    if rule.comparison == "best":
        past, premises["b0"] = "b0", "f x0 < b0"
    value = f"{_real(bound)} * norm2 (x0 -v xs)"
    name, kind = ("greedy_best", "best") if past == "b0" else ("greedy", "previous_from_start")
    K, gamma0 = f"(K := {kind} {_atom(exact(rule.factor))})", _atom(exact(method.rate))
    start = f"{lo} {hi} {gamma0}" + (" b0" if past == "b0" else "")
    state = f"(State {K} x0 {gamma0} {past})"
    walk = "\n".join(_Walk(method, runs).lines())
    variables = f" ({' '.join(premises)} : R)" if premises else ""
    return f"""Theorem worst_case (V : space) (f : V -> R) (g : V -> V) (xs x0 : V){variables} :
  convex f g -> smooth f g 1 -> g xs = zero ->{"".join(f" {p} ->" for p in premises.values())}
  f (position ({name} f g {_atom(exact(rule.factor))} {start} x0 {method.steps})) - f xs <= {value}.
Proof.
  intros convexity smoothness minimum{"".join(f" P{k}" for k in range(len(premises)))}.
  remember ({value}) as B eqn:E.
  assert (N : 0 <= B) by (rewrite E; apply Rmult_le_pos; [lra|apply norm2_nonneg]).
  change (bounded f g xs {lo} {hi} B {method.steps} {state}).
{walk}
Qed.
"""


@dataclass(frozen=True)
class _Walk:
    """The proof that follows the rule from step to step, and splits where its answer is free."""

    method: GreedyDescent
    runs: Sequence[Run]

    def lines(self) -> Iterator[str]:
        """All of it."""
        rate = _real(self.runs[0].rates[0])
        if self.method.rule.comparison == "previous":
            yield f"  apply (starts f g xs) with (r' := {rate}); [rate_is|intros x1]."
        else:
            yield f"  {self._descends} with (up := {rate}); [exact N|rate_is|lra|intros x1]."
        yield from self._step(1, self.runs, [])

    def _step(self, t: int, runs: Sequence[Run], answers: list[str]) -> Iterator[str]:
        """From x_t on, where these runs came with these answers."""
        if t == self.method.steps:
            (run,) = runs
            given = " ".join(answers)
            yield f"  rewrite E. exact ({run.lemma} V f g xs x0 convexity smoothness minimum {given})."
            return
        comparison, following = runs[0].comparisons[t - 1], f"x{t + 1}"
        if not comparison.free:
            yield f"  {self._descends} with (up := {_real(runs[0].rates[t])}); [exact N|rate_is| |intros {following}]."
            yield from _rests(t, _order(comparison)[1], runs[0].rates)
            yield from self._step(t + 1, runs, answers)
            return
        below, above = ([run for run in runs if run.comparisons[t - 1].strict is strict] for strict in (True, False))
        both = f"(up := {_real(below[0].rates[t])}) (down := {_real(above[0].rates[t])})"
        yield f"  apply ({self._kind}forks f g xs) with {both}; [rate_is|rate_is| | ]; intros A{t} {following}."
        for group in (below, above):
            yield "  {"
            yield from self._step(t + 1, group, [*answers, f"A{t}"])
            yield "  }"

    @property
    def _kind(self) -> str:
        return "best_" if self.method.rule.comparison == "best" else ""

    @property
    def _descends(self) -> str:
        return f"apply ({self._kind}descends f g xs convexity smoothness minimum)"


def _rests(t: int, s: int, rates: Sequence[Fraction]) -> Iterator[str]:
    """If gradient steps led from x_s to x_t and the loss is not below, x_t is a minimiser."""
    yield f"  {{ intros M. change (f x{s} <= f x{t}) in M. change (f x{t} <= f xs)."
    for k in range(s, t):
        falls = f"falls f g smoothness x{k} {_atom(rates[k])} ltac:(lra)"
        yield f"    assert (D{k} : f x{k + 1} <= f x{k}) by exact ({falls})."
    k = next(k for k in range(s, t) if rates[k] < 2)
    least = f"no_fall f g xs convexity smoothness minimum x{k} {_atom(rates[k])} ltac:(lra)"
    yield f"    assert (S : f x{k} <= f x{k + 1}) by lra."
    yield f"    assert (Z : f x{k + 1} <= f xs) by exact ({least} S). lra. }}"


def _list(items: Sequence[str]) -> str:
    return "[" + ";\n     ".join(items) + "]"


def _q(x: Fraction) -> str:
    return f"{x.numerator} # {x.denominator}"


def _real(x: Fraction) -> str:
    return f"{x.numerator} / {x.denominator}" if x.denominator > 1 else f"{x.numerator}"


def _atom(x: Fraction) -> str:
    """Where a function takes it."""
    return f"({_real(x)})" if x.denominator > 1 else _real(x)
