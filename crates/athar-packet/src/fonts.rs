//! The fonts that the PDF is set in: those that the machine has, found by their files' names.
//!
//! A report is read in court years later, so what it looks like must not depend on a guess of the
//! system's: the files are sought by name, in this order, and are embedded as far as they are used.

use crate::{Language, MakeError};
use std::fs;
use std::path::{Path, PathBuf};

/// How deep a directory of fonts is looked through.
const DEPTH_MOST: usize = 6;

/// The largest file that is taken for a font, in bytes.
const FONT_BYTES_MOST: u64 = 32 << 20;

/// The fonts of a machine, as far as they are wanted.
#[derive(Debug, Default)]
pub struct Fonts {
    pub(crate) latin: Option<Family>,
    pub(crate) arabic: Option<Family>,
    pub(crate) mono: Option<Family>,
}

/// One face in two weights; the second may be missing.
#[derive(Debug, Clone)]
pub(crate) struct Family {
    pub(crate) regular: Vec<u8>,
    pub(crate) bold: Option<Vec<u8>>,
}

/// Regular and bold of families that have Latin letters, the best first.
const LATIN: [[&str; 2]; 5] = [
    ["NotoSans-Regular.ttf", "NotoSans-Bold.ttf"],
    ["DejaVuSans.ttf", "DejaVuSans-Bold.ttf"],
    ["LiberationSans-Regular.ttf", "LiberationSans-Bold.ttf"],
    ["FreeSans.ttf", "FreeSansBold.ttf"],
    ["Arial.ttf", "Arial Bold.ttf"],
];

/// The same of Arabic.
const ARABIC: [[&str; 2]; 6] = [
    ["NotoNaskhArabic-Regular.ttf", "NotoNaskhArabic-Bold.ttf"],
    ["NotoSansArabic-Regular.ttf", "NotoSansArabic-Bold.ttf"],
    ["Amiri-Regular.ttf", "Amiri-Bold.ttf"],
    ["DejaVuSans.ttf", "DejaVuSans-Bold.ttf"],
    ["KacstOne.ttf", "KacstOne-Bold.ttf"],
    ["Arial.ttf", "Arial Bold.ttf"],
];

/// The same of faces whose letters are all as wide.
const MONO: [[&str; 2]; 3] = [
    ["NotoSansMono-Regular.ttf", "NotoSansMono-Bold.ttf"],
    ["DejaVuSansMono.ttf", "DejaVuSansMono-Bold.ttf"],
    ["LiberationMono-Regular.ttf", "LiberationMono-Bold.ttf"],
];

impl Fonts {
    /// Looks for them in these directories and in what lies below them; those named first count
    /// first. A directory that is not there, or cannot be read, has none.
    pub fn find(directories: &[PathBuf]) -> Self {
        let files: Vec<_> =
            directories.iter().flat_map(|dir| files_below(dir, DEPTH_MOST)).collect();
        Self {
            latin: family(&files, &LATIN),
            arabic: family(&files, &ARABIC),
            mono: family(&files, &MONO),
        }
    }

    /// Whether there are fonts for a report's own words.
    ///
    /// # Errors
    ///
    /// [`MakeError::NoFont`] names what is missing.
    pub fn check(&self, language: Language) -> Result<(), MakeError> {
        if self.latin.is_none() {
            return Err(MakeError::NoFont { script: "Latin", packages: PACKAGE });
        }
        if language == Language::Arabic { self.check_arabic() } else { Ok(()) }
    }

    pub(crate) fn check_arabic(&self) -> Result<(), MakeError> {
        let missing = MakeError::NoFont { script: "Arabic", packages: PACKAGE };
        self.arabic.as_ref().map(drop).ok_or(missing)
    }
}

/// The Debian package that has all of them.
const PACKAGE: &str = "fonts-noto-core";

fn family(files: &[PathBuf], wanted: &[[&str; 2]]) -> Option<Family> {
    wanted.iter().find_map(|[regular, bold]| {
        let regular = read(files, regular)?;
        Some(Family { regular, bold: read(files, bold) })
    })
}

fn read(files: &[PathBuf], name: &str) -> Option<Vec<u8>> {
    let file = files.iter().find(|file| file.file_name().is_some_and(|found| found == name))?;
    let is_small = fs::metadata(file).is_ok_and(|data| data.len() <= FONT_BYTES_MOST);
    if is_small { fs::read(file).ok() } else { None }
}

/// Sorted, so that of two files with one name it is always the same that is taken.
fn files_below(dir: &Path, depth: usize) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(dir) else { return Vec::new() };
    let mut paths: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.sort();
    let (dirs, mut files): (Vec<_>, Vec<_>) = paths.into_iter().partition(|path| path.is_dir());
    if depth > 0 {
        files.extend(dirs.iter().flat_map(|dir| files_below(dir, depth - 1)));
    }
    files
}
