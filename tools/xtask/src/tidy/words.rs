//! Words that have no place in a finished file: marks of unfinished work, and the host names of
//! package registries, which every machine configures for itself.

use super::{Complaint, Tree};

const RULE: &str = "words";

struct Word {
    word: &'static str,
    reason: &'static str,
}

const UNFINISHED: &str = "unfinished work: finish it, or write an issue and leave the code whole";
const REGISTRY: &str =
    "a registry's host name: packages are named, and each machine knows its registry";

/// Written in halves, so that this file does not complain about itself.
const WORDS: &[Word] = &[
    Word { word: concat!("TO", "DO"), reason: UNFINISHED },
    Word { word: concat!("FIX", "ME"), reason: UNFINISHED },
    Word { word: concat!("XX", "X"), reason: UNFINISHED },
    Word { word: concat!("todo", "!"), reason: UNFINISHED },
    Word { word: concat!("unimpl", "emented!"), reason: UNFINISHED },
    Word { word: concat!("db", "g!"), reason: UNFINISHED },
    Word { word: concat!("pypi", ".org"), reason: REGISTRY },
    Word { word: concat!("python", "hosted.org"), reason: REGISTRY },
    Word { word: concat!("crates", ".io"), reason: REGISTRY },
    Word { word: concat!("npmjs", ".org"), reason: REGISTRY },
    Word { word: concat!("proxy.golang", ".org"), reason: REGISTRY },
];

/// Written by Cargo, with the registry's name in it.
const LOCK: &str = "Cargo.lock";

pub fn check(tree: &Tree) -> Vec<Complaint> {
    let files = tree.files().iter().filter(|path| *path != LOCK);
    files.flat_map(|path| check_file(tree, path)).collect()
}

fn check_file(tree: &Tree, path: &str) -> Vec<Complaint> {
    let text = tree.text(path).unwrap_or_default();
    let lines = text.lines().enumerate();
    let found = lines.flat_map(|(index, line)| {
        let hits = WORDS.iter().filter(move |word| contains_word(line, word.word));
        hits.map(move |word| {
            Complaint::new(path, index + 1, RULE, format!("{}: {}", word.word, word.reason))
        })
    });
    found.collect()
}

/// Whether the word stands in the line, not inside a longer one.
fn contains_word(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + word.len()..].chars().next();
        let joins = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
        !joins(before) && !joins(after)
    })
}

#[cfg(test)]
mod tests {
    use super::super::tree::testing;
    use super::*;

    #[test]
    fn each_word_is_seen_and_longer_words_are_not() {
        for word in WORDS {
            let text = format!("fine\n// {}: later\n", word.word);
            let tree = testing::tree(&[("a.txt", text.as_str()), ("Cargo.lock", text.as_str())]);
            assert_eq!(testing::places(&check(&tree)), ["a.txt:2"], "{}", word.word);
        }
        let longer = format!("A{}S {}S", WORDS[0].word, WORDS[2].word);
        assert_eq!(check(&testing::tree(&[("a.txt", &longer)])), []);
    }
}
