//! Where the key of an encrypted store comes from: a file, the environment or the terminal.

use crate::lang::say;
use crate::output::{message, shown};
use anyhow::{Context, Result, bail};
use athar_engine::StoreKey;
use std::env;
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// The variable with the passphrase.
const PASSPHRASE: &str = "ATHAR_STORE_PASSPHRASE";

/// The variable with the passphrase that is to be the store's.
const NEW_PASSPHRASE: &str = "ATHAR_STORE_NEW_PASSPHRASE";

/// What was said of the key.
pub(super) struct KeySource(Option<PathBuf>);

impl KeySource {
    pub(super) fn new(file: Option<PathBuf>) -> Self {
        Self(file)
    }

    /// Whether a key was given without being asked for.
    pub(super) fn is_given(&self) -> bool {
        self.0.is_some() || passphrase_in(PASSPHRASE).is_ok_and(|text| text.is_some())
    }

    /// The key that was given, or that is typed now where one is needed and somebody is there to
    /// type it.
    pub(super) fn get(&self, is_needed: impl FnOnce() -> bool) -> Result<Option<StoreKey>> {
        match (&self.0, passphrase_in(PASSPHRASE)?) {
            (Some(_), Some(_)) => bail!(say!("two-keys-given")),
            (Some(file), None) => Ok(Some(StoreKey::read(file).with_context(|| shown(file))?)),
            (None, Some(text)) => Ok(Some(StoreKey::passphrase(text)?)),
            (None, None) if io::stdin().is_terminal() && is_needed() => {
                Ok(Some(StoreKey::passphrase(typed(&say!("ask-passphrase"))?)?))
            }
            (None, None) => Ok(None),
        }
    }

    /// The key of a store that is going to be made in `dir`.
    pub(super) fn get_new(&self, dir: &Path) -> Result<StoreKey> {
        match (&self.0, passphrase_in(PASSPHRASE)?) {
            (Some(_), Some(_)) => bail!(say!("two-keys-given")),
            (Some(file), None) => read_or_make(file, dir),
            (None, Some(text)) => Ok(StoreKey::passphrase(text)?),
            (None, None) => typed_twice(&format!("--store-key FILE, {PASSPHRASE}")),
        }
    }
}

/// The passphrase that the store in use is going to have.
pub(super) fn new_passphrase() -> Result<StoreKey> {
    match passphrase_in(NEW_PASSPHRASE)? {
        Some(text) => Ok(StoreKey::passphrase(text)?),
        None => typed_twice(NEW_PASSPHRASE),
    }
}

/// The key in a file, which is made where there is none, and never written over.
pub(super) fn read_or_make(file: &Path, dir: &Path) -> Result<StoreKey> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    let place = folder.unwrap_or(Path::new(".")).canonicalize().with_context(|| shown(file))?;
    if dir.canonicalize().is_ok_and(|dir| place.starts_with(dir)) {
        bail!(say!("key-beside-lock", file = shown(file)));
    }
    if file.symlink_metadata().is_ok() {
        return StoreKey::read(file).with_context(|| shown(file));
    }
    let key = StoreKey::make(file).with_context(|| shown(file))?;
    message(&say!("store-key-made", file = shown(file)));
    Ok(key)
}

fn passphrase_in(variable: &str) -> Result<Option<Zeroizing<String>>> {
    match env::var(variable) {
        Ok(text) if text.is_empty() => Ok(None),
        Ok(text) => Ok(Some(Zeroizing::new(text))),
        Err(env::VarError::NotPresent) => Ok(None),
        Err(env::VarError::NotUnicode(_)) => bail!(say!("variable-not-utf8", variable = variable)),
    }
}

fn typed_twice(otherwise: &str) -> Result<StoreKey> {
    if !io::stdin().is_terminal() {
        bail!(say!("say-what-to-encrypt-by", ways = otherwise));
    }
    let first = typed(&say!("ask-new-passphrase"))?;
    if first != typed(&say!("ask-again"))? {
        bail!(say!("passphrases-differ"));
    }
    Ok(StoreKey::passphrase(first)?)
}

fn typed(prompt: &str) -> Result<Zeroizing<String>> {
    let text = rpassword::prompt_password(prompt).with_context(|| say!("nothing-typed"))?;
    Ok(Zeroizing::new(text))
}
