//! Mail (RFC 5322) and what is attached to it (MIME, RFC 2045 to 2049).
//!
//! A body is a stream. A multipart lays a reader over it that ends at each boundary, and each part
//! is again headers and a body. So nothing is held but headers, whatever the mail holds; and an
//! inner part ends where an outer one does, also if its own end is missing.

use crate::Trouble;
use crate::fence::{Behind, Fence, Section};
use crate::header::{Body, Header, block};
use crate::kind::Kind;
use crate::lines::Lines;
use crate::transfer::Decoded;
use crate::visit::{Going, Stop, Told, Visit};
use std::io::Read;

/// Goes through one mail.
pub(crate) fn visit(visit: &mut Visit<'_>, source: &mut dyn Read) -> Going {
    let mut lines = Lines::new(source);
    let block = block(&mut lines, visit.limits.header_bytes)?;
    let header = Header::read(&block, false);
    visit.letter(header.sender.clone(), header.time);
    entity(visit, header, &mut lines, 0)
}

/// One part with its headers read; `depth` multiparts lie around it.
fn entity(visit: &mut Visit<'_>, header: Header, body: &mut dyn Read, depth: usize) -> Going {
    let told = Told { name: header.name, ..Told::default() };
    if let Body::Parts { boundary, is_digest } = &header.body {
        let limit = visit.limits.multipart_depth;
        return match depth < limit {
            true => multipart(visit, body, boundary, *is_digest, depth + 1),
            false => visit.trouble(&told, Trouble::TooDeep { limit }),
        };
    }
    if header.body == Body::Text {
        return visit.passed_text();
    }
    let Some(transfer) = header.transfer else { return visit.trouble(&told, Trouble::Packing) };
    let mut content = Decoded::new(body, transfer);
    match header.body {
        Body::Encrypted => visit.trouble(&told, Trouble::Encrypted),
        Body::Broken => visit.trouble(&told, Trouble::Malformed),
        Body::Mail => visit.sure_parcel(Kind::Mail, &told, &mut content),
        _ => visit.part(&told, &mut content),
    }
}

fn multipart(
    visit: &mut Visit<'_>,
    source: &mut dyn Read,
    boundary: &[u8],
    is_digest: bool,
    depth: usize,
) -> Going {
    let mut lines = Lines::new(source);
    let fence = Fence::Boundary(boundary);
    let mut behind = Section::new(&mut lines, fence).end()?;
    let mut trouble = None;
    while behind == Behind::Next {
        let mut section = Section::new(&mut lines, fence);
        match part(visit, &mut section, is_digest, depth) {
            // A part that cannot be read takes none of the others along.
            Err(Stop::Here(found)) => trouble = trouble.or(Some(found)),
            done => done?,
        }
        behind = section.end()?;
    }
    // What is there was given; that it is not all must be told.
    let cut = (behind == Behind::Nothing).then_some(Trouble::Truncated);
    trouble.or(cut).map_or(Ok(()), |trouble| Err(trouble.into()))
}

fn part(
    visit: &mut Visit<'_>,
    section: &mut Section<'_, '_>,
    is_digest: bool,
    depth: usize,
) -> Going {
    let mut lines = Lines::new(section);
    let block = block(&mut lines, visit.limits.header_bytes)?;
    entity(visit, Header::read(&block, is_digest), &mut lines, depth)
}
