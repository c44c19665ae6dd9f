//! What stands on which page, and where: one block below the other, cut where a page ends.

use super::text::{Colour, Face, GlyphRun, Set, Setter};
use crate::content::Point;
use crate::drawing::{Drawing, Shape, Style, WIDTH};
use crate::report::{Block, Document, Rich, Span, Table, words};
use parley::Alignment;

/// A4 in points of 1/72 inch.
pub(super) const PAGE: [f32; 2] = [595.28, 841.89];

const SIDE: f32 = 48.0;
const TOP: f32 = 50.0;
const BOTTOM: f32 = 58.0;
const INNER: f32 = PAGE[0] - 2.0 * SIDE;

/// Between two cells, and between two blocks.
const CELL_GAP: f32 = 7.0;
const BLOCK_GAP: f32 = 9.0;

/// What stays together with a heading.
const KEPT: f32 = 64.0;

/// About what a fact takes.
const FACT: f32 = 17.8;

/// The share of the width that labels of facts take.
const LABELS: f32 = 0.27;

const INK: Colour = [29, 36, 48];
const SOFT: Colour = [91, 100, 114];
const LINE: Colour = [217, 221, 227];
const BLUE: Colour = [28, 91, 184];
const RED: Colour = [179, 38, 30];

const TEXT: Face = Face { size: 9.5, is_bold: false, colour: INK };
const CELL: Face = Face { size: 8.2, is_bold: false, colour: INK };
const LABEL: Face = Face { size: 8.8, is_bold: false, colour: SOFT };
const VALUE: Face = Face { size: 8.8, is_bold: false, colour: INK };
const COLUMN: Face = Face { size: 8.0, is_bold: true, colour: SOFT };
const SMALL: Face = Face { size: 8.0, is_bold: false, colour: SOFT };

/// Something that is drawn on a page; places are from its upper left corner.
pub(super) enum Mark {
    Glyphs { x: f32, y: f32, run: GlyphRun },
    Shape { points: Vec<[f32; 2]>, fill: Option<(Colour, f32)>, stroke: Option<(Colour, f32)> },
}

/// Pages, and where headings stand: level, text, page, and place from the top.
pub(super) struct Flowed {
    pub(super) pages: Vec<Vec<Mark>>,
    pub(super) headings: Vec<(u8, String, usize, f32)>,
}

pub(super) struct Flow<'a> {
    setter: Setter,
    document: &'a Document,
    flowed: Flowed,
    y: f32,
}

impl<'a> Flow<'a> {
    pub(super) fn new(setter: Setter, document: &'a Document) -> Self {
        let flowed = Flowed { pages: vec![Vec::new()], headings: Vec::new() };
        let mut flow = Self { setter, document, flowed, y: TOP };
        flow.head();
        flow
    }

    pub(super) fn block(&mut self, block: &Block) {
        match block {
            Block::Together(lines) => self.room(*lines as f32 * FACT),
            Block::Heading(text) => self.heading(text, 1),
            Block::Subheading(text) => self.heading(text, 2),
            Block::Text(text) => self.paragraph(text, TEXT),
            Block::Summary(text) => self.summary(text),
            Block::Facts(facts) => self.facts(facts),
            Block::Table(table) => self.table(table),
            Block::Drawing(drawing) => self.drawing(drawing),
        }
    }

    /// The pages, with their feet.
    pub(super) fn end(mut self) -> Flowed {
        let count = self.flowed.pages.len();
        for page in 0..count {
            let words = &self.document.words;
            let mut left = self.document.title.clone();
            left.extend(self::words(format!(" · {}", self.document.kind)));
            let number = vec![Span::Words(words.page(page + 1, count))];
            let y = PAGE[1] - BOTTOM + 22.0;
            self.flowed.pages[page].push(rule(SIDE, INNER, y - 6.0, LINE, 0.6));
            let left = self.setter.set(&left, SMALL, INNER * 0.75);
            self.put_on(page, left, self.start(0.0, INNER * 0.75), y);
            let number = self.setter.aligned(&number, SMALL, INNER * 0.25, Alignment::End);
            self.put_on(page, number, self.start(INNER * 0.75, INNER * 0.25), y);
        }
        self.flowed
    }

    fn head(&mut self) {
        let brand = Face { size: 14.0, is_bold: true, colour: INK };
        let spans = [Span::Words("Athar · ".into()), Span::Name("أثر".into())];
        // The name's Arabic form only where there are letters for it.
        let spans = if self.document.language.is_rtl() { &spans[..] } else { &spans[..0] };
        let latin = [Span::Words("Athar".into())];
        let spans = if spans.is_empty() { &latin[..] } else { spans };
        let set = self.setter.set(spans, brand, INNER / 2.0);
        let kind = words(self.document.kind.as_str());
        let kind = self.setter.aligned(&kind, SMALL, INNER / 2.0, Alignment::End);
        let (y, height) = (self.y, set.height);
        self.put(set, 0.0, INNER / 2.0, y);
        self.put(kind, INNER / 2.0, INNER / 2.0, y + 6.0);
        self.y += height + 5.0;
        self.mark(rule(SIDE, INNER, self.y, INK, 1.4));
        self.y += 14.0;
        let title = self.document.title.clone();
        self.paragraph(&title, Face { size: 19.0, is_bold: true, colour: INK });
    }

    fn heading(&mut self, text: &Rich, level: u8) {
        let size = if level == 1 { 13.5 } else { 10.8 };
        let face = Face { size, is_bold: true, colour: INK };
        let set = self.setter.set(text, face, INNER);
        self.y += if level == 1 { 12.0 } else { 6.0 };
        self.room(set.height + KEPT);
        let plain = text.iter().map(plain).collect();
        self.flowed.headings.push((level, plain, self.flowed.pages.len() - 1, self.y));
        let (y, height) = (self.y, set.height);
        self.put(set, 0.0, INNER, y);
        self.y += height + 2.0;
        if level == 1 {
            self.mark(rule(SIDE, INNER, self.y, LINE, 0.8));
        }
        self.y += 5.0;
    }

    fn paragraph(&mut self, text: &Rich, face: Face) {
        let set = self.setter.set(text, face, INNER);
        self.lines(set, 0.0, INNER);
        self.y += BLOCK_GAP;
    }

    fn summary(&mut self, text: &Rich) {
        let inset = 14.0;
        let set = self.setter.set(text, TEXT, INNER - 2.0 * inset);
        self.room(set.height + 16.0);
        let (top, height) = (self.y, set.height);
        let bar = self.start(0.0, 4.0);
        self.mark(filled(SIDE, top, INNER, height + 16.0, [241, 245, 252]));
        self.mark(filled(bar, top, 4.0, height + 16.0, BLUE));
        self.put(set, inset, INNER - 2.0 * inset, top + 8.0);
        self.y = top + height + 16.0 + BLOCK_GAP;
    }

    fn facts(&mut self, facts: &[(String, Rich)]) {
        let (label_width, value_from) = (INNER * LABELS, INNER * LABELS + CELL_GAP);
        let value_width = INNER - value_from;
        for (label, value) in facts {
            let label = self.setter.set(&words(label.as_str()), LABEL, label_width);
            let value = self.setter.set(value, VALUE, value_width);
            self.room(label.height.max(value.height).min(120.0) + 6.0);
            self.y += 3.0;
            let (top, page) = (self.y, self.flowed.pages.len());
            let label_height = label.height;
            self.put(label, 0.0, label_width, top);
            self.lines(value, value_from, value_width);
            if self.flowed.pages.len() == page {
                self.y = self.y.max(top + label_height);
            }
            self.y += 2.0;
            self.mark(rule(SIDE, INNER, self.y, LINE, 0.5));
        }
        self.y += BLOCK_GAP;
    }

    fn table(&mut self, table: &Table) {
        self.columns(table);
        for row in &table.rows {
            let cells = self.cells(table, row, CELL);
            let height = cells.iter().map(|cell| cell.height).fold(0.0, f32::max);
            if self.y + height + 6.0 > PAGE[1] - BOTTOM {
                self.new_page();
                self.columns(table);
            }
            self.row(table, cells, height);
            self.mark(rule(SIDE, INNER, self.y, LINE, 0.5));
        }
        self.y += BLOCK_GAP;
    }

    fn columns(&mut self, table: &Table) {
        let names: Vec<_> = table.columns.iter().map(|(name, _)| words(name.as_str())).collect();
        let cells = self.cells(table, &names, COLUMN);
        let height = cells.iter().map(|cell| cell.height).fold(0.0, f32::max);
        self.room(height + 40.0);
        self.row(table, cells, height);
        self.mark(rule(SIDE, INNER, self.y, SOFT, 0.8));
    }

    fn cells(&mut self, table: &Table, row: &[Rich], face: Face) -> Vec<Set> {
        let widths = table.columns.iter().map(|(_, share)| share * INNER - CELL_GAP);
        widths.zip(row).map(|(width, cell)| self.setter.set(cell, face, width)).collect()
    }

    fn row(&mut self, table: &Table, cells: Vec<Set>, height: f32) {
        let (mut from, top) = (0.0, self.y + 2.5);
        for ((_, share), cell) in table.columns.iter().zip(cells) {
            let width = share * INNER;
            self.put(cell, from, width - CELL_GAP, top);
            from += width;
        }
        self.y = top + height + 2.0;
    }

    fn drawing(&mut self, drawing: &Drawing) {
        let scale = INNER / WIDTH as f32;
        let height = drawing.height as f32 * scale;
        self.room(height + BLOCK_GAP);
        let (top, left) = (self.y, SIDE);
        let at = |[x, y]: Point| [left + x as f32 * scale, top + y as f32 * scale];
        for shape in &drawing.shapes {
            match shape {
                Shape::Polygon { points, style } => {
                    let points = points.iter().map(|&point| at(point)).collect();
                    let (fill, stroke) = look(*style);
                    self.mark(Mark::Shape { points, fill, stroke });
                }
                Shape::Label { text, middle } => {
                    let width = INNER * 0.45;
                    let set =
                        self.setter.aligned(&words(text.as_str()), SMALL, width, Alignment::Center);
                    let [x, y] = at(*middle);
                    let page = self.flowed.pages.len() - 1;
                    self.put_on(page, set, x - width / 2.0, y - 9.0);
                }
            }
        }
        self.y += height + BLOCK_GAP;
    }

    /// Text that may go on on the next page.
    fn lines(&mut self, set: Set, from: f32, width: f32) {
        for mut line in set.lines {
            self.room(line.height);
            line.top = 0.0;
            let (y, height) = (self.y, line.height);
            self.put(Set { lines: vec![line], height }, from, width, y);
            self.y += height;
        }
    }

    fn put(&mut self, set: Set, from: f32, width: f32, y: f32) {
        let x = self.start(from, width);
        self.put_on(self.flowed.pages.len() - 1, set, x, y);
    }

    fn put_on(&mut self, page: usize, set: Set, x: f32, y: f32) {
        for line in set.lines {
            let glyphs = line.runs.into_iter().map(|run| Mark::Glyphs {
                x: x + run.x,
                y: y + line.top + run.baseline,
                run,
            });
            self.flowed.pages[page].extend(glyphs);
        }
    }

    /// The left side of what begins so far from where lines begin.
    fn start(&self, from: f32, width: f32) -> f32 {
        if self.document.language.is_rtl() { SIDE + INNER - from - width } else { SIDE + from }
    }

    fn mark(&mut self, mark: Mark) {
        let page = self.flowed.pages.len() - 1;
        self.flowed.pages[page].push(mark);
    }

    /// Begins a new page where there is no room of this height on this one.
    fn room(&mut self, height: f32) {
        if self.y + height > PAGE[1] - BOTTOM && self.y > TOP {
            self.new_page();
        }
    }

    fn new_page(&mut self) {
        self.flowed.pages.push(Vec::new());
        self.y = TOP;
    }
}

fn plain(span: &Span) -> &str {
    let (Span::Words(text) | Span::Name(text) | Span::Number(text) | Span::Code(text)) = span;
    text
}

fn rule(x: f32, width: f32, y: f32, colour: Colour, thick: f32) -> Mark {
    filled(x, y, width, thick, colour)
}

fn filled(x: f32, y: f32, width: f32, height: f32, colour: Colour) -> Mark {
    let points = vec![[x, y], [x + width, y], [x + width, y + height], [x, y + height]];
    Mark::Shape { points, fill: Some((colour, 1.0)), stroke: None }
}

type Look = (Option<(Colour, f32)>, Option<(Colour, f32)>);

/// Fill and its opacity, stroke and its width.
fn look(style: Style) -> Look {
    match style {
        Style::Outline => (Some(([248, 246, 241], 1.0)), Some(([139, 133, 118], 0.8))),
        Style::Common => (Some((BLUE, 0.16)), Some((BLUE, 1.2))),
        Style::Differs => (Some((RED, 0.22)), Some((RED, 0.9))),
        Style::Tie => (Some((BLUE, 0.07)), None),
    }
}
