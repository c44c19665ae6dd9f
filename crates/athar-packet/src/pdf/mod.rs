//! The report as PDF: pages of A4, with its fonts embedded and its text as text.

mod flow;
mod paint;
mod text;

use crate::report::{Block, Document, Rich, Span};
use crate::{Fonts, MakeError};
use flow::Flow;
use text::Setter;

/// The pages.
pub(crate) fn pages(document: &Document, fonts: &Fonts) -> Result<Vec<u8>, MakeError> {
    fonts.check(document.language)?;
    if has_arabic(document) {
        fonts.check_arabic()?;
    }
    let mut flow = Flow::new(Setter::new(fonts, document.language.is_rtl()), document);
    document.blocks.iter().for_each(|block| flow.block(block));
    paint::document(&flow.end(), document).ok_or(MakeError::Pdf)
}

fn has_arabic(document: &Document) -> bool {
    let rich = |rich: &Rich| rich.iter().any(is_arabic);
    rich(&document.title)
        || document.blocks.iter().any(|block| match block {
            Block::Heading(text)
            | Block::Subheading(text)
            | Block::Text(text)
            | Block::Summary(text) => rich(text),
            Block::Facts(facts) => facts.iter().any(|(_, value)| rich(value)),
            Block::Table(table) => table.rows.iter().flatten().any(rich),
            Block::Drawing(_) | Block::Together(_) => false,
        })
}

/// The blocks of Unicode that Arabic, Persian, Kurdish and Urdu are written with.
fn is_arabic(span: &Span) -> bool {
    let (Span::Words(text) | Span::Name(text) | Span::Number(text) | Span::Code(text)) = span;
    text.chars().any(
        |c| matches!(c, '\u{600}'..='\u{6ff}' | '\u{750}'..='\u{77f}' | '\u{fb50}'..='\u{fefc}'),
    )
}
