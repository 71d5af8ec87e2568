(** The best loss in a PyTorch loop, without patience: F = 1/2 gets stuck on x^2/2.

    The rate decided from a loss serves the next step, so after the overshoot it rises once more before the loss is
    seen.  From x_0 = 1 at the rate 8/5, below 2/L, the rates are 8/5, 16/5, 32/5, 16/5, 8/5, 4/5, ..., and no loss
    after the second one is ever below it. *)

From Coq Require Import Reals Lra Lia List.
From GreedyLR Require Import InnerProduct Rule TwoCycle BestRule.
Import ListNotations.
Open Scope R_scope.

(** The order of a PyTorch loop, the best loss b so far, full batch, n steps from x at the rate gamma. *)
Definition loop_run (F hi x gamma b : R) (n : nat) : state line (best F) :=
  run (next_step (K := best F) parabola parabola_slope 0 hi) (State (V := line) (K := best F) x gamma b) (repeat O n).

Lemma loop_run_plus F hi x gamma b n k :
  loop_run F hi x gamma b (n + k)
  = loop_run F hi (position (loop_run F hi x gamma b n)) (rate (loop_run F hi x gamma b n))
      (past (loop_run F hi x gamma b n)) k.
Proof.
  unfold loop_run. rewrite repeat_app. unfold run at 1. rewrite fold_left_app. fold (@run line (best F)).
  unfold run. now destruct (fold_left _ (repeat O n) _).
Qed.

Section Loop.
Variables (F hi : R).
Hypothesis HF : 0 < F < 1.

Lemma improves_once x gamma b n : x * x / 2 < b -> 0 <= gamma / F <= hi ->
  loop_run F hi x gamma b (S n) = loop_run F hi (x * (1 - gamma)) (gamma / F) (x * x / 2) n.
Proof.
  intros Hb Hr. change (S n) with (1 + n)%nat. rewrite loop_run_plus.
  unfold loop_run at 2 3 4. unfold run, next_step, decide, parabola, parabola_slope. simpl.
  destruct (Rlt_dec (x * x / 2) b) as [_|C]; [|lra]. simpl.
  replace (/ F * gamma) with (gamma / F) by (unfold Rdiv; ring). rewrite clip_id by lra.
  f_equal. ring.
Qed.

Lemma fails_once x gamma b n : b <= x * x / 2 -> 0 <= F * gamma <= hi ->
  loop_run F hi x gamma b (S n) = loop_run F hi (x * (1 - gamma)) (F * gamma) b n.
Proof.
  intros Hb Hr. change (S n) with (1 + n)%nat. rewrite loop_run_plus.
  unfold loop_run at 2 3 4. unfold run, next_step, decide, parabola, parabola_slope. simpl.
  destruct (Rlt_dec (x * x / 2) b) as [C|_]; [lra|]. simpl. rewrite clip_id by lra.
  f_equal. ring.
Qed.

(** Once the rates that are left are too small to make the loss beat its best, it never does. *)
Theorem stuck_for_ever x r b : 0 < r <= 1 -> r <= hi -> r <= 1 - F -> b <= (x * (1 - r / (1 - F))) ^ 2 / 2 ->
  forall n, loop_run F hi x r b n = State (V := line) (K := best F) (x * tail r F 0 n) (F ^ n * r) b /\
    b <= (x * tail r F 0 n) ^ 2 / 2.
Proof.
  intros Hr Hh Hs Hb.
  assert (Above : forall n, b <= (x * tail r F 0 n) ^ 2 / 2).
  { intros n. destruct (weierstrass F r HF ltac:(lra) 0 n ltac:(simpl; lra)) as (I & I0 & I1). simpl in I.
    assert (U := power_in_unit F HF n).
    set (q := 1 - r / (1 - F)) in *. set (t := tail r F 0 n) in *.
    assert (Q0 : 0 <= q).
    { unfold q. assert (r / (1 - F) <= 1); [|lra].
      apply (Rmult_le_reg_r (1 - F)); [lra|]. unfold Rdiv. rewrite Rmult_assoc, Rinv_l; lra. }
    assert (T : r * 1 * (1 - F ^ n) / (1 - F) <= r / (1 - F)).
    { unfold Rdiv. apply Rmult_le_compat_r; [left; apply Rinv_0_lt_compat; lra|nra]. }
    assert (QT : q <= t) by (unfold q; lra).
    assert (q * q <= t * t) by nra. assert (0 <= x * x) by nra.
    replace ((x * t) ^ 2) with (x * x * (t * t)) by ring. replace ((x * q) ^ 2) with (x * x * (q * q)) in Hb by ring.
    nra. }
  induction n as [|n [IH _]].
  - split; [|apply Above]. unfold loop_run, run. simpl. f_equal; ring.
  - split; [|apply Above]. replace (S n) with (n + 1)%nat by lia. rewrite loop_run_plus, IH. simpl position.
    simpl rate. simpl past. assert (U := power_in_unit F HF n). assert (A := Above n).
    assert (W : 0 < F ^ n * r <= r) by (split; [apply Rmult_lt_0_compat|]; nra).
    rewrite fails_once; [|replace (x * tail r F 0 n * (x * tail r F 0 n) / 2) with ((x * tail r F 0 n) ^ 2 / 2) by field;
      exact A|split; [apply Rmult_le_pos; lra|]; apply Rle_trans with (F ^ n * r); nra].
    unfold loop_run, run. simpl. rewrite Nat.add_comm. simpl. f_equal; ring.
Qed.
End Loop.

(** F = 1/2 from x_0 = 1 at the rate 8/5: every loss from step 2 on is at least f(x_1) = 9/50. *)
Theorem half_gets_stuck hi b n : 32 / 5 <= hi -> 1 / 2 < b ->
  9 / 50 <= position (loop_run (1 / 2) hi 1 (8 / 5) b (8 + n)) ^ 2 / 2 /\
  rate (loop_run (1 / 2) hi 1 (8 / 5) b (8 + n)) = (1 / 2) ^ n * (1 / 10).
Proof.
  intros Hh Hb. simpl Nat.add.
  rewrite improves_once by lra. rewrite improves_once by lra.
  rewrite fails_once by lra. rewrite fails_once by lra. rewrite fails_once by lra.
  rewrite fails_once by lra. rewrite fails_once by lra. rewrite fails_once by lra.
  set (x := 1 * _ * _ * _ * _ * _ * _ * _ * _). set (r := 1 / 2 * _). set (c := _ * _ / 2).
  assert (Ex : x = - (352836 / 390625)) by (unfold x; field).
  assert (Er : r = 1 / 10) by (unfold r; field).
  assert (Ec : c = 9 / 50) by (unfold c; field).
  rewrite Ex, Er, Ec. clear x r c Ex Er Ec.
  destruct (stuck_for_ever (1 / 2) hi ltac:(lra) (- (352836 / 390625)) (1 / 10) (9 / 50)) with (n := n) as (E & H).
  - lra.
  - lra.
  - lra.
  - replace (1 - 1 / 10 / (1 - 1 / 2)) with (4 / 5) by field. lra.
  - rewrite E. simpl position. simpl rate. split; [exact H|reflexivity].
Qed.
