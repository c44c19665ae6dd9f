//! The command `athar`, built by the test package so that its tests know where it is.

use std::process::ExitCode;

fn main() -> ExitCode {
    athar_cli::main()
}
