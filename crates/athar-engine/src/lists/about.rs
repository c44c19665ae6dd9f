//! What a list says of an entry, as a row holds it: one JSON object a line, without what is empty.

use athar_exchange::{Entry, Feedback, Medium, State};
use serde::{Deserialize, Serialize};

/// An entry's provenance. Names of states and kinds are those of `athar-exchange`'s formats.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct About {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub medium: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quality: Option<u8>,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub owner: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub owner_name: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_s: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_s: Option<i64>,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub classification: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub marking: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cases: Vec<(String, String)>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub feedback: Vec<Said>,
}

/// What members said of an entry.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Said {
    pub verdict: String,
    pub about: String,
    pub members: Vec<String>,
    pub reasons: Vec<String>,
}

impl About {
    pub(crate) fn of(entry: &Entry) -> Self {
        let from = &entry.provenance;
        Self {
            state: (entry.state != State::Active).then(|| state_name(entry.state).to_owned()),
            medium: medium_name(entry.medium).map(str::to_owned),
            quality: entry.quality,
            owner: from.owner.clone(),
            owner_name: from.owner_name.clone(),
            id: from.id.clone(),
            time_s: from.time_s,
            expires_s: from.expires_s,
            classification: from.classification.clone(),
            tags: from.tags.clone(),
            marking: from.marking.map(|tlp| tlp.name().to_owned()),
            cases: from.cases.iter().map(|(c, s)| (c.clone(), state_name(*s).to_owned())).collect(),
            feedback: from.feedback.iter().map(Said::of).collect(),
        }
    }

    /// The line of a row; empty where there is nothing to say.
    pub(crate) fn line(&self) -> String {
        match *self == Self::default() {
            true => String::new(),
            // Texts and numbers always have a text, and JSON has no line breaks.
            false => serde_json::to_string(self).unwrap_or_default(),
        }
    }

    /// What a row holds; only such lines are written there.
    pub(crate) fn of_line(line: &str) -> Self {
        serde_json::from_str(line).unwrap_or_default()
    }
}

impl Said {
    fn of(feedback: &Feedback) -> Self {
        let Feedback { verdict, about, members, reasons } = feedback.clone();
        Self { verdict, about, members, reasons }
    }
}

/// What an entry is called in its list: nothing where it has no name of its own.
pub(crate) fn reference(owner: &str, id: &str) -> String {
    match id.is_empty() {
        true => String::new(),
        false => serde_json::to_string(&[owner, id]).unwrap_or_default(),
    }
}

fn state_name(state: State) -> &'static str {
    match state {
        State::Active => "active",
        State::Received => "received",
        State::Unknown => "unknown",
        State::Benign => "benign",
        State::Disputed => "disputed",
        State::Withdrawn => "withdrawn",
        State::Deleted => "deleted",
    }
}

/// A code is a picture's where nothing is said, so that is not repeated.
fn medium_name(medium: Medium) -> Option<&'static str> {
    match medium {
        Medium::Unknown | Medium::Picture => None,
        Medium::Clip => Some("clip"),
        Medium::Sound => Some("sound"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use athar_exchange::{Signal, Tlp};

    #[test]
    fn what_a_list_says_is_read_back_and_a_bare_entry_says_nothing() {
        let mut entry = Entry::new(Signal::Md5([7; 16]));
        assert_eq!(About::of(&entry).line(), "");
        assert_eq!(reference("member", ""), "");
        entry.state = State::Disputed;
        entry.provenance.owner = "member\n1".into();
        entry.provenance.id = "17".into();
        entry.provenance.marking = Some(Tlp::Amber);
        entry.provenance.cases = vec![("c".into(), State::Withdrawn)];
        let about = About::of(&entry);
        assert!(!about.line().contains('\n') && !reference("member\n1", "17").contains('\n'));
        assert_eq!(About::of_line(&about.line()), about);
        assert_eq!(reference("member\n1", "17"), "[\"member\\n1\",\"17\"]");
    }
}
