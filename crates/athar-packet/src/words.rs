//! What the report says, in English and in Arabic.
//!
//! Counts stand behind a colon or before "of", so that neither language has to bend a noun to its
//! number. Digits are European in both: they are read beside digests and pixels.

use crate::content::{Made, Match};
use crate::drawing::clock;
use crate::manifest::Manifest;
use crate::report::{Rich, Span, code, grouped, name, number, words};
use crate::{Content, Digest};
use jiff::Timestamp;

/// A language in which a report is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// English.
    English,
    /// Arabic.
    Arabic,
}

impl Language {
    /// `en` or `ar`.
    pub fn code(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Arabic => "ar",
        }
    }

    pub(crate) fn is_rtl(self) -> bool {
        self == Self::Arabic
    }
}

/// The report's words.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Words(pub(crate) Language);

/// A label and what stands behind it.
type Fact = (&'static str, Rich);

impl Words {
    fn either(&self, english: &'static str, arabic: &'static str) -> &'static str {
        match self.0 {
            Language::English => english,
            Language::Arabic => arabic,
        }
    }

    pub(crate) fn report(&self) -> &'static str {
        self.either("Evidence report", "تقرير أدلة")
    }

    pub(crate) fn case(&self) -> &'static str {
        self.either("Case", "القضية")
    }

    pub(crate) fn page(&self, page: usize, of: usize) -> String {
        match self.0 {
            Language::English => format!("Page {page} of {of}"),
            Language::Arabic => format!("صفحة {page} من {of}"),
        }
    }

    pub(crate) fn summary(&self, content: &Content, cases: usize) -> Rich {
        let counts = [
            (self.either("Files received: ", "عدد الملفات المستلمة: "), content.items.len()),
            (self.either("could not be read: ", "ملفات تعذّرت قراءتها: "), content.refusals.len()),
            (
                self.either("ties with files of other cases: ", "صلات بملفات قضايا أخرى: "),
                content.matches.len() + content.matches_left_out as usize,
            ),
            (self.either("other cases: ", "القضايا الأخرى: "), cases),
            (
                self.either("accounts, numbers and wallets: ", "حسابات وأرقام ومحافظ: "),
                content.handles.len(),
            ),
        ];
        let mut rich = Rich::new();
        for (label, count) in counts {
            if !rich.is_empty() {
                rich.extend(words(self.either("; ", "؛ ")));
            }
            rich.extend(words(label));
            rich.extend(number(grouped(count as u64)));
        }
        rich.extend(words(self.either(
            ". No picture, clip or recording is in this packet, only what was computed from them.",
            ". لا تحتوي هذه الحزمة على أي صورة أو مقطع أو تسجيل، بل على ما حُسب منها فقط.",
        )));
        rich
    }

    pub(crate) fn the_case(&self) -> &'static str {
        self.either("The case", "بيانات القضية")
    }

    pub(crate) fn case_facts(&self, content: &Content) -> Vec<Fact> {
        let case = &content.case;
        let facts = case.facts.clone().unwrap_or_default();
        let mut list = vec![
            (self.either("Name of the case", "اسم القضية"), name(&case.name)),
            (self.either("Opened", "فُتحت في"), self.time(case.opened_at_ms)),
        ];
        let channel = facts.channel.as_deref();
        list.extend(channel.map(|channel| (self.channel_label(), self.channel(Some(channel)))));
        let received = self.either("Complaint received", "استُلمت الشكوى في");
        list.extend(facts.received_at_ms.map(|at| (received, self.time(at))));
        let texts = [
            (self.either("Unit", "الوحدة"), facts.unit),
            (self.either("Complainant (opaque name)", "المشتكي (اسم رمزي)"), facts.complainant),
            (self.either("Suspect (opaque name)", "المشتبه به (اسم رمزي)"), facts.suspect),
        ];
        let urgency = facts.urgency.as_deref();
        list.extend(texts.into_iter().filter_map(|(label, text)| Some((label, name(text?)))));
        list.extend(urgency.map(|urgency| {
            (self.either("Urgency", "درجة الاستعجال"), words(self.urgency(urgency)))
        }));
        let texts = [
            (self.either("Why urgent", "سبب الاستعجال"), facts.urgency_reason),
            (self.either("Note", "ملاحظة"), facts.note),
        ];
        list.extend(texts.into_iter().filter_map(|(label, text)| Some((label, name(text?)))));
        list
    }

    fn urgency(&self, urgency: &str) -> &'static str {
        match urgency {
            "low" => self.either("low", "منخفضة"),
            "high" => self.either("high", "عالية"),
            "immediate" => self.either("immediate", "فورية"),
            _ => self.either("normal", "عادية"),
        }
    }

    fn channel_label(&self) -> &'static str {
        self.either("How it came in", "طريقة الورود")
    }

    pub(crate) fn channel(&self, channel: Option<&str>) -> Rich {
        words(match channel {
            Some("hotline") => self.either("hotline", "الخط الساخن"),
            Some("email") => self.either("e-mail", "البريد الإلكتروني"),
            Some("app") => self.either("application", "التطبيق"),
            Some("walk-in") => self.either("in person", "حضوريًّا"),
            Some("platform") => self.either("a platform", "منصة"),
            Some("partner") => self.either("partner unit", "وحدة شريكة"),
            Some(own) => return name(own),
            None => return self.unsaid(),
        })
    }

    pub(crate) fn unsaid(&self) -> Rich {
        words("–")
    }

    pub(crate) fn none(&self) -> &'static str {
        self.either("none", "لا يوجد")
    }

    pub(crate) fn time(&self, at_ms: i64) -> Rich {
        let at = Timestamp::from_millisecond(at_ms);
        let text = at.map(|at| at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string());
        number(text.unwrap_or_else(|_| at_ms.to_string()))
    }

    /// In a table, whose column says that it is UTC.
    pub(crate) fn cell_time(&self, at_ms: i64) -> Rich {
        let text = |span| match span {
            Span::Number(text) => {
                Span::Number(text.trim_end_matches(" UTC").replace(' ', "\u{a0}"))
            }
            other => other,
        };
        self.time(at_ms).into_iter().map(text).collect()
    }

    pub(crate) fn received(&self) -> &'static str {
        self.either("What was received, when and by whom", "ما استُلم ومتى ومن استلمه")
    }

    pub(crate) fn no_reports(&self) -> &'static str {
        self.either("No file was reported in this case.", "لم يُبلَّغ عن أي ملف في هذه القضية.")
    }

    pub(crate) fn report_columns(&self) -> [(&'static str, f32); 6] {
        [
            (self.either("Report", "البلاغ"), 0.09),
            (self.either("Recorded (UTC)", "سُجّل في (UTC)"), 0.2),
            (self.either("Received (UTC)", "استُلم في (UTC)"), 0.2),
            (self.channel_label(), 0.17),
            (self.either("Unit", "الوحدة"), 0.19),
            (self.either("All looked at", "فُحص كاملًا"), 0.15),
        ]
    }

    pub(crate) fn completeness(&self, complete: bool) -> &'static str {
        if complete {
            self.either("yes", "نعم")
        } else {
            self.either("broken off", "انقطع")
        }
    }

    pub(crate) fn files(&self) -> &'static str {
        self.either("Files", "الملفات")
    }

    pub(crate) fn item_columns(&self) -> [(&'static str, f32); 7] {
        [
            (self.either("No.", "رقم"), 0.055),
            ("SHA-256", 0.305),
            (self.either("What it is", "نوعه"), 0.18),
            (self.either("Bytes", "بايت"), 0.105),
            (self.either("Recorded (UTC)", "سُجّل في (UTC)"), 0.185),
            (self.either("Report", "البلاغ"), 0.095),
            (self.either("Ties", "الصلات"), 0.08),
        ]
    }

    pub(crate) fn media(&self, kind: &str) -> &'static str {
        match kind {
            "video" => self.either("clip", "مقطع مرئي"),
            "audio" => self.either("recording", "تسجيل صوتي"),
            _ => self.either("picture", "صورة"),
        }
    }

    pub(crate) fn unread(&self) -> &'static str {
        self.either("Files that could not be read", "ملفات تعذّرت قراءتها")
    }

    pub(crate) fn refusal_columns(&self) -> [(&'static str, f32); 4] {
        [
            ("SHA-256", 0.4),
            (self.either("Bytes", "بايت"), 0.15),
            (self.either("Why", "السبب"), 0.25),
            (self.either("Recorded (UTC)", "سُجّل في (UTC)"), 0.2),
        ]
    }

    pub(crate) fn refusal(&self, reason: &str) -> &'static str {
        match reason {
            "unsupported" => self.either("of no format that is read", "صيغة غير مدعومة"),
            "corrupt" => self.either("damaged", "تالف"),
            "limit" => self.either("larger than the limits", "أكبر من الحدود المسموح بها"),
            "stopped" => self.either("decoding was stopped", "أُوقف فك الترميز"),
            _ => self.either("could not be opened", "تعذّر فتحه"),
        }
    }

    pub(crate) fn handles(&self) -> &'static str {
        self.either("What the threat came from", "مصادر التهديد")
    }

    pub(crate) fn handle_columns(&self) -> [(&'static str, f32); 4] {
        [
            (self.either("Kind", "النوع"), 0.2),
            (self.either("Name, number or address", "الاسم أو الرقم أو العنوان"), 0.36),
            (self.either("Recorded (UTC)", "سُجّل في (UTC)"), 0.2),
            (self.either("Also named in", "ورد أيضًا في"), 0.24),
        ]
    }

    pub(crate) fn handle(&self, kind: &str) -> &'static str {
        match kind {
            "account" => self.either("account", "حساب"),
            "telephone" => self.either("telephone", "هاتف"),
            "wallet" => self.either("wallet", "محفظة"),
            "payment" => self.either("payment", "دفعة مالية"),
            "email" => self.either("e-mail", "بريد إلكتروني"),
            _ => self.either("other", "غير ذلك"),
        }
    }

    pub(crate) fn matched(&self) -> &'static str {
        self.either("What it matched, and how", "ما تطابق معه وكيف")
    }

    pub(crate) fn no_matches(&self) -> &'static str {
        self.either(
            "No file of this case matches a file of another case of this unit.",
            "لا يطابق أي ملف من هذه القضية ملفًّا من قضية أخرى لدى هذه الوحدة.",
        )
    }

    pub(crate) fn match_columns(&self) -> [(&'static str, f32); 6] {
        [
            (self.either("No.", "رقم"), 0.07),
            (self.either("File", "الملف"), 0.08),
            (self.either("Other case", "القضية الأخرى"), 0.2),
            (self.either("Relation", "العلاقة"), 0.25),
            (self.either("False alarms, at most", "الإنذارات الكاذبة على الأكثر"), 0.22),
            (self.either("Review", "المراجعة"), 0.18),
        ]
    }

    pub(crate) fn a_match(&self) -> &'static str {
        self.either("Match", "التطابق")
    }

    pub(crate) fn left_out(&self, count: u64) -> Rich {
        let mut rich = words(self.either("Matches not told here: ", "تطابقات لم تُذكر هنا: "));
        rich.extend(number(grouped(count)));
        rich.extend(words(self.either(
            ". They are less well supported than those that are.",
            ". وهي أقل إثباتًا من المذكورة.",
        )));
        rich
    }

    pub(crate) fn not_drawn(&self, count: usize) -> Rich {
        let mut rich = words(self.either("Matches without a section: ", "تطابقات بلا قسم مستقل: "));
        rich.extend(number(grouped(count as u64)));
        rich.extend(words(self.either(
            ". They are in the table above, and in case.json in full.",
            ". وهي مذكورة في الجدول أعلاه وكاملة في الملف case.json.",
        )));
        rich
    }

    pub(crate) fn relation(&self, relation: &str) -> &'static str {
        match relation {
            "part" => self.either("one shows a part of the other", "أحدهما يُظهر جزءًا من الآخر"),
            "altered" => self.either(
                "the same, a region covered or replaced",
                "المحتوى نفسه مع تغطية منطقة أو استبدالها",
            ),
            "segment" => self.either("the same stretch of time", "المدة الزمنية نفسها"),
            "still" => self.either("one is a frame of the other", "أحدهما لقطة من الآخر"),
            _ => self.either("the same whole picture", "الصورة نفسها كاملةً"),
        }
    }

    pub(crate) fn state(&self, state: &str) -> &'static str {
        match state {
            "confirmed" => self.either("confirmed", "مؤكَّد"),
            "rejected" => self.either("rejected: no tie", "مرفوض: ليس صلة"),
            "harmless" => self.either("known as harmless: no tie", "معروف بأنه غير ضار: ليس صلة"),
            "held" => self.either(
                "held back until somebody looks: no tie yet",
                "موقوف إلى أن يراجعه أحد: ليس صلة بعد",
            ),
            _ => self.either("not reviewed", "لم يُراجَع"),
        }
    }

    /// What a match says, in a sentence.
    pub(crate) fn verdict(&self, found: &Match, place: usize) -> Rich {
        let mut rich = words(self.either("File ", "الملف "));
        rich.extend(number(place));
        rich.extend(words(
            self.either(" of this case and a file of case ", " من هذه القضية وملف من القضية "),
        ));
        rich.extend(name(&found.other_case));
        rich.extend(words(format!(": {}.", self.relation(&found.relation))));
        rich
    }

    pub(crate) fn match_facts(&self, found: &Match) -> Vec<Fact> {
        let mut list = vec![
            (self.either("File of this case", "ملف هذه القضية"), code(found.item)),
            (self.either("File of the other", "ملف القضية الأخرى"), code(found.other.sha256)),
            (
                self.either("The other came in", "ورد الآخر في"),
                self.time(found.other_reported_at_ms),
            ),
            (self.either("Found", "اكتُشف في"), self.time(found.found_at_ms)),
            (self.either("Compared by", "وسيلة المقارنة"), words(self.space(&found.via))),
            (self.either("Evidence", "الدليل"), self.evidence(found)),
            (self.either("False alarms, at most", "الإنذارات الكاذبة على الأكثر"), self.rate(found)),
            (self.either("Measured on", "قيست على"), self.measured(found)),
        ];
        list.extend(self.lie(found));
        let opinion = found.second_opinion.map(|second| {
            let agrees = if second.agrees {
                self.either("agrees", "يوافق")
            } else {
                self.either("does not agree", "لا يوافق")
            };
            let mut rich = words(format!("{agrees} · "));
            rich.extend(number(second.distance));
            rich.extend(words(self.either(" bits differ", " بت مختلفة")));
            (self.either("Independent hash", "بصمة مستقلة"), rich)
        });
        list.extend(opinion);
        list.extend(found.decisions.iter().map(|decision| self.decision(decision)));
        list
    }

    fn decision(&self, decision: &crate::content::Decision) -> Fact {
        let mut rich = words(format!("{} · ", self.state(&decision.verdict)));
        rich.extend(self.time(decision.decided_at_ms));
        if let Some(actor) = &decision.actor {
            rich.extend(words(" · "));
            rich.extend(name(actor));
        }
        rich.extend(words(": "));
        rich.extend(name(&decision.reason));
        (self.either("Reviewer", "المراجع"), rich)
    }

    fn evidence(&self, found: &Match) -> Rich {
        if found.event.is_none() {
            let text = "the very same file, byte for byte (SHA-256)";
            return words(self.either(text, "الملف نفسه بايتًا ببايت (SHA-256)"));
        }
        let mut rich = Rich::new();
        if let Some(inliers) = found.inliers {
            let what = match found.time {
                Some(_) => self.either("moments that agree: ", "لحظات متوافقة: "),
                None => self.either("landmarks that agree: ", "نقاط مميزة متوافقة: "),
            };
            rich.extend(words(what));
            rich.extend(number(inliers));
            rich.extend(words(self.either("; ", "؛ ")));
        }
        rich.extend(number(found.distance));
        rich.extend(words(self.either(" of ", " من ")));
        rich.extend(number(256));
        let median = found.inliers.is_some();
        rich.extend(words(match median {
            true => self.either(" bits differ (median)", " بت مختلفة (الوسيط)"),
            false => self.either(" bits differ", " بت مختلفة"),
        }));
        rich
    }

    /// A rate is a share of comparisons, so there is a whole number of them for one alarm.
    pub(crate) fn rate(&self, found: &Match) -> Rich {
        let rate = found.false_alarm_rate;
        if found.false_alarm_pairs == 0 || rate >= 1.0 {
            return words(self.either("not measured", "لم تُقَس"));
        }
        let one_in = grouped((1.0 / rate.clamp(1e-15, 1.0)).floor() as u64);
        let mut rich = words(self.either("one in ", "إنذار واحد في كل "));
        rich.extend(number(one_in));
        rich
    }

    fn measured(&self, found: &Match) -> Rich {
        let mut rich = number(grouped(found.false_alarm_pairs));
        rich.extend(words(self.either(" pairs of unrelated files", " زوج من ملفات لا علاقة بينها")));
        rich
    }

    /// How one lies in the other.
    fn lie(&self, found: &Match) -> Vec<Fact> {
        let mut list = Vec::new();
        if let Some(region) = &found.region {
            let mut rich = number(format!("×\u{a0}{:.2}", region.scale));
            rich.extend(self.turn(region.turn_deg));
            if region.mirrored {
                rich.extend(words(self.either(", mirrored", "، معكوسة كالمرآة")));
            }
            list.push((self.either("The older in the newer", "الأقدم داخل الأحدث"), rich));
        }
        let segments = found.time.iter().flat_map(|time| &time.segments);
        list.extend(segments.take(SEGMENTS_WRITTEN).map(|segment| self.segment(segment)));
        list
    }

    fn turn(&self, turn_deg: f64) -> Rich {
        let way = match turn_deg {
            turn if turn >= 0.05 => self.either(" clockwise", " باتجاه عقارب الساعة"),
            turn if turn <= -0.05 => self.either(" anticlockwise", " عكس اتجاه عقارب الساعة"),
            _ => return Rich::new(),
        };
        let mut rich = words(self.either(", turned ", "، مُدوَّرة "));
        rich.extend(number(format!("{:.1}°", turn_deg.abs())));
        rich.extend(words(way));
        rich
    }

    fn segment(&self, segment: &crate::content::Segment) -> Fact {
        let span = |span: Option<[u64; 2]>| match span {
            Some([from, to]) => number(format!("{}–{}", clock(from), clock(to))),
            None => words(self.either("the still", "الصورة الثابتة")),
        };
        let mut rich = span(segment.newer_ms);
        rich.extend(words(self.either(" of the newer is ", " من الأحدث هي ")));
        rich.extend(span(segment.older_ms));
        rich.extend(words(self.either(" of the older", " من الأقدم")));
        (self.either("Stretch of time", "مدة زمنية"), rich)
    }

    pub(crate) fn of_this_case(&self) -> &'static str {
        self.either("File of this case", "ملف هذه القضية")
    }

    pub(crate) fn of_the_other(&self) -> &'static str {
        self.either("File of the other case", "ملف القضية الأخرى")
    }

    pub(crate) fn outline(&self) -> &'static str {
        self.either(" (outline)", " (إطاره فقط)")
    }

    pub(crate) fn drawn_regions(&self) -> &'static str {
        self.either(
            "The outlines of both pictures; blue is what they have in common, red what was covered or replaced",
            "إطارا الصورتين؛ الأزرق ما هو مشترك بينهما، والأحمر ما غُطّي أو استُبدل",
        )
    }

    pub(crate) fn drawn_times(&self) -> &'static str {
        self.either(
            "The lengths of both; blue is the stretch of time that they have in common",
            "مدة كل منهما؛ الأزرق هو المدة الزمنية المشتركة",
        )
    }

    pub(crate) fn methods(&self) -> &'static str {
        self.either("How a match is found, and how sure it is", "كيف يُكتشف التطابق ومدى موثوقيته")
    }

    pub(crate) fn method_texts(&self, content: &Content) -> Vec<&'static str> {
        let has = |via: &str| content.matches.iter().any(|found| found.via == via);
        let mut texts = vec![self.either(
            "Every file is written as codes of 256 bits that describe what it shows or says. Files \
             are compared by their codes: two codes that differ in few bits describe the same.",
            "يُكتب كل ملف على شكل رموز من 256 بت تصف ما يُظهره أو ما يُسمع فيه، وتُقارن الملفات برموزها: \
             فالرمزان اللذان لا يختلفان إلا في بتات قليلة يصفان الشيء نفسه.",
        )];
        let ways = [
            ("pdq", self.either(
                "Whole pictures and frames of clips are compared by the published perceptual hash PDQ, \
                 in eight orientations.",
                "تُقارن الصور الكاملة ولقطات المقاطع بالبصمة الإدراكية المنشورة PDQ في ثمانية اتجاهات.",
            )),
            ("landmark", self.either(
                "Parts of pictures are compared by landmarks: codes of the surroundings of corners, \
                 which must lie in both pictures in the same arrangement. The evidence is how many do.",
                "تُقارن أجزاء الصور بنقاط مميزة: رموز لما يحيط بالزوايا، ويجب أن يكون ترتيبها واحدًا في \
                 الصورتين، والدليل هو عدد النقاط المتوافقة.",
            )),
            ("voice", self.either(
                "Recordings of speech are compared by codes of how the sound rises and falls, which must \
                 follow each other at the same times in both.",
                "تُقارن تسجيلات الكلام برموز لارتفاع الصوت وانخفاضه، ويجب أن تتوالى في الأوقات نفسها في \
                 التسجيلين.",
            )),
        ];
        texts.extend(ways.into_iter().filter(|(via, _)| has(via)).map(|(_, text)| text));
        texts.push(self.either(
            "Each match says how often unrelated files come as near by chance: in at most one of so \
             many comparisons. That was measured on pairs of unrelated files, whose number stands beside \
             it; where none of them came as near, the rate is the upper bound at 95 % confidence.",
            "يذكر كل تطابق كم مرة تقترب ملفات لا علاقة بينها إلى هذا الحد بالمصادفة: مرة واحدة على الأكثر \
             في العدد المذكور من المقارنات. وقد قيس ذلك على أزواج من ملفات لا علاقة بينها، وعددها مذكور \
             بجانبه؛ وإذا لم يقترب أي زوج منها إلى هذا الحد فالنسبة هي الحد الأعلى بثقة 95 %.",
        ));
        texts
    }

    pub(crate) fn space(&self, space: &str) -> &'static str {
        match space {
            "landmark" => self.either("landmarks of pictures", "نقاط مميزة في الصور"),
            "voice" => self.either("voice", "الصوت"),
            _ => self.either("whole pictures and frames (PDQ)", "الصور واللقطات الكاملة (PDQ)"),
        }
    }

    pub(crate) fn threshold_columns(&self) -> [(&'static str, f32); 2] {
        [(self.either("Threshold", "الحد الفاصل"), 0.7), (self.either("Value", "القيمة"), 0.3)]
    }

    pub(crate) fn chain(&self) -> &'static str {
        self.either("The chain of events", "سلسلة الأحداث")
    }

    pub(crate) fn chain_texts(&self) -> [&'static str; 2] {
        [
            self.either(
                "Everything that happens in the unit's ledger is an event, and each event carries the \
                 digest of the one before: none can be changed, dropped or moved without all later ones \
                 changing. The events of this case are in events.json, with a proof that they lie in the \
                 chain, whose end the unit has signed.",
                "كل ما يجري في سجل الوحدة هو حدث، ويحمل كل حدث بصمة الحدث الذي قبله: فلا يمكن تغيير حدث \
                 أو حذفه أو نقله دون أن تتغير كل الأحداث التي بعده. أحداث هذه القضية موجودة في الملف \
                 events.json مع برهان على وجودها في السلسلة التي وقّعت الوحدة على نهايتها.",
            ),
            self.either(
                "The records of these events are shown with what binds them to the event, except those \
                 of files where they would need their codes. Codes are personal data: they are left out \
                 unless the court asked for them.",
                "تُعرض سجلات هذه الأحداث مع ما يربطها بها، إلا سجلات الملفات التي يحتاج إثباتها إلى رموزها؛ \
                 فالرموز بيانات شخصية لا تُدرج ما لم تطلبها المحكمة.",
            ),
        ]
    }

    pub(crate) fn event_columns(&self) -> [(&'static str, f32); 4] {
        [
            (self.either("What happened", "ما حدث"), 0.46),
            (self.either("How often", "عدد المرات"), 0.18),
            (self.either("First event", "أول حدث"), 0.18),
            (self.either("Last event", "آخر حدث"), 0.18),
        ]
    }

    pub(crate) fn event(&self, kind: &str) -> &'static str {
        match kind {
            "ledger_created" => self.either("the ledger was made", "أُنشئ السجل"),
            "case_opened" => self.either("a case was opened", "فُتحت قضية"),
            "case_described" => {
                self.either("facts of the case were recorded", "سُجّلت بيانات القضية")
            }
            "handle_added" => self.either("a handle was recorded", "سُجّل مصدر تهديد"),
            "report_opened" => self.either("a report was begun", "بدأ بلاغ"),
            "report_received" => self.either("when a report was received", "وقت استلام بلاغ"),
            "report_closed" => self.either("a report was ended", "أُغلق بلاغ"),
            "item_added" => self.either("a file was seen for the first time", "سُجّل ملف لأول مرة"),
            "item_reported" => self.either("a file came to a case", "أُدرج ملف في قضية"),
            "file_refused" => self.either("a file could not be read", "تعذّرت قراءة ملف"),
            "match_found" => self.either("a match was found", "اكتُشف تطابق"),
            "link_decided" => self.either("a match was reviewed", "رُوجع تطابق"),
            "packet_made" => self.either("a packet was made", "أُنشئت حزمة أدلة"),
            _ => self.either("other", "غير ذلك"),
        }
    }

    pub(crate) fn chain_facts(&self, manifest: &Manifest) -> Vec<Fact> {
        vec![
            (
                self.either("Events in the chain", "عدد أحداث السلسلة"),
                number(grouped(manifest.tree.size)),
            ),
            (self.either("Root over all of them", "جذر السلسلة كلها"), code(manifest.tree.root)),
            (self.either("Name of the ledger", "معرّف السجل"), code(manifest.ledger)),
        ]
    }

    pub(crate) fn packet(&self) -> &'static str {
        self.either("This packet, and how it is checked", "هذه الحزمة وكيفية التحقق منها")
    }

    pub(crate) fn packet_text(&self) -> &'static str {
        self.either(
            "This report is one file of a signed archive. Whoever has the archive and the unit's public \
             key checks it on any machine with: athar packet verify FILE --key KEY. The key below is \
             the one that signed; take the key to compare with from the unit itself, not from here.",
            "هذا التقرير ملف ضمن أرشيف موقَّع. يمكن لمن لديه الأرشيف والمفتاح العام للوحدة أن يتحقق منه على \
             أي جهاز بالأمر المذكور أدناه. المفتاح المذكور أدناه هو الذي وُقّع به؛ فخذ المفتاح الذي تقارن \
             به من الوحدة نفسها لا من هذا التقرير.",
        )
    }

    pub(crate) fn entry_columns(&self) -> [(&'static str, f32); 3] {
        [
            (self.either("File of the archive", "ملف الأرشيف"), 0.25),
            (self.either("Bytes", "بايت"), 0.15),
            ("SHA-256", 0.6),
        ]
    }

    pub(crate) fn packet_facts(&self, made: &Made, key: &Digest) -> Vec<Fact> {
        let mut list = vec![
            (self.either("Made", "أُنشئت في"), self.time(made.made_at_ms)),
            (self.either("Event", "رقم الحدث"), number(made.event)),
        ];
        let texts = [
            (self.either("By", "أنشأها"), &made.actor),
            (self.either("For", "الغرض"), &made.purpose),
        ];
        list.extend(
            texts.into_iter().filter_map(|(label, text)| Some((label, name(text.clone()?)))),
        );
        list.push((self.either("Public key", "المفتاح العام"), code(key)));
        list.push((
            self.either("Command", "الأمر"),
            vec![Span::Code("athar packet verify FILE --key KEY".into())],
        ));
        list
    }

    pub(crate) fn limits(&self) -> &'static str {
        self.either("What this report does not say", "ما لا يقوله هذا التقرير")
    }

    pub(crate) fn limit_texts(&self) -> [&'static str; 3] {
        [
            self.either(
                "A match says that two files show or say the same, not who sent them. It is a lead, and \
                 no verdict on a person.",
                "التطابق يعني أن الملفين يُظهران الشيء نفسه أو يُسمع فيهما الشيء نفسه، ولا يدل على من \
                 أرسلهما؛ فهو خيط للتحقيق لا حكم على شخص.",
            ),
            self.either(
                "That nothing is told of a file does not say that it is unknown elsewhere: only the \
                 ledger of this unit was asked.",
                "عدم ذكر تطابق لملف لا يعني أنه غير معروف في مكان آخر، فلم يُسأل إلا سجل هذه الوحدة.",
            ),
            self.either(
                "Times are those of the unit's own clock. The chain shows their order; no other \
                 authority has stamped them.",
                "الأوقات هي أوقات ساعة الوحدة نفسها، والسلسلة تثبت ترتيبها، ولم تختمها جهة أخرى.",
            ),
        ]
    }

    pub(crate) fn made_by(&self) -> &'static str {
        self.either("Made by", "أُنشئ بواسطة")
    }
}

/// Stretches of time that are written out.
const SEGMENTS_WRITTEN: usize = 6;
