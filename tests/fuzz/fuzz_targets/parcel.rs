//! Goes through mails, archives and chats' exports of any bytes.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    athar_parcel::fuzzing::read(input);
});
