(** Samples of high loss count less.

    A rule that answers a low loss with a high rate gives the dear samples the small steps:

      [dear_samples_count_less]   mean (rate * loss) <= mean rate * mean loss (Chebyshev).

    And the rates decide what is solved.  Along x_(t+1) = x_t - rate_t g_(i_t)(x_t), whatever the rates depend on,

      [what_it_solves]            sum over t < T of E [rate_t <g_(i_t)(x_t), v>] = <x_0, v> - E <x_T, v>;
      [balance]                   if |<x_t, v>| <= B on all runs, the average of these is at most 2 B / T in size.

    So a run that stays bounded balances the gradients weighted by their rates, not the gradients. *)

From Coq Require Import Reals Lra Lia List.
From GreedyLR Require Import InnerProduct Expectation Rule.
Import ListNotations.
Open Scope R_scope.

(** ** Chebyshev's inequality *)

(** Two quantities that never move in the same direction are negatively correlated. *)
Lemma chebyshev n (u v : nat -> R) : (0 < n)%nat ->
  (forall i j, (i < n)%nat -> (j < n)%nat -> (u i - u j) * (v i - v j) <= 0) ->
  avg n (fun i => u i * v i) <= avg n u * avg n v.
Proof.
  intros Hn H.
  assert (Q : avg n (fun i => avg n (fun j => (u i - u j) * (v i - v j))) <= avg n (fun i => avg n (fun j => 0))).
  { apply avg_le; auto. intros i Hi. apply avg_le; auto. }
  rewrite !avg_const in Q by auto.
  rewrite (avg_ext n _ (fun i =>
    u i * v i + (- avg n v * u i + (- avg n u * v i + avg n (fun j => u j * v j))))) in Q.
  - rewrite !avg_plus, !avg_scal, avg_const in Q by auto. unfold avg in *. lra.
  - intros i _.
    rewrite (avg_ext n _ (fun j => u i * v i + (- u i * v j + (- v i * u j + u j * v j)))) by (intros; ring).
    rewrite !avg_plus, !avg_scal, avg_const by auto. unfold avg. ring.
Qed.

(** Any rate that does not increase with the loss. *)
Theorem monotone_rate (n : nat) (l rate : nat -> R) : (0 < n)%nat ->
  (forall i j, (i < n)%nat -> (j < n)%nat -> l i <= l j -> rate j <= rate i) ->
  avg n (fun i => rate i * l i) <= avg n rate * avg n l.
Proof.
  intros Hn H. apply chebyshev; auto. intros i j Hi Hj.
  destruct (Rle_or_lt (l i) (l j)) as [A|A].
  - assert (B := H i j Hi Hj A). nra.
  - assert (B := H j i Hj Hi ltac:(lra)). nra.
Qed.

(** The rule: the high rate if the loss is below a reference value, the low rate otherwise. *)
Theorem dear_samples_count_less (n : nat) (l : nat -> R) (ref up down : R) : (0 < n)%nat -> down <= up ->
  let rate i := if Rlt_dec (l i) ref then up else down in
  avg n (fun i => rate i * l i) <= avg n rate * avg n l.
Proof.
  intros Hn Hud rate. apply monotone_rate; auto. intros i j _ _ Hl. unfold rate.
  destruct (Rlt_dec (l i) ref), (Rlt_dec (l j) ref); lra.
Qed.

(** In particular the decisions that Algorithm 1 may take in one state, one for each sample. *)
Theorem decisions_count_less (V : space) (n : nat) (f : nat -> V -> R) (lo hi F : R) (s : state V (previous F)) :
  (0 < n)%nat -> 0 < F < 1 -> 0 <= rate s ->
  let loss i := f i (position s) in
  let decided i := fst (decide f lo hi s i) in
  avg n (fun i => decided i * loss i) <= avg n decided * avg n loss.
Proof.
  intros Hn HF Hr loss decided. apply monotone_rate; auto. intros i j _ _ Hl. unfold decided, decide. simpl.
  assert (1 < / F) by (rewrite <- Rinv_1; apply Rinv_lt_contravar; lra).
  fold (loss i) (loss j). assert (M : forall a b, a <= b -> clip lo hi a <= clip lo hi b).
  { intros a b Hab. unfold clip. apply Rle_min_compat_l, Rle_max_compat_l, Hab. }
  apply M. destruct (Rlt_dec (loss i) _), (Rlt_dec (loss j) _); nra.
Qed.

(** ** What the method solves *)
Section Balance.
Context {V : space}.
Variables (n : nat) (g : nat -> V -> V).
Hypothesis Hn : (0 < n)%nat.

(** A run given by its positions and by the rates it uses: [used s i] on sample i after the samples s. *)
Variables (at_ : list nat -> V) (used : list nat -> nat -> R).
Hypothesis moves : forall s i, at_ (s ++ [i]) = at_ s +v - used s i *v g i (at_ s).
Variable v : V.

(** The expected rate-weighted gradient of step t, along v. *)
Definition weighted_gradient (t : nat) : R := E n t (fun s => avg n (fun i => used s i * inner (g i (at_ s)) v)).

Lemma weighted_gradient_step t :
  weighted_gradient t = E n t (fun s => inner (at_ s) v) - E n (S t) (fun s => inner (at_ s) v).
Proof.
  rewrite E_last. unfold weighted_gradient.
  rewrite (E_ext n t (fun s => avg n (fun i => inner (at_ (s ++ [i])) v))
             (fun s => inner (at_ s) v + -1 * avg n (fun i => used s i * inner (g i (at_ s)) v))).
  - rewrite E_plus, E_scal. ring.
  - intros s _. rewrite <- avg_scal, <- (avg_const n (inner (at_ s) v) Hn) at 1. rewrite <- avg_plus.
    apply avg_ext. intros i _. rewrite moves. inner_ring.
Qed.

Lemma weighted_gradient_sum T : sum T weighted_gradient = inner (at_ []) v - E n T (fun s => inner (at_ s) v).
Proof. induction T; [simpl; ring|]. simpl sum. rewrite IHT, weighted_gradient_step. ring. Qed.

Lemma weighted_gradient_small T B : (0 < T)%nat -> (forall t s, samples n t s -> Rabs (inner (at_ s) v) <= B) ->
  Rabs (avg T weighted_gradient) <= 2 * B / INR T.
Proof.
  intros HT HB. assert (HI := INR_pos T HT). unfold avg. rewrite weighted_gradient_sum.
  assert (A : forall t s, samples n t s -> - B <= inner (at_ s) v <= B).
  { intros t s Hs. specialize (HB t s Hs). unfold Rabs in HB. destruct (Rcase_abs _) in HB; lra. }
  assert (A0 := A O [] ltac:(split; auto)).
  assert (AT : - B <= E n T (fun s => inner (at_ s) v) <= B).
  { split; [rewrite <- (E_const n T (- B) Hn)|rewrite <- (E_const n T B Hn)]; apply E_le; auto; intros s Hs;
      now apply (A T). }
  rewrite Rabs_mult, Rabs_right by (left; now apply Rinv_0_lt_compat).
  replace (2 * B / INR T) with (/ INR T * (2 * B)) by (field; lra).
  apply Rmult_le_compat_l; [left; now apply Rinv_0_lt_compat|]. apply Rabs_le. lra.
Qed.
End Balance.

(** Algorithm 1, with any controller: the rate [fst (decide f lo hi x i)] of a step depends on its own sample. *)
Theorem what_it_solves (V : space) (K : controller) (n : nat) (f : nat -> V -> R) (g : nat -> V -> V) (lo hi : R)
  (s0 : state V K) (T : nat) (v : V) : (0 < n)%nat ->
  let at_ := run (same_step f g lo hi) s0 in
  sum T (fun t => E n t (fun s => avg n (fun i =>
    fst (decide f lo hi (at_ s) i) * inner (g i (position (at_ s))) v)))
  = inner (position s0) v - E n T (fun s => inner (position (at_ s)) v).
Proof.
  intros Hn at_.
  apply (weighted_gradient_sum n g Hn (fun s => position (at_ s)) (fun s i => fst (decide f lo hi (at_ s) i))).
  intros s i. unfold at_. now rewrite run_last.
Qed.

Theorem balance (V : space) (K : controller) (n : nat) (f : nat -> V -> R) (g : nat -> V -> V) (lo hi : R)
  (s0 : state V K) (T : nat) (v : V) (B : R) : (0 < n)%nat -> (0 < T)%nat ->
  let at_ := run (same_step f g lo hi) s0 in
  (forall t s, samples n t s -> Rabs (inner (position (at_ s)) v) <= B) ->
  Rabs (avg T (fun t => E n t (fun s => avg n (fun i =>
    fst (decide f lo hi (at_ s) i) * inner (g i (position (at_ s))) v)))) <= 2 * B / INR T.
Proof.
  intros Hn HT at_ HB.
  apply (weighted_gradient_small n g Hn (fun s => position (at_ s)) (fun s i => fst (decide f lo hi (at_ s) i)));
    auto.
  intros s i. unfold at_. now rewrite run_last.
Qed.
