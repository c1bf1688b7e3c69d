//! Key files: what is read is written back as the same key.
#![no_main]

use tumar::spec::IssuerKey;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Ok(key) = IssuerKey::parse(bytes) {
        let file = key.file();
        let again = IssuerKey::parse(file.as_bytes()).expect("what was written is read");
        assert!(again.id() == key.id() && *again.file() == *file);
    }
});
