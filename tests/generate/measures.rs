//! Outcomes, rules, claims and examples.

use super::maker::{Level, Maker};
use super::world::{Absence, Bounds, Source, Ty};

const PERIODS: [&str; 7] = [
    "",
    "",
    "",
    "",
    " in force from 2018-01-01",
    " in force until 2019-12-31",
    " in force from 2020-01-01 until 2024-02-29",
];

/// An outcome that rules build.
pub(crate) struct Built {
    name: String,
    kind: Kind,
    combine: &'static str,
    /// Contributions come from rules about items of this record alone.
    per: Option<usize>,
    is_required: bool,
}

#[derive(Clone)]
enum Kind {
    Value(Ty),
    Set(Ty),
    Duty(usize),
}

struct Rule {
    name: String,
    collections: Vec<String>,
    sets: Vec<String>,
}

impl Maker<'_> {
    fn outcome_source(&mut self, name: String, ty: Ty, nothing: bool) {
        let absence = if nothing { Absence::Perhaps } else { Absence::Never };
        self.read(Source {
            text: name,
            ty,
            absence,
            bounds: Bounds::default(),
            is_path: true,
            is_outcome: true,
        });
    }

    fn in_force(&mut self) -> &'static str {
        if !self.has_law_date {
            return "";
        }
        PERIODS[self.choices.below(PERIODS.len())]
    }

    /// What an outcome of numbers needs before it can be shown.
    fn rounded(&mut self, ty: &Ty) -> String {
        let inner = match ty {
            Ty::List(of) | Ty::Range(of) => of,
            other => other,
        };
        if inner.is_fractional() { format!(", {}", self.rounding(inner)) } else { String::new() }
    }

    /// Limits on the grid of every rounding step, 0 between them.
    fn limits(&mut self, ty: &Ty) -> String {
        if !ty.is_amount() {
            return String::new();
        }
        let scale = if ty.is_fractional() { 100 } else { 1 };
        let mut made = String::new();
        if self.choices.chance(50) {
            let least = *self.choices.pick(&[0, -100, -500]) * scale;
            made.push_str(&format!(", at least {}", self.bounded(ty, least)));
        }
        if self.choices.chance(90) {
            let most = *self.choices.pick(&[500, 1_000, 50_000]) * scale;
            made.push_str(&format!(", at most {}", self.bounded(ty, most)));
        }
        made
    }

    fn bounded(&self, ty: &Ty, value: i64) -> String {
        self.show(ty, value).at(Level::Negate)
    }

    pub(crate) fn defined_outcome(&mut self) {
        let (name, ty) = (self.name(), self.result_type());
        let depth = self.depth();
        let nothing = self.choices.chance(60) && !matches!(ty, Ty::Record(_) | Ty::List(_) | Ty::Set(_));
        let in_force = if nothing { self.in_force() } else { "" };
        let body = if nothing { self.perhaps(&ty, depth).text } else { self.body(&ty, depth) };
        let (clauses, title) = (format!("{}{}", self.limits(&ty), self.rounded(&ty)), self.title());
        let or_nothing = if nothing { " or nothing" } else { "" };
        let type_text = self.type_text(&ty);
        self.items
            .push(format!("outcome {name}: {type_text}{or_nothing}{clauses}{title}{in_force}\n  = {body}"));
        self.outcome_source(name, ty, nothing);
    }

    // ---- built outcomes ----

    pub(crate) fn built_outcome(&mut self) -> (Built, Source) {
        let name = self.name();
        let kind = match self.choices.below(10) {
            0 | 1 => Kind::Set(Ty::Enum(self.choices.below(self.enums.len()))),
            2 | 3 if self.is_plain => Kind::Value(self.scalar()),
            2 => Kind::Duty(self.choices.below(self.enums.len())),
            3 => Kind::Value(Ty::range(Ty::Quantity(self.choices.below(self.units.len())))),
            4 => Kind::Set(self.set_item()),
            _ => Kind::Value(self.scalar()),
        };
        let (mut clauses, mut per, mut is_required, mut nothing) = (String::new(), None, false, false);
        let mut combine = "";
        if let Kind::Value(ty) = &kind {
            let ty = ty.clone();
            let ways: &[&str] = match &ty {
                Ty::Bool => &["any", "agree"],
                Ty::Date => &["earliest", "latest", "agree"],
                Ty::Text => &["agree"],
                Ty::Enum(_) if !self.is_scale(&ty) => &["agree"],
                Ty::Enum(_) => &["highest", "lowest", "agree"],
                _ => &["sum", "highest", "lowest", "agree"],
            };
            combine = *self.choices.pick(ways);
            clauses = format!(", {combine}");
            let records: Vec<usize> =
                (0..self.records.len()).filter(|record| self.list_of(*record).is_some()).collect();
            if combine != "agree" && !records.is_empty() && self.choices.chance(70) {
                let record = *self.choices.pick(&records);
                let outer = *self.choices.pick(ways);
                per = Some(record);
                clauses = format!(", {combine} per {}, then {outer}", self.records[record].name);
                combine = outer;
            }
            let neutral_is_nothing = !matches!(combine, "sum" | "any");
            nothing = neutral_is_nothing;
            match self.choices.below(6) {
                4 if !matches!(ty, Ty::Range(_)) => {
                    let default =
                        if ty.is_amount() { self.bounded(&ty, 0) } else { self.expected_literal(&ty).text };
                    clauses = format!("{clauses}, default {default}");
                    nothing = false;
                }
                5 if self.choices.chance(60) => {
                    clauses.push_str(", required");
                    (is_required, nothing) = (true, false);
                }
                _ => {}
            }
            clauses = format!("{clauses}{}{}", self.limits(&ty), self.rounded(&ty));
        }
        let type_text = match &kind {
            Kind::Value(ty) => self.type_text(ty),
            Kind::Set(of) => format!("set of {}", self.type_text(of)),
            Kind::Duty(of) => format!("duty of {}", self.enums[*of].name),
        };
        // A neutral value of nothing needs no `or nothing`, and allows one.
        let or_nothing = if nothing && self.choices.chance(128) { " or nothing" } else { "" };
        let in_force = if is_required { "" } else { self.in_force() };
        let title = self.title();
        self.items.push(format!("outcome {name}: {type_text}{or_nothing}{clauses}{title}{in_force}"));
        let ty = match &kind {
            Kind::Value(ty) => ty.clone(),
            Kind::Set(of) => Ty::set(of.clone()),
            // A type that no expression asks for: a duty is only written.
            Kind::Duty(_) => Ty::Record(usize::MAX),
        };
        let absence = if nothing { Absence::Perhaps } else { Absence::Never };
        let source = Source {
            text: name.clone(),
            ty,
            absence,
            bounds: Bounds::default(),
            is_path: true,
            is_outcome: true,
        };
        (Built { name, kind, combine, per, is_required }, source)
    }

    /// The path of a list of this record.
    fn list_of(&self, record: usize) -> Option<String> {
        let wanted = Ty::list(Ty::Record(record));
        let mut lists = self.scope.iter().filter(|source| {
            source.ty == wanted && source.absence == Absence::Never && source.is_path && !source.is_outcome
        });
        lists.next().map(|source| source.text.clone())
    }

    /// Outcomes that rules build, and the rules; what they read is declared before them.
    pub(crate) fn group(&mut self) {
        let built: Vec<(Built, Source)> =
            (0..self.choices.between(1, 4)).map(|_| self.built_outcome()).collect();
        let (outcomes, sources): (Vec<Built>, Vec<Source>) = built.into_iter().unzip();
        let mut rules: Vec<Rule> = Vec::new();
        // One rule for each outcome at least, so that every outcome can be set.
        for outcome in &outcomes {
            self.rule(&outcomes, Some(outcome), &mut rules);
        }
        for _ in 0..self.choices.below(6) {
            self.rule(&outcomes, None, &mut rules);
        }
        for source in sources {
            if source.ty != Ty::Record(usize::MAX) {
                self.read(source);
            }
        }
    }

    fn rule(&mut self, outcomes: &[Built], sure: Option<&Built>, rules: &mut Vec<Rule>) {
        let name = self.name();
        self.depth();
        let mark = self.scope.len();
        let mut items = Vec::new();
        let per = sure.and_then(|outcome| outcome.per);
        if let Some(path) = per.and_then(|record| self.list_of(record)) {
            let record = per.unwrap_or_default();
            items.push(self.enter_path(path, Ty::Record(record)));
        } else if self.choices.chance(90) && !self.is_plain {
            items.extend(self.enter(None));
        }
        let mut clauses = String::new();
        let mut collections = Vec::new();
        for item in &items {
            collections.push(item.path.clone());
            clauses.push_str(&format!("\n  for each {} in {}", item.name, item.path));
            if self.choices.chance(60) {
                let (name, source) = (item.name.clone(), |source: &Source, name: &str| {
                    source.text == name || source.text.starts_with(&format!("{name}."))
                });
                if let Some(source) = self.choose_source(|candidate| source(candidate, &name))
                    && let Some(test) = self.test_of(&source, 1)
                {
                    clauses.push_str(&format!(" where {}", test.at(Level::Implies)));
                }
            }
        }
        let mut then: Vec<String> = Vec::new();
        let mut sets: Vec<String> = Vec::new();
        let mut agrees = false;
        if let Some(outcome) = sure {
            then.push(self.contribution(outcome));
            sets.push(outcome.name.clone());
            agrees |= outcome.combine == "agree";
        }
        for _ in 0..self.choices.below(3) {
            let outcome = &outcomes[self.choices.below(outcomes.len())];
            if sets.contains(&outcome.name) {
                continue;
            }
            if let Some(measure) = self.measure(outcome, &items) {
                then.push(measure);
                sets.push(outcome.name.clone());
                agrees |= outcome.combine == "agree";
            }
        }
        let when = if agrees || self.choices.chance(200) {
            let depth = self.depth();
            format!("\n  when {}", self.operand(&Ty::Bool, depth, Level::Implies))
        } else {
            String::new()
        };
        let overrides = self.overrides(rules, &collections);
        if then.is_empty() && overrides.is_empty() {
            // A rule does something.
            let fallback =
                outcomes.iter().find(|outcome| outcome.per.is_none() && outcome.combine != "agree");
            let Some(outcome) = fallback else {
                for item in items.iter().rev() {
                    self.leave(item);
                }
                self.scope.truncate(mark);
                return;
            };
            then.push(self.contribution(outcome));
            sets.push(outcome.name.clone());
        }
        let dated = match self.choices.below(8) {
            7 => {
                let day = self.known_day();
                // Only a path dates a rule, and one that its condition leaves free.
                if day.starts_with(|c: char| c.is_ascii_digit())
                    || when.contains(&day)
                    || clauses.contains(&day)
                {
                    self.in_force().to_owned()
                } else {
                    format!(" in force from 2018-01-01 dated by {day}")
                }
            }
            _ => self.in_force().to_owned(),
        };
        for item in items.iter().rev() {
            self.leave(item);
        }
        self.scope.truncate(mark);
        let title = self.title();
        let then =
            if then.is_empty() { String::new() } else { format!("\n  then {}", then.join("\n       ")) };
        self.items.push(format!("rule {name}{title}{dated}{overrides}{clauses}{when}{then}"));
        rules.push(Rule { name, collections, sets });
    }

    /// Earlier rules of the group over the same items, or over any where this rule has none.
    fn overrides(&mut self, rules: &[Rule], collections: &[String]) -> String {
        let mut made = String::new();
        for _ in 0..self.choices.below(3) {
            let fitting: Vec<&Rule> = (rules.iter())
                .filter(|rule| collections.is_empty() || rule.collections == *collections)
                .filter(|rule| !made.contains(&format!(" {}", rule.name)))
                .collect();
            if fitting.is_empty() {
                break;
            }
            let rule = fitting[self.choices.below(fitting.len())];
            made.push_str(&format!("\n  overrides {}", rule.name));
            if !rule.sets.is_empty() && self.choices.chance(110) {
                made.push_str(&format!(" for {}", self.choices.pick(&rule.sets)));
            }
        }
        made
    }

    fn contribution(&mut self, outcome: &Built) -> String {
        let name = &outcome.name;
        match outcome.kind.clone() {
            Kind::Value(ty) => {
                let depth = self.depth();
                let value = if self.choices.chance(60) {
                    self.expected_literal(&ty).at(Level::Implies)
                } else {
                    self.operand(&ty, depth, Level::Implies)
                };
                let mut limits = String::new();
                if ty.is_amount() && self.choices.chance(60) {
                    limits = format!(", at least {}", self.limit(&ty));
                }
                if ty.is_amount() && self.choices.chance(60) {
                    limits = format!("{limits}, at most {}", self.limit(&ty));
                }
                format!("{name}: {value}{limits}")
            }
            Kind::Set(of) => {
                let count = self.choices.between(1, 3);
                let mut members = self.distinct(&of, count);
                if self.choices.chance(70) {
                    members = vec![self.operand(&Ty::set(of), 1, Level::Implies)];
                }
                format!("{name}: {}", members.join(", "))
            }
            Kind::Duty(of) => {
                let duties: Vec<String> = (0..self.choices.between(1, 2))
                    .map(|_| {
                        let (kind, due) = (self.member(of), self.operand(&Ty::Date, 1, Level::Implies));
                        format!("{kind} due {due}")
                    })
                    .collect();
                format!("{name}: {}", duties.join(", "))
            }
        }
    }

    fn limit(&mut self, ty: &Ty) -> String {
        if self.choices.chance(80) {
            self.operand(ty, 1, Level::Implies)
        } else {
            let value = self.constant(ty, Bounds::from(0));
            self.show(ty, value).text
        }
    }

    /// A contribution or a modifier.
    fn measure(&mut self, outcome: &Built, items: &[super::collections::Item]) -> Option<String> {
        let name = &outcome.name;
        let may_contribute =
            outcome.per.is_none_or(|record| items.iter().any(|item| item.ty == Ty::Record(record)));
        let end = match &outcome.kind {
            Kind::Value(Ty::Range(of)) => Some((**of).clone()),
            Kind::Value(ty) => Some(ty.clone()),
            Kind::Set(_) | Kind::Duty(_) => None,
        };
        let which = self.choices.below(8);
        match (which, &outcome.kind, end) {
            (3 | 4, _, Some(end)) if end.is_fractional() => {
                let how = *self.choices.pick(&["reduced", "raised"]);
                let share = |source: &Source| {
                    source.ty == Ty::Number
                        && source.absence == Absence::Never
                        && source.bounds.is_within(Bounds::between(0, 100))
                };
                let share = match self.choose_source(share) {
                    Some(source) if self.choices.chance(128) => source.text,
                    _ => (*self.choices.pick(&["50%", "30%", "0%", "100%", "0.125"])).to_owned(),
                };
                Some(format!("{name}: {how} by {share}"))
            }
            (5, _, Some(end)) if end.is_amount() => Some(format!("{name}: at least {}", self.limit(&end))),
            (6, _, Some(end)) if end.is_amount() => Some(format!("{name}: at most {}", self.limit(&end))),
            (5 | 6, Kind::Set(of), _) => {
                let of = of.clone();
                let members = self.distinct(&of, 1);
                Some(format!("{name}: without {}", members.join(", ")))
            }
            (7, _, _) if !outcome.is_required => Some(format!("{name}: waived")),
            _ if may_contribute => Some(self.contribution(outcome)),
            _ => None,
        }
    }

    // ---- what a policy says about itself ----

    pub(crate) fn claim(&mut self) {
        match self.choices.below(4) {
            0 | 1 => {
                let word = *self.choices.pick(&["always", "never"]);
                let (left, right) =
                    (self.operand(&Ty::Bool, 2, Level::And), self.operand(&Ty::Bool, 1, Level::Or));
                self.items.push(format!("{word} \"a claim\" {left} implies {right}"));
            }
            _ => {
                let outcome = self.choose_source(|source| {
                    source.is_outcome && source.ty.is_amount() && source.absence == Absence::Never
                });
                let fact = |source: &Source| {
                    !source.is_outcome
                        && source.ty.is_amount()
                        && source.absence == Absence::Never
                        && source.is_path
                };
                let names: Vec<String> = self.facts.iter().map(|fact| fact.name.clone()).collect();
                let fact = self.choose_source(|source| fact(source) && names.contains(&source.text));
                // A definition that reads outcomes counts as one here, so the name is looked up.
                let (Some(outcome), Some(fact)) = (outcome, fact) else { return };
                if !self.items.iter().any(|item| item.starts_with(&format!("outcome {}:", outcome.text))) {
                    return;
                }
                let (outcome, fact) = (outcome.text, fact.text);
                self.items.push(if self.choices.chance(128) {
                    format!("monotone {outcome} never falls as {fact} rises")
                } else {
                    format!("independent {outcome} of {fact}")
                });
            }
        }
    }
}

impl Maker<'_> {
    /// The line that names the policy and the days of its law, and before all others.
    pub(crate) fn policy_line(&mut self, laws: usize) {
        let title = self.title();
        let mut line = format!("policy generated{title}");
        if laws > 0 && self.choices.chance(60) {
            line.push_str("\n  in force from 2012-01-01");
        }
        if let (1.., [first, second, ..]) = (laws, self.facts.as_slice()) {
            line.push_str(&format!("\n  dated by {}", first.name));
            if laws > 1 {
                let ordered: Vec<String> = (self.scope.iter())
                    .filter(|source| source.is_outcome && self.is_ordered(&source.ty))
                    .map(|source| source.text.clone())
                    .filter(|name| {
                        self.items.iter().any(|item| item.starts_with(&format!("outcome {name}:")))
                    })
                    .collect();
                if !ordered.is_empty() {
                    line.push_str(&format!(
                        ", {}, the more lenient by {}",
                        second.name,
                        self.choices.pick(&ordered)
                    ));
                    let then = self.choices.pick(&ordered).clone();
                    if self.choices.chance(80) {
                        line.push_str(&format!(", then {then}"));
                    }
                }
            }
        }
        self.items.insert(0, line);
    }

    /// Examples: their facts need not be a whole case, and what they expect need not be so.
    pub(crate) fn examples(&mut self) {
        if !self.choices.chance(50) {
            return;
        }
        let mut given: Vec<String> = Vec::new();
        for place in 0..self.facts.len() {
            let (name, ty) = (self.facts[place].name.clone(), self.facts[place].ty.clone());
            let is_plain = !matches!(ty, Ty::Record(_) | Ty::List(_) | Ty::Set(_) | Ty::Range(_));
            if is_plain
                && self.facts[place].presence != super::world::Presence::FirstOf
                && self.choices.chance(128)
            {
                given.push(format!("{name}: {}", self.expected_literal(&ty).at(Level::Implies)));
            }
        }
        let expect = *self.choices.pick(&["refused", "failed"]);
        let given =
            if given.is_empty() { String::new() } else { format!("\n  given {}", given.join(",\n        ")) };
        self.items.push(format!("example \"one\"{given}\n  expect {expect}"));
    }
}
