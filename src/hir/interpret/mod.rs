//! The reference evaluator: the meaning of a policy, readable and unhurried.

use std::sync::Arc;

use super::Policy;
use crate::decision::{Decision, Problem};
use crate::types::Schema;
use crate::value::Value;

/// Decides one case. `facts` has one value per fact of the schema as bound (absent ones [`Value::Absent`], all the
/// way down); `problems` is what binding found malformed.
pub(crate) fn decide(policy: &Policy, schema: &Arc<Schema>, facts: Vec<Value>, problems: Vec<Problem>) -> Decision {
    let _ = (policy, facts);
    Decision { schema: schema.clone(), status: crate::decision::Status::Failed, outcomes: vec![], needs: vec![], fired: vec![], overridden: vec![], problems }
}
