//! `server`: what the servers in a log can do.

use super::Exit;
use super::args::{List, ListFormat};
use super::complaint::Complaint;
use super::config::Config;
use super::listing::{Heard, Task, each, head};
use super::output::Output;
use ftplog::catalog::Counted;
use ftplog::engine::{self, Settings};
use ftplog::report::Servers;
use ftplog::session::Sifted;
use std::io::Write;

/// Shows a data sheet of each server.
pub(crate) fn server(list: &List, config: &Config, output: &Output) -> Result<Exit, Complaint> {
    let mut is_first = true;
    each(list, config, output, |log, Task { settings, sieve }, out| {
        // Sessions are looked at as a whole, as far as they can be.
        let settings = Settings { prompt: false, ..settings.clone() };
        let gather = Sifted::new(Servers::default(), sieve.clone());
        let mut run = engine::run_pieces(log, &settings, gather, |_| {
            output.update_progress();
            Ok(())
        })?;
        if run.stats.exchanges == 0 {
            return Ok(Heard::of(run, &Ok(())));
        }
        run.gathered.gather.settle();
        let servers = &run.gathered.gather;
        let written = match list.format {
            ListFormat::Ndjson => servers.ndjson(out),
            ListFormat::Text => {
                let counted = output.words.count(Counted::Servers, servers.count());
                let head = head(log, &run, &counted, output);
                let zone = &settings.setup.zone;
                let text = servers.text(&head, &output.words, output.style, zone, list.all);
                let between = if std::mem::take(&mut is_first) { "" } else { "\n" };
                out.write_all(between.as_bytes()).and_then(|()| out.write_all(text.as_bytes()))
            }
        };
        Ok(Heard::of(run, &written))
    })
}
