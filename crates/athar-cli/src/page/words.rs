//! What the page says, in English and in Arabic.
//!
//! Counts stand behind a colon or before "of", so that neither language has to bend a noun to its
//! number. Digits are European in both: they are read beside digests and pixels.

use crate::args::Language;
use crate::output::text::grouped;
use athar_engine::policy::Relation;
use athar_engine::{Explanation, FrameComparison, Orientation, Way, region};

/// The page's language.
#[derive(Debug, Clone, Copy)]
pub(super) struct Words(pub Language);

/// A label and what stands behind it; escaped.
pub(super) type Fact = (&'static str, String);

impl Words {
    fn either<'a>(&self, english: &'a str, arabic: &'a str) -> &'a str {
        match self.0 {
            Language::En => english,
            Language::Ar => arabic,
        }
    }

    pub(super) fn code(&self) -> &'static str {
        self.either("en", "ar")
    }

    pub(super) fn direction(&self) -> &'static str {
        self.either("ltr", "rtl")
    }

    pub(super) fn is_rtl(&self) -> bool {
        self.0 == Language::Ar
    }

    pub(super) fn kind(&self) -> &'static str {
        self.either("Explanation of a comparison", "شرح مقارنة بين صورتين")
    }

    pub(super) fn drawing(&self) -> &'static str {
        self.either(
            "Both pictures side by side with what they have in common",
            "الصورتان جنبًا إلى جنب مع ما هو مشترك بينهما",
        )
    }

    pub(super) fn query(&self) -> &'static str {
        self.either("The picture asked about", "الصورة المفحوصة")
    }

    pub(super) fn stored(&self) -> &'static str {
        self.either("The stored item (landmarks only)", "العنصر المحفوظ (نقاط مميزة فقط)")
    }

    pub(super) fn size_px(&self, width: u32, height: u32, enlarged: f64) -> String {
        let size = format!("\u{2066}{width} × {height}\u{2069} {}", self.either("px", "بكسل"));
        if enlarged < 1.05 {
            return size;
        }
        match self.0 {
            Language::En => format!("{size}, drawn {enlarged:.1} times larger than the other"),
            Language::Ar => format!("{size}، مرسومة أكبر من الأخرى بمقدار {enlarged:.1} مرة"),
        }
    }

    /// The verdict on one way in which the item is seen.
    pub(super) fn verdict(&self, explanation: &Explanation, way: &Way) -> &'static str {
        let (query, stored) = shares(explanation, way);
        match way.relation {
            None => self.no_match(),
            Some(Relation::Copy) => self.copy(),
            Some(Relation::Segment) => {
                self.either("Both show the same stretch of time", "كلاهما يُظهر المدة الزمنية نفسها")
            }
            Some(Relation::Still) => {
                self.either("One is a frame of the other", "أحدهما لقطة من الآخر")
            }
            Some(Relation::Altered) => self.either(
                "The stored item is seen here, with a region covered or replaced",
                "العنصر المحفوظ ظاهر هنا، وقد غُطّيت فيه منطقة أو استُبدلت",
            ),
            Some(Relation::Part) if stored >= query => self.either(
                "The stored item is seen inside this picture",
                "العنصر المحفوظ ظاهر داخل هذه الصورة",
            ),
            Some(Relation::Part) => self.either(
                "This picture shows a part of the stored item",
                "هذه الصورة تُظهر جزءًا من العنصر المحفوظ",
            ),
        }
    }

    pub(super) fn no_match(&self) -> &'static str {
        self.either("No match", "لا يوجد تطابق")
    }

    pub(super) fn copy(&self) -> &'static str {
        self.either("Both are the same whole picture", "كلتاهما الصورة نفسها كاملةً")
    }

    /// What the verdict rests on, in a sentence.
    pub(super) fn reason(&self, way: &Way) -> String {
        let (found, sought) = (way.inliers, way.sought);
        match (self.0, way.relation.is_some()) {
            (Language::En, true) => format!(
                "Of {sought} landmarks of the item that should be seen here, {found} were found \
                 again where they should be."
            ),
            (Language::En, false) => format!(
                "Of {sought} landmarks of the item that should be seen here, only {found} were \
                 found again where they should be: chance may do as much."
            ),
            (Language::Ar, true) => format!(
                "من أصل {sought} من النقاط المميزة للعنصر التي ينبغي أن تظهر هنا، عُثر على {found} \
                 منها في مواضعها الصحيحة."
            ),
            (Language::Ar, false) => format!(
                "من أصل {sought} من النقاط المميزة للعنصر التي ينبغي أن تظهر هنا، لم يُعثر في \
                 المواضع الصحيحة إلا على {found} منها، وقد ينتج مثل ذلك عن المصادفة."
            ),
        }
    }

    pub(super) fn by_frames(&self) -> &'static str {
        self.either(
            "The codes of the whole frames agree. No landmarks of the item were found again.",
            "رمزا الإطارين الكاملين متطابقان، ولم يُعثر على نقاط مميزة من العنصر.",
        )
    }

    pub(super) fn nothing(&self) -> &'static str {
        self.either(
            "No landmarks of the item lie in this picture as they lie in the item.",
            "لا توجد في هذه الصورة نقاط مميزة للعنصر مرتبة كما هي في العنصر.",
        )
    }

    pub(super) fn sighting(&self, number: usize, verdict: &str) -> String {
        format!("{} {number}: {verdict}", self.either("Sighting", "الظهور"))
    }

    /// How often the item is seen, where that is more than once.
    pub(super) fn sightings(&self, count: usize) -> String {
        match self.0 {
            Language::En => format!("The item is seen {count} times in this picture."),
            Language::Ar => format!("عدد مرات ظهور العنصر في هذه الصورة: {count}."),
        }
    }

    /// Which pictures these are. `query` and `cases` are escaped.
    pub(super) fn identities(
        &self,
        explanation: &Explanation,
        query: &str,
        cases: &str,
    ) -> Vec<Fact> {
        let item = crate::output::text::short(&explanation.item);
        vec![
            (self.either("Picture asked about", "الصورة المفحوصة"), format!("<bdi>{query}</bdi>")),
            (
                self.either("Stored item (SHA-256 begins)", "العنصر المحفوظ (بداية SHA-256)"),
                format!("<code dir=\"ltr\">{item}</code>"),
            ),
            (self.either("Cases that hold it", "القضايا التي تضمّه"), cases.into()),
            (self.either("Whole frames", "الإطاران الكاملان"), self.frames(explanation.frames)),
        ]
    }

    fn frames(&self, frames: Option<FrameComparison>) -> String {
        let Some(frames) = frames else {
            return self.either("not comparable: too flat", "لا تُقارن: التفاصيل قليلة جدًّا").into();
        };
        let bits = frames.distance;
        let verdict = match frames.is_match {
            true => self.either("a match", "متطابقان"),
            false => self.either("no match", "غير متطابقين"),
        };
        let turned = match frames.orientation {
            _ if !frames.is_match => "",
            Orientation::Rot0 => "",
            Orientation::Rot90 | Orientation::Rot180 | Orientation::Rot270 => {
                self.either(", turned", "، بعد التدوير")
            }
            Orientation::Mirror | Orientation::MirrorRot180 => {
                self.either(", mirrored", "، بعد العكس كالمرآة")
            }
            Orientation::MirrorRot90 | Orientation::MirrorRot270 => {
                self.either(", mirrored and turned", "، بعد العكس والتدوير")
            }
        };
        let colours = match frames.is_match && frames.inverted {
            true => self.either(", with inverted colours", "، بألوان معكوسة"),
            false => "",
        };
        match self.0 {
            Language::En => format!("{bits} of 256 bits differ{turned}{colours}: {verdict}"),
            Language::Ar => format!("الفرق {bits} من 256 بت{turned}{colours}: {verdict}"),
        }
    }

    /// How the item lies in the picture, and how sure that is.
    pub(super) fn facts(&self, explanation: &Explanation, way: &Way) -> Vec<Fact> {
        let region = &way.region;
        let (query, stored) = shares(explanation, way);
        let share = region.coverage.map_or(String::new(), |share| format!(" ({})", percent(share)));
        let of = self.either("of", "من");
        vec![
            (
                self.either("Landmarks found again", "النقاط المميزة التي عُثر عليها"),
                format!("{} {of} {}{share}", way.inliers, way.sought),
            ),
            (self.either("Size", "الحجم"), self.scale(region.scale)),
            (self.either("Share of this picture", "نصيبها من الصورة المفحوصة"), percent(query)),
            (self.either("Turn", "التدوير"), self.turn(region.turn_deg)),
            (self.either("Share of the item", "نصيبها من العنصر"), percent(stored)),
            (self.either("Mirrored", "معكوسة كالمرآة"), self.either_way(region.mirrored).into()),
            (
                self.either("Landmark distance (median)", "فرق النقاط المميزة (الوسيط)"),
                format!("{} {of} 256 {}", way.distance, self.either("bits", "بت")),
            ),
            (self.either("Regions that differ", "المناطق المختلفة"), self.differing(way)),
            (
                self.either("False alarms", "الإنذارات الكاذبة"),
                self.false_alarms(way.false_alarm_rate, way.false_alarm_pairs),
            ),
            (
                self.either("Measured on", "قيست على"),
                format!(
                    "<bdi>{}</bdi> {}",
                    grouped(way.false_alarm_pairs),
                    self.either("pairs of unrelated pictures", "زوج من الصور التي لا علاقة بينها")
                ),
            ),
        ]
    }

    fn either_way(&self, yes: bool) -> &'static str {
        if yes { self.either("yes", "نعم") } else { self.either("no", "لا") }
    }

    fn scale(&self, scale: f64) -> String {
        match self.0 {
            Language::En => format!("{scale:.2} of the item's"),
            Language::Ar => format!("{scale:.2} من حجم العنصر"),
        }
    }

    fn turn(&self, turn_deg: f64) -> String {
        let degrees = turn_deg.abs();
        let way = match turn_deg {
            turn if turn >= 0.05 => self.either(" clockwise", " باتجاه عقارب الساعة"),
            turn if turn <= -0.05 => self.either(" anticlockwise", " عكس اتجاه عقارب الساعة"),
            _ => return self.either("none", "لا يوجد").into(),
        };
        format!("<bdi>{degrees:.1}°</bdi>{way}")
    }

    fn differing(&self, way: &Way) -> String {
        let area = |differing: &athar_engine::Differing| region::area(&differing.query);
        let differs = way.region.differs.iter().map(area).sum::<f64>();
        if way.region.differs.is_empty() {
            return self.either("none", "لا يوجد").into();
        }
        let share = percent(ratio(differs, region::area(&way.region.query)));
        match self.0 {
            Language::En => format!("about {share} of what is in common"),
            Language::Ar => format!("نحو {share} من المساحة المشتركة"),
        }
    }

    fn false_alarms(&self, rate: f64, pairs: u64) -> String {
        if pairs == 0 || rate >= 1.0 {
            return self.either("not measured", "لم تُقَس").into();
        }
        // A rate is a share of comparisons, so there is a whole number of them for one alarm.
        let one_in = grouped((1.0 / rate.clamp(1e-15, 1.0)).floor() as u64);
        match self.0 {
            Language::En => format!("at most one in {one_in} comparisons ({rate:.0e})"),
            Language::Ar => format!(
                "إنذار واحد على الأكثر في كل <bdi>{one_in}</bdi> مقارنة (<bdi>{rate:.0e}</bdi>)"
            ),
        }
    }

    pub(super) fn legend(&self) -> [(Sign, &'static str); 4] {
        [
            (Sign::Region, self.either("what both have in common", "ما هو مشترك بين الصورتين")),
            (
                Sign::Pair,
                self.either("the same landmark on both sides", "النقطة نفسها في الجانبين"),
            ),
            (Sign::Unfound, self.either("landmark not found again", "نقطة لم يُعثر عليها")),
            (
                Sign::Differs,
                self.either("differs: covered or replaced", "مختلفة: مغطاة أو مستبدلة"),
            ),
        ]
    }

    pub(super) fn notes(&self, clear: bool) -> [&'static str; 3] {
        let blurred = self.either(
            "The picture asked about is blurred on this page, in its pixels: its details are not \
             in this file. Of its landmarks only those found again are drawn.",
            "الصورة المفحوصة مموّهة في هذه الصفحة، والتمويه في البكسلات نفسها، فتفاصيلها غير \
             موجودة في هذا الملف، ولا يُرسم من نقاطها إلا ما عُثر عليه في العنصر.",
        );
        let sharp = self.either(
            "The picture asked about is shown in the clear: keep this file as you keep the picture.",
            "الصورة المفحوصة معروضة بوضوح، فاحفظ هذا الملف كما تحفظ الصورة نفسها.",
        );
        [
            self.either(
                "Of the stored item no pixels are kept. Its landmarks are drawn: where each lies, \
                 how large it is, and which way it points.",
                "لا يُحفظ من العنصر أي بكسل، وإنما تُرسم نقاطه المميزة: موضع كل نقطة وحجمها \
                 واتجاهها.",
            ),
            if clear { sharp } else { blurred },
            self.either(
                "A match says that two pictures show the same, not who sent them. It is a lead, \
                 and no verdict on a person.",
                "التطابق يعني أن الصورتين تُظهران الشيء نفسه، ولا يدل على من أرسلهما؛ فهو خيط \
                 للتحقيق لا حكم على شخص.",
            ),
        ]
    }

    /// By what the page was made.
    pub(super) fn made(&self) -> String {
        let version = env!("CARGO_PKG_VERSION");
        format!("{} <bdi>Athar {version}</bdi>", self.either("Made by", "أُنشئت بواسطة"))
    }
}

/// What a legend explains.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sign {
    Region,
    Pair,
    Unfound,
    Differs,
}

/// The shares of the query and of the item that are in common.
fn shares(explanation: &Explanation, way: &Way) -> (f64, f64) {
    let share = |polygon: &[_], side: &athar_engine::Side| {
        ratio(region::area(polygon), f64::from(side.width_px) * f64::from(side.height_px))
    };
    (share(&way.region.query, &explanation.query), share(&way.region.stored, &explanation.stored))
}

fn ratio(part: f64, whole: f64) -> f64 {
    if whole > 0.0 { (part / whole).min(1.0) } else { 0.0 }
}

fn percent(share: f64) -> String {
    match share * 100.0 {
        little if little > 0.0 && little < 1.0 => "<bdi dir=\"ltr\">&lt; 1 %</bdi>".into(),
        percent => format!("<bdi dir=\"ltr\">{percent:.0} %</bdi>"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_told_as_one_in_so_many() {
        let text = Words(Language::En).false_alarms(2e-6, 1_500_000);
        assert_eq!(text, "at most one in 500,000 comparisons (2e-6)");
        assert_eq!(Words(Language::En).false_alarms(1.0, 0), "not measured");
    }

    #[test]
    fn a_turn_says_which_way() {
        let words = Words(Language::En);
        assert_eq!(words.turn(-17.04), "<bdi>17.0°</bdi> anticlockwise");
        assert_eq!(words.turn(90.0), "<bdi>90.0°</bdi> clockwise");
        assert_eq!(words.turn(0.01), "none");
    }

    #[test]
    fn frames_that_do_not_match_are_not_said_to_be_turned() {
        let far = FrameComparison {
            distance: 118,
            is_match: false,
            orientation: Orientation::Mirror,
            inverted: false,
        };
        let near = FrameComparison { distance: 8, is_match: true, ..far };
        let words = Words(Language::En);
        assert_eq!(words.frames(Some(far)), "118 of 256 bits differ: no match");
        assert_eq!(words.frames(Some(near)), "8 of 256 bits differ, mirrored: a match");
        let inverted = FrameComparison { inverted: true, ..near };
        let said = "8 of 256 bits differ, mirrored, with inverted colours: a match";
        assert_eq!(words.frames(Some(inverted)), said);
        assert_eq!(words.frames(None), "not comparable: too flat");
    }
}
