//! The microtext alone as SVG 1.1: for stations that put it into a layout of their own.

use super::vector::{Layer, STEPS_A_MM, Segment, Steps};

/// The layer as an SVG file: black letters on nothing, cut to the portrait's rectangle, whose size it
/// states in millimetres. A unit is a step of [`STEPS_A_MM`]. Each shape is defined once. Holds no
/// text but the shapes.
#[must_use]
pub(super) fn svg(layer: &Layer) -> String {
    let [width, height] = layer.size;
    let [width_mm, height_mm] = layer.size.map(|v| f64::from(v) / STEPS_A_MM);
    let mut svg = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\" version=\"1.1\" \
         width=\"{width_mm}mm\" height=\"{height_mm}mm\" viewBox=\"0 0 {width} {height}\">\n\
         <defs>\n\
         <clipPath id=\"portrait\"><rect width=\"{width}\" height=\"{height}\"/></clipPath>\n"
    );
    for (i, outline) in layer.outlines.iter().enumerate() {
        let path: String = outline.path.iter().map(path_of).collect();
        svg += &format!("<path id=\"s{i}\" d=\"{path}\"/>\n");
    }
    svg += "</defs>\n<g clip-path=\"url(#portrait)\" fill=\"#000\" fill-rule=\"nonzero\">\n";
    for letter in &layer.letters {
        let [x, y] = letter.origin;
        svg += &format!("<use xlink:href=\"#s{}\" x=\"{x}\" y=\"{y}\"/>\n", letter.outline);
    }
    svg += "</g>\n</svg>\n";
    svg
}

fn path_of(segment: &Segment) -> String {
    let point = |[x, y]: &Steps| format!("{x} {y}");
    let points = segment.points().iter().map(point).collect::<Vec<_>>().join(" ");
    match segment {
        Segment::Move(_) => format!("M{points}"),
        Segment::Line(_) => format!("L{points}"),
        Segment::Quad(_) => format!("Q{points}"),
        Segment::Cubic(_) => format!("C{points}"),
    }
}
