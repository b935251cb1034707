//! Limbs, and expressions over collections.

use super::Lowering;
use super::expressions::Cx;
use super::operators::without_groups;
use super::types::invalid;
use crate::diagnostic::{Code, Diagnostic};
use crate::hir::{Aggregate, Binder, BinderPath, Choose, Expr, ExprKind, Extreme, Limb, LocalId};
use crate::source::Span;
use crate::syntax::ast;
use crate::types::Type;

impl Lowering<'_> {
    pub(super) fn cases(
        &mut self,
        how: ast::CasesHow,
        limbs: &[ast::Limb],
        otherwise: Option<&ast::Expr>,
        span: Span,
        want: Option<&Type>,
        cx: &mut Cx,
    ) -> Expr {
        let values: Vec<&ast::Expr> = limbs.iter().map(|limb| &limb.value).chain(otherwise).collect();
        let (ty, values) = self.alike(&values, want, cx);
        let mut values = values.into_iter();
        let mut made = Vec::new();
        for limb in limbs {
            let when = self.expr(&limb.when, Some(&Type::Bool), cx);
            if let Some(value) = values.next() {
                made.push(Limb { when, value });
            }
        }
        let how = match how {
            ast::CasesHow::First => Choose::First,
            ast::CasesHow::Highest => Choose::Highest,
            ast::CasesHow::Lowest => Choose::Lowest,
        };
        if how != Choose::First
            && ty != Type::Invalid
            && !self.is_ordered(&ty)
            && !matches!(ty, Type::Range(_))
        {
            let found = self.describe(&ty);
            self.report(
                Code::TypeMismatch,
                span,
                format!("values of `{found}` have no order, so none is the highest or lowest"),
            );
        }
        Expr { span, ty, kind: ExprKind::Choose { how, limbs: made, otherwise: values.next().map(Box::new) } }
    }

    /// Checks several expressions that must have one type: the wanted one, else the one that they have in common.
    fn alike(&mut self, exprs: &[&ast::Expr], want: Option<&Type>, cx: &mut Cx) -> (Type, Vec<Expr>) {
        if let Some(want) = want {
            return (want.clone(), exprs.iter().map(|expr| self.expr(expr, Some(want), cx)).collect());
        }
        // The first that has a type of its own lends it to those that need one.
        let lender = exprs.iter().position(|expr| !self.needs_context(expr, cx));
        let mut ty = None;
        let mut made: Vec<Option<Expr>> = exprs.iter().map(|_| None).collect();
        let order = lender.into_iter().chain((0..exprs.len()).filter(|place| Some(*place) != lender));
        for place in order {
            let Some(expr) = exprs.get(place) else { continue };
            let hint = ty.as_ref().filter(|_| self.needs_context(expr, cx)).cloned();
            let checked = self.expr(expr, hint.as_ref(), cx);
            ty = match ty.take() {
                None => Some(checked.ty.clone()),
                Some(so_far) => Some(self.common(&so_far, &checked.ty).unwrap_or(so_far)),
            };
            if let Some(slot) = made.get_mut(place) {
                *slot = Some(checked);
            }
        }
        let ty = ty.unwrap_or(Type::Invalid);
        let made = made.into_iter().flatten().map(|expr| self.coerce(expr, &ty)).collect();
        (ty, made)
    }

    pub(super) fn aggregate(
        &mut self,
        how: ast::Aggregate,
        body: Option<&ast::Expr>,
        binders: &[ast::Binder],
        span: Span,
        want: Option<&Type>,
        cx: &mut Cx,
    ) -> Expr {
        let mut made = self.binders(binders, cx);
        // `any v in XS where C`: the condition is the body.
        let condition = if how == ast::Aggregate::Any {
            made.last_mut().and_then(|binder| binder.filter.take())
        } else {
            None
        };
        let want_body = match (how, want) {
            (ast::Aggregate::Any | ast::Aggregate::Every, _) => Some(Type::Bool),
            (ast::Aggregate::List, Some(Type::List(of))) | (ast::Aggregate::SetOf, Some(Type::Set(of))) => {
                Some((**of).clone())
            }
            (ast::Aggregate::List | ast::Aggregate::SetOf | ast::Aggregate::Count, _) => None,
            (_, Some(want @ (Type::Enum(_) | Type::Range(_)))) => Some(want.clone()),
            _ => None,
        };
        let checked = match (body, condition) {
            (Some(body), _) => self.expr(body, want_body.as_ref(), cx),
            (None, Some(condition)) => condition,
            (None, None) => super::expressions::constant(span, Type::Bool, crate::value::Value::Bool(true)),
        };
        if how == ast::Aggregate::Every
            && let (Some(binder), Some(body)) = (binders.first(), body)
        {
            self.mentions_item(body, &binder.name);
        }
        for _ in binders {
            cx.pop();
        }
        let (how, ty) = self.aggregate_type(how, &checked);
        Expr { span, ty, kind: ExprKind::Aggregate { how, binders: made, body: Box::new(checked) } }
    }

    fn aggregate_type(&mut self, how: ast::Aggregate, body: &Expr) -> (Aggregate, Type) {
        let (made, fits, what) = match how {
            ast::Aggregate::Count => return (Aggregate::Count, Type::Integer),
            ast::Aggregate::Any => return (Aggregate::Any, Type::Bool),
            ast::Aggregate::Every => return (Aggregate::Every, Type::Bool),
            ast::Aggregate::List => return (Aggregate::List, Type::List(Box::new(body.ty.clone()))),
            ast::Aggregate::SetOf => {
                let fits = matches!(body.ty, Type::Enum(_) | Type::Integer | Type::Date | Type::Text);
                if fits {
                    return (Aggregate::SetOf, Type::Set(Box::new(body.ty.clone())));
                }
                (Aggregate::SetOf, false, "put into a set")
            }
            ast::Aggregate::Sum => {
                let fits = body.ty.is_amount_or_range();
                (Aggregate::Sum, fits, "summed")
            }
            ast::Aggregate::Product => {
                (Aggregate::Product, matches!(body.ty, Type::Integer | Type::Number), "multiplied")
            }
            ast::Aggregate::Highest => (
                Aggregate::Highest,
                self.is_ordered(&body.ty) || matches!(body.ty, Type::Range(_)),
                "ordered",
            ),
            ast::Aggregate::Lowest => {
                (Aggregate::Lowest, self.is_ordered(&body.ty) || matches!(body.ty, Type::Range(_)), "ordered")
            }
            ast::Aggregate::Latest => (Aggregate::Latest, body.ty == Type::Date, "later or earlier"),
            ast::Aggregate::Earliest => (Aggregate::Earliest, body.ty == Type::Date, "later or earlier"),
        };
        if !fits && body.ty != Type::Invalid {
            let found = self.describe(&body.ty);
            self.report(Code::TypeMismatch, body.span, format!("values of `{found}` cannot be {what}"));
            return (made, Type::Invalid);
        }
        (made, body.ty.clone())
    }

    pub(super) fn first(
        &mut self,
        binder: &ast::Binder,
        by: &[(ast::Extreme, ast::Expr)],
        span: Span,
        cx: &mut Cx,
    ) -> Expr {
        let mut made = self.binders(std::slice::from_ref(binder), cx);
        let keys = by
            .iter()
            .map(|(extreme, key)| {
                let key = self.expr(key, None, cx);
                if !self.is_ordered(&key.ty) && key.ty != Type::Invalid {
                    let found = self.describe(&key.ty);
                    self.report(Code::TypeMismatch, key.span, format!("values of `{found}` have no order"));
                }
                let extreme = match extreme {
                    ast::Extreme::Highest => Extreme::Highest,
                    ast::Extreme::Lowest => Extreme::Lowest,
                };
                (extreme, key)
            })
            .collect();
        cx.pop();
        let Some(binder) = made.pop() else { return invalid(span, Type::Invalid) };
        let ty = self.item_type(&binder.collection);
        Expr { span, ty, kind: ExprKind::First { binder: Box::new(binder), by: keys } }
    }

    /// Brings the items of `for each` clauses into scope, outermost first; the caller pops them.
    pub(super) fn binders(&mut self, binders: &[ast::Binder], cx: &mut Cx) -> Vec<Binder> {
        let mut made: Vec<Binder> = Vec::new();
        for binder in binders {
            let collection = self.collection(&binder.collection, cx);
            let ty = self.item_type(&collection);
            let local = self.bind(&binder.name, ty, cx);
            let filter = binder.filter.as_ref().map(|filter| {
                self.mentions_item(filter, &binder.name);
                self.expr(filter, Some(&Type::Bool), cx)
            });
            let path = self.binder_path(&collection);
            made.push(Binder { local, name: binder.name.text.clone(), collection, filter, path });
        }
        made
    }

    /// A list, a set, or the members of an enum.
    fn collection(&mut self, expr: &ast::Expr, cx: &mut Cx) -> Expr {
        let inner = without_groups(expr);
        if let ast::ExprKind::Name(name) = &inner.kind
            && !self.is_value_name(&name.text, cx)
            && let Some(id) = self.enum_named(&name.text)
        {
            return Expr {
                span: expr.span,
                ty: Type::Set(Box::new(Type::Enum(id))),
                kind: ExprKind::Members(id),
            };
        }
        let made = self.expr(expr, None, cx);
        if !matches!(made.ty, Type::List(_) | Type::Set(_) | Type::Invalid) {
            let found = self.describe(&made.ty);
            self.report(
                Code::TypeMismatch,
                expr.span,
                format!("only lists, sets and enums have items, not `{found}`"),
            );
            return invalid(expr.span, Type::Invalid);
        }
        made
    }

    fn item_type(&self, collection: &Expr) -> Type {
        if let Type::List(of) | Type::Set(of) = &collection.ty { (**of).clone() } else { Type::Invalid }
    }

    /// Where the items lie in the facts, if the collection is a path of facts or of an outer item.
    fn binder_path(&self, collection: &Expr) -> Option<BinderPath> {
        let mut wires: Vec<&str> = Vec::new();
        let mut at = collection;
        let outer: Option<LocalId> = loop {
            if let ExprKind::Fact(place) = &at.kind {
                wires.push(&self.policy.schema.facts.fields.get(*place)?.wire);
                break None;
            }
            if let ExprKind::Local(id) = &at.kind
                && !wires.is_empty()
            {
                break Some(*id);
            }
            let ExprKind::Field(of, place) = &at.kind else { return None };
            wires.push(&self.policy.schema.field_of(&of.ty, *place)?.wire);
            at = of;
        };
        wires.reverse();
        Some(BinderPath { outer, wire: wires.join(".").into() })
    }

    /// A conjunct of `where` or `has` that does not mention the item belongs elsewhere (ruling 10).
    fn mentions_item(&mut self, filter: &ast::Expr, item: &ast::Name) {
        let mut conjuncts = vec![filter];
        while let Some(conjunct) = conjuncts.pop() {
            if let ast::ExprKind::Infix { op: ast::InfixOp::And, sides, .. } = &conjunct.kind {
                conjuncts.push(&sides.left);
                conjuncts.push(&sides.right);
                continue;
            }
            if !mentions(self.sources.slice(conjunct.span), &item.text) {
                self.sink.push(
                    Diagnostic::new(
                        Code::WhereUnrelated,
                        conjunct.span,
                        format!("this condition does not mention `{}`", item.text),
                    )
                    .help("if it belongs to the whole, put parentheses around the part over the items"),
                );
            }
        }
    }
}

/// The word stands in the text.
fn mentions(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        let before = text.get(..at).and_then(|before| before.chars().next_back());
        let after = text.get(at + word.len()..).and_then(|after| after.chars().next());
        let joins = |c: char| c.is_alphanumeric() || c == '_';
        !before.is_some_and(joins) && !after.is_some_and(joins)
    })
}
