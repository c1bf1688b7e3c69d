//! The page: where on a scan that is much larger than a portrait there may be portraits, by their
//! lines of text.

use std::collections::HashMap;

use crate::imaging::{Picture, Ppi};
use crate::inspect::detection::local_spectra::{self, AGREEING, HOP, STANDS_OUT, SURE, Wave};
use crate::inspect::signal::densest::densest;
use crate::inspect::signal::flatten;
use crate::inspect::signal::scan::{Part, Resolution, Scan};
use crate::spec::Profile;

/// A scan that is larger than this many portraits either way is searched. A guess.
const LARGER: f64 = 1.5;
/// Pitches that are looked for, as a share of the profile's. A guess.
const PITCHES: f64 = 0.15;
/// Neighbouring windows whose lines differ by less than this share have the same ones. A guess.
const ALIKE: f64 = 0.06;
/// Margin around the windows' middles, in millimetres: half a window and some border. A guess.
const MARGIN: f64 = 9.0;

/// Whether a picture of this resolution is searched for portraits, and not taken for one.
#[must_use]
pub fn is_page(picture: &Picture, resolution: Resolution, profile: &Profile) -> bool {
    let (width, height) = picture.size();
    let size = [resolution.axes[0].mm(width as f64), resolution.axes[1].mm(height as f64)];
    let (short, long) = (size[0].0.min(size[1].0), size[0].0.max(size[1].0));
    let (narrow, high) =
        (profile.width.0.min(profile.height.0), profile.width.0.max(profile.height.0));
    short > LARGER * narrow || long > LARGER * high
}

/// A search for portraits on a page: what is left to look at.
#[derive(Debug)]
pub struct Search {
    waves: Vec<Wave>,
    resolution: Resolution,
    /// Millimetres.
    size: [f64; 2],
    portrait: [f64; 2],
    /// Millimetres from window to window.
    hop: f64,
    /// Strongest wave found.
    pub peak: f32,
}

impl Search {
    /// Looks at all of a picture.
    #[must_use]
    pub fn new(picture: &Picture, resolution: Resolution, profile: &Profile) -> Self {
        let radius = 1.0 / profile.layout.pitch.0;
        let ring = radius * (1.0 - PITCHES)..radius * (1.0 + PITCHES);
        let per_mm = resolution.axes.map(Ppi::per_mm);
        let (width, height) = picture.size();
        let mut search = Self {
            waves: Vec::new(),
            resolution,
            size: [width as f64 / per_mm[0], height as f64 / per_mm[1]],
            portrait: [profile.width.0, profile.height.0],
            hop: 0.0,
            peak: 0.0,
        };
        // Lines of fewer pixels than the sampling theorem asks for show nothing.
        if per_mm[0].min(per_mm[1]) < 2.0 * ring.end {
            return search;
        }
        let scan = Scan::coarse(picture, resolution);
        let flat = flatten::flatten(&scan);
        let small = scan.search_factor() as f64;
        let per_mm = scan.per_mm.map(|v| v / small);
        search.waves = local_spectra::waves(&flat, per_mm, &[ring]).into_iter().flatten().collect();
        search.peak = search.waves.iter().map(|wave| wave.height).fold(0.0, f32::max);
        search.waves.retain(|wave| wave.height >= STANDS_OUT);
        search.hop = HOP as f64 / per_mm[0].min(per_mm[1]);
        search
    }

    /// The part of the page where lines of one portrait are likeliest, if any are left; its windows
    /// are not looked at again.
    pub fn next_part(&mut self) -> Option<Part> {
        let weight = |windows: &[usize]| -> f32 {
            windows.iter().map(|&i| self.waves[i].height.min(SURE)).sum()
        };
        // Lines that go on beyond a portrait are rather a fabric's or a page's than a portrait's; but
        // portraits side by side may have the same ones.
        let placed = self.agreeing().map(|cluster| {
            let members = self.one_portrait(&cluster);
            let (inside, all) = (weight(&members), weight(&cluster));
            (inside * (inside / all).sqrt(), members)
        });
        let (_, members) = placed.max_by(|(a, _), (b, _)| a.total_cmp(b))?;
        let mut low = [f64::INFINITY; 2];
        let mut high = [f64::NEG_INFINITY; 2];
        for &i in &members {
            for axis in [0, 1] {
                low[axis] = low[axis].min(self.waves[i].middle[axis] - MARGIN);
                high[axis] = high[axis].max(self.waves[i].middle[axis] + MARGIN);
            }
        }
        let mut number = 0;
        self.waves.retain(|_| {
            number += 1;
            !members.contains(&(number - 1))
        });
        let pixels = |mm: f64, axis: usize| {
            (mm.clamp(0.0, self.size[axis]) * self.resolution.axes[axis].per_mm()) as usize
        };
        let corner = [0, 1].map(|axis| pixels(low[axis], axis));
        let size = [0, 1].map(|axis| pixels(high[axis], axis).saturating_sub(corner[axis]).max(1));
        Some(Part { corner, size })
    }

    /// Takes the windows off that lie in a portrait: its corners in pixels of the file.
    pub fn take_off(&mut self, corners: [[f64; 2]; 4]) {
        let corners = corners.map(|c| [0, 1].map(|i| c[i] / self.resolution.axes[i].per_mm()));
        let reach = self.hop;
        self.waves.retain(|wave| !within(wave.middle, &corners, reach));
    }

    /// How many parts are left in which enough windows have the same lines.
    #[must_use]
    pub fn parts_left(&self) -> usize {
        self.agreeing().count()
    }

    /// The clusters of enough windows.
    fn agreeing(&self) -> impl Iterator<Item = Vec<usize>> {
        self.clusters().into_iter().filter(|cluster| cluster.len() >= AGREEING)
    }

    /// Neighbouring windows with the same lines.
    fn clusters(&self) -> Vec<Vec<usize>> {
        let mut free: HashMap<[usize; 2], usize> =
            self.waves.iter().enumerate().map(|(i, wave)| (wave.window, i)).collect();
        let mut clusters = Vec::new();
        for seed in (0..self.waves.len()).rev() {
            if free.remove(&self.waves[seed].window).is_none() {
                continue;
            }
            let mut cluster = vec![seed];
            let mut next = 0;
            while let Some(&here) = cluster.get(next) {
                let own = &self.waves[here];
                for window in neighbours(own.window) {
                    let is_alike = |i: &usize| own.apart(self.waves[*i].frequency) < ALIKE;
                    if let Some(joined) = free.get(&window).copied().filter(is_alike) {
                        free.remove(&window);
                        cluster.push(joined);
                    }
                }
                next += 1;
            }
            clusters.push(cluster);
        }
        clusters
    }

    /// Those of a cluster's windows that one portrait can hold: portraits side by side may have the
    /// same lines.
    fn one_portrait(&self, cluster: &[usize]) -> Vec<usize> {
        let mean = self.mean_frequency(cluster);
        let length = mean[0].hypot(mean[1]).max(1e-12);
        let down = mean.map(|f| f / length);
        let frame = |i: usize| {
            let [x, y] = self.waves[i].middle;
            [x * down[1] - y * down[0], x * down[0] + y * down[1]]
        };
        let places: Vec<[f64; 2]> = cluster.iter().map(|&i| frame(i)).collect();
        let [across, along] = densest(&places, self.portrait);
        let inside = |range: [f64; 2], v: f64| {
            v >= range[0] - 0.5 * self.hop && v <= range[1] + 0.5 * self.hop
        };
        let members = cluster.iter().zip(&places);
        members
            .filter(|(_, p)| inside(across, p[0]) && inside(along, p[1]))
            .map(|(&i, _)| i)
            .collect()
    }

    fn mean_frequency(&self, cluster: &[usize]) -> [f64; 2] {
        let mut sum = [0.0; 2];
        for &i in cluster {
            let [x, y] = self.waves[i].frequency;
            let sign = if sum[0] * x + sum[1] * y < 0.0 { -1.0 } else { 1.0 };
            sum = [sum[0] + sign * x, sum[1] + sign * y];
        }
        sum
    }
}

/// The windows around one, line by line.
fn neighbours([i, j]: [usize; 2]) -> impl Iterator<Item = [usize; 2]> {
    let around = |v: usize| v.saturating_sub(1)..=v + 1;
    around(j).flat_map(move |j| around(i).map(move |i| [i, j]))
}

/// Whether a place lies in a box with these corners, in either order, or so near to it.
#[must_use]
pub fn within([x, y]: [f64; 2], corners: &[[f64; 2]; 4], reach: f64) -> bool {
    (0..4).all(|i| {
        let ([ax, ay], [bx, by]) = (corners[i], corners[(i + 1) % 4]);
        let edge = (bx - ax).hypot(by - ay).max(1e-9);
        let off = |[x, y]: [f64; 2]| ((bx - ax) * (y - ay) - (by - ay) * (x - ax)) / edge;
        off([x, y]) * off(corners[(i + 2) % 4]).signum() >= -reach
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lies_within_a_box() {
        let corners = [[1.0, 1.0], [5.0, 1.0], [5.0, 7.0], [1.0, 7.0]];
        let mut backwards = corners;
        backwards.reverse();
        for corners in [corners, backwards] {
            assert!(within([3.0, 6.5], &corners, 0.0));
            assert!(!within([5.5, 3.0], &corners, 0.0));
            assert!(within([5.5, 3.0], &corners, 1.0));
        }
    }

    fn search(waves: Vec<Wave>, size: [f64; 2]) -> Search {
        let (source, axes) = (crate::inspect::signal::scan::PpiSource::Metadata, [Ppi(254.0); 2]);
        let (portrait, hop, peak) = ([35.0, 45.0], 6.0, 50.0);
        Search { waves, resolution: Resolution { axes, source }, size, portrait, hop, peak }
    }

    fn window(i: usize, j: usize) -> Wave {
        let middle = [i, j].map(|v| v as f64 * 6.0);
        Wave { window: [i, j], middle, frequency: [0.0, 2.8], height: 50.0 }
    }

    #[test]
    fn a_portrait_comes_before_the_cloth_around_it() {
        let is_portrait = |i, j| (20..26).contains(&i) && (20..27).contains(&j);
        let cloth = |i, j| Wave { frequency: [1.9, 1.9], ..window(i, j) };
        let all = (0..40).flat_map(|j| (0..40).map(move |i| (i, j)));
        let waves = all.map(|(i, j)| if is_portrait(i, j) { window(i, j) } else { cloth(i, j) });
        let mut search = search(waves.collect(), [240.0; 2]);
        assert_eq!(search.parts_left(), 2);
        let first = search.next_part().expect("a part");
        // 20 windows of 6 mm, less the margin.
        assert_eq!(first.corner, [1110; 2], "{first:?}");
        assert_eq!(search.parts_left(), 1);
    }

    #[test]
    fn portraits_side_by_side_are_two() {
        // Two portraits of 6 × 7 windows with the same lines and a gap of one window.
        let columns = (0..13).filter(|i| *i != 6);
        let waves = columns.flat_map(|i| (0..7).map(move |j| window(i, j))).collect();
        let mut search = search(waves, [100.0, 60.0]);
        let mut found: Vec<usize> =
            std::iter::from_fn(|| search.next_part()).map(|part| part.corner[0]).collect();
        found.sort_unstable();
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0] < 100 && found[1] > 250, "{found:?}");
    }
}
