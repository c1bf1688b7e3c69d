//! Profiles: what is accepted makes sense.
#![no_main]

use tumar::spec::Profile;
use tumar::spec::profile::MOST_DOTS;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Ok(profile) = Profile::parse(text) {
        let dots = profile.dpi.px(profile.width) * profile.dpi.px(profile.height);
        assert!(dots > 0.0 && dots <= MOST_DOTS * 1.001);
        assert!((0.0..=1.0).contains(&profile.strength));
    }
});
