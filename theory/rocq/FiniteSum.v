(** Finite sums F = (f_0 + ... + f_(n-1)) / n of convex L-smooth functions, and what their components say about F.

    xs is a point where the gradients of the components sum to zero.  Write gap(x) = F(x) - F(xs) for the excess
    loss, noise = mean of |g_i(xs)|^2 and spread(x) = mean of |g_i(x) - g_i(xs)|^2.  Then

      gap(x) >= 0,    spread(x) <= 2 L gap(x),    gap(x) + spread(x) / (2 L) <= mean of <g_i(x), x - xs>,

    the mean of |g_i(x)|^2 is at most 4 L gap(x) + 2 noise, and F satisfies Jensen's inequality. *)

From Coq Require Import Reals Lra Lia List.
From GreedyLR Require Import InnerProduct Expectation Functions.
Open Scope R_scope.

Definition mean_loss {V : space} (n : nat) (f : nat -> V -> R) (x : V) : R := avg n (fun i => f i x).
Definition noise {V : space} (n : nat) (g : nat -> V -> V) (xs : V) : R := avg n (fun i => norm2 (g i xs)).
Definition spread {V : space} (n : nat) (g : nat -> V -> V) (xs x : V) : R :=
  avg n (fun i => norm2 (g i x -v g i xs)).

(** ** Two facts about squared lengths *)

Lemma norm2_sub_sym {V : space} (a b : V) : norm2 (a -v b) = norm2 (b -v a).
Proof. inner_ring. Qed.

(** Young's inequality: |a|^2 <= (1 + s) |a - b|^2 + (1 + 1/s) |b|^2. *)
Lemma young {V : space} (a b : V) s : 0 < s -> norm2 a <= (1 + s) * norm2 (a -v b) + (1 + / s) * norm2 b.
Proof.
  intros Hs.
  assert (I : (1 + s) * norm2 (a -v b) + (1 + / s) * norm2 b - norm2 a = / s * norm2 (s *v (a -v b) -v b))
    by inner_field.
  assert (0 <= / s * norm2 (s *v (a -v b) -v b)).
  { apply Rmult_le_pos; [left; now apply Rinv_0_lt_compat|apply norm2_nonneg]. }
  lra.
Qed.

Section FiniteSum.
Context {V : space}.
Variables (n : nat) (f : nat -> V -> R) (g : nat -> V -> V) (L : R) (xs : V).
Hypothesis n_pos : (0 < n)%nat.

Local Notation F := (mean_loss n f).
Local Notation spread := (spread n g xs).

Lemma noise_nonneg : 0 <= noise n g xs.
Proof. apply avg_nonneg; auto. intros. apply norm2_nonneg. Qed.

Lemma spread_nonneg x : 0 <= spread x.
Proof. apply avg_nonneg; auto. intros. apply norm2_nonneg. Qed.

(** The gradients of the components, averaged at x: Young's inequality against their values at xs. *)
Lemma mean_gradient_young x s : 0 < s ->
  avg n (fun i => norm2 (g i x)) <= (1 + s) * spread x + (1 + / s) * noise n g xs.
Proof.
  intros Hs. unfold FiniteSum.spread, noise. rewrite <- !avg_scal, <- avg_plus.
  apply avg_le; auto. intros i _. now apply young.
Qed.

(** ** Jensen's inequality: only convexity is used *)
Hypothesis convexity : forall i, (i < n)%nat -> convex (f i) (g i).

(** [m] is the mean of the points y t with weights w t as far as inner products can tell. *)
Lemma jensen_at T (w : nat -> R) (y : nat -> V) (m : V) : (forall t, (t < T)%nat -> 0 <= w t) ->
  (forall v, sum T w * inner v m = sum T (fun t => w t * inner v (y t))) ->
  sum T w * F m <= sum T (fun t => w t * F (y t)).
Proof.
  intros Hw Hm.
  assert (C : forall i, (i < n)%nat -> sum T w * f i m <= sum T (fun t => w t * f i (y t))).
  { intros i Hi.
    assert (H : sum T (fun t => f i m * w t + (w t * inner (g i m) (y t) + - inner (g i m) m * w t))
                <= sum T (fun t => w t * f i (y t))).
    { apply sum_le. intros t Ht. assert (Hc := convexity i Hi m (y t)).
      unfold sub in Hc. rewrite inner_add_r, inner_scale_r in Hc.
      assert (P : 0 <= w t * (f i (y t) - (f i m + inner (g i m) (y t) - inner (g i m) m))).
      { apply Rmult_le_pos; [now apply Hw|lra]. }
      lra. }
    rewrite !sum_plus, !sum_scal, <- Hm in H. lra. }
  apply Rle_trans with (avg n (fun i => sum T (fun t => w t * f i (y t)))).
  - unfold mean_loss. rewrite <- avg_scal. now apply avg_le.
  - right. unfold mean_loss, avg. rewrite <- sum_scal.
    rewrite (sum_ext n _ (fun i => sum T (fun t => / INR n * (w t * f i (y t))))) by (intros; now rewrite sum_scal).
    rewrite sum_swap. apply sum_ext. intros t _. rewrite !sum_scal. ring.
Qed.

Lemma jensen T (w : nat -> R) (y : nat -> V) : (forall t, (t < T)%nat -> 0 <= w t) -> 0 < sum T w ->
  sum T w * F (/ sum T w *v vsum T (fun t => w t *v y t)) <= sum T (fun t => w t * F (y t)).
Proof.
  intros Hw HW. apply jensen_at; auto. intros v. rewrite inner_scale_r, inner_vsum_r.
  rewrite (sum_ext T (fun t => inner v (w t *v y t)) (fun t => w t * inner v (y t)))
    by (intros; apply inner_scale_r).
  field. lra.
Qed.

Lemma jensen_uniform T (y : nat -> V) : (0 < T)%nat -> F (/ INR T *v vsum T y) <= avg T (fun t => F (y t)).
Proof.
  intros HT. assert (P := INR_pos T HT).
  assert (J : sum T (fun _ => 1) * F (/ INR T *v vsum T y) <= sum T (fun t => 1 * F (y t))).
  { apply jensen_at; [intros; lra|]. intros v. rewrite inner_scale_r, inner_vsum_r, sum_const, sum_scal. field. lra. }
  rewrite sum_const, sum_scal in J. unfold avg.
  apply (Rmult_le_reg_l (INR T)); auto. rewrite <- Rmult_assoc, Rinv_r; lra.
Qed.

(** ** The minimiser *)
Hypothesis stationary : vsum n (fun i => g i xs) = zero.

Lemma mean_inner_at_minimiser y : avg n (fun i => inner (g i xs) y) = 0.
Proof. unfold avg. rewrite <- (inner_vsum_l n (fun i => g i xs)), stationary, inner_zero_l. ring. Qed.

Lemma minimiser x : F xs <= F x.
Proof.
  assert (H : avg n (fun i => f i xs + inner (g i xs) (x -v xs)) <= F x).
  { apply avg_le; auto. intros i Hi. apply Rge_le, convexity, Hi. }
  rewrite avg_plus, mean_inner_at_minimiser in H. unfold mean_loss in *. lra.
Qed.

(** ** Interpolation, averaged over the components *)
Hypothesis L_pos : 0 < L.
Hypothesis smoothness : forall i, (i < n)%nat -> smooth (f i) (g i) L.

(** From xs to x. *)
Lemma spread_le x : spread x <= 2 * L * (F x - F xs).
Proof.
  assert (H : avg n (fun i => f i xs + (inner (g i xs) (x -v xs) + / (2 * L) * norm2 (g i x -v g i xs))) <= F x).
  { apply avg_le; auto. intros i Hi.
    assert (I := interpolation (f i) (g i) L L_pos xs x (convexity i Hi) (smoothness i Hi)).
    rewrite norm2_sub_sym. lra. }
  rewrite !avg_plus, avg_scal, mean_inner_at_minimiser in H. fold (F xs) (spread x) in H.
  apply (Rmult_le_reg_l (/ (2 * L))); [apply Rinv_0_lt_compat; lra|].
  rewrite <- Rmult_assoc, Rinv_l; lra.
Qed.

(** From x to xs. *)
Lemma progress x : F x - F xs + spread x / (2 * L) <= avg n (fun i => inner (g i x) (x -v xs)).
Proof.
  assert (H : avg n (fun i => f i x + (-1 * f i xs + / (2 * L) * norm2 (g i x -v g i xs)))
              <= avg n (fun i => inner (g i x) (x -v xs))).
  { apply avg_le; auto. intros i Hi.
    assert (I := interpolation (f i) (g i) L L_pos x xs (convexity i Hi) (smoothness i Hi)).
    assert (S : inner (g i x) (xs -v x) = - inner (g i x) (x -v xs)) by inner_ring. lra. }
  rewrite !avg_plus, !avg_scal in H. fold (F x) (F xs) (spread x) in H. unfold Rdiv. lra.
Qed.

Lemma variance_transfer x : avg n (fun i => norm2 (g i x)) <= 4 * L * (F x - F xs) + 2 * noise n g xs.
Proof.
  assert (Y := mean_gradient_young x 1 Rlt_0_1). assert (S := spread_le x). rewrite Rinv_1 in Y. lra.
Qed.
End FiniteSum.
