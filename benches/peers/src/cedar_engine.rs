//! Cedar: whether a measure is granted, one request for each of four measures.

use cedar_policy::{
    Authorizer, Context, Decision, Entities, EntityUid, PolicySet, Request, RestrictedExpression,
};
use serde::{Deserialize, Serialize};

use crate::engine::{Agreement, Engine};
use crate::limit2::Case;
use crate::quality::{Facts, Outcomes, Quality};

pub struct Cedar {
    authorizer: Authorizer,
    policies: PolicySet,
    entities: Entities,
    principal: EntityUid,
    resource: EntityUid,
    /// Court, ban, service, promotion.
    measures: [EntityUid; 4],
}

#[derive(Serialize, Deserialize)]
pub struct Granted {
    court: bool,
    ban: bool,
    service: bool,
    promotion: bool,
}

impl Cedar {
    pub fn load() -> Self {
        let uid = |text: &str| text.parse().expect("an entity");
        Self {
            authorizer: Authorizer::new(),
            policies: include_str!("../policies/quality.cedar").parse().expect("policies"),
            entities: Entities::empty(),
            principal: uid(r#"Authority::"market""#),
            resource: uid(r#"Case::"case""#),
            measures: ["court", "ban", "service", "promotion"]
                .map(|name| uid(&format!(r#"Action::"{name}""#))),
        }
    }

    fn evaluate(&self, case: &Case) -> Granted {
        let context = context(case);
        let [court, ban, service, promotion] = &self.measures;
        let granted = |measure: &EntityUid| {
            let request = Request::new(
                self.principal.clone(),
                measure.clone(),
                self.resource.clone(),
                context.clone(),
                None,
            )
            .expect("a request");
            let response = self.authorizer.is_authorized(&request, &self.policies, &self.entities);
            response.decision() == Decision::Allow
        };
        Granted {
            court: granted(court),
            ban: granted(ban),
            service: granted(service),
            promotion: granted(promotion),
        }
    }
}

fn context(case: &Case) -> Context {
    let flag = RestrictedExpression::new_bool;
    let whole = |value: u32| RestrictedExpression::new_long(value.into());
    let text = |value: &str| RestrictedExpression::new_string(value.to_owned());
    let facts = [
        ("act", text(case.act.name())),
        ("stage", text(case.stage.name())),
        ("declared_standard", flag(case.declared_standard)),
        ("keeps_declared", flag(case.keeps_declared)),
        ("defect_rate", RestrictedExpression::new_long(case.defect_rate)),
        ("goods_value", RestrictedExpression::new_long(case.goods_value)),
        ("injured", whole(case.injured)),
        ("deaths", whole(case.deaths)),
        ("prior_violations", whole(case.prior_violations)),
        ("cooperates", flag(case.cooperates)),
        ("rectified", flag(case.rectified)),
    ];
    Context::from_pairs(facts.map(|(name, value)| (name.to_owned(), value))).expect("facts")
}

impl Engine<Quality> for Cedar {
    type Case = Case;
    type Answer = Granted;

    const NAME: &'static str = "cedar-policy";
    const AGREEMENT: Agreement = Agreement::Flags;

    fn case(&self, facts: &Facts) -> Case {
        Case::new(facts)
    }

    fn decide(&mut self, case: &Case) -> Granted {
        self.evaluate(case)
    }

    fn decide_json(&mut self, text: &str) -> String {
        let case = serde_json::from_str(text).expect("a case");
        serde_json::to_string(&self.evaluate(&case)).expect("writing into memory")
    }

    fn read(&self, written: &str, expected: &Outcomes) -> Option<Outcomes> {
        serde_json::from_str(written).ok().map(|granted| self.outcomes(granted, expected))
    }

    fn outcomes(&self, answer: Granted, expected: &Outcomes) -> Outcomes {
        Outcomes {
            court: answer.court,
            ban: answer.ban,
            service: answer.service,
            promotion: answer.promotion,
            ..expected.clone()
        }
    }
}
