//! What colour everything is.
use crate::{Hair, Scene, Wear, field::*};

impl Scene {
    /// Colour and gloss of the face.
    pub(crate) fn face(&self, h: V) -> (V, f32) {
        let who = &self.who;
        let x = h.0.abs();
        let grain = fbm(h * 6.0 + self.offset, 6);
        let flush = bell(x - 0.36, 0.16) * bell(h.1 + 0.25, 0.16)
            + 0.8 * bell(h.1 + 0.35, 0.1) * bell(x, 0.12);
        let mut c = self.skin * (1.0 + 0.10 * grain);
        c = c * V(1.0 + 0.04 * flush, 1.0 - 0.13 * flush, 1.0 - 0.11 * flush);
        let (fx, fy) = (h.0 * 11.0 + 50.0, h.1 * 11.0 + 50.0);
        let pick = |k| hash(fx as i32, fy as i32, k + self.offset.0 as i32);
        let mole = V(fx.fract() - 0.3 - 0.4 * pick(0), fy.fract() - 0.3 - 0.4 * pick(1), 0.0).len();
        c = c * (1.0 - 0.35 * ramp(0.12, 0.03, mole) * ramp(0.8, 1.0, pick(2)));
        let mut gloss = 0.35 + 0.25 * bell(x, 0.2) * ramp(-0.5, 0.0, h.1);

        // wrinkles: brow, corner of the eye, nose to mouth
        let wave = 0.02 * noise(V(h.0 * 6.0, 0.0, 5.0) + self.offset);
        let brow: f32 = [0.34, 0.42, 0.50]
            .iter()
            .map(|&y| bell(h.1 - y - wave, 0.007) * ramp(0.34, 0.1, x))
            .sum();
        let fold_x = 0.15 + 0.45 * (-0.36 - h.1) - 0.25 * (h.1 + 0.36).powi(2);
        let fold = bell(x - fold_x, 0.022) * ramp(-0.66, -0.6, h.1) * ramp(-0.33, -0.4, h.1);
        let bag = bell(h.1 + 0.105 + 0.6 * (x - 0.28).powi(2), 0.016)
            * ramp(0.17, 0.08, (x - 0.28).abs());
        c = c
            * (1.0 - who.age * (0.22 * brow + 0.28 * fold + 0.3 * bag) - 0.06 * bag - 0.08 * fold);

        let stubble = noise(V(h.0 * 130.0 + 9.0 * h.1, h.1 * 55.0, 1.0));
        if who.hair.0 == Hair::Shaved {
            let crop = ramp(-0.1, 0.08, self.hairline(h)) * ramp(-0.2, 0.2, h.1);
            c = c.mix(self.hair, crop * (0.45 + 0.2 * stubble));
        } else if who.hair.0 != Hair::Scarf {
            c = c.mix(
                self.hair,
                ramp(-0.05, 0.01, self.hairline(h))
                    * ramp(-0.4, 0.4, self.strand(h))
                    * ramp(0.0, 0.15, h.1),
            );
        }
        if who.beard > 0.0 && h.2 > -0.25 {
            let cheek = -0.18 - 0.52 * ramp(0.62, 0.22, x) + 0.03 * grain;
            let jaw = ramp(0.09, -0.06, h.1 - cheek) * ramp(-1.10, -0.96, h.1 - 0.04 * grain);
            let lip =
                ramp(0.30, 0.16, x) * ramp(-0.46, -0.53, h.1 + 0.3 * x) * ramp(-0.85, -0.7, h.1);
            let lean = 60.0 * h.0 * (0.3 - h.1);
            let tuft = 0.6 * noise(V(h.0 * 60.0 + lean, h.1 * 14.0, 2.0))
                + 0.6 * noise(V(h.0 * 150.0 + lean, h.1 * 30.0, 2.0));
            let cover = jaw.max(lip) * who.beard;
            c = c
                .mix(self.hair * (1.2 + 0.5 * tuft), (cover * (1.0 + 0.4 * tuft)).clamp(0.0, 0.97));
            gloss *= 1.0 - 0.8 * cover;
        }

        // eyebrows
        let along = (x - 0.13) / 0.33;
        let arch = 0.165 + 0.075 * (along.clamp(0.0, 1.0) * 2.2).sin() - 0.02 * along;
        let thick = 0.036 * ramp(-0.1, 0.12, along) * ramp(1.05, 0.35, along);
        let bristle = noise(V((x - h.1) * 110.0, (x + h.1) * 16.0, 4.0))
            + 0.5 * noise(V((x - h.1) * 55.0, (x + h.1) * 9.0, 5.0));
        let brow = ramp(0.018, -0.012, (h.1 - arch).abs() - thick - 0.012 * bristle)
            * ramp(-0.06, 0.04, along);
        let dark = if who.hair.0 == Hair::Scarf { V(0.02, 0.013, 0.01) } else { self.hair * 0.6 };
        c = c.mix(dark, brow * ramp(1.08, 0.95, along) * (0.82 + 0.15 * bristle).min(1.0));

        // mouth
        let full = who.shape[3];
        let u = (x / 0.215).min(1.0);
        let seam = -0.632 + 0.008 * (u * 9.0).cos() * (1.0 - u);
        let top = seam + full * (0.055 * (1.0 - u * u) - 0.016 * bell(x, 0.035));
        let bottom = seam - full * 0.08 * (1.0 - u.powf(2.4));
        let inside =
            ramp(0.008, -0.008, h.1 - top) * ramp(-0.008, 0.008, h.1 - bottom) * ramp(0.22, 0.2, x);
        let crack = noise(V(h.0 * 80.0, h.1 * 12.0, 8.0));
        let lip = V::srgb(who.lips) * (1.0 + 0.12 * crack) * (if h.1 > seam { 0.82 } else { 1.0 });
        c = c.mix(lip, 0.85 * inside);
        c = c * (1.0 - 0.8 * bell(h.1 - seam, 0.008) * ramp(0.235, 0.18, x));
        gloss += 0.35 * inside;
        c = c
            * (1.0
                - 0.75 * bell((x - 0.055 * who.shape[2]) / 2.0, 0.018) * bell(h.1 + 0.425, 0.016));

        self.eye(h, x, c, gloss)
    }

    fn eye(&self, h: V, x: f32, skin: V, gloss: f32) -> (V, f32) {
        let (ex, ey) = ((x - 0.285) / 0.135, h.1 - 0.012 * (x - 0.285) / 0.135);
        let arc = (1.0 - ex * ex).max(0.0);
        let (upper, lower) = (0.047 * arc.powf(0.7), -0.040 * arc);
        let edge = 0.005;
        let mut c =
            skin * (1.0 - 0.3 * bell(ey - upper - 0.036, 0.009) * ramp(1.15, 0.7, ex.abs()));
        let open = if ex.abs() < 1.0 {
            ramp(edge, -edge, ey - upper) * ramp(-edge, edge, ey - lower)
        } else {
            0.0
        };
        let (dx, dy) = (x - 0.285, h.1 - 0.008);
        let r = V(dx, dy, 0.0).len();
        let fibre = noise(V(dy.atan2(dx) * 9.0, r * 25.0, 6.0));
        let white = V(0.74, 0.70, 0.67).mix(V(0.62, 0.30, 0.26), ramp(-0.75, -1.0, ex));
        let iris =
            V::srgb(self.who.iris) * (0.75 + 0.3 * fibre) * (0.55 + 0.6 * ramp(0.055, 0.035, r));
        let mut ball = white.mix(iris, ramp(0.058, 0.052, r));
        ball = ball.mix(V(0.006, 0.006, 0.007), ramp(0.026, 0.021, r));
        ball = ball * (1.0 - 0.55 * ramp(0.028, 0.0, upper - ey) - 0.2 * ex * ex);
        let glint = V(h.0.signum() * dx + 0.018, dy - 0.02, 0.0).len();
        ball = ball.mix(V(1.5, 1.5, 1.5), ramp(0.013, 0.008, glint));
        c = c.mix(ball, open);
        let lash = noise(V(x * 160.0, h.1 * 18.0, 12.0));
        let near = ramp(1.12, 0.95, ex.abs());
        let rim = bell(ey - upper - 0.004 - 0.003 * lash, 0.010) + 0.35 * bell(ey - lower, 0.006);
        (c.mix(V(0.012, 0.009, 0.008), (0.9 * rim * near).min(0.95)), gloss * (1.0 - 0.7 * open))
    }

    /// Colour of clothes, drawn on the front plane: hard edges are wanted here.
    pub(crate) fn garment(&self, p: V) -> V {
        let crease = |d: f32| 1.0 - 0.6 * bell(d, 0.008);
        let (x, y) = (p.0.abs(), p.1);
        let base = V::srgb(self.who.wear.1);
        let weave = noise(V(p.0 * 160.0, y * 160.0, 0.0));
        match self.who.wear.0 {
            Wear::Suit { tie } => {
                let opening = 0.60 * (y + 1.86);
                let flap =
                    x > 0.62 * (-1.17 - y) && x > 0.9 * (y + 1.44) - 0.1 && y > -1.47 + 0.45 * x;
                let knot = y < -1.165
                    && x < if y > -1.34 {
                        0.10 + 0.25 * (y + 1.34)
                    } else {
                        0.075 - 0.22 * (y + 1.34)
                    };
                let shirt = V(0.80, 0.82, 0.86) * (1.0 + 0.03 * weave);
                if knot && !(flap && x > 0.11) {
                    let stripe = ((p.0 + y) * 55.0).sin() > 0.55;
                    let silk = V::srgb(tie) * (1.0 + 0.15 * weave);
                    (if stripe { silk.mix(V(0.7, 0.7, 0.65), 0.7) } else { silk })
                        * crease((y + 1.34) * 0.8)
                } else if x < opening.max(0.0) || y > -1.16 + 0.05 * x {
                    let hem = 0.62 * (-1.17 - y);
                    shirt * crease(x - hem) * (if flap { 1.0 } else { 0.86 })
                } else {
                    let notch = (x - opening - 0.2).abs() < 0.006
                        || (y + 1.32 - 0.3 * x).abs() < 0.005 && x < opening + 0.2;
                    let twill = 1.0 + 0.22 * weave + 0.1 * ((p.0 - y) * 300.0).sin();
                    base * twill * crease(x - opening) * (if notch { 0.45 } else { 1.0 })
                }
            }
            Wear::Knit { yarn } => {
                let stitch = (y * 190.0 + 2.2 * (p.0 * 150.0).sin().abs()).sin();
                let rib = y > -1.22 - 0.15 * (0.45 - x).max(0.0);
                let zig = y + 0.06 * (4.0 * ((p.0 * 5.0).fract() - 0.5).abs() - 1.0);
                let band = (zig * 24.0).sin() > 0.35 && !rib;
                let c = if band { V::srgb(yarn) } else { base };
                let ribs = if rib { 0.2 * (p.0 * 120.0).sin() } else { 0.2 * stitch };
                c * (0.95 + ribs + 0.08 * weave)
            }
            Wear::Blouse => {
                let thread = 0.03 * ((p.0 * 260.0).sin() + (y * 260.0).sin());
                let fold = bell(x - 0.33 * (y + 1.9), 0.006);
                base * (0.97 + thread + 0.04 * weave) * (1.0 - 0.4 * fold)
            }
        }
    }

    /// Glasses, on a plane in front of the eyes: cover, distance to the rim, light off the lens.
    pub(crate) fn frame(&self, h: V) -> (f32, f32, f32) {
        let x = h.0.abs();
        let q = V((x - 0.285).abs() - 0.11, (h.1 + 0.03).abs() - 0.06, 0.0);
        let lens = V(q.0.max(0.0), q.1.max(0.0), 0.0).len() - 0.10;
        let bridge = if x < 0.09 { (h.1 - 0.035 + 0.8 * x * x).abs() } else { 9.0 };
        let temple = if x > 0.49 && x < 0.60 { (h.1 - 0.03).abs() } else { 9.0 };
        let d = (lens.abs() - 0.011).min(bridge - 0.012).min(temple - 0.016);
        let sheen = if lens < 0.0 {
            0.05 * ramp(0.1, 0.0, (h.0 * 0.8 + h.1 - 0.25 * h.0.signum()).abs())
        } else {
            0.0
        };
        (ramp(0.003, -0.003, d), d, sheen)
    }

    pub(crate) fn backdrop(&self, x: f32, y: f32) -> V {
        let (top, bottom) = (V::srgb(self.who.backdrop.0), V::srgb(self.who.backdrop.1));
        let flat = top.mix(bottom, ramp(1.2, -1.5, y + 0.12 * x));
        if self.who.backdrop.0 == 0xffffff {
            flat
        } else {
            flat * (1.0 + 0.012 * fbm(V(x, y, 0.0) * 2.0 + self.offset, 3))
        }
    }
}
