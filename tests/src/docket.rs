//! Forty cases that three units received over half a year, with what each brought: twenty of them
//! hang together in six networks, and twenty have nothing to do with anybody, though some come near
//! it. Every file is made by formula or is one of the fixtures.

use crate::command::clip_fixture;
use crate::edits::EDITS;
use crate::parcels::{self, Member};
use crate::pictures::{detailed, jpeg, scene};
use crate::pieces;
use image::DynamicImage;
use std::fs;

/// A case as its unit opened it.
pub struct Case {
    /// Its opaque name, which begins with that of its unit.
    pub name: &'static str,
    /// The day on which it was received.
    pub received: &'static str,
    /// How the complaint came in.
    pub channel: &'static str,
    /// How urgent it is, and why.
    pub urgency: (&'static str, &'static str),
    /// What the threat came from, as it was typed.
    pub handles: &'static [&'static str],
    /// The files.
    pub brings: &'static [Matter],
}

/// What somebody hands in.
#[derive(Clone, Copy)]
pub enum Matter {
    /// A picture like none of another number, as it was taken.
    Photo(u64),
    /// That picture after a messenger had it: half as large, and encoded again.
    Sent(u64),
    /// A quarter of that picture.
    Crop(u64),
    /// A telephone's screen with that picture in a chat.
    Screenshot(u64),
    /// A picture without corners to speak of.
    Plain(u64),
    /// A clip, a voice note or a frame among the fixtures.
    Fixture(&'static str),
    /// A mail from [`SENDER`] with these files.
    Mail(&'static [Self]),
    /// A chat that WhatsApp exported, with the files in it.
    Chat(&'static [Self]),
}

/// Who sends every [`Matter::Mail`]: a victim's own address, which is no handle.
pub const SENDER: &str = "P-31 <p31@example.org>";

/// A city's hotline (HTL), another city's cyber unit (CYB), and a platform (PLT).
const UNITS: [(&str, &str); 3] =
    [("HTL", "hotline of Basra"), ("CYB", "cyber unit of Mosul"), ("PLT", "platform desk")];

/// Two wallets of which no case says that they are one; the first is of public fame.
const TRON: &str = "wallet=TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t";
const ETHER: &str = "wallet=0x52908400098527886E0F7030069857D2E4169EE7";

/// All of them, network by network, then those that stand alone.
pub const DOCKET: [Case; 40] = [
    // Two gangs, or one: three cases each, and between them nothing but a voice note.
    case("HTL-01", "2025-01-07", "hotline", &["telephone=0770 123 4567"], &[Matter::Photo(1)])
        .urgent("immediate", "a deadline of two days"),
    case("CYB-01", "2025-02-11", "walk-in", &["telegram=@Gift_House"], &[Matter::Crop(1)]),
    case(
        "HTL-02",
        "2025-02-19",
        "hotline",
        &["telephone=+964 (0)770-123-4567", "account=https://t.me/gift_house"],
        &[Matter::Fixture("note-one.opus")],
    ),
    case(
        "PLT-01",
        "2025-03-02",
        "platform",
        &[TRON],
        &[Matter::Fixture("note-one.amr"), Matter::Plain(2)],
    ),
    case(
        "CYB-02",
        "2025-03-15",
        "email",
        &["wallet=tron:TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t"],
        &[Matter::Fixture("film-b.mp4")],
    ),
    case("HTL-03", "2025-04-21", "app", &[], &[Matter::Fixture("b-upright.mp4"), Matter::Plain(2)]),
    // One account, as four people typed it.
    case("HTL-04", "2025-01-12", "hotline", &["instagram=@Layla.Gifts"], &[Matter::Plain(10)]),
    case(
        "CYB-03",
        "2025-01-30",
        "walk-in",
        &["account=https://www.instagram.com/layla.gifts/?hl=ar"],
        &[Matter::Plain(11)],
    ),
    case("PLT-02", "2025-03-28", "platform", &["account=instagram:layla.gifts"], &[]),
    case("HTL-05", "2025-05-09", "hotline", &["ig=LAYLA.GIFTS"], &[Matter::Plain(13)]),
    // What a chat and a mail brought.
    case(
        "HTL-06",
        "2025-02-02",
        "app",
        &[],
        &[Matter::Chat(&[Matter::Photo(3), Matter::Fixture("note-two.opus")])],
    ),
    case("CYB-04", "2025-03-09", "email", &[], &[Matter::Mail(&[Matter::Sent(3)])])
        .urgent("high", "the complainant is alone"),
    case("PLT-03", "2025-04-01", "platform", &[], &[Matter::Fixture("note-two-cut.m4a")]),
    // A clip, a piece of it in a mirror, and a still of another moment.
    case("CYB-05", "2025-01-19", "partner", &[], &[Matter::Fixture("film-a.mp4")]),
    case("PLT-04", "2025-02-24", "platform", &[], &[Matter::Fixture("a-frame.jpg")]),
    case("HTL-07", "2025-06-03", "hotline", &[], &[Matter::Fixture("a-cut-mirrored.mkv")]),
    // A picture, and a screen that shows it.
    case("CYB-06", "2025-02-27", "walk-in", &[], &[Matter::Photo(4)]),
    case("PLT-05", "2025-05-30", "platform", &[], &[Matter::Screenshot(4)]),
    // Hers is the picture of which a piece was uploaded; she will take it back.
    case("HTL-08", "2025-03-11", "hotline", &[], &[Matter::Photo(5), Matter::Plain(6)])
        .urgent("high", "the sender knows her school"),
    case("PLT-06", "2025-03-14", "platform", &[], &[Matter::Crop(5)]),
    // An old case that a later report will reach.
    case("HTL-09", "2025-01-03", "walk-in", &["telephone=unknown"], &[Matter::Photo(7)]),
    // Nobody's, though a digit, a dot, a platform or a screen's frame is like another's.
    case("HTL-10", "2025-01-22", "hotline", &["telephone=unknown"], &[Matter::Plain(20)]),
    case("HTL-11", "2025-02-05", "hotline", &["telephone=0770 123 4568"], &[Matter::Plain(21)]),
    case("HTL-12", "2025-02-14", "app", &["instagram=layla_gifts"], &[Matter::Plain(22)]),
    case("HTL-13", "2025-03-19", "hotline", &["telegram=layla.gifts"], &[Matter::Plain(23)]),
    case("HTL-14", "2025-04-08", "hotline", &[], &[Matter::Screenshot(30)]),
    case("HTL-15", "2025-04-30", "app", &[], &[Matter::Fixture("film-c.mp4")]),
    case("HTL-16", "2025-06-12", "walk-in", &["other=he said his name was Ali"], &[]),
    case("CYB-07", "2025-01-15", "walk-in", &[ETHER], &[Matter::Plain(24)]),
    case(
        "CYB-08",
        "2025-02-08",
        "email",
        &["wallet=0x52908400098527886E0F7030069857D2E4169EE8"],
        &[Matter::Plain(25)],
    ),
    case("CYB-09", "2025-03-04", "email", &[], &[Matter::Mail(&[Matter::Photo(31)])]),
    case("CYB-10", "2025-03-23", "email", &[], &[Matter::Mail(&[Matter::Plain(26)])]),
    case("CYB-11", "2025-04-12", "partner", &[], &[Matter::Fixture("film-d.mp4")]),
    case("CYB-12", "2025-05-02", "walk-in", &["other=he said his name was Ali"], &[]),
    case("CYB-13", "2025-05-20", "email", &["payment=QI-771-209-33"], &[Matter::Photo(32)]),
    case("CYB-14", "2025-06-18", "walk-in", &["payment=QI-771-209-34"], &[Matter::Crop(33)]),
    case("PLT-07", "2025-02-17", "platform", &["x=gift_house"], &[Matter::Plain(27)]),
    case("PLT-08", "2025-04-17", "platform", &[], &[Matter::Fixture("tone.opus")]),
    case("PLT-09", "2025-05-12", "platform", &[], &[Matter::Screenshot(34)]),
    case("PLT-10", "2025-06-25", "platform", &[], &[Matter::Photo(35), Matter::Plain(28)]),
];

const fn case(
    name: &'static str,
    received: &'static str,
    channel: &'static str,
    handles: &'static [&'static str],
    brings: &'static [Matter],
) -> Case {
    Case { name, received, channel, urgency: ("normal", ""), handles, brings }
}

impl Case {
    const fn urgent(mut self, urgency: &'static str, reason: &'static str) -> Self {
        self.urgency = (urgency, reason);
        self
    }

    /// What the unit calls itself.
    pub fn unit(&self) -> &'static str {
        let unit = UNITS.iter().find(|(short, _)| self.name.starts_with(short));
        unit.expect("every case has a unit").1
    }

    /// What is typed to open it.
    pub fn opening(&self) -> Vec<&'static str> {
        let (urgency, reason) = self.urgency;
        let facts = [
            ["--unit", self.unit()],
            ["--channel", self.channel],
            ["--received", self.received],
            ["--urgency", urgency],
            ["--urgency-reason", reason],
        ];
        let handles = self.handles.iter().flat_map(|handle| ["--handle", handle]);
        ["case", "open", self.name]
            .into_iter()
            .chain(facts.into_iter().flatten())
            .chain(handles)
            .collect()
    }
}

impl Matter {
    /// The name under which it is handed in.
    pub fn name(&self) -> String {
        match self {
            Self::Photo(number) => format!("photo-{number}.jpg"),
            Self::Sent(number) => format!("sent-{number}.jpg"),
            Self::Crop(number) => format!("crop-{number}.jpg"),
            Self::Screenshot(number) => format!("screen-{number}.jpg"),
            Self::Plain(number) => format!("plain-{number}.jpg"),
            Self::Fixture(name) => (*name).into(),
            Self::Mail(_) => "letter.eml".into(),
            Self::Chat(_) => "WhatsApp Chat.zip".into(),
        }
    }

    /// The file's content, the same every time.
    pub fn bytes(&self) -> Vec<u8> {
        let photo = |number| detailed(number, 800, 600);
        match *self {
            Self::Photo(number) => jpeg(&photo(number).into(), 90),
            Self::Sent(number) => sent(&photo(number).into()),
            Self::Crop(number) => jpeg(&pieces::crop(&photo(number)).picture.into(), 85),
            Self::Screenshot(number) => {
                jpeg(&pieces::screenshot(&photo(number), 0.6, number).picture.into(), 85)
            }
            Self::Plain(number) => jpeg(&scene(number, 320, 240).into(), 90),
            Self::Fixture(name) => fs::read(clip_fixture(name)).expect("the fixture is there"),
            Self::Mail(files) => parcels::mail(SENDER, &members(files)),
            Self::Chat(files) => parcels::whatsapp("P-31", &members(files)),
        }
    }
}

fn sent(photo: &DynamicImage) -> Vec<u8> {
    let edit = EDITS.iter().find(|edit| edit.name == "half_size");
    edit.expect("there is such an edit").to_jpeg(photo)
}

fn members(files: &[Matter]) -> Vec<Member> {
    files.iter().map(|file| Member::new(&file.name(), &file.bytes())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn forty_cases_have_forty_names_and_three_units() {
        let names: BTreeSet<_> = DOCKET.iter().map(|case| case.name).collect();
        let units: BTreeSet<_> = DOCKET.iter().map(Case::unit).collect();
        assert_eq!((names.len(), units.len()), (40, 3));
    }
}
