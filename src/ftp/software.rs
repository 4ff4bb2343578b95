//! Which server is talking, by what it says of itself. Banners can be changed, so this is a hint, never a proof.

/// A server program.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)]
pub enum Software {
    #[default]
    Unknown,
    Vsftpd,
    Proftpd,
    PureFtpd,
    FilezillaServer,
    Pyftpdlib,
    Inetutils,
    LinuxFtpd,
    WuFtpd,
    Iis,
    Twisted,
    ServU,
    CrushFtp,
    Other,
}

/// Lower-case words of greetings and other replies, and who says them.
const WORDS: &[(&str, Software)] = &[
    ("vsftpd", Software::Vsftpd),
    ("proftpd", Software::Proftpd),
    ("pure-ftpd", Software::PureFtpd),
    ("filezilla server", Software::FilezillaServer),
    ("pyftpdlib", Software::Pyftpdlib),
    ("gnu inetutils", Software::Inetutils),
    ("linux-ftpd", Software::LinuxFtpd),
    ("(version wu-", Software::WuFtpd),
    ("microsoft ftp service", Software::Iis),
    ("twisted", Software::Twisted),
    ("serv-u", Software::ServU),
    ("crushftp", Software::CrushFtp),
];

/// Lower-case words of other replies that only one server says, as recordings show. They are harder to change than a banner.
const HABITS: &[(&str, Software)] = &[
    ("please specify the password", Software::Vsftpd),
    ("here comes the directory listing", Software::Vsftpd),
    ("directory send ok", Software::Vsftpd),
    ("invalid number of parameters", Software::Proftpd),
    ("ok. current directory is", Software::PureFtpd),
    ("is your current location", Software::PureFtpd),
    ("measured here", Software::PureFtpd),
    ("username ok, send password", Software::Pyftpdlib),
    ("i successfully did nothing", Software::Pyftpdlib),
    ("emulated by filezilla", Software::FilezillaServer),
];

/// Bytes between the name of a server and its version.
const BEFORE_VERSION_BYTES_MAX: usize = 16;

impl Software {
    /// The server that answers in these words; not a greeting, which anyone can write.
    #[must_use]
    pub fn of_answer(text: &[u8]) -> Self {
        let said = |(word, _): &&(&str, Self)| crate::text::holds(text, word);
        HABITS.iter().find(said).map_or_else(|| Self::of_greeting(text), |(_, s)| *s)
    }

    /// The version that stands behind the server's name: `(vsFTPd 3.0.3)`, `Server (Version 6.4/OpenBSD/Linux-ftpd-0.17)`.
    #[must_use]
    pub fn version(text: &[u8]) -> Option<&[u8]> {
        let lower = text.to_ascii_lowercase();
        WORDS.iter().find_map(|(word, _)| {
            let start = memchr::memmem::find(&lower, word.as_bytes())? + word.len();
            let behind = &text[start..];
            let near = &behind[..behind.len().min(BEFORE_VERSION_BYTES_MAX)];
            // A line ends what is said of a name, and brackets hold what it is built with or where it runs.
            let near = &near[..near.iter().position(|b| b"[\n".contains(b)).unwrap_or(near.len())];
            let from = near.iter().position(u8::is_ascii_digit)?;
            let version = &behind[from..];
            let is_part = |b: &u8| b.is_ascii_alphanumeric() || b".-_".contains(b);
            let end = version.iter().position(|b| !is_part(b)).unwrap_or(version.len());
            let version = version[..end].strip_suffix(b".").unwrap_or(&version[..end]);
            version.contains(&b'.').then_some(version)
        })
    }

    /// The server that a greeting names.
    #[must_use]
    pub fn of_greeting(text: &[u8]) -> Self {
        WORDS.iter().find(|(word, _)| crate::text::holds(text, word)).map_or(Self::Unknown, |(_, s)| *s)
    }

    /// The name used in reports and JSON; `None` where it is not known.
    #[must_use]
    pub fn name(self) -> Option<&'static str> {
        Some(match self {
            Self::Unknown | Self::Other => return None,
            Self::Vsftpd => "vsftpd",
            Self::Proftpd => "ProFTPD",
            Self::PureFtpd => "Pure-FTPd",
            Self::FilezillaServer => "FileZilla Server",
            Self::Pyftpdlib => "pyftpdlib",
            Self::Inetutils => "GNU inetutils",
            Self::LinuxFtpd => "linux-ftpd",
            Self::WuFtpd => "wu-ftpd",
            Self::Iis => "IIS",
            Self::Twisted => "Twisted",
            Self::ServU => "Serv-U",
            Self::CrushFtp => "CrushFTP",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn banners_tell_the_version_behind_the_name() {
        // The banners are those of recorded sessions and of the servers' sources.
        let cases: [(&str, Option<&str>); 13] = [
            ("220 (vsFTPd 3.0.3)", Some("3.0.3")),
            ("220 ProFTPD 1.3.8b Server (Debian) [::ffff:192.0.2.1]", Some("1.3.8b")),
            ("220 ProFTPD Server (rec proftpd) [127.0.0.1]", None),
            (
                "220---------- Welcome to Pure-FTPd [privsep] [TLS] ----------\n220-You are user number 2 of 40",
                None,
            ),
            ("220 pyftpdlib 2.2.0 ready.", Some("2.2.0")),
            ("220-FileZilla Server 0.9.60 beta\n220 x", Some("0.9.60")),
            ("220 h FTP server (GNU inetutils 2.4) ready.", Some("2.4")),
            ("220 h FTP server (Version 6.4/OpenBSD/Linux-ftpd-0.17) ready.", Some("0.17")),
            ("220 h FTP server (Version wu-2.6.2(1) Mon) ready.", Some("2.6.2")),
            ("220 Twisted 26.10.0 FTP Server", Some("26.10.0")),
            ("220 Serv-U FTP Server v15.1 ready...", Some("15.1")),
            ("220 Microsoft FTP Service", None),
            ("220 welcome 1.2.3", None),
        ];
        for (text, want) in cases {
            let version = Software::version(text.as_bytes()).map(|v| str::from_utf8(v).unwrap());
            assert_eq!(version, want, "{text}");
        }
    }

    #[test]
    fn answers_show_a_server_that_its_banner_hides() {
        let of = |text: &str| Software::of_answer(text.as_bytes());
        assert_eq!(of("331 Please specify the password."), Software::Vsftpd);
        assert_eq!(of("230 OK. Current directory is /"), Software::PureFtpd);
        assert_eq!(of("215 UNIX emulated by FileZilla."), Software::FilezillaServer);
        assert_eq!(of("331 Password required for ann"), Software::Unknown);
    }
}
