//! The licences of everything we depend on, held against the list in `.deny.toml`.
//!
//! cargo-deny does this better, knowing texts as well as names, and runs where it is installed.
//! This is what can be said without it: the SPDX expression that each package declares.

use crate::shell;
use anyhow::{Context, Result, bail};
use serde::Deserialize;
use std::collections::BTreeSet;

/// A package of `cargo metadata`.
#[derive(Deserialize)]
struct Package {
    name: String,
    version: String,
    license: Option<String>,
    license_file: Option<String>,
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

/// Fails with the names of packages whose licence is not on the list.
pub fn check() -> Result<()> {
    let text = shell::output(shell::cargo(&["metadata", "--locked", "--format-version", "1"]))?;
    let metadata: Metadata = serde_json::from_str(&text)?;
    let list = List::load()?;
    let refused: Vec<_> =
        metadata.packages.iter().filter_map(|package| list.objection(package)).collect();
    if !refused.is_empty() {
        bail!("not on the list of .deny.toml:\n  {}", refused.join("\n  "));
    }
    println!("{} packages, every licence on the list of .deny.toml", metadata.packages.len());
    Ok(())
}

struct List {
    allowed: BTreeSet<String>,
    /// Package and licence, for one package alone.
    exceptions: BTreeSet<(String, String)>,
}

impl List {
    fn load() -> Result<Self> {
        let path = crate::root().join(".deny.toml");
        let text = std::fs::read_to_string(&path).with_context(|| path.display().to_string())?;
        Self::parse(&text)
    }

    fn parse(text: &str) -> Result<Self> {
        #[derive(Deserialize)]
        struct Config {
            licenses: Licenses,
        }
        #[derive(Deserialize)]
        struct Licenses {
            allow: BTreeSet<String>,
            #[serde(default)]
            exceptions: Vec<Exception>,
        }
        #[derive(Deserialize)]
        struct Exception {
            allow: Vec<String>,
            #[serde(rename = "crate")]
            name: String,
        }
        let config: Config = toml::from_str(text).context(".deny.toml")?;
        let exceptions = config.licenses.exceptions.into_iter();
        let exceptions =
            exceptions.flat_map(|e| e.allow.into_iter().map(move |l| (e.name.clone(), l)));
        Ok(Self { allowed: config.licenses.allow, exceptions: exceptions.collect() })
    }

    fn objection(&self, package: &Package) -> Option<String> {
        let Package { name, version, license, license_file } = package;
        let allowed = |licence: &str| {
            self.allowed.contains(licence)
                || self.exceptions.contains(&(name.clone(), licence.to_owned()))
        };
        match (license, license_file) {
            (Some(expression), _) if satisfied(expression, &allowed) => None,
            (Some(expression), _) => Some(format!("{name} {version}: {expression}")),
            (None, Some(file)) => Some(format!("{name} {version}: only a file, {file}")),
            (None, None) => Some(format!("{name} {version}: no licence is declared")),
        }
    }
}

/// Whether an SPDX expression can be met with allowed licences. `OR` binds weaker than `AND`;
/// the old `/` means `OR`; `WITH` and its exception belong to the licence's name.
fn satisfied(expression: &str, allowed: &dyn Fn(&str) -> bool) -> bool {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let words: Vec<_> = spaced.split_whitespace().collect();
    let mut reader = Reader { words: &words, allowed };
    reader.any() && reader.words.is_empty()
}

struct Reader<'a> {
    words: &'a [&'a str],
    allowed: &'a dyn Fn(&str) -> bool,
}

impl Reader<'_> {
    fn any(&mut self) -> bool {
        let mut met = self.all();
        while self.take("OR") {
            met |= self.all();
        }
        met
    }

    fn all(&mut self) -> bool {
        let mut met = self.one();
        while self.take("AND") {
            met &= self.one();
        }
        met
    }

    fn one(&mut self) -> bool {
        if self.take("(") {
            let met = self.any();
            return self.take(")") && met;
        }
        let Some((name, rest)) = self.words.split_first() else { return false };
        self.words = rest;
        if self.take("WITH")
            && let Some((exception, rest)) = self.words.split_first()
        {
            self.words = rest;
            return (self.allowed)(&format!("{name} WITH {exception}"));
        }
        (self.allowed)(name)
    }

    fn take(&mut self, word: &str) -> bool {
        let there = self.words.first() == Some(&word);
        if there {
            self.words = &self.words[1..];
        }
        there
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_are_read_as_spdx_means_them() {
        let allowed = |licence: &str| {
            matches!(licence, "MIT" | "Apache-2.0" | "Zlib" | "Apache-2.0 WITH LLVM-exception")
        };
        let good = [
            "MIT",
            "GPL-3.0 OR MIT",
            "MIT/Apache-2.0",
            "(MIT OR GPL-2.0) AND Zlib",
            "Apache-2.0 WITH LLVM-exception OR GPL-2.0",
            "GPL-2.0 OR MIT AND Zlib",
        ];
        let bad = [
            "GPL-3.0",
            "MIT AND GPL-3.0",
            "(MIT OR Zlib",
            "MIT WITH Odd-exception",
            "",
            "GPL-2.0 OR MIT AND ISC",
        ];
        assert!(good.iter().all(|expression| satisfied(expression, &allowed)));
        for expression in bad {
            assert!(!satisfied(expression, &allowed), "{expression}");
        }
    }

    #[test]
    fn an_exception_is_for_one_package_alone() {
        let list = List::parse(
            "[licenses]\nallow = [\"MIT\"]\nexceptions = [{ allow = [\"IJG\"], crate = \"jpeg\" }]\n",
        );
        let list = list.unwrap();
        let package = |name: &str, license: Option<&str>| Package {
            name: name.into(),
            version: "1.0.0".into(),
            license: license.map(Into::into),
            license_file: None,
        };
        assert_eq!(list.objection(&package("jpeg", Some("MIT AND IJG"))), None);
        assert!(list.objection(&package("other", Some("IJG"))).is_some());
        assert!(list.objection(&package("none", None)).is_some());
    }

    #[test]
    fn our_own_list_reads() {
        assert!(List::load().unwrap().allowed.contains("MIT"));
    }
}
