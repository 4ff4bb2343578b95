//! The languages in which ftplog speaks. The words themselves stand in the catalog.

/// A language of reports and explanations.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Lang {
    /// English.
    #[default]
    En,
    /// Korean.
    Ko,
    /// Japanese.
    Ja,
}

impl Lang {
    /// Every language.
    pub const ALL: [Self; 3] = [Self::En, Self::Ko, Self::Ja];

    /// The name used by options, file names and JSON: `en`, `ko` or `ja`.
    #[must_use]
    pub fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Ko => "ko",
            Self::Ja => "ja",
        }
    }

    /// The language of a tag, as options and files name it.
    #[must_use]
    pub fn of_tag(tag: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|lang| lang.tag().eq_ignore_ascii_case(tag))
    }

    /// The language of a locale such as `ko_KR.UTF-8`, if it is one of these; `C` and `POSIX` name none.
    #[must_use]
    pub fn of_locale(locale: &str) -> Option<Self> {
        let language = locale.split(['_', '.', '@', '-']).next().unwrap_or_default();
        Self::of_tag(language)
    }

    /// What stands between two sentences of a paragraph.
    #[must_use]
    pub fn between_sentences(self) -> &'static str {
        if self == Self::Ja { "" } else { " " }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_locale_names_its_language() {
        assert_eq!(Lang::of_locale("ko_KR.UTF-8"), Some(Lang::Ko));
        assert_eq!(Lang::of_locale("ja"), Some(Lang::Ja));
        assert_eq!(Lang::of_locale("en-GB"), Some(Lang::En));
        assert_eq!(Lang::of_locale("C.UTF-8"), None);
        assert_eq!(Lang::of_locale("kok_IN"), None);
    }
}
