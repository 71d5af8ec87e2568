(** What the exported kernel proofs mean, and the rules they use, each proved here for the standard library's reals.

    A law is any positive, linear, normalised mean of all functions: over finitely many samples, over the finitely many
    paths of a run, or over the steps k < T.  (A mean of all functions lives on finitely many points: a path holds the
    samples of one run, of any length.  Convergence.v speaks of SGD itself and needs no such remark.)
    The exported files state every hypothesis and every claim of the kernel in these terms and prove the claims again,
    rule by rule, from the same proof data; [ring] decides the polynomial identities that the kernel left to sympy. *)

From Coq Require Import Reals Lra Lia List.
From GreedyLR Require Import InnerProduct Expectation.
Import ListNotations.
Open Scope R_scope.

Record law (A : Type) : Type := {
  mean : (A -> R) -> R;
  mean_plus : forall u v, mean (fun a => u a + v a) = mean u + mean v;
  mean_scal : forall c u, mean (fun a => c * u a) = c * mean u;
  mean_one : mean (fun _ => 1) = 1;
  mean_le : forall u v, (forall a, u a <= v a) -> mean u <= mean v
}.
Arguments mean {A}.
Arguments mean_plus {A}.
Arguments mean_scal {A}.
Arguments mean_one {A}.
Arguments mean_le {A}.

Section Laws.
Context {A : Type} (M : law A).

Lemma mean_ext u v : (forall a, u a = v a) -> mean M u = mean M v.
Proof. intros H. apply Rle_antisym; apply mean_le; intros a; rewrite H; lra. Qed.

(** A combination c_1 u_1 + ... + c_m u_m, and its mean. *)
Fixpoint combination (terms : list (R * (A -> R))) (a : A) : R :=
  match terms with [] => 0 | (c, u) :: rest => c * u a + combination rest a end.
Fixpoint mean_terms (terms : list (R * (A -> R))) : R :=
  match terms with [] => 0 | (c, u) :: rest => c * mean M u + mean_terms rest end.

Lemma mean_combination terms : mean M (combination terms) = mean_terms terms.
Proof.
  induction terms as [|[c u] rest IH]; simpl.
  - rewrite (mean_ext _ (fun _ => 0 * 1)) by (intros; ring). rewrite mean_scal. ring.
  - rewrite mean_plus, mean_scal, <- IH. reflexivity.
Qed.

Lemma mean_nonneg u : (forall a, 0 <= u a) -> 0 <= mean M u.
Proof.
  intros H. apply Rle_trans with (mean M (fun _ => 0 * 1)); [rewrite mean_scal; lra|].
  apply mean_le. intros a. specialize (H a). lra.
Qed.

Lemma mean_zero u : (forall a, u a = 0) -> mean M u = 0.
Proof. intros H. rewrite (mean_ext u (fun _ => 0 * 1)) by (intros; rewrite H; ring). rewrite mean_scal. ring. Qed.
End Laws.

(** The average over the steps k < T; for T = 0 the value at k = 0. *)
Definition steps (T : nat) : law nat.
Proof.
  refine {| mean := fun u => match T with O => u O | S _ => avg T u end |}; destruct T as [|T]; intros; try ring.
  - apply avg_plus.
  - apply avg_scal.
  - apply avg_const. lia.
  - apply H.
  - apply avg_le; [lia|]. intros. apply H.
Defined.

(** Samples of a finite sum are a law, and so are the paths of T samples. *)
Definition uniform (n : nat) : law nat.
Proof.
  refine {| mean := fun u => match n with O => u O | S _ => avg n u end |}; destruct n as [|n]; intros; try ring.
  - apply avg_plus.
  - apply avg_scal.
  - apply avg_const. lia.
  - apply H.
  - apply avg_le; [lia|]. intros. apply H.
Defined.

(** ** The rules: sums and products of facts p = 0 ([z]), 0 <= p ([n]) and 0 < p ([p]) *)
Lemma nonneg_of_eq p q : 0 <= p -> q = p -> 0 <= q.
Proof. intros H ->. exact H. Qed.
Lemma pos_of_eq p q : 0 < p -> q = p -> 0 < q.
Proof. intros H ->. exact H. Qed.
Lemma zero_of_eq p q : p = 0 -> q = p -> q = 0.
Proof. intros H ->. exact H. Qed.
Lemma nonneg_of_zero p : p = 0 -> 0 <= p.
Proof. lra. Qed.

Lemma scaled c p : p = 0 -> c * p = 0.
Proof. intros ->. ring. Qed.

Lemma add_zz p q : p = 0 -> q = 0 -> p + q = 0. Proof. lra. Qed.
Lemma add_zn p q : p = 0 -> 0 <= q -> 0 <= p + q. Proof. lra. Qed.
Lemma add_zp p q : p = 0 -> 0 < q -> 0 < p + q. Proof. lra. Qed.
Lemma add_nz p q : 0 <= p -> q = 0 -> 0 <= p + q. Proof. lra. Qed.
Lemma add_nn p q : 0 <= p -> 0 <= q -> 0 <= p + q. Proof. lra. Qed.
Lemma add_np p q : 0 <= p -> 0 < q -> 0 < p + q. Proof. lra. Qed.
Lemma add_pz p q : 0 < p -> q = 0 -> 0 < p + q. Proof. lra. Qed.
Lemma add_pn p q : 0 < p -> 0 <= q -> 0 < p + q. Proof. lra. Qed.
Lemma add_pp p q : 0 < p -> 0 < q -> 0 < p + q. Proof. lra. Qed.

Lemma mul_zz p q : p = 0 -> q = 0 -> p * q = 0. Proof. intros -> _. ring. Qed.
Lemma mul_zn p q : p = 0 -> 0 <= q -> p * q = 0. Proof. intros -> _. ring. Qed.
Lemma mul_zp p q : p = 0 -> 0 < q -> p * q = 0. Proof. intros -> _. ring. Qed.
Lemma mul_nz p q : 0 <= p -> q = 0 -> p * q = 0. Proof. intros _ ->. ring. Qed.
Lemma mul_nn p q : 0 <= p -> 0 <= q -> 0 <= p * q. Proof. apply Rmult_le_pos. Qed.
Lemma mul_np p q : 0 <= p -> 0 < q -> 0 <= p * q. Proof. intros. apply Rmult_le_pos; lra. Qed.
Lemma mul_pz p q : 0 < p -> q = 0 -> p * q = 0. Proof. intros _ ->. ring. Qed.
Lemma mul_pn p q : 0 < p -> 0 <= q -> 0 <= p * q. Proof. intros. apply Rmult_le_pos; lra. Qed.
Lemma mul_pp p q : 0 < p -> 0 < q -> 0 < p * q. Proof. apply Rmult_lt_0_compat. Qed.

(** A polynomial identity between Gram entries. *)
Ltac identity := expand_inner; unfold Rdiv; first [ring | field].

Lemma telescope (p r : nat -> R) T :
  (forall k, 0 <= p k - p (S k) + r k) -> 0 <= p O - p T + INR T * mean (steps T) r.
Proof.
  intros H. assert (S : 0 <= p O - p T + sum T r).
  { induction T as [|T IH]; simpl; [lra|]. specialize (H T). lra. }
  destruct T as [|T]; [simpl in *; lra|].
  change (mean (steps (Datatypes.S T)) r) with (avg (Datatypes.S T) r). unfold avg.
  assert (P := INR_pos (Datatypes.S T) ltac:(lia)). rewrite <- Rmult_assoc, Rinv_r by lra. lra.
Qed.

Lemma telescope_eq (p r : nat -> R) T :
  (forall k, p k - p (S k) + r k = 0) -> p O - p T + INR T * mean (steps T) r = 0.
Proof.
  intros H. apply Rle_antisym.
  - assert (G := telescope (fun k => - p k) (fun k => -1 * r k) T ltac:(intros k; specialize (H k); lra)).
    rewrite mean_scal in G. lra.
  - apply telescope. intros k. specialize (H k). lra.
Qed.

Lemma induction_with_factor (p q : nat -> R) :
  0 <= p O -> (forall k, 0 <= q k) -> (forall k, 0 <= p (S k) - q k * p k) -> forall k, 0 <= p k.
Proof.
  intros H0 Hq Hs k. induction k as [|k IH]; [exact H0|].
  assert (0 <= q k * p k) by (apply Rmult_le_pos; auto). specialize (Hs k). lra.
Qed.
