//! Where things lie: the top level, folder names, file sizes, media.

use super::{Complaint, Tree};
use std::collections::BTreeSet;
use toml::Table;

const RULE: &str = "layout";

/// The top level. Dotfiles and licence files are allowed besides.
const TOP_LEVEL: &[&str] = &[
    "Cargo.toml",
    "Cargo.lock",
    "crates",
    "benches",
    "tests",
    "datasets",
    "tools",
    "README.md",
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
];

/// What is larger is data, and data is fetched.
const FILE_BYTES_MAX: u64 = 256 << 10;

/// Lists every dependency, so its length says nothing.
const LOCK: &str = "Cargo.lock";

const MEDIA: &[&str] = &[
    "jpg", "jpeg", "png", "gif", "webp", "bmp", "tif", "tiff", "heic", "heif", "avif", "jxl",
    "mp4", "mov", "mkv", "webm", "avi", "mp3", "m4a", "ogg", "opus", "flac", "wav", "amr", "3gp",
];

pub fn check(tree: &Tree) -> Vec<Complaint> {
    let mut complaints = top_level(tree);
    complaints.extend(tree.files().iter().filter_map(|path| heavy(tree, path)));
    complaints.extend(tree.files().iter().filter_map(|path| stray_media(path)));
    complaints.extend(crate_folders(tree).iter().flat_map(|folder| crate_names(tree, folder)));
    complaints
}

fn top_level(tree: &Tree) -> Vec<Complaint> {
    let entries: BTreeSet<_> =
        tree.files().iter().filter_map(|path| path.split('/').next()).collect();
    let rogue = entries.into_iter().filter(|entry| {
        !TOP_LEVEL.contains(entry) && !entry.starts_with('.') && !entry.starts_with("LICENSE-")
    });
    let reason =
        "not one of the top-level entries: a newcomer should take in the house at a glance";
    rogue.map(|entry| Complaint::new(entry, 0, RULE, reason)).collect()
}

fn heavy(tree: &Tree, path: &str) -> Option<Complaint> {
    let bytes = tree.bytes(path);
    let reason = format!(
        "{} KiB: files over {} KiB are data, to be fetched",
        bytes >> 10,
        FILE_BYTES_MAX >> 10
    );
    (bytes > FILE_BYTES_MAX && path != LOCK).then(|| Complaint::new(path, 0, RULE, reason))
}

fn stray_media(path: &str) -> Option<Complaint> {
    let extension = path.rsplit_once('.')?.1.to_ascii_lowercase();
    let fixture = path.split('/').any(|part| part == "fixtures");
    let stray = MEDIA.contains(&extension.as_str()) && !fixture;
    stray.then(|| Complaint::new(path, 0, RULE, "media outside a `fixtures` folder"))
}

fn crate_folders(tree: &Tree) -> BTreeSet<String> {
    let parts =
        tree.files().iter().filter_map(|path| path.strip_prefix("crates/")?.split_once('/'));
    parts.map(|(folder, _)| folder.to_owned()).collect()
}

/// A crate's folder, its package and its place in ARCHITECTURE.md carry one name.
fn crate_names(tree: &Tree, folder: &str) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    let manifest = format!("crates/{folder}/Cargo.toml");
    let package = package_name(tree, &manifest);
    if package.as_deref() != Some(folder) {
        let found = package.as_deref().unwrap_or("none");
        let reason = format!("the folder is {folder}, the package {found}: one name for one thing");
        complaints.push(Complaint::new(&manifest, 0, RULE, reason));
    }
    if !tree.text("ARCHITECTURE.md").unwrap_or_default().contains(folder) {
        let reason = "ARCHITECTURE.md does not name this crate";
        complaints.push(Complaint::new(&format!("crates/{folder}"), 0, RULE, reason));
    }
    complaints
}

fn package_name(tree: &Tree, manifest: &str) -> Option<String> {
    let table = tree.text(manifest)?.parse::<Table>().ok()?;
    Some(table.get("package")?.get("name")?.as_str()?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::super::tree::testing;
    use super::*;

    #[test]
    fn the_top_level_is_closed() {
        let files = [
            ("README.md", ""),
            ("LICENSE-MIT", ""),
            (".gitignore", ""),
            ("crates.txt", ""),
            ("src/a", ""),
        ];
        let found = testing::places(&check(&testing::tree(&files)));
        assert_eq!(found, ["crates.txt:0", "src:0"]);
    }

    #[test]
    fn data_and_media_stay_outside() {
        let large = "x".repeat((256 << 10) + 1);
        let files = [
            ("tests/a.tsv", large.as_str()),
            ("Cargo.lock", &large),
            ("tests/b.JPG", ""),
            ("tests/fixtures/c.jpg", ""),
        ];
        let found = testing::places(&check(&testing::tree(&files)));
        assert_eq!(found, ["tests/a.tsv:0", "tests/b.JPG:0"]);
    }

    #[test]
    fn folder_package_and_page_carry_one_name() {
        let files = [
            ("ARCHITECTURE.md", "athar-good and athar-odd"),
            ("crates/athar-good/Cargo.toml", "[package]\nname = \"athar-good\""),
            ("crates/athar-odd/Cargo.toml", "[package]\nname = \"athar-even\""),
            ("crates/athar-quiet/Cargo.toml", "[package]\nname = \"athar-quiet\""),
        ];
        let found = testing::places(&check(&testing::tree(&files)));
        assert_eq!(found, ["crates/athar-odd/Cargo.toml:0", "crates/athar-quiet:0"]);
    }
}
