//! The command `assize`.
fn main() {}
