//! What a threat came from, brought to one form: so that the same account, telephone or wallet is
//! the same text, however it was typed, copied or linked to.
//!
//! What does not parse is kept as it was typed, as [`HandleKind::Other`], and ties nothing: a
//! dash or "unknown" in two cases must not make them one.

mod platforms;
mod wallets;

use platforms::Platform;
use serde::Serialize;
use std::fmt;

/// The kinds of handles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum HandleKind {
    /// A name on a platform.
    Account,
    /// A telephone number, in the form of E.164; an account of a platform that knows people by
    /// their number is one too.
    Telephone,
    /// An address of a coin's network.
    Wallet,
    /// What a payment is known by: a transfer's number, an account's IBAN.
    Payment,
    /// An e-mail address.
    Email,
    /// What could not be read as the kind that was said.
    Other,
}

impl HandleKind {
    const ALL: [Self; 6] =
        [Self::Account, Self::Telephone, Self::Wallet, Self::Payment, Self::Email, Self::Other];

    /// The name used in JSON and in the ledger.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::Telephone => "telephone",
            Self::Wallet => "wallet",
            Self::Payment => "payment",
            Self::Email => "email",
            Self::Other => "other",
        }
    }

    /// The kind of this name; tables hold no others.
    pub(crate) fn from_name(name: &str) -> Self {
        Self::ALL.into_iter().find(|kind| kind.name() == name).unwrap_or(Self::Other)
    }

    /// Whether two cases with equal handles of this kind are tied by them.
    pub const fn ties(self) -> bool {
        !matches!(self, Self::Other)
    }
}

/// A handle in its one form.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Handle {
    /// What it is.
    pub kind: HandleKind,
    /// Whose account or which coin's wallet it is; empty where the kind has none.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub platform: String,
    /// The name, number or address.
    pub value: String,
}

impl fmt::Display for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.platform.is_empty() {
            true => write!(f, "{} {}", self.kind.name(), self.value),
            false => write!(f, "{} {}", self.platform, self.value),
        }
    }
}

/// Why something is no handle at all. The text itself is never repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HandleError {
    /// The kind is none that there is.
    #[error(
        "a handle's kind is account, telephone, wallet, payment, email, other, or a platform such \
         as instagram or telegram"
    )]
    UnknownKind,
    /// There is nothing in it.
    #[error("a handle is empty")]
    Empty,
    /// It is longer than any handle.
    #[error("a handle has {bytes} bytes and may have {HANDLE_BYTES}")]
    TooLong {
        /// Bytes given.
        bytes: usize,
    },
    /// A country's calling code is no number of one to three digits.
    #[error("a country's calling code has one to three digits, such as 964")]
    NotACountry,
}

/// Longest handle, in bytes.
const HANDLE_BYTES: usize = 512;

/// The calling code of the country whose numbers are typed without one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Country(u16);

impl Country {
    /// Iraq.
    pub const IRAQ: Self = Self(964);

    /// The country of this calling code, with or without `+` or `00` before it.
    ///
    /// # Errors
    /// [`HandleError::NotACountry`].
    pub fn from_code(text: &str) -> Result<Self, HandleError> {
        let text = ascii_digits(text.trim());
        let digits = text.strip_prefix('+').or(text.strip_prefix("00")).unwrap_or(&text);
        let is_code = (1..=3).contains(&digits.len()) && !digits.starts_with('0');
        match digits.parse() {
            Ok(code) if is_code && digits.bytes().all(|b| b.is_ascii_digit()) => Ok(Self(code)),
            _ => Err(HandleError::NotACountry),
        }
    }
}

impl Default for Country {
    fn default() -> Self {
        Self::IRAQ
    }
}

/// Brings a handle to its one form. `kind` is one of the kinds, or a platform by any of its names;
/// telephone numbers without a calling code are of `country`.
///
/// # Errors
/// [`HandleError`]: what is not empty and not too long always becomes a handle, if need be one of
/// kind [`HandleKind::Other`].
pub fn handle(kind: &str, text: &str, country: Country) -> Result<Handle, HandleError> {
    if text.len() > HANDLE_BYTES {
        return Err(HandleError::TooLong { bytes: text.len() });
    }
    let text = cleaned(text);
    if text.is_empty() {
        return Err(HandleError::Empty);
    }
    let kind = kind.trim().to_ascii_lowercase();
    let (read, platform) = match kind.as_str() {
        "account" | "profile" => (account(&text, country), ""),
        "telephone" | "phone" | "tel" | "mobile" => (telephone(&text, country), ""),
        "wallet" | "crypto" => (wallets::wallet(&text), ""),
        "payment" | "transfer" => (payment(&text), ""),
        "email" | "e-mail" | "mail" => (email(&text), ""),
        "other" => (None, ""),
        named => {
            let platform = platforms::named(named).ok_or(HandleError::UnknownKind)?;
            (platform.account(&text, country), platform.name)
        }
    };
    let other = || Handle { platform: platform.into(), ..plain(HandleKind::Other, text.clone()) };
    Ok(read.unwrap_or_else(other))
}

/// A link to a profile, or `platform:name`.
fn account(text: &str, country: Country) -> Option<Handle> {
    if let Some((platform, rest)) = platforms::linked(text) {
        return platform.linked_account(rest, country);
    }
    let (platform, name) = text.split_once([':', '/', ' '])?;
    match platforms::named(&platform.to_ascii_lowercase()) {
        Some(platform) => platform.account(name, country),
        None => unknown_platform(platform, name),
    }
}

/// An account of a platform that is not listed: its name is left in its case.
fn unknown_platform(platform: &str, name: &str) -> Option<Handle> {
    let name = name.trim().trim_start_matches('@');
    let is_word = |text: &str| {
        !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || "._-".contains(c))
    };
    let is_platform = is_word(platform) && platform.chars().any(char::is_alphabetic);
    let platform = platform.to_lowercase();
    (is_platform && is_word(name))
        .then(|| Handle { platform, ..plain(HandleKind::Account, name.into()) })
}

/// A number as E.164 writes it: `+`, the calling code, the rest, 8 to 15 digits in all. A zero
/// before a number without a calling code is that of the country's trunk lines and goes.
fn telephone(text: &str, country: Country) -> Option<Handle> {
    let text = text.strip_prefix("tel:").unwrap_or(text);
    let is_set_apart = |c: char| c.is_whitespace() || "-().\u{2011}\u{2013}/".contains(c);
    let number: String = text.chars().filter(|&c| !is_set_apart(c)).collect();
    let international = number.strip_prefix('+').or(number.strip_prefix("00"));
    if !international.unwrap_or(&number).bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let code = country.0.to_string();
    let digits = match international {
        Some(digits) => without_trunk_zero(digits, &code),
        None if is_whole(&number, &code) => without_trunk_zero(&number, &code),
        None => format!("{code}{}", number.strip_prefix('0').unwrap_or(&number)),
    };
    let is_number = (8..=15).contains(&digits.len()) && !digits.starts_with('0');
    is_number.then(|| plain(HandleKind::Telephone, format!("+{digits}")))
}

/// Whether digits without a sign begin with the calling code: then they are longer than any number
/// of one country.
fn is_whole(digits: &str, code: &str) -> bool {
    digits.starts_with(code) && digits.len() >= code.len() + 9
}

/// `+964 (0)770 …` is written by many.
fn without_trunk_zero(digits: &str, code: &str) -> String {
    match digits.strip_prefix(code).and_then(|rest| rest.strip_prefix('0')) {
        Some(rest) => format!("{code}{rest}"),
        None => digits.to_owned(),
    }
}

/// A reference is letters and digits; how they are set apart differs from receipt to receipt.
fn payment(text: &str) -> Option<Handle> {
    let kept = |c: &char| !c.is_whitespace() && *c != '-';
    let value: String = text.chars().filter(kept).flat_map(char::to_uppercase).collect();
    let is_reference =
        value.len() >= 5 && value.chars().all(|c| c.is_alphanumeric() || "/._".contains(c));
    let has_digit = value.bytes().any(|b| b.is_ascii_digit());
    (is_reference && has_digit).then(|| plain(HandleKind::Payment, value))
}

/// An address, in lower case: no provider in use tells capitals apart.
fn email(text: &str) -> Option<Handle> {
    let text = text.strip_prefix("mailto:").unwrap_or(text);
    let (local, domain) = text.split_once('@')?;
    let is_local =
        !local.is_empty() && local.chars().all(|c| c.is_alphanumeric() || LOCAL.contains(c));
    let is_label =
        |label: &str| !label.is_empty() && label.chars().all(|c| c.is_alphanumeric() || c == '-');
    let is_domain = domain.contains('.') && domain.split('.').all(is_label);
    (is_local && is_domain).then(|| plain(HandleKind::Email, text.to_lowercase()))
}

/// What may stand in the first part of an address besides letters and digits (RFC 5322 section
/// 3.2.3, and the dot).
const LOCAL: &str = ".!#$%&'*+/=?^_`{|}~-";

fn plain(kind: HandleKind, value: String) -> Handle {
    Handle { kind, platform: String::new(), value }
}

/// One line, its spaces single, without marks that cannot be seen, its digits European.
fn cleaned(text: &str) -> String {
    let is_unseen = |c: char| {
        matches!(c, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}')
    };
    let visible: String = text
        .chars()
        .filter(|&c| !is_unseen(c))
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    ascii_digits(&visible.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// Arabic-Indic and Persian digits as European ones.
fn ascii_digits(text: &str) -> String {
    let digit = |c: char| match c {
        '\u{660}'..='\u{669}' => char::from_digit(u32::from(c) - 0x660, 10).unwrap_or(c),
        '\u{6f0}'..='\u{6f9}' => char::from_digit(u32::from(c) - 0x6f0, 10).unwrap_or(c),
        c => c,
    };
    text.chars().map(digit).collect()
}

impl Platform {
    /// An account by its name, or by a link to it.
    fn account(&self, text: &str, country: Country) -> Option<Handle> {
        match platforms::linked(text) {
            Some((platform, rest)) => platform.linked_account(rest, country),
            None => self.named_account(text, country),
        }
    }

    /// An account by what stands behind the host in a link to it.
    fn linked_account(&self, rest: &str, country: Country) -> Option<Handle> {
        self.named_account(self.name_in_link(rest)?, country)
    }

    fn named_account(&self, name: &str, country: Country) -> Option<Handle> {
        let name = name.trim();
        // Who is known by a number is the same on the telephone.
        let looks_like_number = self.knows_numbers || name.starts_with('+');
        if looks_like_number && let Some(number) = telephone(name, country) {
            return Some(number);
        }
        let name = name.strip_prefix('@').unwrap_or(name);
        let is_name = !name.is_empty()
            && name.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c));
        let value = name.to_ascii_lowercase();
        is_name.then(|| Handle { platform: self.name.into(), ..plain(HandleKind::Account, value) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(kind: &str, text: &str) -> String {
        let found = handle(kind, text, Country::IRAQ).unwrap();
        format!("{}|{}|{}", found.kind.name(), found.platform, found.value)
    }

    #[test]
    fn an_account_is_the_same_however_it_is_written() {
        for (kind, text) in [
            ("instagram", "X.Y_Z"),
            ("ig", "@x.y_z"),
            ("insta", " x.y_z "),
            ("account", "instagram:@X.y_z"),
            ("account", "IG/x.y_z"),
            ("account", "https://www.instagram.com/X.Y_Z/?hl=ar"),
            ("account", "instagram.com/x.y_z#top"),
            ("ig", "http://instagr.am/x.y_z"),
            ("telegram", "https://instagram.com/x.y_z"),
            ("ig", "\u{202b}x.y_z\u{202c}"),
        ] {
            assert_eq!(read(kind, text), "account|instagram|x.y_z", "{kind} {text}");
        }
        for (text, value) in [
            ("https://t.me/Some_Name", "account|telegram|some_name"),
            ("t.me/s/some_name/17", "account|telegram|some_name"),
            ("tg:@some_name", "account|telegram|some_name"),
            ("https://m.facebook.com/profile.php?id=10001&x=1", "account|facebook|10001"),
            ("fb.com/Some.Body", "account|facebook|some.body"),
            ("https://www.tiktok.com/@Some.Body/video/77", "account|tiktok|some.body"),
            ("snapchat.com/add/some-body", "account|snapchat|some-body"),
            ("twitter.com/SomeBody", "account|x|somebody"),
            ("myplatform:SomeBody", "account|myplatform|SomeBody"),
        ] {
            assert_eq!(read("account", text), value, "{text}");
        }
    }

    #[test]
    fn who_is_known_by_a_number_is_a_telephone() {
        for (kind, text) in [
            ("whatsapp", "0770 123 4567"),
            ("wa", "+9647701234567"),
            ("account", "https://wa.me/9647701234567?text=x"),
            ("account", "api.whatsapp.com/send?phone=9647701234567"),
            ("telegram", "+964 770 123 4567"),
        ] {
            assert_eq!(read(kind, text), "telephone||+9647701234567", "{kind} {text}");
        }
    }

    #[test]
    fn a_telephone_number_is_written_as_e_164() {
        for text in [
            "07701234567",
            "7701234567",
            "0770-123 4567",
            "٠٧٧٠١٢٣٤٥٦٧",
            "۰۷۷۰۱۲۳۴۵۶۷",
            "009647701234567",
            "+964 (0)770 123 4567",
            "9647701234567",
            "tel:+964-770-123-4567",
        ] {
            assert_eq!(read("telephone", text), "telephone||+9647701234567", "{text}");
        }
        assert_eq!(read("tel", "+44 20 7946 0000"), "telephone||+442079460000");
        let german = handle("tel", "030 1234567", Country::from_code("+49").unwrap()).unwrap();
        assert_eq!(german.value, "+49301234567");
        for text in ["0770", "call me", "+0123456789", "0770123456789012345"] {
            assert_eq!(handle("tel", text, Country::IRAQ).unwrap().kind, HandleKind::Other);
        }
    }

    #[test]
    fn addresses_and_references_have_one_form() {
        assert_eq!(read("email", "Some.Body+x@Example.ORG"), "email||some.body+x@example.org");
        assert_eq!(read("mail", "mailto:a@b.co"), "email||a@b.co");
        assert_eq!(read("email", "a@b"), "other||a@b");
        assert_eq!(read("email", "a b@c.de"), "other||a b@c.de");
        assert_eq!(read("payment", "mtcn 123-456-7890"), "payment||MTCN1234567890");
        assert_eq!(read("payment", "IQ98 NBIQ 8501 2345"), "payment||IQ98NBIQ85012345");
        assert_eq!(read("payment", "unknown"), "other||unknown");
    }

    #[test]
    fn what_does_not_parse_is_kept_and_ties_nothing() {
        assert_eq!(read("ig", "who knows?"), "other|instagram|who knows?");
        assert_eq!(read("account", "somebody"), "other||somebody");
        assert_eq!(read("account", "t.me/+AbCdEf"), "other||t.me/+AbCdEf");
        assert_eq!(read("other", "a\nb\u{7}  c"), "other||a b c");
        assert!(!HandleKind::Other.ties() && HandleKind::Wallet.ties());
    }

    #[test]
    fn what_is_no_handle_is_refused_without_being_repeated() {
        let refused = |kind, text: &str| handle(kind, text, Country::IRAQ).unwrap_err();
        assert_eq!(refused("secretword", "x"), HandleError::UnknownKind);
        assert!(!HandleError::UnknownKind.to_string().contains("secretword"));
        assert_eq!(refused("tel", " \u{200e} "), HandleError::Empty);
        assert_eq!(refused("tel", &"1".repeat(600)), HandleError::TooLong { bytes: 600 });
        for text in ["", "0", "1234", "x", "+-1", "+ 1"] {
            assert_eq!(Country::from_code(text), Err(HandleError::NotACountry), "{text}");
        }
        assert_eq!(Country::from_code("00٩٦٤"), Ok(Country::IRAQ));
    }

    /// Bringing a handle to its form twice changes nothing.
    #[test]
    fn the_one_form_is_its_own() {
        for (kind, text) in [
            ("ig", "@X.y_z"),
            ("tel", "0770 123 4567"),
            ("email", "A@B.org"),
            ("payment", "ab-12 34"),
            ("wallet", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"),
        ] {
            let once = handle(kind, text, Country::IRAQ).unwrap();
            let again = handle(kind, &once.value, Country::IRAQ).unwrap();
            assert_eq!(again, once);
        }
    }
}
