//! The classes of symbols that count alike in the check sums (`spec::check`): those of one class
//! should be the ones that a blurred scan tells apart best.
//!
//! `cargo run --release -p measure --bin classes`
//!
//! The distance of two symbols is the energy of the difference of their templates at the blurs of
//! coarse scans, over a mean letter's energy. Pairs within a class cost the more the nearer they
//! are and the more frequent the commoner of the two is; simulated annealing (Kirkpatrick et al.
//! 1983) exchanges symbols between classes.
#![expect(clippy::print_stdout, reason = "the classes are what it is for")]

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tumar::imaging::Mm;
use tumar::inspect::recognition::templates::{Alphabet, Imaging, of_script};
use tumar::spec::check::FIELD;
use tumar::spec::{Profile, Script, Symbol};

const BLURS: [Mm; 3] = [Mm(0.045), Mm(0.055), Mm(0.065)];
/// Distance at which a pair costs e times less.
const NEAR: f64 = 0.06;
/// Letters count as at least this frequent.
const RARE: f64 = 0.15;
const STEPS: usize = 12_000_000;

fn main() {
    let profile = Profile::default();
    for script in Script::ALL {
        let alphabet = Alphabet::tinted(script, of_script(script), &profile);
        let symbols: Vec<Symbol> = script.symbols().collect();
        let distances = distances(&alphabet, symbols.len());
        let weights: Vec<f64> = symbols.iter().map(|s| s.log_prior().exp().max(RARE)).collect();
        let cost =
            |a: usize, b: usize| weights[a].max(weights[b]) * (-distances[a][b] / NEAR).exp();
        let classes = annealed(symbols.len(), cost);
        let of_class = |class: usize| -> String {
            let own = symbols.iter().zip(&classes).filter(|(_, c)| **c == class);
            own.map(|(symbol, _)| symbol.character()).collect()
        };
        println!("{}", (0..FIELD).map(of_class).collect::<Vec<_>>().join(" "));
        let pairs = (0..symbols.len()).flat_map(|a| (0..a).map(move |b| (a, b)));
        let mut alike: Vec<_> = pairs.filter(|&(a, b)| classes[a] == classes[b]).collect();
        alike.sort_by(|&(a, b), &(c, d)| distances[a][b].total_cmp(&distances[c][d]));
        let show = |&(a, b): &(usize, usize)| {
            format!("{}{} {:.2}", symbols[a], symbols[b], distances[a][b])
        };
        println!("nearest: {}", alike.iter().take(6).map(show).collect::<Vec<_>>().join(", "));
    }
}

fn distances(alphabet: &Alphabet, count: usize) -> Vec<Vec<f64>> {
    let all: Vec<usize> = (0..count).collect();
    let mut distances = vec![vec![0.0; count]; count];
    for blur in BLURS {
        let templates = alphabet.templates(&all, &Imaging { along: 0.0, down: 0.0, blur });
        let energy = |a: &[f32], b: &[f32]| -> f64 {
            a.iter().zip(b).map(|(x, y)| f64::from((x - y) * (x - y))).sum()
        };
        let nothing = vec![0.0; templates[0].near.len()];
        let whole: f64 = templates.iter().map(|t| energy(&t.near, &nothing)).sum();
        let scale = count as f64 / whole / BLURS.len() as f64;
        for (row, a) in distances.iter_mut().zip(&templates) {
            for (distance, b) in row.iter_mut().zip(&templates) {
                *distance += scale * energy(&a.near, &b.near);
            }
        }
    }
    distances
}

/// The class of each of `count` symbols.
fn annealed(count: usize, cost: impl Fn(usize, usize) -> f64) -> Vec<usize> {
    let mut random = ChaCha8Rng::seed_from_u64(1);
    let mut classes: Vec<usize> = (0..count).map(|i| i % FIELD).collect();
    let of = |classes: &[usize], i: usize| -> f64 {
        let own = (0..count).filter(|&j| j != i && classes[j] == classes[i]);
        own.map(|j| cost(i, j)).sum()
    };
    let mut now = 0.5 * (0..count).map(|i| of(&classes, i)).sum::<f64>();
    let mut best = (now, classes.clone());
    for step in 0..STEPS {
        let heat = 0.05 * best.0 * (1.0 - step as f64 / STEPS as f64) + 1e-12;
        let (a, b) = (random.random_range(0..count), random.random_range(0..count));
        if classes[a] == classes[b] {
            continue;
        }
        let before = of(&classes, a) + of(&classes, b);
        classes.swap(a, b);
        let gain = before - of(&classes, a) - of(&classes, b);
        if gain >= 0.0 || random.random_range(0.0..1.0) < (gain / heat).exp() {
            now -= gain;
            if now < 0.999 * best.0 {
                best = (now, classes.clone());
            }
        } else {
            classes.swap(a, b);
        }
    }
    best.1
}
