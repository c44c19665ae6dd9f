//! What `datasets/manifest.toml` says.

use anyhow::{Context, Result, anyhow};
use serde::Deserialize;
use std::path::PathBuf;

/// Every data set we know of.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    #[serde(rename = "set")]
    pub sets: Vec<Set>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Set {
    pub name: String,
    pub title: String,
    pub purpose: String,
    pub licence: String,
    pub homepage: String,
    pub bytes: Option<u64>,
    pub note: Option<String>,
    pub wheel: Option<Wheel>,
    #[serde(rename = "file", default)]
    pub files: Vec<File>,
}

/// A package of the Python registry, named well enough that any machine downloads the same file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wheel {
    pub package: String,
    pub version: String,
    pub python: String,
    pub implementation: String,
    pub abi: String,
    pub platform: String,
    pub file: String,
    pub sha256: String,
    #[serde(rename = "member")]
    pub members: Vec<Member>,
}

/// A file inside a wheel.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Member {
    pub path: String,
    pub sha256: String,
    pub licence: String,
    pub credit: String,
}

/// A file at an address, or a numbered row of them.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct File {
    pub address: String,
    /// First and last value of `{nn}` in the address.
    pub numbers: Option<[u32; 2]>,
    pub bytes: Option<u64>,
    pub sha256: Option<String>,
    pub md5: Option<String>,
    pub checksum_from: Option<String>,
}

impl Manifest {
    pub fn load() -> Result<Self> {
        let path = crate::root().join("datasets/manifest.toml");
        let text = std::fs::read_to_string(&path).with_context(|| path.display().to_string())?;
        toml::from_str(&text).with_context(|| path.display().to_string())
    }

    pub fn set(&self, name: &str) -> Result<&Set> {
        let found = self.sets.iter().find(|set| set.name == name);
        found.ok_or_else(|| {
            anyhow!("no data set is called {name}: cargo xtask fetch --list names them")
        })
    }
}

impl Set {
    /// Where the set lies once it was fetched.
    pub fn folder(&self) -> PathBuf {
        crate::root().join("datasets/cache").join(&self.name)
    }

    /// How it is had, in one word.
    pub fn way(&self) -> &'static str {
        match (&self.wheel, self.files.is_empty()) {
            (Some(_), _) => "wheel",
            (None, false) => "fetch",
            (None, true) => "page",
        }
    }
}

impl Member {
    /// The last part of its path.
    pub fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }
}

impl File {
    /// The address, or each address of the row.
    pub fn addresses(&self) -> Vec<String> {
        let Some([first, last]) = self.numbers else { return vec![self.address.clone()] };
        (first..=last).map(|n| self.address.replace("{nn}", &format!("{n:02}"))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_hex(text: &str, digits: usize) -> bool {
        text.len() == digits && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
    }

    #[test]
    fn the_manifest_reads_and_its_checksums_are_checksums() {
        let manifest = Manifest::load().unwrap();
        let mut names: Vec<_> = manifest.sets.iter().map(|set| set.name.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), manifest.sets.len(), "a name is given twice");
        for set in &manifest.sets {
            assert!(!set.purpose.is_empty() && !set.licence.is_empty(), "{}", set.name);
            assert!(set.wheel.is_none() || set.files.is_empty(), "{}", set.name);
            for file in &set.files {
                assert!(
                    file.sha256.as_deref().is_none_or(|sum| is_hex(sum, 64)),
                    "{}",
                    file.address
                );
                assert!(file.md5.as_deref().is_none_or(|sum| is_hex(sum, 32)), "{}", file.address);
                assert_eq!(file.numbers.is_some(), file.address.contains("{nn}"));
            }
        }
    }

    #[test]
    fn every_demo_photograph_has_checksum_licence_and_credit() {
        let manifest = Manifest::load().unwrap();
        let wheel = manifest.set("demo").unwrap().wheel.as_ref().unwrap();
        assert!(is_hex(&wheel.sha256, 64) && wheel.members.len() >= 8);
        for member in &wheel.members {
            assert!(is_hex(&member.sha256, 64), "{}", member.path);
            assert!(!member.licence.is_empty() && !member.credit.is_empty(), "{}", member.path);
        }
    }

    #[test]
    fn a_row_of_addresses_is_counted_through() {
        let file = File {
            address: "a{nn}.png".into(),
            numbers: Some([9, 11]),
            bytes: None,
            sha256: None,
            md5: None,
            checksum_from: None,
        };
        assert_eq!(file.addresses(), ["a09.png", "a10.png", "a11.png"]);
    }
}
