(** The GreedyLR rule: a loss turns the learning rate, and the rate moves the iterate.

    What a rule remembers of the losses and how it reacts to the next one is a [controller]; the previous loss
    (Algorithm 1) and the best loss so far (Algorithm 2), with patience or smoothing, are instances.  The [order] says
    whether the rate decided from a sample's loss is used on that same sample or on the next one. *)

From Coq Require Import Reals Lra List.
From GreedyLR Require Import InnerProduct.
Import ListNotations.
Open Scope R_scope.

(** ** The rate is kept in [lo, hi] *)
Definition clip (lo hi z : R) : R := Rmin hi (Rmax lo z).

Lemma clip_bounds lo hi z : lo <= hi -> lo <= clip lo hi z <= hi.
Proof.
  intros H. unfold clip. split; [|apply Rmin_l].
  apply Rmin_glb; [exact H|apply Rmax_l].
Qed.

Lemma clip_id lo hi z : lo <= z <= hi -> clip lo hi z = z.
Proof. intros [H1 H2]. unfold clip. rewrite Rmax_right, Rmin_right; auto. Qed.

Lemma clip_above lo hi z : lo <= hi -> hi <= z -> clip lo hi z = hi.
Proof. intros H1 H2. unfold clip. rewrite Rmax_right, Rmin_left; lra. Qed.

Lemma clip_scale c lo hi z : 0 <= c -> clip (c * lo) (c * hi) (c * z) = c * clip lo hi z.
Proof.
  intros H. unfold clip. rewrite RmaxRmult by exact H. set (y := Rmax lo z).
  unfold Rmin. destruct (Rle_dec (c * hi) (c * y)), (Rle_dec hi y); nra.
Qed.

(** ** Controllers: what is remembered, and the factor by which a loss turns the rate *)
Record controller := {
  memory :> Type;
  react : memory -> R -> memory * R;
  rescale : R -> memory -> memory;  (* what is remembered of the losses, in another unit *)
  react_rescale : forall c q l, 0 < c ->
    react (rescale c q) (c * l) = (rescale c (fst (react q l)), snd (react q l))
}.
Arguments react {_}.
Arguments rescale {_}.

(** Comparing two losses does not depend on their unit. *)
Lemma compare_rescale {A} c a b (u v : A) : 0 < c ->
  (if Rlt_dec (c * a) (c * b) then u else v) = (if Rlt_dec a b then u else v).
Proof. intros H. destruct (Rlt_dec (c * a) (c * b)), (Rlt_dec a b); auto; nra. Qed.

(** Algorithm 1: divide by F if the loss is below the previous one, multiply by F otherwise. *)
Definition previous (F : R) : controller.
Proof.
  refine {| memory := R; rescale := Rmult; react := fun before l => (l, if Rlt_dec l before then / F else F) |}.
  intros c q l Hc. simpl. now rewrite compare_rescale.
Defined.

(** The same without a loss to compare the first one with: the first loss is remembered and decides nothing. *)
Definition previous_from_start (F : R) : controller.
Proof.
  refine {| memory := option R; rescale := fun c => option_map (Rmult c);
            react := fun before l =>
              (Some l, match before with None => 1 | Some b => if Rlt_dec l b then / F else F end) |}.
  intros c [q|] l Hc; simpl; [|reflexivity]. now rewrite compare_rescale.
Defined.

(** Algorithm 2, bare: the same against the best loss so far. *)
Definition best (F : R) : controller.
Proof.
  refine {| memory := R; rescale := Rmult;
            react := fun least l => if Rlt_dec l least then (l, / F) else (least, F) |}.
  intros c q l Hc. simpl. rewrite compare_rescale by exact Hc. now destruct (Rlt_dec l q).
Defined.

(** Algorithm 1 with patience p on exponentially smoothed losses: memory is (smoothed loss, good steps, bad steps). *)
Definition patient (F beta : R) (p : nat) : controller.
Proof.
  refine {| memory := R * nat * nat;
            rescale := fun c q => (c * fst (fst q), snd (fst q), snd q);
            react := fun q l =>
              let '(before, good, bad) := q in
              let now := beta * before + (1 - beta) * l in
              if Rlt_dec now before
              then if Nat.ltb p (S good) then ((now, O, O), / F) else ((now, S good, O), 1)
              else if Nat.ltb p (S bad) then ((now, O, O), F) else ((now, O, S bad), 1) |}.
  intros c [[m a] b] l Hc. simpl.
  replace (beta * (c * m) + (1 - beta) * (c * l)) with (c * (beta * m + (1 - beta) * l)) by ring.
  rewrite compare_rescale by exact Hc.
  destruct (Rlt_dec _ _); [destruct (Nat.ltb p (S a))|destruct (Nat.ltb p (S b))]; reflexivity.
Defined.

(** ** Runs *)
Section Run.
Context {V : space} {K : controller}.

Record state := State { position : V; rate : R; past : K }.

Variables (f : nat -> V -> R) (g : nat -> V -> V) (lo hi : R).

(** The rate decided from the loss of sample i, and what is remembered then. *)
Definition decide (s : state) (i : nat) : R * K :=
  let r := react (past s) (f i (position s)) in (clip lo hi (snd r * rate s), fst r).

(** Algorithm 1 as printed: the rate decided from the loss of a sample is used on that same sample. *)
Definition same_step (s : state) (i : nat) : state :=
  State (position s +v - fst (decide s i) *v g i (position s)) (fst (decide s i)) (snd (decide s i)).

(** A PyTorch loop: optimizer.step(), then scheduler.step(loss); the decided rate is used on the next sample. *)
Definition next_step (s : state) (i : nat) : state :=
  State (position s +v - rate s *v g i (position s)) (fst (decide s i)) (snd (decide s i)).

Definition run (step : state -> nat -> state) (s0 : state) (l : list nat) : state := fold_left step l s0.

Lemma run_last step s0 l i : run step s0 (l ++ [i]) = step (run step s0 l) i.
Proof. unfold run. now rewrite fold_left_app. Qed.
End Run.
Arguments state V K : clear implicits.
