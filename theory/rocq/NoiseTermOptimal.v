(** The noise term of the sharp theorem is the best possible up to the factor 1 / (1 - gamma L).

    Tilt Huber's function h, of curvature L and width d, by a x and by - a x: two convex L-smooth functions whose mean
    h is least at 0, with noise sigma2 = a^2.  At a constant rate gamma with gamma L <= 1, started at the minimiser,

      E x_(t+1)^2 + 2 gamma E h(x_t) >= E x_t^2 + gamma^2 sigma2 - gamma L d^2,

    and E x_t^4 grows at most linearly, so that E x_T^2 / T tends to 0.  Summing up, the mean loss of
    x_0, ..., x_(T-1) is above the minimum by at least gamma sigma2 / 2 - eps for all large T, where L d^2 <= eps.
    The sharp theorem's bound is there its noise term alone, gamma sigma2 / (2 (1 - gamma L)). *)

From Coq Require Import Reals Lra Lia List.
From GreedyLR Require Import InnerProduct Expectation Functions FiniteSum Trajectory HuberLowerBound NoiseLowerBound.
From GreedyLR Require SameSample.
Open Scope R_scope.

(** ** Huber's function, tilted *)
Definition tilted_huber (L d a : R) (i : nat) (x : line) : R := huber L d x + target a i * x.
Definition tilted_slope (L d a : R) (i : nat) (x : line) : line := huber_slope L d x + target a i.

Section Tilted.
Variables (L d a gamma : R).
Hypothesis L_pos : 0 < L.
Hypothesis d_pos : 0 < d.
Hypothesis gamma_pos : 0 < gamma.
Hypothesis gamma_short : gamma * L <= 1.

Local Notation h := (huber L d).
Local Notation x_ t s := (traj (tilted_slope L d a) (fun _ => gamma) (0 : line) t s).
Local Notation moment p t := (E 2 t (fun s => x_ t s ^ p)).

Lemma tilted_mean (x : line) : mean_loss 2 (tilted_huber L d a) x = h x.
Proof. unfold mean_loss. rewrite SameSample.avg_two. unfold tilted_huber, target. field. Qed.

Lemma clamp_square (x : R) : clamp d x ^ 2 <= d ^ 2.
Proof. destruct (clamp_cases d d_pos x) as [[_ ->]|[[Hx ->]|[_ ->]]]; nra. Qed.

(** A step shrinks the second moment by no more than the loss pays for. *)
Lemma second_moment_pays (x : R) : x ^ 2 + (gamma ^ 2 * a ^ 2 - gamma * (L * d ^ 2))
  <= avg 2 (fun i => next (tilted_slope L d a) gamma i (x : line) ^ 2) + 2 * gamma * h x.
Proof.
  rewrite SameSample.avg_two, huber_formula by auto. unfold next, tilted_slope, huber_slope, target. simpl.
  assert (S := clamp_square x). set (c := clamp d x) in *. assert (P := gamma_L_pos L gamma L_pos gamma_pos).
  assert (0 <= gamma * L * (d ^ 2 - c ^ 2)) by (apply Rmult_le_pos; lra).
  assert (0 <= (gamma * L * c) ^ 2) by apply pow2_ge_0. lra.
Qed.

Lemma second_moment_ge t :
  moment 2 t + (gamma ^ 2 * a ^ 2 - gamma * (L * d ^ 2)) <= moment 2 (S t) + 2 * gamma * E 2 t (fun s => h (x_ t s)).
Proof.
  rewrite (expected_step 2 (tilted_slope L d a) (fun _ => gamma) (0 : line) (fun x => x ^ 2) t).
  rewrite <- (E_const 2 t (gamma ^ 2 * a ^ 2 - gamma * (L * d ^ 2))), <- E_scal, <- !E_plus by lia.
  apply E_le; [lia|]. intros s _. apply second_moment_pays.
Qed.

Lemma summed_loss T :
  INR T * (gamma ^ 2 * a ^ 2 - gamma * (L * d ^ 2))
  <= 2 * gamma * sum T (fun t => E 2 t (fun s => h (x_ t s))) + moment 2 T.
Proof.
  induction T; [simpl; lra|]. assert (H := second_moment_ge T). rewrite S_INR. cbn [sum]. lra.
Qed.

(** The fourth moment grows at most linearly. *)
Let e := gamma * L * d.
Let k := (gamma * a) ^ 2.
Let C := d ^ 4 + 6 * k * d ^ 2 + 2 * k ^ 3 / e ^ 2 + k ^ 2.

Lemma cubic_wins y : 0 <= y -> y ^ 4 + 6 * k * y ^ 2 <= (y + e) ^ 4 + 2 * k ^ 3 / e ^ 2.
Proof.
  intros Hy. assert (He : 0 < e) by (unfold e; repeat apply Rmult_lt_0_compat; lra).
  assert (Hk : 0 <= k) by apply pow2_ge_0. assert (Hey : 0 <= e * y) by (apply Rmult_le_pos; lra).
  assert (I : (y + e) ^ 4 + 2 * k ^ 3 / e ^ 2 - (y ^ 4 + 6 * k * y ^ 2)
              = 2 / e ^ 2 * ((k - e * y) ^ 2 * (k + 2 * (e * y))) + (6 * (e * y) ^ 2 + 4 * (e * y) * e ^ 2 + e ^ 4))
    by (field; lra).
  assert (0 <= 2 / e ^ 2 * ((k - e * y) ^ 2 * (k + 2 * (e * y)))).
  { apply Rmult_le_pos; [apply Rle_mult_inv_pos; [lra|now apply pow_lt]|].
    apply Rmult_le_pos; [apply pow2_ge_0|lra]. }
  assert (0 <= 6 * (e * y) ^ 2) by (apply Rmult_le_pos; [lra|apply pow2_ge_0]).
  assert (0 <= 4 * (e * y) * e ^ 2) by (apply Rmult_le_pos; [lra|apply pow2_ge_0]).
  assert (0 <= e ^ 4) by (apply pow_le; lra). lra.
Qed.

Lemma fourth_moment_step (x : R) :
  avg 2 (fun i => next (tilted_slope L d a) gamma i (x : line) ^ 4) <= x ^ 4 + C.
Proof.
  rewrite SameSample.avg_two. unfold next, tilted_slope, huber_slope, target. simpl add. simpl scale.
  set (y := x - gamma * L * clamp d x).
  match goal with |- ?l <= _ => replace l with (y ^ 4 + 6 * k * y ^ 2 + k ^ 2) by (unfold y, k; field) end.
  assert (He : 0 < e <= d) by (unfold e; split; [repeat apply Rmult_lt_0_compat; lra|nra]).
  assert (Hk : 0 <= k) by apply pow2_ge_0.
  assert (H2 : 0 <= d ^ 4 + 6 * k * d ^ 2) by (assert (0 <= d ^ 4) by (apply pow_le; lra); nra).
  assert (H3 : 0 <= 2 * k ^ 3 / e ^ 2).
  { apply Rle_mult_inv_pos; [|apply pow_lt; lra]. apply Rmult_le_pos; [lra|now apply pow_le]. }
  assert (H4 : 0 <= x ^ 4) by (replace (x ^ 4) with ((x ^ 2) ^ 2) by ring; apply pow2_ge_0).
  unfold C, y. destruct (clamp_cases d d_pos x) as [[Hx ->]|[[Hx ->]|[Hx ->]]].
  - assert (Q := cubic_wins (- (x + e)) ltac:(lra)). unfold e in *. lra.
  - set (z := x - gamma * L * x). assert (P := gamma_L_pos L gamma L_pos gamma_pos).
    assert (Hz : z ^ 2 <= d ^ 2).
    { assert (x ^ 2 <= d ^ 2) by nra. assert (0 <= gamma * L * (2 - gamma * L)) by (apply Rmult_le_pos; lra).
      assert (0 <= gamma * L * (2 - gamma * L) * x ^ 2) by (apply Rmult_le_pos; [lra|apply pow2_ge_0]).
      unfold z. lra. }
    assert (6 * k * z ^ 2 <= 6 * k * d ^ 2) by (apply Rmult_le_compat_l; lra).
    assert ((z ^ 2) ^ 2 <= (d ^ 2) ^ 2) by (apply pow_incr; split; [apply pow2_ge_0|lra]). lra.
  - assert (Q := cubic_wins (x - e) ltac:(lra)). unfold e in *. lra.
Qed.

Lemma fourth_moment_le T : moment 4 T <= C * INR T.
Proof.
  induction T; [simpl; lra|].
  rewrite (expected_step 2 (tilted_slope L d a) (fun _ => gamma) (0 : line) (fun x => x ^ 4) T).
  apply Rle_trans with (E 2 T (fun s => x_ T s ^ 4 + C)).
  - apply E_le; [lia|]. intros s _. apply fourth_moment_step.
  - rewrite E_plus, E_const, S_INR by lia. lra.
Qed.

(** Hence the second moment is below every positive multiple of T in the end. *)
Lemma second_moment_slow delta : 0 < delta ->
  exists T0, forall T, (T0 <= T)%nat -> moment 2 T <= delta * INR T.
Proof.
  intros Hd. destruct (SameSample.nat_above (C / delta ^ 2)) as [T0 HT0]. exists T0. intros T HT.
  apply le_INR in HT. assert (P := pos_INR T). assert (Hd2 : 0 < delta ^ 2) by now apply pow_lt.
  apply Rsqr_incr_0_var; [|apply Rmult_le_pos; lra]. rewrite !Rsqr_pow2.
  apply Rle_trans with (moment 4 T).
  - rewrite (E_ext 2 T (fun s => x_ T s ^ 4) (fun s => (x_ T s ^ 2) ^ 2)) by (intros; ring).
    apply E_square. lia.
  - apply Rle_trans with (1 := fourth_moment_le T). rewrite Rpow_mult_distr.
    apply Rle_trans with (delta ^ 2 * INR T * INR T); [|right; ring]. apply Rmult_le_compat_r; auto.
    assert (H : C / delta ^ 2 <= INR T) by lra. apply (Rmult_le_compat_l (delta ^ 2)) in H; [|lra].
    replace (delta ^ 2 * (C / delta ^ 2)) with C in H by (field; lra). exact H.
Qed.
End Tilted.

(** Over all convex L-smooth functions no noise term below gamma sigma2 / 2 is possible. *)
Theorem noise_term_optimal (L a gamma eps : R) : 0 < L -> 0 < gamma -> gamma * L <= 1 -> 0 < eps ->
  exists (f : nat -> line -> R) (g : nat -> line -> line),
    (forall i, convex (f i) (g i)) /\ (forall i, smooth (f i) (g i) L) /\
    vsum 2 (fun i => g i (0 : line)) = zero /\ noise 2 g (0 : line) = a ^ 2 /\
    exists T0, forall T, (T0 <= T)%nat -> (0 < T)%nat ->
      avg T (fun t => E 2 T (fun s => mean_loss 2 f (traj g (fun _ => gamma) (0 : line) t s)))
      - mean_loss 2 f (0 : line) >= gamma * a ^ 2 / 2 - eps.
Proof.
  intros HL Hg Hs He. assert (Q : 0 < eps / L) by now apply Rdiv_lt_0_compat. set (d := Rmin 1 (eps / L)).
  assert (Hd : 0 < d) by (apply Rmin_pos; lra).
  assert (Hd2 : gamma * (L * d ^ 2) <= gamma * eps).
  { assert (H1 : d <= 1) by apply Rmin_l. assert (H2 : d <= eps / L) by apply Rmin_r.
    apply Rmult_le_compat_l; [lra|]. replace eps with (L * (1 * (eps / L))) by (field; lra).
    apply Rmult_le_compat_l; [lra|]. simpl. rewrite Rmult_1_r. apply Rmult_le_compat; lra. }
  assert (S0 := huber_stationary L d Hd). exists (tilted_huber L d a), (tilted_slope L d a).
  split; [|split; [|split; [|split]]].
  - intros i x y. assert (H := huber_convex L d HL Hd x y). unfold tilted_huber, tilted_slope, sub in *.
    simpl in *. lra.
  - intros i x y. assert (H := huber_smooth L d HL Hd x y). unfold tilted_huber, tilted_slope, norm2, sub in *.
    simpl in *. lra.
  - unfold tilted_slope. cbn [vsum]. rewrite S0. simpl. ring.
  - unfold noise. rewrite SameSample.avg_two. unfold norm2, tilted_slope. rewrite S0. simpl. field.
  - destruct (second_moment_slow L d a gamma HL Hd Hg Hs (gamma * eps) ltac:(now apply Rmult_lt_0_compat)) as [T0 H].
    exists T0. intros T HT HT0. specialize (H T HT). assert (P := INR_pos T HT0).
    assert (G := summed_loss L d a gamma HL Hd Hg T). apply (Rmult_le_compat_l (INR T)) in Hd2; [|lra].
    apply Rle_ge.
    rewrite tilted_mean, huber_zero, Rminus_0_r by auto.
    set (x := traj (tilted_slope L d a) (fun _ => gamma) (0 : line)) in *.
    rewrite (avg_ext T _ (fun t => E 2 t (fun s => huber L d (x t s)))).
    2:{ intros t Ht. unfold x. rewrite (expected_early 2 _ _ _ (mean_loss 2 (tilted_huber L d a))) by lia.
        apply E_ext. intros s _. apply tilted_mean. }
    unfold avg. apply (Rmult_le_reg_l (2 * gamma * INR T)); [repeat apply Rmult_lt_0_compat; lra|].
    set (S := sum T _) in *. replace (2 * gamma * INR T * (/ INR T * S)) with (2 * gamma * S) by (field; lra). lra.
Qed.
