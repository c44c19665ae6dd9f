//! Where the store is, and making one.

use crate::args::Format;
use crate::exit::Exit;
use crate::output::{Answers, message};
use anyhow::{Context, Result, anyhow};
use athar_engine::{EngineError, Store};
use serde::Serialize;
use std::env;
use std::path::PathBuf;

/// The directory of the store, and who uses it.
pub(super) struct Location {
    data: Option<PathBuf>,
    acting: Acting,
}

/// Who does something, and what for.
pub(super) struct Acting {
    pub(super) by: Option<String>,
    pub(super) purpose: Option<String>,
}

impl Location {
    /// What was typed, or the user's data directory.
    pub(super) fn from_args(data: Option<PathBuf>, acting: Acting) -> Self {
        Self { data: data.or_else(default_dir), acting }
    }

    pub(super) fn open(&self) -> Result<Store> {
        let mut store = self.with(Store::open)?;
        let Acting { by, purpose } = &self.acting;
        store.act_as(by.clone(), purpose.clone()).context("--by and --purpose are lines")?;
        Ok(store)
    }

    pub(super) fn open_read_only(&self) -> Result<Store> {
        self.with(Store::open_read_only)
    }

    fn init(&self) -> Result<Store> {
        self.with(Store::init)
    }

    fn with(&self, open: fn(&std::path::Path) -> Result<Store, EngineError>) -> Result<Store> {
        let dir = self.dir()?;
        open(dir).with_context(|| format!("store {}", crate::output::shown(dir)))
    }

    pub(super) fn dir(&self) -> Result<&PathBuf> {
        self.data
            .as_ref()
            .ok_or_else(|| anyhow!("say where the store is: --data DIR or ATHAR_DATA"))
    }
}

fn default_dir() -> Option<PathBuf> {
    let set = |name| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let data = set("XDG_DATA_HOME").or_else(|| Some(set("HOME")?.join(".local/share")));
    data.map(|dir| dir.join("athar"))
}

/// `athar init`.
pub(super) fn init(at: &Location, format: Format) -> Result<Exit> {
    #[derive(Serialize)]
    struct Made {
        store: String,
    }
    at.init()?;
    let store = crate::output::shown(at.dir()?);
    match format {
        Format::Json => Answers::new().json(&Made { store })?,
        _ => message(&format!("made a new store in {store}")),
    }
    Ok(Exit::Success)
}
