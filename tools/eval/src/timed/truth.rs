//! What an edited file shows of a stored one and when, and how far from that the told stretches of
//! time lie.

use athar_engine::{Segment, Span};

/// From one moment to another, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stretch {
    /// When it begins.
    pub from_ms: f64,
    /// When it ends.
    pub to_ms: f64,
}

/// A stretch of a stored file, as an edited file shows it.
#[derive(Debug, Clone, PartialEq)]
pub struct Shown {
    /// The stored file's number.
    pub source: usize,
    /// When the edited file shows it; `None` where that is a still.
    pub edited: Option<Stretch>,
    /// What of the stored file it is; `None` where that is a still. A moment has no length.
    pub stored: Option<Stretch>,
    /// Whether it must be found. What is in the file besides may be found.
    pub wanted: bool,
}

/// How far the told stretches lie from the true one.
#[derive(Debug, Clone, PartialEq)]
pub struct Errors {
    /// Of each end on each side, in milliseconds.
    pub ends_ms: Vec<f64>,
    /// Of the offset between the two sides, in milliseconds; `None` where one is a still.
    pub offset_ms: Option<f64>,
}

impl Stretch {
    /// From the beginning.
    pub fn first(length_ms: f64) -> Self {
        Self { from_ms: 0.0, to_ms: length_ms }
    }

    /// From a moment on.
    pub fn at(from_ms: f64, length_ms: f64) -> Self {
        Self { from_ms, to_ms: from_ms + length_ms }
    }

    /// How long it is.
    pub fn length_ms(self) -> f64 {
        self.to_ms - self.from_ms
    }

    fn of(span: Span) -> Self {
        Self { from_ms: span.from_ms as f64, to_ms: span.to_ms as f64 }
    }

    /// What two have in common; none or less where they do not meet.
    fn common(self, other: Self) -> Self {
        Self { from_ms: self.from_ms.max(other.from_ms), to_ms: self.to_ms.min(other.to_ms) }
    }

    fn hull(self, other: Self) -> Self {
        Self { from_ms: self.from_ms.min(other.from_ms), to_ms: self.to_ms.max(other.to_ms) }
    }

    fn ends_from(self, truth: Self) -> [f64; 2] {
        [(self.from_ms - truth.from_ms).abs(), (self.to_ms - truth.to_ms).abs()]
    }

    /// How far a moment is outside.
    fn gap_ms(self, moment_ms: f64) -> f64 {
        (self.from_ms - moment_ms).max(moment_ms - self.to_ms).max(0.0)
    }
}

impl Shown {
    /// The whole of a file, played `rate` times as fast.
    pub fn whole(source: usize, length_ms: f64, rate: f64) -> Self {
        Self {
            source,
            edited: Some(Stretch::first(length_ms / rate)),
            stored: Some(Stretch::first(length_ms)),
            wanted: true,
        }
    }

    /// A stretch of it that begins the edited file.
    pub fn cut(source: usize, stored: Stretch) -> Self {
        let edited = Some(Stretch::first(stored.length_ms()));
        Self { source, edited, stored: Some(stored), wanted: true }
    }

    /// Milliseconds of the stored file that go by in one of the edited.
    pub fn rate(&self) -> Option<f64> {
        let (edited, stored) = self.edited.zip(self.stored)?;
        (edited.length_ms() > 0.0).then(|| stored.length_ms() / edited.length_ms())
    }

    /// The errors of what was told of its file. A stretch that is told nowhere near errs by its
    /// whole length at every end.
    pub fn errors(&self, told: &[Segment]) -> Errors {
        match (self.edited, self.stored) {
            (Some(edited), Some(stored)) => self.errors_in_time(edited, stored, told),
            (None, Some(stored)) => {
                let spans = told.iter().filter_map(|segment| segment.stored);
                let gaps = spans.map(|span| Stretch::of(span).gap_ms(stored.from_ms));
                // A still that is told without its time is nowhere.
                let nearest = gaps.fold(f64::INFINITY, f64::min).min(LOST_MS);
                Errors { ends_ms: vec![nearest], offset_ms: None }
            }
            (Some(edited), None) => {
                let spans = told.iter().filter_map(|segment| segment.query).map(Stretch::of);
                let ends = spans.reduce(Stretch::hull).map(|told| told.ends_from(edited).to_vec());
                let lost = vec![edited.length_ms(); 2];
                Errors { ends_ms: ends.unwrap_or(lost), offset_ms: None }
            }
            (None, None) => Errors { ends_ms: Vec::new(), offset_ms: None },
        }
    }

    fn errors_in_time(&self, edited: Stretch, stored: Stretch, told: &[Segment]) -> Errors {
        let mut sides = Vec::new();
        for segment in told {
            let (Some(query), Some(item)) = (segment.query, segment.stored) else { continue };
            let (query, item) = (Stretch::of(query), Stretch::of(item));
            if query.common(edited).length_ms() > 0.0 {
                sides.push((query, item));
            }
        }
        let Some(both) = sides.iter().copied().reduce(|a, b| (a.0.hull(b.0), a.1.hull(b.1))) else {
            let lost = edited.length_ms().max(stored.length_ms());
            return Errors { ends_ms: vec![lost; 4], offset_ms: Some(lost) };
        };
        let ends_ms = [both.0.ends_from(edited), both.1.ends_from(stored)].concat();
        let offset =
            |(query, item): &(Stretch, Stretch)| self.offset_ms(edited, stored, *query, *item);
        let longest = sides.iter().max_by(|a, b| a.0.length_ms().total_cmp(&b.0.length_ms()));
        Errors { ends_ms, offset_ms: longest.map(offset) }
    }

    /// In the middle of what is in common: which moment of the stored file is told, and which it is.
    fn offset_ms(&self, edited: Stretch, stored: Stretch, query: Stretch, item: Stretch) -> f64 {
        let common = query.common(edited);
        let moment = (common.from_ms + common.to_ms) / 2.0;
        let along = |from: Stretch, to: Stretch| {
            let rate = if from.length_ms() > 0.0 { to.length_ms() / from.length_ms() } else { 1.0 };
            to.from_ms + (moment - from.from_ms) * rate
        };
        (along(query, item) - along(edited, stored)).abs()
    }
}

/// The error of a still whose time is not told.
const LOST_MS: f64 = 3_600_000.0;

#[cfg(test)]
mod tests {
    use super::*;

    fn segment(query: (u64, u64), stored: (u64, u64)) -> Segment {
        let span = |(from_ms, to_ms)| Some(Span { from_ms, to_ms });
        Segment { query: span(query), stored: span(stored), rate: Some(1.0) }
    }

    #[test]
    fn ends_are_those_of_the_union() {
        let shown = Shown::cut(0, Stretch::at(2000.0, 5000.0));
        let told = [segment((100, 2000), (2100, 4000)), segment((2500, 4700), (4500, 6700))];
        let errors = shown.errors(&told);
        assert_eq!(errors.ends_ms, [100.0, 300.0, 100.0, 300.0]);
        assert_eq!(errors.offset_ms, Some(0.0));
        assert_eq!(shown.rate(), Some(1.0));
    }

    #[test]
    fn an_offset_is_measured_in_the_middle_whatever_the_speed() {
        let shown = Shown::whole(0, 10_000.0, 1.25);
        assert_eq!((shown.edited, shown.rate()), (Some(Stretch::first(8000.0)), Some(1.25)));
        let errors = shown.errors(&[segment((0, 8000), (250, 10_250))]);
        assert_eq!((errors.offset_ms, errors.ends_ms), (Some(250.0), vec![0.0, 0.0, 250.0, 250.0]));
    }

    #[test]
    fn what_is_told_elsewhere_is_lost() {
        let second = Shown {
            edited: Some(Stretch::at(5000.0, 5000.0)),
            ..Shown::cut(0, Stretch::at(1000.0, 5000.0))
        };
        let errors = second.errors(&[segment((0, 4900), (1000, 5900))]);
        assert_eq!((errors.ends_ms, errors.offset_ms), (vec![5000.0; 4], Some(5000.0)));
        assert_eq!(second.errors(&[]).offset_ms, Some(5000.0));
    }

    #[test]
    fn stills_have_a_moment_or_a_stretch() {
        let moment = Some(Stretch::at(3000.0, 0.0));
        let still = Shown { source: 0, edited: None, stored: moment, wanted: true };
        let at = |from_ms, to_ms| Segment {
            query: None,
            stored: Some(Span { from_ms, to_ms }),
            rate: None,
        };
        assert_eq!(still.errors(&[at(0, 500), at(2900, 3400)]).ends_ms, [0.0]);
        assert_eq!(still.errors(&[at(3200, 3400)]).ends_ms, [200.0]);
        assert_eq!(still.errors(&[]).ends_ms, [LOST_MS]);
        let photo =
            Shown { source: 0, edited: Some(Stretch::first(5000.0)), stored: None, wanted: true };
        let told =
            Segment { query: Some(Span { from_ms: 0, to_ms: 4800 }), stored: None, rate: None };
        assert_eq!(photo.errors(&[told]).ends_ms, [0.0, 200.0]);
    }
}
