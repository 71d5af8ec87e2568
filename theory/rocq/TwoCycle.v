(** The previous loss on x^2/2, without a cap in the way: the rates end in a two-cycle a/F, a.

    Rates are in units of 1/L, so the curvature is 1 and a rate overshoots from 2 on.  The rates are gamma_0 F^k; let a
    be the largest of them below 2, so that a/F > 2.  A step at a lowers the loss and one at a/F raises it: the rule
    alternates, and two steps multiply x by m = (1 - a)(1 - a/F).  It converges iff |m| < 1, that is a < 1 + F for
    a >= 1, and a^2 - (1 + F) a + 2F > 0 for a < 1, which always holds for F > 3 - 2 sqrt 2. *)

From Coq Require Import Reals Lra Lia List.
From GreedyLR Require Import InnerProduct Rule.
Import ListNotations.
Open Scope R_scope.

Definition parabola (i : nat) (x : line) : R := (x : R) * (x : R) / 2.
Definition parabola_slope (i : nat) (x : line) : line := x.

(** Algorithm 1, full batch, for n steps from the iterate x at the rate gamma, the previous loss being q. *)
Definition previous_run (F lo hi x gamma q : R) (n : nat) : state line (previous F) :=
  run (same_step (K := previous F) parabola parabola_slope lo hi) (State (V := line) (K := previous F) x gamma q)
    (repeat O n).

Definition multiplier (a F : R) : R := (1 - a) * (1 - a / F).

Lemma previous_run_plus F lo hi x gamma q n k :
  previous_run F lo hi x gamma q (n + k)
  = run (same_step (K := previous F) parabola parabola_slope lo hi) (previous_run F lo hi x gamma q n) (repeat O k).
Proof. unfold previous_run, run. now rewrite repeat_app, fold_left_app. Qed.

(** ** The two-cycle *)
Section Cycle.
Variables (F a lo hi : R).
Hypothesis HF : 0 < F < 1.
Hypothesis Ha : 0 < a < 2.
Hypothesis Ha1 : a <> 1.
Hypothesis HaF : 2 < a / F.
Hypothesis Hlo : lo <= a.
Hypothesis Hhi : a / F <= hi.

Lemma two_steps (y q : R) : y <> 0 -> y * y / 2 < q ->
  exists q', previous_run F lo hi y a q 2 = State (V := line) (K := previous F) (multiplier a F * y) a q' /\
    multiplier a F * y <> 0 /\ (multiplier a F * y) * (multiplier a F * y) / 2 < q'.
Proof.
  intros Hy Hq. unfold multiplier. set (b := a / F) in *.
  assert (Hb : a = F * b) by (unfold b; field; lra).
  set (y1 := (1 - b) * y).
  assert (Y : 0 < y * y) by (destruct (Rtotal_order y 0) as [?|[?|?]]; nra).
  assert (B : 1 < (1 - b) * (1 - b)) by nra.
  assert (Y1 : y * y < y1 * y1) by (replace (y1 * y1) with ((1 - b) * (1 - b) * (y * y)) by (unfold y1; ring); nra).
  assert (N1 : y1 <> 0) by (intros E; rewrite E in Y1; lra).
  exists (y1 * y1 / 2). repeat split.
  - unfold previous_run, run, same_step, decide, parabola, parabola_slope. simpl.
    destruct (Rlt_dec (y * y / 2) q) as [_|N]; [|lra]. simpl.
    replace (/ F * a) with b by (unfold b; field; lra). rewrite (clip_id lo hi b) by lra.
    replace (y + - b * y) with y1 by (unfold y1; ring).
    destruct (Rlt_dec (y1 * y1 / 2) (y * y / 2)) as [N|_]; [lra|]. simpl.
    replace (F * b) with a by lra. rewrite (clip_id lo hi a) by lra.
    f_equal. unfold y1. ring.
  - replace ((1 - a) * (1 - b) * y) with ((1 - a) * y1) by (unfold y1; ring).
    apply Rmult_integral_contrapositive_currified; lra.
  - replace ((1 - a) * (1 - b) * y) with ((1 - a) * y1) by (unfold y1; ring).
    assert ((1 - a) * (1 - a) < 1) by nra. nra.
Qed.

Theorem two_cycle (y q : R) k : y <> 0 -> y * y / 2 < q ->
  exists q', previous_run F lo hi y a q (2 * k) = State (V := line) (K := previous F) (multiplier a F ^ k * y) a q' /\
    multiplier a F ^ k * y <> 0 /\ (multiplier a F ^ k * y) * (multiplier a F ^ k * y) / 2 < q'.
Proof.
  intros Hy Hq. induction k as [|k (q1 & R1 & N1 & Q1)].
  - exists q. simpl. rewrite !Rmult_1_l. repeat split; auto.
  - destruct (two_steps _ _ N1 Q1) as (q2 & R2 & N2 & Q2). exists q2.
    replace (multiplier a F ^ S k * y) with (multiplier a F * (multiplier a F ^ k * y)) by (simpl; ring).
    repeat split; auto. rewrite <- R2. replace (2 * S k)%nat with (2 * k + 2)%nat by lia.
    now rewrite previous_run_plus, R1.
Qed.

(** Every second iterate. *)
Definition even_iterate (y q : R) (k : nat) : R := position (previous_run F lo hi y a q (2 * k)).

Lemma even_iterate_eq y q k : y <> 0 -> y * y / 2 < q -> even_iterate y q k = multiplier a F ^ k * y.
Proof. intros Hy Hq. unfold even_iterate. destruct (two_cycle y q k Hy Hq) as (p & E & _). now rewrite E. Qed.

Theorem two_cycle_converges y q : y <> 0 -> y * y / 2 < q -> Rabs (multiplier a F) < 1 ->
  forall eps, 0 < eps -> exists N, forall k, (k >= N)%nat -> Rabs (even_iterate y q k) < eps.
Proof.
  intros Hy Hq M eps He. assert (P : 0 < Rabs y) by now apply Rabs_pos_lt.
  destruct (pow_lt_1_zero (multiplier a F) M (eps / Rabs y)) as [N HN]; [now apply Rdiv_lt_0_compat|].
  exists N. intros k Hk. rewrite even_iterate_eq, Rabs_mult by auto.
  apply Rmult_lt_reg_r with (/ Rabs y); [now apply Rinv_0_lt_compat|].
  rewrite Rmult_assoc, Rinv_r, Rmult_1_r by lra. exact (HN k Hk).
Qed.

Theorem two_cycle_diverges y q : y <> 0 -> y * y / 2 < q -> 1 < Rabs (multiplier a F) ->
  forall B, exists N, forall k, (k >= N)%nat -> B <= Rabs (even_iterate y q k).
Proof.
  intros Hy Hq M B. assert (P : 0 < Rabs y) by now apply Rabs_pos_lt.
  destruct (Pow_x_infinity (multiplier a F) M (B / Rabs y)) as [N HN].
  exists N. intros k Hk. rewrite even_iterate_eq, Rabs_mult by auto.
  assert (Q := HN k Hk). apply Rge_le, (Rmult_le_compat_r (Rabs y)) in Q; [|lra].
  unfold Rdiv in Q. rewrite Rmult_assoc, Rinv_l in Q by lra. lra.
Qed.
End Cycle.

(** ** Which phases contract *)
Lemma multiplier_times_factor a F : F <> 0 -> F * multiplier a F = (1 - a) * (F - a).
Proof. intros H. unfold multiplier. field. exact H. Qed.

Theorem two_cycle_criterion a F : 0 < F < 1 -> 1 <= a -> (Rabs (multiplier a F) < 1 <-> a < 1 + F).
Proof.
  intros HF Ha. assert (E := multiplier_times_factor a F ltac:(lra)). set (m := multiplier a F) in *.
  assert (M : 0 <= m) by nra. rewrite Rabs_right by lra. split; intros H.
  - destruct (Rlt_or_le a (1 + F)) as [|C]; [assumption|exfalso]. nra.
  - nra.
Qed.

Theorem two_cycle_criterion_below a F : 0 < F < a -> a < 1 ->
  (Rabs (multiplier a F) < 1 <-> 0 < a ^ 2 - (1 + F) * a + 2 * F).
Proof.
  intros HF Ha. assert (E := multiplier_times_factor a F ltac:(lra)). set (m := multiplier a F) in *.
  assert (M : m <= 0) by nra. rewrite Rabs_left1 by lra. split; intros H; nra.
Qed.

(** For F > 3 - 2 sqrt 2, that is F^2 - 6F + 1 < 0, only phases from 1 + F on fail to contract. *)
Theorem below_one_always_contracts a F : 0 < F < 1 -> F ^ 2 - 6 * F + 1 < 0 -> F < a < 1 -> Rabs (multiplier a F) < 1.
Proof.
  intros HF D Ha. apply two_cycle_criterion_below; try lra.
  assert (0 <= (2 * a - (1 + F)) ^ 2) by apply pow2_ge_0. nra.
Qed.

(** For smaller F some phase below 1 does not contract: a = (1 + F)/2. *)
Theorem below_one_window F : 0 < F < 1 -> 0 <= F ^ 2 - 6 * F + 1 ->
  2 * F <= (1 + F) / 2 < 1 /\ 1 <= Rabs (multiplier ((1 + F) / 2) F).
Proof.
  intros HF D.
  assert (S : F <= 1 / 5) by nra. split; [lra|].
  destruct (Rlt_or_le (Rabs (multiplier ((1 + F) / 2) F)) 1) as [C|]; [exfalso|assumption].
  apply two_cycle_criterion_below in C; nra.
Qed.

(** ** No factor is stable from every initial rate, with or without a cap above 1 + 1/F *)
Theorem previous_diverges_above_the_cap F lo hi : 0 < F < 1 -> 1 + 1 / F < hi -> lo <= 1 + F ->
  exists a, 1 + F < a < 2 /\ a / F <= hi /\ forall y q, y <> 0 -> y * y / 2 < q ->
    forall B, exists N, forall k, (k >= N)%nat -> B <= Rabs (position (previous_run F lo hi y a q (2 * k))).
Proof.
  intros HF Hh Hl. set (a := Rmin (F * hi) ((3 + F) / 2)).
  assert (Fh : 1 + F < F * hi).
  { apply (Rmult_lt_compat_l F) in Hh; [|lra]. replace (F * (1 + 1 / F)) with (1 + F) in Hh by (field; lra). lra. }
  assert (A : 1 + F < a) by (apply Rmin_glb_lt; lra).
  assert (A2 : a <= (3 + F) / 2) by apply Rmin_r.
  assert (A3 : a <= F * hi) by apply Rmin_l.
  assert (AF : F * (a / F) = a) by (field; lra).
  exists a. split; [lra|]. split; [apply (Rmult_le_reg_l F); lra|].
  intros y q Hy Hq. apply two_cycle_diverges; try lra.
  - apply (Rmult_lt_reg_l F); [lra|]. rewrite AF. lra.
  - apply (Rmult_le_reg_l F); lra.
  - destruct (Rlt_or_le 1 (Rabs (multiplier a F))) as [|C]; [assumption|exfalso].
    assert (E := multiplier_times_factor a F ltac:(lra)).
    assert (M := Rle_abs (multiplier a F)). nra.
Qed.

Theorem previous_rule_diverges_for_every_factor F : 0 < F < 1 ->
  exists a, 1 + F < a < 2 /\ forall hi, 2 / F <= hi -> forall q, 1 / 2 < q ->
    forall B, exists N, forall k, (k >= N)%nat -> B <= Rabs (position (previous_run F 0 hi 1 a q (2 * k))).
Proof.
  intros HF. exists ((3 + F) / 2). split; [lra|]. intros hi Hh q Hq.
  set (a := (3 + F) / 2). assert (AF : F * (a / F) = a) by (field; lra).
  assert (F * (2 / F) = 2) by (field; lra).
  assert (A : 1 + F < a < 2) by (unfold a; lra).
  apply two_cycle_diverges; try lra.
  - apply (Rmult_lt_reg_l F); lra.
  - apply Rle_trans with (2 / F); [|assumption]. apply (Rmult_le_reg_l F); lra.
  - destruct (Rlt_or_le 1 (Rabs (multiplier a F))) as [|C]; [assumption|exfalso].
    assert (E := multiplier_times_factor a F ltac:(lra)).
    assert (M := Rle_abs (multiplier a F)). nra.
Qed.
