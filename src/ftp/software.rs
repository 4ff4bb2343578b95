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

impl Software {
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
