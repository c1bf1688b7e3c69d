//! Noise that is the same whatever the number of threads: each row draws from its own stream.

/// A seed for one purpose (`tag`) out of a general one: the finaliser of `SplitMix64`
/// (Steele, Lea and Flood 2014).
pub(super) fn mix(seed: u64, tag: u64) -> u64 {
    let mut z = seed.wrapping_add(tag.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// A stream of values of mean 0 and variance 1, bell-shaped to ±3.4: the sum of four uniform
/// numbers (Irwin–Hall). Real scanners' noise has no longer tail that would matter here.
pub(super) struct Gauss(u64);

impl Gauss {
    pub(super) fn new(seed: u64, row: usize) -> Self {
        Self(mix(seed, row as u64))
    }

    /// Two independent values for the price of one, each the sum of two uniform numbers only:
    /// they end at ±2.4.
    #[inline]
    pub(super) fn pair(&mut self) -> [f32; 2] {
        // Standard deviation 65536 / √6.
        const SHARE: f32 = 2.449_489_7 / 65_536.0;
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = mix_short(self.0);
        let sum = |z: u64| (z & 0xffff) + ((z >> 16) & 0xffff);
        [sum(z), sum(z >> 32)].map(|sum| (sum as i32 - 65_535) as f32 * SHARE)
    }

    #[inline]
    pub(super) fn next(&mut self) -> f32 {
        // Four 16-bit numbers: mean 2 · 65535, standard deviation 65536 / √3.
        const SHARE: f32 = 1.732_050_8 / 65_536.0;
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = mix_short(self.0);
        let sum = (z & 0xffff) + ((z >> 16) & 0xffff) + ((z >> 32) & 0xffff) + (z >> 48);
        (sum as i32 - 131_070) as f32 * SHARE
    }
}

fn mix_short(z: u64) -> u64 {
    let z = (z ^ (z >> 32)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 29)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 32)
}

/// Correlated noise of mean 0 and variance 1: random nodes, straight lines between them.
pub(super) struct Field {
    cell: [f64; 2],
    columns: usize,
    nodes: Vec<f32>,
}

impl Field {
    /// Over `size` pixels (across, down), with nodes `cell` pixels apart.
    pub(super) fn new(seed: u64, size: [usize; 2], cell: [f64; 2]) -> Self {
        let cell = cell.map(|c| c.max(1.0));
        let [columns, rows] = [0, 1].map(|i| (size[i] as f64 / cell[i]).ceil() as usize + 2);
        // Interpolation keeps (2/3)² of the nodes' variance on average.
        let draw = |y| {
            let mut gauss = Gauss::new(seed, y);
            (0..columns).map(move |_| 1.5 * gauss.next())
        };
        Self { cell, columns, nodes: (0..rows).flat_map(draw).collect() }
    }

    /// The values of pixel row `y`.
    pub(super) fn row(&self, y: usize, out: &mut [f32]) {
        let at = y as f64 / self.cell[1];
        let (top, share) = (at as usize, at.fract() as f32);
        let upper = &self.nodes[top * self.columns..][..self.columns];
        let lower = &self.nodes[(top + 1) * self.columns..][..self.columns];
        let step = 1.0 / self.cell[0];
        for (x, value) in out.iter_mut().enumerate() {
            let at = x as f64 * step;
            let i = at as u32;
            let (along, i) = ((at - f64::from(i)) as f32, i as usize);
            let node = |i: usize| upper[i] + share * (lower[i] - upper[i]);
            let left = node(i);
            *value = left + along * (node(i + 1) - left);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn noise_has_mean_0_and_variance_1() {
        let mut gauss = Gauss::new(7, 3);
        let values: Vec<f32> = (0..100_000).map(|_| gauss.next()).collect();
        let n = values.len() as f32;
        let mean = values.iter().sum::<f32>() / n;
        let variance = values.iter().map(|v| v * v).sum::<f32>() / n;
        assert!(mean.abs() < 0.01 && (variance - 1.0).abs() < 0.02, "{mean} {variance}");
        let [mut power, mut common] = [0.0; 2];
        for _ in 0..100_000 {
            let [a, b] = gauss.pair();
            power += (a * a + b * b) / 2.0 / n;
            common += a * b / n;
        }
        assert!((power - 1.0).abs() < 0.02 && common.abs() < 0.02, "{power} {common}");
    }

    #[test]
    fn fields_have_variance_1() {
        let field = Field::new(5, [400, 400], [6.3, 4.1]);
        let mut row = vec![0.0; 400];
        let mut power = 0.0;
        for y in 0..400 {
            field.row(y, &mut row);
            power += row.iter().map(|v| v * v).sum::<f32>() / 160_000.0;
        }
        assert!((power - 1.0).abs() < 0.06, "{power}");
    }
}
