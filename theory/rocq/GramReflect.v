(** Inner products of many vectors, decided by computing with rational numbers.

    An expression in inner products of combinations of n vectors is a linear form in their n (n + 1) / 2 Gram entries.
    The form is computed by a program on lists of rational numbers, and the program is proved right once; an identity
    then costs one run of it.  In the same way a bound is checked that is a combination of inequalities and of squares:

      goal = sum of multiplier * inequality + sum of d_k |l_k|^2 + rest,   multipliers and d_k not negative,

    where the diagonal of the rest dominates: with it, the vectors l_k may be rounded to few digits.  What the numbers
    are, and who found them, does not matter. *)

From Coq Require Import QArith Qabs Qreals Reals Lra Arith List.
From GreedyLR Require Import InnerProduct.
Import ListNotations.
Open Scope R_scope.

(** ** Rational numbers, kept reduced; zeros cost nothing *)
Definition qadd (a b : Q) : Q := match Qnum a, Qnum b with Z0, _ => b | _, Z0 => a | _, _ => Qred (a + b) end.
Definition qmul (a b : Q) : Q := match Qnum a, Qnum b with Z0, _ => 0%Q | _, Z0 => 0%Q | _, _ => Qred (a * b) end.
Definition is_zero (a : Q) : bool := match Qnum a with Z0 => true | _ => false end.

Lemma value_zero a : Qnum a = 0%Z -> Q2R a = 0.
Proof. intros H. unfold Q2R. rewrite H. apply Rmult_0_l. Qed.

Lemma value_red a : Q2R (Qred a) = Q2R a.
Proof. apply Qeq_eqR, Qred_correct. Qed.

Lemma value_add a b : Q2R (qadd a b) = Q2R a + Q2R b.
Proof.
  unfold qadd. destruct (Qnum a) eqn:A; [rewrite (value_zero a A); ring| |];
    (destruct (Qnum b) eqn:B; [rewrite (value_zero b B); ring| |]); rewrite value_red; apply Q2R_plus.
Qed.

Lemma value_mul a b : Q2R (qmul a b) = Q2R a * Q2R b.
Proof.
  unfold qmul. assert (Z : Q2R 0 = 0) by now apply value_zero.
  destruct (Qnum a) eqn:A; [rewrite Z, (value_zero a A); ring| |];
    (destruct (Qnum b) eqn:B; [rewrite Z, (value_zero b B); ring| |]); rewrite value_red; apply Q2R_mult.
Qed.

Lemma value_one : Q2R 1 = 1.
Proof. unfold Q2R. simpl. lra. Qed.

Lemma value_opp a : Q2R (- a) = - Q2R a.
Proof. apply Q2R_opp. Qed.

Lemma value_nonneg a : Qle_bool 0 a = true -> 0 <= Q2R a.
Proof.
  intros H. apply Qle_bool_imp_le, Qle_Rle in H. now rewrite (value_zero 0) in H by reflexivity.
Qed.

(** ** Coefficients of a list of things; what is missing is 0 *)
Fixpoint plus (a b : list Q) : list Q :=
  match a, b with [], _ => b | _, [] => a | x :: a', y :: b' => qadd x y :: plus a' b' end.
Definition times (c : Q) (a : list Q) : list Q := map (qmul c) a.
Definition minus (a b : list Q) : list Q := plus a (times (- (1)) b).
Fixpoint unit (k : nat) : list Q := match k with O => [1%Q] | S j => 0%Q :: unit j end.

Fixpoint weigh {A} (h : A -> R) (c : list Q) (l : list A) : R :=
  match c, l with x :: c', e :: l' => Q2R x * h e + weigh h c' l' | _, _ => 0 end.

Section Weigh.
Context {A : Type}.
Implicit Types (h : A -> R) (l : list A).

Lemma weigh_plus h a b l : weigh h (plus a b) l = weigh h a l + weigh h b l.
Proof.
  revert b l. induction a as [|x a IH]; intros [|y b] [|e l]; simpl; try ring.
  rewrite value_add, IH. ring.
Qed.

Lemma weigh_times h c a l : weigh h (times c a) l = Q2R c * weigh h a l.
Proof.
  revert l. induction a as [|x a IH]; intros [|e l]; simpl; try ring. unfold times in IH. rewrite value_mul, IH. ring.
Qed.

Lemma weigh_minus h a b l : weigh h (minus a b) l = weigh h a l - weigh h b l.
Proof. unfold minus. rewrite weigh_plus, weigh_times, value_opp, value_one. ring. Qed.

Lemma weigh_unit h k l : weigh h (unit k) l = nth k (map h l) 0.
Proof.
  revert l. induction k as [|k IH]; intros [|e l]; simpl; try reflexivity.
  - rewrite value_one. destruct l; simpl; ring.
  - rewrite IH, (value_zero 0) by reflexivity. ring.
Qed.

Lemma weigh_sum h h' x y c l :
  weigh (fun e => x * h e + y * h' e) c l = x * weigh h c l + y * weigh h' c l.
Proof. revert l. induction c as [|q c IH]; intros [|e l]; simpl; try ring. rewrite IH. ring. Qed.

Lemma weigh_ext h h' c l : (forall e, h e = h' e) -> weigh h c l = weigh h' c l.
Proof. intros H. revert l. induction c as [|q c IH]; intros [|e l]; simpl; auto. now rewrite H, IH. Qed.

Lemma weigh_nothing h c l : (forall e, h e = 0) -> weigh h c l = 0.
Proof. intros H. revert l. induction c as [|q c IH]; intros [|e l]; simpl; auto. rewrite H, IH. ring. Qed.

Lemma weigh_zeros h c l : forallb is_zero c = true -> weigh h c l = 0.
Proof.
  revert l. induction c as [|q c IH]; intros [|e l]; simpl; auto. intros H.
  apply andb_prop in H. destruct H as [Hq H]. rewrite IH by exact H. rewrite value_zero; [ring|].
  unfold is_zero in Hq. now destruct (Qnum q).
Qed.
End Weigh.

(** ** Gram forms: row i holds the coefficients of <e_i, e_i>, <e_i, e_(i+1)>, ... *)
Fixpoint product (a b : list Q) : list (list Q) :=
  match a, b with
  | x :: a', y :: b' => (qmul x y :: plus (times x b') (times y a')) :: product a' b'
  | _, _ => []
  end.
Fixpoint add_rows (m n : list (list Q)) : list (list Q) :=
  match m, n with [], _ => n | _, [] => m | r :: m', s :: n' => plus r s :: add_rows m' n' end.

Section Forms.
Context {V : space}.
Implicit Types (es : list V) (u v y : V) (vals : list R).

Fixpoint quadratic (m : list (list Q)) es : R :=
  match m, es with row :: m', e :: es' => weigh (fun d => inner d e) row es + quadratic m' es' | _, _ => 0 end.

Lemma quadratic_product a b es :
  quadratic (product a b) es = weigh (fun d => weigh (fun e => inner e d) b es) a es.
Proof.
  revert a b. induction es as [|e es IH]; intros [|x a] [|y b]; cbn [quadratic product weigh]; try reflexivity.
  - rewrite weigh_nothing by reflexivity. ring.
  - rewrite value_mul, weigh_plus, !weigh_times, IH.
    rewrite (weigh_ext (fun d => Q2R y * inner e d + weigh (fun e' => inner e' d) b es)
                       (fun d => Q2R y * inner d e + 1 * weigh (fun e' => inner e' d) b es))
      by (intros d; rewrite (inner_sym e d); ring).
    rewrite weigh_sum. ring.
Qed.

Lemma quadratic_add m n es : quadratic (add_rows m n) es = quadratic m es + quadratic n es.
Proof.
  revert n es. induction m as [|r m IH]; intros [|s n] [|e es]; cbn [quadratic add_rows]; try ring.
  rewrite weigh_plus, IH. ring.
Qed.

Lemma quadratic_times c m es : quadratic (map (times c) m) es = Q2R c * quadratic m es.
Proof.
  revert es. induction m as [|r m IH]; intros [|e es]; cbn [quadratic map]; try ring. rewrite weigh_times, IH. ring.
Qed.

Lemma quadratic_zeros m es : forallb (forallb is_zero) m = true -> quadratic m es = 0.
Proof.
  revert es. induction m as [|r m IH]; intros [|e es] H; cbn [quadratic]; auto. simpl in H.
  apply andb_prop in H. destruct H as [Hr H]. rewrite weigh_zeros, IH by assumption. ring.
Qed.

(** A vector is known by its inner products: those of a combination of [es]. *)
Definition means es (c : list Q) v : Prop := forall y, inner v y = weigh (fun e => inner e y) c es.

Lemma means_inner es a b u v : means es a u -> means es b v -> inner u v = quadratic (product a b) es.
Proof.
  intros A B. rewrite A, quadratic_product. apply weigh_ext. intros e. now rewrite inner_sym, B.
Qed.

Lemma means_zero es : means es [] zero.
Proof. intros y. apply inner_zero_l. Qed.

Lemma means_add es a b u v : means es a u -> means es b v -> means es (plus a b) (u +v v).
Proof. intros A B y. now rewrite inner_add_l, weigh_plus, A, B. Qed.

Lemma means_scale es c a v : means es a v -> means es (times c a) (Q2R c *v v).
Proof. intros A y. now rewrite inner_scale_l, weigh_times, A. Qed.

Lemma means_sub es a b u v : means es a u -> means es b v -> means es (minus a b) (u -v v).
Proof.
  intros A B y. unfold sub. rewrite inner_add_l, inner_scale_l, weigh_minus, A, B. ring.
Qed.

Lemma means_unit es k : means es (unit k) (nth k es zero).
Proof.
  intros y. rewrite weigh_unit. rewrite <- (map_nth (fun e => inner e y)). now rewrite inner_zero_l.
Qed.

Lemma square_nonneg c es : 0 <= quadratic (product c c) es.
Proof.
  assert (H : exists v, means es c v).
  { revert c. induction es as [|e es IH]; intros [|x c]; try (exists zero; intros y; apply inner_zero_l).
    destruct (IH c) as [v Hv]. exists (Q2R x *v e +v v). intros y. now rewrite inner_add_l, inner_scale_l, Hv. }
  destruct H as [v H]. rewrite <- (means_inner es c c v v H H). apply inner_nonneg.
Qed.

(** A form whose diagonal dominates is not negative: 2 |<x, e>| <= |x|^2 + |e|^2.  [owed] is what the rows before have
    used up of the diagonal. *)
Definition half (a : Q) : Q := qmul (1 # 2) (Qabs a).
Fixpoint dominated (owed : list Q) (m : list (list Q)) : bool :=
  match m with
  | [] => forallb is_zero owed
  | [] :: m' => match owed with [] => true | o :: _ => is_zero o end && dominated (tl owed) m'
  | (d :: r) :: m' =>
      Qle_bool 0 (fold_right (fun a s => qadd s (- half a)) (qadd d (- hd 0%Q owed)) r)
      && dominated (plus (tl owed) (map half r)) m'
  end.

Lemma half_right a : Q2R (half a) = Rabs (Q2R a) / 2.
Proof.
  unfold half. rewrite value_mul. replace (Q2R (1 # 2)) with (/ 2) by (unfold Q2R; simpl; lra).
  apply (Qabs_case a (fun b => / 2 * Q2R b = Rabs (Q2R a) / 2)); intros H; apply Qle_Rle in H;
    rewrite (value_zero 0) in H by reflexivity; [rewrite Rabs_right|rewrite value_opp, Rabs_left1]; lra.
Qed.

Lemma row_dominated e r es :
  0 <= weigh (fun d => inner d e) r es + weigh norm2 (map half r) es
       + fold_right (fun a s => s + Rabs (Q2R a) / 2) 0 r * norm2 e.
Proof.
  revert es. assert (N := norm2_nonneg e). induction r as [|a r IH]; intros es; cbn [weigh map fold_right]; [lra|].
  assert (A := Rabs_pos (Q2R a)). destruct es as [|d es].
  - specialize (IH []). destruct r; cbn [weigh map fold_right] in *; nra.
  - cbn [weigh]. specialize (IH es). rewrite half_right.
    assert (P := norm2_nonneg (d +v e)). assert (M := norm2_nonneg (d -v e)).
    assert (EP : norm2 (d +v e) = norm2 d + 2 * inner d e + norm2 e) by inner_ring.
    assert (EM : norm2 (d -v e) = norm2 d - 2 * inner d e + norm2 e) by inner_ring.
    rewrite EP in P. rewrite EM in M.
    assert (- (Rabs (Q2R a) / 2 * (norm2 d + norm2 e)) <= Q2R a * inner d e).
    { unfold Rabs in *. destruct (Rcase_abs (Q2R a)); nra. }
    lra.
Qed.

Lemma dominated_right owed m es : dominated owed m = true -> weigh norm2 owed es <= quadratic m es.
Proof.
  revert owed es. induction m as [|[|d r] m IH]; intros owed es H; cbn [dominated] in H.
  - rewrite weigh_zeros by exact H. apply Rle_refl.
  - apply andb_prop in H. destruct H as [Z H]. destruct es as [|e es]; [destruct owed; apply Rle_refl|].
    specialize (IH _ es H). destruct owed as [|o owed]; cbn [weigh quadratic tl] in *; [destruct es; cbn in *; lra|].
    unfold is_zero in Z. rewrite (value_zero o) by now destruct (Qnum o). lra.
  - apply andb_prop in H. destruct H as [Z H]. destruct es as [|e es]; [destruct owed; apply Rle_refl|].
    specialize (IH _ es H). rewrite weigh_plus in IH. cbn [quadratic weigh].
    assert (E : forall q, Q2R (fold_right (fun a s => qadd s (- half a)) q r)
                     = Q2R q - fold_right (fun a s => s + Rabs (Q2R a) / 2) 0 r).
    { intros q. clear. induction r as [|a r IH]; cbn [fold_right]; [lra|].
      rewrite value_add, value_opp, half_right, IH. lra. }
    apply value_nonneg in Z. rewrite E, value_add, value_opp in Z.
    assert (S := row_dominated e r es). assert (N := norm2_nonneg e). unfold norm2 at 1 in N. fold (norm2 e) in N.
    assert (O : weigh norm2 owed (e :: es) = Q2R (hd 0%Q owed) * norm2 e + weigh norm2 (tl owed) es).
    { destruct owed as [|o owed]; cbn [weigh hd tl]; [rewrite (value_zero 0) by reflexivity; destruct es; cbn|]; lra. }
    rewrite O. fold (norm2 e).
    set (t := fold_right (fun a s => s + Rabs (Q2R a) / 2) 0 r) in *.
    assert (Y : 0 <= (Q2R d + - Q2R (hd 0%Q owed) - t) * norm2 e) by now apply Rmult_le_pos.
    lra.
Qed.

(** ** Forms in scalars and Gram entries *)
Record form := Form { linear : list Q; gram : list (list Q) }.
Definition add_form (p q : form) : form := Form (plus (linear p) (linear q)) (add_rows (gram p) (gram q)).
Definition times_form (c : Q) (p : form) : form := Form (times c (linear p)) (map (times c) (gram p)).
Definition is_nothing (p : form) : bool := forallb is_zero (linear p) && forallb (forallb is_zero) (gram p).

Section Reads.
Variables (vals : list R) (es : list V).
Definition reads (p : form) : R := weigh (fun x => x) (linear p) vals + quadratic (gram p) es.

Lemma reads_add p q : reads (add_form p q) = reads p + reads q.
Proof. unfold reads. simpl. rewrite weigh_plus, quadratic_add. ring. Qed.

Lemma reads_times c p : reads (times_form c p) = Q2R c * reads p.
Proof. unfold reads. simpl. rewrite weigh_times, quadratic_times. ring. Qed.

Lemma reads_nothing p : is_nothing p = true -> reads p = 0.
Proof.
  intros H. apply andb_prop in H. destruct H as [H1 H2]. unfold reads.
  rewrite weigh_zeros, quadratic_zeros by assumption. ring.
Qed.

(** ** Combinations of inequalities and squares *)
Definition nonneg {A} (l : list (Q * A)) : bool := forallb (fun p => Qle_bool 0 (fst p)) l.
Definition combined (facts : list (Q * form)) (squares : list (Q * list Q)) : form :=
  fold_right (fun p => add_form (times_form (fst p) (snd p)))
    (fold_right (fun p => add_form (times_form (fst p) (Form [] (product (snd p) (snd p))))) (Form [] []) squares)
    facts.
Definition certifies (goal : form) (facts : list (Q * form)) (squares : list (Q * list Q)) : bool :=
  let rest := add_form goal (times_form (- (1)) (combined facts squares)) in
  nonneg facts && nonneg squares && forallb is_zero (linear rest) && dominated [] (gram rest).

Theorem combination goal facts squares : certifies goal facts squares = true ->
  Forall (fun p => 0 <= reads (snd p)) facts -> 0 <= reads goal.
Proof.
  intros H Hf. apply andb_prop in H. destruct H as [H D]. apply andb_prop in H. destruct H as [H Z].
  apply andb_prop in H. destruct H as [N1 N2].
  assert (Rest : 0 <= reads (add_form goal (times_form (- (1)) (combined facts squares)))).
  { unfold reads. rewrite weigh_zeros by exact Z. apply (dominated_right _ _ es) in D. cbn [weigh] in D. lra. }
  rewrite reads_add, reads_times, value_opp, value_one in Rest.
  enough (0 <= reads (combined facts squares)) by lra. clear Rest Z D goal. unfold combined.
  induction Hf as [|[c p] facts Hp _ IH]; simpl in *.
  - induction squares as [|[d l] squares IH]; simpl in *; [unfold reads; simpl; lra|].
    apply andb_prop in N2. destruct N2 as [Hd N2]. rewrite reads_add, reads_times.
    apply Rplus_le_le_0_compat; [|now apply IH]. apply Rmult_le_pos; [now apply value_nonneg|].
    unfold reads. simpl. assert (P := square_nonneg l es). lra.
  - apply andb_prop in N1. destruct N1 as [Hc N1]. rewrite reads_add, reads_times.
    apply Rplus_le_le_0_compat; [|now apply IH]. apply Rmult_le_pos; [now apply value_nonneg|exact Hp].
Qed.

(** ** Expressions, and identities between them *)
Inductive number := Whole (a : Z) | Ratio (a : Z) (b : positive) | Opposite (c : number).
Inductive vector := Zero | Atom (k : nat) | Add (u v : vector) | Sub (u v : vector) | Scale (c : number) (v : vector).
Inductive scalar :=
  | Value (k : nat) | Inner (u v : vector) | Norm2 (v : vector)
  | Plus (p q : scalar) | Minus (p q : scalar) | Times (c : number) (p : scalar) | Neg (p : scalar).

Fixpoint real (c : number) : R :=
  match c with Whole a => IZR a | Ratio a b => IZR a / IZR (Zpos b) | Opposite d => - real d end.
Fixpoint rational (c : number) : Q :=
  match c with Whole a => inject_Z a | Ratio a b => a # b | Opposite d => - rational d end.

Lemma rational_right c : Q2R (rational c) = real c.
Proof.
  induction c as [a|a b|c IH]; simpl; [|reflexivity|now rewrite value_opp, IH].
  unfold Q2R. simpl. field.
Qed.

Fixpoint the_vector (v : vector) : V :=
  match v with
  | Zero => zero | Atom k => nth k es zero | Add u w => the_vector u +v the_vector w
  | Sub u w => the_vector u -v the_vector w | Scale c w => real c *v the_vector w
  end.
Fixpoint the_scalar (p : scalar) : R :=
  match p with
  | Value k => nth k vals 0 | Inner u v => inner (the_vector u) (the_vector v) | Norm2 v => norm2 (the_vector v)
  | Plus p q => the_scalar p + the_scalar q | Minus p q => the_scalar p - the_scalar q
  | Times c q => real c * the_scalar q | Neg q => - the_scalar q
  end.

Fixpoint coordinates (v : vector) : list Q :=
  match v with
  | Zero => [] | Atom k => unit k | Add u w => plus (coordinates u) (coordinates w)
  | Sub u w => minus (coordinates u) (coordinates w) | Scale c w => times (rational c) (coordinates w)
  end.
Fixpoint normal (p : scalar) : form :=
  match p with
  | Value k => Form (unit k) []
  | Inner u v => Form [] (product (coordinates u) (coordinates v))
  | Norm2 v => Form [] (product (coordinates v) (coordinates v))
  | Plus p q => add_form (normal p) (normal q)
  | Minus p q => add_form (normal p) (times_form (- (1)) (normal q))
  | Times c q => times_form (rational c) (normal q)
  | Neg q => times_form (- (1)) (normal q)
  end.

Lemma coordinates_right (v : vector) : means es (coordinates v) (the_vector v).
Proof.
  induction v as [|k|u IHu w IHw|u IHu w IHw|c w IH]; simpl.
  - apply means_zero.
  - apply means_unit.
  - now apply means_add.
  - now apply means_sub.
  - rewrite <- rational_right. now apply means_scale.
Qed.

Theorem normal_right p : the_scalar p = reads (normal p).
Proof.
  induction p as [k|u v|v|p IHp q IHq|p IHp q IHq|c q IH|q IH]; simpl.
  - unfold reads. simpl. rewrite weigh_unit, map_id. ring.
  - unfold reads. simpl. rewrite (means_inner es (coordinates u) (coordinates v)) by apply coordinates_right. ring.
  - unfold reads, norm2. simpl. rewrite (means_inner es (coordinates v) (coordinates v)) by apply coordinates_right.
    ring.
  - now rewrite reads_add, IHp, IHq.
  - rewrite reads_add, reads_times, value_opp, value_one, IHp, IHq. ring.
  - now rewrite reads_times, IH, rational_right.
  - rewrite reads_times, value_opp, value_one, IH. ring.
Qed.

Theorem identity p q : is_nothing (normal (Minus p q)) = true -> the_scalar p = the_scalar q.
Proof.
  intros H. apply reads_nothing in H. rewrite <- normal_right in H. simpl in H. lra.
Qed.
End Reads.
End Forms.

Ltac position_in x l :=
  lazymatch l with
  | cons x _ => constr:(O)
  | cons _ ?m => let k := position_in x m in constr:(S k)
  | _ => fail "not among the given atoms:" x
  end.
Ltac read_number c :=
  lazymatch c with
  | IZR ?a / IZR (Zpos ?b) => constr:(Ratio a b)
  | IZR ?a => constr:(Whole a)
  | - ?d => let d' := read_number d in constr:(Opposite d')
  | _ => fail "not a rational number:" c
  end.
Ltac read_vector v es :=
  lazymatch v with
  | zero => constr:(Zero)
  | ?u +v ?w => let a := read_vector u es in let b := read_vector w es in constr:(Add a b)
  | ?u -v ?w => let a := read_vector u es in let b := read_vector w es in constr:(Sub a b)
  | ?c *v ?w => let a := read_number c in let b := read_vector w es in constr:(Scale a b)
  | _ => let k := position_in v es in constr:(Atom k)
  end.
Ltac read_scalar p vals es :=
  lazymatch p with
  | inner ?u ?v => let a := read_vector u es in let b := read_vector v es in constr:(Inner a b)
  | norm2 ?v => let a := read_vector v es in constr:(Norm2 a)
  | ?q + ?r => let a := read_scalar q vals es in let b := read_scalar r vals es in constr:(Plus a b)
  | ?q - ?r => let a := read_scalar q vals es in let b := read_scalar r vals es in constr:(Minus a b)
  | ?c * ?q => let a := read_number c in let b := read_scalar q vals es in constr:(Times a b)
  | - ?q => let a := read_scalar q vals es in constr:(Neg a)
  | _ => let k := position_in p vals in constr:(Value k)
  end.

(** An identity between inner products of combinations of the vectors [es] with rational coefficients; other reals that
    occur are listed in [vals]. *)
Ltac gram_identity vals es :=
  lazymatch goal with
  | |- ?p = ?q =>
      let a := read_scalar p vals es in let b := read_scalar q vals es in
      change (the_scalar vals es a = the_scalar vals es b);
      apply identity; vm_compute; reflexivity
  end.
