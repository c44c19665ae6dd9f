//! What is going on, on standard error.

use indicatif::{ProgressBar, ProgressStyle};
use std::time::Duration;

/// One line that changes where standard error is a terminal, and notes that stay.
pub struct Progress {
    line: ProgressBar,
}

impl Progress {
    pub fn new() -> Self {
        let line = ProgressBar::new_spinner();
        if let Ok(style) = ProgressStyle::with_template("{spinner} {msg}, {elapsed}") {
            line.set_style(style);
        }
        line.enable_steady_tick(Duration::from_millis(200));
        Self { line }
    }

    /// What is done from now on.
    pub fn now(&self, what: &str) {
        self.line.set_message(what.to_owned());
        self.line.reset_elapsed();
    }

    /// Something that is worth a line of its own.
    pub fn note(&self, what: &str) {
        self.aside(|| eprintln!("{what}"));
    }

    /// Prints without the changing line in its way.
    pub fn aside(&self, print: impl FnOnce()) {
        self.line.suspend(print);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.line.finish_and_clear();
    }
}
