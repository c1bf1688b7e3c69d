//! All formats, by their first bytes: a picture or an error.
//!
//! Panics of the JPEG 2000 decoder are caught in the library; libFuzzer's hook would end the run at
//! them, so it is taken out. A panic that gets here still ends it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tumar::formats::decode::{DecodeError, decode};

fuzz_target!(
    init: {
        if std::env::var_os("TUMAR_FUZZ_CAUGHT").is_none() {
            let _hook = std::panic::take_hook();
        }
    },
    |bytes: &[u8]| {
        // Larger ones are right, and slow.
        if claims(bytes).is_some_and(|pixels| pixels > 1 << 20) {
            return;
        }
        match decode(bytes) {
            Ok(picture) => {
                let (width, height) = picture.size();
                assert!(width > 0 && height > 0);
                assert!(!picture.pixels.color().has_alpha());
            }
            Err(DecodeError::Read(error)) => panic!("nothing was read: {error}"),
            Err(_) => {}
        }
    }
);

/// Pixels that a JPEG 2000 header claims.
fn claims(bytes: &[u8]) -> Option<u64> {
    let header = tumar::formats::jp2::header(bytes).ok()?;
    Some(u64::from(header.width) * u64::from(header.height))
}
