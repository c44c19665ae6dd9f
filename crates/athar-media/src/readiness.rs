//! Everything that decoders load or look up when they are first used, loaded and looked up now.
//!
//! libheif may load its codecs from disk at the first picture, and codecs ask the system how many
//! processors there are. A process that is about to give up the right to open files decodes one
//! tiny picture by each of them before it does.

use crate::{Format, Limits, Medium, Want, decode};

/// A picture for each decoder outside of this program.
const PICTURES: [(Format, &[u8]); 2] = [
    (Format::Heic, include_bytes!("../tests/fixtures/420.heic")),
    (Format::Avif, include_bytes!("../tests/fixtures/limited-range.avif")),
];

/// Uses each decoder that loads code of its own once, and gives the formats of pictures that can be
/// read here.
pub fn set_up() -> Vec<Format> {
    let pictures = Format::ALL.into_iter().filter(|format| format.medium() == Medium::Picture);
    pictures.filter(|&format| is_read(format)).collect()
}

fn is_read(format: Format) -> bool {
    let picture = PICTURES.iter().find(|(of, _)| *of == format);
    match picture {
        Some((_, bytes)) => decode(bytes, &Limits::default(), Want::Full).is_ok(),
        None => format != Format::Jxl || cfg!(feature = "jxl"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_those_that_this_build_reads() {
        let formats = set_up();
        assert!(formats.contains(&Format::Jpeg));
        assert_eq!(formats.contains(&Format::Jxl), cfg!(feature = "jxl"));
        assert_eq!(formats.contains(&Format::Heic), cfg!(feature = "heif"));
        assert_eq!(formats.contains(&Format::Avif), cfg!(feature = "heif"));
    }
}
