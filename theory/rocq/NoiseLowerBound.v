(** How far the noise term of the sharp theorem and the linear rate can be from the best possible.

    Take two samples on the line, f_0(x) = L (x - a)^2 / 2 and f_1(x) = L (x + a)^2 / 2.  They are convex and
    L-smooth, the minimiser of their mean is 0, and the noise there is sigma2 = L^2 a^2.  At a constant rate gamma > 0
    with gamma L < 2, and with v = gamma sigma2 / (L (2 - gamma L)),

      E x_(t+1)^2 = (1 - gamma L)^2 E x_t^2 + gamma^2 sigma2,    E x_t^2 = v + (1 - gamma L)^(2t) (x0^2 - v),

    so v is the stationary variance.  Started there, the mean loss of x_0, ..., x_(T-1) stays for every T above the
    minimum by exactly

      gamma sigma2 / (2 (2 - gamma L)),    the noise floor,

    and from every x0 it comes to that as T grows, so that no bound A/T + B with a smaller B holds.  If gamma L < 1,
    the noise term of the sharp theorem at lo = hi = gamma, gamma sigma2 / (2 (1 - gamma L)), is exactly
    (2 - gamma L) / (1 - gamma L) = 2 + gamma L / (1 - gamma L) times the floor.

    On mu x^2 / 2 gradient descent has x_t^2 = (1 - gamma mu)^(2t) x0^2; the linear rate has the exponent t there.

    The floor is one of the mean loss of the iterates; nothing is said here on the loss of their average. *)

From Coq Require Import Reals Lra Lia List.
From GreedyLR Require Import InnerProduct Expectation Functions FiniteSum Trajectory Convergence.
From GreedyLR Require SameSample.
Import ListNotations.
Open Scope R_scope.

(** ** A function of x_t under the expectation *)
Section Moments.
Context {V : space}.
Variables (n : nat) (g : nat -> V -> V) (gamma : list nat -> R) (x0 : V) (phi : V -> R).

(** Condition on the first t samples. *)
Lemma expected_step t :
  E n (S t) (fun s => phi (traj g gamma x0 (S t) s))
  = E n t (fun s => avg n (fun i => phi (next g (gamma s) i (traj g gamma x0 t s)))).
Proof.
  rewrite E_last. apply E_ext. intros s [<- _]. apply avg_ext. intros i _. now rewrite traj_last.
Qed.

(** The samples after the first t do not matter. *)
Lemma expected_early t T : (0 < n)%nat -> (t <= T)%nat ->
  E n T (fun s => phi (traj g gamma x0 t s)) = E n t (fun s => phi (traj g gamma x0 t s)).
Proof.
  intros Hn Ht. replace T with (t + (T - t))%nat by lia.
  rewrite <- (SameSample.E_firstn n t (T - t) (fun s => phi (traj g gamma x0 t s)) Hn).
  apply E_ext. intros s [Hl _]. now rewrite traj_firstn by lia.
Qed.
End Moments.

(** ** The two quadratics *)
Definition target (a : R) (i : nat) : R := match i with O => a | S _ => - a end.
Definition loss (L a : R) (i : nat) (x : line) : R := L * (x - target a i) ^ 2 / 2.
Definition gradient (L a : R) (i : nat) (x : line) : line := L * (x - target a i).

Lemma loss_convex L a i : 0 < L -> convex (loss L a i) (gradient L a i).
Proof.
  intros HL x y. unfold loss, gradient, sub. simpl in *.
  assert (0 <= L * (y - x) ^ 2) by (apply Rmult_le_pos; [lra|apply pow2_ge_0]). lra.
Qed.

Lemma loss_smooth L a i : smooth (loss L a i) (gradient L a i) L.
Proof. intros x y. unfold loss, gradient, norm2, sub. simpl in *. lra. Qed.

Lemma zero_is_stationary L a : vsum 2 (fun i => gradient L a i (0 : line)) = zero.
Proof. simpl. unfold gradient, target. ring. Qed.

Lemma noise_at_zero L a : noise 2 (gradient L a) (0 : line) = L ^ 2 * a ^ 2.
Proof. unfold noise. rewrite SameSample.avg_two. unfold norm2, gradient, target. simpl. field. Qed.

(** They meet the assumptions of the sharp theorem. *)
Theorem admissible L a : 0 < L ->
  (forall i, convex (loss L a i) (gradient L a i)) /\ (forall i, smooth (loss L a i) (gradient L a i) L) /\
  vsum 2 (fun i => gradient L a i (0 : line)) = zero /\ noise 2 (gradient L a) (0 : line) = L ^ 2 * a ^ 2.
Proof.
  intros HL. split; [intros; now apply loss_convex|]. split; [intros; apply loss_smooth|].
  split; [apply zero_is_stationary|apply noise_at_zero].
Qed.

Lemma mean_loss_value L a (x : line) : mean_loss 2 (loss L a) x = L / 2 * x ^ 2 + mean_loss 2 (loss L a) (0 : line).
Proof. unfold mean_loss. rewrite !SameSample.avg_two. unfold loss, target. field. Qed.

Definition stationary_variance (L a gamma : R) : R := gamma * (L ^ 2 * a ^ 2) / (L * (2 - gamma * L)).
Definition noise_floor_value (L a gamma : R) : R := gamma * (L ^ 2 * a ^ 2) / (2 * (2 - gamma * L)).

(** The mean loss of x_0, ..., x_(T-1) above the minimum. *)
Definition average_gap (L a gamma : R) (x0 : line) (T : nat) : R :=
  avg T (fun t => E 2 T (fun s => mean_loss 2 (loss L a) (traj (gradient L a) (fun _ => gamma) x0 t s)))
  - mean_loss 2 (loss L a) (0 : line).

Lemma sum_geometric q T : (1 - q) * sum T (fun t => q ^ t) = 1 - q ^ T.
Proof. induction T; simpl; [ring|]. rewrite Rmult_plus_distr_l, IHT. ring. Qed.

Section Quadratics.
Variables (L a gamma : R) (x0 : line).
Hypothesis L_pos : 0 < L.
Hypothesis gamma_pos : 0 < gamma.
Hypothesis gamma_short : gamma * L < 2.

Local Notation sigma2 := (L ^ 2 * a ^ 2).
Local Notation v := (stationary_variance L a gamma).
Local Notation floor := (noise_floor_value L a gamma).
Local Notation x_ t s := (traj (gradient L a) (fun _ => gamma) x0 t s).

Lemma gamma_L_pos : 0 < gamma * L.
Proof. now apply Rmult_lt_0_compat. Qed.

(** ** The second moment *)
Lemma second_moment_step t :
  E 2 (S t) (fun s => x_ (S t) s ^ 2) = (1 - gamma * L) ^ 2 * E 2 t (fun s => x_ t s ^ 2) + gamma ^ 2 * sigma2.
Proof.
  rewrite (expected_step 2 (gradient L a) (fun _ => gamma) x0 (fun x => x ^ 2) t).
  rewrite <- (E_const 2 t (gamma ^ 2 * sigma2)), <- E_scal, <- E_plus by lia.
  apply E_ext. intros s _. rewrite SameSample.avg_two. unfold next, gradient, target. simpl. field.
Qed.

Lemma second_moment_closed_form t :
  E 2 t (fun s => x_ t s ^ 2) = v + (1 - gamma * L) ^ (2 * t) * (x0 ^ 2 - v).
Proof.
  rewrite pow_mult. induction t; [simpl; ring|]. rewrite second_moment_step, IHt.
  rewrite <- (tech_pow_Rmult ((1 - gamma * L) ^ 2) t). unfold stationary_variance. field. lra.
Qed.

Theorem second_moment t :
  E 2 (S t) (fun s => traj (gradient L a) (fun _ => gamma) x0 (S t) s ^ 2)
  = (1 - gamma * L) ^ 2 * E 2 t (fun s => traj (gradient L a) (fun _ => gamma) x0 t s ^ 2)
    + gamma ^ 2 * (L ^ 2 * a ^ 2) /\
  E 2 t (fun s => traj (gradient L a) (fun _ => gamma) x0 t s ^ 2)
  = stationary_variance L a gamma + (1 - gamma * L) ^ (2 * t) * (x0 ^ 2 - stationary_variance L a gamma).
Proof. split; [apply second_moment_step|apply second_moment_closed_form]. Qed.

(** ** The average gap *)
Lemma average_gap_moments T : (0 < T)%nat ->
  average_gap L a gamma x0 T = L / 2 * avg T (fun t => E 2 t (fun s => x_ t s ^ 2)).
Proof.
  intros HT. unfold average_gap.
  rewrite (avg_ext T _ (fun t => L / 2 * E 2 t (fun s => x_ t s ^ 2) + mean_loss 2 (loss L a) (0 : line))).
  - rewrite avg_plus, avg_scal, avg_const by auto. ring.
  - intros t Ht. rewrite (expected_early 2 _ _ _ (mean_loss 2 (loss L a))) by lia.
    rewrite <- (E_const 2 t (mean_loss 2 (loss L a) (0 : line))), <- E_scal, <- E_plus by lia.
    apply E_ext. intros s _. apply mean_loss_value.
Qed.

(** What is left of the start after T steps, on average. *)
Definition memory (T : nat) : R := (1 - (1 - gamma * L) ^ (2 * T)) / (gamma * L * (2 - gamma * L) * INR T).

Theorem average_gap_closed_form T : (0 < T)%nat ->
  average_gap L a gamma x0 T = floor + L / 2 * (x0 ^ 2 - v) * memory T.
Proof.
  intros HT. assert (P := INR_pos T HT). assert (Q := gamma_L_pos). rewrite average_gap_moments by auto.
  rewrite (avg_ext T _ (fun t => v + (x0 ^ 2 - v) * ((1 - gamma * L) ^ 2) ^ t)).
  2:{ intros t _. rewrite second_moment_closed_form, pow_mult. ring. }
  rewrite avg_plus, avg_const, avg_scal by auto. unfold avg, memory. rewrite pow_mult, <- sum_geometric.
  unfold noise_floor_value. set (S := sum T _). unfold stationary_variance. field. lra.
Qed.

Lemma memory_bounds T : (0 < T)%nat -> 0 <= memory T <= / (gamma * L * (2 - gamma * L) * INR T).
Proof.
  intros HT. assert (P := INR_pos T HT). assert (Q := gamma_L_pos).
  assert (D : 0 < gamma * L * (2 - gamma * L) * INR T) by (repeat apply Rmult_lt_0_compat; lra).
  assert (B : 0 <= (1 - gamma * L) ^ (2 * T) <= 1).
  { rewrite pow_mult. assert (0 <= (1 - gamma * L) ^ 2) by apply pow2_ge_0.
    assert (0 <= gamma * L * (2 - gamma * L)) by (apply Rmult_le_pos; lra).
    split; [now apply pow_le|]. apply Rle_trans with (1 ^ T); [apply pow_incr|rewrite pow1]; lra. }
  unfold memory. split; [apply Rle_mult_inv_pos; lra|].
  rewrite <- Rmult_1_l. apply Rmult_le_compat_r; [left; now apply Rinv_0_lt_compat|lra].
Qed.

Lemma floor_nonneg : 0 <= floor.
Proof.
  unfold noise_floor_value. apply Rle_mult_inv_pos; [|lra].
  apply Rmult_le_pos; [lra|]. apply Rmult_le_pos; apply pow2_ge_0.
Qed.

(** Started at the stationary variance, the average gap is the floor. *)
Theorem noise_floor T : (0 < T)%nat -> x0 ^ 2 = stationary_variance L a gamma ->
  avg T (fun t => E 2 T (fun s => mean_loss 2 (loss L a) (traj (gradient L a) (fun _ => gamma) x0 t s)))
  - mean_loss 2 (loss L a) (0 : line)
  = gamma * (L ^ 2 * a ^ 2) / (2 * (2 - gamma * L)).
Proof.
  intros HT Hv. fold (average_gap L a gamma x0 T) floor. rewrite average_gap_closed_form, Hv by auto. ring.
Qed.

(** Started further out, it never falls below the floor. *)
Corollary never_below_floor T : (0 < T)%nat -> stationary_variance L a gamma <= x0 ^ 2 ->
  noise_floor_value L a gamma <= average_gap L a gamma x0 T.
Proof.
  intros HT Hv. rewrite average_gap_closed_form by auto. assert (M := memory_bounds T HT).
  assert (0 <= L / 2 * (x0 ^ 2 - v) * memory T) by (apply Rmult_le_pos; [apply Rmult_le_pos|]; lra). lra.
Qed.

(** Started anywhere, it is not much less. *)
Theorem average_gap_ge T : (0 < T)%nat ->
  noise_floor_value L a gamma * (1 - / (gamma * L * (2 - gamma * L) * INR T)) <= average_gap L a gamma x0 T.
Proof.
  intros HT. rewrite average_gap_closed_form by auto. assert (M := memory_bounds T HT). assert (N := floor_nonneg).
  assert (Hv : L / 2 * v = floor) by (unfold stationary_variance, noise_floor_value; field; lra).
  assert (0 <= L / 2 * x0 ^ 2 * memory T).
  { apply Rmult_le_pos; [|lra]. apply Rmult_le_pos; [lra|apply pow2_ge_0]. }
  assert (floor * memory T <= floor * / (gamma * L * (2 - gamma * L) * INR T)) by (apply Rmult_le_compat_l; lra).
  rewrite <- Hv in *. lra.
Qed.

Corollary no_smaller_noise_term A B :
  (forall T, (0 < T)%nat -> average_gap L a gamma x0 T <= A / INR T + B) -> noise_floor_value L a gamma <= B.
Proof.
  intros H. assert (Q := gamma_L_pos). destruct (Rle_dec floor B) as [|Hlt]; auto. exfalso.
  set (K := A + floor / (gamma * L * (2 - gamma * L))).
  destruct (SameSample.nat_above (K / (floor - B))) as [T HT].
  assert (P : 0 < INR (S T)) by (apply INR_pos; lia).
  assert (HT' : K / (floor - B) < INR (S T)) by (rewrite S_INR; lra).
  apply (Rmult_lt_compat_r (floor - B)) in HT'; [|lra].
  replace (K / (floor - B) * (floor - B)) with K in HT' by (field; lra).
  assert (G := average_gap_ge (S T) ltac:(lia)). assert (U := H (S T) ltac:(lia)).
  assert (W : floor * (1 - / (gamma * L * (2 - gamma * L) * INR (S T))) <= A / INR (S T) + B) by lra.
  apply (Rmult_le_compat_l (INR (S T))) in W; [|lra].
  replace (INR (S T) * (A / INR (S T) + B)) with (A + INR (S T) * B) in W by (field; lra).
  replace (INR (S T) * (floor * (1 - / (gamma * L * (2 - gamma * L) * INR (S T)))))
    with (INR (S T) * floor - floor / (gamma * L * (2 - gamma * L))) in W by (field; lra).
  unfold K in HT'. lra.
Qed.
End Quadratics.

(** Such a start is x0 = a / r, where r^2 = (2 - gamma L) / (gamma L). *)
Lemma stationary_start L a gamma r : 0 < L -> 0 < r -> gamma * L * (1 + r ^ 2) = 2 ->
  (a / r) ^ 2 = stationary_variance L a gamma.
Proof.
  intros HL Hr H. assert (P : 0 < r ^ 2) by now apply pow_lt.
  replace gamma with (2 / (L * (1 + r ^ 2))) by (rewrite <- H; field; lra).
  unfold stationary_variance. field. repeat split; lra.
Qed.

(** ** The noise term of the sharp theorem at lo = hi = gamma against the floor *)
Theorem noise_term_within L a gamma : 0 < L -> 0 < gamma -> gamma * L < 1 ->
  gamma ^ 2 * noise 2 (gradient L a) (0 : line) / (2 * gamma * (1 - L * gamma))
  = (2 - gamma * L) / (1 - gamma * L) * (gamma * (L ^ 2 * a ^ 2) / (2 * (2 - gamma * L))) /\
  (2 - gamma * L) / (1 - gamma * L) = 2 + gamma * L / (1 - gamma * L) /\
  2 < (2 - gamma * L) / (1 - gamma * L).
Proof.
  intros HL Hg Hs. assert (P := gamma_L_pos L gamma HL Hg). rewrite noise_at_zero.
  assert (R : (2 - gamma * L) / (1 - gamma * L) = 2 + gamma * L / (1 - gamma * L)) by (field; lra).
  split; [field; lra|]. split; [exact R|]. rewrite R.
  assert (0 < gamma * L / (1 - gamma * L)) by (apply Rdiv_lt_0_compat; lra). lra.
Qed.

(** The sharp theorem on this run, between the floor and its multiple. *)
Corollary average_gap_between L a gamma (x0 : line) T : 0 < L -> 0 < gamma -> gamma * L < 1 -> (0 < T)%nat ->
  noise_floor_value L a gamma * (1 - / (gamma * L * (2 - gamma * L) * INR T)) <= average_gap L a gamma x0 T
  <= x0 ^ 2 / (2 * gamma * INR T) + (2 - gamma * L) / (1 - gamma * L) * noise_floor_value L a gamma.
Proof.
  intros HL Hg Hs HT. split; [apply average_gap_ge; auto; lra|].
  unfold noise_floor_value. rewrite <- (proj1 (noise_term_within L a gamma HL Hg Hs)).
  replace (x0 ^ 2) with (norm2 (x0 -v (0 : line))) by (unfold norm2, sub; simpl; ring).
  destruct (admissible L a HL) as (Hc & Hsm & H0 & _).
  apply sharp_theorem; auto; intros; lra.
Qed.

(** ** The linear rate on a quadratic *)
Lemma quadratic_run (mu gamma : R) (x0 : line) s t :
  traj (fun _ (x : line) => mu * x : line) (fun _ => gamma) x0 t s = (1 - gamma * mu) ^ t * x0.
Proof.
  induction t as [|t IH]; [symmetry; apply Rmult_1_l|]. cbn [traj pow]. rewrite IH. set (q := (1 - gamma * mu) ^ t).
  change (q * x0 + - gamma * (mu * (q * x0)) = (1 - gamma * mu) * q * x0). ring.
Qed.

(** The assumptions of [linear_rate] hold with L = mu and without noise, its bound is (1 - gamma mu)^T |x0|^2, and
    the truth has twice the exponent. *)
Theorem linear_rate_on_quadratic (n : nat) (mu gamma : R) (x0 : line) (T : nat) : (0 < n)%nat -> 0 < mu ->
  let f := fun (_ : nat) (x : line) => mu * x ^ 2 / 2 in
  let g := fun (_ : nat) (x : line) => mu * x : line in
  (forall i, convex (f i) (g i)) /\ (forall i, smooth (f i) (g i) mu) /\
  vsum n (fun i => g i (0 : line)) = zero /\ noise n g (0 : line) = 0 /\
  (forall x, mean_loss n f x - mean_loss n f (0 : line) = mu / 2 * norm2 (x -v (0 : line))) /\
  E n T (fun s => norm2 (traj g (fun _ => gamma) x0 T s -v (0 : line)))
  = (1 - gamma * mu) ^ (2 * T) * norm2 (x0 -v (0 : line)).
Proof.
  intros Hn Hmu f g. unfold f, g.
  split; [|split; [|split; [|split; [|split]]]].
  - intros _ x y. unfold sub. simpl in *.
    assert (0 <= mu * (y - x) ^ 2) by (apply Rmult_le_pos; [lra|apply pow2_ge_0]). lra.
  - intros _ x y. unfold norm2, sub. simpl in *. lra.
  - clear Hn. induction n as [|n IH]; [reflexivity|]. cbn [vsum]. rewrite IH. simpl. ring.
  - unfold noise, norm2. simpl. rewrite avg_const by auto. ring.
  - intros x. unfold mean_loss. rewrite !avg_const by auto. unfold norm2, sub. simpl. field.
  - rewrite <- (E_const n T ((1 - gamma * mu) ^ (2 * T) * norm2 (x0 -v (0 : line))) Hn).
    apply E_ext. intros s _. rewrite quadratic_run, Nat.mul_comm, pow_mult. unfold norm2, sub. simpl. ring.
Qed.
