(** The best loss on x^2/2, without a cap in the way: when GreedyLR gets stuck, and when it converges.

    Rates are in units of 1/L.  The rates are gamma_0 F^k; let a be the largest of them below 2, the loss improving
    there.  The next rate a/F overshoots, and then the rates a, a F, a F^2, ... follow until the loss beats its best:

      m_n = (1 - a/F) prod_{k<n} (1 - a F^k)

    is what x has been multiplied by.  If |m_n| >= 1 for all n the loss never improves again, and the rate tends to 0.
    If |m_(n+1)| < 1 the rule climbs back to a in 2n + 2 steps, x multiplied by one factor c with |c| < 1.  For F >= 1/2
    that is always so. *)

From Coq Require Import Reals Lra Lia List.
From GreedyLR Require Import InnerProduct Rule TwoCycle.
Import ListNotations.
Open Scope R_scope.

(** Algorithm 1's order, comparing with the best loss b so far, full batch, n steps from x at the rate gamma. *)
Definition best_run (F hi x gamma b : R) (n : nat) : state line (best F) :=
  run (same_step (K := best F) parabola parabola_slope 0 hi) (State (V := line) (K := best F) x gamma b) (repeat O n).

Lemma best_run_plus F hi x gamma b n k :
  best_run F hi x gamma b (n + k)
  = run (same_step (K := best F) parabola parabola_slope 0 hi) (best_run F hi x gamma b n) (repeat O k).
Proof. unfold best_run, run. now rewrite repeat_app, fold_left_app. Qed.

(** prod_{k<n} (1 - a F^k), and from k = N on. *)
Fixpoint contraction (a F : R) (n : nat) : R :=
  match n with O => 1 | S k => contraction a F k * (1 - a * F ^ k) end.
Fixpoint tail (a F : R) (N j : nat) : R :=
  match j with O => 1 | S i => tail a F N i * (1 - a * F ^ (N + i)) end.
Definition fall (a F : R) (n : nat) : R := (1 - a / F) * contraction a F n.

Lemma contraction_plus a F N j : contraction a F (N + j) = contraction a F N * tail a F N j.
Proof.
  induction j as [|j IH]; simpl; [now rewrite Nat.add_0_r, Rmult_1_r|].
  rewrite Nat.add_succ_r. simpl. rewrite IH. ring.
Qed.

Section Best.
Variables (F a hi : R).
Hypothesis HF : 0 < F < 1.
Hypothesis Ha : 0 < a < 2.
Hypothesis HaF : 2 <= a / F.
Hypothesis Hhi : a / F <= hi.

Lemma power_in_unit k : 0 < F ^ k <= 1.
Proof.
  split; [apply pow_lt; lra|]. rewrite <- (pow1 k). apply pow_incr. lra.
Qed.

Lemma rate_range k : 0 < a * F ^ k < 2.
Proof. assert (H := power_in_unit k). split; nra. Qed.

Lemma factor_small k : Rabs (1 - a * F ^ k) <= 1.
Proof. assert (H := rate_range k). apply Rabs_le. lra. Qed.

Lemma contraction_small n : Rabs (contraction a F n) <= 1.
Proof.
  induction n as [|n IH]; simpl; [rewrite Rabs_R1; lra|]. rewrite Rabs_mult.
  assert (H := factor_small n). assert (P := Rabs_pos (contraction a F n)). assert (Q := Rabs_pos (1 - a * F ^ n)). nra.
Qed.

Lemma fall_decreases n : Rabs (fall a F (S n)) <= Rabs (fall a F n).
Proof.
  unfold fall. simpl. rewrite <- Rmult_assoc, (Rabs_mult (_ * _)). assert (H := factor_small n).
  assert (P := Rabs_pos ((1 - a / F) * contraction a F n)). assert (Q := Rabs_pos (1 - a * F ^ n)). nra.
Qed.

Lemma fall_antitone n k : Rabs (fall a F (n + k)) <= Rabs (fall a F n).
Proof.
  induction k as [|k IH]; [rewrite Nat.add_0_r; lra|]. rewrite Nat.add_succ_r.
  eapply Rle_trans; [apply fall_decreases|exact IH].
Qed.

(** |x| >= |y| in terms of the losses. *)
Lemma loss_not_below m y : 1 <= Rabs m -> ~ m * y * (m * y) / 2 < y * y / 2.
Proof.
  intros H C. assert (E : m * m = Rabs m * Rabs m) by (rewrite <- Rabs_mult, Rabs_right; nra).
  assert (0 <= y * y) by nra. assert (1 <= m * m) by nra. nra.
Qed.

Lemma loss_below m y : y <> 0 -> Rabs m < 1 -> m * y * (m * y) / 2 < y * y / 2.
Proof.
  intros Hy H. assert (P := Rabs_pos m). assert (E : m * m = Rabs m * Rabs m) by (rewrite <- Rabs_mult, Rabs_right; nra).
  assert (0 < y * y) by (destruct (Rtotal_order y 0) as [?|[?|?]]; nra). assert (m * m < 1) by nra. nra.
Qed.

(** ** Down: after 1 + n steps the iterate is m_n y, as long as no loss on the way beat the best one. *)
Theorem falls y b n : y * y / 2 < b -> (forall j, (j < n)%nat -> 1 <= Rabs (fall a F j)) ->
  best_run F hi y a b (S n) = State (V := line) (K := best F) (fall a F n * y) (a / F * F ^ n) (y * y / 2).
Proof.
  intros Hb. induction n as [|n IH]; intros H.
  - unfold best_run, run, same_step, decide, parabola, parabola_slope, fall. simpl.
    destruct (Rlt_dec (y * y / 2) b) as [_|N]; [|lra]. simpl.
    replace (/ F * a) with (a / F) by (unfold Rdiv; ring). rewrite clip_id by lra. f_equal; ring.
  - replace (S (S n)) with (S n + 1)%nat by lia. rewrite best_run_plus, IH by (intros; apply H; lia).
    unfold run, same_step, decide, parabola, parabola_slope. simpl.
    destruct (Rlt_dec (fall a F n * y * (fall a F n * y) / 2) (y * y / 2)) as [C|_].
    { exfalso. revert C. apply loss_not_below, H. lia. }
    simpl. assert (G := rate_range n).
    replace (F * (a / F * F ^ n)) with (a * F ^ n) by (field; lra).
    rewrite clip_id by lra. unfold fall. simpl. f_equal; [|field; lra]. ring.
Qed.

(** If no m_n is below 1 in absolute value the loss never improves again, and the rate is a F^n after n + 2 steps. *)
Theorem stagnates y b : y * y / 2 < b -> (forall n, 1 <= Rabs (fall a F n)) ->
  forall n, Rabs y <= Rabs (position (best_run F hi y a b (S n))) /\
            rate (best_run F hi y a b (S (S n))) = a * F ^ n.
Proof.
  intros Hb H n. rewrite !falls by auto. simpl. split; [|field; lra].
  rewrite Rabs_mult. assert (P := Rabs_pos y). specialize (H n). nra.
Qed.

(** ** Up again: from the rate a F^n, improving, n steps lead back to the rate a, improving. *)
Lemma climbs n : (forall k, a * F ^ k <> 1) -> forall z b, z <> 0 -> z * z / 2 < b ->
  exists b', best_run F hi z (a * F ^ n) b n = State (V := line) (K := best F) (contraction a F n * z) a b' /\
    contraction a F n * z <> 0 /\ contraction a F n * z * (contraction a F n * z) / 2 < b'.
Proof.
  intros Hn. induction n as [|n IH]; intros z b Hz Hb.
  - exists b. unfold best_run, run. simpl. rewrite !Rmult_1_r, !Rmult_1_l. auto.
  - set (t := 1 - a * F ^ n). assert (G := rate_range n).
    assert (T : t <> 0) by (unfold t; specialize (Hn n); lra).
    assert (T1 : Rabs t < 1) by (apply Rabs_def1; unfold t; lra).
    destruct (IH (t * z) (z * z / 2)) as (b' & E & N & Q).
    { now apply Rmult_integral_contrapositive_currified. }
    { now apply loss_below. }
    exists b'. replace (contraction a F (S n) * z) with (contraction a F n * (t * z)) by (simpl; unfold t; ring).
    repeat split; auto. rewrite <- E.
    assert (One : best_run F hi z (a * F ^ S n) b 1 = State (V := line) (K := best F) (t * z) (a * F ^ n) (z * z / 2)).
    { unfold best_run, run, same_step, decide, parabola, parabola_slope. simpl.
      destruct (Rlt_dec (z * z / 2) b) as [_|C]; [|lra]. simpl.
      replace (/ F * (a * (F * F ^ n))) with (a * F ^ n) by (field; lra).
      rewrite clip_id by lra. f_equal. unfold t. ring. }
    assert (Two := best_run_plus F hi z (a * F ^ S n) b 1 n). rewrite One in Two. exact Two.
Qed.

(** One round, n being the first with |m_(n+1)| < 1. *)
Theorem recovers n y b : (forall k, a * F ^ k <> 1) -> y <> 0 -> y * y / 2 < b ->
  (forall j, (j <= n)%nat -> 1 <= Rabs (fall a F j)) -> Rabs (fall a F (S n)) < 1 ->
  let c := contraction a F n * fall a F (S n) in
  Rabs c < 1 /\ exists b', best_run F hi y a b (2 * n + 2) = State (V := line) (K := best F) (c * y) a b' /\
    c * y <> 0 /\ c * y * (c * y) / 2 < b'.
Proof.
  intros Hn Hy Hb H Hlt c. assert (K := contraction_small n). split.
  - unfold c. rewrite Rabs_mult. assert (P := Rabs_pos (contraction a F n)). assert (Q := Rabs_pos (fall a F (S n))). nra.
  - assert (E := falls y b (S n) Hb ltac:(intros; apply H; lia)).
    assert (NZ : fall a F (S n) <> 0).
    { unfold fall. apply Rmult_integral_contrapositive_currified; [lra|].
      clear - Hn. induction (S n) as [|k IH]; simpl; [lra|].
      apply Rmult_integral_contrapositive_currified; [exact IH|]. specialize (Hn k). lra. }
    destruct (climbs n Hn (fall a F (S n) * y) (y * y / 2)) as (b' & E2 & N2 & Q2).
    { now apply Rmult_integral_contrapositive_currified. }
    { now apply loss_below. }
    exists b'. replace (c * y) with (contraction a F n * (fall a F (S n) * y)) by (unfold c; ring).
    repeat split; auto. rewrite <- E2. replace (2 * n + 2)%nat with (S (S n) + n)%nat by lia.
    rewrite best_run_plus, E. unfold best_run. f_equal. f_equal. simpl. field. lra.
Qed.

(** Round after round: the iterate contracts by the same factor. *)
Theorem rounds n y b k : (forall k, a * F ^ k <> 1) -> y <> 0 -> y * y / 2 < b ->
  (forall j, (j <= n)%nat -> 1 <= Rabs (fall a F j)) -> Rabs (fall a F (S n)) < 1 ->
  let c := contraction a F n * fall a F (S n) in
  exists b', best_run F hi y a b (k * (2 * n + 2)) = State (V := line) (K := best F) (c ^ k * y) a b' /\
    c ^ k * y <> 0 /\ c ^ k * y * (c ^ k * y) / 2 < b'.
Proof.
  intros Hn Hy Hb H Hlt c. induction k as [|k (b1 & E1 & N1 & Q1)].
  - exists b. simpl. rewrite !Rmult_1_l. repeat split; auto.
  - destruct (recovers n (c ^ k * y) b1 Hn N1 Q1 H Hlt) as (_ & b2 & E2 & N2 & Q2). fold c in E2, N2, Q2.
    exists b2. replace (c ^ S k * y) with (c * (c ^ k * y)) by (simpl; ring). repeat split; auto.
    rewrite <- E2. replace (S k * (2 * n + 2))%nat with (k * (2 * n + 2) + (2 * n + 2))%nat by lia.
    now rewrite best_run_plus, E1.
Qed.

(** The first n of a decidable property that some n has. *)
Lemma first_below (p : nat -> Prop) : (forall n, {p n} + {~ p n}) -> forall N, p N ->
  exists n, (n <= N)%nat /\ p n /\ forall j, (j < n)%nat -> ~ p j.
Proof.
  intros D. assert (H : forall N, (exists n, (n <= N)%nat /\ p n /\ forall j, (j < n)%nat -> ~ p j)
                               \/ forall j, (j <= N)%nat -> ~ p j).
  { induction N as [|N IH].
    - destruct (D O) as [P|P]; [left; exists O; repeat split; auto; lia|right].
      intros j Hj. now replace j with O by lia.
    - destruct IH as [(n & L & P & B)|No]; [left; exists n; auto|].
      destruct (D (S N)) as [P|P]; [left; exists (S N); repeat split; auto; intros; apply No; lia|right].
      intros j Hj. destruct (Nat.eq_dec j (S N)) as [->|]; [exact P|apply No; lia]. }
  intros N P. destruct (H N) as [E|No]; [exact E|]. exfalso. exact (No N (le_n N) P).
Qed.

Theorem converges_linearly : (forall k, a * F ^ k <> 1) -> (exists n, Rabs (fall a F n) < 1) ->
  exists n c, Rabs c < 1 /\ forall y b, y <> 0 -> y * y / 2 < b -> forall k,
    position (best_run F hi y a b (k * (2 * n + 2))) = c ^ k * y.
Proof.
  intros Hn [N HN].
  destruct (first_below _ (fun n => Rlt_dec (Rabs (fall a F n)) 1) N HN) as (n & _ & P & B).
  destruct n as [|n].
  { exfalso. unfold fall in P. simpl in P. rewrite Rmult_1_r, Rabs_left in P by lra. lra. }
  assert (H : forall j, (j <= n)%nat -> 1 <= Rabs (fall a F j)).
  { intros j Hj. assert (NB := B j ltac:(lia)). lra. }
  exists n, (contraction a F n * fall a F (S n)). split.
  - now destruct (recovers n 1 1 Hn ltac:(lra) ltac:(lra) H P).
  - intros y b Hy Hb k. destruct (rounds n y b k Hn Hy Hb H P) as (b' & E & _). now rewrite E.
Qed.

(** ** F >= 1/2 *)
Theorem half_suffices : 1 / 2 <= F -> 2 * F <= a -> exists n, Rabs (fall a F n) < 1.
Proof.
  intros H2 Hph. set (top := 2 / (1 + F)). assert (Etop : top * (1 + F) = 2) by (unfold top; field; lra).
  assert (Ptop : 0 < top) by nra.
  destruct (pow_lt_1_zero F ltac:(rewrite Rabs_right; lra) (top / 2) ltac:(lra)) as [N HN].
  assert (PN : a * F ^ N < top).
  { specialize (HN N (le_n N)). assert (U := power_in_unit N). rewrite Rabs_right in HN by lra. nra. }
  destruct (first_below _ (fun n => Rlt_dec (a * F ^ n) top) N PN) as (n & _ & P & B). simpl in P.
  assert (Low : F * top <= a * F ^ n).
  { destruct n as [|n]; [simpl; nra|]. assert (NB := B n ltac:(lia)). simpl. nra. }
  set (z := a * F ^ n) in *.
  assert (Near : Rabs (1 - z) * (1 + F) <= 1 - F).
  { destruct (Rcase_abs (1 - z)) as [A|A]; [rewrite Rabs_left by lra|rewrite Rabs_right by lra]; nra. }
  exists (S n). unfold fall. simpl. fold z. rewrite !Rabs_mult.
  assert (K := contraction_small n). assert (K0 := Rabs_pos (contraction a F n)). assert (Z0 := Rabs_pos (1 - z)).
  set (k := Rabs (contraction a F n)) in *. set (d := Rabs (1 - z)) in *.
  rewrite Rabs_left by lra. set (q := a / F) in *. assert (Eq : F * q = a) by (unfold q; field; lra).
  assert (KD : k * d <= d) by nra. assert (KD0 : 0 <= k * d) by nra.
  assert (A1 : F * (- (1 - q)) < 2 - F) by lra.
  assert (A2 : (2 - F) * (1 - F) <= F * (1 + F)) by nra.
  assert (A3 : F * (- (1 - q)) * (d * (1 + F)) <= F * (- (1 - q)) * (1 - F)) by (apply Rmult_le_compat_l; nra).
  assert (A4 : F * (- (1 - q)) * (1 - F) < (2 - F) * (1 - F)) by (apply Rmult_lt_compat_r; lra).
  assert (A5 : F * (1 + F) * (- (1 - q) * (k * d)) < F * (1 + F) * 1).
  { assert (- (1 - q) * (k * d) <= - (1 - q) * d) by (apply Rmult_le_compat_l; lra). nra. }
  apply Rmult_lt_reg_l in A5; [exact A5|nra].
Qed.

(** For every F >= 1/2 and every phase the run converges at a linear rate. *)
Theorem half_is_stable : 1 / 2 <= F -> 2 * F <= a -> (forall k, a * F ^ k <> 1) ->
  exists n c, Rabs c < 1 /\ forall y b, y <> 0 -> y * y / 2 < b -> forall k,
    position (best_run F hi y a b (k * (2 * n + 2))) = c ^ k * y.
Proof. intros H2 Hp Hn. apply converges_linearly; [exact Hn|now apply half_suffices]. Qed.

(** ** Being stuck follows from finitely many factors *)
Lemma weierstrass N j : a * F ^ N <= 1 ->
  1 - a * F ^ N * (1 - F ^ j) / (1 - F) <= tail a F N j /\ 0 <= tail a F N j <= 1.
Proof.
  intros H. induction j as [|j (I1 & I2 & I3)]; simpl.
  - split; [|lra]. replace (a * F ^ N * (1 - 1) / (1 - F)) with 0 by (field; lra). lra.
  - assert (U := power_in_unit j). assert (G := rate_range N).
    rewrite pow_add. set (w := a * F ^ N) in *. set (p := F ^ j) in *.
    assert (W : 0 < a * (F ^ N * p) <= 1) by (replace (a * (F ^ N * p)) with (w * p) by (unfold w; ring); nra).
    assert (Ew : a * (F ^ N * p) = w * p) by (unfold w; ring).
    split; [|nra].
    assert (S : 1 - w * (1 - F * p) / (1 - F) = 1 - w * (1 - p) / (1 - F) - w * p) by (field; lra).
    nra.
Qed.

Theorem stuck_from_finite_product N : a * F ^ N <= 1 -> 0 <= 1 - a * F ^ N / (1 - F) ->
  1 <= Rabs (fall a F N) * (1 - a * F ^ N / (1 - F)) -> forall n, 1 <= Rabs (fall a F n).
Proof.
  intros H1 H2 H n. assert (G := rate_range N). set (w := a * F ^ N) in *.
  assert (B : forall j, 1 <= Rabs (fall a F (N + j))).
  { intros j. destruct (weierstrass N j H1) as (I1 & I2 & I3). fold w in I1.
    replace (fall a F (N + j)) with (fall a F N * tail a F N j) by (unfold fall; rewrite contraction_plus; ring).
    rewrite Rabs_mult, (Rabs_right (tail a F N j)) by lra.
    assert (U := power_in_unit j). assert (P := Rabs_pos (fall a F N)).
    assert (T : w * (1 - F ^ j) / (1 - F) <= w / (1 - F)).
    { unfold Rdiv. apply Rmult_le_compat_r; [left; apply Rinv_0_lt_compat; lra|nra]. }
    nra. }
  destruct (le_lt_dec N n) as [L|L].
  - replace n with (N + (n - N))%nat by lia. apply B.
  - apply Rle_trans with (Rabs (fall a F N)); [specialize (B O); now rewrite Nat.add_0_r in B|].
    replace N with (n + (N - n))%nat by lia. apply fall_antitone.
Qed.
End Best.

(** F = 1/4 is stuck from the phase 19/10, F = 1/3 from 199/100. *)
Lemma quarter_product : Rabs (fall (19 / 10) (1 / 4) 4) = 66 / 10 * (9 / 10) * (21 / 40) * (141 / 160) * (621 / 640).
Proof.
  unfold fall. simpl. replace (19 / 10 / (1 / 4)) with (38 / 5) by field. rewrite Rabs_right; lra.
Qed.

Theorem quarter_stagnates hi : 8 <= hi -> forall y b, y * y / 2 < b -> forall n,
  Rabs y <= Rabs (position (best_run (1 / 4) hi y (19 / 10) b (S n))).
Proof.
  intros Hh y b Hb n. refine (proj1 (stagnates _ _ _ _ _ _ _ y b Hb _ n)); try lra.
  apply (stuck_from_finite_product (1 / 4) (19 / 10) ltac:(lra) ltac:(lra) 4);
    [simpl; lra| |rewrite quarter_product];
    replace (19 / 10 * (1 / 4) ^ 4 / (1 - 1 / 4)) with (19 / 1920) by field; lra.
Qed.

Lemma third_product : Rabs (fall (199 / 100) (1 / 3) 4)
  = 497 / 100 * (99 / 100) * (101 / 300) * (701 / 900) * (2501 / 2700).
Proof.
  unfold fall. simpl. replace (199 / 100 / (1 / 3)) with (597 / 100) by field. rewrite Rabs_right; lra.
Qed.

Theorem third_stagnates hi : 6 <= hi -> forall y b, y * y / 2 < b -> forall n,
  Rabs y <= Rabs (position (best_run (1 / 3) hi y (199 / 100) b (S n))).
Proof.
  intros Hh y b Hb n. refine (proj1 (stagnates _ _ _ _ _ _ _ y b Hb _ n)); try lra.
  apply (stuck_from_finite_product (1 / 3) (199 / 100) ltac:(lra) ltac:(lra) 4);
    [simpl; lra| |rewrite third_product];
    replace (199 / 100 * (1 / 3) ^ 4 / (1 - 1 / 3)) with (199 / 5400) by field; lra.
Qed.
