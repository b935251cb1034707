//! "Did you mean": a near name, or none rather than a silly one.

/// The candidate nearest to `wrong`, at most a third of its length away (one or two letters fit any name); ties go to
/// the first in text order.
pub(crate) fn did_you_mean<'a>(
    wrong: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let limit = (wrong.chars().count() / 3).min(4);
    candidates
        .into_iter()
        .filter(|candidate| *candidate != wrong)
        .map(|candidate| (distance(wrong, candidate), candidate))
        .filter(|(distance, _)| *distance <= limit)
        .min()
        .map(|(_, candidate)| candidate)
}

fn distance(wrong: &str, candidate: &str) -> usize {
    if wrong.to_lowercase() == candidate.to_lowercase() {
        return 0;
    }
    strsim::damerau_levenshtein(wrong, candidate)
}
