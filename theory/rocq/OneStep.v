(** One step of stochastic gradient descent on a finite sum, averaged over the fresh sample.

    With D(x) = |x - xs|^2, gap(x) = F(x) - F(xs) and sigma2 = noise, the mean of D(x - gamma g_i(x)) over i is at
    most, for every gamma > 0 and s > 0,

      one_step                D - 2 gamma (1 - 2 L gamma) gap + 2 gamma^2 sigma2,
      one_step_young          D - 2 gamma gap + gamma (gamma (1 + s) - 1/L) spread + gamma^2 (1 + 1/s) sigma2,

    and, for every 0 < gamma <= hi,

      one_step_sharp          D - 2 gamma gap + gamma^2 sigma2 / (1 - L hi)                      if L hi < 1,
      one_step_wide           D - gamma (2 - L hi) gap + gamma^2 sigma2 (2 + L hi) / (2 - L hi)  if L hi < 2,
      one_step_interpolation  D - 2 gamma min(1, 2 - L hi) gap                                   if sigma2 = 0. *)

From Coq Require Import Reals Lra Lia List.
From GreedyLR Require Import InnerProduct Expectation Functions FiniteSum Trajectory.
Open Scope R_scope.

(** A vector of length zero is orthogonal to every vector, and changes no length. *)
Lemma inner_null {V : space} (a b : V) : norm2 b = 0 -> inner a b = 0.
Proof.
  intros Hb. destruct (Req_dec (inner a b) 0) as [|Hne]; auto. exfalso.
  set (c := (norm2 a + 1) / (2 * inner a b)).
  assert (I : norm2 (a -v c *v b) = norm2 a - 2 * c * inner a b + c * c * norm2 b) by inner_ring.
  assert (2 * c * inner a b = norm2 a + 1) by (unfold c; field; auto).
  assert (P := norm2_nonneg (a -v c *v b)). rewrite Hb in I. lra.
Qed.

Lemma norm2_sub_null {V : space} (a b : V) : norm2 b = 0 -> norm2 (a -v b) = norm2 a.
Proof.
  intros Hb. assert (I : norm2 (a -v b) = norm2 a - 2 * inner a b + norm2 b) by inner_ring.
  rewrite I, Hb, (inner_null a b Hb). ring.
Qed.

(** If nonnegative numbers average to zero, each of them is zero. *)
Lemma sum_zero n F : (forall i, (i < n)%nat -> 0 <= F i) -> sum n F = 0 -> forall i, (i < n)%nat -> F i = 0.
Proof.
  induction n; intros HF Hs i Hi; [lia|]. simpl in Hs.
  assert (0 <= sum n F).
  { replace 0 with (sum n (fun _ => 0)) by (rewrite sum_const; ring). apply sum_le. auto. }
  assert (0 <= F n) by (apply HF; lia).
  destruct (Nat.eq_dec i n) as [->|]; [lra|]. apply IHn; auto; [lra|lia].
Qed.

Lemma avg_zero n F : (0 < n)%nat -> (forall i, (i < n)%nat -> 0 <= F i) -> avg n F = 0 ->
  forall i, (i < n)%nat -> F i = 0.
Proof.
  intros Hn HF Ha. apply sum_zero; auto. assert (P := INR_pos n Hn). unfold avg in Ha.
  replace (sum n F) with (INR n * (/ INR n * sum n F)) by (field; lra). rewrite Ha. ring.
Qed.

Section OneStep.
Context {V : space}.
Variables (n : nat) (f : nat -> V -> R) (g : nat -> V -> V) (L : R) (xs : V).
Hypothesis n_pos : (0 < n)%nat.
Hypothesis L_pos : 0 < L.
Hypothesis convexity : forall i, (i < n)%nat -> convex (f i) (g i).
Hypothesis smoothness : forall i, (i < n)%nat -> smooth (f i) (g i) L.
Hypothesis stationary : vsum n (fun i => g i xs) = zero.

Local Notation gap x := (mean_loss n f x - mean_loss n f xs).
Local Notation sigma2 := (noise n g xs).
Local Notation spread := (spread n g xs).
Local Notation D x := (norm2 (x -v xs)).

Lemma gap_nonneg x : 0 <= gap x.
Proof. assert (H := minimiser n f g xs n_pos convexity stationary x). lra. Qed.

(** ** The square expanded, and the inner product bounded by [progress] *)
Lemma one_step_expansion gamma x : 0 < gamma ->
  avg n (fun i => D (next g gamma i x))
  <= D x - 2 * gamma * (gap x + spread x / (2 * L)) + gamma ^ 2 * avg n (fun i => norm2 (g i x)).
Proof.
  intros Hg.
  rewrite (avg_ext n _ (fun i => D x + (- (2 * gamma) * inner (g i x) (x -v xs) + gamma ^ 2 * norm2 (g i x)))).
  2:{ intros i _. unfold next. inner_ring. }
  rewrite !avg_plus, !avg_scal, avg_const by auto.
  assert (P := progress n f g L xs n_pos convexity L_pos smoothness x).
  apply (Rmult_le_compat_l (2 * gamma)) in P; lra.
Qed.

(** ** The classical step *)
Lemma one_step gamma x : 0 < gamma ->
  avg n (fun i => D (next g gamma i x)) <= D x - 2 * gamma * (1 - 2 * L * gamma) * gap x + 2 * gamma ^ 2 * sigma2.
Proof.
  intros Hg. assert (Hstep := one_step_expansion gamma x Hg).
  assert (Hvar := variance_transfer n f g L xs n_pos convexity stationary L_pos smoothness x).
  apply (Rmult_le_compat_l (gamma ^ 2)) in Hvar; [|nra].
  assert (0 <= gamma * (spread x / L)).
  { apply Rmult_le_pos; [lra|]. apply Rle_mult_inv_pos; auto. now apply spread_nonneg. }
  replace (spread x / (2 * L)) with (/ 2 * (spread x / L)) in Hstep by (field; lra). lra.
Qed.

(** ** The step with the spread of the gradients kept *)
Lemma one_step_young gamma s x : 0 < gamma -> 0 < s ->
  avg n (fun i => D (next g gamma i x))
  <= D x - 2 * gamma * gap x + gamma * (gamma * (1 + s) - / L) * spread x + gamma ^ 2 * (1 + / s) * sigma2.
Proof.
  intros Hg Hs. assert (Hstep := one_step_expansion gamma x Hg).
  assert (Hvar := mean_gradient_young n g xs n_pos x s Hs).
  apply (Rmult_le_compat_l (gamma ^ 2)) in Hvar; [|nra].
  replace (spread x / (2 * L)) with (/ 2 * (/ L * spread x)) in Hstep by (field; lra). lra.
Qed.

(** The spread is paid by the gap: it is dropped where its factor is nonpositive ... *)
Lemma spread_term_nonpos gamma k x : 0 < gamma -> k <= 0 -> gamma * k * spread x <= 0.
Proof. intros Hg Hk. assert (S := spread_nonneg n g xs n_pos x). assert (0 <= gamma * spread x) by nra. nra. Qed.

(** ... and costs at most [2 a gamma gap] where its factor is at most a / L. *)
Lemma spread_term_le gamma k a x : 0 < gamma -> 0 <= a -> k <= a / L -> gamma * k * spread x <= 2 * a * gamma * gap x.
Proof.
  intros Hg Ha Hk. assert (S := spread_nonneg n g xs n_pos x).
  assert (S' := spread_le n f g L xs n_pos convexity stationary L_pos smoothness x).
  assert (Hc : 0 <= gamma * (a / L)).
  { repeat apply Rmult_le_pos; try lra. left; now apply Rinv_0_lt_compat. }
  apply Rle_trans with (gamma * (a / L) * spread x).
  - apply Rmult_le_compat_r; auto. apply Rmult_le_compat_l; lra.
  - apply Rle_trans with (gamma * (a / L) * (2 * L * gap x)).
    + now apply Rmult_le_compat_l.
    + right. field. lra.
Qed.

(** ** Rates up to 1/L *)
Lemma one_step_sharp gamma hi x : 0 < gamma <= hi -> L * hi < 1 ->
  avg n (fun i => D (next g gamma i x)) <= D x - 2 * gamma * gap x + gamma ^ 2 * sigma2 / (1 - L * hi).
Proof.
  intros [Hg Hhi] HL. assert (Hpos : 0 < L * hi) by (apply Rmult_lt_0_compat; lra).
  set (s := (1 - L * hi) / (L * hi)).
  assert (Hs : 0 < s) by (apply Rdiv_lt_0_compat; lra).
  assert (Hstep := one_step_young gamma s x Hg Hs).
  assert (Hk : gamma * (1 + s) - / L <= 0).
  { replace (/ L) with (hi * (1 + s)) by (unfold s; field; lra).
    assert (gamma * (1 + s) <= hi * (1 + s)) by (apply Rmult_le_compat_r; lra). lra. }
  assert (Hsp := spread_term_nonpos gamma _ x Hg Hk).
  replace (gamma ^ 2 * (1 + / s) * sigma2) with (gamma ^ 2 * sigma2 / (1 - L * hi)) in Hstep
    by (unfold s; field; lra).
  lra.
Qed.

(** ** Rates up to 2/L *)
Lemma one_step_wide gamma hi x : 0 < gamma <= hi -> L * hi < 2 ->
  avg n (fun i => D (next g gamma i x))
  <= D x - gamma * (2 - L * hi) * gap x + gamma ^ 2 * sigma2 * (2 + L * hi) / (2 - L * hi).
Proof.
  intros [Hg Hhi] HL. assert (Hpos : 0 < L * hi) by (apply Rmult_lt_0_compat; lra).
  set (s := (2 - L * hi) / (2 * (L * hi))).
  assert (Hs : 0 < s) by (apply Rdiv_lt_0_compat; lra).
  assert (Hstep := one_step_young gamma s x Hg Hs).
  assert (Hk : gamma * (1 + s) - / L <= L * hi / 2 / L).
  { replace (L * hi / 2 / L) with (hi * (1 + s) - / L) by (unfold s; field; lra).
    assert (gamma * (1 + s) <= hi * (1 + s)) by (apply Rmult_le_compat_r; lra). lra. }
  assert (Hsp := spread_term_le gamma _ (L * hi / 2) x Hg ltac:(lra) Hk).
  replace (gamma ^ 2 * (1 + / s) * sigma2) with (gamma ^ 2 * sigma2 * (2 + L * hi) / (2 - L * hi)) in Hstep
    by (unfold s; field; lra).
  lra.
Qed.

(** ** No noise: every component is stationary at xs *)
Lemma mean_gradient_noiseless x : sigma2 = 0 -> avg n (fun i => norm2 (g i x)) = spread x.
Proof.
  intros H0. apply avg_ext. intros i Hi. symmetry. apply norm2_sub_null.
  apply (avg_zero n (fun i => norm2 (g i xs))); auto. intros. apply norm2_nonneg.
Qed.

Lemma one_step_noiseless gamma x : sigma2 = 0 -> 0 < gamma ->
  avg n (fun i => D (next g gamma i x)) <= D x - 2 * gamma * gap x + gamma * (gamma - / L) * spread x.
Proof.
  intros H0 Hg. assert (Hstep := one_step_expansion gamma x Hg). rewrite mean_gradient_noiseless in Hstep by auto.
  replace (spread x / (2 * L)) with (/ 2 * (/ L * spread x)) in Hstep by (field; lra). lra.
Qed.

Lemma one_step_interpolation_short gamma hi x : sigma2 = 0 -> 0 < gamma <= hi -> L * hi <= 1 ->
  avg n (fun i => D (next g gamma i x)) <= D x - 2 * gamma * gap x.
Proof.
  intros H0 [Hg Hhi] HL. assert (Hstep := one_step_noiseless gamma x H0 Hg).
  assert (Hk : gamma - / L <= 0).
  { apply (Rmult_le_reg_l L); auto. rewrite Rmult_minus_distr_l, Rinv_r by lra. nra. }
  assert (Hsp := spread_term_nonpos gamma _ x Hg Hk). lra.
Qed.

Lemma one_step_interpolation_long gamma hi x : sigma2 = 0 -> 0 < gamma <= hi -> 1 <= L * hi ->
  avg n (fun i => D (next g gamma i x)) <= D x - 2 * gamma * (2 - L * hi) * gap x.
Proof.
  intros H0 [Hg Hhi] HL. assert (Hstep := one_step_noiseless gamma x H0 Hg).
  assert (Hk : gamma - / L <= (L * hi - 1) / L) by (replace ((L * hi - 1) / L) with (hi - / L) by (field; lra); lra).
  assert (Hsp := spread_term_le gamma _ (L * hi - 1) x Hg ltac:(lra) Hk). lra.
Qed.

Lemma one_step_interpolation gamma hi x : sigma2 = 0 -> 0 < gamma <= hi ->
  avg n (fun i => D (next g gamma i x)) <= D x - 2 * gamma * Rmin 1 (2 - L * hi) * gap x.
Proof.
  intros H0 Hg. destruct (Rle_dec (L * hi) 1) as [HL|HL].
  - rewrite Rmin_left by lra. assert (H := one_step_interpolation_short gamma hi x H0 Hg HL). lra.
  - rewrite Rmin_right by lra. apply one_step_interpolation_long; auto. lra.
Qed.
End OneStep.
