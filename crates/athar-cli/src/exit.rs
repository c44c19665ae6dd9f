//! What the process leaves behind for the script that called it.

use std::process::ExitCode;

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Done; for `check`: something matched.
    Success,
    /// `check` found nothing; `verify` found a fault.
    Nothing,
    /// A usage or store error: the command did not do its work.
    Trouble,
    /// The work was done, but some input could not be read.
    Unread,
    /// Somebody pressed Ctrl-C.
    Interrupted,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Success => 0,
            Exit::Nothing => 1,
            Exit::Trouble => 2,
            Exit::Unread => 3,
            Exit::Interrupted => 130,
        })
    }
}
