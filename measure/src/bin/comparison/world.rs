//! What lies between a print and its scan.

use anyhow::Result;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tumar::channel::{Conditions, Preset, print_and_scan};
use tumar::imaging::{Mm, Picture};

/// Makes a scan of a print, by a seed.
pub(crate) type Scanner = dyn Fn(&Picture, u64) -> Result<Picture> + Sync;

/// A model of printers and scanners.
pub(crate) struct World {
    pub(crate) scan: Box<Scanner>,
}

impl World {
    /// The crate's own channel; `beyond`: blur, noise, tone, light and tilt are multiplied by up to so
    /// much.
    pub(crate) fn channel(preset: Preset, beyond: f64) -> Self {
        let scan = move |print: &Picture, seed: u64| {
            let mut conditions = Conditions::draw(preset, seed);
            if beyond > 1.0 {
                go_beyond(&mut conditions, beyond, seed);
            }
            Ok(print_and_scan(print, &conditions, seed)?)
        };
        Self { scan: Box::new(scan) }
    }
}

fn go_beyond(conditions: &mut Conditions, beyond: f64, seed: u64) {
    let mut random = ChaCha8Rng::seed_from_u64(seed ^ 0x62_65);
    let mut times = || random.random_range(1.0..beyond);
    let print = &mut conditions.print;
    print.spot = Mm(print.spot.0 * times());
    print.grain *= times();
    print.mottle *= times();
    print.banding *= times();
    let scan = &mut conditions.scan;
    let optics = times();
    scan.optics_px *= optics;
    scan.motion_px = scan.motion_px.map(|v| v * optics);
    let noise = times();
    scan.read_noise *= noise;
    scan.shot_noise *= noise;
    scan.column_noise *= noise;
    scan.gamma = scan.gamma.powf(times());
    let light = times();
    scan.illumination = scan.illumination.map(|v| v * light);
    scan.vignette *= light;
    let tilt = times();
    scan.keystone = scan.keystone.map(|v| v * tilt);
    scan.lens *= tilt;
    scan.feed_jitter = Mm(scan.feed_jitter.0 * times());
}
