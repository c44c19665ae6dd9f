//! Ctrl-C: once to finish what was begun, twice to leave at once.

use crate::lang::say;
use athar_engine::Interrupt;
use athar_words::text;

/// An interrupt that Ctrl-C (or SIGTERM) sets. A second signal ends the process; the ledger
/// bears that at any moment.
pub(crate) fn on_ctrl_c() -> Interrupt {
    let interrupt = Interrupt::new();
    let seen = interrupt.clone();
    let handler = move || {
        if seen.is_set() {
            std::process::exit(130);
        }
        seen.set();
        crate::output::message(&say!("stopping"));
    };
    if ctrlc::set_handler(handler).is_err() {
        crate::output::message(&say!("note", note = text(say!("ctrl-c-ends"))));
    }
    interrupt
}
