//! `edits`: what people do to a picture before they send it again.
//!
//! Each edit is one that PDQ is made to bear: re-encoding, another size, a mirror, a turn by a
//! quarter, a little more light. Crops and screenshots are not among them.

use anyhow::{Context, Result};
use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, imageops::FilterType};
use std::fs;
use std::io::BufWriter;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(clap::Args)]
pub struct Arguments {
    /// The folder with the pictures (PNG and JPEG)
    #[arg(long)]
    from: PathBuf,
    /// The folder for the edited pictures
    #[arg(long)]
    to: PathBuf,
}

/// One thing done to a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edit {
    /// Nothing but the encoding.
    Reencode,
    /// Both sides at this many per cent.
    Resize(u32),
    /// Left and right exchanged.
    Mirror,
    /// A quarter turn clockwise.
    QuarterTurn,
    /// This many steps of 255 more light.
    Brighten(i32),
}

/// The JPEG quality at which edited pictures are written: what messengers use.
pub const JPEG_QUALITY: u8 = 70;

impl Edit {
    /// For file names.
    pub fn tag(self) -> &'static str {
        match self {
            Self::Reencode => "reencoded",
            Self::Resize(_) => "resized",
            Self::Mirror => "mirrored",
            Self::QuarterTurn => "turned",
            Self::Brighten(_) => "brighter",
        }
    }

    /// For people.
    pub fn says(self) -> String {
        match self {
            Self::Reencode => format!("saved again as JPEG, quality {JPEG_QUALITY}"),
            Self::Resize(percent) => format!("resized to {percent} %"),
            Self::Mirror => "mirrored".into(),
            Self::QuarterTurn => "turned by a quarter".into(),
            Self::Brighten(_) => "made brighter".into(),
        }
    }

    fn apply(self, picture: &DynamicImage) -> DynamicImage {
        let part = |side: u32, percent: u32| (side * percent / 100).max(1);
        match self {
            Self::Reencode => picture.clone(),
            Self::Resize(percent) => picture.resize_exact(
                part(picture.width(), percent),
                part(picture.height(), percent),
                FilterType::CatmullRom,
            ),
            Self::Mirror => picture.fliph(),
            Self::QuarterTurn => picture.rotate90(),
            Self::Brighten(steps) => picture.brighten(steps),
        }
    }
}

/// Writes every picture of a folder once with each edit, `NAME-EDIT.jpg`.
pub fn run(arguments: &Arguments) -> Result<ExitCode> {
    const EACH: [Edit; 5] =
        [Edit::Reencode, Edit::Resize(60), Edit::Mirror, Edit::QuarterTurn, Edit::Brighten(20)];
    let mut written = 0;
    for path in pictures(&arguments.from)? {
        let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        for edit in EACH {
            make(&path, &[edit], &arguments.to.join(format!("{stem}-{}.jpg", edit.tag())))?;
            written += 1;
        }
    }
    println!("{written} edited pictures in {}", arguments.to.display());
    Ok(ExitCode::SUCCESS)
}

fn pictures(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        let extension =
            path.extension().and_then(|e| e.to_str()).unwrap_or_default().to_ascii_lowercase();
        if matches!(extension.as_str(), "png" | "jpg" | "jpeg") {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}

/// Writes the picture at `from` as a JPEG at `to`, with these edits done to it in their order.
pub fn make(from: &Path, edits: &[Edit], to: &Path) -> Result<()> {
    let picture = image::open(from).with_context(|| from.display().to_string())?;
    let edited = edits.iter().fold(picture, |picture, edit| edit.apply(&picture));
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
    }
    let file = fs::File::create(to).with_context(|| to.display().to_string())?;
    let encoder = JpegEncoder::new_with_quality(BufWriter::new(file), JPEG_QUALITY);
    edited.to_rgb8().write_with_encoder(encoder).with_context(|| to.display().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{Rgb, RgbImage};

    /// Left half dark, right half light.
    fn halves(folder: &Path) -> PathBuf {
        let path = folder.join("halves.png");
        let picture = RgbImage::from_fn(40, 20, |x, _| Rgb([if x < 20 { 10 } else { 200 }; 3]));
        picture.save(&path).unwrap();
        path
    }

    fn edited(edits: &[Edit]) -> RgbImage {
        let folder = tempfile::tempdir().unwrap();
        let to = folder.path().join("below/edited.jpg");
        make(&halves(folder.path()), edits, &to).unwrap();
        image::open(to).unwrap().to_rgb8()
    }

    #[test]
    fn each_edit_does_what_it_says() {
        let light = |picture: &RgbImage, x, y| picture.get_pixel(x, y)[0] > 100;
        let same = edited(&[Edit::Reencode]);
        assert!(!light(&same, 5, 10) && light(&same, 35, 10));
        let mirrored = edited(&[Edit::Mirror]);
        assert!(light(&mirrored, 5, 10) && !light(&mirrored, 35, 10));
        let turned = edited(&[Edit::QuarterTurn]);
        assert_eq!(turned.dimensions(), (20, 40));
        assert!(!light(&turned, 10, 5) && light(&turned, 10, 35));
        assert_eq!(edited(&[Edit::Resize(50), Edit::Mirror]).dimensions(), (20, 10));
        assert!(edited(&[Edit::Brighten(40)]).get_pixel(5, 10)[0] > 40);
    }

    #[test]
    fn a_folder_is_edited_whole() {
        let folder = tempfile::tempdir().unwrap();
        halves(folder.path());
        fs::write(folder.path().join("notes.txt"), "no picture").unwrap();
        let to = folder.path().join("to");
        run(&Arguments { from: folder.path().to_owned(), to: to.clone() }).unwrap();
        assert_eq!(fs::read_dir(to).unwrap().count(), 5);
    }
}
