//! A bar on standard error for runs that take over a second.

use std::cell::Cell;
use std::io::{self, Read};
use std::rc::Rc;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Shorter runs show nothing.
const PATIENCE: Duration = Duration::from_secs(1);

/// Cases between two looks at the clock.
const STRIDE: u64 = 64;

pub(crate) struct Progress {
    bytes: Option<u64>,
    read: Rc<Cell<u64>>,
    visible: bool,
    begun: Instant,
    bar: Option<ProgressBar>,
}

impl Progress {
    /// `bytes` is the size of what is read, where it is known.
    pub(crate) fn new(bytes: Option<u64>, visible: bool) -> Self {
        Self { bytes, read: Rc::default(), visible, begun: Instant::now(), bar: None }
    }

    /// Where a [`Metered`] reader counts.
    pub(crate) fn meter(&self) -> Rc<Cell<u64>> {
        Rc::clone(&self.read)
    }

    pub(crate) fn tick(&mut self, cases: u64) {
        if !self.visible || !cases.is_multiple_of(STRIDE) {
            return;
        }
        if self.bar.is_none() && self.begun.elapsed() > PATIENCE {
            self.bar = Some(bar(self.bytes));
        }
        if let Some(bar) = &self.bar {
            bar.set_position(self.read.get());
            bar.set_message(format!("{cases} cases"));
        }
    }

    /// Says something without tearing the bar.
    pub(crate) fn aside(&self, say: impl FnOnce()) {
        match &self.bar {
            Some(bar) => bar.suspend(say),
            None => say(),
        }
    }

    pub(crate) fn finish(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }
}

fn bar(bytes: Option<u64>) -> ProgressBar {
    let template = match bytes {
        Some(_) => "{bar:30} {percent}%  {msg}  {eta} left",
        None => "{spinner}  {msg}  {elapsed}",
    };
    let bar = ProgressBar::with_draw_target(bytes, ProgressDrawTarget::stderr()).with_elapsed(PATIENCE);
    // A wrong template falls back to the plain style: the bar is no reason to stop.
    bar.set_style(ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar
}

/// Counts the bytes that pass.
pub(crate) struct Metered<R> {
    inner: R,
    read: Rc<Cell<u64>>,
}

impl<R> Metered<R> {
    pub(crate) fn new(inner: R, read: Rc<Cell<u64>>) -> Self {
        Self { inner, read }
    }
}

impl<R: Read> Read for Metered<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.read.set(self.read.get().saturating_add(u64::try_from(read).unwrap_or(u64::MAX)));
        Ok(read)
    }
}
