//! Opens, searches and verifies segments that were changed in any way.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    athar_index::fuzzing::read_changed(input);
});
