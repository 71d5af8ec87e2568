(** The failure of Algorithm 1 as printed.

    Algorithm 1 uses the rate decided from the loss of a sample on that same sample.  With two samples on the line,
    a dear one f_0(x) = (x-1)^2/2 + c and a cheap one f_1(x) = (x+1)^2/2, c >= 2, the mean loss is x^2/2 + (1+2c)/4
    up to a constant, with minimiser 0.  Coming after a cheap sample, a dear one looks like a failure and its rate is
    cut from hi to F hi; the next sample restores hi.  So the steps towards +1 are smaller than those towards -1, and
    the averaged iterate settles near

        bias = - (1-F)(1+hi) / (3 + F + (1-F) hi),

    which does not vanish as hi -> 0:

      [rule_is_chain]            the rates Algorithm 1 uses, along every sequence of samples;
      [expected_average]         |E xbar_T - bias| <= 2 (1+|x0|) / (hi T);
      [stays_away]               E xbar_T <= bias/2, and its expected suboptimality is at least bias^2/8, for large T;
      [violates_every_reading]   numbers: more than 1/100 where each reading of the printed bound is below 1/250;
      [no_bound_that_vanishes]   no bound A/(lo T) + B hi can hold, even started at the minimiser. *)

From Coq Require Import Reals Lra Lia List.
From GreedyLR Require Import InnerProduct Expectation Functions FiniteSum Rule.
Import ListNotations.
Open Scope R_scope.

(** ** The two samples: 0 is dear, 1 is cheap (and so is any other index) *)
Definition target (i : nat) : R := match i with O => 1 | S _ => -1 end.
Definition price (c : R) (i : nat) : R := match i with O => c | S _ => 0 end.
Definition loss (c : R) (i : nat) (x : line) : R := (x - target i) ^ 2 / 2 + price c i.
Definition gradient (i : nat) (x : line) : line := x - target i.

Lemma avg_two F : avg 2 F = (F 0%nat + F 1%nat) / 2.
Proof. unfold avg. simpl. field. Qed.

Lemma loss_convex c i : convex (loss c i) (gradient i).
Proof.
  intros x y. unfold loss, gradient, sub. simpl in *.
  assert (0 <= (y - x) ^ 2) by apply pow2_ge_0. lra.
Qed.

Lemma loss_smooth c i : smooth (loss c i) (gradient i) 1.
Proof. intros x y. unfold loss, gradient, norm2, sub. simpl in *. lra. Qed.

Lemma zero_is_stationary : vsum 2 (fun i => gradient i (0 : line)) = zero.
Proof. simpl. unfold gradient, target. ring. Qed.

Lemma noise_at_zero : noise 2 gradient (0 : line) = 1.
Proof. unfold noise. rewrite avg_two. unfold norm2, gradient, target. simpl. field. Qed.

(** The assumptions of the paper's theorem hold, with L = 1 and sigma2 = 1. *)
Theorem admissible c :
  (forall i, convex (loss c i) (gradient i)) /\ (forall i, smooth (loss c i) (gradient i) 1) /\
  vsum 2 (fun i => gradient i (0 : line)) = zero /\ noise 2 gradient (0 : line) = 1.
Proof.
  repeat split; [intros; apply loss_convex|intros; apply loss_smooth|apply zero_is_stationary|apply noise_at_zero].
Qed.

Lemma suboptimality c (x : line) : mean_loss 2 (loss c) x - mean_loss 2 (loss c) (0 : line) = x ^ 2 / 2.
Proof. unfold mean_loss. rewrite !avg_two. unfold loss, target, price. field. Qed.

(** ** Algorithm 1, started at rate hi with the loss [prev] in memory, along the samples s *)
Definition algorithm1 (c F lo hi x0 prev : R) (s : list nat) : state line (previous F) :=
  run (same_step (K := previous F) (loss c) gradient lo hi) (State (V := line) (K := previous F) x0 hi prev) s.

Definition iterate (c F lo hi x0 prev : R) (s : list nat) : R := position (algorithm1 c F lo hi x0 prev s).

(** The average of the first T positions x_0, ..., x_(T-1). *)
Definition average (c F lo hi x0 prev : R) (T : nat) (s : list nat) : R :=
  avg T (fun t => iterate c F lo hi x0 prev (firstn t s)).

(** Its expected excess loss. *)
Definition excess (c F lo hi x0 prev : R) (T : nat) : R :=
  E 2 T (fun s => mean_loss 2 (loss c) (average c F lo hi x0 prev T s) - mean_loss 2 (loss c) (0 : line)).

(** The rate that Algorithm 1 will turn out to use on sample i after sample l. *)
Definition chain_rate (F hi : R) (l i : nat) : R :=
  match l, i with S _, O => F * hi | _, _ => hi end.

(** The last sample; before the first one, a cheap one. *)
Definition last_sample (s : list nat) : nat := last s 1%nat.

Definition bias (F hi : R) : R := - ((1 - F) * (1 + hi)) / (3 + F + (1 - F) * hi).

(** ** Facts about absolute values and expectations *)
Lemma abs_bounds a b : Rabs a <= b -> - b <= a <= b.
Proof. unfold Rabs. destruct (Rcase_abs a); lra. Qed.

Lemma E_abs_le n T X B : (0 < n)%nat -> (forall s, Rabs (X s) <= B) -> Rabs (E n T X) <= B.
Proof.
  intros Hn H. apply Rabs_le. split.
  - rewrite <- (E_const n T (- B) Hn). apply E_le; auto. intros s _. specialize (H s). apply abs_bounds in H. lra.
  - rewrite <- (E_const n T B Hn). apply E_le; auto. intros s _. specialize (H s). apply abs_bounds in H. lra.
Qed.

(** What depends on the first t samples only is averaged over these alone. *)
Lemma E_firstn n t k X : (0 < n)%nat -> E n (t + k) (fun s => X (firstn t s)) = E n t X.
Proof.
  intros Hn. revert X. induction t; intros X.
  - simpl. now apply E_const.
  - simpl. apply avg_ext. intros i _. apply (IHt (fun s => X (i :: s))).
Qed.

Lemma sum_telescope T m : sum T (fun t => m (S t)) = sum T m + m T - m O.
Proof. induction T; simpl; [ring|]. rewrite IHT. ring. Qed.

Section Failure.
Variables (c F lo hi x0 prev : R).
Hypothesis Hc : 2 <= c.
Hypothesis HF : 0 < F < 1.
Hypothesis Hhi : 0 < hi < 1.
Hypothesis Hlo : 0 < lo <= F * hi.
Hypothesis Hx0 : -1 < x0 < 1.
Hypothesis Hprev : (x0 + 1) ^ 2 / 2 < prev <= (x0 - 1) ^ 2 / 2 + c.

Notation algorithm := (algorithm1 c F lo hi x0 prev).
Notation x := (iterate c F lo hi x0 prev).

(** ** The rates of Algorithm 1 *)

(** An improvement restores hi, from hi as from F hi; a failure cuts hi to F hi. *)
Lemma restored r : r = hi \/ r = F * hi -> clip lo hi (/ F * r) = hi.
Proof.
  assert (0 < / F) by (apply Rinv_0_lt_compat; lra). assert (/ F * F = 1) by (field; lra).
  assert (1 < / F) by nra. intros Hr. apply clip_above; [nra|]. destruct Hr; subst r; nra.
Qed.

Lemma cut : clip lo hi (F * hi) = F * hi.
Proof. apply clip_id. nra. Qed.

(** A step of rate r in (0,1) towards a target in [-1,1] stays in (-1,1). *)
Lemma interval r y i : 0 < r < 1 -> -1 < y < 1 -> -1 < y - r * (y - target i) < 1.
Proof. intros Hr Hy. destruct i; simpl; nra. Qed.

(** ... and strictly decreases the loss of its sample. *)
Lemma improves r y i : 0 < r < 1 -> -1 < y < 1 -> loss c i (y - r * (y - target i)) < loss c i y.
Proof.
  intros Hr Hy. unfold loss.
  replace (y - r * (y - target i) - target i) with ((1 - r) * (y - target i)) by ring.
  assert (0 < (y - target i) ^ 2) by (destruct i; simpl; nra).
  assert ((1 - r) ^ 2 < 1) by nra.
  rewrite Rpow_mult_distr. nra.
Qed.

(** Any loss of the cheap sample is below any loss of the dear one. *)
Lemma cheap_below_dear y z i : -1 < y < 1 -> loss c (S i) y < loss c O z.
Proof.
  intros Hy. unfold loss; simpl target; simpl price. assert (0 <= (z - 1) ^ 2) by apply pow2_ge_0.
  assert ((y - -1) ^ 2 < 4) by nra. lra.
Qed.

(** The state after the last sample l: the next cheap sample will improve; so will the next dear one, if l is dear. *)
Definition invariant (l : nat) (s : state line (previous F)) : Prop :=
  -1 < position s < 1 /\ loss c 1 (position s) < past s /\
  match l with
  | O => loss c 0 (position s) < past s /\ (rate s = hi \/ rate s = F * hi)
  | S _ => past s <= loss c 0 (position s) /\ rate s = hi
  end.

Lemma invariant_start : invariant 1 (algorithm []).
Proof. unfold invariant, algorithm1, loss. simpl in *. lra. Qed.

Lemma decided l s i : invariant l s -> fst (decide (loss c) lo hi s i) = chain_rate F hi l i.
Proof.
  intros (Hx & Hcheap & Hl). unfold decide. simpl.
  destruct i as [|i]; [destruct l as [|l]|]; simpl chain_rate.
  - destruct Hl as [Hd Hr]. destruct (Rlt_dec _ _) as [_|N]; [now apply restored|contradiction].
  - destruct Hl as [Hd Hr]. rewrite Hr. destruct (Rlt_dec _ _) as [C|_]; [lra|apply cut].
  - change (loss c (S i) (position s)) with (loss c 1 (position s)).
    destruct (Rlt_dec _ _) as [_|N]; [|contradiction].
    replace (chain_rate F hi l (S i)) with hi by now destruct l.
    apply restored. destruct l; [apply Hl|left; apply Hl].
Qed.

Lemma chain_rate_bounds l i : 0 < chain_rate F hi l i < 1.
Proof. destruct l, i; simpl; nra. Qed.

Lemma stepped l s i : invariant l s ->
  position (same_step (loss c) gradient lo hi s i) = position s - chain_rate F hi l i * (position s - target i).
Proof. intros H. unfold same_step. rewrite (decided l s i H). simpl. unfold gradient. ring. Qed.

Lemma invariant_step l s i : invariant l s -> invariant i (same_step (loss c) gradient lo hi s i).
Proof.
  intros H. assert (D := decided l s i H). assert (P := stepped l s i H). assert (B := chain_rate_bounds l i).
  assert (Hx : -1 < position s < 1) by apply H.
  set (s' := same_step (loss c) gradient lo hi s i) in *.
  assert (R : rate s' = chain_rate F hi l i) by exact D.
  assert (M : past s' = loss c i (position s)) by reflexivity.
  assert (Hx' : -1 < position s' < 1) by (rewrite P; now apply interval).
  assert (I : loss c i (position s') < loss c i (position s)) by (rewrite P; now apply improves).
  unfold invariant. rewrite M, R. split; [exact Hx'|]. destruct i as [|i].
  - split; [now apply cheap_below_dear|]. split; [exact I|]. destruct l; simpl; auto.
  - split; [exact I|]. split; [left; now apply cheap_below_dear|]. now destruct l.
Qed.

Lemma invariant_run s : invariant (last_sample s) (algorithm s).
Proof.
  induction s as [|i s IH] using rev_ind; [apply invariant_start|].
  unfold algorithm1, last_sample in *. rewrite run_last, last_last. eapply invariant_step, IH.
Qed.

Theorem rule_is_chain s i :
  -1 < x s < 1 /\
  rate (algorithm (s ++ [i])) = chain_rate F hi (last_sample s) i /\
  x (s ++ [i]) = x s - chain_rate F hi (last_sample s) i * (x s - target i).
Proof.
  assert (H := invariant_run s). split; [apply H|].
  unfold iterate, algorithm1. rewrite run_last. split; [exact (decided _ _ i H)|exact (stepped _ _ i H)].
Qed.

Lemma iterate_bounds s : -1 < x s < 1.
Proof. apply (rule_is_chain s 0). Qed.

Lemma iterate_last s i : x (s ++ [i]) = x s - chain_rate F hi (last_sample s) i * (x s - target i).
Proof. apply rule_is_chain. Qed.

(** ** First moments *)
Definition cheap (s : list nat) : R := match last_sample s with O => 0 | S _ => 1 end.
Definition mean (t : nat) : R := E 2 t x.
Definition cheap_mean (t : nat) : R := E 2 t (fun s => x s * cheap s).
Definition cheap_probability (t : nat) : R := E 2 t cheap.

Lemma cheap_last s i : cheap (s ++ [i]) = match i with O => 0 | S _ => 1 end.
Proof. unfold cheap, last_sample. now rewrite last_last. Qed.

Lemma cheap_probability_0 : cheap_probability 0 = 1.
Proof. reflexivity. Qed.

Lemma cheap_probability_S t : cheap_probability (S t) = 1 / 2.
Proof.
  unfold cheap_probability. rewrite E_last. rewrite <- (E_const 2 t (1 / 2)) by lia.
  apply E_ext. intros s _. rewrite avg_two, !cheap_last. field.
Qed.

(** The step is the one of constant rate hi, except that a dear sample after a cheap one moves less. *)
Lemma mean_S t :
  mean (S t) = (1 - hi) * mean t + (1 - F) * hi / 2 * (cheap_mean t - cheap_probability t).
Proof.
  unfold mean, cheap_mean, cheap_probability. rewrite E_last.
  rewrite (E_ext 2 t _ (fun s => (1 - hi) * x s
             + ((1 - F) * hi / 2 * (x s * cheap s) + - ((1 - F) * hi / 2) * cheap s))).
  - rewrite E_plus, E_scal, (E_plus 2 t (fun s => _ * (x s * cheap s))), !E_scal. ring.
  - intros s _. rewrite avg_two, !iterate_last. unfold cheap.
    destruct (last_sample s); simpl; field.
Qed.

Lemma cheap_mean_S t : cheap_mean (S t) = ((1 - hi) * mean t - hi) / 2.
Proof.
  unfold mean, cheap_mean. rewrite E_last.
  rewrite (E_ext 2 t _ (fun s => (1 - hi) / 2 * x s + - (hi / 2))).
  - rewrite E_plus, E_scal, E_const by lia. field.
  - intros s _. rewrite avg_two, !iterate_last, !cheap_last.
    destruct (last_sample s); simpl; field.
Qed.

Lemma mean_bounds t : -1 <= mean t <= 1.
Proof.
  apply abs_bounds, E_abs_le; [lia|]. intros s. assert (H := iterate_bounds s). apply Rabs_le. lra.
Qed.

(** ** Summing both recursions over t < T *)
Lemma sum_mean T : (0 < T)%nat ->
  mean T - x0 = - hi * sum T mean + (1 - F) * hi / 2 * (sum T cheap_mean - (INR T + 1) / 2).
Proof.
  intros HT. destruct T as [|T]; [lia|]. clear HT. induction T as [|T IH].
  - rewrite mean_S. change (mean 0) with x0. change (cheap_mean 0) with (x0 * 1).
    rewrite cheap_probability_0. simpl. change (mean 0) with x0. change (cheap_mean 0) with (x0 * 1). field.
  - rewrite mean_S, cheap_probability_S. change (sum (S (S T)) mean) with (sum (S T) mean + mean (S T)).
    change (sum (S (S T)) cheap_mean) with (sum (S T) cheap_mean + cheap_mean (S T)).
    rewrite (S_INR (S T)). lra.
Qed.

Lemma sum_cheap_mean T :
  sum T cheap_mean = ((1 - hi) * sum T mean - hi * INR T) / 2 + x0 - cheap_mean T.
Proof.
  assert (H := sum_telescope T cheap_mean).
  rewrite (sum_ext T _ (fun t => (1 - hi) / 2 * mean t + - (hi / 2))) in H
    by (intros; rewrite cheap_mean_S; field).
  rewrite sum_plus, sum_scal, sum_const in H.
  assert (H0 : cheap_mean 0 = x0 * 1) by reflexivity. lra.
Qed.

(** The balance, after multiplying by 4: the boundary terms on the right do not grow with T. *)
Lemma summed T : (0 < T)%nat ->
  (3 + F + (1 - F) * hi) * sum T mean
  = - ((1 - F) * (1 + hi)) * INR T + 2 * (1 - F) * (x0 - cheap_mean T - 1 / 2) - 4 * (mean T - x0) / hi.
Proof.
  intros HT. assert (A := sum_mean T HT). rewrite (sum_cheap_mean T) in A.
  rewrite A. field. lra.
Qed.

Lemma boundary T : (0 < T)%nat ->
  Rabs (2 * (1 - F) * (x0 - cheap_mean T - 1 / 2) - 4 * (mean T - x0) / hi) <= 6 * (1 + Rabs x0) / hi.
Proof.
  intros HT. destruct T as [|T]; [lia|].
  assert (Hm := mean_bounds T). assert (HM := mean_bounds (S T)).
  assert (Hv : -1 / 2 <= cheap_mean (S T) <= 1 / 2) by (rewrite cheap_mean_S; nra).
  set (m := mean (S T)) in *. set (v := cheap_mean (S T)) in *.
  assert (Ha : Rabs (x0 - v - 1 / 2) <= 1 + Rabs x0).
  { replace (x0 - v - 1 / 2) with (x0 + - (v + 1 / 2)) by ring. eapply Rle_trans; [apply Rabs_triang|].
    rewrite Rabs_Ropp, (Rabs_right (v + 1 / 2)) by lra. lra. }
  assert (Hb : Rabs (m - x0) <= 1 + Rabs x0).
  { unfold Rminus. eapply Rle_trans; [apply Rabs_triang|]. rewrite Rabs_Ropp.
    assert (Rabs m <= 1) by (apply Rabs_le; lra). lra. }
  assert (Hi : 1 < / hi) by (rewrite <- Rinv_1; apply Rinv_lt_contravar; lra).
  set (b := 1 + Rabs x0) in *. assert (0 <= b) by (assert (0 <= Rabs x0) by apply Rabs_pos; unfold b; lra).
  unfold Rminus at 1. eapply Rle_trans; [apply Rabs_triang|].
  rewrite Rabs_Ropp. unfold Rdiv. rewrite !Rabs_mult.
  rewrite (Rabs_right 2), (Rabs_right 4), (Rabs_right (1 - F)), (Rabs_right (/ hi)) by lra.
  change (x0 - v - 1 * / 2) with (x0 - v - 1 / 2).
  assert (2 * (1 - F) * Rabs (x0 - v - 1 / 2) <= 2 * b).
  { assert (0 <= Rabs (x0 - v - 1 / 2)) by apply Rabs_pos. nra. }
  assert (2 * b <= 2 * b * / hi) by nra.
  assert (4 * Rabs (m - x0) * / hi <= 4 * b * / hi) by nra. lra.
Qed.

Lemma E_average T : (0 < T)%nat -> E 2 T (average c F lo hi x0 prev T) = / INR T * sum T mean.
Proof.
  intros HT. unfold average. rewrite (E_avg 2 T T ltac:(lia) (fun t s => x (firstn t s))).
  unfold avg. f_equal. apply sum_ext. intros t Ht.
  replace T with (t + (T - t))%nat by lia. apply E_firstn. lia.
Qed.

Theorem expected_average T : (0 < T)%nat ->
  Rabs (E 2 T (average c F lo hi x0 prev T) - bias F hi) <= 2 * (1 + Rabs x0) / (hi * INR T).
Proof.
  intros HT. assert (HI := INR_pos T HT). rewrite E_average by exact HT.
  set (D := 3 + F + (1 - F) * hi). assert (HD : 3 <= D) by (unfold D; nra).
  replace (/ INR T * sum T mean - bias F hi)
    with (/ (INR T * D) * (2 * (1 - F) * (x0 - cheap_mean T - 1 / 2) - 4 * (mean T - x0) / hi)).
  - rewrite Rabs_mult, (Rabs_right (/ (INR T * D))) by (left; apply Rinv_0_lt_compat; nra).
    assert (B := boundary T HT). assert (P := Rabs_pos x0).
    assert (Q : / (INR T * D) <= / (INR T * 3)) by (apply Rinv_le_contravar; nra).
    assert (0 < / (INR T * D)) by (apply Rinv_0_lt_compat; nra).
    replace (2 * (1 + Rabs x0) / (hi * INR T)) with (/ (INR T * 3) * (6 * (1 + Rabs x0) / hi)) by (field; lra).
    apply Rmult_le_compat; auto; [lra|apply Rabs_pos].
  - assert (A := summed T HT). fold D in A.
    replace (2 * (1 - F) * (x0 - cheap_mean T - 1 / 2) - 4 * (mean T - x0) / hi)
      with (D * sum T mean + (1 - F) * (1 + hi) * INR T) by lra.
    unfold bias. fold D. field. lra.
Qed.

(** ** The consequence for the loss *)
Lemma bias_size : bias F hi <= - (1 - F) / 4.
Proof.
  unfold bias. set (D := 3 + F + (1 - F) * hi). assert (HD : 3 <= D <= 4) by (unfold D; nra).
  apply (Rmult_le_reg_l D); [lra|]. replace (D * (- ((1 - F) * (1 + hi)) / D)) with (- ((1 - F) * (1 + hi)))
    by (field; lra). nra.
Qed.

(** Jensen, with any upper bound -d on the expected average. *)
Lemma suboptimality_from_mean T d : 0 <= d -> E 2 T (average c F lo hi x0 prev T) <= - d ->
  d ^ 2 / 2 <= excess c F lo hi x0 prev T.
Proof.
  intros Hd H. unfold excess. rewrite (E_ext 2 T _ (fun s => / 2 * average c F lo hi x0 prev T s ^ 2))
    by (intros; rewrite suboptimality; field).
  rewrite E_scal. assert (J := E_square 2 T (average c F lo hi x0 prev T) ltac:(lia)). nra.
Qed.

Theorem stays_away T : 32 / ((1 - F) * hi) <= INR T ->
  E 2 T (average c F lo hi x0 prev T) <= bias F hi / 2 /\
  bias F hi ^ 2 / 8 <= excess c F lo hi x0 prev T.
Proof.
  intros HT. assert (Hq : 0 < (1 - F) * hi) by nra.
  assert (Hr : 0 < 32 / ((1 - F) * hi)) by (apply Rdiv_lt_0_compat; lra).
  assert (HT0 : (0 < T)%nat) by (apply INR_lt; simpl; lra).
  assert (HI := INR_pos T HT0). assert (B := bias_size). assert (Ha := expected_average T HT0).
  assert (He : 2 * (1 + Rabs x0) / (hi * INR T) <= (1 - F) / 8).
  { apply (Rmult_le_compat_r ((1 - F) * hi)) in HT; [|lra].
    replace (32 / ((1 - F) * hi) * ((1 - F) * hi)) with 32 in HT by (field; lra).
    assert (P : 0 < hi * INR T) by (apply Rmult_lt_0_compat; lra). assert (Rabs x0 <= 1) by (apply Rabs_le; lra).
    replace (INR T * ((1 - F) * hi)) with ((1 - F) * (hi * INR T)) in HT by ring. set (q := hi * INR T) in *.
    apply (Rmult_le_reg_r q); [exact P|].
    replace (2 * (1 + Rabs x0) / q * q) with (2 * (1 + Rabs x0)) by (field; lra). lra. }
  assert (Hm : E 2 T (average c F lo hi x0 prev T) <= bias F hi / 2) by (apply abs_bounds in Ha; lra).
  split; [exact Hm|].
  replace (bias F hi ^ 2 / 8) with ((- (bias F hi / 2)) ^ 2 / 2) by field.
  apply suboptimality_from_mean; lra.
Qed.
End Failure.

(** ** In numbers: F = 1/2, rates in [1/1024, 1/512], L = sigma2 = 1, started at the minimiser *)

(** The second term of the printed bound, as it may be read; its first term is 0 here, x0 being the minimiser. *)
Definition noise_term_1 (L sigma2 lo hi : R) : R := hi ^ 2 * sigma2 / (2 * lo * (1 - L * hi / 2)).
Definition noise_term_2 (L sigma2 lo hi : R) : R := 2 * hi ^ 2 * sigma2 / (2 * lo * (1 - L * hi / 2)).
Definition noise_term_3 (L sigma2 lo hi : R) : R := hi ^ 2 * sigma2 / (lo * (1 - 2 * L * hi)).

Theorem violates_every_reading (c prev : R) (T : nat) :
  2 <= c -> 1 / 2 < prev <= 1 / 2 + c -> 1000000 <= INR T ->
  1 / 100 < excess c (1 / 2) (1 / 1024) (1 / 512) 0 prev T /\
  noise_term_1 1 1 (1 / 1024) (1 / 512) < 1 / 250 /\
  noise_term_2 1 1 (1 / 1024) (1 / 512) < 1 / 250 /\
  noise_term_3 1 1 (1 / 1024) (1 / 512) < 1 / 250.
Proof.
  intros Hc Hp HT. unfold noise_term_1, noise_term_2, noise_term_3. split; [|lra].
  assert (HT0 : (0 < T)%nat) by (apply INR_lt; simpl; lra).
  assert (A := expected_average c (1 / 2) (1 / 1024) (1 / 512) 0 prev Hc ltac:(lra) ltac:(lra) ltac:(lra) ltac:(lra)
                 ltac:(lra) T HT0).
  assert (Hb : 2 * (1 + Rabs 0) / (1 / 512 * INR T) <= 1 / 900).
  { rewrite Rabs_R0. assert (/ INR T <= / 1000000) by (apply Rinv_le_contravar; lra).
    replace (2 * (1 + 0) / (1 / 512 * INR T)) with (1024 * / INR T) by (field; lra). lra. }
  apply Rle_trans with (2 := Hb) in A. apply abs_bounds in A. unfold bias in A.
  assert (S := suboptimality_from_mean c (1 / 2) (1 / 1024) (1 / 512) 0 prev T (1419 / 10000) ltac:(lra) ltac:(lra)).
  lra.
Qed.

Lemma nat_above r : exists n, r < INR n.
Proof.
  exists (Z.to_nat (up r)). destruct (archimed r) as [H _]. rewrite INR_IZR_INZ.
  apply Rlt_le_trans with (IZR (up r)); [lra|apply IZR_le; lia].
Qed.

(** ** No bound A/(lo T) + B hi holds: the suboptimality stays above (1-F)^2/128 however small hi is *)
Theorem small_rates_fail (c F lo hi x0 prev : R) (T : nat) :
  2 <= c -> 0 < F < 1 -> 0 < hi < 1 -> 0 < lo <= F * hi -> -1 < x0 < 1 ->
  (x0 + 1) ^ 2 / 2 < prev <= (x0 - 1) ^ 2 / 2 + c -> 32 / ((1 - F) * hi) <= INR T ->
  (1 - F) ^ 2 / 128 <= excess c F lo hi x0 prev T.
Proof.
  intros Hc HF Hhi Hlo Hx Hp HT.
  destruct (stays_away c F lo hi x0 prev Hc HF Hhi Hlo Hx Hp T HT) as [_ H].
  eapply Rle_trans; [|exact H]. assert (B := bias_size F hi HF Hhi). nra.
Qed.

Theorem no_bound_that_vanishes (A B F : R) : 0 <= A -> 0 <= B -> 0 < F < 1 ->
  exists (hi : R) (T0 : nat), 0 < hi < 1 /\
  forall (prev : R) (T : nat), 1 / 2 < prev <= 5 / 2 -> (T0 <= T)%nat ->
    A / (F * hi * INR T) + B * hi < excess 2 F (F * hi) hi 0 prev T.
Proof.
  intros HA HB HF. set (d := (1 - F) ^ 2 / 128).
  assert (Hd : 0 < d < 1) by (unfold d; nra).
  set (hi := d / (2 * (B + 1))).
  assert (Ehi : hi * (2 * (B + 1)) = d) by (unfold hi; field; lra).
  assert (Hhi : 0 < hi) by (apply Rdiv_lt_0_compat; lra). assert (Hhi1 : hi < 1) by nra.
  assert (Hlo : 0 < F * hi) by nra.
  destruct (nat_above (32 / ((1 - F) * hi) + 2 * A / (F * hi * d))) as [T0 HT0].
  assert (P1 : 0 < 32 / ((1 - F) * hi)) by (apply Rdiv_lt_0_compat; nra).
  assert (P2 : 0 <= 2 * A / (F * hi * d)) by (apply Rmult_le_pos; [lra|left; apply Rinv_0_lt_compat; nra]).
  exists hi, T0. split; [lra|]. intros prev T Hp HT. apply le_INR in HT.
  assert (S := small_rates_fail 2 F (F * hi) hi 0 prev T ltac:(lra) HF ltac:(lra) ltac:(lra) ltac:(lra) ltac:(lra)
                 ltac:(lra)).
  fold d in S. eapply Rlt_le_trans; [|exact S].
  assert (Q : A / (F * hi * INR T) <= d / 2).
  { apply (Rmult_le_reg_r (F * hi * INR T)); [nra|].
    replace (A / (F * hi * INR T) * (F * hi * INR T)) with A by (field; repeat split; lra).
    assert (K : 2 * A / (F * hi * d) <= INR T) by lra.
    apply (Rmult_le_compat_r (F * hi * d / 2)) in K; [|nra].
    replace (2 * A / (F * hi * d) * (F * hi * d / 2)) with A in K by (field; repeat split; lra). lra. }
  nra.
Qed.

(** The printed theorem fails: a problem with all that it asks for, and Algorithm 1, clipped to [lo, hi] and started at
    the minimiser as after a cheap sample, whose average iterate stays above A/(lo T) + B hi. *)
Corollary printed_theorem_fails (A B F : R) : 0 <= A -> 0 <= B -> 0 < F < 1 ->
  exists (f : nat -> line -> R) (g : nat -> line -> line) (lo hi : R) (T0 : nat),
    (forall i, convex (f i) (g i)) /\ (forall i, smooth (f i) (g i) 1) /\
    vsum 2 (fun i => g i (0 : line)) = zero /\ noise 2 g (0 : line) = 1 /\ 0 < lo < hi /\ hi < 1 /\ lo = F * hi /\
    forall (prev : R) (T : nat), 1 / 2 < prev <= 5 / 2 -> (T0 <= T)%nat ->
      let x t s := position (run (same_step (K := previous F) f g lo hi)
                                 (State (V := line) (K := previous F) 0 hi prev) (firstn t s)) in
      A / (lo * INR T) + B * hi
      < E 2 T (fun s => mean_loss 2 f (avg T (fun t => x t s) : line) - mean_loss 2 f (0 : line)).
Proof.
  intros HA HB HF. destruct (no_bound_that_vanishes A B F HA HB HF) as (hi & T0 & Hhi & H).
  destruct (admissible 2) as (H1 & H2 & H3 & H4).
  exists (loss 2), gradient, (F * hi), hi, T0. repeat split; auto; try lra; try nra.
Qed.
