//! The traffic-light protocol, version 2.0 (FIRST): with whom something may be shared.

/// A marking. A later one is stricter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tlp {
    /// With everyone.
    Clear,
    /// With the community.
    Green,
    /// With the recipient's organisation and its clients, who need to know.
    Amber,
    /// With the recipient's organisation alone.
    AmberStrict,
    /// With the named recipients alone.
    Red,
}

impl Tlp {
    /// Every marking, in the order of their numbers.
    pub const ALL: [Self; 5] =
        [Self::Clear, Self::Green, Self::Amber, Self::AmberStrict, Self::Red];

    /// The label, without the `TLP:` that stands before it on paper.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Clear => "CLEAR",
            Self::Green => "GREEN",
            Self::Amber => "AMBER",
            Self::AmberStrict => "AMBER+STRICT",
            Self::Red => "RED",
        }
    }

    /// From a label of version 2.0 or 1.0 (whose WHITE is now CLEAR), in either case and with or
    /// without `TLP:`.
    pub fn from_name(name: &str) -> Option<Self> {
        let prefixed = name.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("tlp:"));
        let label = if prefixed { &name[4..] } else { name };
        let white = label.eq_ignore_ascii_case("white").then_some(Self::Clear);
        white.or_else(|| Self::ALL.into_iter().find(|tlp| tlp.name().eq_ignore_ascii_case(label)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_of_both_versions_are_read() {
        for tlp in Tlp::ALL {
            assert_eq!(Tlp::from_name(tlp.name()), Some(tlp));
            assert_eq!(Tlp::from_name(&format!("TLP:{}", tlp.name())), Some(tlp));
        }
        assert_eq!(Tlp::from_name("white"), Some(Tlp::Clear));
        assert_eq!(Tlp::from_name("tlp:"), None);
        assert_eq!(Tlp::from_name("äää"), None);
        assert!(Tlp::Red > Tlp::AmberStrict && Tlp::AmberStrict > Tlp::Amber);
    }
}
