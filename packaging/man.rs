//! Writes the manual pages of ftplog into a folder: one for the program and one for each of its commands. They are made from
//! the arguments themselves, by those who package ftplog, so that the program need not carry them.
//!
//!     cargo run --example man -- FOLDER

#![allow(clippy::disallowed_methods, reason = "it writes files, and reads its own argument")]
#![allow(dead_code, unreachable_pub, reason = "the program uses the rest of its arguments")]

#[path = "../src/cli/args.rs"]
mod args;

use clap::CommandFactory;
use std::path::PathBuf;

fn main() -> std::io::Result<()> {
    let folder = std::env::args_os().nth(1).map(PathBuf::from);
    let folder = folder.ok_or_else(|| std::io::Error::other("name a folder to write the pages into"))?;
    std::fs::create_dir_all(&folder)?;
    // `ftplog help` has the same words as `--help`, and no page.
    clap_mangen::generate_to(args::Args::command().disable_help_subcommand(true), folder)
}
