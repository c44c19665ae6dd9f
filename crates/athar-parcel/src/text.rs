//! Words of a parcel, made harmless to look at.

/// Most characters of a name that are kept.
const CHARS_MAX: usize = 255;

/// A text as it may be shown: without controls, without what turns the direction of writing or
/// is not seen, and without the sign that stands between parcels; each of them becomes `�`, so that
/// it shows that something was there. At most 255 characters.
pub fn clean(text: &str) -> String {
    let shown =
        text.trim().chars().map(|c| if is_harmful(c) { char::REPLACEMENT_CHARACTER } else { c });
    let shown: String = shown.take(CHARS_MAX).collect();
    shown.trim_end().to_owned()
}

/// The same of bytes whose encoding nobody tells: those that are not UTF-8 are shown as `\xNN`.
pub(crate) fn clean_bytes(bytes: &[u8]) -> String {
    let mut text = String::new();
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        chunk.invalid().iter().for_each(|byte| text.push_str(&format!("\\x{byte:02X}")));
    }
    clean(&text)
}

/// A text that says something, or nothing.
pub(crate) fn some(text: &str) -> Option<String> {
    Some(clean(text)).filter(|text| !text.is_empty())
}

/// Whether a character only says in which direction its neighbours are written.
pub(crate) fn is_mark(c: char) -> bool {
    matches!(c, '\u{200E}' | '\u{200F}' | '\u{061C}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
}

/// Whether nothing in a text deceives.
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) fn is_clean(text: &str) -> bool {
    !text.chars().any(is_harmful)
}

fn is_harmful(c: char) -> bool {
    // Joiners stay: Persian and Urdu are not readable without.
    c.is_control()
        || is_mark(c)
        || matches!(c, '▸' | '\u{200B}' | '\u{2028}' | '\u{2029}' | '\u{2060}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_deceives_is_left() {
        assert_eq!(clean("photo\u{202E}gpj.exe"), "photo�gpj.exe");
        assert_eq!(clean(" a\nb\tc\0 "), "a�b�c�");
        assert_eq!(clean("mail.eml ▸ x"), "mail.eml � x");
        assert_eq!(clean("صورة می‌خواهم.jpg"), "صورة می‌خواهم.jpg");
        assert_eq!(clean(&"x".repeat(1000)).len(), CHARS_MAX);
        assert_eq!(clean(&"x ".repeat(1000)).len(), CHARS_MAX);
        assert_eq!(clean(&("xx".to_owned() + &" x".repeat(1000))).len(), CHARS_MAX - 1);
        assert_eq!(clean_bytes(b"caf\xE9.jpg"), "caf\\xE9.jpg");
        assert_eq!(some(" \t"), None);
    }
}
