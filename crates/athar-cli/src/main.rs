//! The command `athar`.

use std::process::ExitCode;

fn main() -> ExitCode {
    athar_cli::main()
}
