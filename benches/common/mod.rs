//! What the benches share.

use std::time::Duration;

use criterion::Criterion;
use tumar::spec::Name;

/// The portrait.
pub(crate) const PORTRAIT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../samples/astronaut.png");

/// Its holder.
pub(crate) fn holder() -> Name {
    Name::new("Әбдіғаппаров", "Қаһарман").expect("a printable name")
}

/// Few and short samples on one core.
pub(crate) fn one_core() -> Criterion {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build_global();
    pool.expect("no pool before the first bench");
    Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(4))
}
