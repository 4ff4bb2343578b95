//! Reads FTP session logs and says what went wrong, why, and how to fix it.
//!
//! Data goes one way, and the modules below stand in that order: each uses only those above it.
//!
//! ```text
//! bytes -> source -> blocks -> format -> events -> session -> exchanges -> rule -> findings -> report
//! ```
//!
//! ```
//! use ftplog::{engine, report::Report, source::Input};
//!
//! let log = b"220 ready\nUSER ann\n230 in\nRNTO b.txt\n503 Use RNFR first.\nQUIT\n221 Bye\n";
//! let settings = engine::Settings::default();
//! let run = engine::run(Input::bytes("session.txt", &log[..]), &settings, Report::default(), |_| Ok(()))?;
//! let summary = run.gathered.seal(Vec::new());
//! assert_eq!(summary.findings[0].rule.name, "rename-without-source");
//! # Ok::<(), engine::Stop>(())
//! ```

pub mod text;
pub mod time;
pub mod lang;
pub mod ftp;
pub mod event;
pub mod source;
pub mod format;
pub mod session;
pub mod catalog;
pub mod rule;
pub mod report;
pub mod engine;
