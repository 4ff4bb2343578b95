//! `formats`: what ftplog can read.

use super::Exit;
use super::args::Formats;
use super::complaint::Complaint;
use super::config::Config;
use super::inputs::known_format;
use super::output::Output;
use ftplog::format::{Format, Setup};
use ftplog::report;

/// Lists the formats, or tells about one.
pub(crate) fn formats(args: &Formats, config: &Config, output: &Output) -> Result<Exit, Complaint> {
    let setup = Setup { own_formats: config.own_formats.clone(), ..Setup::default() };
    if let Some(name) = &args.name {
        let format = known_format(&setup, &name.to_ascii_lowercase())?;
        return Ok(output.page(&report::explain_format(format, &output.words, output.style)));
    }
    let all: Vec<&Format> = setup.formats().collect();
    Ok(output.page(&report::list_formats(&all, &output.words, output.style)))
}
