(** Stochastic gradient descent with a predictable learning rate, and the one telescoping argument of the theory.

    The run is x_(t+1) = x_t - gamma_t g_(i_t)(x_t) along the samples i_0, i_1, ...  The rate of step t is a function
    of the list of the first t samples: it may look at everything that happened before the step (losses, gradients,
    earlier rates), and not at the sample i_t.  That the rate is predictable is therefore part of its type.

    [potential]: if at every history that can occur a step earns a reward and the expected squared distance to xs
    falls by at least that reward, then the expected sum of the rewards is at most |x_0 - xs|^2. *)

From Coq Require Import Reals Lra Lia List.
From GreedyLR Require Import InnerProduct Expectation.
Import ListNotations.
Open Scope R_scope.

(** ** The run *)

Definition next {V : space} (g : nat -> V -> V) (gamma : R) (i : nat) (x : V) : V := x +v - gamma *v g i x.

(** [traj g gamma x0 t s]: the iterate x_t along the samples [s]. *)
Fixpoint traj {V : space} (g : nat -> V -> V) (gamma : list nat -> R) (x0 : V) (t : nat) (s : list nat) : V :=
  match t with O => x0 | S k => next g (gamma (firstn k s)) (nth k s O) (traj g gamma x0 k s) end.

Section Run.
Context {V : space}.
Variables (g : nat -> V -> V) (gamma : list nat -> R) (x0 : V).

(** x_t depends on the first t samples only. *)
Lemma traj_app t : forall s r, (t <= length s)%nat -> traj g gamma x0 t (s ++ r) = traj g gamma x0 t s.
Proof.
  induction t; intros s r H; simpl; auto.
  rewrite IHt, app_nth1, firstn_app by lia.
  replace (t - length s)%nat with O by lia. simpl. now rewrite app_nil_r.
Qed.

Lemma traj_firstn t s : (t <= length s)%nat -> traj g gamma x0 t (firstn t s) = traj g gamma x0 t s.
Proof.
  intros H. rewrite <- (firstn_skipn t s) at 2. symmetry. apply traj_app.
  rewrite firstn_length. lia.
Qed.

(** One more sample is one more step, at the rate that the history fixed. *)
Lemma traj_last s i :
  traj g gamma x0 (S (length s)) (s ++ [i]) = next g (gamma s) i (traj g gamma x0 (length s) s).
Proof.
  simpl. rewrite traj_app, app_nth2, Nat.sub_diag by lia. simpl.
  rewrite firstn_app, Nat.sub_diag, firstn_all. simpl. now rewrite app_nil_r.
Qed.
End Run.

(** ** Telescoping inside the expectation *)

(** A history-dependent quantity [A] that falls in conditional mean by [reward] pays for all the rewards. *)
Lemma telescope_in_mean n T (A reward : list nat -> R) : (0 < n)%nat ->
  (forall t h, (t < T)%nat -> samples n t h -> reward h + avg n (fun i => A (h ++ [i])) <= A h) ->
  E n T (fun s => sum T (fun t => reward (firstn t s)) + A s) <= A [].
Proof.
  intros Hn. induction T; intros H; [simpl; lra|].
  apply Rle_trans with (2 := IHT ltac:(intros; apply (H t); auto; lia)).
  rewrite E_last. apply E_le; auto. intros s Hs. assert (Hlen := proj1 Hs).
  rewrite (avg_ext n _ (fun i => (sum T (fun t => reward (firstn t s)) + reward s) + A (s ++ [i]))).
  - rewrite avg_plus, avg_const by auto. assert (Hstep := H T s (Nat.lt_succ_diag_r T) Hs). lra.
  - intros i _. f_equal. simpl. f_equal.
    + apply sum_ext. intros t Ht. rewrite firstn_app. replace (t - length s)%nat with O by lia.
      simpl. now rewrite app_nil_r.
    + rewrite <- Hlen, firstn_app, Nat.sub_diag, firstn_all. simpl. now rewrite app_nil_r.
Qed.

Section Potential.
Context {V : space}.
Variables (n T : nat) (g : nat -> V -> V) (gamma : list nat -> R) (x0 xs : V).
Hypothesis n_pos : (0 < n)%nat.

(** The reward of a step may depend on the rate of the step and on the point where it is taken. *)
Lemma potential (reward : R -> V -> R) :
  (forall t h, (t < T)%nat -> samples n t h ->
     reward (gamma h) (traj g gamma x0 t h) + avg n (fun i => norm2 (next g (gamma h) i (traj g gamma x0 t h) -v xs))
     <= norm2 (traj g gamma x0 t h -v xs)) ->
  E n T (fun s => sum T (fun t => reward (gamma (firstn t s)) (traj g gamma x0 t s))) <= norm2 (x0 -v xs).
Proof.
  intros H.
  set (here := fun h => traj g gamma x0 (length h) h).
  set (distance := fun h => norm2 (here h -v xs)).
  assert (Htel : E n T (fun s => sum T (fun t => reward (gamma (firstn t s)) (here (firstn t s))) + distance s)
                 <= distance []).
  { apply (telescope_in_mean n T distance (fun h => reward (gamma h) (here h))); auto.
    intros t h Ht Hh. assert (Hlen := proj1 Hh). subst t. unfold distance.
    rewrite (avg_ext n _ (fun i => norm2 (next g (gamma h) i (here h) -v xs))); [exact (H _ h Ht Hh)|].
    intros i _. unfold here. now rewrite app_length, Nat.add_1_r, traj_last. }
  apply Rle_trans with (2 := Htel). apply E_le; auto. intros s [Hlen _].
  rewrite (sum_ext T (fun t => reward (gamma (firstn t s)) (here (firstn t s)))
                     (fun t => reward (gamma (firstn t s)) (traj g gamma x0 t s))).
  - assert (P : 0 <= distance s) by apply norm2_nonneg. lra.
  - intros t Ht. unfold here. now rewrite firstn_length_le, traj_firstn by lia.
Qed.
End Potential.
