//! From marks on pages to the bytes of a PDF.

use super::flow::{Flowed, Mark, PAGE};
use super::text::{Colour, GlyphRun};
use crate::report::Document;
use jiff::Timestamp;
use jiff::tz::Offset;
use krilla::SerializeSettings;
use krilla::color::rgb;
use krilla::configure::{Configuration, Validator};
use krilla::destination::XyzDestination;
use krilla::geom::{Path, PathBuilder, Point};
use krilla::metadata::{DateTime, Metadata, TextDirection};
use krilla::num::NormalizedF32;
use krilla::outline::{Outline, OutlineNode};
use krilla::page::PageSettings;
use krilla::paint::{Fill, Stroke};
use krilla::surface::Surface;

/// The document: PDF/A-2b, made to be kept, where the text has a glyph for each of its letters;
/// without that promise where not.
pub(super) fn document(flowed: &Flowed, document: &Document) -> Option<Vec<u8>> {
    let kept = Configuration::new_with_validator(Validator::A2_B);
    written(flowed, document, kept).or_else(|| written(flowed, document, Configuration::new()))
}

fn written(flowed: &Flowed, document: &Document, configuration: Configuration) -> Option<Vec<u8>> {
    let settings = SerializeSettings { configuration, ..SerializeSettings::default() };
    let mut pdf = krilla::Document::new_with(settings);
    for marks in &flowed.pages {
        let mut page = pdf.start_page_with(PageSettings::from_wh(PAGE[0], PAGE[1])?);
        let mut surface = page.surface();
        marks.iter().for_each(|mark| draw(&mut surface, mark));
        surface.finish();
        page.finish();
    }
    pdf.set_outline(outline(flowed));
    pdf.set_metadata(metadata(document));
    pdf.finish().ok()
}

fn draw(surface: &mut Surface<'_>, mark: &Mark) {
    match mark {
        Mark::Glyphs { x, y, run } => draw_glyphs(surface, *x, *y, run),
        Mark::Shape { points, fill, stroke } => {
            let Some(path) = polygon(points) else { return };
            surface.set_fill(fill.map(|(colour, opacity)| filled(colour, opacity)));
            surface.set_stroke(stroke.map(|(colour, width)| Stroke {
                paint: paint(colour).into(),
                width,
                ..Stroke::default()
            }));
            surface.draw_path(&path);
        }
    }
}

fn draw_glyphs(surface: &mut Surface<'_>, x: f32, y: f32, run: &GlyphRun) {
    surface.set_fill(Some(filled(run.colour, 1.0)));
    surface.set_stroke(None);
    let at = Point::from_xy(x, y);
    surface.draw_glyphs(at, &run.glyphs, run.font.clone(), &run.text, run.size, false);
}

fn polygon(points: &[[f32; 2]]) -> Option<Path> {
    let mut path = PathBuilder::new();
    let (first, rest) = points.split_first()?;
    path.move_to(first[0], first[1]);
    rest.iter().for_each(|point| path.line_to(point[0], point[1]));
    path.close();
    path.finish()
}

fn filled(colour: Colour, opacity: f32) -> Fill {
    let opacity = NormalizedF32::new(opacity).unwrap_or(NormalizedF32::ONE);
    Fill { paint: paint(colour).into(), opacity, ..Fill::default() }
}

fn paint([red, green, blue]: Colour) -> rgb::Color {
    rgb::Color::new(red, green, blue)
}

/// Headings, and below each those of the next level.
fn outline(flowed: &Flowed) -> Outline {
    let (mut outline, mut open) = (Outline::new(), None::<OutlineNode>);
    for (level, text, page, y) in &flowed.headings {
        let at = XyzDestination::new(*page, Point::from_xy(0.0, *y));
        let node = OutlineNode::new(text.clone(), at);
        match (level, &mut open) {
            (2, Some(parent)) => parent.push_child(node),
            _ => {
                let done = open.replace(node);
                done.into_iter().for_each(|done| outline.push_child(done));
            }
        }
    }
    open.into_iter().for_each(|last| outline.push_child(last));
    outline
}

fn metadata(document: &Document) -> Metadata {
    let direction = if document.language.is_rtl() {
        TextDirection::RightToLeft
    } else {
        TextDirection::LeftToRight
    };
    let mut metadata = Metadata::new()
        .title(format!("{} · {}", document.plain_title, document.kind))
        .language(document.language.code().into())
        .creator(document.program.clone())
        .document_id(format!("{} {}", document.plain_title, document.made_at_ms))
        .text_direction(direction);
    if let Some(date) = date(document.made_at_ms) {
        metadata = metadata.creation_date(date);
    }
    metadata
}

fn date(at_ms: i64) -> Option<DateTime> {
    let at = Timestamp::from_millisecond(at_ms).ok()?;
    let at = Offset::UTC.to_datetime(at);
    let part = |part: i8| u8::try_from(part).ok();
    let date = DateTime::new(u16::try_from(at.year()).ok()?)
        .month(part(at.month())?)
        .day(part(at.day())?)
        .hour(part(at.hour())?)
        .minute(part(at.minute())?)
        .second(part(at.second())?);
    Some(date.utc_offset_hour(0).utc_offset_minute(0))
}
