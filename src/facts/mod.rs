//! Facts in: JSON, CSV rows and Rust structs become slots under a schema, with every problem of a case at once.
