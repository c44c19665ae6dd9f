//! Parcels that are not what they should be: for the fuzzer (`tests/fuzz`) and for tests.
//!
//! Whatever the bytes are, going through them ends, without a panic, and what comes out is within
//! the limits.

use crate::text::is_clean;
use crate::{Chat, ChatKind, HEAD_BYTES, Kind, Limits, Part, clean, recognise, visit};
use std::io::Cursor;
use std::ops::ControlFlow;

const LIMITS: Limits = Limits {
    depth: 4,
    parts: 200,
    part_bytes: 1 << 20,
    total_bytes: 4 << 20,
    spool_bytes: 1 << 18,
    ratio: 50,
    ratio_free_bytes: 1 << 16,
    header_bytes: 1 << 14,
    line_bytes: 1 << 12,
    chat_bytes: 1 << 18,
    multipart_depth: 6,
};

/// Goes through bytes as what they look like, or where they look like nothing as a mail. Says how
/// many parts there were.
///
/// # Panics
///
/// When a reader has a defect.
pub fn read(bytes: &[u8]) -> usize {
    for kind in [ChatKind::WhatsApp, ChatKind::Telegram] {
        read_chat(kind, bytes);
    }
    let kind = recognise(&bytes[..bytes.len().min(HEAD_BYTES)]).unwrap_or(Kind::Mail);
    let (mut parts, mut total_bytes) = (0, 0);
    let mut take = |part: Part<'_>| {
        parts += 1;
        total_bytes += check(part);
        ControlFlow::Continue(())
    };
    let _ = visit(&mut Cursor::new(bytes), kind, &LIMITS, &mut take);
    assert!(parts as u64 <= LIMITS.parts + 1);
    assert!(total_bytes <= LIMITS.total_bytes + (1 << 16));
    parts
}

fn check(part: Part<'_>) -> u64 {
    let provenance = &part.provenance;
    assert!(provenance.parcels.len() < LIMITS.depth);
    for text in provenance.name.iter().chain(&provenance.parcels) {
        assert!(*text == clean(text) && !text.is_empty());
    }
    // Two texts and what stands around the second.
    let sender = provenance.sender.as_deref().unwrap_or_default();
    assert!(is_clean(sender) && sender.chars().count() <= 2 * 255 + 3);
    let Ok(content) = part.content else { return 0 };
    let mut held = Vec::new();
    let _ = content.read_to_end(&mut held);
    assert!(held.len() as u64 <= LIMITS.part_bytes + (1 << 16));
    held.len() as u64
}

fn read_chat(kind: ChatKind, mut bytes: &[u8]) {
    if let Ok(chat) = Chat::read(kind, &mut bytes, &LIMITS) {
        assert!(chat.names().count() as u64 <= LIMITS.parts + 1);
        assert!(chat.names().all(|name| chat.of(name).is_some()));
    }
}
