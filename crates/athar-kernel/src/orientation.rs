//! The eight ways a picture can be laid on the table.

/// A turn by quarters, with or without a mirror: the eight symmetries of a rectangle's grid.
///
/// An orientation is what is *done to* a picture: first mirrored left to right if it says so,
/// then turned clockwise. EXIF, PDQ's eight hashes and matches all speak of these eight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[repr(u8)]
pub enum Orientation {
    /// As it is.
    #[default]
    Rot0,
    /// A quarter turn clockwise.
    Rot90,
    /// A half turn.
    Rot180,
    /// A quarter turn counter-clockwise.
    Rot270,
    /// Left and right exchanged.
    Mirror,
    /// Mirrored, then a quarter turn clockwise: reflected about the anti-diagonal.
    MirrorRot90,
    /// Mirrored, then a half turn: top and bottom exchanged.
    MirrorRot180,
    /// Mirrored, then a quarter turn counter-clockwise: transposed.
    MirrorRot270,
}

impl Orientation {
    /// All eight, in the order of their discriminants.
    pub const ALL: [Self; 8] = [
        Self::Rot0,
        Self::Rot90,
        Self::Rot180,
        Self::Rot270,
        Self::Mirror,
        Self::MirrorRot90,
        Self::MirrorRot180,
        Self::MirrorRot270,
    ];

    /// The name used in JSON and on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rot0 => "rot0",
            Self::Rot90 => "rot90",
            Self::Rot180 => "rot180",
            Self::Rot270 => "rot270",
            Self::Mirror => "mirror",
            Self::MirrorRot90 => "mirror_rot90",
            Self::MirrorRot180 => "mirror_rot180",
            Self::MirrorRot270 => "mirror_rot270",
        }
    }

    /// The orientation with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|orientation| orientation.name() == name)
    }

    /// What must be done to stored pixels so that they stand upright, from the value of EXIF
    /// tag 0x0112 (1 to 8; CIPA DC-008, 4.6.4). Other values are no orientation.
    pub const fn from_exif(value: u16) -> Option<Self> {
        Some(match value {
            1 => Self::Rot0,
            2 => Self::Mirror,
            3 => Self::Rot180,
            4 => Self::MirrorRot180,
            5 => Self::MirrorRot270,
            6 => Self::Rot90,
            7 => Self::MirrorRot90,
            8 => Self::Rot270,
            _ => return None,
        })
    }

    /// Whether width and height change places.
    pub const fn swaps_sides(self) -> bool {
        matches!(self, Self::Rot90 | Self::Rot270 | Self::MirrorRot90 | Self::MirrorRot270)
    }

    /// Where a point of the unit square comes to lie; (0, 0) is its upper left corner.
    pub fn of_unit_square(self, [x, y]: [f64; 2]) -> [f64; 2] {
        match self {
            Self::Rot0 => [x, y],
            Self::Rot90 => [1.0 - y, x],
            Self::Rot180 => [1.0 - x, 1.0 - y],
            Self::Rot270 => [y, 1.0 - x],
            Self::Mirror => [1.0 - x, y],
            Self::MirrorRot90 => [1.0 - y, 1.0 - x],
            Self::MirrorRot180 => [x, 1.0 - y],
            Self::MirrorRot270 => [y, x],
        }
    }

    /// What undoes this orientation.
    pub const fn inverse(self) -> Self {
        match self {
            Self::Rot90 => Self::Rot270,
            Self::Rot270 => Self::Rot90,
            other => other,
        }
    }
}
