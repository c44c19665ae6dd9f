//! Who reported what: five cases, and the photographs that come back in more than one of them.

use crate::edit::Edit;
use crate::style;
use anyhow::{Context, Result};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// One case and what is reported into it.
pub struct Case {
    pub name: &'static str,
    pub channel: &'static str,
    /// What the threat came from, where that is known.
    pub handle: Option<&'static str>,
    pub files: &'static [File],
}

/// One file of a report: a photograph, with what was done to it.
pub struct File {
    pub photograph: &'static str,
    pub edits: &'static [Edit],
}

const fn original(photograph: &'static str) -> File {
    File { photograph, edits: &[] }
}

const fn edited(photograph: &'static str, edits: &'static [Edit]) -> File {
    File { photograph, edits }
}

/// The astronaut is in three cases, three other photographs are in two. The last case shares no
/// material with any; one telephone, written in another way, ties it to the one before it.
pub const CASES: &[Case] = &[
    Case {
        name: "HTL-2041",
        channel: "hotline",
        handle: None,
        files: &[original("astronaut.png"), original("camera.png"), original("coffee.png")],
    },
    Case {
        name: "APP-0307",
        channel: "app",
        handle: None,
        files: &[
            original("chelsea.png"),
            original("rocket.jpg"),
            edited("astronaut.png", &[Edit::Reencode]),
        ],
    },
    Case {
        name: "WEB-0118",
        channel: "web-form",
        handle: None,
        files: &[
            original("hubble_deep_field.jpg"),
            edited("coffee.png", &[Edit::Mirror]),
            edited("rocket.jpg", &[Edit::Resize(50)]),
        ],
    },
    Case {
        name: "HTL-2057",
        channel: "hotline",
        handle: Some("telephone=07701234567"),
        files: &[
            original("coins.png"),
            original("retina.jpg"),
            edited("chelsea.png", &[Edit::QuarterTurn]),
            edited("astronaut.png", &[Edit::Brighten(25), Edit::Resize(60)]),
        ],
    },
    Case {
        name: "WLK-0009",
        channel: "walk-in",
        handle: Some("whatsapp=+9647701234567"),
        files: &[original("brick.png"), original("gravel.png")],
    },
];

/// A picture of the first case, edited in a way that is in no case.
pub const KNOWN: File = edited("camera.png", &[Edit::Mirror, Edit::QuarterTurn, Edit::Resize(80)]);

/// A picture of no case.
pub const UNKNOWN: File = original("grass.png");

/// The case that is also handed a file that is no picture.
const CONFUSED_CASE: &str = "WLK-0009";

/// One side of a link: a case and the SHA-256 of an item.
pub type End = (String, String);

/// A link whichever way round it is told.
pub type Pair = BTreeSet<End>;

impl File {
    /// The name under which it is reported.
    pub fn name(&self) -> String {
        let (stem, extension) = self.photograph.split_once('.').unwrap_or((self.photograph, ""));
        if self.edits.is_empty() {
            return format!("{stem}.{extension}");
        }
        let tags: Vec<_> = self.edits.iter().map(|edit| edit.tag()).collect();
        format!("{stem}-{}.jpg", tags.join("-"))
    }

    /// What was done to it, for people.
    pub fn story(&self) -> String {
        let edits: Vec<_> = self.edits.iter().map(|edit| edit.says()).collect();
        format!("{:<34} {}", self.name(), style::dim(&edits.join(", then ")))
    }
}

/// Every file with the path it is laid at.
pub fn files(folder: &Path) -> Vec<(&'static File, PathBuf)> {
    let reported = CASES.iter().flat_map(|case| case.files.iter().map(move |file| (case, file)));
    let reported = reported.map(|(case, file)| (file, report_path(folder, case, file)));
    let asked = [&KNOWN, &UNKNOWN].map(|file| (file, folder.join(asked_path(file))));
    reported.chain(asked).collect()
}

/// Where a question lies, relative to the demo's folder.
pub fn asked_path(file: &File) -> String {
    format!("asked/{}", file.name())
}

/// A text that calls itself a picture, as people send them.
pub fn no_picture(folder: &Path) -> (PathBuf, &'static str) {
    (
        folder.join("reports").join(CONFUSED_CASE).join("screenshot.jpg"),
        "I could not save it, sorry\n",
    )
}

/// How `add` must end: 3 where a file could not be read.
pub fn exit_of(case: &Case) -> i32 {
    if case.name == CONFUSED_CASE { 3 } else { 0 }
}

/// Every pair of items in different cases that show the same photograph.
pub fn planted(folder: &Path) -> Result<BTreeSet<Pair>> {
    let mut items = Vec::new();
    for case in CASES {
        for file in case.files {
            let sha256 = sha256(&report_path(folder, case, file))?;
            items.push((file.photograph, (case.name.to_owned(), sha256)));
        }
    }
    let pairs = items
        .iter()
        .enumerate()
        .flat_map(|(n, one)| items[n + 1..].iter().map(move |two| (one, two)));
    let same = pairs.filter(|(one, two)| one.0 == two.0 && one.1.0 != two.1.0);
    Ok(same.map(|(one, two)| Pair::from([one.1.clone(), two.1.clone()])).collect())
}

fn report_path(folder: &Path, case: &Case, file: &File) -> PathBuf {
    folder.join("reports").join(case.name).join(file.name())
}

/// The digest by which an item is named.
pub fn sha256(path: &Path) -> Result<String> {
    let bytes = fs::read(path).with_context(|| path.display().to_string())?;
    Ok(Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_do_not_collide_and_say_what_was_done() {
        let folder = Path::new("demo");
        let paths: BTreeSet<_> = files(folder).into_iter().map(|(_, path)| path).collect();
        assert_eq!(paths.len(), files(folder).len());
        assert!(paths.contains(Path::new("demo/reports/HTL-2057/astronaut-brighter-resized.jpg")));
        assert!(paths.contains(Path::new("demo/asked/grass.png")));
    }

    #[test]
    fn six_links_are_planted_between_four_cases() {
        let folder = tempfile::tempdir().unwrap();
        for (_, path) in files(folder.path()) {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, path.display().to_string()).unwrap();
        }
        let planted = planted(folder.path()).unwrap();
        assert_eq!(planted.len(), 6);
        let cases: BTreeSet<_> = planted.iter().flatten().map(|(case, _)| case.as_str()).collect();
        assert_eq!(
            cases.into_iter().collect::<Vec<_>>(),
            ["APP-0307", "HTL-2041", "HTL-2057", "WEB-0118"]
        );
    }

    #[test]
    fn what_is_asked_is_in_no_report() {
        let reported: Vec<_> = CASES.iter().flat_map(|case| case.files).collect();
        assert!(reported.iter().all(|file| file.photograph != UNKNOWN.photograph));
        assert!(reported.iter().any(|file| file.photograph == KNOWN.photograph));
        assert!(reported.iter().all(|file| file.name() != KNOWN.name()));
    }
}
