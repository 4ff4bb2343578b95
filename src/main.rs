use ftplog::{engine, report::{Exchanges, Shape}, source};
use std::io::Write;
fn main() {
    let path = std::env::args().last().unwrap();
    let input = source::open(std::path::Path::new(&path)).unwrap();
    let settings = engine::Settings { prompt: true, ..Default::default() };
    let mut out = std::io::BufWriter::new(std::io::stdout());
    let r = engine::run(input, &settings, Exchanges::new(&path, Shape::Ndjson), |p| { p.gathered.write(&mut out, p.complete_before, p.starts).map_err(|_| engine::Stop::Done) });
    match r { Err(e) => { eprintln!("{e:?}"); std::process::exit(2) } Ok(_) => {} }
    out.flush().unwrap();
}
