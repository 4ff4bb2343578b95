//! Refusals in which the server names a fault of its own: its configuration, its memory, a crash.

use crate::ftp::{Code, DataRole};
use crate::rule::{Check, Found, Group, Rule, Severity, Suspect};
use crate::text::holds;

pub(super) static RULE: Rule = Rule {
    name: "server-fault",
    severity: Severity::Error,
    group: Group::Availability,
    replies: &[421, 451, 500],
    cases: &["writable-root", "crashed", "configuration", "resources", "home", "other"],
    check: Check::Suspect(check),
    ..Rule::BASE
};

fn check(suspect: &Suspect) -> Option<Found> {
    let code = suspect.refusal().filter(|c| matches!(c, Code(421 | 451 | 500)))?;
    // Most commands that get 500 are not known; vsftpd says OOPS of itself.
    let dies = suspect.says(&["oops"]);
    if code == Code(500) && !dies {
        return None;
    }
    // A handshake that failed may be the client's fault, and most refusals with 421 are about limits.
    if suspect.says(&["too many", "ssl", "tls", "error:"]) {
        return None;
    }
    // Why there is no port to wait at is another rule's matter.
    if suspect.verb.data() == DataRole::Setup && !dies {
        return None;
    }
    // One process of vsftpd tells the fault, and then another one that the first is gone.
    if suspect.exchange.previous().and_then(|e| e.reply()).is_some_and(|r| holds(r.raw(), "oops")) {
        return None;
    }
    let case = match () {
        () if suspect.says(&["writable root", "writeable root"]) => "writable-root",
        () if suspect.says(&[
            "out of memory",
            "malloc",
            "resource failure",
            "could not create socket",
            "cannot fork",
        ]) =>
        {
            "resources"
        }
        () if suspect.says(&["child died", "priv_sock", "internal server error"]) => "crashed",
        () if suspect.says(&[
            "config",
            "cannot locate user",
            "failed to open",
            "pasv_address",
            "list file",
        ]) && (dies || code == Code(421)) =>
        {
            "configuration"
        }
        () if suspect.says(&["home directory", "chroot"]) && (dies || code == Code(421)) => "home",
        () if dies => "other",
        () => return None,
    };
    Some(Found::new(case))
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::judged_by_default;

    #[test]
    fn what_a_server_says_about_itself_is_its_fault() {
        // The texts are those of the sources of vsftpd, Pure-FTPd and the BSD server.
        let said = [
            ("500 OOPS: vsftpd: refusing to run with writable root inside chroot()", "writable-root"),
            ("500 OOPS: child died", "crashed"),
            ("500 OOPS: vsftpd: cannot locate user specified in 'nopriv_user':nope", "configuration"),
            ("421 Unable to read the configuration file", "configuration"),
            ("421 Local resource failure: malloc", "resources"),
            ("421 Home directory not available - aborting", "home"),
            ("500 OOPS: reading non-root config", "configuration"),
            ("500 OOPS: invalid pasv_address", "configuration"),
            ("500 OOPS: could not read chroot() list file:/etc/vsftpd.chroot_list", "configuration"),
        ];
        for (reply, case) in said {
            let found = judged_by_default(&["220 x", "USER a", "331 x", "PASS b", reply]);
            assert_eq!(found, [format!("server-fault/{case} line 4")], "{reply}");
        }
    }

    #[test]
    fn a_refused_file_is_no_fault_of_the_server() {
        let lines =
            ["220 x", "USER a", "331 x", "PASS b", "230 x", "CWD chroot", "550 chroot: No such directory"];
        assert!(judged_by_default(&lines).iter().all(|f| !f.starts_with("server-fault")));
    }
}
