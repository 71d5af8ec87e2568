(** Under quadratic growth the distance contracts at every predictable learning rate, down to a noise floor.

    Suppose that F(x) - F(xs) >= mu/2 |x - xs|^2 for every x, with mu > 0; strong convexity gives it.  If the rates
    are predictable with 0 < lo <= gamma_t <= hi and L hi < 1, then after T steps

      E |x_T - xs|^2 <= (1 - lo mu)^T |x0 - xs|^2 + hi^2 noise / (lo mu (1 - L hi)).

    That lo mu <= 1 need not be assumed: growth and smoothness together give mu <= L, or else every |x - xs| is 0. *)

From Coq Require Import Reals Lra Lia List.
From GreedyLR Require Import InnerProduct Expectation Functions FiniteSum Trajectory OneStep.
Import ListNotations.
Open Scope R_scope.

(** ** Contraction inside the expectation *)

(** A history-dependent quantity that contracts by q, up to N, in conditional mean at every step. *)
Lemma contraction n T (A : list nat -> R) q N : (0 < n)%nat -> 0 <= q < 1 -> 0 <= N ->
  (forall t h, (t < T)%nat -> samples n t h -> avg n (fun i => A (h ++ [i])) <= q * A h + N) ->
  E n T A <= q ^ T * A [] + N / (1 - q).
Proof.
  intros Hn Hq HN. induction T as [|T IH]; intros H.
  - simpl. assert (0 <= N / (1 - q)) by (apply Rle_mult_inv_pos; lra). lra.
  - assert (HT : E n T A <= q ^ T * A [] + N / (1 - q)) by (apply IH; intros; apply (H t); auto).
    assert (Hstep : E n (S T) A <= E n T (fun s => q * A s + N)).
    { rewrite E_last. apply E_le; auto. intros s Hs. apply (H T); auto. }
    rewrite E_plus, E_scal, E_const in Hstep by auto.
    apply (Rmult_le_compat_l q) in HT; [|lra].
    replace (q ^ S T * A [] + N / (1 - q)) with (q * (q ^ T * A [] + N / (1 - q)) + N) by (simpl; field; lra).
    lra.
Qed.

Section StronglyConvex.
Context {V : space}.
Variables (n : nat) (f : nat -> V -> R) (g : nat -> V -> V) (L : R) (xs : V).
Hypothesis n_pos : (0 < n)%nat.
Hypothesis stationary : vsum n (fun i => g i xs) = zero.

Local Notation F := (mean_loss n f).
Local Notation gap x := (F x - F xs).
Local Notation sigma2 := (noise n g xs).
Local Notation D x := (norm2 (x -v xs)).

(** Strong convexity of the mean, in its gradient form, implies quadratic growth at the minimiser. *)
Lemma strong_convexity_growth mu :
  (forall x y, F y >= F x + avg n (fun i => inner (g i x) (y -v x)) + mu / 2 * norm2 (y -v x)) ->
  forall x, F x - F xs >= mu / 2 * norm2 (x -v xs).
Proof. intros H x. specialize (H xs x). rewrite (mean_inner_at_minimiser n g xs stationary) in H. lra. Qed.

Hypothesis L_pos : 0 < L.
Hypothesis smoothness : forall i, (i < n)%nat -> smooth (f i) (g i) L.

Lemma gap_le_distance x : gap x <= L / 2 * D x.
Proof.
  assert (H : F x <= avg n (fun i => f i xs + (inner (g i xs) (x -v xs) + L / 2 * D x))).
  { apply avg_le; auto. intros i Hi. assert (S := smoothness i Hi xs x). lra. }
  rewrite !avg_plus, (mean_inner_at_minimiser n g xs stationary), avg_const in H by auto. fold (F xs) in H. lra.
Qed.

Variable mu : R.
Hypothesis mu_pos : 0 < mu.
Hypothesis growth : forall x, F x - F xs >= mu / 2 * norm2 (x -v xs).

Lemma growth_le_smoothness : mu <= L \/ forall x, D x = 0.
Proof.
  destruct (Rle_dec mu L) as [H|H]; [now left|right]. intros x.
  assert (H1 := gap_le_distance x). assert (H2 := growth x). assert (P := norm2_nonneg (x -v xs)).
  apply Rle_antisym; auto. apply (Rmult_le_reg_l ((mu - L) / 2)); lra.
Qed.

Hypothesis convexity : forall i, (i < n)%nat -> convex (f i) (g i).

Lemma contracting_step gam lo hi x : 0 < lo -> lo <= gam <= hi -> L * hi < 1 ->
  avg n (fun i => D (next g gam i x)) <= (1 - lo * mu) * D x + hi ^ 2 * sigma2 / (1 - L * hi).
Proof.
  intros Hlo G HL.
  assert (Hstep := one_step_sharp n f g L xs n_pos L_pos convexity smoothness gam hi x ltac:(lra) HL).
  assert (P := norm2_nonneg (x -v xs)). assert (Q := growth x).
  assert (Hgain : lo * (mu * D x) <= gam * (2 * gap x)).
  { apply Rle_trans with (gam * (mu * D x)); [apply Rmult_le_compat_r|apply Rmult_le_compat_l]; try lra.
    apply Rmult_le_pos; lra. }
  assert (Hnoise : gam ^ 2 * sigma2 / (1 - L * hi) <= hi ^ 2 * sigma2 / (1 - L * hi)).
  { apply Rmult_le_compat_r; [left; apply Rinv_0_lt_compat; lra|].
    apply Rmult_le_compat_r; [now apply noise_nonneg|apply pow_incr; lra]. }
  lra.
Qed.

Variables (gamma : list nat -> R) (x0 : V) (T : nat) (lo hi : R).
Hypothesis lo_pos : 0 < lo.
Hypothesis hi_short : L * hi < 1.
Hypothesis rates : forall t h, (t < T)%nat -> samples n t h -> lo <= gamma h <= hi.

Theorem linear_rate :
  E n T (fun s => norm2 (traj g gamma x0 T s -v xs))
  <= (1 - lo * mu) ^ T * norm2 (x0 -v xs) + hi ^ 2 * noise n g xs / (lo * mu * (1 - L * hi)).
Proof.
  assert (Hlomu : 0 < lo * mu) by now apply Rmult_lt_0_compat.
  assert (HN : 0 <= hi ^ 2 * sigma2 / (1 - L * hi)).
  { apply Rle_mult_inv_pos; [|lra]. apply Rmult_le_pos; [apply pow2_ge_0|now apply noise_nonneg]. }
  replace (hi ^ 2 * sigma2 / (lo * mu * (1 - L * hi)))
    with (hi ^ 2 * sigma2 / (1 - L * hi) / (lo * mu)) by (field; lra).
  assert (HN' : 0 <= hi ^ 2 * sigma2 / (1 - L * hi) / (lo * mu)) by now apply Rle_mult_inv_pos.
  destruct growth_le_smoothness as [Hmu|Hnull].
  2:{ rewrite (E_ext n T _ (fun _ => 0)), E_const, Hnull by auto. lra. }
  destruct T as [|k]; [simpl; lra|].
  assert (G0 : lo <= gamma [] <= hi) by (apply (rates 0); [lia|split; auto]).
  assert (Hq : lo * mu < 1).
  { apply Rle_lt_trans with (2 := hi_short). rewrite (Rmult_comm L). apply Rmult_le_compat; lra. }
  set (A := fun h => D (traj g gamma x0 (length h) h)).
  rewrite (E_ext n (S k) _ A) by (intros s [Hl _]; unfold A; now rewrite Hl).
  replace (lo * mu) with (1 - (1 - lo * mu)) at 2 by ring.
  apply (contraction n (S k) A); auto; [lra|].
  intros t h Ht Hh. assert (Hlen := proj1 Hh). subst t. unfold A.
  rewrite (avg_ext n _ (fun i => D (next g (gamma h) i (traj g gamma x0 (length h) h)))).
  - apply contracting_step; auto. exact (rates _ h Ht Hh).
  - intros i _. now rewrite app_length, Nat.add_1_r, traj_last.
Qed.
End StronglyConvex.

(** A constant rate of at most 1/(2L): the handbook's theorem, with the floor 2 c noise / mu. *)
Corollary constant_rate_linear {V : space} (n : nat) (f : nat -> V -> R) (g : nat -> V -> V) (L mu : R) (xs x0 : V)
    (c : R) (T : nat) : (0 < n)%nat -> 0 < L -> 0 < mu ->
  (forall i, (i < n)%nat -> convex (f i) (g i)) -> (forall i, (i < n)%nat -> smooth (f i) (g i) L) ->
  vsum n (fun i => g i xs) = zero ->
  (forall x, mean_loss n f x - mean_loss n f xs >= mu / 2 * norm2 (x -v xs)) -> 0 < c -> 2 * L * c <= 1 ->
  E n T (fun s => norm2 (traj g (fun _ => c) x0 T s -v xs))
  <= (1 - c * mu) ^ T * norm2 (x0 -v xs) + 2 * c * noise n g xs / mu.
Proof.
  intros Hn HL Hmu Hc Hs Hopt Hg Hc0 Hc1.
  eapply Rle_trans; [eapply (linear_rate n f g L xs) with (lo := c) (hi := c) (mu := mu); eauto; intros; lra|].
  apply Rplus_le_compat_l. assert (P := noise_nonneg n g xs Hn).
  replace (c ^ 2 * noise n g xs / (c * mu * (1 - L * c))) with (c * noise n g xs / mu * / (1 - L * c)) by (field; lra).
  replace (2 * c * noise n g xs / mu) with (c * noise n g xs / mu * 2) by (field; lra).
  apply Rmult_le_compat_l; [apply Rmult_le_pos; [apply Rmult_le_pos; lra|left; now apply Rinv_0_lt_compat]|].
  replace 2 with (/ (1 / 2)) by field. apply Rinv_le_contravar; lra.
Qed.
