//! A decision as assize writes it: one line of JSON.

use serde::Serialize;

#[derive(Serialize)]
struct Line<'a, O, F> {
    case: u64,
    status: &'static str,
    outcomes: &'a O,
    unsettled: [(); 0],
    needs: [(); 0],
    fired: F,
    overridden: &'a [Overridden],
    errors: [(); 0],
}

#[derive(Serialize)]
pub struct Overridden {
    pub rule: &'static str,
    pub by: &'static str,
}

pub fn write<O: Serialize, F: Serialize>(outcomes: &O, fired: F, overridden: &[Overridden]) -> String {
    let line = Line {
        case: 0,
        status: "decided",
        outcomes,
        unsettled: [],
        needs: [],
        fired,
        overridden,
        errors: [],
    };
    // As long as most decisions get: nothing is copied while they grow.
    let mut text = Vec::with_capacity(640);
    serde_json::to_writer(&mut text, &line).expect("writing into memory");
    String::from_utf8(text).expect("JSON is UTF-8")
}
