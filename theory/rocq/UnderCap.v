(** Under a cap of at most 1/L a smaller factor is better on every convex quadratic, at every step.

    No step at a rate below 2/L raises the loss, so the rule only ever raises the rate: gamma_t = min(hi, gamma_0 / F^t)
    (up to a step in which the gradient vanishes).  The coordinate of curvature lambda <= L is multiplied by
    1 - lambda gamma_t, a number in [0, 1] that falls as gamma_t rises. *)

From Coq Require Import Reals Lra Lia.
Open Scope R_scope.

(** The rate after t rises. *)
Definition raised (hi gamma0 F : R) (t : nat) : R := Rmin hi (gamma0 / F ^ t).

(** What is left of a coordinate of curvature lambda after T steps. *)
Fixpoint left_over (lambda hi gamma0 F : R) (T : nat) : R :=
  match T with O => 1 | S t => left_over lambda hi gamma0 F t * (1 - lambda * raised hi gamma0 F t) end.

Lemma smaller_factor_larger_rate hi gamma0 F F' t :
  0 < gamma0 -> 0 < F' <= F -> raised hi gamma0 F t <= raised hi gamma0 F' t.
Proof.
  intros Hg HF. unfold raised. apply Rle_min_compat_l. unfold Rdiv. apply Rmult_le_compat_l; [lra|].
  apply Rinv_le_contravar; [apply pow_lt; lra|apply pow_incr; lra].
Qed.

Lemma factor_in_unit lambda hi gamma0 F t :
  0 < gamma0 -> 0 < F -> 0 <= lambda -> 0 <= hi -> lambda * hi <= 1 -> 0 <= 1 - lambda * raised hi gamma0 F t.
Proof.
  intros Hg HF Hl Hh Hcap. assert (raised hi gamma0 F t <= hi) by apply Rmin_l.
  assert (lambda * raised hi gamma0 F t <= lambda * hi) by (apply Rmult_le_compat_l; lra). lra.
Qed.

(** With max_lr <= 1/L: whatever the curvature, less is left with the smaller factor, at every T. *)
Theorem smaller_factor_is_better lambda hi gamma0 F F' T :
  0 < gamma0 -> 0 < F' <= F -> 0 <= lambda -> 0 <= hi -> lambda * hi <= 1 ->
  0 <= left_over lambda hi gamma0 F' T <= left_over lambda hi gamma0 F T.
Proof.
  intros Hg HF Hl Hh Hcap. induction T as [|t [IH0 IH]]; simpl; [lra|].
  assert (A := factor_in_unit lambda hi gamma0 F' t Hg ltac:(lra) Hl Hh Hcap).
  assert (B := smaller_factor_larger_rate hi gamma0 F F' t Hg HF).
  assert (lambda * raised hi gamma0 F t <= lambda * raised hi gamma0 F' t) by (apply Rmult_le_compat_l; lra).
  split; [now apply Rmult_le_pos|]. apply Rmult_le_compat; lra.
Qed.

(** The loss of a quadratic with curvatures lambda_0, ..., lambda_(d-1) from the coordinates x_0, ..., x_(d-1). *)
Fixpoint loss_left (lambda x : nat -> R) (hi gamma0 F : R) (T d : nat) : R :=
  match d with
  | O => 0
  | S j => loss_left lambda x hi gamma0 F T j + lambda j / 2 * (left_over (lambda j) hi gamma0 F T * x j) ^ 2
  end.

Theorem smaller_factor_lower_loss lambda x hi gamma0 F F' T d :
  0 < gamma0 -> 0 < F' <= F -> 0 <= hi -> (forall j, 0 <= lambda j /\ lambda j * hi <= 1) ->
  loss_left lambda x hi gamma0 F' T d <= loss_left lambda x hi gamma0 F T d.
Proof.
  intros Hg HF Hh Hl. induction d as [|j IH]; simpl; [lra|].
  destruct (Hl j) as [L0 L1].
  destruct (smaller_factor_is_better (lambda j) hi gamma0 F F' T Hg HF L0 Hh L1) as [P Q].
  set (p := left_over (lambda j) hi gamma0 F' T) in *. set (q := left_over (lambda j) hi gamma0 F T) in *.
  assert (p * p <= q * q) by (apply Rmult_le_compat; lra).
  assert (p * p * (x j * x j) <= q * q * (x j * x j)) by (apply Rmult_le_compat_r; [apply Rle_0_sqr|assumption]).
  assert (lambda j / 2 * (p * p * (x j * x j)) <= lambda j / 2 * (q * q * (x j * x j))) by (apply Rmult_le_compat_l; lra).
  lra.
Qed.
