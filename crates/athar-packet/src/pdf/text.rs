//! Setting text: from spans to lines of glyphs that know where they stand.
//!
//! The paragraph has the report's direction whatever its first letter is; what is somebody else's
//! is isolated (Unicode Standard Annex 9), so that a case named in Arabic does not turn the
//! English around it, nor a digest the Arabic.

use crate::Fonts;
use crate::fonts::Family;
use crate::report::Span;
use krilla::text::{Font, GlyphId, KrillaGlyph};
use parley::fontique::{Blob, Collection, CollectionOptions, FontInfoOverride};
use parley::{
    Alignment, AlignmentOptions, BaseDirection, FontContext, FontFamily, FontFamilyName,
    FontWeight, Layout, LayoutContext, LineHeight, OverflowWrap, Run, StyleProperty,
};
use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;
use std::rc::Rc;

/// Names under which the fonts are kept.
const LATIN: &str = "latin";
const ARABIC: &str = "arabic";
const MONO: &str = "mono";

/// Digests are set a little smaller: their letters are wide.
const MONO_SCALE: f32 = 0.88;

/// How text looks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Face {
    pub(super) size: f32,
    pub(super) is_bold: bool,
    pub(super) colour: Colour,
}

/// Red, green and blue.
pub(super) type Colour = [u8; 3];

/// Lines of text, one below the other.
pub(super) struct Set {
    pub(super) lines: Vec<Line>,
    pub(super) height: f32,
}

/// A line, from its top.
#[derive(Clone)]
pub(super) struct Line {
    pub(super) top: f32,
    pub(super) height: f32,
    pub(super) runs: Vec<GlyphRun>,
}

/// Glyphs of one font.
#[derive(Clone)]
pub(super) struct GlyphRun {
    /// From the left of the text, and from the top of its line.
    pub(super) x: f32,
    pub(super) baseline: f32,
    pub(super) size: f32,
    pub(super) colour: Colour,
    pub(super) font: Font,
    pub(super) glyphs: Vec<KrillaGlyph>,
    /// What the glyphs' ranges are of.
    pub(super) text: Rc<str>,
}

/// Sets text in the fonts of a report.
pub(super) struct Setter {
    fonts: FontContext,
    layouts: LayoutContext<()>,
    /// Fonts as they are embedded, by their bytes and number.
    embedded: HashMap<(u64, u32), Option<Font>>,
    direction: BaseDirection,
}

impl Setter {
    pub(super) fn new(fonts: &Fonts, is_rtl: bool) -> Self {
        let mut collection =
            Collection::new(CollectionOptions { shared: false, system_fonts: false });
        let families = [(LATIN, &fonts.latin), (ARABIC, &fonts.arabic), (MONO, &fonts.mono)];
        for (name, family) in families {
            if let Some(family) = family {
                register(&mut collection, name, family);
            }
        }
        Self {
            fonts: FontContext { collection, ..FontContext::default() },
            layouts: LayoutContext::new(),
            embedded: HashMap::new(),
            direction: if is_rtl { BaseDirection::Rtl } else { BaseDirection::Ltr },
        }
    }

    /// Sets text into lines of this width, from the side on which its language begins.
    pub(super) fn set(&mut self, spans: &[Span], face: Face, width: f32) -> Set {
        self.aligned(spans, face, width, Alignment::Start)
    }

    pub(super) fn aligned(
        &mut self,
        spans: &[Span],
        face: Face,
        width: f32,
        alignment: Alignment,
    ) -> Set {
        let (text, codes) = isolated(spans);
        let mut layout = self.layout(&text, &codes, face);
        layout.break_all_lines(Some(width));
        layout.align(alignment, AlignmentOptions::default());
        let text: Rc<str> = text.into();
        let mut lines = Vec::new();
        for line in layout.lines() {
            let metrics = *line.metrics();
            let top = metrics.block_min_coord;
            let mut x = metrics.offset;
            let mut runs = Vec::new();
            for run in line.runs() {
                let from = x;
                x += run.advance();
                runs.extend(self.glyphs(&run, from, metrics.baseline - top, face, &text));
            }
            lines.push(Line { top, height: metrics.block_max_coord - top, runs });
        }
        Set { lines, height: layout.height() }
    }

    fn layout(&mut self, text: &str, codes: &[Range<usize>], face: Face) -> Layout<()> {
        let mut builder = self.layouts.ranged_builder(&mut self.fonts, text, 1.0, false);
        builder.set_base_direction(self.direction);
        builder.push_default(StyleProperty::FontFamily(families(&[LATIN, ARABIC, MONO])));
        builder.push_default(StyleProperty::FontSize(face.size));
        builder.push_default(StyleProperty::LineHeight(LineHeight::FontSizeRelative(1.45)));
        builder.push_default(StyleProperty::OverflowWrap(OverflowWrap::Anywhere));
        let weight = if face.is_bold { FontWeight::BOLD } else { FontWeight::NORMAL };
        builder.push_default(StyleProperty::FontWeight(weight));
        for range in codes {
            let mono = StyleProperty::FontFamily(families(&[MONO, LATIN, ARABIC]));
            builder.push(mono, range.clone());
            builder.push(StyleProperty::FontSize(face.size * MONO_SCALE), range.clone());
        }
        builder.build(text)
    }

    /// The glyphs of a run in the order in which they stand, from the left.
    fn glyphs(
        &mut self,
        run: &Run<'_, ()>,
        x: f32,
        baseline: f32,
        face: Face,
        text: &Rc<str>,
    ) -> Option<GlyphRun> {
        let size = run.font_size();
        let mut glyphs = Vec::<KrillaGlyph>::new();
        for cluster in run.visual_clusters() {
            if cluster.is_ligature_continuation() {
                if let Some(last) = glyphs.last_mut() {
                    last.text_range = joined(&last.text_range, &cluster.text_range());
                }
                continue;
            }
            glyphs.extend(cluster.glyphs().map(|glyph| {
                let em = |length: f32| length / size;
                let (id, range) = (GlyphId::new(glyph.id), cluster.text_range());
                KrillaGlyph::new(id, em(glyph.advance), em(glyph.x), em(glyph.y), 0.0, range, None)
            }));
        }
        let font = self.font(run)?;
        let colour = face.colour;
        (!glyphs.is_empty()).then(|| GlyphRun {
            x,
            baseline,
            size,
            colour,
            font,
            glyphs,
            text: Rc::clone(text),
        })
    }

    fn font(&mut self, run: &Run<'_, ()>) -> Option<Font> {
        let font = run.font();
        let key = (font.data.id(), font.index);
        let embed = || Font::new(font.data.as_ref().to_vec().into(), font.index);
        self.embedded.entry(key).or_insert_with(embed).clone()
    }
}

fn register(collection: &mut Collection, name: &'static str, family: &Family) {
    let faces = [Some(&family.regular), family.bold.as_ref()];
    for bytes in faces.into_iter().flatten() {
        let named = FontInfoOverride { family_name: Some(name), ..FontInfoOverride::default() };
        collection.register_fonts(Blob::from(bytes.clone()), Some(named));
    }
}

fn families(names: &[&'static str]) -> FontFamily<'static> {
    let named = |name: &&'static str| FontFamilyName::Named(Cow::Borrowed(*name));
    FontFamily::List(names.iter().map(named).collect::<Vec<_>>().into())
}

/// The text with its isolates, and where in it digests stand.
fn isolated(spans: &[Span]) -> (String, Vec<Range<usize>>) {
    let (mut text, mut codes) = (String::new(), Vec::new());
    for span in spans {
        let from = text.len();
        match span {
            Span::Words(words) => text.push_str(words),
            Span::Name(name) => isolate(&mut text, '\u{2068}', name),
            Span::Number(number) => isolate(&mut text, '\u{2066}', number),
            Span::Code(code) => {
                isolate(&mut text, '\u{2066}', code);
                codes.push(from..text.len());
            }
        }
    }
    (text, codes)
}

/// An isolate ends with its paragraph, so each line of a text is one of its own.
fn isolate(text: &mut String, opening: char, inner: &str) {
    for (number, line) in inner.lines().enumerate() {
        if number > 0 {
            text.push('\n');
        }
        text.push(opening);
        text.push_str(line);
        text.push('\u{2069}');
    }
}

fn joined(one: &Range<usize>, other: &Range<usize>) -> Range<usize> {
    one.start.min(other.start)..one.end.max(other.end)
}
