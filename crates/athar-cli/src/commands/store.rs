//! Where the store is, and making one.

use super::store_key::KeySource;
use crate::args::Format;
use crate::exit::Exit;
use crate::output::{Answers, message, shown};
use anyhow::{Context, Result, anyhow, bail};
use athar_engine::{EngineError, Store, StoreKey};
use serde::Serialize;
use std::env;
use std::path::{Path, PathBuf};

/// The directory of the store, and what opens it if it is encrypted.
pub(super) struct Location {
    dir: Option<PathBuf>,
    key: KeySource,
}

impl Location {
    /// What was typed, or the user's data directory.
    pub(super) fn from_args(data: Option<PathBuf>, store_key: Option<PathBuf>) -> Self {
        Self { dir: data.or_else(default_dir), key: KeySource::new(store_key) }
    }

    pub(super) fn open(&self) -> Result<Store> {
        self.with(Store::open_with_key)
    }

    pub(super) fn open_read_only(&self) -> Result<Store> {
        self.with(Store::open_read_only_with_key)
    }

    fn with(
        &self,
        open: fn(&Path, Option<&StoreKey>) -> Result<Store, EngineError>,
    ) -> Result<Store> {
        let dir = self.dir()?;
        let key = self.key.get(|| Store::is_encrypted_at(dir))?;
        open(dir, key.as_ref()).with_context(|| format!("store {}", shown(dir)))
    }

    pub(super) fn dir(&self) -> Result<&PathBuf> {
        self.dir.as_ref().ok_or_else(|| anyhow!("say where the store is: --data DIR or ATHAR_DATA"))
    }

    /// What opens a copy of a ledger, which was copied from an encrypted store or from one that was
    /// not.
    pub(super) fn key_of_copy(&self, file: &Path) -> Result<Option<StoreKey>> {
        self.key.get(|| Store::is_encrypted_copy(file))
    }
}

fn default_dir() -> Option<PathBuf> {
    let set = |name| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let data = set("XDG_DATA_HOME").or_else(|| Some(set("HOME")?.join(".local/share")));
    data.map(|dir| dir.join("athar"))
}

/// `athar init`.
pub(super) fn init(at: &Location, format: Format, encrypt: bool) -> Result<Exit> {
    #[derive(Serialize)]
    struct Made {
        store: String,
        encrypted: bool,
    }
    let dir = at.dir()?;
    let key = if encrypt && !Store::is_there(dir) { Some(at.key.get_new(dir)?) } else { None };
    if !encrypt && at.key.is_given() {
        bail!("a key was given: say --encrypt, or give none");
    }
    Store::init_with_key(dir, key.as_ref()).with_context(|| format!("store {}", shown(dir)))?;
    let store = shown(dir);
    match format {
        Format::Json => Answers::new().json(&Made { store, encrypted: encrypt })?,
        _ => message(&format!(
            "made a new{} store in {store}",
            if encrypt { " encrypted" } else { "" }
        )),
    }
    Ok(Exit::Success)
}
