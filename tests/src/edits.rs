//! The ways in which a picture is uploaded again that a whole-picture hash must see through.

use image::DynamicImage;
use image::imageops::FilterType;

/// One way of editing a picture, and the JPEG quality it is saved with.
pub struct Edit {
    /// Its name in tables.
    pub name: &'static str,
    /// JPEG quality, 1 to 100.
    pub quality: u8,
    change: fn(&DynamicImage) -> DynamicImage,
}

impl Edit {
    /// The edited picture, before it is encoded.
    pub fn apply(&self, picture: &DynamicImage) -> DynamicImage {
        (self.change)(picture)
    }

    /// The edited picture as a JPEG.
    pub fn to_jpeg(&self, picture: &DynamicImage) -> Vec<u8> {
        let mut bytes = Vec::new();
        let encoder = image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, self.quality);
        self.apply(picture).to_rgb8().write_with_encoder(encoder).expect("memory takes it");
        bytes
    }
}

/// Every edit, the mildest first.
pub const EDITS: [Edit; 12] = [
    Edit { name: "jpeg_75", quality: 75, change: DynamicImage::clone },
    Edit { name: "jpeg_30", quality: 30, change: DynamicImage::clone },
    Edit { name: "half_size", quality: 85, change: |p| scaled(p, 0.5) },
    Edit { name: "larger", quality: 80, change: |p| scaled(p, 1.4) },
    Edit { name: "brighter", quality: 80, change: |p| p.brighten(25) },
    Edit { name: "grey", quality: 80, change: DynamicImage::grayscale },
    Edit { name: "mirror", quality: 75, change: DynamicImage::fliph },
    Edit { name: "upside_down", quality: 75, change: DynamicImage::rotate180 },
    Edit { name: "quarter_turn", quality: 75, change: DynamicImage::rotate90 },
    Edit { name: "quarter_turn_back", quality: 60, change: DynamicImage::rotate270 },
    Edit { name: "smaller_mirror", quality: 70, change: |p| scaled(p, 0.7).flipv() },
    Edit {
        name: "smaller_mirror_turn",
        quality: 70,
        change: |p| scaled(p, 0.6).rotate90().fliph(),
    },
];

fn scaled(picture: &DynamicImage, share: f64) -> DynamicImage {
    let side = |side: u32| (f64::from(side) * share).round().max(1.0) as u32;
    picture.resize_exact(side(picture.width()), side(picture.height()), FilterType::Triangle)
}
