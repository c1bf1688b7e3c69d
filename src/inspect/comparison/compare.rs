//! The comparison: scan and reference, laid on each other and judged.

use image::{GrayImage, Luma};

use crate::imaging::raster::{bilinear, blur};
use crate::imaging::{Plane, tone};
use crate::inspect::comparison::agreement::{Agreement, Comparison, Figures, PictureRegion, Why};
use crate::inspect::comparison::letters;
use crate::inspect::comparison::level::{self, Level};
use crate::inspect::comparison::reference::Reference;
use crate::inspect::comparison::regions::{self, Patch};
use crate::inspect::comparison::registration::{self, ALONG, FAR, NEAR, Registration};
use crate::inspect::comparison::residual::Residual;
use crate::inspect::comparison::view::{MARGIN_PX, PER_MM, View};
use crate::inspect::comparison::windows::Windows;
use crate::inspect::rectification::frame::Frame;
use crate::inspect::signal::orientation::Orientation;
use crate::inspect::signal::scan::Scan;
use crate::numerics::quantile;
use crate::spec::Profile;

/// Sides of the windows in millimetres: as small as the band allows, and about an eye's size.
const SMALL: f64 = 2.5;
const LARGE: f64 = 4.0;
/// The face: centre and half axes as shares of the portrait's width and height. A head by ISO/IEC
/// 19794-5 fills 70 to 80 % of the height; this is it without hair, a little more than the zone in which
/// letters are asked for ([`spec::face`](crate::spec::face)), since the thresholds below were set on it.
const FACE: [[f64; 2]; 2] = [[0.5, 0.445], [0.243, 0.256]];
/// From here on a window shows another picture.
const FOREIGN: f32 = 2.0;
/// Detail is what changes within this, in millimetres.
const DETAIL: f64 = 1.0;
/// This and the other thresholds below are guesses, set on 40 genuine scans of one model and 69 of prints
/// with glare, fingerprints, scratches or a stamp, of ten portraits: the largest maximum over all windows
/// of a face that was seen among them, so that it is families of windows that they bound. No false-alarm
/// rate follows from so few scans.
///
/// A face is another's if it shows another picture over this area, so much in the mean, and is no more
/// alike than that.
const OTHER_MM2: f64 = 85.0;
const OTHER_MEAN: f32 = 1.6;
const OTHER_LIKENESS: f64 = 0.83;
/// … or so little alike that places which err do not explain it: the least that 320 genuine scans of the
/// second model's tuning part showed was 0.45.
const UNLIKE: f64 = 0.35;
/// A face agrees where no more than this speaks against it anywhere, and it is so alike.
const SAME_FOREIGN: f32 = 3.3;
const SAME_LIKENESS: f64 = 0.85;
/// Pictures that are less alike than this, in the face and as a whole, have nothing to do with each
/// other, where the scan has this much detail.
const NOTHING_ALIKE: [f64; 2] = [0.6, 0.7];
const LEAST_DETAIL: f64 = 0.008;
/// Where places around the face err by more than this, in millimetres, nothing is said against it.
const UNSTEADY: f64 = 0.1;
/// Enlargement and shift that the microtext's frame may have.
const FRAME_ENLARGED: f64 = 0.045;
const FRAME_SHIFT: [f64; 2] = [7.0, 2.0];
/// Detail counts up to so many times what a tenth of it exceeds: one mark is no other picture.
const MOST_DETAIL: f32 = 1.5;
/// Coarse features that are so much alike are not another picture's.
const ROUGHLY_ALIKE: f64 = 0.85;
/// Another crop, or a mirror, is tried if coarse features are so much more alike with it.
const BETTER: f64 = 0.12;
const BETTER_MIRRORED: f64 = 0.03;
/// What lies around the face is other over this area: stamps and wear stay below.
const AROUND_MM2: f64 = 200.0;
/// Steps of light in the pictures that are shown.
const SHADES: usize = 4096;
/// Lines of microtext stand out from a reference by so much.
const LINES: f64 = 5.0;

/// Holds the portrait in a scan against the one that was issued. `frame`, `orientation`: of the
/// microtext in the scan, which must be established.
#[must_use]
pub fn compare(
    scan: &Scan,
    frame: &Frame,
    orientation: Orientation,
    reference: &Reference,
    profile: &Profile,
) -> Comparison {
    let view = View::new(scan, frame, orientation, profile);
    let mut found = compare_view(&view, reference, profile);
    for region in &mut found.regions {
        let [left, top, right, bottom] = region.bounds;
        let corners = [[left, top], [right, top], [right, bottom], [left, bottom]];
        let corners = corners.map(|at| scan.in_file(view.place(at)));
        let end = |axis: usize, end: fn(f64, f64) -> f64| {
            corners.iter().map(|at| at[axis]).reduce(end).unwrap_or(0.0)
        };
        region.bounds = [end(0, f64::min), end(1, f64::min), end(0, f64::max), end(1, f64::max)];
    }
    found
}

/// The same of a scan that was brought to the reference's grid; bounds of regions are in its pixels.
#[must_use]
pub fn compare_view(view: &View, reference: &Reference, profile: &Profile) -> Comparison {
    let mut judged = Judged::new(Registration::new(reference, view, NEAR));
    let (mut agreement, mut why) = judged.answer();
    if agreement != Agreement::Agrees
        && registration::likeness(reference, view, ALONG) > judged.figures.rough + BETTER
    {
        let along = Judged::new(Registration::new(reference, view, ALONG));
        if along.figures.likeness[1] > judged.figures.likeness[1] {
            judged = along;
            (agreement, why) = judged.answer();
        }
    }
    if agreement != Agreement::Agrees
        && let Some((fault, other)) = fault(view, reference, &judged)
    {
        (agreement, why, judged) = (Agreement::Untold, Some(fault), other);
    }
    judged.figures.lines =
        letters::lines(reference, &judged.registration.warp, profile.layout.pitch);
    if judged.figures.lines > LINES {
        (agreement, why) = (Agreement::Untold, Some(Why::CarriesMicrotext));
    }
    judged.comparison(agreement, why, view, reference)
}

/// What is wrong with a reference that does not fit as it is, and how it fits.
fn fault(view: &View, reference: &Reference, judged: &Judged) -> Option<(Why, Judged)> {
    let fits = |judged: &Judged| {
        let [face, all, _] = judged.figures.likeness;
        face > SAME_LIKENESS && all > NOTHING_ALIKE[1]
    };
    let rough = judged.figures.rough;
    let mirrored = reference.mirrored();
    if registration::likeness(&mirrored, view, NEAR) > rough + BETTER_MIRRORED {
        let other = Judged::new(Registration::new(&mirrored, view, NEAR));
        if fits(&other) && other.figures.foreign[0] < judged.figures.foreign[0] {
            return Some((Why::Mirrored, other));
        }
    }
    let is_far = judged.is_out_of_frame();
    if is_far && fits(judged) {
        return Some((judged.crop(), judged.clone()));
    }
    if registration::likeness(reference, view, FAR) > rough + BETTER || is_far {
        let other = Judged::new(Registration::new(reference, view, FAR));
        if fits(&other) && other.is_out_of_frame() {
            return Some((other.crop(), other));
        }
    }
    None
}

/// A registration and what it shows.
#[derive(Clone, Debug)]
struct Judged {
    registration: Registration,
    patches: Vec<Patch>,
    left: Plane,
    figures: Figures,
}

impl Judged {
    fn new(registration: Registration) -> Self {
        let level = &registration.level;
        let face = face(level);
        let residual = Residual::new(&registration, &face);
        let small = Windows::new(&residual, SMALL);
        let large = Windows::new(&residual, LARGE);
        let per_mm2 = (residual.per_mm * residual.per_mm) as f32;
        let sum = |plane: &Plane, mask: &Plane| (plane * mask).sum();
        let over = small.foreign.mapv(|v| f32::from(u8::from(v > FOREIGN)));
        let around = face.mapv(|v| 1.0 - v) * &residual.inside;
        let most = |plane: &Plane| (plane * &face).fold(0.0f32, |most, &v| most.max(v));
        let details = [&residual.seen, &residual.expected]
            .map(|plane| plane - &blur(plane, DETAIL * residual.per_mm));
        let alike = |mask: &Plane| correlation(&details, &(mask * &residual.inside));
        let figures = Figures {
            face_mm2: f64::from(sum(&over, &face) / per_mm2),
            around_mm2: f64::from(sum(&over, &around) / per_mm2),
            foreign: [
                sum(&small.foreign, &face) / face.sum().max(1.0),
                most(&small.foreign).max(most(&large.foreign)),
            ],
            likeness: [alike(&face), alike(&residual.inside), alike(&around)],
            rough: registration.likeness,
            detail: f64::from(
                (sum(&(&details[0] * &details[0]), &face) / face.sum().max(1.0)).sqrt(),
            ),
            noise: residual.noise,
            place: residual.place,
            blurred: residual.blurred,
            shift: registration.warp.shift(),
            enlarged: registration.warp.enlarged(),
            lines: 0.0,
        };
        let patches = regions::patches(&small.foreign, FOREIGN);
        Self { registration, patches, left: residual.left, figures }
    }

    /// Whether the picture lies where the microtext's frame cannot have put it.
    fn is_out_of_frame(&self) -> bool {
        let Figures { shift, enlarged, .. } = self.figures;
        enlarged.iter().any(|v| v.abs() > FRAME_ENLARGED)
            || shift.iter().zip(FRAME_SHIFT).any(|(v, most)| v.abs() > most)
    }

    fn crop(&self) -> Why {
        let Figures { shift, enlarged, .. } = self.figures;
        Why::OtherCrop { enlarged: 0.5 * (enlarged[0] + enlarged[1]), shift }
    }

    /// Of the face, and what does not fit.
    fn answer(&self) -> (Agreement, Option<Why>) {
        let Figures { face_mm2, foreign, likeness, detail, place, rough, .. } = self.figures;
        if detail < LEAST_DETAIL {
            return (Agreement::Untold, Some(Why::LittleDetail));
        }
        let is_unlike = likeness[0] < NOTHING_ALIKE[0] && likeness[1] < NOTHING_ALIKE[1];
        if is_unlike && rough < ROUGHLY_ALIKE {
            let is_face = likeness[2] > NOTHING_ALIKE[1];
            let why = if is_face { Why::OtherFace } else { Why::OtherPicture };
            return (Agreement::Differs, Some(why));
        }
        if self.is_out_of_frame() {
            return (Agreement::Untold, Some(Why::NotRegistered));
        }
        let is_other = face_mm2 > OTHER_MM2
            && foreign[0] > OTHER_MEAN
            && likeness[0] < if place < UNSTEADY { OTHER_LIKENESS } else { UNLIKE };
        if is_other {
            return (Agreement::Differs, Some(Why::OtherFace));
        }
        if foreign[1] > SAME_FOREIGN || likeness[0] < SAME_LIKENESS {
            return (Agreement::Untold, Some(Why::OtherDetail));
        }
        (Agreement::Agrees, None)
    }

    fn comparison(
        self,
        agreement: Agreement,
        why: Option<Why>,
        view: &View,
        reference: &Reference,
    ) -> Comparison {
        let Self { registration, patches, left, figures } = self;
        let is_around = figures.around_mm2 > AROUND_MM2;
        let (whole, why) = match agreement {
            Agreement::Agrees if is_around => (Agreement::Differs, Some(Why::OtherBackground)),
            other => (other, why),
        };
        let margin = match agreement {
            Agreement::Agrees => f64::from(1.0 - foreign_share(&figures)).clamp(0.01, 1.0),
            Agreement::Differs => -(0.5 * figures.face_mm2 / OTHER_MM2).clamp(0.5, 1.0),
            Agreement::Untold => 0.0,
        };
        let (scan_view, reference_view) = views(&registration, view, reference);
        let regions =
            patches.iter().map(|patch| region(patch, &registration.level, &registration)).collect();
        Comparison {
            agreement,
            whole,
            margin,
            regions,
            unexplained: why,
            figures,
            scan_view,
            reference_view,
            difference: left,
        }
    }
}

fn foreign_share(figures: &Figures) -> f32 {
    figures.foreign[1] / SAME_FOREIGN
}

/// A patch of the comparison's grid, in the view's pixels.
fn region(patch: &Patch, level: &Level, registration: &Registration) -> PictureRegion {
    let step = PER_MM / level.per_mm;
    let corner = |row: usize, column: usize| {
        let by = registration.warp.at(level.millimetres((row, column)));
        level.in_view((row, column), by).map(|v| (v + 0.5) * step - 0.5)
    };
    let [left, top] = corner(patch.rows[0], patch.columns[0]);
    let [right, bottom] = corner(patch.rows[1], patch.columns[1]);
    PictureRegion {
        bounds: [left, top, right, bottom],
        area_mm2: patch.pixels as f64 / (level.per_mm * level.per_mm),
        strength: patch.strength,
        is_face: is_face(level, patch.middle),
    }
}

/// Whether a pixel lies in the face.
fn is_face(level: &Level, (row, column): (usize, usize)) -> bool {
    let (rows, columns) = level.reference.dim();
    let [x, y] = [(column as f64 + 0.5) / columns as f64, (row as f64 + 0.5) / rows as f64];
    let [[cx, cy], [a, b]] = FACE;
    ((x - cx) / a).powi(2) + ((y - cy) / b).powi(2) < 1.0
}

fn face(level: &Level) -> Plane {
    Plane::from_shape_fn(level.reference.dim(), |at| f32::from(u8::from(is_face(level, at))))
}

/// Correlation of two planes' detail where a third is 1; 0 where there is nothing. What stands out is
/// cut, so that a mark does not count for more than it covers.
fn correlation(details: &[Plane; 2], mask: &Plane) -> f64 {
    let [a, b] = details.each_ref().map(|plane| {
        let known = plane.iter().zip(mask).filter(|(_, mask)| **mask > 0.0);
        let known: Vec<f32> = known.map(|(v, _)| *v).collect();
        let mut sizes: Vec<f32> = known.iter().map(|v| v.abs()).collect();
        let most = MOST_DETAIL * quantile(&mut sizes, 0.9).unwrap_or(0.0);
        known.into_iter().map(|v| v.clamp(-most, most)).collect::<Vec<f32>>()
    });
    let mut sums = [0.0f64; 5];
    for (&a, &b) in a.iter().zip(&b) {
        let (a, b) = (f64::from(a), f64::from(b));
        sums.iter_mut().zip([a, b, a * a, b * b, a * b]).for_each(|(sum, term)| *sum += term);
    }
    let n = a.len().max(1) as f64;
    let [a, b, aa, bb, ab] = sums;
    let spread = ((aa - a * a / n) * (bb - b * b / n)).max(0.0).sqrt();
    if spread > 0.0 { (ab - a * b / n) / spread } else { 0.0 }
}

/// Both pictures as people see them.
fn views(
    registration: &Registration,
    view: &View,
    reference: &Reference,
) -> (GrayImage, GrayImage) {
    let expected = registration.tones.expected(&reference.light.mapv(level::tone));
    let (rows, columns) = reference.light.dim();
    let table: [u8; SHADES + 1] =
        std::array::from_fn(|i| (255.0 * tone::stored(i as f32 / SHADES as f32) + 0.5) as u8);
    let stored = |light: f32| Luma([table[(light.clamp(0.0, 1.0) * SHADES as f32) as usize]]);
    let middle = [columns, rows].map(|px| 0.5 * px as f64);
    let scan = GrayImage::from_fn(columns as u32, rows as u32, |x, y| {
        let place = [f64::from(x) + 0.5 - middle[0], f64::from(y) + 0.5 - middle[1]];
        let by = registration.warp.at(place.map(|v| v / PER_MM));
        let at = |pixel: u32, by: f64| f64::from(pixel) + MARGIN_PX as f64 + by * PER_MM;
        stored(bilinear(&view.light, at(x, by[0]), at(y, by[1])))
    });
    let reference = GrayImage::from_fn(columns as u32, rows as u32, |x, y| {
        stored(level::light(expected[[y as usize, x as usize]]))
    });
    (scan, reference)
}
