(** Under a cap of at most 1/L the smallest factor has the smallest worst case, at every number of steps.

    L = 1: rates are in units of 1/L, losses in units of L.  GreedyLR in the order of Algorithm 1 never lowers the rate
    there, except at a minimiser: gamma_t = min(hi, gamma_0 / F^t).  So its worst case is that of
    [SumOfRates.last_iterate], and the larger rates of the smaller factor have the larger sum. *)

From Coq Require Import Reals Lra Lia List.
From GreedyLR Require Import InnerProduct Expectation Functions Rule FullBatch HuberLowerBound UnderCap GradientRuns.
From GreedyLR Require Import SumOfRates.
Import ListNotations.
Open Scope R_scope.

Section Rates.
Variables (F lo hi gamma0 : R).
Hypothesis HF : 0 < F < 1.
Hypothesis start_pos : 0 < gamma0.
Hypothesis start_below : gamma0 <= hi.

Lemma powers_grow t : gamma0 <= gamma0 / F ^ t.
Proof.
  assert (P : 0 < F ^ t) by (apply pow_lt; lra). apply (Rmult_le_reg_r (F ^ t)); [exact P|].
  unfold Rdiv. rewrite Rmult_assoc, Rinv_l, Rmult_1_r by lra.
  assert (F ^ t <= 1) by (rewrite <- (pow1 t); apply pow_incr; lra).
  rewrite <- (Rmult_1_r gamma0) at 2. apply Rmult_le_compat_l; lra.
Qed.

Lemma raised_bounds t : gamma0 <= raised hi gamma0 F t <= hi.
Proof. assert (A := powers_grow t). unfold raised. split; [now apply Rmin_glb|apply Rmin_l]. Qed.

Hypothesis floor_below : lo <= gamma0.

Lemma raised_0 : clip lo hi (1 * gamma0) = raised hi gamma0 F 0.
Proof.
  rewrite Rmult_1_l, clip_id by lra. unfold raised. simpl. unfold Rdiv. rewrite Rinv_1, Rmult_1_r.
  now rewrite Rmin_right by lra.
Qed.

Lemma raised_S t : clip lo hi (/ F * raised hi gamma0 F t) = raised hi gamma0 F (S t).
Proof.
  assert (A := raised_bounds t). assert (I : 1 < / F) by (rewrite <- Rinv_1 at 1; apply Rinv_lt_contravar; lra).
  assert (B := powers_grow (S t)).
  assert (N : gamma0 / F ^ S t = / F * (gamma0 / F ^ t)) by (simpl; field; split; [apply pow_nonzero|]; lra).
  unfold raised in *. destruct (Rle_dec hi (gamma0 / F ^ t)) as [C|C].
  - rewrite (Rmin_left hi (gamma0 / F ^ t)) in * by exact C.
    assert (D : hi <= / F * hi) by (rewrite <- (Rmult_1_l hi) at 1; apply Rmult_le_compat_r; lra).
    rewrite clip_above by lra. rewrite N. symmetry. apply Rmin_left.
    apply Rle_trans with (1 := D). apply Rmult_le_compat_l; lra.
  - rewrite (Rmin_right hi (gamma0 / F ^ t)) by lra. rewrite <- N. unfold clip. now rewrite (Rmax_right lo) by lra.
Qed.
End Rates.

Section Run.
Context {V : space}.
Variables (f : V -> R) (g : V -> V) (xs x0 : V) (F lo hi gamma0 : R) (N : nat).
Hypothesis HF : 0 < F < 1.
Hypothesis start_pos : 0 < gamma0.
Hypothesis start_below : gamma0 <= hi.
Hypothesis floor_below : lo <= gamma0.

Local Notation rates := (raised hi gamma0 F).
Local Notation x_ t := (gradient_run g rates x0 t).
Local Notation B := (norm2 (x0 -v xs) / (2 * (2 * sum N rates + 1))).

(** Where every loss is below the one before, the rates are these. *)
Lemma greedy_rises n : (forall t, (S t < n)%nat -> f (x_ (S t)) < f (x_ t)) ->
  position (greedy f g F lo hi gamma0 x0 n) = x_ n.
Proof.
  intros Down.
  enough (E : forall k, (k <= n)%nat -> greedy f g F lo hi gamma0 x0 k =
    match k with
    | O => State (K := previous_from_start F) x0 gamma0 None
    | S j => State (K := previous_from_start F) (x_ k) (rates j) (Some (f (x_ j)))
    end) by (rewrite E by lia; now destruct n).
  induction k as [|k IH]; intros Hk; [reflexivity|]. unfold greedy in *.
  change (repeat O (S k)) with (O :: repeat O k). rewrite repeat_cons, run_last, IH by lia.
  destruct k as [|j]; unfold same_step, decide; simpl.
  - now rewrite (raised_0 F lo hi gamma0) by assumption.
  - destruct (Rlt_dec _ _) as [_|C]; [|exfalso; apply C, (Down j); lia]. simpl. now rewrite (raised_S F lo hi gamma0) by assumption.
Qed.

Hypothesis convexity : convex f g.
Hypothesis smoothness : smooth f g 1.
Hypothesis stationary : g xs = zero.
Hypothesis cap : hi <= 1.
Hypothesis N_pos : (0 < N)%nat.

Lemma last_iterate_of_raised : f (x_ N) - f xs <= B.
Proof.
  assert (H := last_iterate f g 1 xs x0 rates N convexity smoothness Rlt_0_1 stationary N_pos).
  rewrite Rmult_1_l, Rmult_1_r in H. apply H. intros t _.
  assert (A := raised_bounds F hi gamma0 HF start_pos start_below t). lra.
Qed.

Lemma bound_nonneg : 0 <= B.
Proof.
  assert (0 <= sum N rates).
  { clear N_pos. induction N; simpl; [lra|].
    assert (A := raised_bounds F hi gamma0 HF start_pos start_below n). lra. }
  apply Rmult_le_pos; [apply norm2_nonneg|]. left. apply Rinv_0_lt_compat. lra.
Qed.

(** From the step t + 1 on: the rate has only risen, or the iterate is a minimiser. *)
Lemma from_step n : forall t, (S t + n = N)%nat ->
  bounded f g xs (K := previous_from_start F) lo hi B n
    (State (K := previous_from_start F) (x_ (S t)) (rates t) (Some (f (x_ t)))).
Proof.
  induction n as [|n IH]; intros t E.
  - change (f (x_ (S t)) - f xs <= B). replace (S t) with N by lia. exact last_iterate_of_raised.
  - apply (descends f g xs convexity smoothness stationary) with (up := rates (S t)).
    + exact bound_nonneg.
    + now apply raised_S.
    + intros H. apply (no_fall f g xs convexity smoothness stationary (x_ t) (rates t)); [|exact H].
      assert (A := raised_bounds F hi gamma0 HF start_pos start_below t). lra.
    + apply (IH (S t)). lia.
Qed.

Theorem greedy_under_cap : f (position (greedy f g F lo hi gamma0 x0 N)) - f xs <= B.
Proof.
  assert (S0 := starts f g xs F lo hi B (pred N) x0 gamma0 (rates 0)).
  replace (S (pred N)) with N in S0 by lia. apply S0.
  - now apply raised_0.
  - apply (from_step (pred N) 0). lia.
Qed.
End Run.

(** ** The worst case, exactly, and what the factor does to it *)

(** On a convex 1-smooth function of one variable the bound is attained from the distance r. *)
Theorem greedy_under_cap_attained (F lo hi gamma0 r : R) (N : nat) :
  0 < F < 1 -> 0 < gamma0 <= hi -> lo <= gamma0 -> 0 < r ->
  exists (h : line -> R) (k : line -> line), convex h k /\ smooth h k 1 /\ k 0 = 0 /\
    h (position (greedy h k F lo hi gamma0 (r : line) N)) - h 0
    = r ^ 2 / (2 * (2 * sum N (raised hi gamma0 F) + 1)).
Proof.
  intros HF Hg Hlo Hr. set (d := end_width 1 r (raised hi gamma0 F) N).
  assert (Pos : forall t, (t < N)%nat -> 0 <= raised hi gamma0 F t).
  { intros t _. assert (A := raised_bounds F hi gamma0 HF ltac:(lra) ltac:(lra) t). lra. }
  assert (Hd : 0 < d) by (apply end_width_pos; [exact Rlt_0_1|exact Hr|exact Pos]).
  exists (huber 1 d), (huber_slope 1 d).
  split; [exact (huber_convex 1 d Rlt_0_1 Hd)|]. split; [exact (huber_smooth 1 d Rlt_0_1 Hd)|].
  split; [exact (huber_stationary 1 d Hd)|].
  rewrite (greedy_rises (V := line) (huber 1 d) (huber_slope 1 d) r F lo hi gamma0); try lra.
  - assert (A := descent_down_the_slope 1 r (raised hi gamma0 F) N Rlt_0_1 Hr Pos).
    rewrite !Rmult_1_l, Rmult_1_r in A. exact A.
  - intros t Ht. apply (slope_falls 1 r (raised hi gamma0 F) N Rlt_0_1 Hr Pos); [lia|].
    assert (A := raised_bounds F hi gamma0 HF ltac:(lra) ltac:(lra) t). lra.
Qed.

Lemma smaller_factor_larger_sum F F' hi gamma0 N :
  0 < gamma0 -> 0 < F' <= F -> sum N (raised hi gamma0 F) <= sum N (raised hi gamma0 F').
Proof. intros Hg HF. apply sum_le. intros t _. now apply smaller_factor_larger_rate. Qed.

(** Some convex 1-smooth function is as bad for F as any is for F' <= F, from the same distance. *)
Theorem smaller_factor_smaller_worst_case F F' lo hi gamma0 r N :
  0 < r -> 0 < F' <= F -> F < 1 -> 0 < gamma0 <= hi -> lo <= gamma0 -> hi <= 1 -> (0 < N)%nat ->
  exists (h : line -> R) (k : line -> line), convex h k /\ smooth h k 1 /\ k 0 = 0 /\
    forall (V : space) (f : V -> R) (g : V -> V) (xs x0 : V),
      convex f g -> smooth f g 1 -> g xs = zero -> norm2 (x0 -v xs) <= r ^ 2 ->
      f (position (greedy f g F' lo hi gamma0 x0 N)) - f xs
      <= h (position (greedy h k F lo hi gamma0 (r : line) N)) - h 0.
Proof.
  intros Hr0 HF HF1 Hg Hlo Hcap HN.
  destruct (greedy_under_cap_attained F lo hi gamma0 r N ltac:(lra) Hg Hlo Hr0) as (h & k & Hh & Hk & H0 & E).
  exists h, k. split; [exact Hh|]. split; [exact Hk|]. split; [exact H0|].
  intros V f g xs x0 Hc Hs Hst Hr. rewrite E.
  assert (U := greedy_under_cap f g xs x0 F' lo hi gamma0 N ltac:(lra) ltac:(lra) ltac:(lra) Hlo Hc Hs Hst Hcap HN).
  assert (M := smaller_factor_larger_sum F F' hi gamma0 N ltac:(lra) HF).
  assert (P : 0 <= sum N (raised hi gamma0 F)).
  { clear - HF HF1 Hg. induction N as [|n IH]; simpl; [lra|].
    assert (A := raised_bounds F hi gamma0 ltac:(lra) ltac:(lra) ltac:(lra) n). lra. }
  apply Rle_trans with (1 := U). unfold Rdiv. apply Rmult_le_compat; [apply norm2_nonneg| |exact Hr|].
  - left. apply Rinv_0_lt_compat. lra.
  - apply Rinv_le_contravar; lra.
Qed.
