//! Bytes as choices. A byte picks among options so that a smaller byte picks an earlier, simpler one, and bytes that
//! have run out pick the first: shrinking the bytes shrinks what they make.

#[derive(Clone, Debug)]
pub(crate) struct Choices<'b> {
    bytes: &'b [u8],
    at: usize,
}

impl<'b> Choices<'b> {
    pub(crate) fn new(bytes: &'b [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    fn byte(&mut self) -> u8 {
        let byte = self.bytes.get(self.at).copied().unwrap_or(0);
        self.at += 1;
        byte
    }

    /// One of the numbers below `count` (at most 256), and 0 if there is none.
    pub(crate) fn below(&mut self, count: usize) -> usize {
        if count < 2 { 0 } else { usize::from(self.byte()) * count / 256 }
    }

    /// From `least` to `most`, both included.
    pub(crate) fn between(&mut self, least: usize, most: usize) -> usize {
        least + self.below(most - least + 1)
    }

    /// Yes in `of_256` of 256 cases, and never when the bytes have run out.
    pub(crate) fn chance(&mut self, of_256: u16) -> bool {
        u16::from(self.byte()) >= 256 - of_256
    }

    pub(crate) fn pick<'t, T>(&mut self, among: &'t [T]) -> &'t T {
        &among[self.below(among.len())]
    }
}
