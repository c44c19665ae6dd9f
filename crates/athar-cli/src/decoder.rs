//! The program started as its own sealed decoder: `athar worker`, which no person types.

use crate::lang::say;
use anyhow::{Context, Result};
use athar_engine::Decoding;
use athar_engine::worker::{self, CLIP, Purpose, WorkerProgram, Workers};
use std::env;
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// The first argument of a worker; one that has a clip is given another.
const WORKER: &str = "worker";

/// What says where libraries and libheif's codecs lie on systems that keep them elsewhere.
const LIBRARY_PLACES: [&str; 3] = ["LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "LIBHEIF_PLUGIN_PATH"];

/// This process's file, even where a newer one has taken its name since.
const THIS_PROGRAM: &str = "/proc/self/exe";

/// What this process was started to decode, if it was started as a worker.
pub(crate) fn purpose() -> Option<Purpose> {
    let mut arguments = env::args_os().skip(1);
    arguments.next().filter(|first| first == WORKER)?;
    match (arguments.next(), arguments.next()) {
        (None, _) => Some(Purpose::Files),
        (Some(second), None) if second == CLIP => Some(Purpose::Clip),
        _ => None,
    }
}

/// Decodes for another process until that has no more questions. Nothing else was done before.
pub(crate) fn run(purpose: Purpose) -> ExitCode {
    if io::stdin().is_terminal() || io::stdout().is_terminal() {
        crate::lang::choice::from_environment();
        crate::output::message(&say!("worker-is-no-command"));
        return crate::exit::Exit::Trouble.into();
    }
    let served = match purpose {
        Purpose::Files => worker::serve(io::stdin(), io::stdout()),
        #[cfg(unix)]
        Purpose::Clip => {
            worker::serve_clip(io::stdin(), io::stdout(), worker::Descriptor(io::stderr()))
        }
        #[cfg(windows)]
        Purpose::Clip => {
            use std::os::windows::io::AsHandle;
            let Ok(clip) = io::stderr().as_handle().try_clone_to_owned() else {
                return crate::exit::Exit::Trouble.into();
            };
            worker::serve_clip(io::stdin(), io::stdout(), std::fs::File::from(clip))
        }
    };
    match served {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => crate::exit::Exit::Trouble.into(),
    }
}

/// Files are decoded by this same program, sealed.
pub(crate) fn sealed() -> Result<Decoding> {
    Ok(Decoding::Sealed(workers()?))
}

pub(crate) fn workers() -> Result<Workers> {
    let program = WorkerProgram {
        path: this_program().with_context(|| say!("program-not-found"))?,
        arguments: vec![WORKER.into()],
        environment: LIBRARY_PLACES
            .iter()
            .filter_map(|name| Some((name.into(), env::var_os(name)?)))
            .collect(),
    };
    Ok(Workers::new(program)?)
}

fn this_program() -> io::Result<PathBuf> {
    let this = Path::new(THIS_PROGRAM);
    if cfg!(target_os = "linux") && this.exists() { Ok(this.into()) } else { env::current_exe() }
}
