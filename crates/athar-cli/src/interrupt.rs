//! Ctrl-C: once to finish what was begun, twice to leave at once.

use athar_engine::Interrupt;

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
        crate::output::message("stopping: what was begun is finished; Ctrl-C again leaves at once");
    };
    if ctrlc::set_handler(handler).is_err() {
        crate::output::message("note: Ctrl-C will end the program at once");
    }
    interrupt
}
