(** Real inner-product spaces, as far as the proofs look at them.

    A vector is only ever seen through its inner products, so a space is a set with five laws about [inner]; neither
    definiteness nor the equations of a vector space are asked for.  Every real inner-product space is an instance. *)

From Coq Require Import Reals Lra.
Open Scope R_scope.

Record space : Type := {
  vec :> Type;
  zero : vec;
  add : vec -> vec -> vec;
  scale : R -> vec -> vec;
  inner : vec -> vec -> R;
  inner_sym : forall x y, inner x y = inner y x;
  inner_zero_l : forall y, inner zero y = 0;
  inner_add_l : forall x y z, inner (add x y) z = inner x z + inner y z;
  inner_scale_l : forall a x y, inner (scale a x) y = a * inner x y;
  inner_nonneg : forall x, 0 <= inner x x
}.
Arguments zero {_}.
Arguments add {_}.
Arguments scale {_}.
Arguments inner {_}.
Arguments inner_sym {_}.
Arguments inner_zero_l {_}.
Arguments inner_add_l {_}.
Arguments inner_scale_l {_}.
Arguments inner_nonneg {_}.

Definition sub {V : space} (x y : V) : V := add x (scale (-1) y).
Definition norm2 {V : space} (x : V) : R := inner x x.

Declare Scope vec_scope.
Delimit Scope vec_scope with vec.
Notation "x +v y" := (add x y) (at level 50, left associativity) : vec_scope.
Notation "x -v y" := (sub x y) (at level 50, left associativity) : vec_scope.
Notation "a *v x" := (scale a x) (at level 40, no associativity) : vec_scope.
Open Scope vec_scope.

Section Laws.
Context {V : space}.
Implicit Types x y z : V.

Lemma inner_zero_r y : inner y zero = 0.
Proof. rewrite inner_sym. apply inner_zero_l. Qed.

Lemma inner_add_r x y z : inner z (x +v y) = inner z x + inner z y.
Proof. rewrite inner_sym, inner_add_l, (inner_sym x), (inner_sym y). ring. Qed.

Lemma inner_scale_r a x y : inner y (a *v x) = a * inner y x.
Proof. rewrite inner_sym, inner_scale_l, (inner_sym x). ring. Qed.

Lemma norm2_nonneg x : 0 <= norm2 x.
Proof. apply inner_nonneg. Qed.
End Laws.

(** Expand every [inner], [norm2] and [sub] of the goal in the Gram entries of its atoms, symmetric pairs alike. *)
Ltac expand_inner :=
  unfold norm2, sub;
  repeat first [ rewrite inner_add_l | rewrite inner_add_r | rewrite inner_scale_l | rewrite inner_scale_r
               | rewrite inner_zero_l | rewrite inner_zero_r ];
  repeat match goal with
  | |- context [inner ?a ?b] =>
      tryif constr_eq a b then fail else
      match goal with |- context [inner b a] => rewrite (inner_sym b a) end
  end.

(** An identity between inner products.  [ring] takes [a / 2] for an atom, so divisions are unfolded first. *)
Ltac inner_ring := expand_inner; unfold Rdiv; ring.
Ltac inner_field := expand_inner; field; lra.

(** Finite sums of vectors. *)
Fixpoint vsum {V : space} (n : nat) (v : nat -> V) : V :=
  match n with O => zero | S k => vsum k v +v v k end.

(** ** The structure is inhabited: the line and R^d. *)
Definition line : space.
Proof.
  refine {| vec := R; zero := 0; add := Rplus; scale := Rmult; inner := Rmult |}; intros; try ring.
  nra.
Defined.

Fixpoint dot (d : nat) (x y : nat -> R) : R :=
  match d with O => 0 | S k => dot k x y + x k * y k end.

Definition euclidean (d : nat) : space.
Proof.
  refine {| vec := nat -> R; zero := fun _ => 0; add := fun x y j => x j + y j; scale := fun a x j => a * x j;
            inner := dot d |};
    intros; induction d as [|d IH]; simpl; try rewrite IH; try ring; try lra.
  nra.
Defined.
