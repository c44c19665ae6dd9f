//! From files to codes, against the reference's table: bit for bit where the pixels are the
//! same in every decoder, within the field's rule where they are not.

use athar_hash::pdq;
use athar_kernel::{Code, Level};
use athar_media::{Limits, Want};
use athar_tests::corpus::{GoldenRow, corpus, golden_rows};
use std::fs;
use std::path::Path;

/// Distance of each upright row's code from the table's, with its quality.
fn distances(corpus: &Path, want: Want, format: &str) -> Vec<(u16, GoldenRow, u8)> {
    let rows = golden_rows(corpus).expect("the corpus has its table of hashes");
    let rows = rows.into_iter().filter(|row| row.format == format && row.exif_orientation == 1);
    rows.map(|row| {
        let bytes = fs::read(corpus.join("photos").join(&row.path)).unwrap();
        let picture = athar_media::decode(&bytes, &Limits::default(), want).unwrap();
        let hashed = pdq::pdq(&picture.plane, Level::best());
        let distance = hashed.code.distance(&Code::from_hex(&row.pdq).unwrap()).bits();
        (distance, row, hashed.quality)
    })
    .collect()
}

#[test]
fn png_photographs_hash_bit_for_bit_like_the_reference() {
    let Some(corpus) = corpus("PNG photographs") else { return };
    let rows = distances(&corpus, Want::Hash, "PNG");
    assert!(rows.len() >= 20);
    for (distance, row, quality) in rows {
        assert_eq!((distance, quality), (0, row.quality), "{}", row.path);
    }
}

#[test]
fn jpeg_photographs_decoded_in_full_stay_within_ten_bits() {
    let Some(corpus) = corpus("JPEG photographs in full") else { return };
    let rows = distances(&corpus, Want::Full, "JPEG");
    assert!(rows.len() >= 700);
    for (distance, row, _) in rows.iter().filter(|(_, row, _)| row.quality >= 80) {
        assert!(*distance <= 10, "{}: {distance} bits", row.path);
    }
}

#[test]
fn jpeg_photographs_decoded_at_a_scale_stay_within_ten_bits_but_for_a_few() {
    let Some(corpus) = corpus("JPEG photographs at a scale") else { return };
    let rows = distances(&corpus, Want::Hash, "JPEG");
    let good: Vec<_> = rows.iter().filter(|(_, row, _)| row.quality >= 80).collect();
    let near = good.iter().filter(|(distance, ..)| *distance <= 10).count();
    assert!(near as f64 >= 0.995 * good.len() as f64, "{near} of {}", good.len());
    for (distance, row, _) in good {
        assert!(*distance <= 16, "{}: {distance} bits", row.path);
    }
}
