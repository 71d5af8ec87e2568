(** Finite sums, uniform averages, and the expectation over T independent uniform samples as nested averages. *)

From Coq Require Import Reals Lra Lia List.
From GreedyLR Require Import InnerProduct.
Import ListNotations.
Open Scope R_scope.

(** ** Sums F 0 + ... + F (n-1) *)
Fixpoint sum (n : nat) (F : nat -> R) : R :=
  match n with O => 0 | S k => sum k F + F k end.

Lemma sum_ext n F G : (forall i, (i < n)%nat -> F i = G i) -> sum n F = sum n G.
Proof. induction n; intros H; simpl; auto. rewrite IHn, (H n); auto. Qed.

Lemma sum_le n F G : (forall i, (i < n)%nat -> F i <= G i) -> sum n F <= sum n G.
Proof.
  induction n; intros H; simpl; [lra|].
  assert (F n <= G n) by auto. assert (sum n F <= sum n G) by auto. lra.
Qed.

Lemma sum_plus n F G : sum n (fun i => F i + G i) = sum n F + sum n G.
Proof. induction n; simpl; [ring|rewrite IHn; ring]. Qed.

Lemma sum_scal n c F : sum n (fun i => c * F i) = c * sum n F.
Proof. induction n; simpl; [ring|rewrite IHn; ring]. Qed.

Lemma sum_const n c : sum n (fun _ => c) = INR n * c.
Proof. induction n; [simpl; ring|]. simpl sum. rewrite IHn, S_INR. ring. Qed.

Lemma sum_swap n m (F : nat -> nat -> R) : sum n (fun i => sum m (F i)) = sum m (fun j => sum n (fun i => F i j)).
Proof.
  induction n; simpl; [symmetry; rewrite sum_const; ring|].
  now rewrite IHn, <- sum_plus.
Qed.

Lemma inner_vsum_l {V : space} n (v : nat -> V) y : inner (vsum n v) y = sum n (fun i => inner (v i) y).
Proof. induction n; simpl; [apply inner_zero_l|]. now rewrite inner_add_l, IHn. Qed.

Lemma inner_vsum_r {V : space} n (v : nat -> V) y : inner y (vsum n v) = sum n (fun i => inner y (v i)).
Proof. induction n; simpl; [apply inner_zero_r|]. now rewrite inner_add_r, IHn. Qed.

(** ** The uniform average over 0, ..., n-1 *)
Definition avg (n : nat) (F : nat -> R) : R := / INR n * sum n F.

Lemma INR_pos n : (0 < n)%nat -> 0 < INR n.
Proof. apply lt_0_INR. Qed.

Lemma avg_ext n F G : (forall i, (i < n)%nat -> F i = G i) -> avg n F = avg n G.
Proof. intros H. unfold avg. f_equal. now apply sum_ext. Qed.

Lemma avg_le n F G : (0 < n)%nat -> (forall i, (i < n)%nat -> F i <= G i) -> avg n F <= avg n G.
Proof.
  intros Hn H. unfold avg. apply Rmult_le_compat_l; [|now apply sum_le].
  left. apply Rinv_0_lt_compat, INR_pos, Hn.
Qed.

Lemma avg_plus n F G : avg n (fun i => F i + G i) = avg n F + avg n G.
Proof. unfold avg. rewrite sum_plus. ring. Qed.

Lemma avg_scal n c F : avg n (fun i => c * F i) = c * avg n F.
Proof. unfold avg. rewrite sum_scal. ring. Qed.

Lemma avg_const n c : (0 < n)%nat -> avg n (fun _ => c) = c.
Proof. intros Hn. unfold avg. rewrite sum_const. field. apply Rgt_not_eq, INR_pos, Hn. Qed.

Lemma avg_nonneg n F : (0 < n)%nat -> (forall i, (i < n)%nat -> 0 <= F i) -> 0 <= avg n F.
Proof. intros Hn H. rewrite <- (avg_const n 0 Hn). now apply avg_le. Qed.

Lemma avg_swap n m (F : nat -> nat -> R) : avg n (fun i => avg m (F i)) = avg m (fun j => avg n (fun i => F i j)).
Proof.
  unfold avg. rewrite !sum_scal, sum_swap. ring.
Qed.

(** ** Expectation over the samples i_0, ..., i_(T-1): the first one outermost *)
Fixpoint E (n T : nat) (X : list nat -> R) : R :=
  match T with O => X [] | S k => avg n (fun i => E n k (fun s => X (i :: s))) end.

(** The sample sequences that can occur. *)
Definition samples (n T : nat) (s : list nat) : Prop := length s = T /\ Forall (fun i => (i < n)%nat) s.

Lemma samples_cons n T i s : (i < n)%nat -> samples n T s -> samples n (S T) (i :: s).
Proof. intros Hi [H1 H2]. split; [simpl; lia|constructor; auto]. Qed.

Lemma E_ext n T : forall X Y, (forall s, samples n T s -> X s = Y s) -> E n T X = E n T Y.
Proof.
  induction T; intros X Y H; simpl.
  - apply H. split; auto.
  - apply avg_ext. intros i Hi. apply IHT. intros s Hs. apply H. now apply samples_cons.
Qed.

Lemma E_le n T : (0 < n)%nat -> forall X Y, (forall s, samples n T s -> X s <= Y s) -> E n T X <= E n T Y.
Proof.
  intros Hn. induction T; intros X Y H; simpl.
  - apply H. split; auto.
  - apply avg_le; auto. intros i Hi. apply IHT. intros s Hs. apply H. now apply samples_cons.
Qed.

Lemma E_plus n T : forall X Y, E n T (fun s => X s + Y s) = E n T X + E n T Y.
Proof.
  induction T; intros X Y; simpl; auto.
  rewrite <- avg_plus. apply avg_ext. intros i _. apply (IHT (fun s => X (i :: s)) (fun s => Y (i :: s))).
Qed.

Lemma E_scal n T c : forall X, E n T (fun s => c * X s) = c * E n T X.
Proof.
  induction T; intros X; simpl; auto.
  rewrite <- avg_scal. apply avg_ext. intros i _. apply (IHT (fun s => X (i :: s))).
Qed.

Lemma E_const n T c : (0 < n)%nat -> E n T (fun _ => c) = c.
Proof. intros Hn. induction T; simpl; auto. rewrite IHT. now apply avg_const. Qed.

Lemma E_sum n T m : (0 < n)%nat -> forall X : nat -> list nat -> R,
  E n T (fun s => sum m (fun t => X t s)) = sum m (fun t => E n T (X t)).
Proof.
  intros Hn X. induction m; simpl; [now apply E_const|].
  rewrite (E_plus n T (fun s => sum m (fun t => X t s)) (X m)), IHm. reflexivity.
Qed.

Lemma E_avg n T m : (0 < n)%nat -> forall X : nat -> list nat -> R,
  E n T (fun s => avg m (fun t => X t s)) = avg m (fun t => E n T (X t)).
Proof. intros Hn X. unfold avg. now rewrite E_scal, E_sum. Qed.

(** The tower property, the last sample innermost: this is conditioning on the past. *)
Lemma E_last n T : forall X, E n (S T) X = E n T (fun s => avg n (fun i => X (s ++ [i]))).
Proof.
  induction T; intros X; [reflexivity|].
  change (E n (S (S T)) X) with (avg n (fun i => E n (S T) (fun s => X (i :: s)))).
  change (E n (S T) (fun s => avg n (fun i => X (s ++ [i]))))
    with (avg n (fun i => E n T (fun s => avg n (fun j => X (i :: (s ++ [j])))))).
  apply avg_ext. intros i _. apply IHT.
Qed.

(** Jensen for the square: (E X)^2 <= E X^2. *)
Lemma E_square n T X : (0 < n)%nat -> E n T X ^ 2 <= E n T (fun s => X s ^ 2).
Proof.
  intros Hn. set (m := E n T X).
  assert (H : E n T (fun s => 2 * m * X s + - m ^ 2) <= E n T (fun s => X s ^ 2)).
  { apply E_le; auto. intros s _. assert (0 <= (X s - m) ^ 2) by apply pow2_ge_0. lra. }
  rewrite E_plus, E_scal, E_const in H by auto. fold m in H. lra.
Qed.

(** ** [E] is the plain average over all n^T sequences *)
Fixpoint sequences (n T : nat) : list (list nat) :=
  match T with O => [[]] | S k => flat_map (fun i => map (cons i) (sequences n k)) (seq 0 n) end.
Definition total (l : list R) : R := fold_right Rplus 0 l.

Lemma total_app a b : total (a ++ b) = total a + total b.
Proof. induction a; simpl; [ring|]. unfold total in *. simpl. rewrite IHa. ring. Qed.

Lemma total_seq n (F : nat -> R) : total (map F (seq 0 n)) = sum n F.
Proof.
  induction n; [reflexivity|].
  rewrite seq_S, map_app, total_app, IHn. simpl. unfold total; simpl. ring.
Qed.

Lemma total_flat_map {A} (l : list A) (h : A -> list R) : total (flat_map h l) = total (map (fun a => total (h a)) l).
Proof. induction l; simpl; auto. rewrite total_app, IHl. reflexivity. Qed.

Lemma map_flat_map {A B C} (h : A -> list B) (k : B -> C) l :
  map k (flat_map h l) = flat_map (fun a => map k (h a)) l.
Proof. induction l; simpl; auto. now rewrite map_app, IHl. Qed.

Theorem E_uniform n T : (0 < n)%nat -> forall X, E n T X = / (INR n ^ T) * total (map X (sequences n T)).
Proof.
  intros Hn. assert (HN := INR_pos n Hn). induction T; intros X.
  - simpl. unfold total. simpl. field.
  - simpl E. simpl sequences. rewrite map_flat_map, total_flat_map, total_seq. unfold avg.
    rewrite (sum_ext n _ (fun i => / INR n ^ T * total (map X (map (cons i) (sequences n T))))).
    + rewrite sum_scal. simpl. field. split; [apply pow_nonzero|]; lra.
    + intros i _. rewrite IHT, map_map. reflexivity.
Qed.
