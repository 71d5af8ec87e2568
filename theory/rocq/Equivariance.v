(** The rule does not see the unit of the loss.

    Multiply every loss and gradient by c > 0 and divide the learning rates by c: the initial one and the bounds lo
    and hi.  Then Algorithm 1 and the PyTorch loop, with any controller and along any samples, visit the same
    positions at rates divided by c. *)

From Coq Require Import Reals Lra List.
From GreedyLR Require Import InnerProduct Rule.
Open Scope R_scope.

(** The state in the new unit. *)
Definition rescale_state {V : space} {K : controller} (c : R) (s : state V K) : state V K :=
  State (position s) (/ c * rate s) (rescale c (past s)).

Section Equivariance.
Context {V : space} {K : controller}.
Hypothesis scale_scale : forall (a b : R) (x : V), a *v (b *v x) = (a * b) *v x.

Variables (f : nat -> V -> R) (g : nat -> V -> V) (lo hi c : R).
Hypothesis Hc : 0 < c.
Let cf (i : nat) (x : V) : R := c * f i x.
Let cg (i : nat) (x : V) : V := c *v g i x.

Lemma decide_rescale (s : state V K) i :
  decide cf (/ c * lo) (/ c * hi) (rescale_state c s) i
  = (/ c * fst (decide f lo hi s i), rescale c (snd (decide f lo hi s i))).
Proof.
  unfold decide, cf. simpl. rewrite react_rescale by exact Hc. simpl. f_equal.
  rewrite <- clip_scale by (left; now apply Rinv_0_lt_compat). f_equal. ring.
Qed.

(** A rate divided by c undoes a gradient multiplied by c. *)
Lemma move_rescale gamma i (x : V) : - (/ c * gamma) *v cg i x = - gamma *v g i x.
Proof. unfold cg. rewrite scale_scale. f_equal. field. lra. Qed.

Lemma same_step_rescale (s : state V K) i :
  same_step cf cg (/ c * lo) (/ c * hi) (rescale_state c s) i = rescale_state c (same_step f g lo hi s i).
Proof. unfold same_step. rewrite decide_rescale. simpl. now rewrite move_rescale. Qed.

Lemma next_step_rescale (s : state V K) i :
  next_step cf cg (/ c * lo) (/ c * hi) (rescale_state c s) i = rescale_state c (next_step f g lo hi s i).
Proof. unfold next_step. rewrite decide_rescale. simpl. now rewrite move_rescale. Qed.
End Equivariance.

(** What commutes with the steps commutes with the runs. *)
Lemma run_commute {V : space} {K : controller} (h : state V K -> state V K) step step' s0 l :
  (forall s i, step' (h s) i = h (step s i)) -> run step' (h s0) l = h (run step s0 l).
Proof.
  intros H. unfold run. revert s0. induction l as [|i l IH]; intros s0; simpl; [reflexivity|]. now rewrite H.
Qed.

Theorem equivariance_same (V : space) (K : controller) (f : nat -> V -> R) (g : nat -> V -> V) (lo hi c : R)
  (s0 : state V K) (l : list nat) :
  (forall (a b : R) (x : V), a *v (b *v x) = (a * b) *v x) -> 0 < c ->
  run (same_step (fun i x => c * f i x) (fun i x => c *v g i x) (/ c * lo) (/ c * hi)) (rescale_state c s0) l
  = rescale_state c (run (same_step f g lo hi) s0 l).
Proof. intros Hs Hc. apply run_commute. intros s i. now apply same_step_rescale. Qed.

Theorem equivariance_next (V : space) (K : controller) (f : nat -> V -> R) (g : nat -> V -> V) (lo hi c : R)
  (s0 : state V K) (l : list nat) :
  (forall (a b : R) (x : V), a *v (b *v x) = (a * b) *v x) -> 0 < c ->
  run (next_step (fun i x => c * f i x) (fun i x => c *v g i x) (/ c * lo) (/ c * hi)) (rescale_state c s0) l
  = rescale_state c (run (next_step f g lo hi) s0 l).
Proof. intros Hs Hc. apply run_commute. intros s i. now apply next_step_rescale. Qed.
