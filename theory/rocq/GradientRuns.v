(** Worst cases of gradient descent under the rule: what a certificate proves, and how the runs of the rule split.

    The inequalities are those between the points that gradient descent visits on a convex 1-smooth function
    ([Functions.interpolation]), and what the rule's answers say of its losses; [GramReflect] adds them up.  The last
    section walks through the runs of the rule themselves. *)

From Coq Require Import QArith Qabs Qreals Reals Lra Arith List.
From GreedyLR Require Import InnerProduct Functions Rule GramReflect.
Import ListNotations.
Open Scope R_scope.

(** ** The points that gradient descent visits, in the vectors x_0 - x*, g x_0, g x_1, ... and the gaps f x_t - f x* *)
Record sample := Sample { at_ : list Q; slope : list Q; gap : list Q }.
Definition least : sample := Sample [] [] [].

(** f at [s] minus its least value given the sample [t]: not negative. *)
Definition excess (s t : sample) : form :=
  Form (minus (gap s) (gap t))
       (map (times (- (1)))
          (add_rows (product (slope t) (minus (at_ s) (at_ t)))
                    (map (times (1 # 2)) (product (minus (slope t) (slope s)) (minus (slope t) (slope s)))))).

Fixpoint visited (t : nat) (c : list Q) (rates : list Q) : list sample :=
  Sample c (unit (S t)) (unit t)
  :: match rates with [] => [] | r :: rest => visited (S t) (plus c (times (- r) (unit (S t)))) rest end.

(** Multipliers are given for pairs (s, t) of samples, of which the first is x*; answers (s, t) say f x_s <= f x_t. *)
Definition answer (st : nat * nat) : form := Form (minus (unit (snd st)) (unit (fst st))) [].
Definition facts (rates : list Q) (pairs answers : list (Q * (nat * nat))) : list (Q * form) :=
  let samples := least :: visited 0 (unit 0) rates in
  map (fun p => (fst p, excess (nth (fst (snd p)) samples least) (nth (snd (snd p)) samples least))) pairs
  ++ map (fun p => (fst p, answer (snd p))) answers.
Definition certified (rates weights : list Q) (bound : Q) (pairs answers : list (Q * (nat * nat)))
    (squares : list (Q * list Q)) : bool :=
  certifies (Form (times (- (1)) weights) [[bound]]) (facts rates pairs answers) squares.

(** Algorithm 1 and, bare, Algorithm 2 on full batches after n steps: F, the bounds of the rate, gamma_0, and for the best
    loss what the first loss is held against. *)
Definition greedy {V : space} (f : V -> R) (g : V -> V) (F lo hi gamma0 : R) (x0 : V) (n : nat) :
  state V (previous_from_start F) :=
  run (same_step (K := previous_from_start F) (fun _ => f) (fun _ => g) lo hi)
    (State (K := previous_from_start F) x0 gamma0 None) (repeat O n).
Definition greedy_best {V : space} (f : V -> R) (g : V -> V) (F lo hi gamma0 b0 : R) (x0 : V) (n : nat) :
  state V (best F) :=
  run (same_step (K := best F) (fun _ => f) (fun _ => g) lo hi) (State (K := best F) x0 gamma0 b0) (repeat O n).

Section Descent.
Context {V : space}.
Variables (f : V -> R) (g : V -> V) (xs : V).
Hypothesis convexity : convex f g.
Hypothesis smoothness : smooth f g 1.
Hypothesis minimum : g xs = zero.

Fixpoint iterates (x : V) (rates : list R) : list V :=
  x :: match rates with [] => [] | r :: rest => iterates (x +v - r *v g x) rest end.

Definition known (vals : list R) (es : list V) (s : sample) (x : V) : Prop :=
  means es (at_ s) (x -v xs) /\ means es (slope s) (g x) /\ f x - f xs = weigh (fun v => v) (gap s) vals.

Lemma excess_nonneg vals es s t x y : known vals es s x -> known vals es t y -> 0 <= reads vals es (excess s t).
Proof.
  intros (As & Bs & Cs) (At & Bt & Ct).
  assert (I := interpolation f g 1 Rlt_0_1 y x convexity smoothness).
  unfold reads, excess. cbn [linear gram]. rewrite weigh_minus, <- Cs, <- Ct.
  rewrite quadratic_times, value_opp, value_one, quadratic_add, quadratic_times.
  rewrite <- (means_inner es _ _ (g y) ((x -v xs) -v (y -v xs)) Bt (means_sub es _ _ _ _ As At)).
  assert (D := means_sub es _ _ _ _ Bt Bs). rewrite <- (means_inner es _ _ _ _ D D).
  assert (E : inner (g y) ((x -v xs) -v (y -v xs)) = inner (g y) (x -v y)) by inner_ring.
  rewrite E. fold (norm2 (g y -v g x)). replace (Q2R (1 # 2)) with (/ (2 * 1)) by (unfold Q2R; simpl; field). lra.
Qed.

Lemma least_known vals es : known vals es least xs.
Proof.
  repeat split; simpl.
  - intros y. simpl. inner_ring.
  - rewrite minimum. apply means_zero.
  - ring.
Qed.

Lemma visited_known vals es t c x rates reals :
  Forall2 (fun r q => r = Q2R q) reals rates -> means es c (x -v xs) ->
  (forall k y, nth_error (iterates x reals) k = Some y ->
     nth (S (t + k)) es zero = g y /\ nth (t + k) vals 0 = f y - f xs) ->
  Forall2 (known vals es) (visited t c rates) (iterates x reals).
Proof.
  intros H. revert t c x. induction H as [|r q reals rates Hr _ IH]; intros t c x M E; cbn [visited iterates].
  - constructor; [|constructor]. destruct (E O x eq_refl) as [E1 E2]. rewrite Nat.add_0_r in E1, E2.
    repeat split; simpl; auto.
    + rewrite <- E1. apply (means_unit es (S t)).
    + now rewrite weigh_unit, map_id.
  - destruct (E O x eq_refl) as [E1 E2]. rewrite Nat.add_0_r in E1, E2.
    assert (G : means es (unit (S t)) (g x)) by (rewrite <- E1; apply (means_unit es (S t))).
    constructor.
    + repeat split; simpl; auto. now rewrite weigh_unit, map_id.
    + apply IH.
      * intros y. rewrite weigh_plus, weigh_times, <- (M y), <- (G y), value_opp, <- Hr. inner_ring.
      * intros k y K. specialize (E (S k) y K). now rewrite Nat.add_succ_r in E.
Qed.

(** A certificate bounds every weighted sum of gaps, for all runs with these rates and answers. *)
Theorem certified_right rates reals weights bound pairs answers squares x0 :
  certified rates weights bound pairs answers squares = true ->
  Forall2 (fun r q => r = Q2R q) reals rates ->
  let gaps := map (fun x => f x - f xs) (iterates x0 reals) in
  Forall (fun p => nth (fst (snd p)) gaps 0 <= nth (snd (snd p)) gaps 0) answers ->
  weigh (fun v => v) weights gaps <= Q2R bound * norm2 (x0 -v xs).
Proof.
  intros C HR gaps HA. set (es := (x0 -v xs) :: map g (iterates x0 reals)).
  assert (K : Forall2 (known gaps es) (least :: visited 0 (unit 0) rates) (xs :: iterates x0 reals)).
  { constructor; [apply least_known|]. apply visited_known; auto.
    - exact (means_unit es 0).
    - intros k y E. split; [change (nth k (map g (iterates x0 reals)) zero = g y)|unfold gaps];
        apply nth_error_nth; simpl; now rewrite nth_error_map, E. }
  assert (N : forall i, exists y, known gaps es (nth i (least :: visited 0 (unit 0) rates) least) y).
  { generalize (least_known gaps es). intros L i. revert i.
    induction K as [|s y ss ys Ks _ IH]; intros [|i]; simpl; eauto. }
  assert (P : 0 <= reads gaps es (Form (times (- (1)) weights) [[bound]])).
  { apply (combination _ _ _ _ _ C). unfold facts. apply Forall_app. split; apply Forall_map, Forall_forall.
    - intros [m [i j]] _. simpl. destruct (N i) as [y Hy], (N j) as [z Hz]. now apply (excess_nonneg _ _ _ _ y z).
    - intros p Hp. rewrite Forall_forall in HA. specialize (HA p Hp). unfold reads, answer. simpl.
      rewrite weigh_minus, !weigh_unit, map_id. lra. }
  unfold reads in P. cbn [linear gram quadratic es weigh] in P.
  rewrite weigh_times, value_opp, value_one in P. unfold norm2. lra.
Qed.

(** Every weight on the last gap. *)
Corollary certified_last rates reals bound tau pairs answers squares x0 :
  certified rates (unit (length rates)) bound pairs answers squares = true ->
  Forall2 (fun r q => r = Q2R q) reals rates -> tau = Q2R bound ->
  Forall (fun p => nth (fst (snd p)) (map (fun x => f x - f xs) (iterates x0 reals)) 0
                   <= nth (snd (snd p)) (map (fun x => f x - f xs) (iterates x0 reals)) 0) answers ->
  f (nth (length reals) (iterates x0 reals) x0) - f xs <= tau * norm2 (x0 -v xs).
Proof.
  intros C HR -> HA. assert (H := certified_right _ _ _ _ _ _ _ _ C HR HA). cbv zeta in H.
  assert (E : length reals = length rates) by (clear - HR; induction HR; simpl; congruence).
  rewrite weigh_unit, map_id, <- E in H.
  rewrite (nth_indep _ 0 (f x0 - f xs)), (map_nth (fun x => f x - f xs)) in H; [exact H|].
  rewrite map_length. clear. revert x0.
  induction reals as [|r l IH]; intros x; simpl; [constructor|]. apply -> Nat.succ_lt_mono. apply IH.
Qed.

(** ** Where the loss cannot fall: at a minimiser, from where it stays the least *)
Lemma least_value x : f xs <= f x.
Proof. assert (C := convexity xs x). rewrite minimum, inner_zero_l in C. lra. Qed.

Lemma gradient_at_least x : f x <= f xs -> norm2 (g x) = 0.
Proof.
  intros H. assert (I := interpolation f g 1 Rlt_0_1 xs x convexity smoothness). rewrite minimum, inner_zero_l in I.
  assert (E : norm2 (zero -v g x) = norm2 (g x)) by inner_ring. rewrite E in I.
  assert (P := norm2_nonneg (g x)). lra.
Qed.

Lemma null_product (u y : V) : norm2 u = 0 -> inner u y = 0.
Proof.
  intros H. destruct (Req_dec (inner u y) 0) as [E|E]; [exact E|exfalso].
  set (c := inner u y) in *. set (t := - (norm2 y + 1) * / (2 * c)).
  assert (P := norm2_nonneg (y +v t *v u)).
  assert (S : norm2 (y +v t *v u) = norm2 y + 2 * t * c + t * t * norm2 u) by (unfold c; inner_ring).
  assert (T : 2 * t * c = - (norm2 y + 1)) by (unfold t; field; exact E). rewrite S, H, T in P. lra.
Qed.

Lemma least_without_gradient x : norm2 (g x) = 0 -> f x <= f xs.
Proof. intros H. assert (C := convexity x xs). rewrite null_product in C by exact H. lra. Qed.

Lemma rests_at_least x r : f x <= f xs -> f (x +v - r *v g x) <= f xs.
Proof.
  intros H. assert (D := descent f g 1 r x smoothness). rewrite (gradient_at_least x H) in D. lra.
Qed.

Lemma falls x r : 0 <= r <= 2 -> f (x +v - r *v g x) <= f x.
Proof.
  intros H. assert (D := descent f g 1 r x smoothness). assert (P := norm2_nonneg (g x)).
  assert (0 <= r * (1 - r * 1 / 2) * norm2 (g x)) by (apply Rmult_le_pos; [nra|exact P]). lra.
Qed.

(** A step at a rate below 2 that does not lower the loss started from a minimiser, and has not left the least value. *)
Lemma no_fall x r : 0 < r < 2 -> f x <= f (x +v - r *v g x) -> f (x +v - r *v g x) <= f xs.
Proof.
  intros H N. apply rests_at_least, least_without_gradient.
  assert (D := descent f g 1 r x smoothness). assert (P := norm2_nonneg (g x)).
  assert (0 < r * (1 - r * 1 / 2)) by nra. nra.
Qed.

(** ** Runs of the rule, step by step *)
Section Runs.
Context {K : controller}.
Variables (lo hi B : R).
Hypothesis B_nonneg : 0 <= B.

Definition bounded (n : nat) (s : state V K) : Prop :=
  f (position (run (same_step (fun _ => f) (fun _ => g) lo hi) s (repeat O n))) - f xs <= B.

Lemma rest_is_bounded n s : f (position s) <= f xs -> bounded n s.
Proof.
  intros H. unfold bounded.
  enough (f (position (run (same_step (fun _ => f) (fun _ => g) lo hi) s (repeat O n))) <= f xs) by lra.
  revert s H. induction n as [|n IH]; intros s H; simpl; [exact H|]. apply IH, rests_at_least, H.
Qed.

Lemma step_is_bounded n x r r' q q' c : react q (f x) = (q', c) -> clip lo hi (c * r) = r' ->
  bounded n (State (x +v - r' *v g x) r' q') -> bounded (S n) (State x r q).
Proof.
  intros E C H. unfold bounded, run in *. simpl.
  replace (same_step (fun _ => f) (fun _ => g) lo hi (State x r q) O) with (State (x +v - r' *v g x) r' q'); [exact H|].
  unfold same_step, decide. simpl. rewrite E. simpl. now rewrite C.
Qed.
End Runs.

Section Steps.
Variables (F lo hi B : R).
Hypothesis B_nonneg : 0 <= B.

Lemma starts n x r r' : clip lo hi (1 * r) = r' ->
  (let y := x +v - r' *v g x in bounded lo hi B n (State (K := previous_from_start F) y r' (Some (f x)))) ->
  bounded lo hi B (S n) (State (K := previous_from_start F) x r None).
Proof. intros C H. now apply (step_is_bounded (K := previous_from_start F) _ _ _ _ _ _ r' _ (Some (f x)) 1). Qed.

Lemma forks n x r b up down : clip lo hi (/ F * r) = up -> clip lo hi (F * r) = down ->
  (f x <= b ->
     let y := x +v - up *v g x in bounded lo hi B n (State (K := previous_from_start F) y up (Some (f x)))) ->
  (b <= f x ->
     let y := x +v - down *v g x in bounded lo hi B n (State (K := previous_from_start F) y down (Some (f x)))) ->
  bounded lo hi B (S n) (State (K := previous_from_start F) x r (Some b)).
Proof.
  intros Up Down Below Above. destruct (Rlt_dec (f x) b) as [L|L].
  - apply (step_is_bounded (K := previous_from_start F) _ _ _ _ _ _ up _ (Some (f x)) (/ F));
      [|exact Up|apply Below; lra].
    simpl. now destruct (Rlt_dec (f x) b).
  - apply (step_is_bounded (K := previous_from_start F) _ _ _ _ _ _ down _ (Some (f x)) F);
      [|exact Down|apply Above; lra].
    simpl. now destruct (Rlt_dec (f x) b).
Qed.

Lemma descends n x r b up : clip lo hi (/ F * r) = up -> (b <= f x -> f x <= f xs) ->
  (let y := x +v - up *v g x in bounded lo hi B n (State (K := previous_from_start F) y up (Some (f x)))) ->
  bounded lo hi B (S n) (State (K := previous_from_start F) x r (Some b)).
Proof.
  intros Up Rest Below. destruct (Rlt_dec (f x) b) as [L|L].
  - apply (step_is_bounded (K := previous_from_start F) _ _ _ _ _ _ up _ (Some (f x)) (/ F)); [|exact Up|exact Below].
    simpl. now destruct (Rlt_dec (f x) b).
  - apply rest_is_bounded; [exact B_nonneg|]. apply Rest. lra.
Qed.

Lemma best_forks n x r b up down : clip lo hi (/ F * r) = up -> clip lo hi (F * r) = down ->
  (f x <= b -> let y := x +v - up *v g x in bounded lo hi B n (State (K := best F) y up (f x))) ->
  (b <= f x -> let y := x +v - down *v g x in bounded lo hi B n (State (K := best F) y down b)) ->
  bounded lo hi B (S n) (State (K := best F) x r b).
Proof.
  intros Up Down Below Above. destruct (Rlt_dec (f x) b) as [L|L].
  - apply (step_is_bounded (K := best F) _ _ _ _ _ _ up _ (f x) (/ F)); [|exact Up|apply Below; lra].
    simpl. now destruct (Rlt_dec (f x) b).
  - apply (step_is_bounded (K := best F) _ _ _ _ _ _ down _ b F); [|exact Down|apply Above; lra].
    simpl. now destruct (Rlt_dec (f x) b).
Qed.

Lemma best_descends n x r b up : clip lo hi (/ F * r) = up -> (b <= f x -> f x <= f xs) ->
  (let y := x +v - up *v g x in bounded lo hi B n (State (K := best F) y up (f x))) ->
  bounded lo hi B (S n) (State (K := best F) x r b).
Proof.
  intros Up Rest Below. destruct (Rlt_dec (f x) b) as [L|L].
  - apply (step_is_bounded (K := best F) _ _ _ _ _ _ up _ (f x) (/ F)); [|exact Up|exact Below].
    simpl. now destruct (Rlt_dec (f x) b).
  - apply rest_is_bounded; [exact B_nonneg|]. apply Rest. lra.
Qed.
End Steps.
End Descent.

(** A real that is written as a fraction. *)
Ltac fractions := repeat constructor; unfold Q2R; cbn [Qnum Qden]; lra.

(** The rate that the rule comes to, where everything is a number or bounded by a hypothesis. *)
Ltac rate_is :=
  lazymatch goal with
  | |- clip ?lo ?hi ?z = ?r =>
      first [ replace z with r by field; apply clip_id; lra
            | apply clip_above; lra
            | unfold clip; rewrite Rmax_left by lra; rewrite Rmin_right by lra; lra ]
  end.
