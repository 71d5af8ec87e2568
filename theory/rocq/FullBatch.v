(** Gradient descent on one convex L-smooth function: the last iterate, at any rates whatever in [lo, hi], L hi < 2.

    x_(t+1) = x_t - gamma_t g(x_t) with arbitrary numbers lo <= gamma_t <= hi, chosen by any rule.  The loss never
    increases (already for L hi <= 2, and without convexity), so the last iterate is the best one, and after T >= 1
    steps

      f(x_T) - f(xs) <= |x0 - xs|^2 / (2 lo min(1, 2 - L hi) T). *)

From Coq Require Import Reals Lra Lia List.
From GreedyLR Require Import InnerProduct Functions Trajectory.
Open Scope R_scope.

(** The iterate x_t of gradient descent from x0. *)
Fixpoint gradient_run {V : space} (g : V -> V) (gamma : nat -> R) (x0 : V) (t : nat) : V :=
  match t with O => x0 | S k => gradient_run g gamma x0 k +v - gamma k *v g (gradient_run g gamma x0 k) end.

(** It is the stochastic run with a single component. *)
Lemma traj_run {V : space} (g : V -> V) (gamma : nat -> R) (x0 : V) s : forall t, (t <= length s)%nat ->
  traj (fun _ => g) (fun h => gamma (length h)) x0 t s = gradient_run g gamma x0 t.
Proof.
  induction t; intros Ht; simpl; auto. unfold next. now rewrite IHt, firstn_length_le by lia.
Qed.

Section FullBatch.
Context {V : space}.
Variables (f : V -> R) (g : V -> V) (L : R) (x0 : V) (gamma : nat -> R) (T : nat) (lo hi : R).
Hypothesis L_pos : 0 < L.
Hypothesis smoothness : smooth f g L.
Hypothesis lo_pos : 0 < lo.
Hypothesis rates : forall t, (t < T)%nat -> lo <= gamma t <= hi.

Local Notation x_ t := (gradient_run g gamma x0 t).

(** ** The loss never increases *)
Theorem full_batch_monotone : L * hi <= 2 ->
  forall t, (t < T)%nat -> f (gradient_run g gamma x0 (S t)) <= f (gradient_run g gamma x0 t).
Proof.
  intros HL t Ht. simpl. assert (G := rates t Ht).
  assert (H := descent f g L (gamma t) (x_ t) smoothness).
  assert (L * gamma t <= L * hi) by (apply Rmult_le_compat_l; lra).
  assert (0 <= gamma t * (1 - gamma t * L / 2) * norm2 (g (x_ t))).
  { apply Rmult_le_pos; [apply Rmult_le_pos; lra|apply norm2_nonneg]. }
  lra.
Qed.

Lemma last_is_best : L * hi <= 2 -> forall t, (t <= T)%nat -> f (x_ T) <= f (x_ t).
Proof.
  intros HL t Ht.
  assert (H : forall k, (t + k <= T)%nat -> f (x_ (t + k)) <= f (x_ t)).
  { induction k; intros Hk; [rewrite Nat.add_0_r; lra|]. rewrite Nat.add_succ_r.
    apply Rle_trans with (f (x_ (t + k))); [apply full_batch_monotone|apply IHk]; auto; lia. }
  replace T with (t + (T - t))%nat by lia. apply H. lia.
Qed.

(** ** One step towards the minimiser *)
Hypothesis convexity : convex f g.
Variable xs : V.
Hypothesis stationary : g xs = zero.

(** Interpolation from xs to x and from x to xs. *)
Lemma gradient_le_gap x : norm2 (g x) <= 2 * L * (f x - f xs).
Proof.
  assert (I := interpolation f g L L_pos xs x convexity smoothness).
  rewrite stationary, inner_zero_l in I.
  replace (norm2 (zero -v g x)) with (norm2 (g x)) in I by inner_ring.
  apply (Rmult_le_reg_l (/ (2 * L))); [apply Rinv_0_lt_compat; lra|].
  rewrite <- Rmult_assoc, Rinv_l; lra.
Qed.

Lemma gap_le_inner x : f x - f xs + norm2 (g x) / (2 * L) <= inner (g x) (x -v xs).
Proof.
  assert (I := interpolation f g L L_pos x xs convexity smoothness).
  rewrite stationary in I.
  replace (norm2 (g x -v zero)) with (norm2 (g x)) in I by inner_ring.
  assert (S : inner (g x) (xs -v x) = - inner (g x) (x -v xs)) by inner_ring.
  unfold Rdiv. lra.
Qed.

Lemma full_batch_minimiser x : f xs <= f x.
Proof. assert (H := convexity xs x). rewrite stationary, inner_zero_l in H. lra. Qed.

Lemma full_batch_step gam x : L * hi < 2 -> lo <= gam <= hi ->
  norm2 (x +v - gam *v g x -v xs) <= norm2 (x -v xs) - 2 * lo * Rmin 1 (2 - L * hi) * (f x - f xs).
Proof.
  intros HL G. set (m := Rmin 1 (2 - L * hi)).
  assert (Hm1 : m <= 1) by apply Rmin_l. assert (Hm2 : m <= 2 - L * hi) by apply Rmin_r.
  assert (Hm0 : 0 < m) by (apply Rmin_pos; lra).
  assert (Hgrad := gradient_le_gap x). assert (Hinner := gap_le_inner x). assert (P := norm2_nonneg (g x)).
  assert (Hgap : 0 <= f x - f xs) by (assert (H := full_batch_minimiser x); lra).
  assert (I : norm2 (x +v - gam *v g x -v xs)
              = norm2 (x -v xs) - 2 * gam * inner (g x) (x -v xs) + gam * (gam * norm2 (g x))) by inner_ring.
  assert (Hlong : gam * norm2 (g x) <= norm2 (g x) / L + 2 * (1 - m) * (f x - f xs)).
  { assert (L * gam <= L * hi) by (apply Rmult_le_compat_l; lra).
    apply (Rmult_le_reg_l L); auto.
    replace (L * (norm2 (g x) / L + 2 * (1 - m) * (f x - f xs)))
      with (norm2 (g x) + (1 - m) * (2 * L * (f x - f xs))) by (field; lra).
    assert (0 <= (2 - m - L * gam) * norm2 (g x)) by (apply Rmult_le_pos; lra).
    assert ((1 - m) * norm2 (g x) <= (1 - m) * (2 * L * (f x - f xs))) by (apply Rmult_le_compat_l; lra).
    lra. }
  apply (Rmult_le_compat_l gam) in Hlong; [|lra].
  apply (Rmult_le_compat_l (2 * gam)) in Hinner; [|lra].
  replace (norm2 (g x) / (2 * L)) with (/ 2 * (norm2 (g x) / L)) in Hinner by (field; lra).
  assert (Hdown : lo * (2 * m * (f x - f xs)) <= gam * (2 * m * (f x - f xs))).
  { apply Rmult_le_compat_r; [apply Rmult_le_pos; lra|lra]. }
  lra.
Qed.

(** ** The last iterate *)
Lemma full_batch_sum : L * hi < 2 -> forall t, (t <= T)%nat ->
  norm2 (x_ t -v xs) + 2 * lo * Rmin 1 (2 - L * hi) * INR t * (f (x_ T) - f xs) <= norm2 (x0 -v xs).
Proof.
  intros HL. assert (Hc : 0 < 2 * lo * Rmin 1 (2 - L * hi)) by (apply Rmult_lt_0_compat; [|apply Rmin_pos]; lra).
  induction t; intros Ht; [simpl; lra|].
  assert (Hstep := full_batch_step (gamma t) (x_ t) HL (rates t Ht)).
  assert (Hlast := last_is_best ltac:(lra) t ltac:(lia)).
  apply (Rmult_le_compat_l (2 * lo * Rmin 1 (2 - L * hi))) in Hlast; [|lra].
  assert (H := IHt ltac:(lia)). rewrite S_INR. simpl gradient_run. lra.
Qed.

Theorem full_batch : L * hi < 2 -> (0 < T)%nat ->
  f (gradient_run g gamma x0 T) - f xs <= norm2 (x0 -v xs) / (2 * lo * Rmin 1 (2 - L * hi) * INR T).
Proof.
  intros HL HT. assert (P := lt_0_INR T HT).
  assert (Hc : 0 < 2 * lo * Rmin 1 (2 - L * hi)) by (apply Rmult_lt_0_compat; [|apply Rmin_pos]; lra).
  assert (Hsum := full_batch_sum HL T (Nat.le_refl T)). assert (D := norm2_nonneg (x_ T -v xs)).
  apply (Rmult_le_reg_l (2 * lo * Rmin 1 (2 - L * hi) * INR T)); [now apply Rmult_lt_0_compat|].
  unfold Rdiv. rewrite (Rmult_comm (norm2 (x0 -v xs))), <- Rmult_assoc, Rinv_r, Rmult_1_l; [lra|].
  apply Rgt_not_eq. now apply Rmult_lt_0_compat.
Qed.
End FullBatch.
