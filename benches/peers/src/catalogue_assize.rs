//! Policy B in assize.

use assize::{Decider, FactKey, MemberKey, OutcomeKey, Policy};
use rust_decimal::Decimal;

use crate::assize_engine::give_decimal;
use crate::catalogue::{CATEGORIES, Catalogue, Category, Facts, Outcomes};
use crate::catalogue_decimals::{Case, Measures};
use crate::engine::{Agreement, Engine};
use crate::quality::Stage;

pub struct Assize {
    policy: Policy,
    decider: Decider,
    categories: Vec<MemberKey>,
    stages: Vec<MemberKey>,
    defect_rate: FactKey,
    goods_value: FactKey,
    credit: OutcomeKey,
    multiplier: OutcomeKey,
    text: String,
}

impl Assize {
    pub fn load(text: &str) -> Self {
        Self::new(Policy::from_text("catalogue.assize", text).expect("a policy"))
    }

    fn new(policy: Policy) -> Self {
        let fact = |name: &str| policy.fact(name).expect("a fact");
        let member = |fact, name: &str| policy.member(fact, name).expect("a member");
        let categories = (0..CATEGORIES).map(|number| Category(number as u8).name());
        Self {
            decider: policy.decider(),
            categories: categories.map(|name| member(fact("category"), &name)).collect(),
            stages: Stage::ALL.iter().map(|stage| member(fact("stage"), stage.name())).collect(),
            defect_rate: fact("defect_rate"),
            goods_value: fact("goods_value"),
            credit: policy.outcome("credit").expect("an outcome"),
            multiplier: policy.outcome("multiplier").expect("an outcome"),
            text: String::new(),
            policy,
        }
    }

    pub fn policy(&self) -> &Policy {
        &self.policy
    }
}

impl Engine<Catalogue> for Assize {
    type Case = Case;
    type Answer = Measures;

    const NAME: &'static str = "assize";
    const AGREEMENT: Agreement = Agreement::Bytes;

    fn case(&self, facts: &Facts) -> Case {
        Case::new(facts)
    }

    fn decide(&mut self, case: &Case) -> Measures {
        let decider = &mut self.decider;
        decider.clear();
        decider.give_member(self.categories[usize::from(case.category.0)]);
        decider.give_member(self.stages[case.stage as usize]);
        give_decimal(decider, self.defect_rate, case.defect_rate);
        give_decimal(decider, self.goods_value, case.goods_value);
        let answer = decider.decide();
        let (units, scale) = answer.number(self.multiplier).expect("settled");
        Measures {
            credit: answer.integer(self.credit).expect("settled"),
            multiplier: Decimal::from_i128_with_scale(units, scale),
        }
    }

    fn decide_json(&mut self, text: &str) -> String {
        self.text.clear();
        self.decider.decide_json(text).write_json(0, &mut self.text);
        self.text.clone()
    }

    fn outcomes(&self, answer: Measures, _: &Outcomes) -> Outcomes {
        answer.outcomes()
    }
}

/// The policy as it was saved.
pub struct Saved(Assize);

impl Saved {
    pub fn load(saved: &[u8]) -> Self {
        Self(Assize::new(Policy::load(saved).expect("a saved policy")))
    }
}

impl Engine<Catalogue> for Saved {
    type Case = Case;
    type Answer = Measures;

    const NAME: &'static str = "assize, saved";
    const AGREEMENT: Agreement = Agreement::Bytes;

    fn case(&self, facts: &Facts) -> Case {
        self.0.case(facts)
    }

    fn decide(&mut self, case: &Case) -> Measures {
        self.0.decide(case)
    }

    fn decide_json(&mut self, text: &str) -> String {
        self.0.decide_json(text)
    }

    fn outcomes(&self, answer: Measures, expected: &Outcomes) -> Outcomes {
        self.0.outcomes(answer, expected)
    }
}
