//! The messages, by name. One that is not in this list cannot be asked for, and a test holds the file against the list.

macro_rules! messages {
    ($($name:ident $key:literal $($one:literal)?;)*) => {
        /// A sentence about something that cannot be done or is to be known, or a noun in one.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[allow(missing_docs)] // The file has the words.
        pub enum Message { $($name),* }

        impl Message {
            pub(super) const ALL: &[Self] = &[$(Self::$name),*];

            /// Its key in the file.
            #[must_use]
            pub fn key(self) -> &'static str {
                match self { $(Self::$name => $key),* }
            }

            /// The key of its form for one, if it counts something.
            pub(super) fn key_of_one(self) -> Option<&'static str> {
                match self { $(Self::$name => [$($one)?].first().copied()),* }
            }
        }
    };
}

impl Message {
    /// What a wrapper is, by its name.
    #[must_use]
    pub fn of_wrapper(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|m| m.key().strip_prefix("wrapper-") == Some(name))
    }
}

messages! {
    Error "error";
    Warning "warning";
    Tip "tip";
    OfPath "of-path";
    OnLine "on-line";
    Skipped "skipped";
    ListComma "list-comma";
    DidYouMean "did-you-mean";
    Wrote "wrote";
    NothingToRead "nothing-to-read";
    NothingToReadTip "nothing-to-read-tip";
    NoLogs "no-logs";
    NoLogsTip "no-logs-tip";
    NoFiles "no-files";
    LookedAt "looked-at" "looked-at-one";
    KindText "kind-text";
    KindBinary "kind-binary";
    KindCapture "kind-capture" "kind-capture-one";
    KindEmpty "kind-empty";
    StandardInput "standard-input";
    StandardOutput "standard-output";
    CannotRead "cannot-read";
    CannotReadToEnd "cannot-read-to-end";
    LinesBefore "lines-before" "lines-before-one";
    PacketsBefore "packets-before" "packets-before-one";
    CannotWrite "cannot-write";
    OutputOfNoFormat "output-of-no-format";
    OutputFormatTip "output-format-tip";
    OutputIsNoFile "output-is-no-file";
    OutputIsNoFileTip "output-is-no-file-tip";
    OutputIsInput "output-is-input";
    OutputIsInputTip "output-is-input-tip";
    OutputTwice "output-twice";
    StepSummaryFull "step-summary-full";
    NoSuchFile "no-such-file";
    PermissionDenied "permission-denied";
    NotAFile "not-a-file";
    FileExists "file-exists";
    TooLarge "too-large";
    NotUtf8 "not-utf-8";
    HeaderCut "header-cut";
    HeaderDamaged "header-damaged";
    PacketCut "packet-cut";
    PacketDamaged "packet-damaged";
    PacketTooLong "packet-too-long";
    BlockDamaged "block-damaged";
    PackedCut "packed-cut";
    PackedCorrupt "packed-corrupt";
    PackedBehind "packed-behind";
    PackedEncrypted "packed-encrypted";
    PackedUnsupported "packed-unsupported";
    PackedSevenZip "packed-seven-zip";
    PackedTooLarge "packed-too-large";
    PackedMemory "packed-memory";
    PackedTooLargeToHold "packed-too-large-to-hold";
    PackedTooDense "packed-too-dense";
    PackedTooDeep "packed-too-deep";
    PackedTooMany "packed-too-many";
    SimilarFile "similar-file";
    BelongsTo "belongs-to";
    BelongsToAnother "belongs-to-another";
    DeniedTip "denied-tip";
    CannotStartThreads "cannot-start-threads";
    ReaderGone "reader-gone";
    IsEmpty "is-empty";
    IsBinary "is-binary";
    IsBinaryByZero "is-binary-by-zero";
    IsCapture "is-capture";
    IsCaptureTip "is-capture-tip";
    IsSftp "is-sftp";
    LooksLikeA "looks-like-a";
    LooksLikeAn "looks-like-an";
    LooksLikeTip "looks-like-tip";
    UnknownKind "unknown-kind";
    FormatsTip "formats-tip";
    StopEmpty "stop-empty";
    StopBinary "stop-binary";
    StopCapture "stop-capture";
    StopForeign "stop-foreign";
    StopUnknown "stop-unknown";
    StopInterrupted "stop-interrupted";
    NotReadToEnd "not-read-to-end";
    FilesNotRead "files-not-read" "files-not-read-one";
    NoExchanges "no-exchanges";
    ReadAsLines "read-as-lines" "read-as-lines-one";
    NoExchangesTip "no-exchanges-tip";
    PiecesMissing "pieces-missing";
    FilesMissing "files-missing";
    SameFile "same-file";
    NotAPattern "not-a-pattern";
    AllExcluded "all-excluded";
    AllExcludedTip "all-excluded-tip";
    NotUnderstood "not-understood" "not-understood-one";
    NotUnderstoodTip "not-understood-tip";
    LineNotUnderstood "line-not-understood";
    LinesCut "lines-cut" "lines-cut-one";
    SessionsEnded "sessions-ended" "sessions-ended-one";
    NotRemembered "not-remembered" "not-remembered-one";
    SessionsUnnumbered "sessions-unnumbered" "sessions-unnumbered-one";
    OutOfOrder "out-of-order";
    CaptureNoControl "capture-no-control";
    CaptureNoExchanges "capture-no-exchanges";
    CaptureHolds "capture-holds";
    CaptureSecured "capture-secured";
    CaptureLink "capture-link";
    CaptureNoInterface "capture-no-interface";
    CaptureFragments "capture-fragments" "capture-fragments-one";
    CaptureForgotten "capture-forgotten" "capture-forgotten-one";
    CaptureGaps "capture-gaps";
    CaptureGapsFact "capture-gaps-fact";
    CaptureGapsTip "capture-gaps-tip";
    CaptureSecuredTip "capture-secured-tip";
    CaptureTip "capture-tip";
    Packets "packets" "packets-one";
    TcpConnections "tcp-connections" "tcp-connections-one";
    ControlConnections "control-connections" "control-connections-one";
    Bytes "bytes" "bytes-one";
    Places "places" "places-one";
    UnknownLanguage "unknown-language";
    LanguagesAre "languages-are";
    UnknownZone "unknown-zone";
    UnknownZoneTip "unknown-zone-tip";
    NotAYear "not-a-year";
    NotAYearTip "not-a-year-tip";
    NotASize "not-a-size";
    NotASizeTip "not-a-size-tip";
    UnpackedTip "unpacked-tip";
    EncryptedTip "encrypted-tip";
    SevenZipTip "seven-zip-tip";
    UnknownFormat "unknown-format";
    SimilarFormat "similar-format";
    WhereWithoutValue "where-without-value";
    WhereWithoutValueTip "where-without-value-tip";
    WhereUnknown "where-unknown";
    WhereSession "where-session";
    WhereSessionTip "where-session-tip";
    WhereNoCode "where-no-code";
    WhereNoCodeTip "where-no-code-tip";
    WhereNoNetwork "where-no-network";
    WhereNoNetworkTip "where-no-network-tip";
    NotATime "not-a-time";
    NotATimeTip "not-a-time-tip";
    SinceAfterUntil "since-after-until";
    NoneChosen "none-chosen" "none-chosen-one";
    NoneChosenTip "none-chosen-tip";
    SessionsUndated "sessions-undated" "sessions-undated-one";
    SessionsUndatedTip "sessions-undated-tip";
    ExchangesDropped "exchanges-dropped" "exchanges-dropped-one";
    WhyNeedsLine "why-needs-line";
    WhyNeedsLineTip "why-needs-line-tip";
    NoTarget "no-target";
    NoTargetTip "no-target-tip";
    ShowReadsTwice "show-reads-twice";
    ShowReadsTwiceTip "show-reads-twice-tip";
    IsFolder "is-folder";
    IsFolderTip "is-folder-tip";
    NoLine "no-line";
    NoPacket "no-packet";
    HasLines "has-lines" "has-lines-one";
    HasPackets "has-packets" "has-packets-one";
    LineOfNoSession "line-of-no-session";
    PacketOfNoSession "packet-of-no-session";
    WasNotUnderstood "was-not-understood";
    WasSkippedOrNot "was-skipped-or-not";
    WasSkipped "was-skipped";
    NearestLines "nearest-lines";
    NoSession "no-session";
    SessionNumbers "session-numbers";
    NoSessionTip "no-session-tip";
    NoPage "no-page";
    NoPageTip "no-page-tip";
    SimilarPage "similar-page";
    CodeOfNoRfc "code-of-no-rfc";
    CodeOfNoRfcTip "code-of-no-rfc-tip";
    CompareTwo "compare-two";
    CompareAtMost "compare-at-most";
    CompareSame "compare-same";
    CompareTip "compare-tip";
    NotACode "not-a-code";
    NotACodeTip "not-a-code-tip";
    NotATopic "not-a-topic";
    SimilarCommand "similar-command";
    NothingToLookFor "nothing-to-look-for";
    NothingToLookForTip "nothing-to-look-for-tip";
    BookIsMarkdown "book-is-markdown";
    BookIsMarkdownTip "book-is-markdown-tip";
    UnknownRule "unknown-rule";
    UnknownRuleIn "unknown-rule-in";
    SimilarRule "similar-rule";
    RulesTip "rules-tip";
    RulesAndSetsTip "rules-and-sets-tip";
    NoSuchSetting "no-such-setting";
    SettingsOfRuleTip "settings-of-rule-tip";
    HasNoSettings "has-no-settings";
    HasSettings "has-settings";
    MustBeTable "must-be-table";
    MustBeNames "must-be-names";
    SeverityIsNone "severity-is-none";
    SeverityTip "severity-tip";
    UnknownKey "unknown-key";
    KeysAre "keys-are";
    MustBeCount "must-be-count";
    MustBeTime "must-be-time";
    SetWithoutValue "set-without-value";
    SetWithoutValueTip "set-without-value-tip";
    SetWrong "set-wrong";
    UnknownSetting "unknown-setting";
    SettingsAre "settings-are";
    NoConfig "no-config";
    NoConfigTip "no-config-tip";
    ConfigExists "config-exists";
    ConfigExistsTip "config-exists-tip";
    ConfigUnknown "config-unknown";
    ConfigUnknownTip "config-unknown-tip";
    ConfigYearWrong "config-year-wrong";
    ConfigNoFile "config-no-file";
    ConfigNotSet "config-not-set";
    ConfigFine "config-fine";
    ConfigRuleUnusable "config-rule-unusable";
    ConfigRulePlace "config-rule-place";
    ConfigFormatUnusable "config-format-unusable";
    ConfigFormatPlace "config-format-place";
    Formats "formats" "formats-one";
    Rules "rules" "rules-one";
    Tests "tests" "tests-one";
    FormatNameWrong "format-name-wrong";
    ExpressionWrong "expression-wrong";
    FormatGroupUnknown "format-group-unknown";
    FormatSaysNothing "format-says-nothing";
    FormatTimeWrong "format-time-wrong";
    FormatDirectionsWrong "format-directions-wrong";
    FormatTestFailed "format-test-failed";
    FormatTestNothing "format-test-nothing";
    FormatTestNoMatch "format-test-no-match";
    RulesTooMany "rules-too-many";
    RuleKeyEmpty "rule-key-empty";
    RuleNameWrong "rule-name-wrong";
    RuleNameTaken "rule-name-taken";
    RuleMatchOrSequence "rule-match-or-sequence";
    RuleSequenceLength "rule-sequence-length";
    RuleCountAndPer "rule-count-and-per";
    RuleCountWithSequence "rule-count-with-sequence";
    RuleCountTooSmall "rule-count-too-small";
    RuleWithinAlone "rule-within-alone";
    RuleSaysNothing "rule-says-nothing";
    RuleWithinFirst "rule-within-first";
    RuleHoleUnknown "rule-hole-unknown";
    RuleHolesAre "rule-holes-are";
    RuleSeverityWrong "rule-severity-wrong";
    RuleTextWrong "rule-text-wrong";
    RuleWithinWrong "rule-within-wrong";
    RuleVerbWrong "rule-verb-wrong";
    RuleCodeWrong "rule-code-wrong";
    RuleStateNear "rule-state-near";
    RuleStateUnknown "rule-state-unknown";
    NoOwnRules "no-own-rules";
    NoOwnRulesTip "no-own-rules-tip";
    RulesTested "rules-tested";
    RuleTestFailed "rule-test-failed";
    ItsLogUnreadable "its-log-unreadable";
    ItsLineUnknown "its-line-unknown";
    FindsNot "finds-not";
    FindsNothing "finds-nothing";
    FindsLine "finds-line";
    FindsLines "finds-lines";
    FormatOfOnesOwn "format-of-ones-own";
    WrapperAnsi "wrapper-ansi";
    WrapperSyslog "wrapper-syslog";
    WrapperJournald "wrapper-journald";
    WrapperDockerJson "wrapper-docker-json";
    WrapperCompose "wrapper-compose";
    WrapperLogger "wrapper-logger";
    WrapperDotnet "wrapper-dotnet";
    WrapperStamped "wrapper-stamped";
    WrapperFileName "wrapper-file-name";
    WrapperLineNumber "wrapper-line-number";
    WrapperMarks "wrapper-marks";
    WrapperHtml "wrapper-html";
    WrapperQuote "wrapper-quote";
    WrapperIndent "wrapper-indent";
}
