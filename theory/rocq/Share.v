(** The share of phases that diverge with the previous loss, ln (2 / (1 + F)) / ln (1 / F), tends to 1/2 as F tends to 1:
    it lies between F/2 and 1/(1 + F).  With the window below 1, for F <= 3 - 2 sqrt 2, it tends to 1 as F tends to 0:
    it is at least 1 - 18 F for F <= 1/9.  The ends of the window are the roots of a^2 - (1 + F) a + 2F, whose product is
    2F, so that their ratio is the square of the larger one over 2F. *)

From Coq Require Import Reals Lra.
Open Scope R_scope.

Definition share (F : R) : R := ln (2 / (1 + F)) / ln (1 / F).

Lemma ln_at_most x : 0 < x -> ln x <= x - 1.
Proof.
  intros H. destruct (Rle_or_lt (ln x) (x - 1)) as [|C]; [assumption|exfalso].
  assert (E := exp_ln x H). destruct (Req_dec (ln x) 0) as [Z|N].
  - rewrite Z, exp_0 in E. lra.
  - assert (I := exp_ineq1 (ln x) N). lra.
Qed.

Lemma ln_at_least x : 0 < x -> 1 - 1 / x <= ln x.
Proof.
  intros H. assert (P : 0 < / x) by now apply Rinv_0_lt_compat.
  assert (I := ln_at_most (/ x) P). rewrite ln_Rinv in I by assumption. unfold Rdiv. lra.
Qed.

Theorem share_bounds F : 0 < F < 1 -> F / 2 <= share F <= 1 / (1 + F).
Proof.
  intros H. unfold share.
  assert (P : 0 < 2 / (1 + F)) by (apply Rdiv_lt_0_compat; lra).
  assert (Q : 0 < 1 / F) by (apply Rdiv_lt_0_compat; lra).
  assert (A := ln_at_least _ P). assert (B := ln_at_most _ P).
  assert (C := ln_at_least _ Q). assert (D := ln_at_most _ Q).
  replace (1 / (2 / (1 + F))) with ((1 + F) / 2) in A by (field; lra).
  replace (1 / (1 / F)) with F in C by (field; lra).
  set (n := ln (2 / (1 + F))) in *. set (d := ln (1 / F)) in *.
  assert (Pd : 0 < d) by lra.
  assert (E : 2 / (1 + F) - 1 = (1 - F) / (1 + F)) by (field; lra).
  assert (G : F * (1 / F - 1) = 1 - F) by (field; lra).
  assert (K : (1 + F) * ((1 - F) / (1 + F)) = 1 - F) by (field; lra).
  assert (N : n / d * d = n) by (field; lra).
  split; apply (Rmult_le_reg_r d); try assumption; rewrite N.
  - assert (F * d <= F * (1 / F - 1)) by (apply Rmult_le_compat_l; lra). lra.
  - apply (Rmult_le_reg_l (1 + F)); [lra|]. replace ((1 + F) * (1 / (1 + F) * d)) with d by (field; lra).
    assert ((1 + F) * n <= (1 + F) * (2 / (1 + F) - 1)) by (apply Rmult_le_compat_l; lra). lra.
Qed.

Definition window_end (F : R) : R := (1 + F + sqrt (1 - 6 * F + F ^ 2)) / 2.
Definition share_with_window (F : R) : R :=
  (ln (2 / (1 + F)) + ln (window_end F ^ 2 / (2 * F))) / ln (1 / F).

Lemma window_end_large F : 0 < F <= 1 / 9 -> 1 - 4 * F <= window_end F.
Proof.
  intros H. assert (S : 1 - 9 * F <= sqrt (1 - 6 * F + F ^ 2)).
  { rewrite <- (sqrt_pow2 (1 - 9 * F)) by lra. apply sqrt_le_1_alt. nra. }
  unfold window_end. lra.
Qed.

Theorem nearly_all_diverge F : 0 < F <= 1 / 9 -> 1 - 18 * F <= share_with_window F.
Proof.
  intros H. unfold share_with_window. assert (W := window_end_large F H). set (w := window_end F) in *.
  assert (Q : 0 < 1 / F) by (apply Rdiv_lt_0_compat; lra).
  assert (C := ln_at_least _ Q). replace (1 / (1 / F)) with F in C by (field; lra).
  assert (E : ln (2 / (1 + F)) + ln (w ^ 2 / (2 * F)) = ln (1 / F) - ln (1 + F) + (ln w + ln w)).
  { rewrite <- !ln_mult by (try apply Rdiv_lt_0_compat; nra). rewrite <- ln_mult by nra.
    assert (D : ln (1 / F) - ln (1 + F) = ln (1 / F / (1 + F))).
    { unfold Rdiv at 2. rewrite ln_mult, ln_Rinv by (try apply Rinv_0_lt_compat; lra). lra. }
    rewrite D, <- ln_mult by (try nra; apply Rdiv_lt_0_compat; lra). f_equal. field. lra. }
  rewrite E. assert (A := ln_at_most (1 + F) ltac:(lra)). assert (B := ln_at_least w ltac:(lra)).
  set (d := ln (1 / F)) in *. assert (Pd : 8 / 9 <= d) by lra.
  assert (I : 1 / w - 1 <= 36 / 5 * F).
  { apply (Rmult_le_reg_l w); [lra|]. replace (w * (1 / w - 1)) with (1 - w) by (field; lra). nra. }
  apply (Rmult_le_reg_r d); [lra|].
  replace ((d - ln (1 + F) + (ln w + ln w)) / d * d) with (d - ln (1 + F) + (ln w + ln w)) by (field; lra).
  assert (18 * F * (8 / 9) <= 18 * F * d) by (apply Rmult_le_compat_l; lra). lra.
Qed.
