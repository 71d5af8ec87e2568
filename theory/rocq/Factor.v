(** The best factor F cannot be a non-constant function of the smoothness constant L.

    A problem is a sequence of losses with their gradients, the bounds on the rate, the starting point, the initial
    rate and the first loss in memory.  Multiplying the losses by c > 0 and dividing the rates by c turns an L-smooth
    problem into a cL-smooth one without moving a single iterate (Equivariance.v).  So if the figure of merit is
    homogeneous in the losses and the problem classes C(L) go over into each other under this scaling, then

      [minimax_scale]             F is the best factor in the worst case over C(L) iff it is so over C(cL);
      [optimal_factor_constant]   if every L has one best factor F*(L), then F* is a constant;
      [not_one_minus_inverse]     in particular F*(L) = 1 - 1/L is not the best factor;

    for Algorithm 1's order and for that of a PyTorch loop, and for every family of controllers indexed by F: the
    [previous] and [best] ones, with patience and smoothing too.  The classes of convex L-smooth losses with the
    bounds and the initial rate given in units of 1/L are such classes ([minimax_scale_smooth]). *)

From Coq Require Import Reals Lra Lia List.
From GreedyLR Require Import InnerProduct Expectation Functions Rule Equivariance.
Open Scope R_scope.

(** ** Families of controllers, one for each factor; their memory starts from one loss *)
Record family := {
  control :> R -> controller;
  initial : forall F, R -> control F;
  initial_rescale : forall F c l, 0 < c -> rescale c (initial F l) = initial F (c * l)
}.

Definition previous_family : family.
Proof. now refine {| control := previous; initial := fun F l => l |}. Defined.

Definition best_family : family.
Proof. now refine {| control := best; initial := fun F l => l |}. Defined.

Definition patient_family (beta : R) (p : nat) : family.
Proof. now refine {| control := fun F => patient F beta p; initial := fun F l => (l, O, O) |}. Defined.

(** ** Problems, and the position reached on them with factor F *)
Inductive order := same_sample | next_sample.

Section Factor.
Context {V : space}.
Hypothesis scale_scale : forall (a b : R) (x : V), a *v (b *v x) = (a * b) *v x.

Record problem := Problem {
  losses : nat -> V -> R;
  gradients : nat -> V -> V;
  lower : R;
  upper : R;
  start : V;
  initial_rate : R;
  initial_loss : R
}.

Definition scale_problem (c : R) (p : problem) : problem :=
  Problem (fun i x => c * losses p i x) (fun i x => c *v gradients p i x) (/ c * lower p) (/ c * upper p)
          (start p) (/ c * initial_rate p) (c * initial_loss p).

Definition step_in {K : controller} (o : order) :=
  match o with same_sample => @same_step V K | next_sample => @next_step V K end.

Variables (o : order) (K : family).

Definition reached (F : R) (p : problem) (s : list nat) : V :=
  position (run (step_in o (losses p) (gradients p) (lower p) (upper p))
                (State (start p) (initial_rate p) (initial K F (initial_loss p))) s).

Lemma reached_scale F c p s : 0 < c -> reached F (scale_problem c p) s = reached F p s.
Proof.
  intros Hc. unfold reached. simpl. rewrite <- initial_rescale by exact Hc.
  set (s0 := State (start p) (initial_rate p) (initial K F (initial_loss p))).
  change (State _ _ (rescale _ _)) with (rescale_state c s0).
  destruct o; simpl; [rewrite equivariance_same|rewrite equivariance_next]; auto.
Qed.

(** ** Figures of merit and problem classes *)

(** A figure of merit (the smaller, the better) judges the positions reached along all sample sequences; in the new
    unit of the losses it is multiplied by w(c): by c for a loss, by 1 for a distance or a hitting time. *)
Variables (merit : problem -> (list nat -> V) -> R) (w : R -> R).
Hypothesis merit_ext : forall p u v, (forall s, u s = v s) -> merit p u = merit p v.
Hypothesis merit_scale : forall c p u, 0 < c -> merit (scale_problem c p) u = w c * merit p u.
Hypothesis w_pos : forall c, 0 < c -> 0 < w c.
Hypothesis w_inverse : forall c, 0 < c -> w c * w (/ c) = 1.

(** The problems of smoothness L. *)
Variable class : R -> problem -> Prop.
Hypothesis class_scale : forall c L p, 0 < c -> 0 < L -> class L p -> class (c * L) (scale_problem c p).

(** The worst case of factor F over the class is at most v. *)
Definition worst_case_le (F L v : R) : Prop := forall p, class L p -> merit p (reached F p) <= v.

(** The worst case of F is at most that of every other factor. *)
Definition minimax (F L : R) : Prop :=
  0 < F < 1 /\ forall F' v, 0 < F' < 1 -> worst_case_le F' L v -> worst_case_le F L v.

Lemma merit_of_scaled F c p : 0 < c ->
  merit (scale_problem c p) (reached F (scale_problem c p)) = w c * merit p (reached F p).
Proof.
  intros Hc. rewrite (merit_ext _ _ (reached F p)) by (intros; now apply reached_scale). now apply merit_scale.
Qed.

Lemma worst_case_scale F L c v : 0 < c -> 0 < L -> worst_case_le F (c * L) (w c * v) <-> worst_case_le F L v.
Proof.
  intros Hc HL. assert (W := w_pos c Hc). split; intros H p Hp.
  - assert (Q := H _ (class_scale c L p Hc HL Hp)). rewrite merit_of_scaled in Q by exact Hc.
    now apply Rmult_le_reg_l in Q.
  - assert (Hi : 0 < / c) by now apply Rinv_0_lt_compat.
    assert (Hp' := class_scale (/ c) (c * L) p Hi ltac:(nra) Hp).
    replace (/ c * (c * L)) with L in Hp' by (field; lra).
    assert (Q := H _ Hp'). rewrite merit_of_scaled in Q by exact Hi.
    apply (Rmult_le_compat_l (w c)) in Q; [|lra].
    rewrite <- Rmult_assoc, w_inverse in Q by exact Hc. lra.
Qed.

Theorem minimax_scale F L c : 0 < c -> 0 < L -> minimax F L <-> minimax F (c * L).
Proof.
  intros Hc HL. assert (W := w_pos c Hc). split; intros [HF H]; split; auto; intros F' v HF' Hv.
  - replace v with (w c * (/ w c * v)) in * by (field; lra).
    apply worst_case_scale; auto. apply (H F'); auto. now apply worst_case_scale in Hv.
  - apply (worst_case_scale F L c v Hc HL). apply (H F'); auto. now apply worst_case_scale.
Qed.

Theorem optimal_factor_constant (Fstar : R -> R) :
  (forall L, 0 < L -> forall F, minimax F L <-> F = Fstar L) ->
  forall L L', 0 < L -> 0 < L' -> Fstar L = Fstar L'.
Proof.
  intros H L L' HL HL'.
  assert (P : minimax (Fstar L) L) by now apply H.
  apply (minimax_scale _ L (L' / L)) in P; [|apply Rdiv_lt_0_compat; lra|lra].
  replace (L' / L * L) with L' in P by (field; lra).
  now apply (H L' HL').
Qed.

(** The claim is only about L > 1, where 1 - 1/L lies in (0,1): two values of L suffice. *)
Corollary not_one_minus_inverse : ~ (forall L, 1 < L -> minimax (1 - / L) L /\ forall F, minimax F L -> F = 1 - / L).
Proof.
  intros H. destruct (H 2 ltac:(lra)) as [P _]. destruct (H 4 ltac:(lra)) as [_ Q].
  apply (minimax_scale _ 2 2) in P; [|lra|lra]. replace (2 * 2) with 4 in P by lra. apply Q in P. lra.
Qed.
End Factor.
Arguments problem V : clear implicits.

(** ** Concrete classes: convex L-smooth losses with a common minimiser, rates in units of 1/L *)
Section Smooth.
Context {V : space}.

(** The bounds are lo/L and hi/L, the initial rate is r0/L; the losses vanish at a point within distance 1. *)
Definition smooth_problem (lo hi r0 L : R) (p : problem V) : Prop :=
  (forall i, convex (losses p i) (gradients p i)) /\ (forall i, smooth (losses p i) (gradients p i) L) /\
  (lower p = lo / L /\ upper p = hi / L /\ initial_rate p = r0 / L) /\
  exists xs, (forall i, losses p i xs = 0) /\ (forall i x, 0 <= losses p i x) /\ norm2 (start p -v xs) <= 1.

(** The expected loss after N steps on n samples; n = 1 is the full-batch case. *)
Definition final_loss (n N : nat) (p : problem V) (u : list nat -> V) : R :=
  E n N (fun s => avg n (fun i => losses p i (u s))).

Lemma smooth_problem_scale lo hi r0 c L p : 0 < c -> 0 < L ->
  smooth_problem lo hi r0 L p -> smooth_problem lo hi r0 (c * L) (scale_problem c p).
Proof.
  intros Hc HL (Hconvex & Hsmooth & (H1 & H2 & H3) & xs & H4 & H5 & H6). split; [|split; [|split]].
  - intros i x y. simpl. rewrite inner_scale_l. assert (Q := Hconvex i x y). nra.
  - intros i x y. simpl. rewrite inner_scale_l. assert (Q := Hsmooth i x y).
    apply (Rmult_le_compat_l c) in Q; lra.
  - simpl. rewrite H1, H2, H3. repeat split; field; lra.
  - exists xs. simpl. repeat split; auto; intros i; [rewrite H4; ring|]. intros x. specialize (H5 i x). nra.
Qed.

Lemma final_loss_ext n N p u v : (forall s, u s = v s) -> final_loss n N p u = final_loss n N p v.
Proof. intros H. apply E_ext. intros s _. now rewrite H. Qed.

Lemma final_loss_scale n N c p u : final_loss n N (scale_problem c p) u = c * final_loss n N p u.
Proof. unfold final_loss. rewrite <- E_scal. apply E_ext. intros s _. simpl. apply avg_scal. Qed.
End Smooth.

Theorem minimax_scale_smooth (V : space) (o : order) (K : family) (lo hi r0 : R) (n N : nat) (F L c : R) :
  (forall (a b : R) (x : V), a *v (b *v x) = (a * b) *v x) -> 0 < c -> 0 < L ->
  minimax o K (final_loss n N) (smooth_problem (V := V) lo hi r0) F L <->
  minimax o K (final_loss n N) (smooth_problem (V := V) lo hi r0) F (c * L).
Proof.
  intros Hs Hc HL. apply minimax_scale with (w := fun c => c); auto.
  - apply final_loss_ext.
  - intros. apply final_loss_scale.
  - intros. apply Rinv_r. lra.
  - intros. now apply smooth_problem_scale.
Qed.

Theorem optimal_factor_constant_smooth (V : space) (o : order) (K : family) (lo hi r0 : R) (n N : nat)
  (Fstar : R -> R) :
  (forall (a b : R) (x : V), a *v (b *v x) = (a * b) *v x) ->
  (forall L, 0 < L -> forall F,
     minimax o K (final_loss n N) (smooth_problem (V := V) lo hi r0) F L <-> F = Fstar L) ->
  forall L L', 0 < L -> 0 < L' -> Fstar L = Fstar L'.
Proof.
  intros Hs H L L' HL HL'. assert (P := proj2 (H L HL (Fstar L)) eq_refl).
  apply (minimax_scale_smooth V o K lo hi r0 n N _ L (L' / L)) in P; auto; [|now apply Rdiv_lt_0_compat].
  replace (L' / L * L) with L' in P by (field; lra). now apply (H L' HL').
Qed.

Theorem not_one_minus_inverse_smooth (V : space) (o : order) (K : family) (lo hi r0 : R) (n N : nat) :
  (forall (a b : R) (x : V), a *v (b *v x) = (a * b) *v x) ->
  ~ (forall L, 1 < L ->
       minimax o K (final_loss n N) (smooth_problem (V := V) lo hi r0) (1 - / L) L /\
       forall F, minimax o K (final_loss n N) (smooth_problem (V := V) lo hi r0) F L -> F = 1 - / L).
Proof.
  intros Hs. apply not_one_minus_inverse with (w := fun c => c); auto.
  - apply final_loss_ext.
  - intros. apply final_loss_scale.
  - intros. apply Rinv_r. lra.
  - intros. now apply smooth_problem_scale.
Qed.
