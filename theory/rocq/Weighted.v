(** The average weighted by the learning rates does not pay for the smallest rate.

    Write Gamma = gamma_0 + ... + gamma_(T-1) for the sum of the rates that the run used, xhat for the average of
    x_0, ..., x_(T-1) with weights gamma_t / Gamma, and suppose that the rates are predictable with 0 < gamma_t <= hi
    and L hi < 1.  Then

      E [ Gamma (2 (1 - L hi) (F(xhat) - F(xs)) - hi noise) ] <= (1 - L hi) |x0 - xs|^2,

    and, when the rates do not depend on the samples,

      E F(xhat) - F(xs) <= |x0 - xs|^2 / (2 Gamma) + hi noise / (2 (1 - L hi)).

    No lower bound on the rates enters.  Nor is xs asked to be the minimiser: it may be any point to compare with. *)

From Coq Require Import Reals Lra Lia List.
From GreedyLR Require Import InnerProduct Expectation Functions FiniteSum Trajectory OneStep.
Import ListNotations.
Open Scope R_scope.

(** The total length of the steps, and the iterates averaged with the rates as weights. *)
Definition total_rate (gamma : list nat -> R) (T : nat) (s : list nat) : R := sum T (fun t => gamma (firstn t s)).

Definition xhat {V : space} (g : nat -> V -> V) (gamma : list nat -> R) (x0 : V) (T : nat) (s : list nat) : V :=
  / total_rate gamma T s *v vsum T (fun t => gamma (firstn t s) *v traj g gamma x0 t s).

(** The beginning of a history that can occur is one that can occur. *)
Lemma samples_firstn n T t s : (t <= T)%nat -> samples n T s -> samples n t (firstn t s).
Proof.
  intros Ht [Hl Hs]. split; [rewrite firstn_length; lia|].
  rewrite <- (firstn_skipn t s), Forall_app in Hs. apply Hs.
Qed.

Section Weighted.
Context {V : space}.
Variables (n : nat) (f : nat -> V -> R) (g : nat -> V -> V) (L : R) (xs : V).
Hypothesis n_pos : (0 < n)%nat.
Hypothesis L_pos : 0 < L.
Hypothesis convexity : forall i, (i < n)%nat -> convex (f i) (g i).
Hypothesis smoothness : forall i, (i < n)%nat -> smooth (f i) (g i) L.

Variables (gamma : list nat -> R) (x0 : V) (T : nat) (hi : R).
Hypothesis T_pos : (0 < T)%nat.
Hypothesis hi_short : L * hi < 1.
Hypothesis rates : forall t h, (t < T)%nat -> samples n t h -> 0 < gamma h <= hi.

Local Notation F := (mean_loss n f).
Local Notation gap x := (F x - F xs).
Local Notation sigma2 := (noise n g xs).
Local Notation x_ t s := (traj g gamma x0 t s).
Local Notation gamma_ t s := (gamma (firstn t s)).

Lemma rate_pos t s : (t < T)%nat -> samples n T s -> 0 < gamma_ t s.
Proof. intros Ht Hs. apply (rates t); auto. apply samples_firstn with T; auto. lia. Qed.

Lemma sum_pos m w : (0 < m)%nat -> (forall t, (t < m)%nat -> 0 < w t) -> 0 < sum m w.
Proof.
  induction m as [|[|m] IH]; intros Hm Hw; [lia|assert (P := Hw 0%nat ltac:(lia)); simpl; lra|].
  change (0 < sum (S m) w + w (S m)). assert (0 < sum (S m) w) by (apply IH; auto; lia).
  assert (0 < w (S m)) by auto. lra.
Qed.

Lemma total_rate_pos s : samples n T s -> 0 < total_rate gamma T s.
Proof. intros Hs. apply sum_pos; auto. intros t Ht. now apply rate_pos. Qed.

(** Jensen's inequality with the rates as weights. *)
Lemma weighted_average s : samples n T s ->
  total_rate gamma T s * gap (xhat g gamma x0 T s) <= sum T (fun t => gamma_ t s * gap (x_ t s)).
Proof.
  intros Hs.
  assert (J := jensen n f g n_pos convexity T (fun t => gamma_ t s) (fun t => x_ t s)
                 (fun t Ht => Rlt_le _ _ (rate_pos t s Ht Hs)) (total_rate_pos s Hs)).
  rewrite (sum_ext T _ (fun t => gamma_ t s * F (x_ t s) + - F xs * gamma_ t s)) by (intros; ring).
  rewrite sum_plus, sum_scal. unfold xhat, total_rate in *. lra.
Qed.

(** The sharp step, as a reward proportional to the rate. *)
Lemma weighted_step gam x : 0 < gam <= hi ->
  gam * (2 * gap x - hi * sigma2 / (1 - L * hi)) + avg n (fun i => norm2 (next g gam i x -v xs)) <= norm2 (x -v xs).
Proof.
  intros Hg.
  assert (Hstep := one_step_sharp n f g L xs n_pos L_pos convexity smoothness gam hi x Hg hi_short).
  assert (K : gam ^ 2 * sigma2 / (1 - L * hi) <= gam * hi * sigma2 / (1 - L * hi)).
  { apply Rmult_le_compat_r; [left; apply Rinv_0_lt_compat; lra|].
    apply Rmult_le_compat_r; [now apply noise_nonneg|].
    replace (gam ^ 2) with (gam * gam) by ring. apply Rmult_le_compat_l; lra. }
  unfold Rdiv in *. lra.
Qed.

Theorem weighted_theorem :
  E n T (fun s => total_rate gamma T s *
                  (2 * (1 - L * hi) * (F (xhat g gamma x0 T s) - F xs) - hi * noise n g xs))
  <= (1 - L * hi) * norm2 (x0 -v xs).
Proof.
  assert (H : E n T (fun s => sum T (fun t => gamma_ t s * (2 * gap (x_ t s) - hi * sigma2 / (1 - L * hi))))
              <= norm2 (x0 -v xs)).
  { apply (potential n T g gamma x0 xs n_pos (fun gam x => gam * (2 * gap x - hi * sigma2 / (1 - L * hi)))).
    intros t h Ht Hh. apply weighted_step. now apply (rates t). }
  apply (Rmult_le_compat_l (1 - L * hi)) in H; [|lra]. apply Rle_trans with (2 := H).
  rewrite <- E_scal. apply E_le; auto. intros s Hs. assert (J := weighted_average s Hs).
  rewrite (sum_ext T _ (fun t => 2 * (gamma_ t s * gap (x_ t s)) + - (hi * sigma2 / (1 - L * hi)) * gamma_ t s))
    by (intros; ring).
  rewrite sum_plus, !sum_scal. fold (total_rate gamma T s).
  apply (Rmult_le_compat_l (2 * (1 - L * hi))) in J; [|lra].
  assert (C : (1 - L * hi) * (hi * sigma2 / (1 - L * hi)) = hi * sigma2) by (field; lra).
  replace (hi * sigma2) with ((1 - L * hi) * (hi * sigma2 / (1 - L * hi))) at 1 by exact C. lra.
Qed.

(** Rates fixed in advance: the sum of the rates is a number. *)
Theorem weighted_deterministic (eta : nat -> R) : (forall h, gamma h = eta (length h)) ->
  E n T (fun s => F (xhat g gamma x0 T s)) - F xs
  <= norm2 (x0 -v xs) / (2 * sum T eta) + hi * noise n g xs / (2 * (1 - L * hi)).
Proof.
  intros Heta.
  assert (HG : forall s, samples n T s -> total_rate gamma T s = sum T eta).
  { intros s [Hl _]. apply sum_ext. intros t Ht. now rewrite Heta, firstn_length_le by lia. }
  assert (PG : 0 < sum T eta).
  { apply sum_pos; auto. intros t Ht. set (h := repeat 0%nat t).
    assert (Hh : samples n t h).
    { split; [apply repeat_length|]. apply Forall_forall. intros i Hi. apply repeat_spec in Hi. lia. }
    assert (P := rates t h Ht Hh). rewrite Heta, (proj1 Hh) in P. lra. }
  assert (H := weighted_theorem).
  rewrite (E_ext n T _ (fun s => sum T eta * (2 * (1 - L * hi)) * F (xhat g gamma x0 T s)
                       + - (sum T eta * (2 * (1 - L * hi) * F xs + hi * sigma2)))) in H.
  2:{ intros s Hs. rewrite HG by auto. ring. }
  rewrite E_plus, E_scal, E_const in H by auto.
  apply (Rmult_le_reg_l (sum T eta * (2 * (1 - L * hi)))).
  { repeat apply Rmult_lt_0_compat; lra. }
  replace (sum T eta * (2 * (1 - L * hi)) *
           (norm2 (x0 -v xs) / (2 * sum T eta) + hi * sigma2 / (2 * (1 - L * hi))))
    with ((1 - L * hi) * norm2 (x0 -v xs) + sum T eta * (hi * sigma2)) by (field; lra).
  lra.
Qed.
End Weighted.
