//! One picture of every edit, to be looked at, and sheets of them with what they show drawn in.

use crate::corpus;
use crate::draw::{Layer, Pen, Style};
use crate::edits::{Edit, Edited};
use crate::geometry::{Homography, Polygon};
use crate::picture::{Loaded, WORKING_SIDE_PX, lay};
use crate::scene::Props;
use anyhow::{Context, Result, ensure};
use image::{Rgb, RgbImage};
use std::fs;
use std::path::{Path, PathBuf};

const CELL_PX: u32 = 300;
const LABEL_PX: u32 = 22;
const COLUMNS: u32 = 6;
const ROWS: u32 = 4;
/// Pictures that are read as donors.
const DONORS: usize = 24;

/// Writes `NN-edit.jpg` for each edit of the `which`-th picture of a folder, and `sheet-N.png`.
/// Returns how many edits there were.
pub fn show(root: &Path, which: usize, edits: &[Edit], seed: u64, out: &Path) -> Result<usize> {
    let (folder, _) = corpus::folders(root)?;
    let mut paths = Vec::new();
    list(&folder, &mut paths)?;
    ensure!(!paths.is_empty(), "{} is empty", folder.display());
    let source =
        readable(&paths, which).with_context(|| format!("{}: no picture", folder.display()))?;
    let step = (paths.len() / DONORS).max(1);
    let donors =
        paths.iter().enumerate().step_by(step).filter(|(number, _)| *number != source.number);
    let read = |(number, path): (usize, &PathBuf)| Loaded::read(path, number, 800).ok();
    let props = Props { donors: donors.filter_map(read).collect() };
    fs::create_dir_all(out).with_context(|| out.display().to_string())?;
    let name = paths[source.number].strip_prefix(root).unwrap_or(&paths[source.number]);
    let mut pen = Pen::new();
    let mut cells = Vec::new();
    for (number, edit) in edits.iter().enumerate() {
        let edited = edit.apply(&source, &name.to_string_lossy(), seed, &props, &mut pen)?;
        let file = format!("{number:02}-{}.{}", edit.slug(), edited.saved.extension());
        fs::write(out.join(file), &edited.bytes)?;
        cells.push(cell(&edited, &edit.name(), &mut pen));
    }
    write_sheets(&cells, out)?;
    Ok(edits.len())
}

fn readable(paths: &[PathBuf], which: usize) -> Option<Loaded> {
    let turns = paths.len();
    let read = |n: usize| Loaded::read(&paths[n % turns], n % turns, WORKING_SIDE_PX).ok();
    (which..which + turns).find_map(read)
}

fn list(folder: &Path, into: &mut Vec<PathBuf>) -> Result<()> {
    let entries = fs::read_dir(folder).with_context(|| folder.display().to_string())?;
    let mut entries = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    entries.sort();
    for path in entries {
        match path.is_dir() {
            true => list(&path, into)?,
            false => into.push(path),
        }
    }
    Ok(())
}

/// The edited picture small, with the outlines of what it shows and of what was covered.
fn cell(edited: &Edited, name: &str, pen: &mut Pen) -> RgbImage {
    let mut cell = RgbImage::from_pixel(CELL_PX, CELL_PX + LABEL_PX, Rgb([60, 64, 70]));
    let (w, h) = edited.picture.dimensions();
    let scale = f64::from(CELL_PX - 4) / f64::from(w.max(h));
    let map =
        Homography::scale(scale, scale).then(&Homography::shift(2.0, f64::from(LABEL_PX) + 2.0));
    lay(&mut cell, &edited.picture, &map);
    let mut layer = Layer::new(CELL_PX, CELL_PX + LABEL_PX);
    for shown in &edited.shown {
        let colour = if shown.wanted { [0, 255, 90, 255] } else { [255, 200, 0, 255] };
        outline(&mut layer, &shown.seen().mapped(&map), colour);
        for area in &shown.altered {
            outline(&mut layer, &area.mapped(&shown.homography).mapped(&map), [255, 40, 60, 255]);
        }
    }
    let style = Style { size_px: 12.0, bold: false, colour: [255; 4], middle: false };
    pen.write(&mut layer, name, (4.0, 3.0), 900.0, &style);
    layer.over(&mut cell, 0, 0);
    cell
}

fn outline(layer: &mut Layer, polygon: &Polygon, colour: [u8; 4]) {
    let closed = polygon.0.iter().chain(polygon.0.first());
    let points: Vec<_> = closed.map(|corner| (corner.x as f32, corner.y as f32)).collect();
    layer.line(&points, 2.0, colour);
}

fn write_sheets(cells: &[RgbImage], out: &Path) -> Result<()> {
    for (number, cells) in cells.chunks((COLUMNS * ROWS) as usize).enumerate() {
        let mut sheet = RgbImage::new(COLUMNS * CELL_PX, ROWS * (CELL_PX + LABEL_PX));
        for (n, cell) in (0..).zip(cells) {
            let (x, y) = (n % COLUMNS * CELL_PX, n / COLUMNS * (CELL_PX + LABEL_PX));
            image::imageops::replace(&mut sheet, cell, i64::from(x), i64::from(y));
        }
        sheet.save(out.join(format!("sheet-{}.png", number + 1)))?;
    }
    Ok(())
}
