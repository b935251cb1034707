//! Expressions in prefix form, for the tables of expected trees.

use crate::syntax::ast::{Binder, Expr, ExprKind, Quantity, UnitRef};

pub(super) fn expr(expr: &Expr) -> String {
    let list = |values: &[Expr]| values.iter().map(self::expr).collect::<Vec<_>>().join(" ");
    match &expr.kind {
        ExprKind::Invalid => "INVALID".to_owned(),
        ExprKind::Bool(value) => if *value { "yes" } else { "no" }.to_owned(),
        ExprKind::Nothing => "nothing".to_owned(),
        ExprKind::Unknown => "unknown".to_owned(),
        ExprKind::Quantity(value) => quantity(value),
        ExprKind::Date(date) => date.to_string(),
        ExprKind::Text(text) => format!("{text:?}"),
        ExprKind::Name(name) => name.text.to_string(),
        ExprKind::Field(of, name) => format!("{}.{}", self::expr(of), name.text),
        ExprKind::Call(name, values) => format!("{}({})", name.text, list(values)),
        ExprKind::List(values) => format!("[{}]", list(values)),
        ExprKind::Record(fields) => {
            let fields: Vec<_> =
                fields.iter().map(|(name, value)| format!("{}: {}", name.text, self::expr(value))).collect();
            format!("{{{}}}", fields.join(" "))
        }
        ExprKind::Group(inner) => format!("<{}>", self::expr(inner)),
        ExprKind::Prefix(op, of) => format!("({op:?} {})", self::expr(of)),
        ExprKind::Infix { op, sides, .. } => {
            format!("({op:?} {} {})", self::expr(&sides.left), self::expr(&sides.right))
        }
        ExprKind::Exists(of) => format!("(Exists {})", self::expr(of)),
        ExprKind::IsNothing { of, negated } => {
            format!("({} {})", if *negated { "IsNotNothing" } else { "IsNothing" }, self::expr(of))
        }
        ExprKind::IsEmpty { of, negated } => {
            format!("({} {})", if *negated { "IsNotEmpty" } else { "IsEmpty" }, self::expr(of))
        }
        ExprKind::Within { of, length, side, date } => {
            format!("(Within {} {} {side:?} {})", self::expr(of), self::expr(length), self::expr(date))
        }
        ExprKind::DaysAfter { working, calendar, from, to } => format!(
            "({} {} {}{})",
            if *working { "WorkingDaysAfter" } else { "DaysAfter" },
            self::expr(from),
            self::expr(to),
            calendar.as_ref().map_or(String::new(), |name| format!(" of {}", name.text))
        ),
        ExprKind::OfCalendar { of, calendar } => format!("(Of {} {})", self::expr(of), calendar.text),
        ExprKind::TheOf { pick, left, right } => {
            format!("({pick:?} {} {})", self::expr(left), self::expr(right))
        }
        ExprKind::Step { side, of } => format!("({side:?} {})", self::expr(of)),
        ExprKind::Cases { how, limbs, otherwise } => {
            let limbs: Vec<_> = limbs
                .iter()
                .map(|limb| format!("[{} if {}]", self::expr(&limb.value), self::expr(&limb.when)))
                .collect();
            let otherwise =
                otherwise.as_ref().map_or(String::new(), |value| format!(" else {}", self::expr(value)));
            format!("({how:?}Of {}{otherwise})", limbs.join(" "))
        }
        ExprKind::Aggregate { how, body, binders } => {
            let body = body.as_ref().map_or(String::new(), |body| format!(" {}", self::expr(body)));
            format!("({how:?}{body}{})", binders.iter().map(binder).collect::<String>())
        }
        ExprKind::First { binder, by } => {
            let by: String =
                by.iter().map(|(extreme, value)| format!(" by {extreme:?} {}", self::expr(value))).collect();
            format!("(FirstItem{}{by})", self::binder(binder))
        }
        ExprKind::Rounded(of, rounding) => {
            format!("(Rounded {} {} {:?})", self::expr(of), self::expr(&rounding.step), rounding.mode)
        }
    }
}

fn binder(binder: &Binder) -> String {
    let filter = binder.filter.as_ref().map_or(String::new(), |filter| format!(" where {}", expr(filter)));
    format!(" {} in {}{filter}", binder.name.text, expr(&binder.collection))
}

fn quantity(value: &Quantity) -> String {
    let unit = match &value.unit {
        None => String::new(),
        Some(UnitRef::Named(name)) => format!("_{}", name.text),
        Some(unit @ (UnitRef::Days | UnitRef::WorkingDays | UnitRef::Months | UnitRef::Years)) => {
            format!("_{unit:?}")
        }
    };
    format!("{}{}{unit}", value.text, if value.is_percent { "%" } else { "" })
}
