//! Every edit of clips and recordings, and every kind of stranger.

use super::plan::Edit;
use super::{clips, strangers, voices};
use anyhow::{Result, ensure};

/// All of them: clips, then recordings, each with its strangers last.
pub fn catalogue() -> Vec<Edit> {
    let mut edits = clips::edits();
    edits.extend(voices::edits());
    edits.extend(strangers::edits());
    // Stable: within a medium they stay in their order.
    edits.sort_by_key(|edit| edit.medium);
    edits
}

/// Those with one of the patterns in their names; all of them when there is none.
pub fn chosen(patterns: &[String]) -> Result<Vec<Edit>> {
    let wanted = |edit: &Edit| {
        let name = edit.name().to_lowercase();
        patterns.is_empty() || patterns.iter().any(|part| name.contains(&part.to_lowercase()))
    };
    let edits: Vec<_> = catalogue().into_iter().filter(wanted).collect();
    ensure!(!edits.is_empty(), "no edit has {patterns:?} in its name");
    Ok(edits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn there_are_many_and_no_name_twice() {
        let edits = catalogue();
        let names: BTreeSet<_> = edits.iter().map(Edit::name).collect();
        let slugs: BTreeSet<_> = edits.iter().map(Edit::slug).collect();
        assert_eq!((names.len(), slugs.len()), (edits.len(), edits.len()));
        assert!(names.len() > 70, "{}", names.len());
    }

    #[test]
    fn patterns_choose_by_medium_and_name() {
        let some = chosen(&["Voice: TRIM".into()]).unwrap();
        assert_eq!(some.len(), 3);
        assert!(chosen(&["no such edit".into()]).is_err());
    }
}
