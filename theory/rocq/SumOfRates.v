(** The last iterate of gradient descent at any rates up to 1/L: the worst case depends on their sum only.

    For a convex L-smooth f with minimiser xs and rates 0 < gamma_t <= 1/L, with S = L (gamma_0 + ... + gamma_(N-1)),

      f(x_N) - f(xs) <= L |x_0 - xs|^2 / (2 (2 S + 1)),

    and a Huber function attains it.  [WorstUnderCap] draws the conclusion for GreedyLR.

    The proof adds the inequalities f(x_(t-1)) >= f(x_t) + ... and f(xs) >= f(x_t) + ... with the weights lambda_t and
    mu_t = lambda_(t+1) - lambda_t, where lambda_t = s_t / (2 S - s_(t-1)) and s_t = L (gamma_0 + ... + gamma_(t-1)).
    What is left are squared distances of gradients, with weights that are not negative. *)

From Coq Require Import Reals Lra Lia.
From GreedyLR Require Import InnerProduct Expectation Functions Trajectory FullBatch HuberLowerBound.
Open Scope R_scope.

Section Weights.
Variables (c : nat -> R) (N : nat).
Hypothesis N_pos : (0 < N)%nat.
Hypothesis c_pos : forall t, (t < N)%nat -> 0 < c t.

Definition partial (t : nat) : R := sum t c.
Definition before (t : nat) : R := match t with O => 0 | S k => c k end.
Definition lambda (t : nat) : R := match t with O => 0 | S k => partial (S k) / (2 * partial N - partial k) end.
Definition mu (t : nat) : R := lambda (S t) - lambda t.
Definition beta (t : nat) : R := (2 * partial N + 1) * mu t - c t.

Lemma partial_S t : partial (S t) = partial t + c t.
Proof. reflexivity. Qed.

Lemma partial_bounds t : (t <= N)%nat -> 0 <= partial t <= partial N.
Proof.
  intros Ht. assert (Low : forall k, (k <= N)%nat -> 0 <= partial k).
  { induction k; intros Hk; [unfold partial; simpl; lra|].
    rewrite partial_S. assert (A := IHk ltac:(lia)). assert (B := c_pos k ltac:(lia)). lra. }
  assert (Up : forall k, (t + k <= N)%nat -> partial t <= partial (t + k)).
  { induction k; intros Hk; [rewrite Nat.add_0_r; lra|]. rewrite Nat.add_succ_r, partial_S.
    assert (A := IHk ltac:(lia)). assert (B := c_pos (t + k) ltac:(lia)). lra. }
  split; [now apply Low|]. replace N with (t + (N - t))%nat by lia. apply Up. lia.
Qed.

Lemma total_pos : 0 < partial N.
Proof.
  destruct N as [|n] eqn:E; [lia|]. rewrite <- E in *. replace (partial N) with (partial n + c n) by now rewrite E.
  assert (A := partial_bounds n ltac:(lia)). assert (B := c_pos n ltac:(lia)). lra.
Qed.

Lemma room_pos t : (t <= N)%nat -> 0 < 2 * partial N - partial t.
Proof. intros H. assert (A := partial_bounds t H). assert (B := total_pos). lra. Qed.

Lemma lambda_eq t : (t <= N)%nat -> (2 * partial N - partial t + before t) * lambda t = partial t.
Proof.
  intros H. destruct t as [|k]; [unfold partial; simpl; ring|]. unfold lambda, before.
  rewrite partial_S. assert (A := room_pos k ltac:(lia)). field. lra.
Qed.

Lemma before_nonneg t : (t <= N)%nat -> 0 <= before t.
Proof. intros H. destruct t; simpl; [lra|]. assert (A := c_pos t ltac:(lia)). lra. Qed.

Lemma lambda_nonneg t : (t <= N)%nat -> 0 <= lambda t.
Proof.
  intros H. destruct t as [|k]; [simpl; lra|]. unfold lambda.
  apply Rmult_le_pos; [apply partial_bounds; lia|]. left. apply Rinv_0_lt_compat, room_pos. lia.
Qed.

Lemma mu_eq t : (t < N)%nat -> mu t * (2 * partial N - partial t) = lambda t * before t + c t.
Proof.
  intros H. assert (A := lambda_eq t ltac:(lia)). assert (B := room_pos t ltac:(lia)).
  assert (E : lambda (S t) * (2 * partial N - partial t) = partial t + c t).
  { unfold lambda. rewrite partial_S. field. lra. }
  unfold mu. lra.
Qed.

Lemma mu_nonneg t : (t < N)%nat -> 0 <= mu t.
Proof.
  intros H. assert (E := mu_eq t H). assert (B := room_pos t ltac:(lia)). assert (P := c_pos t H).
  assert (0 <= lambda t * before t) by (apply Rmult_le_pos; [apply lambda_nonneg|apply before_nonneg]; lia).
  apply (Rmult_le_reg_r (2 * partial N - partial t)); [exact B|]. lra.
Qed.

Lemma beta_nonneg t : (t < N)%nat -> 0 <= beta t.
Proof.
  intros H. assert (E := mu_eq t H). assert (M := mu_nonneg t H). assert (B := partial_bounds t ltac:(lia)).
  assert (0 <= lambda t * before t) by (apply Rmult_le_pos; [apply lambda_nonneg|apply before_nonneg]; lia).
  assert (0 <= mu t * (1 + partial t)) by (apply Rmult_le_pos; lra). unfold beta. lra.
Qed.

Lemma lambda_last_le_1 : lambda N <= 1.
Proof.
  assert (E := lambda_eq N (Nat.le_refl N)). assert (B := before_nonneg N (Nat.le_refl N)). assert (T := total_pos).
  assert (K := lambda_nonneg N (Nat.le_refl N)). assert (0 <= before N * lambda N) by (apply Rmult_le_pos; lra).
  apply (Rmult_le_reg_l (partial N)); [exact T|]. lra.
Qed.
End Weights.

Section LastIterate.
Context {V : space}.
Variables (f : V -> R) (g : V -> V) (L : R) (xs x0 : V) (gamma : nat -> R) (N : nat).
Hypothesis convexity : convex f g.
Hypothesis smoothness : smooth f g L.
Hypothesis L_pos : 0 < L.
Hypothesis stationary : g xs = zero.
Hypothesis N_pos : (0 < N)%nat.
Hypothesis rates : forall t, (t < N)%nat -> 0 < gamma t /\ L * gamma t <= 1.

Let c (t : nat) : R := L * gamma t.
Local Notation x_ t := (gradient_run g gamma x0 t).
Local Notation s := (partial c).
Local Notation e := (before c).
Local Notation lam := (lambda c N).
Local Notation m := (mu c N).
Local Notation total := (2 * partial c N + 1).

Lemma c_pos : forall t, (t < N)%nat -> 0 < c t.
Proof. intros t H. unfold c. apply Rmult_lt_0_compat; [exact L_pos|apply rates, H]. Qed.

(** The sums of mu_t g_t and of beta_t |g_t|^2. *)
Fixpoint pulled (t : nat) : V := match t with O => zero | S k => pulled k +v m k *v g (x_ k) end.
Fixpoint spread_sum (t : nat) : R := match t with O => 0 | S k => spread_sum k + beta c N k * norm2 (g (x_ k)) end.

(** The sum of beta_k |g_k - v|^2, expanded. *)
Lemma spread_nonneg v t : (t <= N)%nat ->
  0 <= spread_sum t - 2 * (total * inner (pulled t) v - L * inner (x0 -v x_ t) v) + (total * lam t - s t) * norm2 v.
Proof.
  induction t as [|t IH]; intros Ht.
  - simpl. right. unfold partial. simpl. inner_ring.
  - specialize (IH ltac:(lia)). assert (B := beta_nonneg c N N_pos c_pos t ltac:(lia)).
    assert (D := norm2_nonneg (g (x_ t) -v v)). set (b := beta c N t) in *.
    assert (P : 0 <= b * norm2 (g (x_ t) -v v)) by now apply Rmult_le_pos.
    eapply Rle_trans; [apply Rplus_le_le_0_compat; [exact IH|exact P]|]. right.
    assert (Eb : b = total * m t - c t) by reflexivity. assert (Em : lam (S t) = lam t + m t) by (unfold mu; ring).
    change (spread_sum (S t)) with (spread_sum t + b * norm2 (g (x_ t))).
    change (pulled (S t)) with (pulled t +v m t *v g (x_ t)).
    change (x_ (S t)) with (x_ t +v - gamma t *v g (x_ t)).
    rewrite Em, partial_S, Eb. unfold c. set (y := x_ t). set (a := g y). inner_ring.
Qed.

(** The potential: it never falls below 0. *)
Definition potential (t : nat) : R :=
  lam t * (f xs - f (x_ t)) + inner (x0 -v xs) (pulled t)
  - / (2 * L) * (total * norm2 (pulled t) + lam t * e t * norm2 (g (x_ t)) + (1 - lam t) * spread_sum t).

Lemma from_minimiser y : 0 <= f xs - f y - inner (g y) (xs -v y) - / (2 * L) * norm2 (g y).
Proof.
  assert (I := interpolation f g L L_pos y xs convexity smoothness). rewrite stationary in I.
  replace (norm2 (g y -v zero)) with (norm2 (g y)) in I by inner_ring. lra.
Qed.

Lemma potential_step t : (t < N)%nat -> 0 <= potential t -> 0 <= potential (S t).
Proof.
  intros Ht H. destruct (rates t Ht) as [Gp Gc].
  assert (I := interpolation f g L L_pos (x_ (S t)) (x_ t) convexity smoothness).
  assert (J := from_minimiser (x_ t)). assert (K := spread_nonneg (g (x_ t)) t ltac:(lia)).
  assert (D := norm2_nonneg (g (x_ t) -v g (x_ (S t)))).
  assert (M := mu_nonneg c N N_pos c_pos t Ht). assert (Lam := lambda_nonneg c N N_pos c_pos (S t) ltac:(lia)).
  assert (E := mu_eq c N N_pos c_pos t Ht). assert (Em : lam (S t) = lam t + m t) by (unfold mu; ring).
  assert (Eb : beta c N t = total * m t - c t) by reflexivity.
  assert (Inv : 0 < / (2 * L)) by (apply Rinv_0_lt_compat; lra).
  set (I' := f (x_ t) - (f (x_ (S t)) + inner (g (x_ (S t))) (x_ t -v x_ (S t))
                         + / (2 * L) * norm2 (g (x_ (S t)) -v g (x_ t)))).
  assert (HI : 0 <= lam (S t) * I') by (apply Rmult_le_pos; [exact Lam|unfold I'; lra]).
  assert (HJ := Rmult_le_pos _ _ M J).
  assert (HK : 0 <= / (2 * L) * (m t * (spread_sum t
      - 2 * (total * inner (pulled t) (g (x_ t)) - L * inner (x0 -v x_ t) (g (x_ t)))
      + (total * lam t - s t) * norm2 (g (x_ t))))).
  { apply Rmult_le_pos; [lra|]. apply Rmult_le_pos; [exact M|exact K]. }
  assert (HD : 0 <= / (2 * L) * (lam (S t) * (1 - c t) * norm2 (g (x_ t) -v g (x_ (S t))))).
  { apply Rmult_le_pos; [lra|]. apply Rmult_le_pos; [|exact D]. apply Rmult_le_pos; [exact Lam|]. unfold c. lra. }
  assert (Id : potential (S t) = potential t + lam (S t) * I'
      + m t * (f xs - f (x_ t) - inner (g (x_ t)) (xs -v x_ t) - / (2 * L) * norm2 (g (x_ t)))
      + / (2 * L) * (m t * (spread_sum t
          - 2 * (total * inner (pulled t) (g (x_ t)) - L * inner (x0 -v x_ t) (g (x_ t)))
          + (total * lam t - s t) * norm2 (g (x_ t))))
      + / (2 * L) * (lam (S t) * (1 - c t) * norm2 (g (x_ t) -v g (x_ (S t))))
      + / (2 * L) * ((lam t * e t + c t - m t * (2 * partial c N - s t)) * norm2 (g (x_ t)))).
  { unfold potential, I'. cbn [spread_sum pulled before].
    change (x_ (S t)) with (x_ t +v - gamma t *v g (x_ t)). rewrite Em, Eb. unfold c at 1 2 3 4 5.
    fold c. set (y := x_ t). set (a := g y). set (b := g (y +v - gamma t *v a)). set (G := pulled t).
    set (fy := f y). set (fz := f (y +v - gamma t *v a)). set (l := lam t). set (u := m t).
    set (T := partial c N). set (st := partial c t). set (sp := spread_sum t). set (et := e t).
    unfold c. inner_field. }
  rewrite Id, E. lra.
Qed.

Lemma potential_nonneg t : (t <= N)%nat -> 0 <= potential t.
Proof.
  induction t as [|t IH]; intros H; [|apply potential_step; [lia|apply IH; lia]].
  unfold potential. simpl. right. inner_field.
Qed.

(** ** The last iterate *)
Theorem last_iterate : f (x_ N) - f xs <= L * norm2 (x0 -v xs) / (2 * (2 * L * sum N gamma + 1)).
Proof.
  assert (P := potential_nonneg N (Nat.le_refl N)). assert (J := from_minimiser (x_ N)).
  assert (K := spread_nonneg (g (x_ N)) N (Nat.le_refl N)). assert (E := lambda_eq c N N_pos c_pos N (Nat.le_refl N)).
  assert (Up := lambda_last_le_1 c N N_pos c_pos). assert (T := total_pos c N N_pos c_pos).
  assert (ES : 2 * L * sum N gamma = 2 * partial c N).
  { unfold partial. replace (sum N c) with (L * sum N gamma) by (unfold c; symmetry; apply sum_scal). ring. }
  rewrite ES. unfold potential in P.
  set (l := lam N) in *. set (a := g (x_ N)) in *. set (G := pulled N) in *. set (S' := partial c N) in *.
  set (sp := spread_sum N) in *. set (et := e N) in *. set (y := x_ N) in *.
  assert (Inv : 0 < / (2 * L)) by (apply Rinv_0_lt_compat; lra).
  assert (HJ : 0 <= (1 - l) * (f xs - f y - inner a (xs -v y) - / (2 * L) * norm2 a)) by (apply Rmult_le_pos; lra).
  assert (HK : 0 <= / (2 * L) * ((1 - l) * (sp - 2 * ((2 * S' + 1) * inner G a - L * inner (x0 -v y) a)
      + ((2 * S' + 1) * l - S') * norm2 a))).
  { apply Rmult_le_pos; [lra|]. apply Rmult_le_pos; [lra|exact K]. }
  assert (Q := norm2_nonneg (L *v (x0 -v xs) -v (2 * S' + 1) *v (G +v (1 - l) *v a))).
  assert (HQ : 0 <= / (2 * L * (2 * S' + 1)) * norm2 (L *v (x0 -v xs) -v (2 * S' + 1) *v (G +v (1 - l) *v a))).
  { apply Rmult_le_pos; [left; apply Rinv_0_lt_compat, Rmult_lt_0_compat; lra|exact Q]. }
  assert (Id : L * norm2 (x0 -v xs) / (2 * (2 * S' + 1)) - (f y - f xs)
      = (l * (f xs - f y) + inner (x0 -v xs) G
         - / (2 * L) * ((2 * S' + 1) * norm2 G + l * et * norm2 a + (1 - l) * sp))
      + (1 - l) * (f xs - f y - inner a (xs -v y) - / (2 * L) * norm2 a)
      + / (2 * L) * ((1 - l) * (sp - 2 * ((2 * S' + 1) * inner G a - L * inner (x0 -v y) a)
          + ((2 * S' + 1) * l - S') * norm2 a))
      + / (2 * L * (2 * S' + 1)) * norm2 (L *v (x0 -v xs) -v (2 * S' + 1) *v (G +v (1 - l) *v a))
      + / (2 * L) * (((2 * S' - S' + et) * l - S') * norm2 a)).
  { expand_inner. field. split; lra. }
  rewrite E in Id. lra.
Qed.
End LastIterate.

(** ** The bound is attained on a Huber function, whatever the rates *)
Section Attained.
Variables (L r : R) (gamma : nat -> R) (N : nat).
Hypothesis L_pos : 0 < L.
Hypothesis r_pos : 0 < r.
Hypothesis rates : forall t, (t < N)%nat -> 0 <= gamma t.

(** The width at which N steps from r end above the slope's end. *)
Definition end_width : R := r / (2 * L * sum N gamma + 1).
Local Notation d := end_width.
Local Notation x_ t := (gradient_run (V := line) (huber_slope L d) gamma r t).

Lemma sum_bounds t : (t <= N)%nat -> 0 <= sum t gamma <= sum N gamma.
Proof.
  intros Ht. assert (Low : forall k, (k <= N)%nat -> 0 <= sum k gamma).
  { induction k; intros Hk; simpl; [lra|]. assert (A := IHk ltac:(lia)). assert (B := rates k ltac:(lia)). lra. }
  assert (Up : forall k, (t + k <= N)%nat -> sum t gamma <= sum (t + k) gamma).
  { induction k; intros Hk; [rewrite Nat.add_0_r; lra|]. rewrite Nat.add_succ_r. simpl.
    assert (A := IHk ltac:(lia)). assert (B := rates (t + k) ltac:(lia)). lra. }
  split; [now apply Low|]. replace N with (t + (N - t))%nat by lia. apply Up. lia.
Qed.

Lemma stretch : 0 < 2 * L * sum N gamma + 1.
Proof.
  assert (A := sum_bounds N (Nat.le_refl N)). assert (0 <= L * sum N gamma) by (apply Rmult_le_pos; lra). lra.
Qed.

Lemma end_width_pos : 0 < d.
Proof. apply Rdiv_lt_0_compat; [exact r_pos|exact stretch]. Qed.

Lemma start_is : r = d * (2 * L * sum N gamma + 1).
Proof. assert (A := stretch). unfold end_width. field. lra. Qed.

Lemma down_the_slope t : (t <= N)%nat -> x_ t = d * (2 * L * sum N gamma + 1 - L * sum t gamma) /\ d <= x_ t.
Proof.
  intros Ht. assert (P := end_width_pos). assert (B := sum_bounds t Ht).
  assert (Far : d <= d * (2 * L * sum N gamma + 1 - L * sum t gamma)).
  { rewrite <- (Rmult_1_r d) at 1. apply Rmult_le_compat_l; [lra|].
    assert (L * sum t gamma <= L * sum N gamma) by (apply Rmult_le_compat_l; lra).
    assert (0 <= L * sum N gamma) by (apply Rmult_le_pos; lra). lra. }
  enough (E : x_ t = d * (2 * L * sum N gamma + 1 - L * sum t gamma)) by (now rewrite E).
  clear Far B. induction t as [|t IH].
  - simpl. rewrite start_is at 1. ring.
  - assert (B := sum_bounds t ltac:(lia)).
    assert (Far : d <= x_ t).
    { rewrite IH by lia. rewrite <- (Rmult_1_r d) at 1. apply Rmult_le_compat_l; [lra|].
      assert (L * sum t gamma <= L * sum N gamma) by (apply Rmult_le_compat_l; lra).
      assert (0 <= L * sum N gamma) by (apply Rmult_le_pos; lra). lra. }
    change (x_ t + - gamma t * (L * clamp d (x_ t)) = d * (2 * L * sum N gamma + 1 - L * sum (S t) gamma)).
    rewrite (clamp_far d P _ Far), IH by lia. simpl. ring.
Qed.

Lemma descent_down_the_slope : huber L d (x_ N) - huber L d 0 = L * r ^ 2 / (2 * (2 * L * sum N gamma + 1)).
Proof.
  assert (P := end_width_pos). destruct (down_the_slope N (Nat.le_refl N)) as [E F].
  rewrite (huber_zero L d P), (huber_far L d P _ F), E. assert (A := stretch).
  unfold end_width. field. lra.
Qed.

(** The loss falls at every step at a positive rate. *)
Lemma slope_falls t : (S t <= N)%nat -> 0 < gamma t -> huber L d (x_ (S t)) < huber L d (x_ t).
Proof.
  intros Ht G. assert (P := end_width_pos).
  destruct (down_the_slope t ltac:(lia)) as [E1 F1]. destruct (down_the_slope (S t) Ht) as [E2 F2].
  rewrite (huber_far L d P _ F1), (huber_far L d P _ F2), E1, E2. simpl sum.
  assert (Lg : 0 < L * gamma t) by (apply Rmult_lt_0_compat; assumption).
  assert (A := Rmult_lt_0_compat _ _ (Rmult_lt_0_compat _ _ L_pos P) (Rmult_lt_0_compat _ _ P Lg)). lra.
Qed.
End Attained.

(** Some convex L-smooth function of one variable attains it from the distance r. *)
Theorem last_iterate_attained (L r : R) (gamma : nat -> R) (N : nat) :
  0 < L -> 0 < r -> (forall t, (t < N)%nat -> 0 <= gamma t) ->
  exists (h : line -> R) (k : line -> line), convex h k /\ smooth h k L /\ k 0 = 0 /\
    h (gradient_run k gamma (r : line) N) - h 0 = L * r ^ 2 / (2 * (2 * L * sum N gamma + 1)).
Proof.
  intros HL Hr Hg. assert (Hd := end_width_pos L r gamma N HL Hr Hg).
  exists (huber L (end_width L r gamma N)), (huber_slope L (end_width L r gamma N)).
  split; [now apply huber_convex|]. split; [now apply huber_smooth|]. split; [now apply huber_stationary|].
  exact (descent_down_the_slope L r gamma N HL Hr Hg).
Qed.
