//! What an input cannot show, so that nobody takes its silence for proof. What was found in it is told elsewhere.

use super::summary::{InputSummary, Status};
use crate::catalog::{self, Word, Words};

/// What does not stand in an input.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Gap {
    /// What it lacks, and what can therefore not be found.
    pub(super) lacks: String,
    /// What would change that.
    pub(super) better: Option<String>,
}

/// What an input lacks by its format, or as it was seen; nothing where everything that was said may stand in it, and for
/// formats of the user's own.
pub(super) fn gap(input: &InputSummary, words: &Words) -> Option<Gap> {
    let page = catalog::format(input.format?, words.lang())?;
    let better = page.advice();
    let without_replies = input.status != Status::Failed && input.replies == 0;
    let seen = without_replies.then(|| words.get(Word::LacksReplies).to_owned());
    Some(Gap { lacks: page.lacks.or(seen)?, better })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang::Lang;
    use crate::session::Starts;
    use crate::source::LogName;

    fn input(format: &'static str, replies: u64) -> InputSummary {
        InputSummary {
            name: LogName::default(),
            format: Some(format),
            format_given: false,
            status: Status::Ok,
            lines: 2,
            lines_not_understood: 0,
            replies,
            starts: Starts::default(),
            errors: Vec::new(),
        }
    }

    fn lacks(format: &'static str, replies: u64) -> Option<Gap> {
        gap(&input(format, replies), &Words::new(Lang::En))
    }

    #[test]
    fn a_format_that_leaves_things_out_says_so() {
        let gap = lacks("proftpd-extended", 5).unwrap();
        assert!(gap.lacks.contains("greetings"), "{}", gap.lacks);
        assert!(gap.better.unwrap().contains("TraceLog"));
    }

    #[test]
    fn a_format_of_everything_says_nothing_unless_its_replies_are_missing() {
        assert_eq!(lacks("vsftpd", 1), None);
        assert!(lacks("vsftpd", 0).unwrap().better.unwrap().contains("log_ftp_protocol=YES"));
        assert!(lacks("pure-ftpd", 0).unwrap().better.unwrap().ends_with("pure-ftpd -d -d -1"));
    }

    #[test]
    fn formats_of_the_users_own_and_logs_that_were_not_read_say_nothing() {
        assert_eq!(lacks("acme", 0), None);
        assert_eq!(
            gap(&InputSummary { status: Status::Failed, ..input("vsftpd", 0) }, &Words::new(Lang::En)),
            None
        );
        assert_eq!(gap(&InputSummary { format: None, ..input("vsftpd", 0) }, &Words::new(Lang::En)), None);
    }
}
