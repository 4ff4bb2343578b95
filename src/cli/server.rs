//! `server`: what the servers in a log can do.

use super::Exit;
use super::args::{List, ListFormat};
use super::complaint::Complaint;
use super::config::Config;
use super::inputs::stopped;
use super::listing::{Task, each, head, heard};
use super::output::Output;
use ftplog::catalog::Counted;
use ftplog::engine::{self, Settings, Stop};
use ftplog::report::Servers;
use ftplog::session::Sifted;
use std::io::Write;

/// Shows a data sheet of each server.
pub(crate) fn server(list: &List, config: &Config, output: &Output) -> Result<Exit, Complaint> {
    let mut is_first = true;
    each(list, config, output, |log, Task { settings, sieve }, out| {
        // Sessions are looked at as a whole, as far as they can be.
        let settings = Settings { prompt: false, ..settings.clone() };
        let run =
            engine::run(log.open()?, &settings, Sifted::new(Servers::default(), sieve.clone()), |_| Ok(()));
        let mut run = run.map_err(|stop| stopped(&log.name, &stop, None))?;
        if run.stats.exchanges == 0 {
            return heard(log, run, None, output);
        }
        let servers = &mut run.gathered.gather;
        servers.settle();
        let written = match list.format {
            ListFormat::Ndjson => servers.ndjson(out, log.log_name()),
            ListFormat::Text => {
                let zone = &settings.setup.zone;
                let head = head(log, &run, (Counted::Servers, run.gathered.gather.count()), output);
                let text = run.gathered.gather.text(&head, &output.words, output.style, zone, list.all);
                let between = if std::mem::take(&mut is_first) { "" } else { "\n" };
                out.write_all(between.as_bytes()).and_then(|()| out.write_all(text.as_bytes()))
            }
        };
        heard(log, run, written.err().map(|_| Stop::Done), output)
    })
}
