//! Which items of cases the lists know. It is asked anew each time, so a list that was activated
//! after an item came counts as well.

use super::listed::{ListMatch, ListedLookup};
use crate::follow::IndexNote;
use crate::outcome::hex;
use crate::{EngineError, Store, Watcher};
use serde::Serialize;

/// An item of a case that lists know.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ListedItem {
    /// The case.
    pub case: String,
    /// The SHA-256 of the item.
    #[serde(serialize_with = "hex")]
    pub item: [u8; 32],
    /// `image`, `video` or `audio`.
    pub kind: String,
    /// What they have in common with it.
    pub lists: Vec<ListMatch>,
    /// Whether more entries are near than are told.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub lists_cut: bool,
}

impl Store {
    /// The items of a case, or of all, that lists know.
    ///
    /// # Errors
    ///
    /// There is no such case.
    pub fn listed_items(
        &self,
        case: Option<&str>,
        watcher: &mut dyn Watcher,
    ) -> Result<Vec<ListedItem>, EngineError> {
        let cases = match case {
            Some(name) => vec![(self.case_id(name)?, name.to_owned())],
            None => self.ledger.cases()?.into_iter().map(|case| (case.id, case.name)).collect(),
        };
        let lookup = ListedLookup::open(self, &mut |note: IndexNote| watcher.noted(&note))?;
        let mut listed = Vec::new();
        for (id, case) in cases {
            for item in self.ledger.case_items(id)? {
                let (lists, lists_cut) = lookup.of_item(&self.ledger, &item)?;
                let (case, kind) = (case.clone(), item.kind);
                if !lists.is_empty() {
                    listed.push(ListedItem { case, item: item.sha256, kind, lists, lists_cut });
                }
            }
        }
        Ok(listed)
    }
}
