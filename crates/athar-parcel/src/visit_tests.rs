//! Parcels of every kind, in each other, and everything that may be wrong with them.

use crate::samples::{self, Member, attached, mail_of, multipart, picture, tar, zip, zip_of};
use crate::{
    Foreign, HEAD_BYTES, Kind, Limits, Moment, Part, Summary, Trouble, Zone, recognise, visit,
};
use std::io::Cursor;
use std::ops::ControlFlow;

/// What came of one part.
struct Got {
    shown: String,
    sender: Option<String>,
    time: Option<(i64, Zone, Moment)>,
    content: Result<Vec<u8>, Trouble>,
}

fn walk(parcel: &[u8], limits: &Limits) -> (Vec<Got>, Result<Summary, Trouble>) {
    let kind = recognise(&parcel[..parcel.len().min(HEAD_BYTES)]).expect("a parcel");
    let mut got = Vec::new();
    let mut take = |part: Part<'_>| {
        let mut bytes = Vec::new();
        let content = match part.content {
            Ok(reader) => match reader.read_to_end(&mut bytes) {
                Ok(_) => Ok(bytes),
                Err(error) => Err(Trouble::of(&error)),
            },
            Err(trouble) => Err(trouble),
        };
        let time = part.provenance.time.map(|time| (time.ms, time.zone, time.moment));
        let shown = part.provenance.shown();
        got.push(Got { shown, sender: part.provenance.sender, time, content });
        ControlFlow::Continue(())
    };
    let done = visit(&mut Cursor::new(parcel), kind, limits, &mut take);
    (got, done)
}

fn all(parcel: &[u8]) -> Vec<Got> {
    let (got, done) = walk(parcel, &Limits::default());
    done.unwrap();
    got
}

fn shown(got: &[Got]) -> Vec<&str> {
    got.iter().map(|got| got.shown.as_str()).collect()
}

fn troubles(got: &[Got]) -> Vec<Option<Trouble>> {
    got.iter().map(|got| got.content.as_ref().err().copied()).collect()
}

const LINA: &str = "Lina <lina@example.org>";

#[test]
fn a_mail_gives_what_is_attached_to_it() {
    let got = all(&samples::mail());
    assert_eq!(shown(&got), ["one.jpg", "two.jpg"]);
    for (n, got) in (1..).zip(&got) {
        assert_eq!(got.content.as_ref().unwrap(), &picture(n));
        assert_eq!(got.sender.as_deref(), Some(LINA));
        assert_eq!(got.time, Some((1_680_687_001_000, Zone::Told, Moment::Sent)));
    }
}

#[test]
fn a_mailbox_gives_what_is_attached_to_its_mails() {
    let got = all(&samples::mbox());
    assert_eq!(shown(&got), ["#2 ▸ one.jpg", "#2 ▸ two.jpg"]);
    assert_eq!(got[1].content.as_ref().unwrap(), &picture(2));
}

#[test]
fn archives_give_their_members() {
    let members = [("a/one.jpg", &picture(1)[..]), ("a/", b""), ("صورة.jpg", &picture(2))];
    let names = ["a/one.jpg", "صورة.jpg"];
    let got = all(&zip(&members));
    assert_eq!(shown(&got), names);
    assert_eq!(got[1].content.as_ref().unwrap(), &picture(2));
    assert_eq!(got[0].time, Some((1_680_696_000_000, Zone::Unknown, Moment::Changed)));
    let members = [members[0], members[2]];
    let got = all(&tar(&members));
    assert_eq!(shown(&got), names);
    assert_eq!(got[0].content.as_ref().unwrap(), &picture(1));
    assert_eq!(got[0].time, Some((1_680_687_001_000, Zone::Told, Moment::Changed)));
    assert_eq!(shown(&all(&samples::gzip(&tar(&members)))), ["#1 ▸ a/one.jpg", "#1 ▸ صورة.jpg"]);
    let got = all(&samples::gzip(&picture(3)));
    assert_eq!((shown(&got), got[0].content.as_ref().unwrap()), (vec!["#1"], &picture(3)));
}

#[test]
fn what_stands_behind_a_tar_is_not_passed_over_in_silence() {
    let one = tar(&[("a", b"a")]);
    let (got, done) = walk(&[&one[..], &tar(&[("b", b"b")])].concat(), &Limits::default());
    assert_eq!((shown(&got), done), (vec!["a"], Err(Trouble::Malformed)));
    assert!(walk(&[&one[..], &[0; 9000]].concat(), &Limits::default()).1.is_ok());
}

#[test]
fn archives_in_archives_are_held_within_one_limit() {
    let noise: Vec<u8> =
        (0..3000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let mut parcel = zip(&[("bottom.jpg", &noise)]);
    for _ in 0..3 {
        parcel = zip(&[("x.zip", &parcel)]);
    }
    let limit_bytes = parcel.len() as u64 * 2;
    let (got, _) = walk(&parcel, &Limits { spool_bytes: limit_bytes, ..Limits::default() });
    assert_eq!(troubles(&got), [Some(Trouble::SpoolTooLarge { limit_bytes })]);
    assert_eq!(troubles(&all(&parcel)), [None]);
}

#[test]
fn long_names_in_a_tar_are_whole() {
    let name = format!("{}/one.jpg", "directory".repeat(20));
    assert_eq!(shown(&all(&tar(&[(&name, b"x")]))), [name.as_str()]);
}

#[test]
fn a_chat_in_an_archive_tells_who_sent_the_files_beside_it() {
    let name = "IMG-20230405-WA0001.jpg";
    for chat in [samples::CHAT_IOS, samples::CHAT_ANDROID, samples::CHAT_ARABIC] {
        for folder in ["", "export/"] {
            let names = [format!("{folder}{name}"), format!("{folder}_chat.txt"), "x.txt".into()];
            let members = [
                (&*names[0], &picture(1)[..]),
                (&*names[1], chat.as_bytes()),
                (&*names[2], b"note"),
            ];
            let got = all(&zip(&members));
            assert_eq!(shown(&got), [&names[0], &names[2]]);
            assert_eq!(got[0].sender.as_deref(), Some("Lina"));
            let (ms, zone, moment) = got[0].time.unwrap();
            assert_eq!((ms / 60_000, zone, moment), (28_011_630, Zone::Unknown, Moment::Sent));
            assert_eq!(got[1].sender, None);
        }
    }
    let photo = "photos/photo_1@05-04-2023_12-30-01.jpg";
    let names = [format!("ChatExport/{photo}"), "ChatExport/result.json".into()];
    let members = [(&*names[0], &picture(1)[..]), (&*names[1], samples::TELEGRAM.as_bytes())];
    let got = all(&zip(&members));
    assert_eq!(shown(&got), [&names[0]]);
    assert_eq!(got[0].sender.as_deref(), Some("Lina <user42>"));
    assert_eq!(got[0].time, Some((1_680_687_001_000, Zone::Told, Moment::Sent)));
}

#[test]
fn parcels_lie_in_each_other() {
    let inner = zip(&[("deep.jpg", &picture(7)), ("note.eml", &samples::mail())]);
    let packed = samples::gzip(&tar(&[("inner.zip", &inner)]));
    let forwarded = format!(
        "Content-Type: message/rfc822\r\n\r\n{}",
        String::from_utf8(mail_of(&multipart("b1", &[attached("all.tgz", &packed)]))).unwrap()
    );
    let got = all(&mail_of(&multipart("b1x", &[forwarded, attached("last.jpg", &picture(8))])));
    assert_eq!(
        shown(&got),
        [
            "#1 ▸ all.tgz ▸ #1 ▸ inner.zip ▸ deep.jpg",
            "#1 ▸ all.tgz ▸ #1 ▸ inner.zip ▸ note.eml ▸ one.jpg",
            "#1 ▸ all.tgz ▸ #1 ▸ inner.zip ▸ note.eml ▸ two.jpg",
            "last.jpg"
        ]
    );
    assert_eq!(got[0].content.as_ref().unwrap(), &picture(7));
    // It was sent by mail, whenever the file was changed.
    assert_eq!(got[0].sender.as_deref(), Some(LINA));
    assert_eq!(got[0].time, Some((1_680_687_001_000, Zone::Told, Moment::Sent)));
}

#[test]
fn what_is_encrypted_is_told_one_by_one() {
    let content = picture(1);
    let locked = Member { flags: 1, ..Member::new("locked.jpg", &content) };
    let got = all(&zip_of(&[locked.clone(), Member::new("open.jpg", &content), locked]));
    assert_eq!(troubles(&got), [Some(Trouble::Encrypted), None, Some(Trouble::Encrypted)]);
    let sealed = "Content-Type: multipart/encrypted; boundary=x\r\n\r\n--x--\r\n".to_owned();
    let enveloped = attached("smime.p7m", b"x")
        .replace("octet-stream", "pkcs7-mime; smime-type=enveloped-data");
    let got = all(&mail_of(&multipart("b", &[sealed, enveloped])));
    assert_eq!(troubles(&got), [Some(Trouble::Encrypted); 2]);
}

#[test]
fn what_is_not_opened_is_told() {
    let seven = b"7z\xBC\xAF\x27\x1C\0\x04".to_vec();
    let got = all(&zip(&[("a.7z", &seven), ("b.rar", b"Rar!\x1A\x07\x01\0"), ("c.jpg", b"c")]));
    let foreign = |foreign| Some(Trouble::Foreign(foreign));
    assert_eq!(troubles(&got), [foreign(Foreign::SevenZip), foreign(Foreign::Rar), None]);
    let (got, done) = walk(&seven, &Limits::default());
    assert_eq!((got.len(), done), (0, Err(Trouble::Foreign(Foreign::SevenZip))));
    let content = picture(1);
    let packed = Member { method: 14, ..Member::new("a.jpg", &content) };
    assert_eq!(troubles(&all(&zip_of(&[packed]))), [Some(Trouble::Packing)]);
    let uuencoded = attached("a.jpg", b"x").replace("Encoding: base64", "Encoding: x-uuencode");
    assert_eq!(troubles(&all(&mail_of(&uuencoded))), [Some(Trouble::Packing)]);
}

#[test]
fn wrong_bytes_are_told() {
    let content = picture(1);
    for method in [0, 8] {
        let wrong = Member { crc: Some(1), method, ..Member::new("a.jpg", &content) };
        let got = all(&zip_of(&[wrong, Member::new("b.jpg", &content)]));
        assert_eq!(troubles(&got), [Some(Trouble::Checksum), None]);
    }
    let mut packed = samples::gzip(&vec![9; 100_000]);
    let sum = packed.len() - 8;
    packed[sum] ^= 1;
    assert_eq!(troubles(&all(&packed)), [Some(Trouble::Malformed)]);
}

#[test]
fn members_that_share_bytes_are_not_unpacked() {
    let content = picture(1);
    let first = Member::new("a.jpg", &content);
    let again = Member { offset: Some(0), ..Member::new("b.jpg", &content) };
    let got = all(&zip_of(&[first, again, Member::new("c.jpg", &content)]));
    assert_eq!(troubles(&got), [Some(Trouble::Overlapping), Some(Trouble::Overlapping), None]);
}

#[test]
fn a_bomb_ends_where_it_shows() {
    let limits = Limits { ratio_free_bytes: 1 << 16, ..Limits::default() };
    let bomb = Some(Trouble::Bomb { ratio: limits.ratio });
    let zeros = vec![0; 4 << 20];
    let (got, _) = walk(&zip(&[("bomb", &zeros), ("a.jpg", &picture(1))]), &limits);
    assert_eq!(troubles(&got), [bomb, None]);
    let (got, _) = walk(&samples::gzip(&zeros), &limits);
    assert_eq!(troubles(&got), [bomb]);
    // One inside another: what comes out of the inner one is measured by what it takes itself.
    let (got, done) = walk(&samples::gzip(&samples::gzip(&zeros)), &limits);
    assert_eq!((troubles(&got), done.is_ok()), (vec![bomb], true));
}

#[test]
fn each_limit_is_told_by_its_own_name() {
    let small = Limits { part_bytes: 100, total_bytes: 2000, parts: 3, ..Limits::default() };
    let two = zip(&[("a.jpg", &picture(1)), ("b.jpg", b"b")]);
    let (got, _) = walk(&two, &small);
    assert_eq!(troubles(&got), [Some(Trouble::PartTooLarge { limit_bytes: 100 }), None]);
    let many = zip(&[("a", b""), ("b", b""), ("c", b""), ("d", b"")]);
    assert_eq!(walk(&many, &small).1, Err(Trouble::TooManyParts { limit: 3 }));
    let small = Limits { total_bytes: 500, ..Limits::default() };
    let (got, done) =
        walk(&tar(&[("a", &picture(1)), ("b", &picture(2)), ("c", &picture(3))]), &small);
    assert_eq!((got.len(), done), (2, Err(Trouble::AllTooLarge { limit_bytes: 500 })));
    let small = Limits { spool_bytes: 100, ..Limits::default() };
    let (got, _) = walk(&tar(&[("a.zip", &two)]), &small);
    assert_eq!(troubles(&got), [Some(Trouble::SpoolTooLarge { limit_bytes: 100 })]);
    let long = mail_of(&format!("X-Long: {}\r\n\r\n", "x".repeat(300 << 10)));
    let limit_bytes = Limits::default().header_bytes;
    assert_eq!(walk(&long, &Limits::default()).1, Err(Trouble::HeaderTooLong { limit_bytes }));
}

#[test]
fn nesting_ends_at_its_limit() {
    let mut parcel = zip(&[("bottom.jpg", &picture(1))]);
    for _ in 0..8 {
        parcel = zip(&[("x.zip", &parcel), ("side.jpg", b"side")]);
    }
    let got = all(&parcel);
    let limit = Limits::default().depth;
    assert_eq!(got[0].shown, ["x.zip"; 6].join(" ▸ "));
    assert_eq!(got[0].content, Err(Trouble::TooDeep { limit }));
    assert_eq!(got.iter().filter(|got| got.shown.ends_with("side.jpg")).count(), limit);
    // Multiparts in multiparts, of which each is the same text again.
    let mut body = "Content-Type: image/jpeg\r\n\r\nx".to_owned();
    for n in 0..40 {
        body = multipart(&format!("b{n}"), &[body]);
    }
    assert_eq!(troubles(&all(&mail_of(&body))), [Some(Trouble::TooDeep { limit: 16 })]);
}

#[test]
fn a_boundary_that_is_its_own_child_ends() {
    let inner = multipart("same", &[attached("a.jpg", b"a")]);
    let got = walk(&mail_of(&multipart("same", &[inner])), &Limits::default()).0;
    assert!(got.len() <= 2);
}

#[test]
fn an_unclosed_part_takes_none_of_the_others_along() {
    let inner = multipart("inner", &[attached("a.jpg", &picture(1))])
        .replace("--inner--\r\nepilogue\r\n", "");
    let mail = mail_of(&multipart("outer", &[inner, attached("b.jpg", &picture(2))]));
    let (got, done) = walk(&mail, &Limits::default());
    assert_eq!(shown(&got), ["a.jpg", "b.jpg"]);
    assert_eq!(got[1].content.as_ref().unwrap(), &picture(2));
    assert_eq!(done, Err(Trouble::Truncated));
}

#[test]
fn whoever_wants_no_more_gets_no_more() {
    let mut count = 0;
    let mut take = |_: Part<'_>| {
        count += 1;
        ControlFlow::Break(())
    };
    let summary =
        visit(&mut Cursor::new(samples::mbox()), Kind::Mbox, &Limits::default(), &mut take);
    assert!(summary.unwrap().is_stopped);
    assert_eq!(count, 1);
}

#[test]
fn a_parcel_cut_anywhere_says_so() {
    let members = [("a.jpg", &picture(1)[..]), ("b.jpg", &picture(2))];
    // A mail may be cut within what stands after its last part; one empty block is a tar's end.
    let parcels = [
        (samples::mail(), 12),
        (tar(&members), 512),
        (samples::gzip(&tar(&members)), 0),
        (zip(&members), 0),
    ];
    for (parcel, lenient) in parcels {
        let whole = all(&parcel).len();
        for length in HEAD_BYTES.min(600).min(parcel.len() / 2)..parcel.len() {
            let cut = &parcel[..length];
            if recognise(&cut[..length.min(HEAD_BYTES)]).is_none() {
                continue;
            }
            let (got, done) = walk(cut, &Limits::default());
            let is_told = done.is_err() || got.iter().any(|got| got.content.is_err());
            let is_all = got.len() == whole && length + lenient >= parcel.len();
            assert!(is_told || is_all, "{length} of {}", parcel.len());
        }
    }
}

#[test]
fn every_byte_changed_ends_without_a_panic() {
    let members = [("a.jpg", &picture(1)[..]), ("_chat.txt", samples::CHAT_ARABIC.as_bytes())];
    let parcels =
        [samples::mail(), samples::mbox(), tar(&members), zip(&members), samples::gzip(b"abc")];
    for parcel in parcels {
        for at in 0..parcel.len() {
            let mut changed = parcel.clone();
            changed[at] ^= [1, 0x80, 0xFF][at % 3];
            crate::fuzzing::read(&changed);
        }
    }
}

/// Numbers that look like chance and are the same each time.
struct Chance(u64);

impl Chance {
    fn below(&mut self, most: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % most as u64) as usize
    }
}

#[test]
fn parcels_that_are_cut_and_mixed_end_without_a_panic() {
    let members = [("a.jpg", &picture(1)[..]), ("result.json", samples::TELEGRAM.as_bytes())];
    let inner = zip(&members);
    let parcels = [
        mail_of(&multipart("b1", &[attached("a.zip", &inner), attached("b.jpg", b"b")])),
        samples::mbox(),
        tar(&[("a.zip", &inner), ("m.eml", &samples::mail())]),
        zip(&[("a.eml", &samples::mail()), ("b.zip", &inner)]),
        samples::CHAT_IOS.as_bytes().to_vec(),
        samples::TELEGRAM.as_bytes().to_vec(),
    ];
    let mut chance = Chance(0x9E37_79B9_7F4A_7C15);
    for _ in 0..4000 {
        let mut mixed = parcels[chance.below(parcels.len())].clone();
        for _ in 0..=chance.below(4) {
            let other = &parcels[chance.below(parcels.len())];
            let from = chance.below(other.len());
            let piece = &other[from..(from + 1 + chance.below(300)).min(other.len())];
            let at = chance.below(mixed.len());
            let until = (at + chance.below(300)).min(mixed.len());
            mixed.splice(at..until, piece.iter().copied());
            let at = chance.below(mixed.len());
            mixed[at] ^= 1 << chance.below(8);
        }
        crate::fuzzing::read(&mixed);
    }
}

#[test]
fn nothing_of_a_part_is_shown_by_debug() {
    let mut take = |part: Part<'_>| {
        let shown = format!("{part:?} {:?}", part.provenance);
        assert!(!shown.contains("Lina") && !shown.contains("jpg"), "{shown}");
        ControlFlow::Continue(())
    };
    visit(&mut Cursor::new(samples::mail()), Kind::Mail, &Limits::default(), &mut take).unwrap();
}
