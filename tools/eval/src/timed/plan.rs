//! What FFmpeg is asked for one edited file, with the truth of it; and an edit: a way of making such
//! plans, one for each file that it can be done to.

use super::Medium;
use super::bars::{Bar, bar};
use super::material::{Kind, Material, Source};
use super::props::Props;
use super::truth::{Shown, Stretch};
use crate::random::{Random, fnv};

/// One edited file to be made.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Plan {
    /// Inputs, each with the options before it.
    pub inputs: Vec<String>,
    /// What is done to them: a filter graph, or nothing.
    pub graph: String,
    /// Streams and codecs.
    pub output: Vec<String>,
    /// Of the file's name.
    pub extension: &'static str,
    /// What it shows.
    pub shown: Vec<Shown>,
    /// How long it lasts, in milliseconds; 0 for a still.
    pub media_ms: f64,
}

impl Plan {
    /// Everything for FFmpeg but the file's path.
    pub fn arguments(&self) -> Vec<String> {
        let graph = match self.graph.is_empty() {
            true => Vec::new(),
            false => vec!["-filter_complex".to_owned(), self.graph.clone()],
        };
        [self.inputs.clone(), graph, self.output.clone()].concat()
    }

    /// The same arguments have the same number.
    pub fn number(&self) -> u64 {
        fnv(self.arguments().join("\n").as_bytes())
    }
}

/// What an edit may look at.
pub struct Desk<'a> {
    /// The file that is edited.
    pub source: &'a Source,
    /// Other files.
    pub material: &'a Material,
    /// Pictures and sounds made for it.
    pub props: &'a Props,
    /// What decides where a cut begins.
    pub random: Random,
}

impl<'a> Desk<'a> {
    /// A place for a stretch in the file, on a frame; `None` where it is not at least half a second
    /// longer.
    pub fn cut(&mut self, length_ms: f64, of_ms: f64) -> Option<Stretch> {
        let room_ms = of_ms - length_ms;
        if room_ms < 500.0 {
            return None;
        }
        let frame_ms = self.source.probe.frame_ms;
        let from_ms = (self.random.between(0.0, room_ms) / frame_ms).floor() * frame_ms;
        Some(Stretch::at(from_ms, length_ms))
    }

    /// So many other files of a kind, none twice, each at least so long.
    pub fn others(&mut self, kind: Kind, count: usize, least_ms: f64) -> Vec<&'a Source> {
        let mut left: Vec<_> = self.material.of(kind);
        left.retain(|s| s.number != self.source.number && s.probe.duration_ms >= least_ms);
        let count = count.min(left.len());
        (0..count).map(|_| left.remove(self.random.below(left.len()))).collect()
    }
}

/// One kind of edit in one strength.
pub struct Edit {
    /// Of what.
    pub medium: Medium,
    /// What is done.
    pub kind: &'static str,
    /// How much of it.
    pub strength: &'static str,
    /// The encoder that it needs besides those that every FFmpeg has.
    pub encoder: Option<&'static str>,
    maker: Maker,
}

/// Plans an edit of one file; nothing where it cannot be done to that file.
pub type Planner = Box<dyn Fn(&mut Desk<'_>) -> Option<Plan> + Send + Sync>;

/// Plans files that show nothing of what is stored, with their names.
pub type Inventor = Box<dyn Fn(&Material, &Props, u64) -> Vec<(String, Plan)> + Send + Sync>;

enum Maker {
    /// Of each file of a kind so many times.
    Of(Kind, usize, Planner),
    Strangers(Inventor),
}

impl Edit {
    /// Done to each file of a kind, `tries` times.
    pub fn new(
        medium: Medium,
        (kind, strength): (&'static str, &'static str),
        (of, tries): (Kind, usize),
        planner: Planner,
    ) -> Self {
        Self { medium, kind, strength, encoder: None, maker: Maker::Of(of, tries, planner) }
    }

    /// Done to nothing that is stored.
    pub fn strange(
        medium: Medium,
        (kind, strength): (&'static str, &'static str),
        inventor: Inventor,
    ) -> Self {
        Self { medium, kind, strength, encoder: None, maker: Maker::Strangers(inventor) }
    }

    /// With an encoder that not every FFmpeg has.
    pub fn needing(self, encoder: &'static str) -> Self {
        Self { encoder: Some(encoder), ..self }
    }

    /// The name in tables, `medium: kind strength`.
    pub fn name(&self) -> String {
        format!("{}: {} {}", self.medium.name(), self.kind, self.strength).trim_end().to_owned()
    }

    /// For file names.
    pub fn slug(&self) -> String {
        let sane = |c: char| if c.is_ascii_alphanumeric() || ".+".contains(c) { c } else { '-' };
        self.name().chars().map(sane).collect()
    }

    /// What is demanded of it.
    pub fn bar(&self) -> Option<Bar> {
        bar(self.medium, self.kind, self.strength)
    }

    /// Every file of it, with names: nothing but the seed, the edit's name and the file's decides
    /// what is left to chance.
    pub fn plans(
        &self,
        material: &Material,
        props: &Props,
        seed: u64,
        once: bool,
    ) -> Vec<(String, Plan)> {
        let (of, tries, planner) = match &self.maker {
            Maker::Strangers(inventor) => return inventor(material, props, seed),
            Maker::Of(of, tries, planner) => (*of, if once { 1 } else { *tries }, planner),
        };
        let mut plans = Vec::new();
        for source in material.edited(of) {
            for n in 0..tries {
                let names = [self.name(), source.name.clone(), n.to_string()];
                let random = Random::of(seed, &names.each_ref().map(String::as_str));
                let mut desk = Desk { source, material, props, random };
                plans.extend(planner(&mut desk).map(|plan| (source.name.clone(), plan)));
            }
        }
        plans
    }
}
