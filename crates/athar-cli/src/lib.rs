//! The command line of Athar: what was typed, turned into a question to the engine, and its
//! answer turned into text for people or JSON for programs. No verdict is made here.
//!
//! Standard output carries answers and nothing else; progress and messages go to standard error.

mod args;
mod commands;
mod decoder;
mod exit;
mod interrupt;
mod lang;
mod output;
mod page;

use athar_words::text;
use lang::say;
use std::panic;
use std::process::ExitCode;

/// Runs the command that the process was started with.
pub fn main() -> ExitCode {
    silence_decoders();
    if let Some(purpose) = decoder::purpose() {
        return decoder::run(purpose);
    }
    let args = match lang::usage::parse() {
        Ok(args) => args,
        Err(ended) => return ended,
    };
    match commands::run(args) {
        Ok(exit) => exit.into(),
        Err(error) => {
            let error = text(lang::errors::told(&error));
            output::message(&say!("error", error = error));
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
