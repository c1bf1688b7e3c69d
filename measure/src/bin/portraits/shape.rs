//! Where head, hair and clothes are, for a head two units tall with its middle at zero.
use crate::{Hair, Part, Scene, Wear, field::*};
use std::ops;

impl Scene {
    fn skin(&self, p: V, h: V) -> f32 {
        let [face, jaw, nose, lips] = self.who.shape;
        let m = V(h.0.abs(), h.1, h.2);
        let mut d = ball(h, V(0.0, 0.36, -0.12), V(0.595 * face, 0.63, 0.72));
        d = join(d, ball(h, V(0.0, -0.15, 0.08), V(0.58 * face, 0.74, 0.50)), 0.10);
        let bushy = if self.who.beard > 0.9 { 0.03 } else { 0.0 };
        let size = V(0.42 * jaw + bushy, 0.36 + bushy, 0.38 + bushy);
        d = join(d, ball(h, V(0.0, -0.62, 0.16), size), 0.15);
        d = join(d, ball(h, V(0.0, -0.87, 0.38), V(0.15 * jaw, 0.12, 0.13)), 0.14);
        d = join(d, ball(m, V(0.34 * face, -0.20, 0.33), V(0.17, 0.13, 0.17)), 0.16);
        d = join(d, ball(m, V(0.24, 0.16, 0.49), V(0.16, 0.06, 0.09)), 0.14);
        d = join(d, ball(h, V(0.0, -0.60, 0.42), V(0.24, 0.20, 0.18)), 0.12);
        d = carve(d, ball(m, V(0.27, 0.0, 0.71), V(0.15, 0.09, 0.15)), 0.12);
        d = join(d, ball(m, V(0.285, 0.0, 0.425), V(0.15, 0.135, 0.15)), 0.035);
        d = join(d, limb(h, V(0.0, 0.14, 0.51), V(0.0, -0.30, 0.67), 0.05, 0.075 * nose), 0.13);
        d = join(d, ball(h, V(0.0, -0.35, 0.69), V(0.085 * nose, 0.07, 0.08)), 0.08);
        d = join(d, ball(m, V(0.105 * nose, -0.37, 0.59), V(0.052, 0.055, 0.08)), 0.06);
        d = carve(d, ball(m, V(0.055 * nose, -0.425, 0.68), V(0.032, 0.018, 0.06)), 0.02);
        let full = 0.04 * lips;
        d = join(d, ball(h, V(0.0, -0.595, 0.585), V(0.17, full, 0.06)), 0.04);
        d = join(d, ball(h, V(0.0, -0.675, 0.585), V(0.14, full * 1.2, 0.065)), 0.04);
        d = carve(d, ball(h, V(0.0, -0.632, 0.68), V(0.2, 0.008, 0.05)), 0.02);
        let ear = ball(m, V(0.595 * face, -0.09, -0.05), V(0.055, 0.19, 0.12));
        d = join(
            d,
            carve(ear, ball(m, V(0.615 * face, -0.06, 0.06), V(0.028, 0.12, 0.06)), 0.03),
            0.07,
        );
        let neck = limb(p, V(0.0, -0.5, -0.18), V(0.0, -1.7, -0.3), 0.37 * jaw, 0.42 * jaw);
        d = join(d, neck, 0.1);
        join(d, ball(p, V(0.0, -1.95, -0.25), V(1.2, 0.56, 0.34)), 0.3)
    }

    fn hair(&self, h: V) -> f32 {
        let (style, face) = (self.who.hair.0, self.who.shape[0]);
        let m = V(h.0.abs(), h.1, h.2);
        let volume = match style {
            Hair::Shaved => return 9.0,
            Hair::Cropped => 0.045,
            Hair::Swept => 0.06 + 0.03 * (h.0 * 4.0).sin(),
            Hair::Curly => 0.15,
            Hair::Long => 0.06,
            Hair::Scarf => 0.09,
        };
        let taper =
            if style == Hair::Scarf || style == Hair::Long { 1.0 } else { ramp(-0.25, 0.35, h.1) };
        let volume = volume * taper;
        let size = V(0.62 * face + volume, 0.64 + volume, 0.75 + volume);
        let mut d = ball(h, V(0.0, 0.34, -0.16), size);
        match style {
            Hair::Scarf => {
                d = join(d, ball(h, V(0.0, -0.35, -0.1), V(0.72 * face, 0.85, 0.62)), 0.1);
                d = join(d, ball(h, V(0.0, -1.15, -0.1), V(0.62, 0.36, 0.55)), 0.12);
            }
            Hair::Long => {
                let lock = ball(m, V(0.56 * face, -0.55, -0.2), V(0.2, 1.0, 0.3));
                d = join(d, lock, 0.15);
            }
            _ => d = d.max(-0.12 - h.1 - 0.3 * (h.2 + 0.1).min(0.0)),
        }
        if d < 0.08 {
            let (fold, weight) = match style {
                Hair::Curly => (fbm(h * 9.0 + self.offset, 3), 0.035),
                Hair::Scarf => {
                    (noise(V(h.0 * 2.0, h.1 * 2.0, 7.0) + V(self.folds(h), 0.0, 0.0)), 0.03)
                }
                _ => (self.strand(h), 0.012),
            };
            d -= fold * weight;
        }
        carve(d, self.hairline(h), 0.02)
    }

    /// How far above the hairline, or outside the opening of a scarf, a point lies.
    pub(crate) fn hairline(&self, h: V) -> f32 {
        let face = self.who.shape[0];
        let ragged = 0.012 * noise(V(h.0 * 25.0, h.1 * 9.0, 0.0) + self.offset);
        match self.who.hair.0 {
            Hair::Scarf => {
                let q = V(h.0 / (0.54 * face), (h.1 + 0.2) / 0.83, 0.0);
                if h.2 > 0.0 { (q.len() - 1.0) * 0.5 } else { 9.0 }
            }
            Hair::Long => ball(h, V(0.0, -0.2, 0.72), V(0.545 * face, 0.84, 0.86)) + ragged,
            Hair::Swept => ball(h, V(0.05, -0.1, 0.7), V(0.57 * face, 0.76, 0.76)) + ragged,
            _ => ball(h, V(0.0, -0.05, 0.7), V(0.57 * face, 0.70, 0.76)) + ragged,
        }
    }

    fn folds(&self, h: V) -> f32 {
        4.0 * fbm(V(h.0, h.1 * 0.6, h.2) * 2.0 + self.offset, 2)
    }

    fn part(&self) -> f32 {
        if self.who.hair.0 == Hair::Swept { 0.22 } else { 0.02 }
    }

    /// Coordinates across and along the strands.
    fn comb(&self, h: V) -> (f32, f32) {
        let part = self.part();
        match self.who.hair.0 {
            Hair::Swept | Hair::Long => {
                let up = (h.1 - 0.2).max(0.0);
                let across = V(h.0 - part, up, 0.0).len() + 0.025 * noise(h * 3.0 + self.offset);
                (across, (h.0 - part).atan2(up + 0.2) + h.1.min(0.2))
            }
            _ => (0.7 * h.0.atan2(h.1 - 0.1) + 0.015 * noise(h * 9.0), 5.0 * h.len()),
        }
    }

    pub(crate) fn strand(&self, h: V) -> f32 {
        let (s, t) = self.comb(h);
        let side = if self.who.hair.0 != Hair::Cropped && h.0 < self.part() { 31.0 } else { 0.0 };
        let lock = noise(V(s * 22.0, t * 2.0, side) + self.offset);
        let fine = noise(V(s * 85.0, t * 4.0, side)) + 0.7 * noise(V(s * 190.0, t * 6.0, side));
        0.45 * lock + 0.4 * fine
    }

    fn cloth(&self, p: V) -> f32 {
        let mut d = limb(p, V(0.25, -1.36, -0.3), V(1.3, -1.75, -0.35), 0.2, 0.36);
        d = d.min(limb(p, V(-0.25, -1.36, -0.3), V(-1.3, -1.75, -0.35), 0.2, 0.36));
        d = join(d, ball(p, V(0.0, -2.0, -0.2), V(1.3, 0.74, 0.54)), 0.25);
        let jaw = self.who.shape[1];
        let band = limb(p, V(0.0, -0.5, -0.18), V(0.0, -1.7, -0.3), 0.40 * jaw, 0.45 * jaw);
        let rise = match self.who.wear.0 {
            Wear::Suit { .. } => -1.10,
            Wear::Knit { .. } => -1.16,
            Wear::Blouse => -1.12,
        };
        d = join(d, band.max(p.1 - rise + 0.22 * (p.2 + 0.2)), 0.05);
        let neckline = 0.30 * (p.1 + 1.62 - 0.1 * p.0.abs());
        let open = matches!(self.who.wear.0, Wear::Blouse) && p.2 > -0.2;
        let d = if open { d.max(neckline.min(0.24) - p.0.abs()) } else { d };
        d - 0.012 * fbm(p * V(3.0, 5.0, 3.0) + self.offset, 2)
    }

    pub(crate) fn map(&self, p: V) -> (f32, Part) {
        let h = self.head_space(p);
        let mut best = (self.skin(p, h), Part::Skin);
        if p.1 < -0.8 {
            let d = self.cloth(p);
            best = if d < best.0 { (d, Part::Cloth) } else { best };
        }
        let d = self.hair(h);
        if d < best.0 { (d, Part::Hair) } else { best }
    }

    pub(crate) fn normal(&self, p: V) -> V {
        let e = 0.003;
        [V(1.0, -1.0, -1.0), V(-1.0, -1.0, 1.0), V(-1.0, 1.0, -1.0), V(1.0, 1.0, 1.0)]
            .map(|k| k * self.map(p + k * e).0)
            .into_iter()
            .fold(V::default(), ops::Add::add)
            .unit()
    }

    /// Share of the key light that reaches `p`, with a penumbra.
    pub(crate) fn lit(&self, p: V, toward: V) -> f32 {
        let (mut t, mut share) = (0.04, 1.0_f32);
        for _ in 0..14 {
            let d = self.map(p + toward * t).0;
            share = share.min(0.5 + 0.5 * d / (0.16 * t));
            t += d.clamp(0.03, 0.15);
            if share <= 0.0 || t > 1.2 {
                break;
            }
        }
        ramp(0.0, 1.0, share)
    }
}
