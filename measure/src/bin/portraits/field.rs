//! Vectors, noise and signed distances.
use std::ops;

/// A point, a direction or a linear-light colour.
#[derive(Clone, Copy, Default)]
pub(crate) struct V(pub(crate) f32, pub(crate) f32, pub(crate) f32);

impl ops::Add for V {
    type Output = V;
    fn add(self, o: V) -> V {
        V(self.0 + o.0, self.1 + o.1, self.2 + o.2)
    }
}

impl ops::Mul for V {
    type Output = V;
    fn mul(self, o: V) -> V {
        V(self.0 * o.0, self.1 * o.1, self.2 * o.2)
    }
}

impl ops::Mul<f32> for V {
    type Output = V;
    fn mul(self, k: f32) -> V {
        V(self.0 * k, self.1 * k, self.2 * k)
    }
}

impl V {
    pub(crate) fn dot(self, o: V) -> f32 {
        self.0 * o.0 + self.1 * o.1 + self.2 * o.2
    }
    pub(crate) fn len(self) -> f32 {
        self.dot(self).sqrt()
    }
    pub(crate) fn unit(self) -> V {
        self * (1.0 / self.len().max(1e-6))
    }
    pub(crate) fn mix(self, o: V, t: f32) -> V {
        self * (1.0 - t) + o * t
    }
    pub(crate) fn srgb(hex: u32) -> V {
        let c = |shift: u32| {
            let v = (hex >> shift & 255) as f32 / 255.0;
            if v <= 0.04045 { v / 12.92 } else { ((v + 0.055) / 1.055).powf(2.4) }
        };
        V(c(16), c(8), c(0))
    }
}

/// Linear light to an sRGB code value, not yet rounded.
pub(crate) fn encode(v: f32) -> f32 {
    let v = v.clamp(0.0, 1.0);
    255.0 * if v <= 0.0031308 { v * 12.92 } else { 1.055 * v.powf(1.0 / 2.4) - 0.055 }
}

/// A ramp from 0 at `a` to 1 at `b`, in either direction.
pub(crate) fn ramp(a: f32, b: f32, x: f32) -> f32 {
    let t = ((x - a) / (b - a)).clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}

pub(crate) fn bell(x: f32, width: f32) -> f32 {
    (-(x / width).powi(2)).exp()
}

pub(crate) fn hash(x: i32, y: i32, z: i32) -> f32 {
    let mut h = (x as u32).wrapping_mul(0x9e37_79b1)
        ^ (y as u32).wrapping_mul(0x85eb_ca77)
        ^ (z as u32).wrapping_mul(0xc2b2_ae3d);
    h = (h ^ h >> 15).wrapping_mul(0x2c1b_3c6d);
    h = (h ^ h >> 12).wrapping_mul(0x297a_2d39);
    (h ^ h >> 15) as f32 / u32::MAX as f32
}

/// Value noise in -1..1.
pub(crate) fn noise(p: V) -> f32 {
    let cell = V(p.0.floor(), p.1.floor(), p.2.floor());
    let f = |v: f32| v * v * (3.0 - 2.0 * v);
    let (u, v, w) = (f(p.0 - cell.0), f(p.1 - cell.1), f(p.2 - cell.2));
    let (x, y, z) = (cell.0 as i32, cell.1 as i32, cell.2 as i32);
    let row = |j, k| hash(x, y + j, z + k) * (1.0 - u) + hash(x + 1, y + j, z + k) * u;
    let sheet = |k| row(0, k) * (1.0 - v) + row(1, k) * v;
    2.0 * (sheet(0) * (1.0 - w) + sheet(1) * w) - 1.0
}

pub(crate) fn fbm(p: V, octaves: usize) -> f32 {
    (0..octaves).map(|i| noise(p * 2.03_f32.powi(i as i32)) * 0.5_f32.powi(i as i32)).sum()
}

pub(crate) fn ball(p: V, c: V, r: V) -> f32 {
    let q = p + c * -1.0;
    let near = (q * V(1.0 / r.0, 1.0 / r.1, 1.0 / r.2)).len();
    let steep = (q * V(1.0 / (r.0 * r.0), 1.0 / (r.1 * r.1), 1.0 / (r.2 * r.2))).len();
    near * (near - 1.0) / steep.max(1e-4)
}

/// A limb from `a` to `b`, whose radius goes from `r` to `s`.
pub(crate) fn limb(p: V, a: V, b: V, r: f32, s: f32) -> f32 {
    let (q, d) = (p + a * -1.0, b + a * -1.0);
    let t = (q.dot(d) / d.dot(d)).clamp(0.0, 1.0);
    (q + d * -t).len() - r - (s - r) * t
}

/// Union with a fillet of size `k`.
pub(crate) fn join(a: f32, b: f32, k: f32) -> f32 {
    let h = (k - (a - b).abs()).max(0.0) / k;
    a.min(b) - h * h * k * 0.25
}

pub(crate) fn carve(a: f32, b: f32, k: f32) -> f32 {
    -join(-a, b, k)
}
