//! The ledger's bars, at 100,000 cases with a million items and three million matches, and a flood:
//! ten thousand cases that all hold the same picture.
//!
//! | what | the bar |
//! |---|---|
//! | `networks`, all that is done before it prints | 2 s |
//! | `verify`, chain, rows and index | 100,000 events a second |
//! | `add` of an unknown picture, beyond hashing it | 20 ms |
//! | `check` of one | none of its own |
//! | `withdraw` of a case, until its answer | 1 s |
//! | `packet` of a case of 500 items | 10 s |
//!
//! The million items have whole frames and no landmarks: those are measured by the benchmark
//! `check` in a store of 100,000 pictures. The ledgers take some minutes and 4 GB to make;
//! `ATHAR_LEDGER_DIR` names a directory that keeps them, `ATHAR_LEDGER_CASES` another number of
//! cases. Each run takes back a few of the cases for good.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a benchmark talks to the person who called it"
)]

mod asked;
mod made;

use anyhow::{Context, Result, ensure};
use asked::Pictures;
use athar_benches::{Measured, Rounds, in_directory, is_command};
use athar_engine::{
    Fonts, Language, NetworksQuestion, PacketOptions, Store, VerifyOptions, WithdrawOptions,
    WithdrawTarget,
};
use std::env;
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

const ROUNDS: usize = 5;
const PICTURES: usize = 30;
const VERIFY_EVENTS_PER_S: f64 = 1e5;

fn main() -> ExitCode {
    if is_command() {
        return athar_cli::main();
    }
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("ledger: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    let cases = env::var("ATHAR_LEDGER_CASES").map_or(Ok(made::CASES), |cases| cases.parse())?;
    in_directory("ATHAR_LEDGER_DIR", |dir| measure(dir, cases))
}

fn measure(dir: &Path, cases: usize) -> Result<()> {
    eprintln!("ledger: the stores are made or opened");
    let (many, flood) = (made::many(dir, cases)?, made::flood(dir)?);
    let (empty, pictures) = (made::empty(dir)?, Pictures::drawn(&dir.join("pictures"), PICTURES)?);
    let group = format!("{cases} cases");
    networks(&group, &many)?;
    networks("a flood of 10000 cases", &flood)?;
    let empty_group = "an empty store";
    for (group, place) in [(empty_group, &empty), (&*group, &many)] {
        for (what, times) in asked::add(place, &pictures)? {
            tell(group, what, &times, asked::bar(what))?;
        }
        for (what, times) in asked::check(place, &pictures)? {
            tell(group, what, &times, None)?;
        }
    }
    withdraw(&group, &many)?;
    packet(&group, &many)?;
    verify(&group, &many)
}

/// Prints what something took beside its bar, and records it.
fn tell(group: &str, what: &str, times: &Rounds, bar: Option<Duration>) -> Result<()> {
    let [median, fastest, slowest] = times.spread();
    let verdict = bar.map_or(String::new(), |bar| {
        let verdict = if median <= bar { "met" } else { "MISSED" };
        format!("; {bar:?} are demanded: {verdict}")
    });
    println!("{group}: {what}: {median:.2?} ({fastest:.2?} to {slowest:.2?}){verdict}");
    let who = format!("athar {what}");
    Measured { group, case: what, who: &who, per_run: None }.record(times.spread())?;
    Ok(())
}

fn networks(group: &str, place: &Path) -> Result<()> {
    let round = |_| {
        let begun = Instant::now();
        let store = Store::open_read_only(place)?;
        let networks = store.networks(&NetworksQuestion::default())?;
        let took = begun.elapsed();
        drop(networks);
        Ok(took)
    };
    let times = (0..ROUNDS).map(round).collect::<Result<Rounds>>()?;
    tell(group, "networks", &times, Some(Duration::from_secs(2)))
}

/// Cases with ten items each, until the answer says that they are gone.
fn withdraw(group: &str, place: &Path) -> Result<()> {
    let mut store = Store::open(place)?;
    let cases = store.cases()?;
    let some: Vec<_> = cases.iter().filter(|case| case.case.starts_with("C-")).collect();
    let some = some.iter().step_by(some.len() / ROUNDS - 1).take(ROUNDS);
    let mut round = |name: &str| {
        let options = WithdrawOptions {
            target: WithdrawTarget::Case(name.to_owned()),
            reason: "asked for".into(),
            reference: None,
            actor: None,
        };
        let begun = Instant::now();
        store.withdraw(&options, &mut asked::Told::default())?;
        Ok(begun.elapsed())
    };
    let times = some.map(|case| round(&case.case)).collect::<Result<Rounds>>()?;
    tell(group, "withdraw", &times, Some(Duration::from_secs(1)))
}

/// Packets of a case with very much in it, in either language.
fn packet(group: &str, place: &Path) -> Result<()> {
    let case = made::court(place)?;
    let mut store = Store::open(place)?;
    if store.public_key()?.is_none() {
        store.make_key()?;
    }
    let fonts = Fonts::find(&["/usr/share/fonts".into()]);
    let key = store.public_key()?.context("it was made")?;
    for (language, what) in
        [(Language::English, "packet, English"), (Language::Arabic, "packet, Arabic")]
    {
        let options = PacketOptions {
            case: case.into(),
            language,
            purpose: None,
            actor: None,
            with_codes: false,
            is_sextortion: false,
        };
        let begun = Instant::now();
        let packet = store.packet(&options, &fonts)?;
        let (made, begun) = (begun.elapsed(), Instant::now());
        let told = athar_engine::check_packet(&packet, &key)?;
        let checked = begun.elapsed();
        println!(
            "packet: {} items, {} matches, {} of {} events, {} bytes",
            told.items,
            told.matches,
            told.events,
            told.chain,
            packet.len()
        );
        tell(group, what, &Rounds::from_iter([made]), Some(Duration::from_secs(10)))?;
        tell(group, "packet verify", &Rounds::from_iter([checked]), None)?;
    }
    Ok(())
}

fn verify(group: &str, place: &Path) -> Result<()> {
    let mut store = Store::open(place)?;
    let begun = Instant::now();
    let summary = store.verify(&VerifyOptions::default(), &mut asked::Told::default())?;
    let took = begun.elapsed();
    ensure!(summary.sound, "the store does not fit its chain");
    let per_s = summary.events as f64 / took.as_secs_f64();
    let verdict = if per_s >= VERIFY_EVENTS_PER_S { "met" } else { "MISSED" };
    println!(
        "{group}: verify: {} events in {took:.2?}, {per_s:.0} a second; {VERIFY_EVENTS_PER_S:.0} \
         are demanded: {verdict}",
        summary.events
    );
    let per_run = Some(summary.events);
    Measured { group, case: "verify", who: "athar verify", per_run }.record([took; 3])?;
    Ok(())
}
