//! `tumar embed`.

use std::path::Path;

use image::RgbImage;
use serde::Serialize;
use tumar::error::{EmbedError, SignError};
use tumar::microtext::Microtext;
use tumar::report::preview;
use tumar::{Document, Embedded, Format, Imprint, Mm, Picture, Ppi, Profile, Summary};

use crate::args::{self, EmbedArgs, Signing};
use crate::failure::{self, Failure};
use crate::files::{self, Stdout};

/// From how far a person looks at a document: a reading distance, by convention.
const READING: Mm = Mm(400.0);

/// What `--json` prints. Holds no personal data.
#[derive(Serialize)]
struct Printed<'a> {
    schema: &'static str,
    #[serde(flatten)]
    summary: &'a Summary,
}

/// What is written, by the ending of its name.
#[derive(Clone, Copy)]
enum Output {
    Raster(Format),
    Pdf(Microtext),
    Svg,
}

impl Output {
    fn of(args: &EmbedArgs) -> Result<Self, Failure> {
        let path = &args.out;
        let ending = path.extension().and_then(|e| e.to_str()).map(str::to_ascii_lowercase);
        let output = match ending.as_deref() {
            Some("pdf") => return Ok(Self::Pdf(args.microtext.unwrap_or_default())),
            Some("svg") => Self::Svg,
            _ => Self::Raster(Format::of(path).map_err(|_| {
                let endings = "the name must end in .png, .tif, .tiff, .pdf or .svg";
                Failure::usage(format!("{}: {endings}", path.display()))
            })?),
        };
        if args.microtext.is_some() {
            let only = "--microtext is for a PDF; leave it out, or name a file that ends in .pdf";
            return Err(Failure::usage(format!("{}: {only}", path.display())));
        }
        Ok(output)
    }
}

pub(crate) fn run(args: &EmbedArgs, stdout: &mut Stdout) -> Result<u8, Failure> {
    let output = Output::of(args)?;
    if args.press().is_some() && !matches!(output, Output::Raster(_)) {
        let only = "--press is for rasters: name a file that ends in .png, .tif or .tiff";
        return Err(Failure::usage(only));
    }
    let profile = args.profile()?;
    let (imprint, signer) = (args.imprint(&profile)?, args.signer()?);
    let (json, preview_path) = (args.json.as_deref(), args.preview.as_deref());
    if let Some(path) = preview_path {
        files::must_be_png(path, "preview")?;
    }
    let mut outputs = vec![args.out.as_path()];
    outputs.extend(json.filter(|path| !files::is_stdout(path)));
    outputs.extend(preview_path);
    let mut inputs = vec![args.portrait.as_path()];
    inputs.extend(args.press());
    files::check_outputs(&inputs, &outputs)?;

    let correction = args.correction()?;
    let mut portrait = args.picture.read(&args.portrait, &args.common)?;
    if let Some(correction) = &correction {
        portrait = correction.lifted(&portrait);
    }
    let imprint = match signer {
        None => imprint,
        Some(Signing { signer, document }) => {
            let signed = tumar::keys::sign(imprint, &portrait, document, &*signer, &profile);
            signed.map_err(|error| not_signed(&args.portrait, error))?
        }
    };
    let printed = match output {
        Output::Raster(format) => match tumar::print(&portrait, &imprint, &profile) {
            Ok(Embedded { picture, summary }) => {
                let shown = preview_path.map(|_| picture.clone());
                let raster = match &correction {
                    Some(correction) => correction.corrected(picture),
                    None => picture,
                };
                Ok((tumar::encode(&raster, format), summary, shown))
            }
            Err(error) => Err(error),
        },
        Output::Pdf(microtext) => tumar::pdf(&portrait, &imprint, &profile, microtext)
            .map(|Document { bytes, summary }| (Ok(bytes), summary, None)),
        Output::Svg => {
            let Document { bytes, summary } = tumar::svg(&imprint, &profile);
            Ok((Ok(bytes), summary, None))
        }
    };
    let (bytes, summary, raster) = printed.map_err(|error| match error {
        EmbedError::Name(name) => args::bad_name(&name),
        EmbedError::Screen(error) => Failure::usage(error),
        EmbedError::Portrait(small) => {
            Failure::file(&args.portrait, format!("{small}; use a larger portrait"))
        }
    })?;
    let sheet = preview_path.map(|_| sheet(&portrait, raster, &imprint, &profile)).transpose()?;
    files::write(&args.out, &bytes.map_err(|e| Failure::file(&args.out, e))?)?;
    if let (Some(path), Some(sheet)) = (preview_path, sheet) {
        files::write_drawing(path, sheet)?;
    }

    let summary = &summary;
    if !args.common.quiet {
        summary.warnings.iter().for_each(|warning| failure::warn(warning));
    }
    if stdout.json(json, &Printed { schema: "tumar.print/1", summary })? {
        tell(stdout, &args.out, output, summary);
    }
    Ok(failure::DONE)
}

fn not_signed(portrait: &Path, error: SignError) -> Failure {
    match error {
        SignError::Number(error) => Failure::usage(format!("--document-number: {error}")),
        SignError::Portrait(small) => {
            Failure::file(portrait, format!("{small}; use a larger portrait"))
        }
        SignError::Signer(_) => Failure::work(error),
    }
}

/// What is seen of the raster, which is printed if it was not yet, beside the portrait as it came.
fn sheet(
    portrait: &Picture,
    raster: Option<Picture>,
    imprint: &Imprint,
    profile: &Profile,
) -> Result<RgbImage, Failure> {
    let printed = match raster {
        Some(raster) => raster,
        None => tumar::print(portrait, imprint, profile).map_err(Failure::work)?.picture,
    };
    let original = tumar::portrait::prepare(portrait, profile).map_err(Failure::work)?;
    let original = original.untouched(profile.dpi);
    preview::preview(&original, &printed, READING).map_err(Failure::work)
}

fn tell(stdout: &mut Stdout, out: &Path, output: Output, summary: &Summary) {
    let Summary { width_px, height_px, dpi, .. } = *summary;
    let [width, height] = [width_px, height_px].map(|px| Ppi(dpi).mm(px as f64).0);
    let dots = match output {
        Output::Raster(_) => format!("{width_px} × {height_px} dots at {dpi} dpi, "),
        Output::Pdf(_) | Output::Svg => String::new(),
    };
    stdout.line(format!("{}: {dots}{width:.1} × {height:.1} mm", out.display()));
    stdout.line(format!(
        "  capitals          {} mm, {:.1} print dots",
        summary.cap_height_mm, summary.dots_per_cap
    ));
    stdout.line(format!("  copies            {} of {} symbols", summary.copies, summary.symbols));
    if summary.keyed {
        stdout.line("  keyed             every second line begins where the key says");
    }
    if summary.signed {
        stdout.line("  signed            every sixth line carries the signature");
    }
    stdout.line(format!("  strength          {}", summary.strength));
    stdout.line(format!("  icao_microprint   {}", summary.icao_microprint));
}
