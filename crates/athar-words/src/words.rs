//! The messages of one language.

use crate::Language;
use crate::argument::{Argument, grouped, latin_isolated};
use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentError, FluentResource, FluentValue};
use std::borrow::Cow;
use std::fmt;
use unic_langid::LanguageIdentifier;

/// What a message calls to choose by the plural of a number: `{ PLURAL($n) -> … }`.
pub(crate) const PLURAL: &str = "PLURAL";

/// Messages, read and ready to be said.
pub struct Words {
    language: Language,
    bundle: FluentBundle<FluentResource>,
}

impl fmt::Debug for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Words").field("language", &self.language).finish_non_exhaustive()
    }
}

impl Words {
    /// Reads the messages of a resource. What of it cannot be read is as if it were not there;
    /// [`shapes`](crate::shapes) tells a test.
    pub fn new(language: Language, resource: &str) -> Self {
        let locale: LanguageIdentifier = language.code().parse().unwrap_or_default();
        let mut bundle = FluentBundle::new_concurrent(vec![locale]);
        // Arguments are isolated here, each as its kind wants it.
        bundle.set_use_isolating(false);
        bundle.set_formatter(Some(|value, _| match value {
            FluentValue::Number(number) => Some(grouped(number.value as u64)),
            _ => None,
        }));
        // Fails where there is a function of this name, and there is none.
        let _ = bundle.add_function(PLURAL, move |values, _| match values {
            [FluentValue::Number(n)] => FluentValue::from(language.plural(n.value as u64)),
            _ => FluentValue::Error,
        });
        let (Ok(resource) | Err((resource, _))) = FluentResource::try_new(resource.to_owned());
        bundle.add_resource_overriding(resource);
        Self { language, bundle }
    }

    /// As [`new`](Self::new), for messages that stand in a terminal without markup around them:
    /// what of their words is in Latin letters is isolated too.
    pub fn for_terminal(language: Language, resource: &str) -> Self {
        let mut words = Self::new(language, resource);
        if language.is_rtl() {
            words.bundle.set_transform(Some(latin_isolated));
        }
        words
    }

    /// Their language.
    pub fn language(&self) -> Language {
        self.language
    }

    /// Whether there is such a message.
    pub fn has(&self, id: &str) -> bool {
        self.bundle.has_message(id)
    }

    /// The message. Of one that is not there its id is said, so that something is.
    pub fn say(&self, id: &str, arguments: &[(&str, Argument)]) -> String {
        let pattern = self.bundle.get_message(id).and_then(|message| message.value());
        let Some(pattern) = pattern else { return id.to_owned() };
        let arguments: FluentArgs<'_> =
            arguments.iter().map(|(name, argument)| (*name, self.value(argument))).collect();
        let mut errors: Vec<FluentError> = Vec::new();
        self.bundle.format_pattern(pattern, Some(&arguments), &mut errors).into_owned()
    }

    /// An attribute of a message, such as what is said of an option of a command.
    pub fn attribute(&self, id: &str, name: &str) -> Option<String> {
        let pattern = self.bundle.get_message(id)?.get_attribute(name)?.value();
        Some(self.bundle.format_pattern(pattern, None, &mut Vec::new()).into_owned())
    }

    fn value(&self, argument: &Argument) -> FluentValue<'static> {
        match argument {
            // Beyond 2^53 the last digits would be lost; nothing is counted that far.
            Argument::Count(n) => FluentValue::from(*n as f64),
            shown => FluentValue::String(Cow::Owned(shown.shown(self.language))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{figure, key, text};

    const ARABIC: &str = "\
files = { PLURAL($n) ->
    [zero] لا ملفات
    [one] ملف واحد
    [two] ملفان
    [few] { $n } ملفات
    [many] { $n } ملفًا
   *[other] { $n } ملف
 }
of-case = القضية { $case }: { $files } في { $when }
kind = { $kind ->
    [part] جزء
   *[copy] نسخة
 }
command = يفعل شيئًا
    .option = خيار
";

    #[test]
    fn arabic_has_six_plurals() {
        let words = Words::new(Language::Arabic, ARABIC);
        let files = |n: u64| words.say("files", &[("n", n.into())]);
        let said = [0, 1, 2, 3, 10, 11, 99, 100, 102, 103, 1_000, 1_234_511].map(files);
        let want = [
            "لا ملفات",
            "ملف واحد",
            "ملفان",
            "3 ملفات",
            "10 ملفات",
            "11 ملفًا",
            "99 ملفًا",
            "100 ملف",
            "102 ملف",
            "103 ملفات",
            "1,000 ملف",
            "1,234,511 ملفًا",
        ];
        assert_eq!(said, want);
    }

    #[test]
    fn what_stands_in_a_message_is_set_apart_and_its_own_words_are_not() {
        let words = Words::new(Language::Arabic, ARABIC);
        let files = words.say("files", &[("n", 2_u64.into())]);
        let arguments =
            [("case", "a 1".into()), ("files", text(files)), ("when", figure("2026-11-20"))];
        let said = words.say("of-case", &arguments);
        let want = "القضية \u{2068}a 1\u{2069}: ملفان في \u{2066}2026-11-20\u{2069}";
        assert_eq!(said, want);
        assert_eq!(words.say("kind", &[("kind", key("part"))]), "جزء");
        assert_eq!(words.attribute("command", "option").as_deref(), Some("خيار"));
    }

    #[test]
    fn a_message_that_is_not_there_is_no_panic() {
        let words = Words::new(Language::English, "said = { $a\nthere = yes\n");
        assert_eq!((words.has("said"), words.has("there")), (false, true));
        assert_eq!(words.say("said", &[]), "said");
        assert_eq!(words.say("there", &[]), "yes");
    }
}
