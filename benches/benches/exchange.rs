//! How fast lists of a million entries are read, of each format. The bar is a million lines of
//! PDQ in well under two seconds on one core.
//!
//! Each list is made in memory, written by our own writer, and read three times; the quickest
//! counts. There is no peer in the same process: others read these formats in Python or Java.

#![expect(clippy::print_stdout, reason = "a benchmark's rows")]

use athar_benches::{Measured, Rounds};
use athar_exchange::delta::{DeltaWriter, Header, Sequence, SigningKey, verify};
use athar_exchange::{
    Entries, Entry, Format, Options, PlainWriter, Provenance, Signal, StopNciiWriter, Tlp,
    TxWriter, VicsVersion, VicsWriter, open, write_ncmec,
};
use athar_kernel::Code;
use std::hint::black_box;
use std::io::Cursor;
use std::time::{Duration, Instant};

const ENTRIES: u64 = 1_000_000;
const ROUNDS: usize = 3;

fn main() {
    let plain = entries(&Provenance::default());
    let named = Provenance { owner: "42".into(), id: "7f3a".into(), ..Provenance::default() };
    report(Format::Plain, &write_plain(&plain));
    report(Format::Tx, &write_tx(&plain));
    report(Format::Vics, &write_vics(&plain));
    report(Format::StopNcii, &write_stopncii(&plain));
    let page = write_ncmec(Vec::new(), &entries(&named), None).expect("sayable");
    report(Format::Ncmec, &page);
    report(Format::Delta, &write_delta(&plain));
    report(Format::Plain, &b"no code at all\n".repeat(ENTRIES as usize));
}

fn entries(provenance: &Provenance) -> Vec<Entry> {
    let code = |seed: u64| {
        let mix = |lane: u64| (seed * 4 + lane).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(23);
        Code::from_words([mix(0), mix(1), mix(2), mix(3)])
    };
    let entry =
        |seed| Entry { provenance: provenance.clone(), ..Entry::new(Signal::Pdq(code(seed))) };
    (0..ENTRIES).map(entry).collect()
}

fn report(format: Format, bytes: &[u8]) {
    let rounds: Vec<_> = (0..ROUNDS).map(|_| read(format, bytes)).collect();
    let times: Rounds =
        rounds.iter().map(|&(seconds, ..)| Duration::from_secs_f64(seconds)).collect();
    let [median, fastest, slowest] = times.spread();
    let (seconds, (_, found, problems)) = (fastest.as_secs_f64(), rounds[0]);
    let what = if problems > 0 { "lines that are none" } else { "a list" };
    let who = format!("athar {}", format.name());
    let measured =
        Measured { group: "reading lists", case: what, who: &who, per_run: Some(ENTRIES) };
    measured.record([median, fastest, slowest]).expect("rows can be written");
    let mib = bytes.len() as f64 / f64::from(1 << 20);
    println!(
        "{:10} {seconds:6.3} s  {mib:6.0} MiB  {:6.0} MiB/s  {found} entries, {problems} problems",
        format.name(),
        mib / seconds,
    );
}

/// Seconds, entries, problems.
fn read(format: Format, bytes: &[u8]) -> (f64, u64, u64) {
    let began = Instant::now();
    let mut entries: Entries<'_> = if format == Format::Delta {
        let delta = verify(Cursor::new(bytes), &[key().verifying_key()]).expect("signed");
        delta.entries(Options::default()).expect("readable")
    } else {
        open(bytes, Some(format), Options::default()).expect("this format")
    };
    entries.by_ref().for_each(|entry| drop(black_box(entry.expect("well-formed"))));
    let seconds = began.elapsed().as_secs_f64();
    (seconds, entries.summary().entries, entries.summary().problems)
}

fn write_plain(entries: &[Entry]) -> Vec<u8> {
    let mut writer = PlainWriter::new(Vec::new());
    entries.iter().for_each(|entry| writer.write(entry).expect("sayable"));
    writer.finish().expect("memory")
}

fn write_tx(entries: &[Entry]) -> Vec<u8> {
    let mut writer = TxWriter::new(Vec::new()).expect("memory");
    entries.iter().for_each(|entry| writer.write(entry).expect("sayable"));
    writer.finish().expect("memory")
}

fn write_vics(entries: &[Entry]) -> Vec<u8> {
    let mut writer = VicsWriter::new(Vec::new(), VicsVersion::V2_0).expect("memory");
    entries.iter().for_each(|entry| writer.write(entry).expect("sayable"));
    writer.finish().expect("memory")
}

fn write_stopncii(entries: &[Entry]) -> Vec<u8> {
    let mut writer = StopNciiWriter::new(Vec::new()).expect("memory");
    entries.iter().for_each(|entry| writer.write(entry).expect("sayable"));
    writer.finish().expect("memory")
}

fn write_delta(entries: &[Entry]) -> Vec<u8> {
    let sequence = Sequence::new(1, ENTRIES).expect("not empty");
    let header = Header { marking: Tlp::Amber, list: [0; 16], sequence, made_s: 0 };
    let mut writer = DeltaWriter::new(Vec::new(), &header, key()).expect("memory");
    entries.iter().for_each(|entry| writer.write(entry).expect("sayable"));
    writer.finish().expect("memory")
}

fn key() -> SigningKey {
    SigningKey::from_bytes(&[7; 32])
}
