//! How far work has come, on a terminal; nothing in a pipe.

use crate::lang::say;
use athar_words::figure;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// A bar on standard error, which is hidden when that is no terminal.
pub(crate) struct Progress {
    bar: ProgressBar,
    files: usize,
    done: usize,
}

impl Progress {
    /// Hidden until it is known how much there is to do.
    pub(crate) fn new() -> Self {
        Self { bar: ProgressBar::hidden(), files: 0, done: 0 }
    }

    /// Bytes are what takes time, so the bar and the time left follow them.
    pub(crate) fn plan(&mut self, files: usize, bytes: u64) {
        self.files = files;
        self.bar.set_length(bytes);
        if let Ok(style) = ProgressStyle::with_template(&template()) {
            self.bar.set_style(style.progress_chars("━╸─"));
        }
        self.show();
        self.bar.set_draw_target(ProgressDrawTarget::stderr_with_hz(8));
    }

    /// What lies in a parcel was not counted before.
    pub(crate) fn advance(&mut self, bytes: u64) {
        self.done += 1;
        self.bar.inc(bytes);
        self.bar.set_length(self.bar.length().unwrap_or(0).max(self.bar.position()));
        self.show();
    }

    /// A graph of what looks alike is made, in which nothing else moves; a person at a terminal
    /// sees how far it is.
    pub(crate) fn liken(&self, codes: usize, of: usize) {
        if codes < of {
            self.bar.set_message(say!("progress-graph", codes = codes, of = of));
        } else {
            self.show();
        }
    }

    /// Writes to the terminal without the bar in between.
    pub(crate) fn suspended<T>(&self, write: impl FnOnce() -> T) -> T {
        self.bar.suspend(write)
    }

    fn show(&self) {
        let message = match self.done > self.files {
            true => say!("progress-files", n = self.done),
            false => say!("progress-files-of", n = self.done, of = self.files),
        };
        self.bar.set_message(message);
    }
}

/// What the bar is followed by; the library's own figures stand in it as braces.
fn template() -> String {
    let part = |name: &str| figure(format!("{{{name}}}"));
    let left = say!(
        "progress-left",
        bytes = part("bytes"),
        total = part("total_bytes"),
        speed = part("bytes_per_sec"),
        time = part("eta")
    );
    format!("{{bar:28.cyan/dim}} {{msg}} · {left}")
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
