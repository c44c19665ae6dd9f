//! An event's details: one canonical JSON object, so that the same facts are the same bytes.
//!
//! Keys are sorted, there is no white space, numbers are integers, and text escapes only what
//! RFC 8259 section 7 requires, control characters as `\u00xx`. Only facts that never need
//! erasing belong here: counts, schemes, versions, radii, distances.

use std::{collections::BTreeMap, fmt::Write};

/// The object under construction.
#[derive(Default)]
pub(crate) struct Details(BTreeMap<&'static str, String>);

impl Details {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    pub(crate) fn number(mut self, key: &'static str, value: impl Into<u64>) -> Self {
        let value: u64 = value.into();
        self.0.insert(key, value.to_string());
        self
    }

    pub(crate) fn flag(mut self, key: &'static str, value: bool) -> Self {
        self.0.insert(key, value.to_string());
        self
    }

    pub(crate) fn text(mut self, key: &'static str, value: &str) -> Self {
        self.0.insert(key, quoted(value));
        self
    }

    pub(crate) fn to_json(&self) -> String {
        let members: Vec<_> = self.0.iter().map(|(k, v)| format!("{}:{v}", quoted(k))).collect();
        format!("{{{}}}", members.join(","))
    }
}

fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            c if c < ' ' => {
                // Writing to a String cannot fail.
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_facts_are_the_same_bytes_in_any_order() {
        let one = Details::new().number("b", 7u32).text("a", "x\"\\\n\u{e9}").flag("c", true);
        let two = Details::new().flag("c", true).text("a", "x\"\\\n\u{e9}").number("b", 7u8);
        assert_eq!(one.to_json(), two.to_json());
        assert_eq!(one.to_json(), "{\"a\":\"x\\\"\\\\\\u000a\u{e9}\",\"b\":7,\"c\":true}");
        assert_eq!(Details::new().to_json(), "{}");
    }
}
