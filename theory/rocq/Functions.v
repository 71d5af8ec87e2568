(** Smooth and convex functions by their inequalities.  [g x] plays the gradient; nothing is ever differentiated. *)

From Coq Require Import Reals Lra.
From GreedyLR Require Import InnerProduct.
Open Scope R_scope.

Definition convex {V : space} (f : V -> R) (g : V -> V) : Prop :=
  forall x y, f y >= f x + inner (g x) (y -v x).
Definition smooth {V : space} (f : V -> R) (g : V -> V) (L : R) : Prop :=
  forall x y, f y <= f x + inner (g x) (y -v x) + L / 2 * norm2 (y -v x).

Section One.
Context {V : space}.
Variables (f : V -> R) (g : V -> V) (L : R).

(** Descent along a gradient step; convexity plays no part. *)
Lemma descent gamma x : smooth f g L ->
  f (x +v - gamma *v g x) <= f x - gamma * (1 - gamma * L / 2) * norm2 (g x).
Proof. intros Hs. eapply Rle_trans; [apply (Hs x)|]. right. inner_ring. Qed.

Hypothesis HL : 0 < L.

(** Smooth and convex gives interpolation: both hypotheses, evaluated at y - (g y - g x) / L. *)
Lemma interpolation x y : convex f g -> smooth f g L ->
  f y >= f x + inner (g x) (y -v x) + / (2 * L) * norm2 (g x -v g y).
Proof.
  intros Hc Hs. set (z := y +v - / L *v (g y -v g x)).
  assert (H1 := Hc x z). assert (H2 := Hs y z).
  assert (I : inner (g x) (z -v x) - (inner (g y) (z -v y) + L / 2 * norm2 (z -v y))
            = inner (g x) (y -v x) + / (2 * L) * norm2 (g x -v g y)).
  { unfold z. inner_field. }
  lra.
Qed.
End One.
