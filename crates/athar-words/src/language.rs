//! The languages.

/// A language in which Athar speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Language {
    /// English.
    English,
    /// Arabic.
    Arabic,
}

impl Language {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::English, Self::Arabic];

    /// `en` or `ar`.
    pub const fn code(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Arabic => "ar",
        }
    }

    /// Whether it runs from right to left.
    pub const fn is_rtl(self) -> bool {
        matches!(self, Self::Arabic)
    }

    /// The categories of plural that it has, as CLDR names them.
    pub const fn plurals(self) -> &'static [&'static str] {
        match self {
            Self::English => &["one", "other"],
            Self::Arabic => &["zero", "one", "two", "few", "many", "other"],
        }
    }

    /// The category of a whole number (CLDR, "Language Plural Rules"). The crate that Fluent comes
    /// with knows the rules too, and takes 103 in Arabic for `other` where it is `few`.
    pub const fn plural(self, n: u64) -> &'static str {
        match (self, n) {
            (_, 1) => "one",
            (Self::English, _) => "other",
            (Self::Arabic, 0) => "zero",
            (Self::Arabic, 2) => "two",
            (Self::Arabic, n) => match n % 100 {
                3..=10 => "few",
                11..=99 => "many",
                _ => "other",
            },
        }
    }

    /// The language of a locale's name, such as `ar`, `ar-IQ` or `ar_IQ.UTF-8`; `None` for those
    /// that are not spoken here, and for `C`.
    pub fn from_locale(locale: &str) -> Option<Self> {
        let language = locale.split(['_', '-', '.', '@']).next().unwrap_or_default();
        Self::ALL.into_iter().find(|known| known.code().eq_ignore_ascii_case(language))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_locale_names_its_language_first() {
        for arabic in ["ar", "AR", "ar-IQ", "ar_IQ", "ar_IQ.UTF-8", "ar_JO.utf8@latn"] {
            assert_eq!(Language::from_locale(arabic), Some(Language::Arabic), "{arabic}");
        }
        for english in ["en", "en_US.UTF-8", "en-GB"] {
            assert_eq!(Language::from_locale(english), Some(Language::English), "{english}");
        }
        for none in ["", "C", "C.UTF-8", "POSIX", "arz_EG", "fr_FR", "ckb_IQ", "_ar"] {
            assert_eq!(Language::from_locale(none), None, "{none}");
        }
    }
}
