//! Where the store is, and making one.

use super::store_key::KeySource;
use crate::args::Format;
use crate::exit::Exit;
use crate::lang::say;
use crate::output::{Answers, message, shown};
use anyhow::{Context, Result, anyhow, bail};
use athar_engine::{EngineError, Store, StoreKey};
use serde::Serialize;
use std::env;
use std::path::{Path, PathBuf};

/// The directory of the store, what opens it if it is encrypted, and who uses it.
pub(super) struct Location {
    dir: Option<PathBuf>,
    key: KeySource,
    acting: Acting,
}

/// Who does something, and what for.
pub(super) struct Acting {
    pub(super) by: Option<String>,
    pub(super) purpose: Option<String>,
}

impl Location {
    /// What was typed, or the user's data directory.
    pub(super) fn from_args(
        data: Option<PathBuf>,
        store_key: Option<PathBuf>,
        acting: Acting,
    ) -> Self {
        Self { dir: data.or_else(default_dir), key: KeySource::new(store_key), acting }
    }

    pub(super) fn open(&self) -> Result<Store> {
        let mut store = self.with(Store::open_with_key)?;
        let Acting { by, purpose } = &self.acting;
        store.act_as(by.clone(), purpose.clone()).with_context(|| say!("by-and-purpose"))?;
        Ok(store)
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
        open(dir, key.as_ref()).with_context(|| say!("store-at", dir = shown(dir)))
    }

    pub(super) fn dir(&self) -> Result<&PathBuf> {
        self.dir.as_ref().ok_or_else(|| anyhow!(say!("say-where")))
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
        bail!(say!("key-without-encrypt"));
    }
    Store::init_with_key(dir, key.as_ref()).with_context(|| say!("store-at", dir = shown(dir)))?;
    let store = shown(dir);
    match format {
        Format::Json => Answers::new().json(&Made { store, encrypted: encrypt })?,
        _ if encrypt => message(&say!("encrypted-store-made", dir = store)),
        _ => message(&say!("store-made", dir = store)),
    }
    Ok(Exit::Success)
}
