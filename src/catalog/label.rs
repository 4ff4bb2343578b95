//! The labels, by name. A label that is not in this list cannot be asked for, and the catalog is held against the list when
//! it is read.

macro_rules! words {
    ($($name:ident $key:literal;)*) => {
        /// A word or a sentence of reports, tables and explanations.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[allow(missing_docs)] // The file has the words.
        pub enum Word { $($name),* }

        impl Word {
            pub(super) const ALL: &[Self] = &[$(Self::$name),*];

            /// Its key in the file.
            #[must_use]
            pub fn key(self) -> &'static str {
                match self { $(Self::$name => $key),* }
            }
        }
    };
}

macro_rules! counted {
    ($($name:ident $many:literal $one:literal;)*) => {
        /// Something that is counted: it has a form for one and a form for any other number.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[allow(missing_docs)] // The file has the words.
        pub enum Counted { $($name),* }

        impl Counted {
            pub(super) const ALL: &[Self] = &[$(Self::$name),*];

            /// The keys of both forms in the file: many, one.
            pub(super) fn keys(self) -> [&'static str; 2] {
                match self { $(Self::$name => [$many, $one]),* }
            }
        }
    };
}

words! {
    Error "error";
    Warning "warning";
    Note "note";
    AllUnderstood "all-understood";
    NotUnderstood "not-understood";
    Legend "legend";
    Session "session";
    Clients "clients";
    SpanOfTime "span-of-time";
    Why "why";
    Fix "fix";
    Seen "seen";
    More "more";
    SeenTimes "seen-times";
    SeenTimesOne "seen-times-one";
    Likely "likely";
    Possible "possible";
    MoreExplain "more-explain";
    ColumnSeverity "column-severity";
    ColumnProblem "column-problem";
    ColumnCount "column-count";
    ColumnSessions "column-sessions";
    ColumnFirst "column-first";
    Found "found";
    StartWith "start-with";
    NothingFound "nothing-found";
    NotListed "not-listed";
    TheUser "the-user";
    LineN "line-n";
    ARow "a-row";
    LessThanASecond "less-than-a-second";
    StateLoginUnknown "state-login-unknown";
    StateLoggedIn "state-logged-in";
    StateLoginHalf "state-login-half";
    StateNotLoggedIn "state-not-logged-in";
    StateTls "state-tls";
    StateTlsCleared "state-tls-cleared";
    StateNoTls "state-no-tls";
    StateRename "state-rename";
    StateNoRename "state-no-rename";
    StateData "state-data";
    StateNoData "state-no-data";
    GroupOrder "group-order";
    GroupSupport "group-support";
    GroupAvailability "group-availability";
    GroupLogin "group-login";
    GroupData "group-data";
    GroupTls "group-tls";
    GroupStorage "group-storage";
    GroupTransfer "group-transfer";
    GroupSecurity "group-security";
    GroupConformance "group-conformance";
    GroupPerformance "group-performance";
    LevelViolation "level-violation";
    LevelHazard "level-hazard";
    LevelExtension "level-extension";
    SetPedantic "set-pedantic";
    SetAudit "set-audit";
    ColumnRule "column-rule";
    ColumnReplies "column-replies";
    ColumnReports "column-reports";
    RulesCount "rules-count";
    Class1 "class-1";
    Class2 "class-2";
    Class3 "class-3";
    Class4 "class-4";
    Class5 "class-5";
    Class6 "class-6";
    WhatItMeans "what-it-means";
    WhenYouSeeIt "when-you-see-it";
    HowToFixIt "how-to-fix-it";
    RealServers "real-servers";
    NotToBeConfused "not-to-be-confused";
    RulesAboutIt "rules-about-it";
    CompareWith "compare-with";
    WhatItFinds "what-it-finds";
    WhyItMatters "why-it-matters";
    WhatToDo "what-to-do";
    Settings "settings";
    Example "example";
    RepliesAboutIt "replies-about-it";
    DigitGroup0 "digit-group-0";
    DigitGroup1 "digit-group-1";
    DigitGroup2 "digit-group-2";
    DigitGroup3 "digit-group-3";
    DigitGroup4 "digit-group-4";
    DigitGroup5 "digit-group-5";
    Digits "digits";
    NotWrittenYet "not-written-yet";
    CompareTitle "compare-title";
    CompareComma "compare-comma";
    CompareAnd "compare-and";
    RowMeaning "row-meaning";
    RowClass "row-class";
    RowAnswers "row-answers";
    RowRetry "row-retry";
    RowSession "row-session";
    ClassCell "class-cell";
    WhatEachIs "what-each-is";
    KeyDifferences "key-differences";
    WhenToUse "when-to-use";
    DifferenceClass "difference-class";
    ColumnSession "column-session";
    ColumnStart "column-start";
    ColumnLength "column-length";
    ColumnClient "column-client";
    ColumnUser "column-user";
    ColumnCommands "column-commands";
    ColumnEnd "column-end";
    EndOpen "end-open";
    EndQuit "end-quit";
    EndLost "end-lost";
    EndRefused "end-refused";
    EndTimeout "end-timeout";
    MoreSessions "more-sessions";
    ColumnFormat "column-format";
    ColumnWhat "column-what";
    FormatsCount "formats-count";
    Lacks "lacks";
    Better "better";
    AsAbove "as-above";
    LacksReplies "lacks-replies";
    NothingProved "nothing-proved";
    FormatWritten "format-written";
    FormatHolds "format-holds";
    FormatLacks "format-lacks";
    FormatBetter "format-better";
    FormatSteps "format-steps";
    FormatNotes "format-notes";
    ColumnWrapper "column-wrapper";
    WrappersCount "wrappers-count";
    ColumnWithin "column-within";
    ColumnTelling "column-telling";
    ColumnFitting "column-fitting";
    Within "within";
    ReadAs "read-as";
    ReadAsWithin "read-as-within";
    ReasonLines "reason-lines";
    ReasonLinesOne "reason-lines-one";
    ReasonColumns "reason-columns";
    ReasonLast "reason-last";
    ReasonNamed "reason-named";
    DemoEnd "demo-end";
    DemoAnalyze "demo-analyze";
    DemoExplain "demo-explain";
    DemoWrite "demo-write";
}

counted! {
    Errors "errors" "errors-one";
    Warnings "warnings" "warnings-one";
    Notes "notes" "notes-one";
    Sessions "sessions" "sessions-one";
    Lines "lines" "lines-one";
    Packets "packets" "packets-one";
    LinesLookedAt "lines-looked-at" "lines-looked-at-one";
    Skipped "skipped" "skipped-one";
    Problems "problems" "problems-one";
    RefusalsLeft "refusals-left" "refusals-left-one";
    Seconds "seconds" "seconds-one";
    Minutes "minutes" "minutes-one";
    Hours "hours" "hours-one";
}
