//! Times of logs that state only a part of them: what is not known is null, and what can be known is right.

#![allow(
    clippy::format_collect,
    clippy::unwrap_used,
    reason = "tables and text; a test that cannot go on fails"
)]

mod program;

use program::{ftplog, ftplog_with};
use serde_json::Value;

/// The times of the exchanges of a log, as NDJSON has them.
#[track_caller]
fn times(args: &[&str], log: &str) -> Vec<Option<String>> {
    let ran = ftplog_with(&[&["exchanges", "-f", "ndjson"], args, &["-"]].concat(), log.as_bytes());
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    ran.ndjson().iter().map(|e| e["time"].as_str().map(str::to_owned)).collect()
}

fn by_syslog(stamps: &[&str]) -> String {
    let line = |s: &&str| format!("{s} h vsftpd[7]: [ann] FTP command: Client \"192.0.2.7\", \"NOOP\"\n");
    stamps.iter().map(line).collect()
}

fn by_extended_log(stamps: &[&str]) -> String {
    stamps.iter().map(|s| format!("192.0.2.7 UNKNOWN ann [{s}] \"NOOP\" 200 -\n")).collect()
}

fn by_filezilla_server(stamps: &[&str]) -> String {
    stamps.iter().map(|s| format!("(000041) {s} - ann (192.0.2.7)> NOOP\n")).collect()
}

fn by_vsftpd(stamps: &[&str]) -> String {
    let line = |s: &&str| format!("{s} [pid 7] [ann] FTP command: Client \"192.0.2.7\", \"NOOP\"\n");
    stamps.iter().map(line).collect()
}

fn some(times: &[&str]) -> Vec<Option<String>> {
    times.iter().map(|t| Some((*t).to_owned())).collect()
}

#[test]
fn a_year_is_not_known_until_it_is_named() {
    let log = by_syslog(&["Dec 31 23:59:59", "Jan  1 00:00:01"]);
    assert_eq!(times(&[], &log), [None, None]);
    let want = some(&["2026-12-31T23:59:59+00:00", "2027-01-01T00:00:01+00:00"]);
    assert_eq!(times(&["--year", "2026"], &log), want);
    assert_eq!(times(&["--set", "input.year=2026"], &log), want);
    // The option is nearer than the setting.
    assert_eq!(times(&["--year", "2026", "--set", "input.year=1999"], &log), want);
    let seoul = some(&["2026-12-31T14:59:59+00:00", "2026-12-31T15:00:01+00:00"]);
    assert_eq!(times(&["--year", "2026", "--tz", "Asia/Seoul"], &log), seoul);
}

#[test]
fn the_year_is_that_of_the_first_line_whoever_wrote_it() {
    let log = format!("Dec 31 23:59:00 h sshd[1]: Server listening\n{}", by_syslog(&["Jan  1 00:00:01"]));
    assert_eq!(times(&["--year", "2026"], &log), some(&["2027-01-01T00:00:01+00:00"]));
}

#[test]
fn a_day_that_a_year_does_not_have_is_null() {
    let log = by_syslog(&["Feb 28 12:00:00", "Feb 29 12:00:00", "Mar  1 12:00:00"]);
    let [before, day, after] = &times(&["--year", "2026"], &log)[..] else { panic!() };
    assert_eq!((before.is_some(), day.is_some(), after.is_some()), (true, false, true));
    assert!(times(&["--year", "2028"], &log).iter().all(Option::is_some));
}

#[test]
fn what_is_no_year_is_an_error() {
    for year in ["26", "next", "-2026", "99999"] {
        let ran = ftplog(&["sessions", &format!("--year={year}"), "samples/server.log"]);
        assert_eq!(ran.code, 2);
        assert_eq!(
            ran.err,
            format!(
                "error: {year} is not a year\n  tip: name the year in which the log begins, for example 2026\n"
            )
        );
    }
}

#[test]
fn clocks_that_are_set_back_do_not_take_a_log_back() {
    let log = by_vsftpd(&[
        "Sun Oct 25 01:59:59 2026",
        "Sun Oct 25 02:30:00 2026",
        "Sun Oct 25 02:10:00 2026",
        "Sun Oct 25 02:59:59 2026",
        "Sun Oct 25 03:00:00 2026",
    ]);
    let want = some(&[
        "2026-10-24T23:59:59+00:00",
        "2026-10-25T00:30:00+00:00",
        "2026-10-25T01:10:00+00:00",
        "2026-10-25T01:59:59+00:00",
        "2026-10-25T02:00:00+00:00",
    ]);
    assert_eq!(times(&["--tz", "Europe/Berlin"], &log), want);
}

#[test]
fn a_time_that_clocks_pass_over_is_null() {
    let log =
        by_vsftpd(&["Sun Mar 29 01:59:59 2026", "Sun Mar 29 02:30:00 2026", "Sun Mar 29 03:00:00 2026"]);
    let [before, none, after] = &times(&["--tz", "Europe/Berlin"], &log)[..] else { panic!() };
    assert_eq!(before.as_deref(), Some("2026-03-29T00:59:59+00:00"));
    assert_eq!(none, &None);
    assert_eq!(after.as_deref(), Some("2026-03-29T01:00:00+00:00"));
}

#[test]
fn a_zone_that_changes_within_a_session_keeps_the_order() {
    // ProFTPD after chroot, which takes the zone's file away.
    let log = by_extended_log(&[
        "16/Apr/2010:12:48:49 +1000",
        "15/Apr/2010:21:48:50 -0500",
        "16/Apr/2010:02:48:51 +0000",
    ]);
    let want = some(&["2010-04-16T02:48:49+00:00", "2010-04-16T02:48:50+00:00", "2010-04-16T02:48:51+00:00"]);
    assert_eq!(times(&[], &log), want);
    assert_eq!(times(&["--tz", "Australia/Sydney"], &log), want);
}

#[test]
fn the_order_of_day_and_month_is_that_of_the_whole_file() {
    let log = by_filezilla_server(&["4/1/2009 1:34:48 AM", "4/1/2009 1:34:49 PM"]);
    assert_eq!(times(&[], &log), [None, None]);
    let day_first = by_filezilla_server(&["4/1/2009 1:34:48 AM", "20/1/2009 1:34:48 AM"]);
    assert_eq!(times(&[], &day_first), some(&["2009-01-04T01:34:48+00:00", "2009-01-20T01:34:48+00:00"]));
    let month_first = by_filezilla_server(&["4/1/2009 1:34:48 AM", "12/18/2009 15:51:17 PM"]);
    assert_eq!(times(&[], &month_first), some(&["2009-04-01T01:34:48+00:00", "2009-12-18T15:51:17+00:00"]));
    // In the other order the log would go back by eleven months.
    let shown_by_order = by_filezilla_server(&["1/12/2022 7:04:11", "2/1/2022 7:04:11"]);
    assert_eq!(
        times(&[], &shown_by_order),
        some(&["2022-01-12T07:04:11+00:00", "2022-02-01T07:04:11+00:00"])
    );
}

#[test]
fn the_order_holds_far_below_the_lines_that_show_it() {
    let mut log = by_filezilla_server(&["20/1/2009 1:34:48 AM"]);
    log.push_str(&by_filezilla_server(&["4/2/2009 1:34:48 AM"]).repeat(9_000));
    let times = times(&[], &log);
    assert_eq!(times.last().unwrap().as_deref(), Some("2009-02-04T01:34:48+00:00"));
}

#[test]
fn times_of_day_have_dates_only_where_something_around_them_does() {
    let log = "*   Trying 192.0.2.7:21...\n18:18:56.828511 < 220 ready\n18:18:57.828511 > QUIT\n18:18:58.828511 < 221 bye\n";
    assert!(times(&[], log).iter().all(Option::is_none));
    let stamped: String = log.lines().map(|l| format!("2026-11-20T18:18:58.1234567Z {l}\n")).collect();
    assert_eq!(times(&[], &stamped)[0].as_deref(), Some("2026-11-20T18:18:58.123+00:00"));
    let ran = ftplog_with(&["exchanges", "-f", "ndjson", "-"], stamped.as_bytes());
    let first: Value = serde_json::from_str(ran.out.lines().next().unwrap()).unwrap();
    assert_eq!(first["replies"][0]["code"], 220);
}
