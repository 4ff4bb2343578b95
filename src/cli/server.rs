//! `server`: what the servers in a log can do.

use super::Exit;
use super::args::{List, ListFormat};
use super::complaint::Complaint;
use super::config::Config;
use super::inputs::{Named, stopped};
use super::listing::{each, heard};
use super::output::Output;
use ftplog::catalog::Counted;
use ftplog::engine::{self, Run, Settings, Stop};
use ftplog::report::{self, Servers};
use ftplog::text::Printable;
use std::io::Write;

/// Shows a data sheet of each server.
pub(crate) fn server(list: &List, config: &Config, output: &Output) -> Result<Exit, Complaint> {
    let mut is_first = true;
    each(list, config, output, |log, settings, out| {
        // Sessions are looked at as a whole, as far as they can be.
        let settings = Settings { prompt: false, ..settings.clone() };
        let run = engine::run(log.open()?, &settings, Servers::default(), |_| Ok(()));
        let mut run = run.map_err(|stop| stopped(&log.name, &stop, None))?;
        if run.stats.exchanges == 0 {
            return heard(log, run, None, output);
        }
        run.gathered.settle();
        let written = match list.format {
            ListFormat::Ndjson => run.gathered.ndjson(out, log.log_name()),
            ListFormat::Text => {
                let zone = &settings.setup.zone;
                let text =
                    run.gathered.text(&head(log, &run, output), &output.words, output.style, zone, list.all);
                let between = if std::mem::take(&mut is_first) { "" } else { "\n" };
                out.write_all(between.as_bytes()).and_then(|()| out.write_all(text.as_bytes()))
            }
        };
        heard(log, run, written.err().map(|_| Stop::Done), output)
    })
}

// server.log  vsftpd  1 server
fn head(log: &Named, run: &Run<Servers>, output: &Output) -> String {
    let servers = output.words.count(Counted::Servers, run.gathered.count());
    let rest = format!("  {}  {servers}", run.plan.main().dialect.name);
    report::titled(&Printable(log.name.as_bytes()).to_string(), &rest, output.style)
}
