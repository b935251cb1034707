//! Values as they stand in saved policies: word after word, what is inside a value behind its head. So a text of bytes
//! that holds values within values without end is refused, and not followed until the stack ends.

use std::sync::Arc;
use std::vec::IntoIter;

use serde::{Deserialize, Serialize};

use super::{Number, Value, date_of, day_number};

/// Values within values beyond this depth are refused. Those of a policy are no deeper than its brackets.
const DEEPEST: u32 = 100;

#[derive(Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Words(Vec<Word>);

/// A value; of one with parts only how many there are.
#[derive(Debug, Serialize, Deserialize)]
enum Word {
    Nothing,
    Bool(bool),
    Integer(i64),
    Number(Number),
    Date(i64),
    Days(i64),
    WorkingDays(i64),
    Months(i64),
    Text(Arc<str>),
    Member(u32),
    Set(u32),
    List(u32),
    Record(u32),
    Range,
    Duties(u32),
    /// Also for open values, which no policy holds.
    Absent,
}

impl From<Value> for Words {
    fn from(value: Value) -> Self {
        let mut words = Vec::new();
        put(&value, &mut words);
        Self(words)
    }
}

fn put(value: &Value, words: &mut Vec<Word>) {
    let count = |parts: &[Value]| u32::try_from(parts.len()).unwrap_or(u32::MAX);
    let (word, parts): (Word, &[Value]) = match value {
        Value::Nothing => (Word::Nothing, &[]),
        Value::Bool(of) => (Word::Bool(*of), &[]),
        Value::Integer(of) => (Word::Integer(*of), &[]),
        Value::Number(of) => (Word::Number(*of), &[]),
        Value::Date(of) => (Word::Date(day_number(*of)), &[]),
        Value::Days(of) => (Word::Days(*of), &[]),
        Value::WorkingDays(of) => (Word::WorkingDays(*of), &[]),
        Value::Months(of) => (Word::Months(*of), &[]),
        Value::Text(of) => (Word::Text(of.clone()), &[]),
        Value::Member(of) => (Word::Member(*of), &[]),
        Value::Set(parts) => (Word::Set(count(parts)), parts),
        Value::List(parts) => (Word::List(count(parts)), parts),
        Value::Record(parts) => (Word::Record(count(parts)), parts),
        Value::Range(ends) => {
            words.push(Word::Range);
            put(&ends.0, words);
            put(&ends.1, words);
            return;
        }
        Value::Duties(parts) => (Word::Duties(count(parts)), parts),
        Value::Absent | Value::Open(_) => (Word::Absent, &[]),
    };
    words.push(word);
    parts.iter().for_each(|part| put(part, words));
}

impl TryFrom<Words> for Value {
    type Error = &'static str;

    fn try_from(Words(words): Words) -> Result<Self, Self::Error> {
        let mut words = words.into_iter();
        match take(&mut words, DEEPEST) {
            Some(value) if words.len() == 0 => Ok(value),
            Some(_) | None => Err("a value was expected"),
        }
    }
}

fn take(words: &mut IntoIter<Word>, depth: u32) -> Option<Value> {
    let depth = depth.checked_sub(1)?;
    Some(match words.next()? {
        Word::Nothing => Value::Nothing,
        Word::Bool(of) => Value::Bool(of),
        Word::Integer(of) => Value::Integer(of),
        Word::Number(of) => Value::Number(of),
        Word::Date(day) => Value::Date(date_of(day).ok()?),
        Word::Days(of) => Value::Days(of),
        Word::WorkingDays(of) => Value::WorkingDays(of),
        Word::Months(of) => Value::Months(of),
        Word::Text(of) => Value::Text(of),
        Word::Member(of) => Value::Member(of),
        Word::Set(count) => {
            let parts = parts(words, count, depth)?;
            parts.is_sorted_by(|one, next| one < next).then_some(Value::Set(parts))?
        }
        Word::List(count) => Value::List(parts(words, count, depth)?),
        Word::Record(count) => Value::Record(parts(words, count, depth)?),
        Word::Range => Value::Range(Arc::new((take(words, depth)?, take(words, depth)?))),
        Word::Duties(count) => Value::Duties(parts(words, count, depth)?),
        Word::Absent => Value::Absent,
    })
}

/// Room is made as words are found, whatever the count says.
fn parts(words: &mut IntoIter<Word>, count: u32, depth: u32) -> Option<Arc<[Value]>> {
    (0..count).map(|_| take(words, depth)).collect::<Option<Vec<Value>>>().map(Into::into)
}
