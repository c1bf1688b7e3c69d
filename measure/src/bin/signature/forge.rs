//! Forged payloads, without a print: one bit changed, moved to another name, signed by another key.

use anyhow::Result;
use measure::names;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use tumar::keys::{Digest, SecretKey, Sign};
use tumar::spec::signed::{Head, Payload, code};
use tumar::spec::{Legend, Profile};

/// How many of so many of each kind a verifier accepts.
pub(crate) fn forge(count: usize) -> Result<()> {
    let profile = Profile::default();
    let (key, other) = (SecretKey::generate()?, SecretKey::generate()?);
    let legends: Result<Vec<Vec<Legend>>, _> =
        names::names(200)?.iter().map(|name| Legend::all(name, &profile)).collect();
    let legends = legends?;
    let trial = |number: usize| -> Result<[bool; 5]> {
        let mut random = ChaCha8Rng::seed_from_u64(number as u64);
        let own = &legends[number % legends.len()];
        let digest = Digest(std::array::from_fn(|_| random.random()));
        let document = format!("N{:08}", random.random_range(0..100_000_000)).parse()?;
        let head = Head::new(key.public().id(), document, digest)?;
        let signed = |by: &SecretKey| -> Result<Payload> {
            let signature = by.sign(&head.message(own, &profile)).map_err(anyhow::Error::msg)?;
            Ok(Payload { head: head.clone(), signature })
        };
        let genuine = signed(&key)?;
        let accepts = |payload: &Payload, legends: &[Legend]| {
            key.public().has_signed(payload, legends, &profile)
        };
        let mut bytes = genuine.bytes();
        bytes[random.random_range(0..code::BYTES)] ^= 1 << random.random_range(0..8);
        let bit = Payload::parse(&bytes).is_ok_and(|payload| accepts(&payload, own));
        let elsewhere = &legends[(number + 1 + number / legends.len() % 150) % legends.len()];
        let noise: [u8; code::BYTES] =
            std::array::from_fn(|i| if i == 0 { 1 } else { random.random() });
        let noise = Payload::parse(&noise).is_ok_and(|payload| accepts(&payload, own));
        Ok([
            accepts(&genuine, own),
            bit,
            accepts(&genuine, elsewhere),
            accepts(&signed(&other)?, own),
            noise,
        ])
    };
    let found: Result<Vec<[bool; 5]>> = (0..count).into_par_iter().map(trial).collect();
    let found = found?;
    println!("| payload | accepted, of {count} |\n|---|---|");
    let titles =
        ["genuine", "one bit changed", "moved to another name", "by another key", "random"];
    for (i, title) in titles.into_iter().enumerate() {
        println!("| {title} | {} |", found.iter().filter(|found| found[i]).count());
    }
    Ok(())
}
