//! Foreign libraries that are loaded when something needs them.
//!
//! FFmpeg and libheif bring more than a hundred libraries with them, and loading those takes longer
//! than most commands do. So they are not linked: a process that decodes a clip loads FFmpeg, one
//! that reads pictures loads libheif, and the process that holds the store loads neither. Where one
//! is not installed, its formats are told as not read, and everything else works.
//!
//! The headers' declarations stay in charge: a function is called by the type that it is declared
//! with, and only its address is looked up.

#![expect(unsafe_code, reason = "functions of foreign libraries by their names")]

use libloading::Library as Loaded;
use std::ffi::{CStr, c_void};
use std::ptr::null_mut;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicPtr, Ordering};

/// A library, or some that belong together.
pub(crate) struct Library {
    files: fn() -> Vec<String>,
    loaded: OnceLock<Option<Vec<Loaded>>>,
}

impl Library {
    /// `files` gives the names under which the system keeps it.
    pub const fn new(files: fn() -> Vec<String>) -> Self {
        Self { files, loaded: OnceLock::new() }
    }

    /// Loads it, unless that was done. False where it cannot be had.
    pub fn is_there(&self) -> bool {
        self.loaded().is_some()
    }

    fn loaded(&self) -> Option<&[Loaded]> {
        // SAFETY: these are libraries of the system, whose first and last lines run with no
        // condition that would have to hold; the linker would have loaded them in the same way.
        let load = |file: String| unsafe { Loaded::new(file) }.ok();
        let all = || (self.files)().into_iter().map(load).collect();
        self.loaded.get_or_init(all).as_deref()
    }

    fn find(&self, name: &CStr) -> Option<*mut c_void> {
        let address = |library: &Loaded| {
            // SAFETY: only the address is taken.
            let found = unsafe { library.get::<*mut c_void>(name.to_bytes_with_nul()) };
            found.ok().map(|symbol| *symbol)
        };
        self.loaded()?.iter().find_map(address).filter(|address| !address.is_null())
    }
}

/// The name of a library's file of this major version.
pub(crate) fn file(name: &str, major: u32) -> String {
    if cfg!(windows) {
        format!("{name}-{major}.dll")
    } else if cfg!(target_vendor = "apple") {
        format!("lib{name}.{major}.dylib")
    } else {
        format!("lib{name}.so.{major}")
    }
}

/// A function of a library, looked up when it is first called.
pub(crate) struct Function {
    library: &'static Library,
    name: &'static CStr,
    address: AtomicPtr<c_void>,
}

impl Function {
    pub const fn new(library: &'static Library, name: &'static CStr) -> Self {
        Self { library, name, address: AtomicPtr::new(null_mut()) }
    }

    /// A pointer to it, of the type of what was `declared`, which is not there: to name the function
    /// itself would be to link it.
    ///
    /// # Safety
    ///
    /// The type is that of a pointer to the function as the library's headers declare it.
    ///
    /// # Panics
    ///
    /// When the library is not there, which whoever calls it has made sure of before, or lacks the
    /// function.
    #[inline]
    pub unsafe fn pointer<P: Copy>(&self, declared: Option<P>) -> P {
        const { assert!(size_of::<P>() == size_of::<*mut c_void>()) };
        debug_assert!(declared.is_none());
        let mut address = self.address.load(Ordering::Relaxed);
        if address.is_null() {
            address = self.looked_up();
        }
        // SAFETY: both are pointers of one size, and by the caller's promise this one points to a
        // function of the type P.
        unsafe { std::mem::transmute_copy(&address) }
    }

    #[cold]
    fn looked_up(&self) -> *mut c_void {
        let Some(address) = self.library.find(self.name) else {
            panic!("a library lacks {}", self.name.to_string_lossy());
        };
        self.address.store(address, Ordering::Relaxed);
        address
    }
}

/// Calls a function of a library as it is declared: `call!(LIBRARY, declared::name, name(a, b))`.
macro_rules! call {
    ($library:expr, $declared:path, $name:ident($($argument:expr),* $(,)?)) => {{
        static FUNCTION: $crate::library::Function = $crate::library::Function::new(
            &$library,
            match std::ffi::CStr::from_bytes_with_nul(concat!(stringify!($name), "\0").as_bytes())
            {
                Ok(name) => name,
                Err(_) => panic!("a name has no zero byte"),
            },
        );
        // What is never reached is never linked, and has a type all the same.
        let declared: Option<unsafe extern "C" fn($($crate::library::one_type!($argument)),*) -> _> =
            if false { Some($declared) } else { None };
        FUNCTION.pointer(declared)($($argument),*)
    }};
}
pub(crate) use call;

/// A type to be inferred, for each argument.
macro_rules! one_type {
    ($argument:expr) => {
        _
    };
}
pub(crate) use one_type;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_installed_is_told_and_what_is_there_is_found() {
        static NONE: Library = Library::new(|| vec![file("athar-is-no-library", 7)]);
        assert!(!NONE.is_there() && NONE.find(c"anything").is_none());
        static PART: Library = Library::new(|| vec![file("c", 6), file("athar-is-no-library", 7)]);
        assert!(!PART.is_there(), "one of two is not enough");
    }

    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    #[test]
    fn a_function_is_called_as_it_is_declared() {
        static C: Library = Library::new(|| vec![file("c", 6)]);
        unsafe extern "C" {
            fn labs(number: std::ffi::c_long) -> std::ffi::c_long;
        }
        // SAFETY: the C library's function takes any number but the least.
        let of = |number| unsafe { call!(C, labs, labs(number)) };
        assert_eq!([of(-7), of(7)], [7, 7]);
    }
}
