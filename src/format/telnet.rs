//! Telnet commands (RFC 854) among the bytes of a control connection (RFC 959 section 4.1.3).

const IAC: u8 = 0xff;

/// A line without the telnet commands before its code or verb: option negotiation, and the interrupt before ABOR.
pub(super) fn without_telnet(i: &[u8]) -> &[u8] {
    let mut bare = i;
    while let [IAC, command, after @ ..] = bare {
        bare = match (command, after) {
            (0xfb..=0xfe, [_option, after @ ..]) => after,
            // Two of them are a byte of text.
            (&IAC, _) => break,
            _ => after,
        };
    }
    bare
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_before_the_text_are_taken_off() {
        let cases: [(&[u8], &[u8]); 5] = [
            (b"\xff\xfe\x01500 unknown", b"500 unknown"),
            (b"\xff\xf4\xff\xf2ABOR", b"ABOR"),
            (b"\xff\xfb\x06\xff\xfd\x06STAT", b"STAT"),
            (b"\xff\xffname", b"\xff\xffname"),
            (b"\xff\xfb", b""),
        ];
        for (line, want) in cases {
            assert_eq!(without_telnet(line), want, "{}", line.escape_ascii());
        }
    }
}
