(** The first term of the convergence theorems cannot be improved: gradient descent on Huber's function.

    On the line, with curvature L and width d, Huber's function is L x^2 / 2 for |x| <= d and L d |x| - L d^2 / 2
    beyond; it is convex and L-smooth with minimum 0 at 0.  Gradient descent at a constant rate gamma > 0 from x0 > 0
    with d = x0 / (1 + gamma L (T - 1)) keeps x_0, ..., x_(T-1) on the slope, x_t = x0 - t gamma L d >= d.  The mean
    loss of these iterates and the loss of their average are both exactly

      x0^2 / (2 (gamma (T - 1) + 1/L)),        which is x0^2 / (2 gamma T) at gamma = 1/L:

    there the noiseless theorem holds with equality.  No bound C q^T with q < 1 holds for all convex L-smooth f. *)

From Coq Require Import Reals Lra Lia List.
From GreedyLR Require Import InnerProduct Expectation Functions FiniteSum Trajectory Convergence FullBatch.
Open Scope R_scope.

(** ** Huber's function *)

Definition huber (L d : R) (x : line) : R :=
  if Rle_dec (Rabs x) d then L / 2 * x ^ 2 else L * d * Rabs x - L * d ^ 2 / 2.

Definition clamp (d x : R) : R := Rmax (- d) (Rmin d x).
Definition huber_slope (L d : R) (x : line) : line := L * clamp d x.

Section Huber.
Variables L d : R.
Hypothesis L_pos : 0 < L.
Hypothesis d_pos : 0 < d.

Lemma clamp_cases x : (x < - d /\ clamp d x = - d) \/ (- d <= x <= d /\ clamp d x = x) \/ (d < x /\ clamp d x = d).
Proof.
  unfold clamp, Rmax, Rmin.
  destruct (Rle_dec d x), (Rle_dec (- d) d), (Rle_dec (- d) x); try lra;
    destruct (Req_dec x d); destruct (Req_dec x (- d)); lra.
Qed.

(** One formula for the three pieces. *)
Lemma huber_formula (x : R) : huber L d x = L * (x * clamp d x - clamp d x ^ 2 / 2).
Proof.
  unfold huber. destruct (clamp_cases x) as [[Hx ->]|[[Hx ->]|[Hx ->]]]; destruct (Rle_dec (Rabs x) d) as [Ha|Ha].
  - revert Ha. rewrite Rabs_left; lra.
  - rewrite Rabs_left; lra.
  - lra.
  - exfalso. apply Ha. apply Rabs_le. lra.
  - revert Ha. rewrite Rabs_right; lra.
  - rewrite Rabs_right; lra.
Qed.

(** [clamp d x] is the point of [-d, d] nearest to x. *)
Lemma clamp_nearest x y : 0 <= (clamp d x - clamp d y) * (x - clamp d x).
Proof.
  destruct (clamp_cases x) as [[Hx ->]|[[Hx ->]|[Hx ->]]];
    destruct (clamp_cases y) as [[Hy ->]|[[Hy ->]|[Hy ->]]]; nra.
Qed.

Lemma huber_convex : convex (V := line) (huber L d) (huber_slope L d).
Proof.
  intros x y. rewrite !huber_formula. unfold huber_slope, sub. simpl. apply Rle_ge.
  assert (N := clamp_nearest y x). set (a := clamp d x) in *. set (b := clamp d y) in *.
  assert (I : (y * b - b ^ 2 / 2) - (x * a - a ^ 2 / 2 + a * (y + -1 * x)) = (b - a) * (y - b) + / 2 * (b - a) ^ 2)
    by field.
  assert (S := pow2_ge_0 (b - a)).
  assert (0 <= L * ((b - a) * (y - b) + / 2 * (b - a) ^ 2)) by (apply Rmult_le_pos; lra).
  rewrite <- I in *. lra.
Qed.

Lemma huber_smooth : smooth (V := line) (huber L d) (huber_slope L d) L.
Proof.
  intros x y. rewrite !huber_formula. unfold huber_slope, norm2, sub. simpl.
  assert (N := clamp_nearest x y). set (a := clamp d x) in *. set (b := clamp d y) in *.
  assert (I : (x * a - a ^ 2 / 2 + a * (y + -1 * x)) + / 2 * ((y + -1 * x) * (y + -1 * x)) - (y * b - b ^ 2 / 2)
              = (a - b) * (x - a) + / 2 * ((y - b) - (x - a)) ^ 2) by field.
  assert (S := pow2_ge_0 ((y - b) - (x - a))).
  assert (0 <= L * ((a - b) * (x - a) + / 2 * ((y - b) - (x - a)) ^ 2)) by (apply Rmult_le_pos; lra).
  rewrite <- I in *. lra.
Qed.

Lemma huber_stationary : huber_slope L d 0 = 0.
Proof. unfold huber_slope. destruct (clamp_cases 0) as [[H _]|[[_ ->]|[H _]]]; lra. Qed.

Lemma huber_zero : huber L d 0 = 0.
Proof. rewrite huber_formula. destruct (clamp_cases 0) as [[H _]|[[_ ->]|[H _]]]; lra. Qed.

(** On the slope. *)
Lemma clamp_far x : d <= x -> clamp d x = d.
Proof. intros H. destruct (clamp_cases x) as [[H1 ->]|[[H1 ->]|[H1 ->]]]; lra. Qed.

Lemma huber_far (x : R) : d <= x -> huber L d x = L * d * x - L * d ^ 2 / 2.
Proof. intros H. rewrite huber_formula, clamp_far by auto. field. Qed.
End Huber.

(** ** Gradient descent down the slope *)

(** The width at which the T steps end where the slope ends. *)
Definition width (L gamma x0 : R) (T : nat) : R := x0 / (1 + gamma * L * (INR T - 1)).

Section Descent.
Variables (L gamma x0 : R) (T : nat).
Hypothesis L_pos : 0 < L.
Hypothesis gamma_pos : 0 < gamma.
Hypothesis x0_pos : 0 < x0.
Hypothesis T_pos : (0 < T)%nat.

Let d := width L gamma x0 T.
Local Notation x_ t := (gradient_run (V := line) (huber_slope L d) (fun _ => gamma) x0 t).

Lemma T_ge_1 : 1 <= INR T.
Proof. apply (le_INR 1 T). lia. Qed.

Lemma stretch_pos : 0 < 1 + gamma * L * (INR T - 1).
Proof.
  assert (H := T_ge_1). assert (0 <= gamma * L * (INR T - 1)); [|lra].
  repeat apply Rmult_le_pos; lra.
Qed.

Lemma width_pos : 0 < d.
Proof. apply Rdiv_lt_0_compat; [auto|apply stretch_pos]. Qed.

Lemma start_value : x0 = d + gamma * L * d * (INR T - 1).
Proof. assert (H := stretch_pos). unfold d, width. field. lra. Qed.

Lemma slope_step_pos : 0 < gamma * L * d.
Proof. apply Rmult_lt_0_compat; [now apply Rmult_lt_0_compat|exact width_pos]. Qed.

Lemma on_the_slope t : (t < T)%nat -> x_ t = x0 - INR t * (gamma * L * d) /\ d <= x_ t.
Proof.
  assert (H0 := start_value). assert (H1 := slope_step_pos).
  assert (Hlow : forall k, (k < T)%nat -> d <= x0 - INR k * (gamma * L * d)).
  { intros k Hk. assert (Hk' : INR k + 1 <= INR T) by (rewrite <- S_INR; apply le_INR; lia).
    apply (Rmult_le_compat_r (gamma * L * d)) in Hk'; lra. }
  induction t; intros Ht.
  - specialize (Hlow 0%nat Ht). simpl in *. lra.
  - destruct IHt as [Hx Hd]; [lia|].
    assert (Hnext : x_ (S t) = x0 - INR (S t) * (gamma * L * d)).
    { change (x_ t + - gamma * (L * clamp d (x_ t)) = x0 - INR (S t) * (gamma * L * d)).
      rewrite (clamp_far d width_pos _ Hd), S_INR. rewrite Hx. ring. }
    split; auto. rewrite Hnext. auto.
Qed.

(** The iterates sum to an arithmetic series. *)
Lemma sum_run m : (m <= T)%nat ->
  vsum (V := line) m (fun t => x_ t) = INR m * x0 - INR m * (INR m - 1) / 2 * (gamma * L * d).
Proof.
  induction m; intros Hm.
  - simpl. field.
  - change (vsum (V := line) m (fun t => x_ t) + x_ m
            = INR (S m) * x0 - INR (S m) * (INR (S m) - 1) / 2 * (gamma * L * d)).
    rewrite IHm, S_INR by lia. rewrite (proj1 (on_the_slope m ltac:(lia))). field.
Qed.

Lemma mean_run : / INR T * vsum (V := line) T (fun t => x_ t) = d + gamma * L * d * (INR T - 1) / 2.
Proof.
  assert (P := T_ge_1). rewrite sum_run by lia. rewrite start_value at 1. field. lra.
Qed.

Lemma mean_on_the_slope : d <= d + gamma * L * d * (INR T - 1) / 2.
Proof.
  assert (0 <= gamma * L * d * (INR T - 1)); [|lra].
  apply Rmult_le_pos; [left; apply slope_step_pos|assert (H := T_ge_1); lra].
Qed.

Lemma loss_value : L * d * (d + gamma * L * d * (INR T - 1) / 2) - L * d ^ 2 / 2
                   = x0 ^ 2 / (2 * (gamma * (INR T - 1) + / L)).
Proof.
  assert (S := stretch_pos).
  replace (gamma * (INR T - 1) + / L) with ((1 + gamma * L * (INR T - 1)) / L) by (field; lra).
  unfold d, width. field. lra.
Qed.

Lemma average_iterate_loss : huber L d (/ INR T * vsum (V := line) T (fun t => x_ t))
                             = x0 ^ 2 / (2 * (gamma * (INR T - 1) + / L)).
Proof.
  rewrite mean_run, huber_far; [apply loss_value|exact width_pos|exact mean_on_the_slope].
Qed.

Lemma average_loss : avg T (fun t => huber L d (x_ t)) = x0 ^ 2 / (2 * (gamma * (INR T - 1) + / L)).
Proof.
  rewrite (avg_ext T _ (fun t => L * d * x_ t + - (L * d ^ 2 / 2))).
  2:{ intros t Ht. rewrite (huber_far L d width_pos _ (proj2 (on_the_slope t Ht))). ring. }
  rewrite avg_plus, avg_scal, avg_const by auto. unfold avg.
  assert (Hsum : forall m (y : nat -> R), sum m y = vsum (V := line) m y).
  { induction m; intros y; simpl; auto. now rewrite IHm. }
  rewrite <- loss_value, <- mean_run, Hsum. reflexivity.
Qed.

Theorem huber_lower_bound :
  let h := huber L (width L gamma x0 T) in
  let x := gradient_run (V := line) (huber_slope L (width L gamma x0 T)) (fun _ => gamma) x0 in
  h (/ INR T * vsum (V := line) T x) - h 0 = x0 ^ 2 / (2 * (gamma * (INR T - 1) + / L)) /\
  avg T (fun t => h (x t)) - h 0 = x0 ^ 2 / (2 * (gamma * (INR T - 1) + / L)).
Proof.
  intros h x. unfold h, x. fold d. rewrite (huber_zero L d width_pos), !Rminus_0_r.
  split; [exact average_iterate_loss|exact average_loss].
Qed.
End Descent.

(** At gamma = 1/L it is the first term of the theorems exactly. *)
Corollary sharp_first_term L gamma x0 T : 0 < L -> gamma = / L -> 0 < x0 -> (0 < T)%nat ->
  let h := huber L (width L gamma x0 T) in
  let x := gradient_run (V := line) (huber_slope L (width L gamma x0 T)) (fun _ => gamma) x0 in
  h (/ INR T * vsum (V := line) T x) - h 0 = x0 ^ 2 / (2 * gamma * INR T) /\
  avg T (fun t => h (x t)) - h 0 = x0 ^ 2 / (2 * gamma * INR T).
Proof.
  intros HL -> Hx HT. assert (P := INR_pos T HT).
  replace (x0 ^ 2 / (2 * / L * INR T)) with (x0 ^ 2 / (2 * (/ L * (INR T - 1) + / L))) by (field; split; lra).
  apply huber_lower_bound; auto. now apply Rinv_0_lt_compat.
Qed.

(** The noiseless theorem [interpolation_theorem], with one component and lo = hi = 1/L, holds with equality. *)
Corollary interpolation_theorem_attained L x0 T : 0 < L -> 0 < x0 -> (0 < T)%nat ->
  exists (f : nat -> line -> R) (g : nat -> line -> line),
    (forall i, convex (f i) (g i)) /\ (forall i, smooth (f i) (g i) L) /\
    vsum 1 (fun i => g i 0) = 0 /\ noise (V := line) 1 g 0 = 0 /\
    let F := mean_loss (V := line) 1 f in
    let bound := norm2 (sub (V := line) x0 0) / (2 * / L * Rmin 1 (2 - L * / L) * INR T) in
    avg T (fun t => E 1 T (fun s => F (traj g (fun _ => / L) (x0 : line) t s))) - F 0 = bound /\
    E 1 T (fun s => F (xbar g (fun _ => / L) (x0 : line) T s)) - F 0 = bound.
Proof.
  intros HL Hx HT. assert (Hg := Rinv_0_lt_compat L HL). assert (P := INR_pos T HT).
  assert (Hd := width_pos L (/ L) x0 T HL Hg Hx HT). assert (S0 := huber_stationary L _ Hd).
  destruct (sharp_first_term L (/ L) x0 T HL eq_refl Hx HT) as [H1 H2].
  set (d := width L (/ L) x0 T) in *.
  exists (fun _ => huber L d), (fun _ => huber_slope L d).
  split; [intros _; now apply huber_convex|]. split; [intros _; now apply huber_smooth|].
  split; [change (0 + huber_slope L d 0 = 0); rewrite S0; ring|].
  split; [unfold noise; rewrite avg_const, S0 by lia; apply Rmult_0_l|].
  intros F bound.
  assert (HF : forall x, F x = huber L d x) by (intros x; unfold F, mean_loss; now rewrite avg_const by lia).
  assert (HB : bound = x0 ^ 2 / (2 * / L * INR T)).
  { unfold bound. rewrite Rinv_r, Rmin_left by lra. unfold norm2, sub. simpl. field. lra. }
  set (x := gradient_run (V := line) (huber_slope L d) (fun _ => / L) x0) in *.
  set (y := fun t s => traj (V := line) (fun _ => huber_slope L d) (fun _ => / L) x0 t s).
  assert (Hrun : forall s t, samples 1 T s -> (t < T)%nat -> y t s = x t).
  { intros s t [Hl _] Ht. apply (traj_run (V := line) (huber_slope L d) (fun _ => / L)). lia. }
  rewrite HB, HF. split.
  - rewrite <- H2. f_equal. apply avg_ext. intros t Ht.
    rewrite <- (E_const 1 T (huber L d (x t))) by lia.
    apply E_ext. intros s Hs. rewrite HF. f_equal. now apply Hrun.
  - rewrite <- H1. f_equal. rewrite <- (E_const 1 T (huber L d (/ INR T * vsum (V := line) T x))) by lia.
    apply E_ext. intros s Hs. rewrite HF. f_equal.
    assert (Hv : forall m, (m <= T)%nat -> vsum (V := line) m (fun t => y t s) = vsum (V := line) m x).
    { induction m; intros Hm; [reflexivity|]. cbn [vsum]. now rewrite IHm, Hrun by (auto; lia). }
    rewrite <- Hv by lia. reflexivity.
Qed.

(** ** No geometric bound *)

(** q^(2m) <= 1 / (m (1 - q))^2, from Bernoulli's inequality. *)
Lemma power_le q m : 0 <= q < 1 -> q ^ (2 * m) * (INR m * (1 - q)) ^ 2 <= 1.
Proof.
  intros Hq.
  assert (B : 1 + INR m * (1 - q) <= (1 + (1 - q)) ^ m) by (apply poly; lra).
  assert (Hm : 0 <= INR m * (1 - q)) by (apply Rmult_le_pos; [apply pos_INR|lra]).
  assert (Hle : q ^ m * (INR m * (1 - q)) <= 1).
  { apply Rle_trans with (q ^ m * (1 + (1 - q)) ^ m).
    - apply Rmult_le_compat_l; [now apply pow_le|lra].
    - rewrite <- Rpow_mult_distr. apply Rle_trans with (1 ^ m); [|rewrite pow1; lra]. apply pow_incr.
      assert (0 <= (1 - q) ^ 2) by apply pow2_ge_0. split; [apply Rmult_le_pos; lra|lra]. }
  assert (H0 : 0 <= q ^ m * (INR m * (1 - q))) by (apply Rmult_le_pos; auto; now apply pow_le).
  rewrite Nat.mul_comm, pow_mult, <- Rpow_mult_distr.
  apply Rle_trans with (1 ^ 2); [|rewrite pow1; lra]. now apply pow_incr.
Qed.

(** Every geometric sequence falls below L / (2 T). *)
Lemma power_below_inverse L q C : 0 < L -> 0 <= q < 1 -> exists T, (0 < T)%nat /\ C * q ^ T < L / (2 * INR T).
Proof.
  intros HL Hq. set (B := Rabs C). assert (HB : C <= B) by apply Rle_abs. assert (HB0 : 0 <= B) by apply Rabs_pos.
  assert (HK : 0 < L * (1 - q) ^ 2) by (apply Rmult_lt_0_compat; auto; apply pow_lt; lra).
  destruct (archimed_cor1 (L * (1 - q) ^ 2 / (4 * (B + 1)))) as (m & Hm & Hm0).
  { apply Rdiv_lt_0_compat; lra. }
  exists (2 * m)%nat. split; [lia|]. assert (Pm := lt_0_INR m Hm0).
  assert (Hbig : 4 * (B + 1) < INR m * (L * (1 - q) ^ 2)).
  { apply (Rmult_lt_compat_l (INR m * (4 * (B + 1)))) in Hm; [|apply Rmult_lt_0_compat; lra].
    replace (INR m * (4 * (B + 1)) * / INR m) with (4 * (B + 1)) in Hm by (field; lra).
    replace (INR m * (4 * (B + 1)) * (L * (1 - q) ^ 2 / (4 * (B + 1)))) with (INR m * (L * (1 - q) ^ 2)) in Hm
      by (field; lra).
    exact Hm. }
  assert (Hp := power_le q m Hq). assert (Hq0 : 0 <= q ^ (2 * m)) by (apply pow_le; lra).
  rewrite mult_INR. replace (INR 2) with 2 by (simpl; ring).
  apply (Rmult_lt_reg_l (4 * INR m)); [lra|].
  replace (4 * INR m * (L / (2 * (2 * INR m)))) with L by (field; lra).
  set (p := q ^ (2 * m)) in *.
  assert (H1 : C * p <= B * p) by (apply Rmult_le_compat_r; lra).
  apply (Rmult_le_compat_l (4 * INR m)) in H1; [|lra].
  apply Rle_lt_trans with (1 := H1).
  destruct (Req_dec p 0) as [H0|H0]; [rewrite H0; lra|].
  assert (Hlt : INR m * p * (4 * (B + 1)) < INR m * p * (INR m * (L * (1 - q) ^ 2))).
  { apply Rmult_lt_compat_l; auto. apply Rmult_lt_0_compat; lra. }
  apply (Rmult_le_compat_l L) in Hp; [|lra].
  assert (0 <= INR m * p) by (apply Rmult_le_pos; lra). lra.
Qed.

(** Whatever C and q < 1, some convex L-smooth function and some number T of steps at rate 1/L from distance 1 leave
    the average iterate with excess loss above C q^T. *)
Corollary no_contraction L q C : 0 < L -> 0 <= q < 1 ->
  exists (T : nat) (f : line -> R) (g : line -> line),
    (0 < T)%nat /\ convex f g /\ smooth f g L /\ g 0 = 0 /\
    f (/ INR T * vsum (V := line) T (gradient_run (V := line) g (fun _ => / L) 1)) - f 0 > C * q ^ T.
Proof.
  intros HL Hq. destruct (power_below_inverse L q C HL Hq) as (T & HT & Hpow). assert (P := INR_pos T HT).
  assert (Hd := width_pos L (/ L) 1 T HL (Rinv_0_lt_compat L HL) Rlt_0_1 HT).
  exists T, (huber L (width L (/ L) 1 T)), (huber_slope L (width L (/ L) 1 T)).
  split; auto. split; [now apply huber_convex|]. split; [now apply huber_smooth|].
  split; [now apply huber_stationary|].
  destruct (sharp_first_term L (/ L) 1 T HL eq_refl Rlt_0_1 HT) as [H _].
  cbv zeta in H. rewrite H. apply Rlt_gt. replace (1 ^ 2 / (2 * / L * INR T)) with (L / (2 * INR T)) by (field; lra).
  exact Hpow.
Qed.

(** Nor does a single step contract: for every q < 1 some step of gradient descent at rate 1/L, on a convex L-smooth
    function, keeps more than q of the excess loss; far out on the slope a step gains a constant. *)
Theorem no_step_contracts L q : 0 < L -> q < 1 ->
  exists (f : line -> R) (g : line -> line) (x : R),
    convex f g /\ smooth f g L /\ g 0 = 0 /\ f (x - / L * g x) - f 0 > q * (f x - f 0) /\ f x - f 0 > 0.
Proof.
  intros HL Hq. set (x := 2 + / (1 - q)). assert (P : 0 < / (1 - q)) by (apply Rinv_0_lt_compat; lra).
  exists (huber L 1), (huber_slope L 1), x.
  split; [apply huber_convex; lra|]. split; [apply huber_smooth; lra|]. split; [apply huber_stationary; lra|].
  assert (S : huber_slope L 1 x = L).
  { unfold huber_slope. rewrite clamp_far by (unfold x; lra). apply Rmult_1_r. }
  assert (Z : huber L 1 0 = 0) by (apply huber_zero; lra).
  assert (K : / L * L = 1) by (field; lra). assert (M : (x - / L * L)%R = (x - 1)%R) by lra.
  rewrite S, Z, M, !huber_far by (unfold x; lra). unfold x. set (p := / (1 - q)) in *.
  assert (E : (1 - q) * p = 1) by (unfold p; field; lra). split; [|nra].
  assert (H : L * (1 + p - 1 / 2 - q * (2 + p - 1 / 2)) = L * (3 / 2 * (1 - q))) by nra. nra.
Qed.
