//! Makes a long transcript out of a short one: the same session again and again, with other users. The same arguments give the
//! same bytes.
//!
//! Works on what lftp prints when it debugs, where one session comes after another and a login says who the user is.

use std::io::{self, Write};

/// What stands before the user in a transcript of lftp.
const LOGIN: &str = "---> USER ";

/// Writes copies of `recording` to `out` until `bytes` are written; returns the number of lines.
pub(crate) fn multiply(recording: &str, bytes: u64, out: &mut impl Write) -> io::Result<u64> {
    let login = recording.lines().find_map(|line| line.strip_prefix(LOGIN));
    let user = login.expect("the recording holds a login in a transcript of lftp");
    let between: Vec<&str> = recording.split(user).collect();
    let lines = recording.lines().count() as u64;
    let (mut written, mut copies) = (0, 0);
    while written < bytes {
        let copy = between.join(&format!("user{copies}"));
        out.write_all(copy.as_bytes())?;
        written += copy.len() as u64;
        copies += 1;
    }
    Ok(copies * lines)
}
