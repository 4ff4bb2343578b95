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
    FormatOfLogs "format-of-logs";
    Interrupted "interrupted";
    OnlySessions "only-sessions";
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
    ColumnLog "column-log";
    ColumnErrors "column-errors";
    ColumnWarnings "column-warnings";
    Total "total";
    MoreLogs "more-logs";
    Found "found";
    StartWith "start-with";
    NothingFound "nothing-found";
    NotCounted "not-counted";
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
    NotInTheLog "not-in-the-log";
    AddressPrivate "address-private";
    AddressShared "address-shared";
    AddressLinkLocal "address-link-local";
    AddressLoopback "address-loopback";
    AddressUnspecified "address-unspecified";
    PassiveVsftpd "passive-vsftpd";
    PassiveProftpd "passive-proftpd";
    PassivePureFtpd "passive-pure-ftpd";
    PassiveFilezilla "passive-filezilla";
    PassivePyftpdlib "passive-pyftpdlib";
    PassiveIis "passive-iis";
    PassiveAny "passive-any";
    TheWorkingFolder "the-working-folder";
    FolderOfLogin "folder-of-login";
    FolderNotShown "folder-not-shown";
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
    GroupOwn "group-own";
    GroupExpectation "group-expectation";
    NothingCame "nothing-came";
    LevelViolation "level-violation";
    LevelHazard "level-hazard";
    LevelExtension "level-extension";
    SetPedantic "set-pedantic";
    SetAudit "set-audit";
    RuleOff "rule-off";
    SettingChanged "setting-changed";
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
    CodeOfNoRfc "code-of-no-rfc";
    WindowsTitle "windows-title";
    WindowsIntro "windows-intro";
    Windows10053 "windows-10053";
    Windows10054 "windows-10054";
    Windows10060 "windows-10060";
    Windows10061 "windows-10061";
    Windows10065 "windows-10065";
    Windows11001 "windows-11001";
    ClassAndRfc "class-and-rfc";
    RowDigits "row-digits";
    ExampleFrom "example-from";
    HabitOf "habit-of";
    ReaderAuthor "reader-author";
    ReaderOperator "reader-operator";
    ReaderServer "reader-server";
    WhatItDoes "what-it-does";
    WhatMustComeFirst "what-must-come-first";
    WhatServersAnswer "what-servers-answer";
    OtherReplies "other-replies";
    HowToUseIt "how-to-use-it";
    RelatedCommands "related-commands";
    DefinedNowhere "defined-nowhere";
    RowSyntax "row-syntax";
    RowData "row-data";
    DataNone "data-none";
    DataSetup "data-setup";
    DataSend "data-send";
    DataReceive "data-receive";
    DataList "data-list";
    BookReplies "book-replies";
    BookCommands "book-commands";
    BookComparisons "book-comparisons";
    BookRules "book-rules";
    SearchCode "search-code";
    SearchRule "search-rule";
    SearchWords "search-words";
    SearchAfter "search-after";
    SearchAtConnect "search-at-connect";
    ReadOn "read-on";
    SearchNothing "search-nothing";
    Comma "comma";
    CompareTitle "compare-title";
    CompareAnd "compare-and";
    RowMeaning "row-meaning";
    RowClass "row-class";
    RowAnswers "row-answers";
    RowRetry "row-retry";
    RowSession "row-session";
    RowNeeds "row-needs";
    RowSuccess "row-success";
    RowAgain "row-again";
    NoCell "no-cell";
    ClassCell "class-cell";
    WhatEachIs "what-each-is";
    KeyDifferences "key-differences";
    WhenToUse "when-to-use";
    WhenToUseCommands "when-to-use-commands";
    WhenYouUseIt "when-you-use-it";
    DifferenceClass "difference-class";
    ShowSessionN "show-session-n";
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
    NoReply "no-reply";
    OutcomeDone "outcome-done";
    OutcomeFailed "outcome-failed";
    ColumnFact "column-fact";
    ColumnShown "column-shown";
    ColumnSure "column-sure";
    ColumnLine "column-line";
    SureCertain "sure-certain";
    SureLikely "sure-likely";
    SurePossible "sure-possible";
    ServerUnknown "server-unknown";
    ServerIdentity "server-identity";
    ServerCommands "server-commands";
    ServerTls "server-tls";
    ServerPassive "server-passive";
    ServerLimits "server-limits";
    ServerTimes "server-times";
    FactSoftware "fact-software";
    FactVersion "fact-version";
    FactGreeting "fact-greeting";
    FactAnswers "fact-answers";
    FactSystem "fact-system";
    FactSessions "fact-sessions";
    FactFeatures "fact-features";
    FactStarred "fact-starred";
    FactSite "fact-site";
    FactWorked "fact-worked";
    FactUnsupported "fact-unsupported";
    FactOffered "fact-offered";
    FactAccepted "fact-accepted";
    FactRefused "fact-refused";
    FactRequired "fact-required";
    FactAddresses "fact-addresses";
    FactPorts "fact-ports";
    FactClients "fact-clients";
    FactTimeout "fact-timeout";
    FactSilence "fact-silence";
    FactGreetingTime "fact-greeting-time";
    FactReplyTime "fact-reply-time";
    ByFormat "by-format";
    ByBanner "by-banner";
    ByAnswers "by-answers";
    ByAnswersNotBanner "by-answers-not-banner";
    VersionByBanner "version-by-banner";
    AnswersLike "answers-like";
    TimeSpan "time-span";
    InLists "in-lists";
    CodeAndText "code-and-text";
    CodeAndTextTimes "code-and-text-times";
    ButWorked "but-worked";
    RequiredForLogin "required-for-login";
    RequiredForData "required-for-data";
    PortsSeen "ports-seen";
    PortSeen "port-seen";
    LimitClients "limit-clients";
    LimitPerClient "limit-per-client";
    LimitPerUser "limit-per-user";
    LimitNotNamed "limit-not-named";
    WaitIdle "wait-idle";
    WaitLogin "wait-login";
    WaitTransfer "wait-transfer";
    WaitData "wait-data";
    WaitSession "wait-session";
    SilenceMeasured "silence-measured";
    SilenceRange "silence-range";
    SpreadTimes "spread-times";
    MoreFacts "more-facts";
    LeftOut "left-out";
    ColumnFormat "column-format";
    ColumnWhat "column-what";
    FormatsCount "formats-count";
    Lacks "lacks";
    Better "better";
    AsAbove "as-above";
    LacksReplies "lacks-replies";
    AsSentence "as-sentence";
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
    StateFormUnsaid "state-form-unsaid";
    StateFormText "state-form-text";
    StateFormImage "state-form-image";
    StateFolder "state-folder";
    StateDataUsed "state-data-used";
    StateFrom "state-from";
    LinesFromTo "lines-from-to";
    LegendState "legend-state";
    MoreLines "more-lines";
    KnownBefore "known-before";
    WhyTitle "why-title";
    WhyExplains "why-explains";
    WhyExplainsOff "why-explains-off";
    WhyNotAsked "why-not-asked";
    WhyDoesNotFit "why-does-not-fit";
    WhyNotRefused "why-not-refused";
    WhySpeaks "why-speaks";
    WhyOtherCommands "why-other-commands";
    WhyOff "why-off";
    WhyOffSet "why-off-set";
    OwnAny "own-any";
    OwnOne "own-one";
    OwnOr "own-or";
    OwnArgument "own-argument";
    OwnUser "own-user";
    OwnClient "own-client";
    OwnAnswered "own-answered";
    OwnReply "own-reply";
    OwnState "own-state";
    OwnUnless "own-unless";
    OwnWithin "own-within";
    OwnThen "own-then";
    OwnDirectly "own-directly";
    OwnSequence "own-sequence";
    OwnCount "own-count";
    OwnPerSession "own-per-session";
    OwnPerClient "own-per-client";
    OwnPerUser "own-per-user";
    OwnPerServer "own-per-server";
    OwnNotAfter "own-not-after";
    OwnNotBetween "own-not-between";
    OwnFinds "own-finds";
    OwnWhy "own-why";
    OwnHere "own-here";
    OwnStep "own-step";
    OwnFirst "own-first";
    OwnLast "own-last";
    OwnStart "own-start";
    OwnStartOne "own-start-one";
    OwnNoCommand "own-no-command";
    OwnNoReply "own-no-reply";
    OwnNoClient "own-no-client";
    OwnManyClients "own-many-clients";
    ProgressReading "progress-reading";
    ProgressFiles "progress-files";
    ProgressBytes "progress-bytes";
    ProgressLeft "progress-left";
    ProgressNow "progress-now";
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
    Files "files" "files-one";
    NotRead "not-read" "not-read-one";
    Logs "logs" "logs-one";
    LinesLookedAt "lines-looked-at" "lines-looked-at-one";
    Skipped "skipped" "skipped-one";
    Servers "servers" "servers-one";
    InReplies "in-replies" "in-replies-one";
    Problems "problems" "problems-one";
    RefusalsLeft "refusals-left" "refusals-left-one";
    ExpectationsHold "expectations-hold" "expectations-hold-one";
    AsInGolden "as-in-golden" "as-in-golden-one";
    Allowed "allowed" "allowed-one";
    InBaseline "in-baseline" "in-baseline-one";
    Seconds "seconds" "seconds-one";
    Minutes "minutes" "minutes-one";
    Hours "hours" "hours-one";
    ProgressErrors "progress-errors" "progress-errors-one";
    ProgressUnreadable "progress-unreadable" "progress-unreadable-one";
}
