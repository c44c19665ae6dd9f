//! The command line of Athar: what was typed, turned into a question to the engine, and its
//! answer turned into text for people or JSON for programs. No verdict is made here.
//!
//! Standard output carries answers and nothing else; progress and messages go to standard error.

mod args;
mod commands;
mod decoder;
mod exit;
mod interrupt;
mod output;
mod page;

use clap::Parser;
use std::panic;
use std::process::ExitCode;

/// Runs the command that the process was started with.
pub fn main() -> ExitCode {
    silence_decoders();
    if let Some(purpose) = decoder::purpose() {
        return decoder::run(purpose);
    }
    let args = args::Args::parse();
    match commands::run(args) {
        Ok(exit) => exit.into(),
        Err(error) => {
            output::message(&format!("error: {error:#}"));
            exit::Exit::Trouble.into()
        }
    }
}

/// A panic inside a decoder is caught and becomes that file's error line: the hook, which would
/// print it before, stays silent. It could also print what the file holds.
fn silence_decoders() {
    let print = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        if !athar_engine::is_decoding() {
            print(info);
        }
    }));
}
