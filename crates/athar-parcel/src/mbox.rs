//! Mailboxes: mails one after the other, each behind a line that begins with `From ` (RFC 4155).

use crate::fence::{Behind, Fence, Section};
use crate::kind::Kind;
use crate::lines::Lines;
use crate::visit::{Going, Told, Visit};
use std::io::Read;

/// Goes through a mailbox.
pub(crate) fn visit(visit: &mut Visit<'_>, source: &mut dyn Read) -> Going {
    let mut lines = Lines::new(source);
    // The first mail's line.
    lines.next()?;
    loop {
        let mut section = Section::new(&mut lines, Fence::Mbox);
        visit.sure_parcel(Kind::Mail, &Told::default(), &mut section)?;
        if section.end()? != Behind::Next {
            return Ok(());
        }
    }
}

/// Whether a line divides two mails: `From `, an address and a time. A line of a mail that begins
/// so is quoted by whoever wrote the mailbox, or has no time of day in it.
pub(crate) fn is_separator(line: &[u8]) -> bool {
    let is_clock =
        |part: &[u8]| part[0].is_ascii_digit() && part[1] == b':' && part[2].is_ascii_digit();
    line.starts_with(b"From ") && line.windows(3).any(is_clock)
}
