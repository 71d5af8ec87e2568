(** Scale equivariance for the whole rule, with every option of Algorithm 2.

    Losses are averaged over a window, compared with the previous or the best one under an absolute or a relative
    threshold, with patience, cooldown and warmup; changes of the rate of at most eps are dropped, and after some losses
    at the lowest rate the rule starts afresh.  Multiply the losses and gradients by c > 0 and the absolute threshold by
    c, and divide the rates, min_lr, max_lr and eps by c: the iterates are the same.  A relative threshold, the window,
    patience, cooldown, warmup and reset have no unit. *)

From Coq Require Import Reals Lra List Bool Arith.
From GreedyLR Require Import InnerProduct Rule.
Import ListNotations.
Open Scope R_scope.

Record options := Options {
  factor : R; of_best : bool; absolute : R; relative : R; patience : nat; cooldown : nat; warmup : nat;
  window : nat; min_lr : R; max_lr : R; eps : R; reset : option nat }.

Record memory2 := Memory {
  gamma : R; initial : R; reference : option R; good : nat; bad : nat; cool : nat; warm : nat; left : nat;
  recent : list R }.

(** The same options and memory with losses in a unit c times smaller. *)
Definition rescale_options (c : R) (o : options) : options :=
  Options (factor o) (of_best o) (c * absolute o) (relative o) (patience o) (cooldown o) (warmup o) (window o)
    (/ c * min_lr o) (/ c * max_lr o) (/ c * eps o) (reset o).
Definition rescale_memory (c : R) (m : memory2) : memory2 :=
  Memory (/ c * gamma m) (/ c * initial m) (option_map (Rmult c) (reference m)) (good m) (bad m) (cool m) (warm m)
    (left m) (map (Rmult c) (recent m)).

(** ** The rule *)
Definition mean (l : list R) : R := fold_right Rplus 0 l / INR (length l).
Definition latest (n : nat) (l : list R) : list R := firstn n l.  (* newest first *)

Definition improves (o : options) (loss b : R) : bool :=
  if Rlt_dec loss (b - relative o * Rabs b - absolute o) then true else false.

(** What a loss does to the counters: good and bad ones in a row, and what is remembered. *)
Definition compare (o : options) (m : memory2) (loss : R) : nat * nat * option R :=
  match reference m with
  | None => ((if of_best o then S (good m) else good m), bad m, Some loss)
  | Some b =>
      if improves o loss b then (S (good m), O, Some loss)
      else (O, S (bad m), Some (if of_best o then b else loss))
  end.

(** A change of at most eps is dropped. *)
Definition moved (o : options) (old new : R) : R := if Rlt_dec (eps o) (Rabs (new - old)) then new else old.
Definition cut (o : options) (rate : R) : R := moved o rate (Rmax (factor o * rate) (min_lr o)).
Definition rise (o : options) (rate : R) : R := moved o rate (Rmin (/ factor o * rate) (max_lr o)).

Definition fresh (o : options) (m : memory2) : memory2 :=
  Memory (initial m) (initial m) None O O O O (match reset o with Some n => n | None => O end) [].

(** Where the next cut would still lower the rate nothing happens; else the countdown goes on, or ends. *)
Definition count_down (o : options) (m : memory2) : memory2 :=
  match reset o with
  | None => m
  | Some _ =>
      if Rlt_dec (cut o (gamma m)) (gamma m) then m
      else match left m with
           | S (S n) => Memory (gamma m) (initial m) (reference m) (good m) (bad m) (cool m) (warm m) (S n) (recent m)
           | _ => fresh o m
           end
  end.

Definition advance (o : options) (m : memory2) (loss : R) : memory2 :=
  let recent' := latest (window o) (loss :: recent m) in
  let '(good0, bad0, reference') := compare o m (mean recent') in
  let bad1 := match cool m with O => bad0 | S _ => O end in
  let good1 := match warm m with O => good0 | S _ => O end in
  let cutting := Nat.ltb (patience o) bad1 in
  let rising := Nat.ltb (patience o) good1 in
  let gamma1 := if cutting then cut o (gamma m) else gamma m in
  let gamma2 := if rising then rise o gamma1 else gamma1 in
  count_down o
    (Memory gamma2 (initial m) reference' (if rising then O else good1) (if cutting then O else bad1)
       (if cutting then cooldown o else pred (cool m)) (if rising then warmup o else pred (warm m)) (left m) recent').

(** ** Each part does not see the unit *)
Section Unit.
Variables (c : R) (o : options).
Hypothesis Hc : 0 < c.
Let o' := rescale_options c o.

Lemma mean_rescale l : mean (map (Rmult c) l) = c * mean l.
Proof.
  unfold mean. rewrite map_length.
  replace (fold_right Rplus 0 (map (Rmult c) l)) with (c * fold_right Rplus 0 l); [unfold Rdiv; ring|].
  induction l as [|a l IH]; simpl; [ring|rewrite <- IH; ring].
Qed.

Lemma improves_rescale loss b : improves o' (c * loss) (c * b) = improves o loss b.
Proof.
  unfold improves, o'. simpl.
  rewrite Rabs_mult, (Rabs_pos_eq c) by lra.
  replace (c * b - relative o * (c * Rabs b) - c * absolute o) with (c * (b - relative o * Rabs b - absolute o)) by ring.
  apply compare_rescale. exact Hc.
Qed.

Lemma compare_rescaled m loss : compare o' (rescale_memory c m) (c * loss)
  = let '(a, b, r) := compare o m loss in (a, b, option_map (Rmult c) r).
Proof.
  unfold compare. simpl. destruct (reference m) as [b|]; simpl; [|now destruct (of_best o)].
  rewrite improves_rescale. destruct (improves o loss b); simpl; [reflexivity|now destruct (of_best o)].
Qed.

Lemma inverse_positive : 0 < / c.
Proof. now apply Rinv_0_lt_compat. Qed.

Lemma moved_rescale old new : moved o' (/ c * old) (/ c * new) = / c * moved o old new.
Proof.
  unfold moved, o'. simpl. assert (I := inverse_positive).
  replace (/ c * new - / c * old) with (/ c * (new - old)) by ring.
  rewrite Rabs_mult, (Rabs_right (/ c)) by lra. rewrite compare_rescale by exact I.
  now destruct (Rlt_dec _ _).
Qed.

Lemma cut_rescale rate : cut o' (/ c * rate) = / c * cut o rate.
Proof.
  unfold cut. simpl. assert (I := inverse_positive).
  replace (factor o * (/ c * rate)) with (/ c * (factor o * rate)) by ring.
  rewrite RmaxRmult by lra. apply moved_rescale.
Qed.

Lemma Rmin_scale a b : Rmin (/ c * a) (/ c * b) = / c * Rmin a b.
Proof. assert (I := inverse_positive). unfold Rmin. destruct (Rle_dec a b), (Rle_dec (/ c * a) (/ c * b)); nra. Qed.

Lemma rise_rescale rate : rise o' (/ c * rate) = / c * rise o rate.
Proof.
  unfold rise. simpl. replace (/ factor o * (/ c * rate)) with (/ c * (/ factor o * rate)) by ring.
  rewrite Rmin_scale. apply moved_rescale.
Qed.

Lemma count_down_rescale m : count_down o' (rescale_memory c m) = rescale_memory c (count_down o m).
Proof.
  unfold count_down. change (reset o') with (reset o). destruct (reset o) as [n|] eqn:E; [|reflexivity].
  simpl gamma. rewrite cut_rescale, compare_rescale by apply inverse_positive.
  destruct (Rlt_dec (cut o (gamma m)) (gamma m)); [reflexivity|]. simpl left.
  destruct (left m) as [|[|k]]; [| |reflexivity]; unfold fresh, rescale_memory; simpl; now rewrite E.
Qed.

(** One loss. *)
Theorem advance_rescale m loss : advance o' (rescale_memory c m) (c * loss) = rescale_memory c (advance o m loss).
Proof.
  unfold advance. cbv zeta.
  assert (W : latest (window o') (c * loss :: recent (rescale_memory c m))
            = map (Rmult c) (latest (window o) (loss :: recent m))).
  { unfold latest. simpl. now rewrite <- firstn_map. }
  rewrite W, mean_rescale, compare_rescaled. set (w := latest (window o) (loss :: recent m)).
  destruct (compare o m (mean w)) as [[g0 b0] r0]. simpl.
  rewrite <- count_down_rescale. f_equal. unfold rescale_memory. simpl.
  set (b1 := match cool m with O => b0 | S _ => O end). set (g1 := match warm m with O => g0 | S _ => O end).
  destruct (Nat.ltb (patience o) b1), (Nat.ltb (patience o) g1); simpl; rewrite ?cut_rescale, ?rise_rescale; reflexivity.
Qed.
End Unit.

(** ** Runs: the samples s_0, s_1, ... have losses f and gradients g; same: whether a rate serves its own sample *)
Section Run.
Context {V : space}.

Fixpoint trained (o : options) (same : bool) (f : nat -> V -> R) (g : nat -> V -> V) (x : V) (m : memory2)
  (samples : list nat) : V * memory2 :=
  match samples with
  | [] => (x, m)
  | i :: rest =>
      let m' := advance o m (f i x) in
      trained o same f g (x +v - (gamma (if same then m' else m)) *v g i x) m' rest
  end.

Theorem equivariance_with_options (o : options) (same : bool) (f : nat -> V -> R) (g : nat -> V -> V) (c : R) samples :
  (forall (a b : R) (x : V), a *v (b *v x) = (a * b) *v x) -> 0 < c -> forall x m,
  trained (rescale_options c o) same (fun i x => c * f i x) (fun i x => c *v g i x) x (rescale_memory c m) samples
  = let '(y, n) := trained o same f g x m samples in (y, rescale_memory c n).
Proof.
  intros Hs Hc. induction samples as [|i rest IH]; intros x m; simpl; [reflexivity|].
  rewrite advance_rescale by exact Hc.
  assert (G : forall n, - gamma (rescale_memory c n) *v (c *v g i x) = - gamma n *v g i x).
  { intros n. rewrite Hs. simpl. f_equal. field. lra. }
  destruct same; rewrite G; apply IH.
Qed.
End Run.
