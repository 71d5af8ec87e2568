(** The previous loss, full batches and a cap above 2/L: how much a convex L-smooth loss can grow.

    A step at a rate r > 2/L may raise the loss; then the next one is at F r.  Together they do not raise it if

      L r <= 1 + 1/F  for F >= 1/2,      L r <= 2 + 2F  for F <= 1/2,

    so under such a cap the loss never exceeds (L hi - 1)^2 times its initial gap.  The border is largest at F = 1/2. *)

From Coq Require Import Reals Lra Lia List.
From GreedyLR Require Import InnerProduct Functions Rule.
Import ListNotations.
Open Scope R_scope.

(** ** Two steps *)
Lemma back_one {V : space} (x u v : V) r : inner v (x -v (x +v - r *v u)) = r * inner u v.
Proof. inner_ring. Qed.

Lemma back_two {V : space} (x u v w : V) r s :
  inner w (x -v (x +v - r *v u +v - s *v v)) = r * inner u w + s * inner v w.
Proof. inner_ring. Qed.

Lemma norm2_sub {V : space} (a b : V) : norm2 (b -v a) = norm2 a - 2 * inner a b + norm2 b.
Proof. inner_ring. Qed.

Lemma square_of_two {V : space} (b c : V) k : norm2 (b +v k *v c) = norm2 b + k * k * norm2 c + 2 * k * inner b c.
Proof. inner_ring. Qed.

Lemma square_of_three {V : space} (a b c : V) k :
  norm2 (a +v b +v k *v c)
  = norm2 a + norm2 b + k * k * norm2 c + 2 * inner a b + 2 * k * inner a c + 2 * k * inner b c.
Proof. inner_ring. Qed.

Lemma square_of_sum {V : space} (a b c : V) k :
  norm2 (a +v k *v (b +v c))
  = norm2 a + k * k * (norm2 b + 2 * inner b c + norm2 c) + 2 * k * (inner a b + inner a c).
Proof. inner_ring. Qed.

Section TwoSteps.
Context {V : space}.
Variables (f : V -> R) (g : V -> V).
Hypothesis convexity : convex f g.

Lemma smooth_monotone L M : L <= M -> smooth f g L -> smooth f g M.
Proof.
  intros H S x y. eapply Rle_trans; [apply S|].
  apply Rplus_le_compat_l, Rmult_le_compat_r; [apply norm2_nonneg|lra].
Qed.

Variables (F r M : R) (x : V).
Hypothesis M_pos : 0 < M.
Hypothesis smoothness : smooth f g M.

Let y : V := x +v - r *v g x.
Let z : V := y +v - (F * r) *v g y.
Let u := g x.
Let v := g y.
Let w := g z.

(** The three interpolation inequalities, in inner products of the gradients. *)
Lemma from_y_to_x : f x >= f y + r * inner u v + / (2 * M) * (norm2 u - 2 * inner u v + norm2 v).
Proof.
  assert (I := interpolation f g M M_pos y x convexity smoothness). fold u v in I.
  rewrite norm2_sub in I. assert (B : inner v (x -v y) = r * inner u v) by apply back_one. lra.
Qed.

Lemma from_z_to_x :
  f x >= f z + r * inner u w + F * r * inner v w + / (2 * M) * (norm2 u - 2 * inner u w + norm2 w).
Proof.
  assert (I := interpolation f g M M_pos z x convexity smoothness). fold u w in I.
  rewrite norm2_sub in I.
  assert (B : inner w (x -v z) = r * inner u w + F * r * inner v w) by apply back_two. lra.
Qed.

Lemma from_z_to_y : f y >= f z + F * r * inner v w + / (2 * M) * (norm2 v - 2 * inner v w + norm2 w).
Proof.
  assert (I := interpolation f g M M_pos z y convexity smoothness). fold v w in I.
  rewrite norm2_sub in I. assert (B : inner w (y -v z) = F * r * inner v w) by apply back_one. lra.
Qed.

(** Weights F, 1 - F and F leave (1/M) (|u + v + (1/F - 1) w|^2 / 2 + (F - 1/2) |v + w/F|^2). *)
Lemma large_factor : 1 / 2 <= F < 1 -> M * r = 1 + / F -> f z <= f x.
Proof.
  intros HF Hr. assert (I1 := from_y_to_x). assert (I2 := from_z_to_x). assert (I3 := from_z_to_y).
  assert (P := norm2_nonneg (u +v v +v (/ F - 1) *v w)). assert (Q := norm2_nonneg (v +v / F *v w)).
  rewrite square_of_three in P. rewrite square_of_two in Q.
  set (uu := norm2 u) in *. set (vv := norm2 v) in *. set (ww := norm2 w) in *.
  set (uv := inner u v) in *. set (uw := inner u w) in *. set (vw := inner v w) in *.
  assert (R : r = (1 + / F) * / M) by (apply (Rmult_eq_reg_l M); [rewrite Hr; field|]; lra).
  assert (S : F * (r * uv + / (2 * M) * (uu - 2 * uv + vv))
            + (1 - F) * (r * uw + F * r * vw + / (2 * M) * (uu - 2 * uw + ww))
            + F * (F * r * vw + / (2 * M) * (vv - 2 * vw + ww))
            = / M * (/ 2 * (uu + vv + (/ F - 1) * (/ F - 1) * ww + 2 * uv + 2 * (/ F - 1) * uw + 2 * (/ F - 1) * vw)
                     + (F - / 2) * (vv + / F * / F * ww + 2 * / F * vw))) by (rewrite R; field; lra).
  assert (0 < / M) by now apply Rinv_0_lt_compat.
  assert (0 <= / M * (/ 2 * (uu + vv + (/ F - 1) * (/ F - 1) * ww + 2 * uv + 2 * (/ F - 1) * uw + 2 * (/ F - 1) * vw)
                     + (F - / 2) * (vv + / F * / F * ww + 2 * / F * vw))).
  { apply Rmult_le_pos; [lra|]. apply Rplus_le_le_0_compat; apply Rmult_le_pos; lra. }
  apply Rge_le, (Rmult_le_compat_l F) in I1; [|lra].
  apply Rge_le, (Rmult_le_compat_l (1 - F)) in I2; [|lra].
  apply Rge_le, (Rmult_le_compat_l F) in I3; [|lra]. lra.
Qed.

(** Weights 1/2 leave (1/M) (|u + (k/2)(v + w)|^2 / 2 + (3/8 - c/4) |v - w|^2), k = 1 + 2F and c = 2F(1 + F). *)
Lemma small_factor : 0 < F <= 1 / 2 -> M * r = 2 + 2 * F -> f z <= f x.
Proof.
  intros HF Hr. assert (I1 := from_y_to_x). assert (I2 := from_z_to_x). assert (I3 := from_z_to_y).
  set (k := 1 + 2 * F). set (c := 2 * F * (1 + F)).
  assert (P := norm2_nonneg (u +v (k / 2) *v (v +v w))). assert (Q := norm2_nonneg (w -v v)).
  rewrite square_of_sum in P. rewrite norm2_sub in Q.
  set (uu := norm2 u) in *. set (vv := norm2 v) in *. set (ww := norm2 w) in *.
  set (uv := inner u v) in *. set (uw := inner u w) in *. set (vw := inner v w) in *.
  assert (R : r = (2 + 2 * F) * / M) by (apply (Rmult_eq_reg_l M); [rewrite Hr; field|]; lra).
  assert (S : / 2 * (r * uv + / (2 * M) * (uu - 2 * uv + vv))
            + / 2 * (r * uw + F * r * vw + / (2 * M) * (uu - 2 * uw + ww))
            + / 2 * (F * r * vw + / (2 * M) * (vv - 2 * vw + ww))
            = / M * (/ 2 * (uu + k / 2 * (k / 2) * (vv + 2 * vw + ww) + 2 * (k / 2) * (uv + uw))
                     + (3 / 8 - c / 4) * (vv - 2 * vw + ww))) by (rewrite R; unfold k, c; field; lra).
  assert (C : 0 <= 3 / 8 - c / 4) by (unfold c; nra).
  assert (0 < / M) by now apply Rinv_0_lt_compat.
  assert (0 <= / M * (/ 2 * (uu + k / 2 * (k / 2) * (vv + 2 * vw + ww) + 2 * (k / 2) * (uv + uw))
                     + (3 / 8 - c / 4) * (vv - 2 * vw + ww))).
  { apply Rmult_le_pos; [lra|]. apply Rplus_le_le_0_compat; apply Rmult_le_pos; lra. }
  lra.
Qed.
End TwoSteps.

(** The largest L r that two steps tolerate. *)
Definition tolerated (F : R) : R := Rmin (2 + 2 * F) (1 + / F).

Lemma tolerated_large F : 1 / 2 <= F < 1 -> tolerated F = 1 + / F.
Proof.
  intros H. unfold tolerated. apply Rmin_right. apply (Rmult_le_reg_l F); [lra|].
  replace (F * (1 + / F)) with (F + 1) by (field; lra). nra.
Qed.

Lemma tolerated_small F : 0 < F <= 1 / 2 -> tolerated F = 2 + 2 * F.
Proof.
  intros H. unfold tolerated. apply Rmin_left. apply (Rmult_le_reg_l F); [lra|].
  replace (F * (1 + / F)) with (F + 1) by (field; lra). nra.
Qed.

Theorem two_steps_descend {V : space} (f : V -> R) (g : V -> V) (L F r : R) (x : V) :
  convex f g -> smooth f g L -> 0 < L -> 0 < F < 1 -> 0 < r -> L * r <= tolerated F ->
  let y := x +v - r *v g x in f (y +v - (F * r) *v g y) <= f x.
Proof.
  intros Hc Hs HL HF Hr Hcap. simpl. set (M := tolerated F / r).
  assert (E : M * r = tolerated F) by (unfold M; field; lra).
  assert (LM : L <= M) by (apply (Rmult_le_reg_r r); lra).
  assert (S := smooth_monotone f g L M LM Hs).
  destruct (Rle_or_lt (1 / 2) F) as [A|A].
  - apply (large_factor f g Hc F r M x); try lra; [exact S|]. rewrite E. apply tolerated_large. lra.
  - apply (small_factor f g Hc F r M x); try lra; [exact S|]. rewrite E. apply tolerated_small. lra.
Qed.

(** ** The whole run *)
Section Run.
Context {V : space}.
Variables (f : V -> R) (g : V -> V) (L F lo hi : R) (x0 xs : V) (gamma0 q0 : R).
Hypothesis convexity : convex f g.
Hypothesis smoothness : smooth f g L.
Hypothesis L_pos : 0 < L.
Hypothesis HF : 0 < F < 1.
Hypothesis lo_pos : 0 < lo.
Hypothesis lo_hi : lo <= hi.
Hypothesis lo_low : L * lo <= 2 * F.
Hypothesis cap : L * hi <= tolerated F.
Hypothesis stationary : g xs = zero.

(** Algorithm 1 on full batches after n steps; q0 is what it compares the first loss with. *)
Definition capped_run (n : nat) : state V (previous F) :=
  run (same_step (K := previous F) (fun _ => f) (fun _ => g) lo hi)
    (State (K := previous F) x0 gamma0 q0) (repeat O n).

Lemma capped_run_S n :
  capped_run (S n) = same_step (K := previous F) (fun _ => f) (fun _ => g) lo hi (capped_run n) O.
Proof. unfold capped_run. change (repeat O (S n)) with (O :: repeat O n). now rewrite repeat_cons, run_last. Qed.

Definition raised_from (s : state V (previous F)) (p : V) : Prop :=
  f p <= f x0 /\ f p <= f (position s) /\ position s = p +v - rate s *v g p /\ past s = f p /\
  rate s <= hi /\ 2 < L * rate s.

Lemma below_two_descends r p : 0 <= r -> L * r <= 2 -> f (p +v - r *v g p) <= f p.
Proof.
  intros Hr H. assert (D := descent f g L r p smoothness).
  assert (0 <= r * (1 - r * L / 2) * norm2 (g p)).
  { apply Rmult_le_pos; [apply Rmult_le_pos; lra|apply norm2_nonneg]. }
  lra.
Qed.

Lemma start_or_raised n : f (position (capped_run n)) <= f x0 \/ exists p, raised_from (capped_run n) p.
Proof.
  induction n as [|n IH]; [left; simpl; lra|]. rewrite capped_run_S.
  destruct (capped_run n) as [p r q]. simpl in IH.
  unfold same_step, decide. simpl. set (r' := clip lo hi _). set (p' := p +v - r' *v g p).
  assert (Hr' : lo <= r' <= hi) by (apply clip_bounds; lra).
  destruct IH as [Hp|[b (Hb & Hup & Hpos & Hpast & Hhi & Hr)]]; simpl in *.
  - destruct (Rle_or_lt (f p') (f x0)) as [|C]; [now left|right]. exists p. unfold raised_from. simpl.
    repeat split; try lra. destruct (Rle_or_lt (L * r') 2) as [D|]; [exfalso|assumption].
    assert (W := below_two_descends r' p ltac:(lra) D). fold p' in W. lra.
  - left. subst q. assert (E : r' = F * r).
    { unfold r'. destruct (Rlt_dec (f p) (f b)) as [W|_]; [lra|]. apply clip_id.
      assert (r <= hi) by lra. assert (0 < r) by (apply (Rmult_lt_reg_l L); lra).
      split; [|nra]. apply (Rmult_le_reg_l L); [lra|]. nra. }
    assert (W := two_steps_descend f g L F r b convexity smoothness L_pos HF).
    simpl in W. rewrite <- Hpos in W. unfold p'. rewrite E.
    assert (0 < r) by (apply (Rmult_lt_reg_l L); lra).
    assert (L * r <= tolerated F) by (apply Rle_trans with (L * hi); [apply Rmult_le_compat_l; lra|lra]).
    specialize (W ltac:(lra) ltac:(lra)). lra.
Qed.

Lemma gap_nonneg x : 0 <= f x - f xs.
Proof. assert (C := convexity xs x). rewrite stationary, inner_zero_l in C. lra. Qed.

Lemma square_of_gradient x : norm2 (g x) <= 2 * L * (f x - f xs).
Proof.
  assert (I := interpolation f g L L_pos xs x convexity smoothness).
  rewrite stationary, inner_zero_l in I.
  replace (norm2 (zero -v g x)) with (norm2 (g x)) in I by inner_ring.
  apply (Rmult_le_reg_l (/ (2 * L))); [apply Rinv_0_lt_compat; lra|].
  rewrite <- Rmult_assoc, Rinv_l; lra.
Qed.

(** For every t the gap is at most max(1, (L hi - 1)^2) times the first one. *)
Theorem bounded_under_the_cap n :
  f (position (capped_run n)) - f xs <= Rmax 1 ((L * hi - 1) ^ 2) * (f x0 - f xs).
Proof.
  assert (G0 := gap_nonneg x0).
  assert (M1 : 1 * (f x0 - f xs) <= Rmax 1 ((L * hi - 1) ^ 2) * (f x0 - f xs)).
  { apply Rmult_le_compat_r; [lra|apply Rmax_l]. }
  assert (M2 : (L * hi - 1) ^ 2 * (f x0 - f xs) <= Rmax 1 ((L * hi - 1) ^ 2) * (f x0 - f xs)).
  { apply Rmult_le_compat_r; [lra|apply Rmax_r]. }
  destruct (start_or_raised n) as [|[p (Hp & _ & Hpos & _ & Hhi & Hr)]]; [lra|].
  set (r := rate (capped_run n)) in *. rewrite Hpos.
  assert (D := descent f g L r p smoothness). assert (S := square_of_gradient p). assert (G := gap_nonneg p).
  assert (R : 0 < r) by (apply (Rmult_lt_reg_l L); lra).
  assert (T : (r * L / 2 - 1) * r * norm2 (g p) <= (r * L / 2 - 1) * r * (2 * L * (f p - f xs))).
  { apply Rmult_le_compat_l; [|exact S]. apply Rmult_le_pos; lra. }
  assert (A : f (p +v - r *v g p) - f xs <= (L * r - 1) ^ 2 * (f p - f xs)).
  { replace ((L * r - 1) ^ 2 * (f p - f xs))
      with (f p - f xs + (r * L / 2 - 1) * r * (2 * L * (f p - f xs))) by field. lra. }
  assert (B : (L * r - 1) ^ 2 * (f p - f xs) <= (L * hi - 1) ^ 2 * (f x0 - f xs)).
  { apply Rmult_le_compat; [apply pow2_ge_0|lra| |lra].
    apply pow_incr. assert (L * r <= L * hi) by (apply Rmult_le_compat_l; lra). lra. }
  lra.
Qed.
End Run.
