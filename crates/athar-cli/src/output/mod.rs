//! Answers on standard output, messages on standard error.

pub(crate) mod alert_text;
pub(crate) mod graph;
pub(crate) mod held_text;
pub(crate) mod list_text;
pub(crate) mod log_text;
pub(crate) mod network_graph;
pub(crate) mod network_text;
pub(crate) mod progress;
mod provenance;
pub(crate) mod retain_text;
pub(crate) mod text;
mod times;

use crate::lang;
use serde::Serialize;
use std::io::{self, Write};
use std::path::Path;

/// Writes a line to standard error. Nothing can be done when that fails.
pub(crate) fn message(line: &str) {
    let _ = writeln!(io::stderr(), "{}", lang::set(&format!("athar: {line}")));
}

/// Standard output that stays silent once its reader has gone, as `head` does: work that was
/// asked for is still done to its end.
pub(crate) struct Answers {
    out: anstream::AutoStream<io::Stdout>,
    gone: bool,
}

impl Answers {
    pub(crate) fn new() -> Self {
        Self { out: anstream::stdout(), gone: false }
    }

    /// Writes what people read, and a line break.
    pub(crate) fn tell(&mut self, text: &str) -> io::Result<()> {
        self.line(&lang::set(text))
    }

    /// Writes what programs read, which is the same in every language, and a line break.
    pub(crate) fn line(&mut self, text: &str) -> io::Result<()> {
        if self.gone {
            return Ok(());
        }
        match writeln!(self.out, "{text}").and_then(|()| self.out.flush()) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                self.gone = true;
                Ok(())
            }
            other => other,
        }
    }

    /// Writes one JSON object as a line.
    pub(crate) fn json(&mut self, value: &impl Serialize) -> io::Result<()> {
        self.line(&serde_json::to_string(value)?)
    }
}

/// The closing line of `add` and `check`.
#[derive(Serialize)]
pub(crate) struct Summary<'a, T> {
    pub summary: &'a T,
}

/// A path as people may read it: control characters, which could play tricks on a terminal, are
/// escaped.
pub(crate) fn shown(path: &Path) -> String {
    let mut text = String::new();
    for c in path.to_string_lossy().chars() {
        match c.is_control() || is_bidi_control(c) {
            true => text.extend(c.escape_default()),
            false => text.push(c),
        }
    }
    text
}

/// The same among words, or before them.
pub(crate) fn shown_name(path: &Path) -> String {
    lang::name(&shown(path))
}

/// Marks that change the order in which the rest of a line is read.
fn is_bidi_control(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_cannot_write_on_the_terminal() {
        assert_eq!(shown(Path::new("a\x1b[2Jb\n.jpg")), "a\\u{1b}[2Jb\\n.jpg");
        assert_eq!(shown(Path::new("x\u{202e}gpj.exe")), "x\\u{202e}gpj.exe");
        assert_eq!(shown(Path::new("صورة.jpg")), "صورة.jpg");
    }
}
