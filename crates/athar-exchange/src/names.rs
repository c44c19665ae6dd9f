//! The names of signal types in all the formats, of which there are many for few things.

use crate::entry::Medium;
use crate::signal::SignalType;

/// Each name in lower case with `_`, its type, and the kind of file it speaks of. Sources:
/// ThreatExchange's indicator types and the signal types of its Python client, NCMEC's
/// fingerprint types, StopNCII's signal types, names seen in Project VIC files.
const NAMES: &[(&str, SignalType, Medium)] = &[
    ("pdq", SignalType::Pdq, Medium::Picture),
    ("video_md5", SignalType::Md5, Medium::Clip),
    ("md5", SignalType::Md5, Medium::Unknown),
    ("sha1", SignalType::Sha1, Medium::Unknown),
    ("sha256", SignalType::Sha256, Medium::Unknown),
    ("hash_pdq", SignalType::Pdq, Medium::Picture),
    ("imagepdq", SignalType::Pdq, Medium::Picture),
    ("hash_md5", SignalType::Md5, Medium::Unknown),
    ("hash_video_md5", SignalType::Md5, Medium::Clip),
    ("videomd5", SignalType::Md5, Medium::Clip),
    ("photo_md5", SignalType::Md5, Medium::Picture),
    ("hash_sha1", SignalType::Sha1, Medium::Unknown),
    ("sha_1", SignalType::Sha1, Medium::Unknown),
    ("hash_sha256", SignalType::Sha256, Medium::Unknown),
    ("sha_256", SignalType::Sha256, Medium::Unknown),
    ("sha512", SignalType::Sha512, Medium::Unknown),
    ("sha_512", SignalType::Sha512, Medium::Unknown),
    ("hash_sha512", SignalType::Sha512, Medium::Unknown),
    ("photodna", SignalType::PhotoDna, Medium::Picture),
    ("pdna", SignalType::PhotoDna, Medium::Picture),
    ("hash_pdna", SignalType::PhotoDna, Medium::Picture),
    ("hash_photodna", SignalType::PhotoDna, Medium::Picture),
    ("ssvh_pdna", SignalType::PhotoDna, Medium::Clip),
    ("tmk", SignalType::Tmk, Medium::Clip),
    ("tmk_pdqf", SignalType::Tmk, Medium::Clip),
    ("hash_tmk", SignalType::Tmk, Medium::Clip),
    ("video_tmk", SignalType::Tmk, Medium::Clip),
    ("video_tmk_pdqf", SignalType::Tmk, Medium::Clip),
    ("videotmk", SignalType::Tmk, Medium::Clip),
    ("vpdq", SignalType::Vpdq, Medium::Clip),
    ("video_vpdq", SignalType::Vpdq, Medium::Clip),
    ("hash_vpdq", SignalType::Vpdq, Medium::Clip),
    ("videntifier", SignalType::Videntifier, Medium::Unknown),
    ("netclean", SignalType::NetClean, Medium::Unknown),
    ("ssvh_safer_hash", SignalType::Safer, Medium::Clip),
    ("safer", SignalType::Safer, Medium::Clip),
    ("text", SignalType::Text, Medium::Unknown),
    ("raw_text", SignalType::Text, Medium::Unknown),
    ("trend_query", SignalType::Text, Medium::Unknown),
    ("text_string", SignalType::Text, Medium::Unknown),
    ("text_tlsh", SignalType::Text, Medium::Unknown),
    ("tlsh_pdf", SignalType::Text, Medium::Unknown),
    ("hash_text_tlsh", SignalType::Text, Medium::Unknown),
    ("url", SignalType::Url, Medium::Unknown),
    ("uri", SignalType::Url, Medium::Unknown),
    ("raw_url", SignalType::Url, Medium::Unknown),
    ("url_md5", SignalType::Url, Medium::Unknown),
    ("hash_url_md5", SignalType::Url, Medium::Unknown),
    ("domain", SignalType::Url, Medium::Unknown),
];

/// The type of this name, in either case, with `-` as with `_`.
pub(crate) fn named(name: &[u8]) -> Option<(SignalType, Medium)> {
    let found = NAMES.iter().find(|(known, ..)| same(known.as_bytes(), name.trim_ascii()))?;
    Some((found.1, found.2))
}

fn same(known: &[u8], name: &[u8]) -> bool {
    let folded = |byte: &u8| if *byte == b'-' { b'_' } else { byte.to_ascii_lowercase() };
    known.len() == name.len() && known.iter().zip(name).all(|(k, n)| *k == folded(n))
}

/// What a list that names only types keeps of the kind of file: a code is of a picture, an MD5
/// may be of a clip.
pub(crate) fn kept_medium(signal_type: SignalType, medium: Medium) -> Medium {
    match (signal_type, medium) {
        (SignalType::Pdq, _) => Medium::Picture,
        (SignalType::Md5, Medium::Clip) => Medium::Clip,
        _ => Medium::Unknown,
    }
}

/// The name in lists of ThreatExchange's Python client.
pub(crate) fn tx_name(signal_type: SignalType, medium: Medium) -> &'static str {
    match (signal_type, medium) {
        (SignalType::Md5, Medium::Clip) => "video_md5",
        _ => signal_type.name(),
    }
}

/// ThreatExchange's indicator type. Only types that become a signal are ever written.
pub(crate) fn indicator_type(signal_type: SignalType, medium: Medium) -> &'static str {
    match (signal_type, medium) {
        (SignalType::Pdq, _) => "HASH_PDQ",
        (SignalType::Md5, Medium::Clip) => "HASH_VIDEO_MD5",
        (SignalType::Md5, _) => "HASH_MD5",
        (SignalType::Sha1, _) => "HASH_SHA1",
        _ => "HASH_SHA256",
    }
}

/// The type of which a value of this many hex digits is, where the list does not say: only
/// 64 digits may be either of two.
pub(crate) fn by_length(digits: usize, of_64: SignalType) -> Option<SignalType> {
    match digits {
        32 => Some(SignalType::Md5),
        40 => Some(SignalType::Sha1),
        64 => Some(of_64),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_in_each_format_s_spelling() {
        assert_eq!(named(b"HASH_PDQ"), Some((SignalType::Pdq, Medium::Picture)));
        assert_eq!(named(b"tmk-pdqf"), Some((SignalType::Tmk, Medium::Clip)));
        assert_eq!(named(b" VideoMD5 "), Some((SignalType::Md5, Medium::Clip)));
        assert_eq!((named(b""), named(b"pdqq"), named(b"\xff")), (None, None, None));
    }

    #[test]
    fn no_name_stands_twice() {
        for (at, (name, ..)) in NAMES.iter().enumerate() {
            assert!(NAMES[at + 1..].iter().all(|(other, ..)| other != name), "{name}");
        }
    }

    #[test]
    fn what_is_written_is_read() {
        let types = SignalType::ALL.into_iter().filter(|t| t.value_bytes().is_some());
        let media = [Medium::Unknown, Medium::Picture, Medium::Clip, Medium::Sound];
        for (signal_type, medium) in types.flat_map(|t| media.map(|m| (t, kept_medium(t, m)))) {
            let written = [tx_name(signal_type, medium), indicator_type(signal_type, medium)];
            for name in written {
                assert_eq!(named(name.as_bytes()), Some((signal_type, medium)), "{name}");
            }
        }
    }
}
