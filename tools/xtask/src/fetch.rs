//! `fetch`: public data sets by name, checksums verified, broken downloads taken up again.
//!
//! A package comes through `pip download`, by name and version, from whatever registry this
//! machine is set up with. Other files come through `curl`. Nothing is put under its final name
//! before its checksum was compared.

use crate::datasets::{File, Manifest, Set, Wheel};
use crate::{shell, style};
use anyhow::{Context, Result, bail};
use md5::Md5;
use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

#[derive(clap::Args)]
pub struct Arguments {
    /// The set's name in datasets/manifest.toml
    #[arg(required_unless_present = "list")]
    name: Option<String>,
    /// Print a table of all sets
    #[arg(long)]
    list: bool,
}

pub fn run(arguments: &Arguments) -> Result<ExitCode> {
    let manifest = Manifest::load()?;
    match &arguments.name {
        Some(name) if !arguments.list => {
            let folder = fetch(manifest.set(name)?)?;
            println!("{}", folder.display());
        }
        _ => print!("{}", table(&manifest)),
    }
    Ok(ExitCode::SUCCESS)
}

fn table(manifest: &Manifest) -> String {
    let mut text =
        style::bold(&format!("{:<17} {:<6} {:>9}  {}\n", "name", "how", "size", "what for"));
    for set in &manifest.sets {
        let size = set.bytes.map_or("?".into(), style::bytes);
        let _ = writeln!(
            text,
            "{:<17} {:<6} {size:>9}  {}: {}",
            set.name,
            set.way(),
            set.title,
            set.purpose
        );
        let _ = writeln!(
            text,
            "{:35} {}",
            "",
            style::dim(&format!("licence: {}; {}", set.licence, set.homepage))
        );
    }
    text.push_str("how: wheel = through pip, fetch = cargo xtask fetch NAME, page = by hand from its homepage\n");
    text
}

/// Puts the set into its folder and returns that. What is there and sound is left as it is.
pub fn fetch(set: &Set) -> Result<PathBuf> {
    let folder = set.folder();
    match &set.wheel {
        Some(wheel) => fetch_wheel(wheel, &folder)?,
        None if set.files.is_empty() => bail!("{}", by_hand(set)),
        None => {
            for file in &set.files {
                fetch_file(file, &folder)?;
            }
        }
    }
    Ok(folder)
}

fn by_hand(set: &Set) -> String {
    let note = set.note.as_deref().map(|note| format!(" ({note})")).unwrap_or_default();
    format!(
        "{} is handed out by its owner at {}{note}: put its files into {}",
        set.title,
        set.homepage,
        set.folder().display()
    )
}

fn fetch_wheel(wheel: &Wheel, folder: &Path) -> Result<()> {
    let sound =
        |name: &str, sum: &str| matches!(sha256(&folder.join(name)), Ok(found) if found == sum);
    if wheel.members.iter().all(|member| sound(member.name(), &member.sha256)) {
        return Ok(());
    }
    fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
    if !sound(&wheel.file, &wheel.sha256) {
        download_wheel(wheel, folder)?;
    }
    verify(&folder.join(&wheel.file), Some(&wheel.sha256), None)?;
    unpack(wheel, folder)
}

/// Asks pip for exactly this file; the checksum in the requirement makes pip refuse another.
fn download_wheel(wheel: &Wheel, folder: &Path) -> Result<()> {
    let requirement = folder.join("requirement.txt");
    let text = format!("{}=={} --hash=sha256:{}\n", wheel.package, wheel.version, wheel.sha256);
    fs::write(&requirement, text).with_context(|| requirement.display().to_string())?;
    let mut pip = Command::new("python3");
    pip.args(["-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:"]);
    pip.args(["--require-hashes", "--no-cache-dir", "--disable-pip-version-check"]);
    pip.args(["--python-version", &wheel.python, "--implementation", &wheel.implementation]);
    pip.args(["--abi", &wheel.abi, "--platform", &wheel.platform]);
    pip.arg("--requirement").arg(&requirement).arg("--dest").arg(folder);
    pip.env("PIP_REQUIRE_VIRTUALENV", "false");
    shell::run(pip).with_context(|| {
        format!(
            "{} {} could not be downloaded: this needs python3 with pip, and a network or a local \
             package registry that pip is set up for",
            wheel.package, wheel.version
        )
    })?;
    fs::remove_file(&requirement).with_context(|| requirement.display().to_string())
}

fn unpack(wheel: &Wheel, folder: &Path) -> Result<()> {
    let path = folder.join(&wheel.file);
    let mut archive = zip::ZipArchive::new(fs::File::open(&path)?)?;
    for member in &wheel.members {
        let mut entry = archive.by_name(&member.path).with_context(|| member.path.clone())?;
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).with_context(|| member.path.clone())?;
        let found = hex(&Sha256::digest(&bytes));
        if found != member.sha256 {
            bail!("{} has SHA-256 {found}, not {}", member.path, member.sha256);
        }
        let target = folder.join(member.name());
        fs::write(&target, bytes).with_context(|| target.display().to_string())?;
    }
    Ok(())
}

fn fetch_file(file: &File, folder: &Path) -> Result<()> {
    fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
    for address in file.addresses() {
        let name = address.rsplit('/').next().unwrap_or(&address);
        let target = folder.join(name);
        if !target.exists() {
            let part = folder.join(format!("{name}.part"));
            download(&address, &part)?;
            whole(&part, file.bytes)?;
            verify(&part, file.sha256.as_deref(), file.md5.as_deref())?;
            fs::rename(&part, &target).with_context(|| target.display().to_string())?;
        }
        report(file, &target)?;
    }
    Ok(())
}

/// Goes on where an earlier download broke off.
fn download(address: &str, part: &Path) -> Result<()> {
    let mut curl = Command::new("curl");
    curl.args(["--fail", "--location", "--retry", "3", "--continue-at", "-", "--output"]);
    curl.arg(part).arg(address);
    shell::run(curl).context("the download broke off; the same command goes on where it stopped")
}

/// A file of another size is another file, or not all of it: it stays for a next attempt.
fn whole(part: &Path, wanted: Option<u64>) -> Result<()> {
    let found = fs::metadata(part).with_context(|| part.display().to_string())?.len();
    match wanted.is_none_or(|wanted| wanted == found) {
        true => Ok(()),
        false => bail!("{} has {found} bytes, not {}", part.display(), wanted.unwrap_or_default()),
    }
}

/// Compares with what is known. A file that differs is taken away, so that the next call begins
/// anew.
fn verify(path: &Path, sha256_wanted: Option<&str>, md5_wanted: Option<&str>) -> Result<()> {
    let wrong = match (sha256_wanted, md5_wanted) {
        (Some(wanted), _) => {
            Some((sha256(path)?, wanted)).filter(|(found, wanted)| found != wanted)
        }
        (None, Some(wanted)) => {
            Some((md5(path)?, wanted)).filter(|(found, wanted)| found != wanted)
        }
        (None, None) => None,
    };
    let Some((found, wanted)) = wrong else { return Ok(()) };
    fs::remove_file(path).with_context(|| path.display().to_string())?;
    bail!("{} has checksum {found}, not {wanted}, and was removed", path.display())
}

fn report(file: &File, target: &Path) -> Result<()> {
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    let origin = file.checksum_from.as_deref().unwrap_or("its owner");
    match file.sha256.is_some() || file.md5.is_some() {
        true => println!("{name}: checksum as given by {origin}"),
        false => println!("{name}: no checksum is published; SHA-256 {}", sha256(target)?),
    }
    Ok(())
}

fn sha256(path: &Path) -> Result<String> {
    digest::<Sha256>(path)
}

fn md5(path: &Path) -> Result<String> {
    digest::<Md5>(path)
}

fn digest<D: Digest>(path: &Path) -> Result<String> {
    let mut file = fs::File::open(path).with_context(|| path.display().to_string())?;
    let mut digest = D::new();
    let mut chunk = vec![0; 1 << 20];
    loop {
        match file.read(&mut chunk).with_context(|| path.display().to_string())? {
            0 => return Ok(hex(&digest.finalize())),
            n => digest.update(&chunk[..n]),
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ABC_SHA256: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    const ABC_MD5: &str = "900150983cd24fb0d6963f7d28e17f72";

    fn abc() -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("abc");
        fs::write(&path, "abc").unwrap();
        (folder, path)
    }

    #[test]
    fn checksums_are_the_standard_ones() {
        let (_folder, path) = abc();
        assert_eq!(sha256(&path).unwrap(), ABC_SHA256);
        assert_eq!(md5(&path).unwrap(), ABC_MD5);
    }

    #[test]
    fn what_differs_is_refused_and_removed() {
        let (_folder, path) = abc();
        verify(&path, Some(ABC_SHA256), None).unwrap();
        verify(&path, None, Some(ABC_MD5)).unwrap();
        verify(&path, None, None).unwrap();
        let error = verify(&path, Some(&ABC_SHA256.replace('b', "c")), None).unwrap_err();
        assert!(error.to_string().contains("removed"));
        assert!(!path.exists());
    }

    #[test]
    fn a_file_of_another_size_is_refused_and_stays() {
        let (_folder, path) = abc();
        whole(&path, Some(3)).unwrap();
        whole(&path, None).unwrap();
        assert!(whole(&path, Some(4)).is_err() && path.exists());
    }

    #[test]
    fn the_table_names_every_set() {
        let manifest = Manifest::load().unwrap();
        let table = table(&manifest);
        assert!(manifest.sets.iter().all(|set| table.contains(&set.name)));
    }
}
