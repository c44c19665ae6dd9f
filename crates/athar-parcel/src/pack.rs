//! Archives that are read from their beginning: tar, and what gzip compresses.

use crate::lines::{read_full, retry};
use crate::meter::{Counted, Ended, Unpacked};
use crate::provenance::{Moment, Time, Zone};
use crate::visit::{Going, Stop, Told, Visit};
use crate::{Trouble, text};
use flate2::read::MultiGzDecoder;
use std::io::Read;
use tar::{Archive, EntryType, PaxExtensions};

/// Goes through a compressed file. It has one part, without a name of its own, which may be a tar.
pub(crate) fn visit_gzip(visit: &mut Visit<'_>, source: &mut dyn Read) -> Going {
    let (counted, packed) = Counted::new(source);
    let decoder = MultiGzDecoder::new(counted);
    let mut unpacked = Unpacked::new(decoder, &visit.limits, packed);
    visit.part(&Told::default(), &mut unpacked)
}

/// What headers before a member say of it.
#[derive(Default)]
struct Ahead {
    name: Option<Vec<u8>>,
    time_ms: Option<i64>,
    size: Option<u64>,
    is_sparse: bool,
}

/// Goes through a tar archive (POSIX.1-2001 and GNU's). Members that are no files are passed over.
pub(crate) fn visit_tar(visit: &mut Visit<'_>, source: &mut dyn Read) -> Going {
    let (source, is_over) = Ended::new(source);
    let mut archive = Archive::new(source);
    let mut ahead = Ahead::default();
    for entry in archive.entries()?.raw(true) {
        let mut entry = entry?;
        let size = entry.header().entry_size()?;
        match entry.header().entry_type() {
            EntryType::GNULongName => ahead.name = Some(named(long(visit, &mut entry, size)?)),
            EntryType::XHeader => extend(&mut ahead, &long(visit, &mut entry, size)?),
            EntryType::GNULongLink | EntryType::XGlobalHeader => {}
            kind => member(visit, std::mem::take(&mut ahead), kind, &mut entry)?,
        }
    }
    // Zeros mark the end. One without them was cut between two members.
    if is_over.get() {
        return Err(Trouble::Truncated.into());
    }
    only_zeros(&mut archive.into_inner())
}

/// What stands behind the end. Another archive there would be passed over without a word.
fn only_zeros(rest: &mut dyn Read) -> Going {
    let mut into = [0; 8 << 10];
    loop {
        let amount = retry(|| rest.read(&mut into))?;
        if into[..amount].iter().any(|&byte| byte != 0) {
            return Err(Trouble::Malformed.into());
        }
        if amount == 0 {
            return Ok(());
        }
    }
}

fn member<R: Read>(
    visit: &mut Visit<'_>,
    ahead: Ahead,
    kind: EntryType,
    entry: &mut tar::Entry<'_, R>,
) -> Going {
    let changed_ms =
        entry.header().mtime().ok().and_then(|s| i64::try_from(s).ok()?.checked_mul(1000));
    let name = ahead.name.unwrap_or_else(|| entry.header().path_bytes().into_owned());
    let told = Told {
        name: text::some(&text::clean_bytes(&name)),
        sender: None,
        time: ahead.time_ms.or(changed_ms).map(changed),
    };
    let size = entry.header().entry_size()?;
    // Where the next member is only the extension would say then.
    if ahead.size.is_some_and(|told| told != size) {
        return Err(Trouble::Packing.into());
    }
    match kind {
        EntryType::GNUSparse => visit.trouble(&told, Trouble::Packing),
        _ if ahead.is_sparse => visit.trouble(&told, Trouble::Packing),
        EntryType::Regular | EntryType::Continuous if name.ends_with(b"/") => Ok(()),
        EntryType::Regular | EntryType::Continuous => {
            visit.part(&told, &mut Whole { inner: entry, left: size })
        }
        _ => Ok(()),
    }
}

fn changed(ms: i64) -> Time {
    Time { ms, zone: Zone::Told, moment: Moment::Changed }
}

/// The content of a header that is a member.
fn long(visit: &Visit<'_>, entry: &mut impl Read, size: u64) -> Result<Vec<u8>, Stop> {
    let limit_bytes = visit.limits.header_bytes;
    let size = usize::try_from(size).ok().filter(|&size| size <= limit_bytes);
    let size = size.ok_or(Trouble::HeaderTooLong { limit_bytes })?;
    let mut content = vec![0; size];
    if read_full(entry, &mut content)? < size {
        return Err(Trouble::Truncated.into());
    }
    Ok(content)
}

/// A name as it stands before its zero.
fn named(mut content: Vec<u8>) -> Vec<u8> {
    let end = memchr::memchr(0, &content).unwrap_or(content.len());
    content.truncate(end);
    content
}

fn extend(ahead: &mut Ahead, content: &[u8]) {
    for extension in PaxExtensions::new(content).flatten() {
        match extension.key_bytes() {
            b"path" => ahead.name = Some(extension.value_bytes().to_vec()),
            b"mtime" => ahead.time_ms = extension.value().ok().and_then(seconds_to_ms),
            b"size" => ahead.size = extension.value().ok().and_then(|text| text.parse().ok()),
            b"GNU.sparse.major" | b"GNU.sparse.size" => ahead.is_sparse = true,
            _ => {}
        }
    }
}

fn seconds_to_ms(text: &str) -> Option<i64> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let digits = format!("{part:0<3}");
    let ms = digits.get(..3)?.parse::<u16>().ok()?;
    whole.parse::<i64>().ok()?.checked_mul(1000)?.checked_add(i64::from(ms))
}

/// A member, whose end is known: one that ends before it is cut.
struct Whole<R> {
    inner: R,
    left: u64,
}

impl<R: Read> Read for Whole<R> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let amount = self.inner.read(into)?;
        if amount == 0 && self.left > 0 && !into.is_empty() {
            return Err(Trouble::Truncated.into());
        }
        self.left = self.left.saturating_sub(amount as u64);
        Ok(amount)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_with_a_fraction() {
        assert_eq!(seconds_to_ms("1680690601.5"), Some(1_680_690_601_500));
        assert_eq!(seconds_to_ms("12"), Some(12_000));
        assert_eq!(seconds_to_ms("1.é"), None);
        assert_eq!(seconds_to_ms("99999999999999999999"), None);
    }
}
