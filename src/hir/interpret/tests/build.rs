//! A compact way to write typed policies.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::Date;

use super::super::decide;
use crate::decision::{Decision, ProblemCode, Status};
use crate::hir::*;
use crate::types::*;
use crate::value::{Number, Value};

pub(super) struct World {
    pub(super) policy: Policy,
}

pub(super) fn world() -> World {
    World { policy: Policy { name: "test".into(), ..Policy::default() } }
}

pub(super) fn expr(ty: Type, kind: ExprKind) -> Expr {
    Expr { span: Default::default(), ty, kind }
}

pub(super) fn constant(ty: Type, value: Value) -> Expr {
    expr(ty, ExprKind::Const(value))
}

pub(super) fn n(text: &str) -> Value {
    Value::Number(Number::parse(text).unwrap())
}

pub(super) fn num(text: &str) -> Expr {
    constant(Type::Number, n(text))
}

pub(super) fn int(value: i64) -> Expr {
    constant(Type::Integer, Value::Integer(value))
}

pub(super) fn bool(value: bool) -> Expr {
    constant(Type::Bool, Value::Bool(value))
}

pub(super) fn day(text: &str) -> Value {
    Value::Date(text.parse::<Date>().unwrap())
}

pub(super) fn date(text: &str) -> Expr {
    constant(Type::Date, day(text))
}

pub(super) fn member(id: EnumId, place: u32) -> Expr {
    constant(Type::Enum(id), Value::Member(place))
}

pub(super) fn list(values: impl IntoIterator<Item = Value>) -> Value {
    Value::List(values.into_iter().collect())
}

pub(super) fn set(values: impl IntoIterator<Item = Value>) -> Value {
    Value::Set(values.into_iter().collect())
}

pub(super) fn record(values: impl IntoIterator<Item = Value>) -> Value {
    Value::Record(values.into_iter().collect())
}

pub(super) fn binary(op: BinaryOp, left: Expr, right: Expr) -> Expr {
    use BinaryOp::*;
    let ty = match op {
        Add | Subtract | Multiply | Divide | OrElse | Higher | Lower | Without | Times => left.ty.clone(),
        To => Type::Range(Box::new(left.ty.clone())),
        DaysBetween => Type::Integer,
        And | Or | Implies | Less | LessOrEqual | Greater | GreaterOrEqual | Is | IsNot | In | NotIn
        | HasAnyOf | HasAllOf | StartsWith => Type::Bool,
    };
    expr(ty, ExprKind::Binary(op, Box::new(Sides { left, right })))
}

pub(super) fn unary(op: UnaryOp, of: Expr) -> Expr {
    let is_question = matches!(op, UnaryOp::Not | UnaryOp::Exists | UnaryOp::IsEmpty);
    let ty = if is_question { Type::Bool } else { of.ty.clone() };
    expr(ty, ExprKind::Unary(op, Box::new(of)))
}

pub(super) fn when(condition: Expr, value: Expr) -> Limb {
    Limb { when: condition, value }
}

pub(super) fn choose(how: Choose, limbs: Vec<Limb>, otherwise: Option<Expr>) -> Expr {
    let ty = limbs[0].value.ty.clone();
    expr(ty, ExprKind::Choose { how, limbs, otherwise: otherwise.map(Box::new) })
}

pub(super) fn local(id: u32, ty: Type) -> Expr {
    expr(ty, ExprKind::Local(LocalId(id)))
}

pub(super) fn get(record: Expr, field: usize, ty: Type) -> Expr {
    expr(ty, ExprKind::Field(Box::new(record), field))
}

pub(super) fn outcome_value(id: OutcomeId, ty: Type) -> Expr {
    expr(ty, ExprKind::Outcome(id))
}

pub(super) fn call(id: NamedId, ty: Type, args: Vec<Expr>) -> Expr {
    expr(ty, ExprKind::Call { named: id, args, at: None })
}

pub(super) fn call_at(id: NamedId, ty: Type, args: Vec<Expr>, at: Expr) -> Expr {
    expr(ty, ExprKind::Call { named: id, args, at: Some(Box::new(at)) })
}

pub(super) fn each(id: u32, name: &str, collection: Expr) -> Binder {
    Binder { local: LocalId(id), name: name.into(), collection, filter: None, path: None }
}

/// A binder over a list that is a fact.
pub(super) fn each_fact(id: u32, name: &str, collection: Expr, wire: &str) -> Binder {
    Binder { path: Some(BinderPath { outer: None, wire: wire.into() }), ..each(id, name, collection) }
}

pub(super) fn filtered(binder: Binder, filter: Expr) -> Binder {
    Binder { filter: Some(filter), ..binder }
}

pub(super) fn aggregate(how: Aggregate, ty: Type, binders: Vec<Binder>, body: Expr) -> Expr {
    expr(ty, ExprKind::Aggregate { how, binders, body: Box::new(body) })
}

pub(super) fn list_of(ty: Type) -> Type {
    Type::List(Box::new(ty))
}

pub(super) fn set_of(ty: Type) -> Type {
    Type::Set(Box::new(ty))
}

pub(super) fn field(name: &str, ty: Type) -> Field {
    Field {
        name: name.into(),
        wire: name.into(),
        title: None,
        ty,
        nothing: false,
        unknown: false,
        presence: Presence::Needed,
        bounds: Bounds::default(),
        in_percent: false,
        judgement: None,
    }
}

pub(super) fn or_nothing(name: &str, ty: Type) -> Field {
    Field { nothing: true, ..field(name, ty) }
}

pub(super) fn or_unknown(name: &str, ty: Type) -> Field {
    Field { unknown: true, ..field(name, ty) }
}

pub(super) fn bounded(field: Field, least: Value, most: Value) -> Field {
    Field { bounds: Bounds { least: Some(least), most: Some(most), decimals: None }, ..field }
}

pub(super) fn rule(name: &str) -> Rule {
    Rule {
        name: name.into(),
        span: Default::default(),
        title: None,
        cites: vec![],
        in_force: InForce::default(),
        dated_by: None,
        overridden_by: vec![],
        binders: vec![],
        when: None,
        then: vec![],
        exact: false,
    }
}

pub(super) fn measure(outcome: OutcomeId, kind: MeasureKind) -> Measure {
    Measure { span: Default::default(), outcome, kind }
}

pub(super) fn add(outcome: OutcomeId, value: Expr) -> Measure {
    measure(outcome, MeasureKind::Contribute { value, at_least: None, at_most: None })
}

pub(super) fn reduce(outcome: OutcomeId, share: &str) -> Measure {
    measure(outcome, MeasureKind::Factor { share: num(share), raises: false })
}

pub(super) fn raise(outcome: OutcomeId, share: &str) -> Measure {
    measure(outcome, MeasureKind::Factor { share: num(share), raises: true })
}

pub(super) fn version(body: Body) -> Version {
    Version { span: Default::default(), title: None, cites: vec![], in_force: InForce::default(), body }
}

pub(super) fn dated(from: Option<&str>, until: Option<&str>, body: Body) -> Version {
    Version { in_force: period(from, until), ..version(body) }
}

pub(super) fn period(from: Option<&str>, until: Option<&str>) -> InForce {
    InForce { from: from.map(|day| day.parse().unwrap()), until: until.map(|day| day.parse().unwrap()) }
}

impl World {
    pub(super) fn enumeration(&mut self, name: &str, members: &[&str]) -> EnumId {
        let members =
            members.iter().map(|name| MemberDef { name: (*name).into(), wire: (*name).into(), title: None });
        let def = EnumDef { name: name.into(), title: None, is_scale: true, members: members.collect() };
        self.policy.schema.enums.push(def);
        EnumId(self.policy.schema.enums.len() as u32 - 1)
    }

    pub(super) fn unit(&mut self, name: &str, decimals: u32) -> Type {
        let id = UnitId(self.policy.schema.units.len() as u32);
        self.policy.schema.units.push(UnitDef {
            name: name.into(),
            decimals: Some(decimals),
            base: id,
            factor: Number::ONE,
        });
        Type::Quantity(id)
    }

    pub(super) fn record(&mut self, name: &str, fields: Vec<Field>) -> RecordId {
        let rules = RecordRules { needed_when: fields.iter().map(|_| None).collect(), must_hold: vec![] };
        self.policy.schema.records.push(RecordDef { name: name.into(), fields, ..RecordDef::default() });
        self.policy.records.push(rules);
        RecordId(self.policy.records.len() as u32 - 1)
    }

    pub(super) fn fact(&mut self, field: Field) -> Expr {
        let ty = field.ty.clone();
        self.policy.schema.facts.fields.push(field);
        self.policy.facts.needed_when.push(None);
        expr(ty, ExprKind::Fact(self.policy.facts.needed_when.len() - 1))
    }

    pub(super) fn fact_needed_when(&mut self, fact: Field, condition: Expr) -> Expr {
        let fact = self.fact(Field { presence: Presence::NeededWhen("a condition".into()), ..fact });
        *self.policy.facts.needed_when.last_mut().unwrap() = Some(condition);
        fact
    }

    pub(super) fn define(&mut self, name: &str, ty: Type, body: Expr) -> Expr {
        let id = self.named(name, ty.clone(), vec![], vec![version(Body::Expr(body))]);
        call(id, ty, vec![])
    }

    pub(super) fn named(
        &mut self,
        name: &str,
        ty: Type,
        params: Vec<Type>,
        versions: Vec<Version>,
    ) -> NamedId {
        let params = params.into_iter().enumerate().map(|(place, ty)| Param {
            name: format!("p{place}").into(),
            ty,
            nothing: false,
            bounds: Bounds::default(),
        });
        let params = params.collect();
        let name = name.into();
        self.policy.named.push(Named {
            name,
            span: Default::default(),
            params,
            ty,
            nothing: false,
            versions,
        });
        NamedId(self.policy.named.len() as u32 - 1)
    }

    fn push_outcome(&mut self, name: &str, ty: Type, nothing: bool, source: OutcomeSource) -> OutcomeId {
        let id = OutcomeId(self.policy.outcomes.len() as u32);
        self.policy.schema.outcomes.push(OutcomeDef {
            name: name.into(),
            wire: name.into(),
            title: None,
            ty: ty.clone(),
            nothing,
        });
        self.policy.outcomes.push(Outcome {
            name: name.into(),
            span: Default::default(),
            title: None,
            cites: vec![],
            in_force: InForce::default(),
            ty,
            nothing,
            source,
            at_least: None,
            at_most: None,
            rounding: None,
            exact: false,
        });
        self.policy.outcome_order.push(id);
        id
    }

    pub(super) fn defined(&mut self, name: &str, body: Expr) -> OutcomeId {
        self.push_outcome(name, body.ty.clone(), false, OutcomeSource::Defined(body))
    }

    pub(super) fn built(
        &mut self,
        name: &str,
        ty: Type,
        combine: Combine,
        neutral: Option<Value>,
    ) -> OutcomeId {
        let nothing = neutral == Some(Value::Nothing);
        self.push_outcome(name, ty, nothing, OutcomeSource::Built { combine, per: None, neutral })
    }

    pub(super) fn outcome(&mut self, id: OutcomeId) -> &mut Outcome {
        &mut self.policy.outcomes[id.0 as usize]
    }

    /// Rules are added after those that override them.
    pub(super) fn rule(&mut self, rule: Rule) -> RuleId {
        let id = RuleId(self.policy.rules.len() as u32);
        self.policy.rules.push(rule);
        self.policy.rule_order.push(id);
        id
    }

    pub(super) fn decide(&self, facts: &[(&str, Value)]) -> Decision {
        let given: BTreeMap<&str, &Value> = facts.iter().map(|(name, value)| (*name, value)).collect();
        let fields = &self.policy.schema.facts.fields;
        for name in given.keys() {
            assert!(fields.iter().any(|field| *field.name == **name), "no fact {name}");
        }
        let bound: Vec<Value> = fields
            .iter()
            .map(|field| given.get(&*field.name).map_or(Value::Absent, |value| (*value).clone()))
            .collect();
        let schema = Arc::new(self.policy.schema.clone());
        let decision = decide(&self.policy, &schema, bound.clone(), vec![], u64::MAX);
        let again = decide(&reversed(&self.policy), &schema, bound, vec![], u64::MAX);
        assert_eq!(format!("{decision:?}"), format!("{again:?}"), "the order of rules shows");
        decision
    }
}

/// The same policy with its rules declared the other way round.
fn reversed(policy: &Policy) -> Policy {
    let mut policy = policy.clone();
    let count = policy.rules.len() as u32;
    let moved = |id: &mut RuleId| id.0 = count - 1 - id.0;
    policy.rules.reverse();
    policy.rules.iter_mut().flat_map(|rule| &mut rule.overridden_by).for_each(|(id, _)| moved(id));
    policy.rule_order.iter_mut().for_each(moved);
    policy
}

impl Decision {
    pub(super) fn value(&self, outcome: OutcomeId) -> &Value {
        assert!(self.problems.is_empty(), "{:?}", self.problems);
        &self.outcomes[outcome.0 as usize]
    }

    /// Settled.
    #[track_caller]
    pub(super) fn decided(&self, outcome: OutcomeId) -> &Value {
        assert_eq!(self.status, Status::Decided, "{:?} {:?} {:?}", self.needs, self.problems, self.outcomes);
        &self.outcomes[outcome.0 as usize]
    }

    /// Rule and item of what fired.
    pub(super) fn fired_names(&self) -> Vec<String> {
        let name = |rule: &str, item: &Option<String>| match item {
            Some(item) => format!("{rule} {item}"),
            None => rule.to_owned(),
        };
        self.fired.iter().map(|fired| name(&fired.rule, &fired.item)).collect()
    }

    /// Code, place and path of each problem of a failed or refused case.
    pub(super) fn failures(&self) -> Vec<(ProblemCode, Option<&str>, Option<&str>)> {
        assert!(self.outcomes.is_empty());
        self.problems.iter().map(|one| (one.code, one.at.as_deref(), one.path.as_deref())).collect()
    }
}
