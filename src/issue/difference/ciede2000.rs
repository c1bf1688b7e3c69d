//! CIEDE2000 (CIE 142-2001), as Sharma, Wu and Dalal write it out: "The CIEDE2000 color-difference
//! formula: implementation notes, supplementary test data, and mathematical observations", Color
//! Research and Application 30(1), 2005. Numbers in brackets are their equations.

/// CIE XYZ of D65, the white of [`Colour::xyz`](crate::imaging::colour::Colour::xyz).
const WHITE: [f64; 3] = [0.950_456, 1.0, 1.089_058];

/// CIE 1976 L*, a*, b* (CIE 15:2004) of XYZ relative to D65 with Y = 1.
#[must_use]
pub fn lab(xyz: [f64; 3]) -> [f64; 3] {
    let [x, y, z] = [0, 1, 2].map(|i| {
        let share: f64 = xyz[i] / WHITE[i];
        if share > 216.0 / 24_389.0 {
            share.cbrt()
        } else {
            (24_389.0 / 27.0 * share + 16.0) / 116.0
        }
    });
    [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
}

/// The colour difference ΔE₀₀ of two L*, a*, b*; all weights are 1. About 1 is just seen where two
/// large areas meet.
#[must_use]
pub fn ciede2000(first: [f64; 3], second: [f64; 3]) -> f64 {
    let [l1, a1, b1] = first;
    let [l2, a2, b2] = second;
    // Greys are spread (4), (5).
    let mean = 0.5 * (a1.hypot(b1) + a2.hypot(b2));
    let spread = 1.5 - 0.5 * saturation(mean);
    let (a1, a2) = (spread * a1, spread * a2);
    let (c1, c2) = (a1.hypot(b1), a2.hypot(b2));
    let (h1, h2) = (hue(a1, b1), hue(a2, b2));

    // Differences, hue the short way round (8) to (11); greys have no hue.
    let grey = c1 * c2 < 1e-12;
    let turn = match h2 - h1 {
        _ if grey => 0.0,
        turn if turn > 180.0 => turn - 360.0,
        turn if turn < -180.0 => turn + 360.0,
        turn => turn,
    };
    let (lightness, chroma) = (l2 - l1, c2 - c1);
    let hue = 2.0 * (c1 * c2).sqrt() * (0.5 * turn).to_radians().sin();

    // Means (12) to (14).
    let (l, c) = (0.5 * (l1 + l2), 0.5 * (c1 + c2));
    let h = match h1 + h2 {
        sum if grey => sum,
        sum if (h1 - h2).abs() <= 180.0 => 0.5 * sum,
        sum if sum < 360.0 => 0.5 * (sum + 360.0),
        sum => 0.5 * (sum - 360.0),
    };

    // Weights (15) to (21).
    let cosine = |degrees: f64| degrees.to_radians().cos();
    let t = 1.0 - 0.17 * cosine(h - 30.0) + 0.24 * cosine(2.0 * h) + 0.32 * cosine(3.0 * h + 6.0)
        - 0.20 * cosine(4.0 * h - 63.0);
    let blue = 30.0 * (-((h - 275.0) / 25.0).powi(2)).exp();
    let from_middle = (l - 50.0).powi(2);
    let of_lightness = 1.0 + 0.015 * from_middle / (20.0 + from_middle).sqrt();
    let (of_chroma, of_hue) = (1.0 + 0.045 * c, 1.0 + 0.015 * c * t);
    let rotation = -(2.0 * blue).to_radians().sin() * 2.0 * saturation(c);

    // The whole (22).
    let [lightness, chroma, hue] = [lightness / of_lightness, chroma / of_chroma, hue / of_hue];
    let squared = lightness * lightness + chroma * chroma + hue * hue + rotation * chroma * hue;
    squared.max(0.0).sqrt()
}

/// 0 for grey, towards 1 for chroma beyond 25.
fn saturation(chroma: f64) -> f64 {
    let seventh = chroma.powi(7);
    (seventh / (seventh + 25f64.powi(7))).sqrt()
}

/// Degrees, 0 to 360.
fn hue(a: f64, b: f64) -> f64 {
    let degrees = b.atan2(a).to_degrees();
    if degrees < 0.0 { degrees + 360.0 } else { degrees }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sharma, Wu and Dalal, table 1: L*, a*, b* of both, and their difference.
    const PAIRS: [[f64; 7]; 34] = [
        [50.0, 2.6772, -79.7751, 50.0, 0.0, -82.7485, 2.0425],
        [50.0, 3.1571, -77.2803, 50.0, 0.0, -82.7485, 2.8615],
        [50.0, 2.8361, -74.0200, 50.0, 0.0, -82.7485, 3.4412],
        [50.0, -1.3802, -84.2814, 50.0, 0.0, -82.7485, 1.0000],
        [50.0, -1.1848, -84.8006, 50.0, 0.0, -82.7485, 1.0000],
        [50.0, -0.9009, -85.5211, 50.0, 0.0, -82.7485, 1.0000],
        [50.0, 0.0, 0.0, 50.0, -1.0, 2.0, 2.3669],
        [50.0, -1.0, 2.0, 50.0, 0.0, 0.0, 2.3669],
        [50.0, 2.4900, -0.0010, 50.0, -2.4900, 0.0009, 7.1792],
        [50.0, 2.4900, -0.0010, 50.0, -2.4900, 0.0010, 7.1792],
        [50.0, 2.4900, -0.0010, 50.0, -2.4900, 0.0011, 7.2195],
        [50.0, 2.4900, -0.0010, 50.0, -2.4900, 0.0012, 7.2195],
        [50.0, -0.0010, 2.4900, 50.0, 0.0009, -2.4900, 4.8045],
        [50.0, -0.0010, 2.4900, 50.0, 0.0010, -2.4900, 4.8045],
        [50.0, -0.0010, 2.4900, 50.0, 0.0011, -2.4900, 4.7461],
        [50.0, 2.5000, 0.0, 50.0, 0.0, -2.5000, 4.3065],
        [50.0, 2.5000, 0.0, 73.0, 25.0, -18.0, 27.1492],
        [50.0, 2.5000, 0.0, 61.0, -5.0, 29.0, 22.8977],
        [50.0, 2.5000, 0.0, 56.0, -27.0, -3.0, 31.9030],
        [50.0, 2.5000, 0.0, 58.0, 24.0, 15.0, 19.4535],
        [50.0, 2.5000, 0.0, 50.0, 3.1736, 0.5854, 1.0000],
        [50.0, 2.5000, 0.0, 50.0, 3.2972, 0.0, 1.0000],
        [50.0, 2.5000, 0.0, 50.0, 1.8634, 0.5757, 1.0000],
        [50.0, 2.5000, 0.0, 50.0, 3.2592, 0.3350, 1.0000],
        [60.2574, -34.0099, 36.2677, 60.4626, -34.1751, 39.4387, 1.2644],
        [63.0109, -31.0961, -5.8663, 62.8187, -29.7946, -4.0864, 1.2630],
        [61.2901, 3.7196, -5.3901, 61.4292, 2.2480, -4.9620, 1.8731],
        [35.0831, -44.1164, 3.7933, 35.0232, -40.0716, 1.5901, 1.8645],
        [22.7233, 20.0904, -46.6940, 23.0331, 14.9730, -42.5619, 2.0373],
        [36.4612, 47.8580, 18.3852, 36.2715, 50.5065, 21.2231, 1.4146],
        [90.8027, -2.0831, 1.4410, 91.1528, -1.6435, 0.0447, 1.4441],
        [90.9257, -0.5406, -0.9208, 88.6381, -0.8985, -0.7239, 1.5381],
        [6.7747, -0.2908, -2.4247, 5.8714, -0.0985, -2.2286, 0.6377],
        [2.0776, 0.0795, -1.1350, 0.9033, -0.0636, -0.5514, 0.9082],
    ];

    #[test]
    fn the_published_pairs_differ_as_published() {
        for [l1, a1, b1, l2, a2, b2, expected] in PAIRS {
            let (first, second) = ([l1, a1, b1], [l2, a2, b2]);
            for measured in [ciede2000(first, second), ciede2000(second, first)] {
                assert!((measured - expected).abs() < 1e-4, "{first:?} {second:?}: {measured}");
            }
        }
    }

    #[test]
    fn white_has_no_colour() {
        let [l, a, b] = lab(WHITE);
        assert!((l - 100.0).abs() < 1e-9 && a.abs() < 1e-9 && b.abs() < 1e-9);
        let [l, a, b] = lab(WHITE.map(|v| v * 0.001));
        assert!((l - 0.903).abs() < 1e-3 && a.abs() < 1e-9 && b.abs() < 1e-9);
    }
}
