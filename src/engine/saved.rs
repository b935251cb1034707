//! Policies as bytes: written once, loaded without parsing.
//!
//! ```text
//! magic 8 | format 4 | checksum 4 | length 8 | body: version of assize, policy, schema, texts, program
//! ```
//!
//! Numbers are little-endian; the checksum (CRC-32) is of all that follows it; the body is postcard. What is read is
//! believed in nothing: schema and program are verified before they are used.

use std::fmt;
use std::sync::{Arc, OnceLock};

use serde::{Deserialize, Serialize};

use super::checked::{About, Checked, compiled, next_id};
use super::{Error, Policy};
use crate::hir::Work;
use crate::limits::Limits;
use crate::program::saved::Saved;
use crate::program::{Input, Program};
use crate::source::Sources;
use crate::types::Schema;

use self::warnings::Warning;

mod warnings;

/// The first byte is none of a UTF-8 text.
const MAGIC: &[u8; 8] = b"\x89assize\n";
/// To be raised with every change of what is written, and of what it means between two releases.
const FORMAT: u32 = 1;
/// This crate's.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// What is said where the texts of a saved policy are not those of its program.
pub(super) const OTHER_TEXTS: &str = "the texts of the saved policy do not give what was saved with them";

/// Why bytes are not taken for a saved policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    NotSaved,
    Format(u32),
    Version(String),
    Truncated,
    Trailing,
    Changed,
    Unsound(&'static str),
    OtherTexts,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const AGAIN: &str = "save it again from the policy's texts";
        match self {
            Self::NotSaved => f.write_str("this is no saved policy"),
            Self::Format(found) => {
                write!(
                    f,
                    "the saved policy has the format {found}, and assize {VERSION} reads the format {FORMAT}: {AGAIN}"
                )
            }
            Self::Version(by) => {
                write!(f, "the policy was saved by assize {by}, and this is assize {VERSION}: {AGAIN}")
            }
            Self::Truncated => f.write_str("the saved policy ends too early"),
            Self::Trailing => f.write_str("something follows behind the end of the saved policy"),
            Self::Changed => f.write_str("the saved policy is damaged: its checksum is another"),
            Self::Unsound(wrong) => write!(f, "the saved policy is not sound: {wrong}"),
            Self::OtherTexts => f.write_str(OTHER_TEXTS),
        }
    }
}

/// What stands behind the version.
#[derive(Serialize, Deserialize)]
struct Body<'a, P> {
    name: Arc<str>,
    title: Option<Arc<str>>,
    cites: Vec<Arc<str>>,
    work: Work,
    schema: Arc<Schema>,
    /// Names and texts, in the order of the files.
    #[serde(borrow)]
    texts: Vec<(&'a str, &'a str)>,
    warnings: Vec<Warning>,
    program: Option<P>,
}

impl Policy {
    /// The policy as bytes, for [`Policy::load`]: its texts, and all that decides without reading them. The same policy and
    /// version of assize give the same bytes, on any platform.
    ///
    /// ```
    /// use assize::Policy;
    ///
    /// let policy = Policy::from_text("p.assize", "policy p facts count: integer outcome twice: integer = 2 * count")?;
    /// let saved = policy.save();
    /// let loaded = Policy::load(&saved)?;
    /// let case = r#"{"count": 21}"#;
    /// assert_eq!(loaded.decide_json(case).to_json(0), policy.decide_json(case).to_json(0));
    /// # Ok::<(), assize::Error>(())
    /// ```
    #[must_use]
    pub fn save(&self) -> Vec<u8> {
        let Checked { about, schema, sources, warnings, compiled, .. } = &*self.checked;
        let About { name, title, cites, work } = about.clone();
        let program = compiled.as_ref().map(|compiled| &compiled.program);
        let body = Body {
            name,
            title,
            cites,
            work,
            schema: schema.clone(),
            texts: sources.files().map(|file| (sources.name(file), sources.text(file))).collect(),
            warnings: warnings.iter().map(Warning::from).collect(),
            program: program.map(Saved::new),
        };
        // Nothing of it is of a kind that postcard does not write.
        let body = postcard::to_allocvec(&(VERSION, body)).unwrap_or_default();
        let length = (body.len() as u64).to_le_bytes();
        let mut bytes = Vec::with_capacity(body.len().saturating_add(24));
        bytes.extend_from_slice(MAGIC);
        bytes.extend_from_slice(&FORMAT.to_le_bytes());
        bytes.extend_from_slice(&checksum(length, &body).to_le_bytes());
        bytes.extend_from_slice(&length);
        bytes.extend_from_slice(&body);
        bytes
    }

    /// Whether these bytes begin as a saved policy does, for a host that takes texts as well. No text does.
    #[must_use]
    pub fn is_saved(bytes: &[u8]) -> bool {
        bytes.starts_with(MAGIC)
    }

    /// Loads what [`Policy::save`] wrote, without parsing: some microseconds for a policy of twenty rules. It decides as the
    /// policy that was saved, to the byte.
    ///
    /// The typed policy, which the reference evaluator, tests and a policy that is not compiled need, is made of the texts
    /// when it is first asked for. That takes as long as [`Policy::from_text`], once, also in the first case that the
    /// compiled program leaves to the reference evaluator. [`Policy::verify`] does it ahead.
    ///
    /// Bytes are checked: a file that was cut, damaged or written by another version of assize is refused, and no bytes at
    /// all make it panic, run on or take memory without bound. But the checksum is against accidents. Whoever can write the
    /// file can make it decide what they like, just as with a text: [`Policy::verify`] tells whether its texts give its
    /// program.
    ///
    /// Limits are the host's and are not saved: these are the default ones. See [`Policy::load_with_limits`].
    ///
    /// # Errors
    ///
    /// [`Error::is_saved`]; where another version of assize wrote it also [`Error::is_other_version`], and the policy is to
    /// be saved again from its texts, because what a program means is its compiler's to say.
    ///
    /// ```
    /// # let policy = assize::Policy::from_text("p.assize", "policy p facts count: integer outcome twice: integer = 2 * count")?;
    /// let mut bytes = policy.save();
    /// bytes.pop();
    /// let error = assize::Policy::load(&bytes).unwrap_err();
    /// assert!(error.is_saved() && !error.is_other_version());
    /// assert_eq!(error.to_string(), "the saved policy ends too early");
    /// # Ok::<(), assize::Error>(())
    /// ```
    pub fn load(bytes: &[u8]) -> Result<Self, Error> {
        Self::load_with_limits(bytes, Limits::default())
    }

    /// As [`Policy::load`], with limits for its cases. Those for texts do not apply: the texts have been read.
    ///
    /// # Errors
    ///
    /// The same.
    pub fn load_with_limits(bytes: &[u8], limits: Limits) -> Result<Self, Error> {
        read(bytes, limits).map_err(Error::saved)
    }

    /// Reads and checks the texts of a loaded policy now, and says whether they give what was saved with them. A policy
    /// that was made of texts is verified already.
    ///
    /// # Errors
    ///
    /// [`Error::is_saved`], which only a forged file gives. Cases that such a policy leaves to the reference evaluator are
    /// failed ones.
    ///
    /// ```
    /// # let policy = assize::Policy::from_text("p.assize", "policy p facts count: integer outcome twice: integer = 2 * count")?;
    /// assert!(assize::Policy::load(&policy.save())?.verify().is_ok());
    /// # Ok::<(), assize::Error>(())
    /// ```
    pub fn verify(&self) -> Result<(), Error> {
        if self.checked.typed().agrees { Ok(()) } else { Err(Error::saved(Refusal::OtherTexts)) }
    }

    /// The same policy in less memory: as [`Policy::load`] gives it. Keys of facts and outcomes remain good. The memory is
    /// given back once no other clone of the policy is left.
    ///
    /// ```
    /// # let policy = assize::Policy::from_text("p.assize", "policy p facts count: integer outcome twice: integer = 2 * count")?;
    /// let policy = policy.compact();
    /// assert!(policy.decide_json(r#"{"count": 21}"#).is_decided());
    /// # Ok::<(), assize::Error>(())
    /// ```
    #[must_use]
    pub fn compact(self) -> Self {
        Self { checked: Arc::new(self.checked.compact()), compiled: self.compiled }
    }
}

fn checksum(length: [u8; 8], body: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&length);
    hasher.update(body);
    hasher.finalize()
}

fn read(bytes: &[u8], limits: Limits) -> Result<Policy, Refusal> {
    let rest = bytes.strip_prefix(MAGIC).ok_or(Refusal::NotSaved)?;
    let (format, rest) = rest.split_first_chunk().ok_or(Refusal::Truncated)?;
    let format = u32::from_le_bytes(*format);
    if format != FORMAT {
        return Err(Refusal::Format(format));
    }
    let (sum, rest) = rest.split_first_chunk().ok_or(Refusal::Truncated)?;
    let (length, body) = rest.split_first_chunk().ok_or(Refusal::Truncated)?;
    match (body.len() as u64).cmp(&u64::from_le_bytes(*length)) {
        std::cmp::Ordering::Less => return Err(Refusal::Truncated),
        std::cmp::Ordering::Equal => {}
        std::cmp::Ordering::Greater => return Err(Refusal::Trailing),
    }
    if checksum(*length, body) != u32::from_le_bytes(*sum) {
        return Err(Refusal::Changed);
    }
    let unreadable = Refusal::Unsound("it cannot be read");
    let (version, rest) = postcard::take_from_bytes::<&str>(body).map_err(|_| unreadable.clone())?;
    if version != VERSION {
        return Err(Refusal::Version(version.to_owned()));
    }
    match postcard::take_from_bytes::<Body<'_, Saved<Program, Input>>>(rest) {
        Ok((body, [])) => body.sound(limits).map_err(Refusal::Unsound),
        Ok((_, [_, ..])) | Err(_) => Err(unreadable),
    }
}

impl Body<'_, Saved<Program, Input>> {
    fn sound(self, limits: Limits) -> Result<Policy, &'static str> {
        self.schema.verify()?;
        let program = self.program.map(|program| program.sound(&self.schema)).transpose()?;
        let mut sources = Sources::default();
        for (name, text) in &self.texts {
            sources.add(name, text);
        }
        let warnings = self.warnings.into_iter().map(|warning| warning.of(&sources));
        let warnings = warnings.collect::<Option<Vec<_>>>().ok_or("a warning is about no text")?;
        let compiled = program.map(|program| compiled(program, &self.work, limits.steps));
        let checked = Checked {
            id: next_id(),
            about: About { name: self.name, title: self.title, cites: self.cites, work: self.work },
            schema: self.schema,
            sources,
            warnings,
            compiled,
            typed: OnceLock::new(),
            limits,
        };
        let compiled = checked.compiled.clone();
        Ok(Policy { checked: Arc::new(checked), compiled })
    }
}
