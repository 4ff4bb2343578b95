//! A file or folder that is not there, with the folder that the client was in and what it did with the path before.

use super::ground::{Ground, said_by};
use super::path::{Folder, last_name, lies_in, path, placed, same_file, working_folder};
use crate::ftp::{Code, DataRole, Mark, Verb};
use crate::rule::{Check, Fact, Found, Group, Role, Rule, Severity, Suspect};
use crate::session::{Confidence, Exchange};

pub(super) static RULE: Rule = Rule {
    name: "path-not-found",
    severity: Severity::Warning,
    group: Group::Storage,
    replies: &[550],
    cases: &[
        "missing",
        "folder-missing",
        "target-folder-missing",
        "gone",
        "not-made",
        "folder-refused",
        "folder-twice",
        "size-missing",
        "not-opened",
        "not-entered",
        "option-as-name",
    ],
    check: Check::Suspect(check),
    ..Rule::BASE
};

/// Exchanges that are looked back over for what the client did with the same path.
const BACK_MAX: usize = 32;

fn check(suspect: &Suspect) -> Option<Found> {
    let asked = path(&suspect.exchange)?;
    let said = match suspect.ground()? {
        Ground::Missing => Some(said_missing(suspect.verb)),
        Ground::Unsaid => None,
        _ => return None,
    };
    if said.is_some() && asked.is_empty() && has_option(&suspect.exchange) {
        return Some(placed(suspect, Found::new("option-as-name").sure(Confidence::Likely)));
    }
    let shown = || shown_before(suspect, asked);
    let guessed = || if is_unclear(suspect) { unclear(suspect, asked) } else { None };
    let found = shown().or_else(|| said.map(Found::new)).or_else(guessed)?;
    // What should go is gone.
    let is_gone = matches!(suspect.verb, Verb::DELE | Verb::RMD | Verb::XRMD);
    Some(placed(suspect, found.severity(is_gone.then_some(Severity::Note))))
}

/// Whether a listing was asked for with options of ls, such as `-a`. The working folder is always there.
fn has_option(exchange: &Exchange) -> bool {
    matches!(exchange.verb(), Verb::LIST | Verb::NLST) && exchange.argument().starts_with(b"-")
}

/// Words with which a server answers for a path that is missing, and for one that may not be read.
pub(super) fn is_unclear(suspect: &Suspect) -> bool {
    match suspect.verb {
        Verb::RETR => suspect.says(&["open", "not retrievable", "not accessible"]),
        Verb::CWD | Verb::XCWD | Verb::CDUP | Verb::XCUP => suspect.says(&["chang", "chdir", "cwd"]),
        Verb::RNFR => suspect.says(&["rnfr command failed", "open the file", "unavailable"]),
        _ => false,
    }
}

/// What the session shows that explains it; it only probably does.
fn shown_before(suspect: &Suspect, asked: &[u8]) -> Option<Found> {
    let found = if let Some(mark) = gone(&suspect.exchange, asked).filter(|_| needs_it(suspect.verb)) {
        Found::new("gone").cause(mark)
    } else if let Some((case, mark)) =
        refused_before(&suspect.exchange, asked).filter(|_| !makes(suspect.verb))
    {
        Found::new(case).cause(mark)
    } else {
        Found::new("folder-twice").fact("name", Fact::Text(folder_twice(suspect, asked)?.into()))
    };
    Some(found.sure(Confidence::Likely))
}

/// Whether the command needs the file that it names.
fn needs_it(verb: Verb) -> bool {
    !makes(verb) && !matches!(verb, Verb::STOR | Verb::APPE | Verb::STOU | Verb::RNTO)
}

fn makes(verb: Verb) -> bool {
    matches!(verb, Verb::MKD | Verb::XMKD)
}

fn enters(verb: Verb) -> bool {
    matches!(verb, Verb::CWD | Verb::XCWD | Verb::CDUP | Verb::XCUP)
}

/// The case where the words say that something is not there.
fn said_missing(verb: Verb) -> &'static str {
    match verb {
        _ if enters(verb) => "folder-missing",
        _ if needs_it(verb) => "missing",
        _ => "target-folder-missing",
    }
}

/// The case where they leave it open.
fn unclear(suspect: &Suspect, asked: &[u8]) -> Option<Found> {
    let found = match measured(&suspect.exchange, asked) {
        _ if enters(suspect.verb) => Found::new("not-entered"),
        // That it is there and cannot be read is another rule's.
        Some((_, true)) => return None,
        Some((mark, false)) => Found::new("size-missing").cause_as(Role::Evidence, mark),
        None => Found::new("not-opened"),
    };
    Some(found.sure(Confidence::Likely))
}

/// The SIZE or MDTM of the same path just before, and whether it was answered.
pub(super) fn measured(exchange: &Exchange, asked: &[u8]) -> Option<(Mark, bool)> {
    let before = exchange.before().take(BACK_MAX);
    let same_place = before.take_while(|e| !enters(e.verb()));
    let mut asks = same_place.filter(|e| matches!(e.verb(), Verb::SIZE | Verb::MDTM | Verb::MLST));
    // An ASCII transfer has no size on many servers.
    let told = |e: &Exchange| e.is_done() || matches!(e.code(), Some(code) if code.0 == 550) && !in_ascii(e);
    let asked_for = asks.find(|e| told(e) && path(e).is_some_and(|p| same_file(p, asked)))?;
    Some((asked_for.mark(), asked_for.is_done()))
}

fn in_ascii(exchange: &Exchange) -> bool {
    exchange.reply().is_some_and(|r| crate::text::holds(r.raw(), "ascii"))
}

/// The command with which the client itself deleted or renamed the path earlier in the session.
fn gone(exchange: &Exchange, asked: &[u8]) -> Option<Mark> {
    let mut target = None;
    let before = exchange.before().take(BACK_MAX);
    for earlier in before.filter(|e| e.code().is_some_and(Code::is_acceptance)) {
        let is_it = path(&earlier).is_some_and(|p| !asked.is_empty() && same_file(p, asked));
        match earlier.verb() {
            // Another folder: names without a folder mean other files there.
            verb if enters(verb) && !asked.starts_with(b"/") => return None,
            Verb::RNTO if !is_it => target = Some(earlier.mark()),
            Verb::RNFR if is_it && target.is_some() => return target,
            Verb::DELE | Verb::RMD | Verb::XRMD if is_it => return Some(earlier.mark()),
            Verb::RNTO | Verb::STOR | Verb::APPE | Verb::MKD | Verb::XMKD | Verb::RETR if is_it => {
                return None;
            }
            _ => {}
        }
    }
    None
}

/// The refused command that the client did not look at: it could not create the path, or not go to its folder.
fn refused_before(exchange: &Exchange, asked: &[u8]) -> Option<(&'static str, Mark)> {
    if asked.is_empty() {
        return None;
    }
    let is_whole = asked.starts_with(b"/");
    // A client that did something else in between knows where it is.
    let mut straight = true;
    let before = exchange.before().take(BACK_MAX);
    for earlier in before.filter(Exchange::has_command) {
        let is_it = || path(&earlier).is_some_and(|p| same_file(p, asked));
        match earlier.verb() {
            Verb::MKD | Verb::XMKD if is_it() => {
                let is_cause = earlier.is_refused() && left_nothing(&earlier, asked);
                return is_cause.then_some(("not-made", earlier.mark()));
            }
            // Who tries the same folder again was refused for the same reason.
            Verb::CWD | Verb::XCWD if is_whole || is_it() => {}
            Verb::CWD | Verb::XCWD => {
                let is_cause = earlier.is_refused() && straight && !was_refused(&earlier, asked);
                return is_cause.then_some(("folder-refused", earlier.mark()));
            }
            verb => straight &= leads_on(verb) || verb == exchange.verb(),
        }
    }
    None
}

/// Whether a refused MKD says why no folder came of it, and none was there before. Without a reason it is as likely that the
/// folder was there already.
fn left_nothing(made: &Exchange, asked: &[u8]) -> bool {
    let has_reason = !matches!(said_by(made, asked), None | Some(Ground::Exists | Ground::Unsaid));
    let before = std::iter::successors(made.previous(), Exchange::previous).take(BACK_MAX);
    let shows_it = |e: &Exchange| {
        let is_in = |p: &[u8]| same_file(p, asked) || lies_in(p, asked);
        let looks = enters(e.verb()) || e.verb().transfers();
        looks && e.code().is_some_and(Code::is_acceptance) && path(e).is_some_and(is_in)
    };
    has_reason && !before.into_iter().any(|e| shows_it(&e))
}

/// Whether the same path was refused earlier, too, when the client was in the same folder.
fn was_refused(exchange: &Exchange, asked: &[u8]) -> bool {
    let before = std::iter::successors(exchange.previous(), Exchange::previous).take(BACK_MAX);
    let mut here = before.take_while(|e| !(enters(e.verb()) && e.code().is_some_and(Code::is_acceptance)));
    here.any(|e| e.is_refused() && path(&e).is_some_and(|p| same_file(p, asked)))
}

/// Commands that belong to the transfer or the file command that follows.
fn leads_on(verb: Verb) -> bool {
    verb.data() == DataRole::Setup
        || verb.data() == DataRole::Send
        || matches!(verb, Verb::TYPE | Verb::REST | Verb::SIZE | Verb::MDTM | Verb::MLST)
}

/// The name with which the working folder ends and the path begins: the client gives its folder twice.
fn folder_twice(suspect: &Suspect, asked: &[u8]) -> Option<Vec<u8>> {
    let (first, _) = asked.split_at(memchr::memchr(b'/', asked).filter(|slash| *slash > 0)?);
    let Folder::At(folder, _) = working_folder(suspect) else { return None };
    let is_twice = !matches!(first, b"." | b"..") && last_name(&folder) == first;
    is_twice.then(|| first.to_vec())
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::judged_by_default;

    const LOGIN: [&str; 5] = ["220 (vsFTPd 3.0.5)", "USER a", "331 x", "PASS b", "230 x"];

    /// What the rules of everyone say about these lines after a login.
    fn after_login(lines: &[&str]) -> Vec<String> {
        judged_by_default(&[&LOGIN, lines].concat())
    }

    #[test]
    fn a_file_that_is_not_there() {
        let found = after_login(&[
            "PASV",
            "227 (127,0,0,1,4,1)",
            "RETR a.txt",
            "550 a.txt: No such file or directory",
        ]);
        assert_eq!(found, ["path-not-found/missing line 8"]);
        assert_eq!(
            after_login(&["CWD in", "550 No such directory."]),
            ["path-not-found/folder-missing line 6"]
        );
        assert_eq!(
            after_login(&["CWD in", "550 Failed to change directory."]),
            ["path-not-found/not-entered line 6"]
        );
        let found = after_login(&["PASV", "227 (127,0,0,1,4,1)", "RETR a.txt", "550 Failed to open file."]);
        assert_eq!(found, ["path-not-found/not-opened line 8"]);
    }

    #[test]
    fn what_size_said_tells_missing_from_forbidden() {
        let with_size = |size: &'static str| {
            after_login(&[
                "PASV",
                "227 (127,0,0,1,4,1)",
                "SIZE a.txt",
                size,
                "RETR a.txt",
                "550 Failed to open file.",
            ])
        };
        assert_eq!(with_size("550 Could not get file size."), ["path-not-found/size-missing line 10"]);
        assert_eq!(with_size("213 42"), ["permission-denied/not-opened line 10"]);
        let in_ascii = with_size("550 SIZE not allowed in ASCII mode");
        assert_eq!(in_ascii.last().unwrap(), "path-not-found/not-opened line 10");
    }

    #[test]
    fn the_client_itself_moved_or_deleted_it() {
        let retr = ["PASV", "227 (127,0,0,1,4,1)", "RETR a.txt", "550 a.txt: No such file or directory"];
        let renamed = ["RNFR a.txt", "350 x", "RNTO b.txt", "250 x"];
        assert_eq!(after_login(&[&renamed[..], &retr].concat()), ["path-not-found/gone line 12"]);
        let deleted = ["DELE a.txt", "250 x"];
        assert_eq!(after_login(&[&deleted[..], &retr].concat()), ["path-not-found/gone line 10"]);
        // In another folder it is another file.
        let left = ["DELE a.txt", "250 x", "CWD in", "250 x"];
        assert_eq!(after_login(&[&left[..], &retr].concat()), ["path-not-found/missing line 12"]);
    }

    #[test]
    fn a_reply_without_words_is_explained_by_what_came_before() {
        let lines = ["DELE a.txt", "250 x", "PASV", "227 (127,0,0,1,4,1)", "RETR a.txt", "550"];
        assert_eq!(after_login(&lines), ["path-not-found/gone line 10"]);
        // To store a file again that was deleted is no mistake.
        let lines = [
            "DELE a.txt",
            "250 x",
            "PASV",
            "227 (127,0,0,1,4,1)",
            "STOR a.txt",
            "553 No such file or directory",
        ];
        assert_eq!(after_login(&lines), ["path-not-found/target-folder-missing line 10"]);
    }

    #[test]
    fn what_was_refused_before_left_nothing_to_find() {
        let made = ["MKD in", "550 Access is denied.", "CWD in", "550 Failed to change directory."];
        assert_eq!(after_login(&made)[1], "path-not-found/not-made line 8");
        // A folder that is there cannot be made, either.
        let made = [
            "MKD in",
            "550 Create directory operation failed.",
            "RMD in",
            "550 Remove directory operation failed.",
        ];
        assert_eq!(after_login(&made)[1], "file-refused/not-deleted line 8");
        let entered = ["CWD in", "250 x", "CDUP", "250 x", "MKD in", "550 Permission denied."];
        let found =
            after_login(&[&entered[..], &["RMD in", "550 Remove directory operation failed."]].concat());
        assert_eq!(found.last().unwrap(), "file-refused/not-deleted line 12");
        let went = [
            "CWD in",
            "550 No such directory.",
            "PASV",
            "227 (127,0,0,1,4,1)",
            "RETR a",
            "550 No such file.",
        ];
        assert_eq!(after_login(&went)[1], "path-not-found/folder-refused line 10");
        let lost = [&went[..2], &["SYST", "215 x"], &went[2..]].concat();
        assert_eq!(after_login(&lost)[1], "path-not-found/missing line 12");
        let whole = [&went[..4], &["RETR /in/a", "550 No such file."]].concat();
        assert_eq!(after_login(&whole)[1], "path-not-found/missing line 10");
        // It was not there before the folder was refused, either.
        let twice = [&went[2..], &went].concat();
        assert_eq!(after_login(&twice)[2], "path-not-found/missing line 14");
        let again = ["CWD in", "550 No such directory.", "CWD in", "550 No such directory."];
        assert_eq!(after_login(&again)[1], "path-not-found/folder-missing line 8");
    }

    #[test]
    fn an_option_of_ls_is_a_name_to_some_servers() {
        // FileZilla Server from version 1 on.
        let list = ["PASV", "227 (127,0,0,1,4,1)", "LIST -a", "550 No such file or directory"];
        assert_eq!(after_login(&list), ["path-not-found/option-as-name line 8"]);
        let list = ["PASV", "227 (127,0,0,1,4,1)", "LIST -a in", "550 No such file or directory"];
        assert_eq!(after_login(&list), ["path-not-found/missing line 8"]);
    }

    #[test]
    fn the_folder_is_given_twice() {
        let lines =
            ["CWD /srv/in", "250 x", "PASV", "227 (127,0,0,1,4,1)", "RETR in/a.txt", "550 No such file."];
        assert_eq!(after_login(&lines), ["path-not-found/folder-twice line 10"]);
    }

    #[test]
    fn who_only_asks_made_no_mistake() {
        for lines in [
            &[
                "SIZE a.txt",
                "550 Could not get file size.",
                "PASV",
                "227 (127,0,0,1,4,1)",
                "STOR a.txt",
                "226 x",
            ][..],
            &["MDTM a.txt", "550 a.txt: No such file or directory"],
            &[
                "CWD in",
                "550 Failed to change directory.",
                "MKD in",
                "257 \"/in\" created",
                "CWD in",
                "250 x",
            ],
            &[
                "CWD a.txt",
                "550 Failed to change directory.",
                "PASV",
                "227 (127,0,0,1,4,1)",
                "RETR a.txt",
                "226 x",
            ],
            &[
                "DELE a.txt",
                "550 Delete operation failed.",
                "PASV",
                "227 (127,0,0,1,4,1)",
                "STOR a.txt",
                "226 x",
            ],
            &["DELE b", "550 No such file.", "RNFR a", "350 x", "RNTO b", "250 x"],
            &["PASV", "227 (127,0,0,1,4,1)", "NLST", "550 No files found"],
            &["PASV", "227 (127,0,0,1,4,1)", "NLST *.csv", "450 *.csv: No such file or directory"],
            &["PASV", "227 (127,0,0,1,4,1)", "RETR docs", "550 No such file.", "CWD docs", "250 x"],
            &["STAT a.txt", "450 a.txt: No such file or directory"],
        ] {
            assert_eq!(after_login(lines), [""; 0], "{lines:?}");
        }
    }
}
