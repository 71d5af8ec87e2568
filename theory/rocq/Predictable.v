(** The order of a PyTorch loop is predictable, so the convergence theorems hold for it.

    There the rate decided from a sample's loss is used on the next sample.  The rate of step t is then a function of
    the first t samples ([next_rate]), it stays in [lo, hi] ([next_rate_bounds]), and the run is a run of stochastic
    gradient descent at that rate ([positions_are_traj]).  With any controller, the bounds of Convergence.v follow:

      [pytorch_order_converges]         R2 / (2 lo (1 - 2 L hi) T) + hi^2 noise / (lo (1 - 2 L hi))   if hi < 1/(2L),
      [pytorch_order_converges_sharp]   R2 / (2 lo T) + hi^2 noise / (2 lo (1 - L hi))                if L hi < 1. *)

From Coq Require Import Reals Lra Lia List.
From GreedyLR Require Import InnerProduct Expectation Functions FiniteSum Rule Trajectory Convergence.
Import ListNotations.
Open Scope R_scope.

Lemma firstn_S {A} (s : list A) t d : (t < length s)%nat -> firstn (S t) s = firstn t s ++ [nth t s d].
Proof.
  revert s. induction t; intros [|a s] H; simpl in H; try lia; [reflexivity|].
  change (a :: firstn (S t) s = a :: (firstn t s ++ [nth t s d])). f_equal. apply IHt. lia.
Qed.

Lemma vsum_ext {V : space} n (u v : nat -> V) : (forall t, (t < n)%nat -> u t = v t) -> vsum n u = vsum n v.
Proof. induction n; intros H; simpl; [reflexivity|]. now rewrite IHn, (H n) by auto. Qed.

Section Predictable.
Context {V : space} {K : controller}.
Variables (f : nat -> V -> R) (g : nat -> V -> V) (lo hi : R) (s0 : state V K).

(** The rate of the step that follows the samples h. *)
Definition next_rate (h : list nat) : R := rate (run (next_step f g lo hi) s0 h).

Lemma next_rate_bounds h : lo <= hi -> lo <= rate s0 <= hi -> lo <= next_rate h <= hi.
Proof.
  intros Hle H0. unfold next_rate. induction h as [|i h _] using rev_ind; [exact H0|].
  rewrite run_last. simpl. now apply clip_bounds.
Qed.

Lemma positions_are_traj t s : (t <= length s)%nat ->
  position (run (next_step f g lo hi) s0 (firstn t s)) = traj g next_rate (position s0) t s.
Proof.
  induction t; intros H; [reflexivity|].
  rewrite (firstn_S s t O), run_last by lia. simpl. now rewrite IHt by lia.
Qed.

Lemma average_is_xbar T s : (T <= length s)%nat ->
  / INR T *v vsum T (fun t => position (run (next_step f g lo hi) s0 (firstn t s)))
  = xbar g next_rate (position s0) T s.
Proof.
  intros H. unfold xbar. f_equal. apply vsum_ext. intros t Ht. apply positions_are_traj. lia.
Qed.

(** So both figures of the convergence theorems are those of the loop. *)
Lemma mean_over_positions n T (X : V -> R) :
  avg T (fun t => E n T (fun s => X (position (run (next_step f g lo hi) s0 (firstn t s)))))
  = avg T (fun t => E n T (fun s => X (traj g next_rate (position s0) t s))).
Proof.
  apply avg_ext. intros t Ht. apply E_ext. intros s [Hs _]. now rewrite positions_are_traj by lia.
Qed.

Lemma mean_at_average n T (X : V -> R) :
  E n T (fun s => X (/ INR T *v vsum T (fun t => position (run (next_step f g lo hi) s0 (firstn t s)))))
  = E n T (fun s => X (xbar g next_rate (position s0) T s)).
Proof. apply E_ext. intros s [Hs _]. now rewrite average_is_xbar by lia. Qed.
End Predictable.

(** ** The theorems: [x t s] is the position after the first t of the samples s *)
Theorem pytorch_order_converges (V : space) (K : controller) (n : nat) (f : nat -> V -> R) (g : nat -> V -> V)
  (L lo hi : R) (xs : V) (s0 : state V K) (T : nat) :
  (0 < n)%nat -> (0 < T)%nat -> 0 < L ->
  (forall i, (i < n)%nat -> convex (f i) (g i)) -> (forall i, (i < n)%nat -> smooth (f i) (g i) L) ->
  vsum n (fun i => g i xs) = zero ->
  0 < lo -> lo <= rate s0 <= hi -> hi < / (2 * L) ->
  let x t s := position (run (next_step f g lo hi) s0 (firstn t s)) in
  let bound := norm2 (position s0 -v xs) / (2 * lo * (1 - 2 * L * hi) * INR T)
               + hi ^ 2 * noise n g xs / (lo * (1 - 2 * L * hi)) in
  avg T (fun t => E n T (fun s => mean_loss n f (x t s))) - mean_loss n f xs <= bound /\
  E n T (fun s => mean_loss n f (/ INR T *v vsum T (fun t => x t s))) - mean_loss n f xs <= bound.
Proof.
  intros Hn HT HL Hc Hs Hopt Hlo H0 Hhi x bound. unfold x, bound.
  rewrite mean_over_positions, mean_at_average.
  apply repaired_theorem; auto. intros t h _ _. apply next_rate_bounds; auto. lra.
Qed.

Theorem pytorch_order_converges_sharp (V : space) (K : controller) (n : nat) (f : nat -> V -> R) (g : nat -> V -> V)
  (L lo hi : R) (xs : V) (s0 : state V K) (T : nat) :
  (0 < n)%nat -> (0 < T)%nat -> 0 < L ->
  (forall i, (i < n)%nat -> convex (f i) (g i)) -> (forall i, (i < n)%nat -> smooth (f i) (g i) L) ->
  vsum n (fun i => g i xs) = zero ->
  0 < lo -> lo <= rate s0 <= hi -> L * hi < 1 ->
  let x t s := position (run (next_step f g lo hi) s0 (firstn t s)) in
  let bound := norm2 (position s0 -v xs) / (2 * lo * INR T) + hi ^ 2 * noise n g xs / (2 * lo * (1 - L * hi)) in
  avg T (fun t => E n T (fun s => mean_loss n f (x t s))) - mean_loss n f xs <= bound /\
  E n T (fun s => mean_loss n f (/ INR T *v vsum T (fun t => x t s))) - mean_loss n f xs <= bound.
Proof.
  intros Hn HT HL Hc Hs Hopt Hlo H0 Hhi x bound. unfold x, bound.
  rewrite mean_over_positions, mean_at_average.
  apply sharp_theorem; auto. intros t h _ _. apply next_rate_bounds; auto. lra.
Qed.
