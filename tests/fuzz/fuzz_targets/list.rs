//! Reads lists of every format, written again and read again as far as the format can say.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    athar_exchange::fuzzing::read(input);
});
