//! The files in which Docker keeps what a container writes: `{"log":"rest\n","stream":"stdout","time":"..."}`.

use super::members::{Value, members, unescaped};
use super::{Sure, Unwrap, Within, Wrapper};
use crate::format::arena::Arena;
use crate::format::stamp::{Stamps, iso};
use crate::time::When;

pub(super) static WRAPPER: Wrapper = Wrapper {
    name: "docker-json",
    everywhere: true,
    nests: false,
    sure: Sure::Everywhere,
    start: |zone| Box::new(DockerJson { stamps: Stamps::new(zone) }),
};

struct DockerJson {
    stamps: Stamps,
}

impl Unwrap for DockerJson {
    fn take_off<'a>(&mut self, line: &'a [u8], arena: &'a Arena) -> Option<Within<'a>> {
        let (mut log, mut stream, mut at) = (None, false, When::NEVER);
        for (name, value) in members(line)? {
            match (name, value) {
                (b"log", Value::Text(text)) => log = Some(text),
                (b"stream", Value::Text(b"stdout" | b"stderr")) => stream = true,
                (b"time", Value::Text(text)) => at = self.stamps.read(text, iso).map_or(at, |(at, _)| at),
                _ => {}
            }
        }
        let text = unescaped(log.filter(|_| stream)?, arena);
        let text = text.strip_suffix(b"\n").unwrap_or(text);
        Some(Within { at, ..Within::text(text.strip_suffix(b"\r").unwrap_or(text)) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Zone;

    #[test]
    fn what_a_container_wrote_is_within() {
        let arena = Arena::default();
        let mut unwrap = WRAPPER.start(&Zone::UTC);
        let line = br#"{"log":"< 220 \"x\"\r\n","stream":"stderr","time":"2026-11-20T18:24:00.306360123Z"}"#;
        let within = unwrap.take_off(line, &arena).unwrap();
        assert_eq!(within.text, b"< 220 \"x\"");
        assert_eq!(within.at.rfc3339().unwrap(), "2026-11-20T18:24:00.306+00:00");
        for line in [r#"{"log":"x"}"#, r#"{"stream":"stdout"}"#, r#"{"log":1,"stream":"stdout"}"#, "x"] {
            assert_eq!(unwrap.take_off(line.as_bytes(), &arena), None, "{line}");
        }
    }
}
