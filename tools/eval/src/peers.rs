//! OpenCV's ORB and SIFT on the same edited files: `benches/peers/opencv_landmarks.py`, in a
//! Python of its own (`ATHAR_PEER_PYTHON`, or `python3`).
//!
//! A peer has no index here: it is handed the stored pictures that the edited one shows and a few
//! that it does not, and aligns it with each. That spares it the search, in which it could fail.

use anyhow::{Context, Result, bail, ensure};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// The peers that run in Python.
pub const OPENCV: [&str; 2] = ["orb", "sift"];

/// What a peer is asked: an edited file and the stored files to hold it against.
#[derive(Debug, Clone, Serialize)]
pub struct Question<'a> {
    /// The edited file.
    pub query: &'a Path,
    /// Stored files.
    pub stored: Vec<&'a Path>,
}

/// What one peer found.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Found {
    /// Landmarks that agree with each stored picture, in the order of the question.
    pub inliers: Vec<u32>,
    /// Milliseconds for the landmarks of the edited file.
    pub landmarks_ms: f64,
    /// Milliseconds for one stored picture, in the mean.
    pub pair_ms: f64,
}

/// A Python that answers.
pub struct Python {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    /// What it says it is.
    pub version: String,
}

impl Python {
    /// Starts the script; `None` with the reason when there is no OpenCV.
    pub fn start(names: &[String]) -> Result<Self> {
        let program = std::env::var_os("ATHAR_PEER_PYTHON").unwrap_or_else(|| "python3".into());
        let script =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("../../benches/peers/opencv_landmarks.py");
        let mut command = Command::new(&program);
        command
            .arg(script)
            .args(names)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut child = command
            .spawn()
            .with_context(|| format!("cannot start {}", program.to_string_lossy()))?;
        let input = child.stdin.take().context("a pipe to Python")?;
        let mut output = BufReader::new(child.stdout.take().context("a pipe from Python")?);
        let mut version = String::new();
        output.read_line(&mut version)?;
        if version.trim().is_empty() {
            // It has ended by itself: what it would say is said here.
            let _ = child.wait();
            bail!(
                "no OpenCV: set ATHAR_PEER_PYTHON to a python that imports cv2 (opencv-python-headless)"
            );
        }
        Ok(Self { child, input, output, version: version.trim().to_owned() })
    }

    /// Asks one question; each peer's answer by its name.
    pub fn ask(&mut self, question: &Question<'_>) -> Result<BTreeMap<String, Found>> {
        writeln!(self.input, "{}", serde_json::to_string(question)?)?;
        self.input.flush()?;
        let mut line = String::new();
        self.output.read_line(&mut line)?;
        ensure!(!line.is_empty(), "the peers' Python ended");
        let found: BTreeMap<String, Found> =
            serde_json::from_str(&line).with_context(|| line.clone())?;
        let whole = found.values().all(|found| found.inliers.len() == question.stored.len());
        ensure!(whole, "a peer answered for another number of pictures than was asked");
        Ok(found)
    }
}

impl Drop for Python {
    fn drop(&mut self) {
        // It only reads and answers: nothing is lost, and a child that is gone already is as well.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
