//! What there is: every entry, and its files.

/// A reply code with an entry, and its file.
pub(super) type Reply = (u16, &'static str);
/// A command with an entry, and its file. P@SW stands as PASW, for the sake of file names.
pub(super) type Command = (&'static str, &'static str);
/// Two codes or commands with a written comparison, and its file.
pub(super) type Pair = (&'static str, &'static str, &'static str);
/// A rule, its page in each language, and its example.
pub(super) type Rule = (&'static str, [&'static str; 3], &'static str);
/// A format and its page in each language.
pub(super) type Format = (&'static str, [&'static str; 3]);

macro_rules! replies {
    ($($code:literal)*) => {
        pub(super) static REPLIES: &[Reply] = &[$(($code, include_str!(concat!("reply/", $code, ".toml")))),*];
    };
}

macro_rules! commands {
    ($($verb:literal)*) => {
        pub(super) static COMMANDS: &[Command] =
            &[$(($verb, include_str!(concat!("command/", $verb, ".toml")))),*];
    };
}

macro_rules! comparisons {
    ($($a:literal $b:literal;)*) => {
        pub(super) static COMPARISONS: &[Pair] =
            &[$(($a, $b, include_str!(concat!("compare/", $a, "-", $b, ".toml")))),*];
    };
}

macro_rules! rules {
    ($($name:literal)*) => {
        pub(super) static RULES: &[Rule] = &[$((
            $name,
            [
                include_str!(concat!("rule/", $name, ".en.toml")),
                include_str!(concat!("rule/", $name, ".ko.toml")),
                include_str!(concat!("rule/", $name, ".ja.toml")),
            ],
            include_str!(concat!("rule/", $name, ".log")),
        )),*];
    };
}

macro_rules! formats {
    ($($name:literal)*) => {
        pub(super) static FORMATS: &[Format] = &[$((
            $name,
            [
                include_str!(concat!("format/", $name, ".en.toml")),
                include_str!(concat!("format/", $name, ".ko.toml")),
                include_str!(concat!("format/", $name, ".ja.toml")),
            ],
        )),*];
    };
}

/// The messages of each language.
pub(super) static MESSAGES: [&str; 3] =
    [include_str!("message.en.toml"), include_str!("message.ko.toml"), include_str!("message.ja.toml")];

/// The labels of each language.
pub(super) static LABELS: [&str; 3] =
    [include_str!("label.en.toml"), include_str!("label.ko.toml"), include_str!("label.ja.toml")];

replies! {
    110 120 125 150
    200 202 211 212 213 214 215 216 220 221 225 226 227 228 229 230 232 234 235 250
    251 252 257
    331 332 334 335 336 350
    421 425 426 430 431 434 435 450 451 452
    500 501 502 503 504 520 521 522 530 532 533 534 535 536 537 550 551 552 553 554
    555 556
    631 632 633
}

commands! {
    "USER" "PASS" "ACCT" "CWD" "CDUP" "SMNT" "REIN" "QUIT" "PORT" "PASV" "TYPE" "STRU" "MODE" "RETR"
    "STOR" "STOU" "APPE" "ALLO" "REST" "RNFR" "RNTO" "ABOR" "DELE" "RMD" "MKD" "PWD" "LIST" "NLST" "SITE"
    "SYST" "STAT" "HELP" "NOOP" "XMKD" "XRMD" "XPWD" "XCUP" "XCWD" "LPRT" "LPSV" "AUTH" "ADAT" "PBSZ"
    "PROT" "CCC" "MIC" "CONF" "ENC" "FEAT" "OPTS" "EPRT" "EPSV" "LANG" "MDTM" "SIZE" "MLST" "MLSD" "HOST"
    "ALGS" "MFMT" "MFCT" "MFF" "HASH" "RANG" "XCRC" "XMD5" "XSHA" "XSHA1" "XSHA256" "XSHA512" "MD5"
    "MMD5" "CLNT" "CSID" "AVBL" "DSIZ" "RMDA" "THMB" "COMB" "PRET" "CPSV" "SSCN" "ESTA" "ESTP" "PASW"
    "IDLE" "MLFL" "MAIL" "MSND" "MSOM" "MSAM" "MRSQ" "MRCP"
}

comparisons! {
    "120" "220";
    "125" "150";
    "200" "202";
    "211" "214";
    "211" "502";
    "213" "250";
    "214" "421";
    "214" "502";
    "214" "503";
    "220" "421";
    "220" "502";
    "221" "421";
    "226" "250";
    "227" "229";
    "230" "331";
    "250" "257";
    "331" "332";
    "331" "350";
    "331" "530";
    "332" "532";
    "421" "425";
    "421" "426";
    "421" "450";
    "421" "530";
    "425" "426";
    "425" "550";
    "450" "550";
    "451" "452";
    "451" "550";
    "452" "552";
    "500" "501";
    "500" "502";
    "500" "503";
    "501" "504";
    "502" "504";
    "503" "530";
    "521" "522";
    "522" "534";
    "530" "532";
    "530" "550";
    "534" "536";
    "550" "553";
    "554" "555";
    "ABOR" "QUIT";
    "APPE" "STOR";
    "CCC" "PROT";
    "CDUP" "CWD";
    "DELE" "RMD";
    "EPRT" "PORT";
    "EPSV" "PASV";
    "FEAT" "HELP";
    "LIST" "MLSD";
    "LIST" "NLST";
    "LIST" "STAT";
    "MDTM" "MFMT";
    "MKD" "XMKD";
    "MLSD" "MLST";
    "PASS" "USER";
    "PASV" "PORT";
    "PBSZ" "PROT";
    "QUIT" "REIN";
    "RNFR" "RNTO";
    "STAT" "SYST";
    "STOR" "STOU";
}

rules! {
    // TLS
    "starttls-injection"
    "tls-session-not-reused"
    "data-protection-required"
    "tls-handshake-failed"
    "protection-level-refused"
    "tls-setup-order"
    "tls-refused"
    "tls-required"
    "data-tls-failed"
    "tls-handshake-unfinished"
    // Login
    "login-order"
    "anonymous-refused"
    "login-failed"
    "account-needed"
    "login-failures"
    "too-many-login-failures"
    "login-per-file"
    // Order of commands
    "rename-without-source"
    "rename-source-mismatch"
    "copy-without-source"
    "pret-missing"
    "extended-passive-only"
    "restart-in-ascii"
    "data-connection-too-early"
    "transfer-without-data-connection"
    "data-connection-forgotten"
    "restart-lost"
    "host-too-late"
    "security-data-out-of-order"
    "account-out-of-order"
    "sequence-error"
    "rename-interrupted"
    "rename-unfinished"
    "command-during-transfer"
    // Availability
    "service-refused-burst"
    "service-refused"
    "server-fault"
    "login-timeout"
    "data-timeout"
    "session-limit"
    "idle-timeout"
    "connection-lost"
    "session-without-quit"
    // What servers support
    "line-too-long"
    "command-disabled"
    "refused-in-ascii"
    "help-topic-unknown"
    "option-not-supported"
    "parameter-not-supported"
    "argument-invalid"
    "site-command-unknown"
    "command-not-implemented"
    "command-unknown"
    "unsupported-again"
    // Data connection
    "passive-refused"
    "port-refused"
    "active-mode-blocked"
    "data-connection-failed"
    "passive-address-unreachable"
    "passive-reply-malformed"
    "passive-unused"
    // Files, rights and space
    "path-not-found"
    "permission-denied"
    "already-exists"
    "name-not-allowed"
    "outside-home"
    "folder-not-empty"
    "file-folder-mix-up"
    "file-busy"
    "storage-full"
    "file-refused"
    // Transfers
    "restart-refused"
    "transfer-aborted"
    "transfer-incomplete"
    "ascii-transfer-of-binary"
    "transfer-retried"
    // Security
    "port-of-another-host"
    "privileged-port"
    "site-exec"
    "site-copy-before-login"
    "known-exploit"
    "cleartext-login"
    "protection-dropped"
    "anonymous-login"
    "anonymous-write"
    "login-without-password"
    "path-traversal"
    "scanner"
    "user-enumeration"
    // Conformance of the server
    "reply-desync"
    "code-not-allowed"
    "code-of-no-rfc"
    "preliminary-reply-misplaced"
    "second-preliminary-reply"
    "completion-code-unusual"
    "wrong-code-at-connect"
    "kept-open-after-closing"
    "goodbye-unasked"
    "folder-reply-malformed"
    "value-reply-malformed"
    "passive-reply-unusual"
    "feature-list-malformed"
    "reply-without-text"
    // Performance
    "slow-reply"
    "redundant-commands"
    "listing-repeated"
}

formats! {
    "rclone"
    "pftp"
    "vsftpd"
    "vsftpd-events"
    "proftpd-trace"
    "pure-ftpd"
    "pure-ftpd-commands"
    "pure-ftpd-events"
    "proftpd-extended"
    "proftpd-system"
    "proftpd-events"
    "iis"
    "xferlog"
    "pure-ftpd-stats"
    "pure-ftpd-w3c"
    "pure-ftpd-clf"
    "filezilla-server-0.9"
    "filezilla-server"
    "suricata"
    "zeek"
    "sftpgo"
    "ftp-srv"
    "filezilla-client"
    "net-ftp"
    "filezilla-pane"
    "aria2"
    "busybox"
    "ncftp"
    "lftp"
    "wget"
    "flashfxp"
    "bsd-ftp"
    "fineftp"
    "nppftp"
    "pyftpdlib"
    "mina"
    "fluentftp"
    "winscp"
    "node-ftp"
    "ftpconnect"
    "basic-ftp"
    "commons-net"
    "ftplib"
    "curl-trace"
    "curl"
    "raw"
    "capture"
}
