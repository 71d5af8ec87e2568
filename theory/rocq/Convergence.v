(** Stochastic gradient descent converges at every predictable learning rate that stays in an interval.

    F is the mean of n convex L-smooth functions, xs its minimiser, noise the mean of |g_i(xs)|^2; the rate of step t
    is any function of the first t samples with values in [lo, hi], lo > 0.  After T >= 1 steps from x0, both the mean
    excess loss of the iterates x_0, ..., x_(T-1) and the expected excess loss of their average are at most, with
    R2 = |x0 - xs|^2,

      repaired_theorem       R2 / (2 lo (1 - 2 L hi) T) + hi^2 noise / (lo (1 - 2 L hi))              if hi < 1/(2L),
      sharp_theorem          R2 / (2 lo T) + hi^2 noise / (2 lo (1 - L hi))                           if L hi < 1,
      wide_theorem           R2 / (lo (2 - L hi) T) + hi^2 noise (2 + L hi) / (lo (2 - L hi)^2)       if L hi < 2,
      interpolation_theorem  R2 / (2 lo min(1, 2 - L hi) T)                             if noise = 0 and L hi < 2.

    The sharp bound is never above the repaired one, and a constant rate gives the handbook's bound. *)

From Coq Require Import Reals Lra Lia List.
From GreedyLR Require Import InnerProduct Expectation Functions FiniteSum Trajectory OneStep.
Import ListNotations.
Open Scope R_scope.

(** The average of the iterates x_0, ..., x_(T-1). *)
Definition xbar {V : space} (g : nat -> V -> V) (gamma : list nat -> R) (x0 : V) (T : nat) (s : list nat) : V :=
  / INR T *v vsum T (fun t => traj g gamma x0 t s).

Section Convergence.
Context {V : space}.
Variables (n : nat) (f : nat -> V -> R) (g : nat -> V -> V) (L : R) (xs : V).
Hypothesis n_pos : (0 < n)%nat.
Hypothesis L_pos : 0 < L.
Hypothesis convexity : forall i, (i < n)%nat -> convex (f i) (g i).
Hypothesis smoothness : forall i, (i < n)%nat -> smooth (f i) (g i) L.
Hypothesis stationary : vsum n (fun i => g i xs) = zero.

Variables (gamma : list nat -> R) (x0 : V) (T : nat).
Hypothesis T_pos : (0 < T)%nat.

Local Notation F := (mean_loss n f).
Local Notation gap x := (F x - F xs).
Local Notation sigma2 := (noise n g xs).
Local Notation D x := (norm2 (x -v xs)).
Local Notation x_ t s := (traj g gamma x0 t s).

(** Jensen: the average iterate does at least as well as the iterates on average. *)
Lemma average_iterate :
  E n T (fun s => F (xbar g gamma x0 T s)) <= avg T (fun t => E n T (fun s => F (x_ t s))).
Proof.
  rewrite <- E_avg by auto. apply E_le; auto. intros s _.
  now apply (jensen_uniform n f g n_pos convexity T (fun t => x_ t s)).
Qed.

(** If every step that can occur lowers the expected squared distance by c gap - N, both gaps are at most
    D(x0) / (c T) + N / c. *)
Lemma both_gaps c N : 0 < c ->
  (forall t h, (t < T)%nat -> samples n t h -> forall x,
     avg n (fun i => D (next g (gamma h) i x)) <= D x - c * gap x + N) ->
  avg T (fun t => E n T (fun s => F (x_ t s))) - F xs <= D x0 / (c * INR T) + N / c /\
  E n T (fun s => F (xbar g gamma x0 T s)) - F xs <= D x0 / (c * INR T) + N / c.
Proof.
  intros Hc Hstep. assert (PT := INR_pos T T_pos).
  assert (H : E n T (fun s => sum T (fun t => c * gap (x_ t s) - N)) <= D x0).
  { apply (potential n T g gamma x0 xs n_pos (fun _ x => c * gap x - N)).
    intros t h Ht Hh. specialize (Hstep t h Ht Hh (x_ t h)). lra. }
  rewrite E_sum in H by auto.
  rewrite (sum_ext T _ (fun t => c * E n T (fun s => F (x_ t s)) + - (c * F xs + N))) in H.
  2:{ intros t _. rewrite <- (E_const n T (- (c * F xs + N)) n_pos), <- E_scal, <- E_plus.
      apply E_ext. intros; ring. }
  rewrite sum_plus, sum_scal, sum_const in H.
  assert (A : avg T (fun t => E n T (fun s => F (x_ t s))) - F xs <= D x0 / (c * INR T) + N / c).
  { apply (Rmult_le_reg_l (c * INR T)); [now apply Rmult_lt_0_compat|]. unfold avg.
    replace (c * INR T * (D x0 / (c * INR T) + N / c)) with (D x0 + INR T * N) by (field; lra).
    replace (c * INR T * (/ INR T * sum T (fun t => E n T (fun s => F (x_ t s))) - F xs))
      with (c * sum T (fun t => E n T (fun s => F (x_ t s))) - INR T * (c * F xs)) by (field; lra).
    lra. }
  split; auto. assert (J := average_iterate). lra.
Qed.

(** ** Rates in [lo, hi] *)
Variables lo hi : R.
Hypothesis lo_pos : 0 < lo.
Hypothesis rates : forall t h, (t < T)%nat -> samples n t h -> lo <= gamma h <= hi.

Lemma lo_le_hi : lo <= hi.
Proof.
  assert (H : lo <= gamma [] <= hi) by (apply (rates 0); auto; split; auto). lra.
Qed.

Lemma noise_term_le gam k : lo <= gam <= hi -> 0 <= k -> gam ^ 2 * sigma2 * k <= hi ^ 2 * sigma2 * k.
Proof.
  intros Hg Hk. apply Rmult_le_compat_r; auto. apply Rmult_le_compat_r; [now apply noise_nonneg|].
  apply pow_incr. lra.
Qed.

Lemma gap_term_le gam k x : lo <= gam -> 0 <= k -> lo * k * gap x <= gam * k * gap x.
Proof.
  intros Hg Hk. apply Rmult_le_compat_r; [now apply (gap_nonneg n f g xs)|]. now apply Rmult_le_compat_r.
Qed.

Theorem repaired_theorem : hi < / (2 * L) ->
  avg T (fun t => E n T (fun s => F (x_ t s))) - F xs
    <= norm2 (x0 -v xs) / (2 * lo * (1 - 2 * L * hi) * INR T) + hi ^ 2 * noise n g xs / (lo * (1 - 2 * L * hi)) /\
  E n T (fun s => F (xbar g gamma x0 T s)) - F xs
    <= norm2 (x0 -v xs) / (2 * lo * (1 - 2 * L * hi) * INR T) + hi ^ 2 * noise n g xs / (lo * (1 - 2 * L * hi)).
Proof.
  intros Hhi. assert (PT := INR_pos T T_pos). assert (Hle := lo_le_hi).
  assert (B : 0 < 1 - 2 * L * hi).
  { apply (Rmult_lt_compat_l (2 * L)) in Hhi; [|lra]. rewrite Rinv_r in Hhi; lra. }
  replace (hi ^ 2 * sigma2 / (lo * (1 - 2 * L * hi)))
    with (2 * (hi ^ 2 * sigma2) / (2 * lo * (1 - 2 * L * hi))) by (field; lra).
  apply both_gaps.
  - apply Rmult_lt_0_compat; lra.
  - intros t h Ht Hh x. assert (G := rates t h Ht Hh).
    assert (Hstep := one_step n f g L xs n_pos L_pos convexity smoothness stationary (gamma h) x ltac:(lra)).
    assert (Hnoise := noise_term_le (gamma h) 2 G ltac:(lra)).
    assert (Hgap := gap_term_le (gamma h) (2 * (1 - 2 * L * hi)) x (proj1 G) ltac:(lra)).
    assert (K : gamma h * (2 * (1 - 2 * L * hi)) * gap x <= gamma h * (2 * (1 - 2 * L * gamma h)) * gap x).
    { apply Rmult_le_compat_r; [now apply (gap_nonneg n f g xs)|]. apply Rmult_le_compat_l; [lra|].
      assert (L * gamma h <= L * hi) by (apply Rmult_le_compat_l; lra). lra. }
    lra.
Qed.

Theorem sharp_theorem : L * hi < 1 ->
  avg T (fun t => E n T (fun s => F (x_ t s))) - F xs
    <= norm2 (x0 -v xs) / (2 * lo * INR T) + hi ^ 2 * noise n g xs / (2 * lo * (1 - L * hi)) /\
  E n T (fun s => F (xbar g gamma x0 T s)) - F xs
    <= norm2 (x0 -v xs) / (2 * lo * INR T) + hi ^ 2 * noise n g xs / (2 * lo * (1 - L * hi)).
Proof.
  intros HL.
  replace (hi ^ 2 * sigma2 / (2 * lo * (1 - L * hi)))
    with (hi ^ 2 * sigma2 / (1 - L * hi) / (2 * lo)) by (field; lra).
  apply both_gaps; [lra|]. intros t h Ht Hh x. assert (G := rates t h Ht Hh).
  assert (Hstep := one_step_sharp n f g L xs n_pos L_pos convexity smoothness (gamma h) hi x ltac:(lra) HL).
  assert (Hnoise := noise_term_le (gamma h) (/ (1 - L * hi)) G ltac:(left; apply Rinv_0_lt_compat; lra)).
  assert (Hgap := gap_term_le (gamma h) 2 x (proj1 G) ltac:(lra)).
  unfold Rdiv in *. lra.
Qed.

Theorem wide_theorem : L * hi < 2 ->
  avg T (fun t => E n T (fun s => F (x_ t s))) - F xs
    <= norm2 (x0 -v xs) / (lo * (2 - L * hi) * INR T)
       + hi ^ 2 * noise n g xs * (2 + L * hi) / (lo * (2 - L * hi) ^ 2) /\
  E n T (fun s => F (xbar g gamma x0 T s)) - F xs
    <= norm2 (x0 -v xs) / (lo * (2 - L * hi) * INR T)
       + hi ^ 2 * noise n g xs * (2 + L * hi) / (lo * (2 - L * hi) ^ 2).
Proof.
  intros HL. assert (Hle := lo_le_hi).
  replace (hi ^ 2 * sigma2 * (2 + L * hi) / (lo * (2 - L * hi) ^ 2))
    with (hi ^ 2 * sigma2 * ((2 + L * hi) / (2 - L * hi)) / (lo * (2 - L * hi))) by (field; lra).
  apply both_gaps; [apply Rmult_lt_0_compat; lra|]. intros t h Ht Hh x. assert (G := rates t h Ht Hh).
  assert (Hstep := one_step_wide n f g L xs n_pos L_pos convexity smoothness stationary (gamma h) hi x
                     ltac:(lra) HL).
  assert (0 <= L * hi) by (apply Rmult_le_pos; lra).
  assert (Hnoise := noise_term_le (gamma h) ((2 + L * hi) / (2 - L * hi)) G ltac:(apply Rle_mult_inv_pos; lra)).
  assert (Hgap := gap_term_le (gamma h) (2 - L * hi) x (proj1 G) ltac:(lra)).
  unfold Rdiv in *. lra.
Qed.

Theorem interpolation_theorem : noise n g xs = 0 -> L * hi < 2 ->
  avg T (fun t => E n T (fun s => F (x_ t s))) - F xs
    <= norm2 (x0 -v xs) / (2 * lo * Rmin 1 (2 - L * hi) * INR T) /\
  E n T (fun s => F (xbar g gamma x0 T s)) - F xs
    <= norm2 (x0 -v xs) / (2 * lo * Rmin 1 (2 - L * hi) * INR T).
Proof.
  intros H0 HL. assert (Hm : 0 < Rmin 1 (2 - L * hi)) by (apply Rmin_pos; lra).
  assert (Hc : 0 < 2 * lo * Rmin 1 (2 - L * hi)) by (apply Rmult_lt_0_compat; lra).
  replace (D x0 / (2 * lo * Rmin 1 (2 - L * hi) * INR T))
    with (D x0 / (2 * lo * Rmin 1 (2 - L * hi) * INR T) + 0 / (2 * lo * Rmin 1 (2 - L * hi)))
    by (unfold Rdiv at 2; ring).
  apply both_gaps; auto. intros t h Ht Hh x. assert (G := rates t h Ht Hh).
  assert (Hstep := one_step_interpolation n f g L xs n_pos L_pos convexity smoothness stationary (gamma h) hi x
                     H0 ltac:(lra)).
  assert (Hgap := gap_term_le (gamma h) (2 * Rmin 1 (2 - L * hi)) x (proj1 G) ltac:(lra)).
  lra.
Qed.
End Convergence.

(** ** Comparisons *)

Lemma div_le_compat a b c : 0 <= a -> 0 < b <= c -> a / c <= a / b.
Proof. intros Ha Hb. apply Rmult_le_compat_l; auto. now apply Rinv_le_contravar. Qed.

(** The sharp bound is at most the repaired bound. *)
Theorem sharp_implies_repaired R2 S L lo hi T : 0 <= R2 -> 0 <= S -> 0 < L -> 0 < lo <= hi -> 0 < T ->
  hi < / (2 * L) ->
  R2 / (2 * lo * T) + hi ^ 2 * S / (2 * lo * (1 - L * hi))
  <= R2 / (2 * lo * (1 - 2 * L * hi) * T) + hi ^ 2 * S / (lo * (1 - 2 * L * hi)).
Proof.
  intros HR HS HL Hlo HT Hhi.
  assert (B : 2 * (L * hi) < 1).
  { apply (Rmult_lt_compat_l (2 * L)) in Hhi; [|lra]. rewrite Rinv_r in Hhi; lra. }
  assert (P : 0 < L * hi) by (apply Rmult_lt_0_compat; lra).
  assert (Q : 0 < lo * (1 - 2 * L * hi)) by (apply Rmult_lt_0_compat; lra).
  apply Rplus_le_compat; apply div_le_compat; auto.
  - split; [apply Rmult_lt_0_compat; lra|]. apply Rmult_le_compat_r; [lra|].
    assert (0 <= lo * (L * hi)) by (apply Rmult_le_pos; lra). lra.
  - apply Rmult_le_pos; auto. apply pow2_ge_0.
  - split; auto. lra.
Qed.

(** A constant rate: the handbook's theorem. *)
Theorem constant_rate {V : space} (n : nat) (f : nat -> V -> R) (g : nat -> V -> V) (L : R) (xs x0 : V) (c : R)
    (T : nat) : (0 < n)%nat -> 0 < L ->
  (forall i, (i < n)%nat -> convex (f i) (g i)) -> (forall i, (i < n)%nat -> smooth (f i) (g i) L) ->
  vsum n (fun i => g i xs) = zero -> (0 < T)%nat -> 0 < c < / (2 * L) ->
  avg T (fun t => E n T (fun s => mean_loss n f (traj g (fun _ => c) x0 t s))) - mean_loss n f xs
    <= norm2 (x0 -v xs) / (2 * c * (1 - 2 * L * c) * INR T) + c * noise n g xs / (1 - 2 * L * c) /\
  E n T (fun s => mean_loss n f (xbar g (fun _ => c) x0 T s)) - mean_loss n f xs
    <= norm2 (x0 -v xs) / (2 * c * (1 - 2 * L * c) * INR T) + c * noise n g xs / (1 - 2 * L * c).
Proof.
  intros Hn HL Hc Hs Hopt HT [Hc0 Hc1].
  assert (B : 0 < 1 - 2 * L * c).
  { assert (Hc2 := Hc1). apply (Rmult_lt_compat_l (2 * L)) in Hc2; [|lra]. rewrite Rinv_r in Hc2; lra. }
  replace (c * noise n g xs / (1 - 2 * L * c)) with (c ^ 2 * noise n g xs / (c * (1 - 2 * L * c))) by (field; lra).
  apply repaired_theorem; auto. intros. lra.
Qed.
